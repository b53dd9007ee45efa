"""What Telegram shows before the first message, in each language: told only where it shows something else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError

from bot.channel.transport import Transport

log = logging.getLogger(__name__)

#: Between two calls: nobody waits for them, and Telegram counts them with everything else.
PACE_S: Final = 0.2
#: Before a call that could not be made is tried again, and how often it is.
AGAIN_S: Final = 30.0
TRIES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduction:
    """How the bot shows itself to phones of one language."""

    #: Two letters (ISO 639-1; Telegram takes no others); None: everybody else.
    language: str | None
    #: Command without its slash, and what it does.
    commands: Sequence[tuple[str, str]]
    #: Before the first message; on the bot's page.
    description: str
    about: str


async def introduce(
    transport: Transport,
    introductions: Sequence[Introduction],
    *,
    pace_s: float = PACE_S,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> int:
    """Have Telegram show these; how many calls changed something. What Telegram refuses is logged and left out."""
    changed = 0
    for one in introductions:
        told = {} if one.language is None else {"language_code": one.language}
        listed = [{"command": command, "description": words} for command, words in one.commands]
        for setting, field, wanted in (
            ("MyCommands", "commands", listed),
            ("MyDescription", "description", one.description),
            ("MyShortDescription", "short_description", one.about),
        ):
            shown = await _done(transport, f"get{setting}", told, pace_s, sleep)
            is_shown = shown == wanted if setting == "MyCommands" else _text(shown, field) == wanted
            if not is_shown and await _done(transport, f"set{setting}", {field: wanted, **told}, pace_s, sleep):
                changed += 1
    return changed


def _text(shown: Any, field: str) -> Any:
    return shown.get(field) if type(shown) is dict else None


async def _done(
    transport: Transport,
    method: str,
    asked: dict[str, Any],
    pace_s: float,
    sleep: Callable[[float], Awaitable[None]],
) -> Any:
    """The result of a call that is tried until Telegram has said something about it; None when that was no."""
    for _ in range(TRIES):
        await sleep(pace_s)
        try:
            return await transport.call(method, asked)
        except RetryAfter as exc:
            wait = exc.retry_after
            await sleep(wait.total_seconds() if isinstance(wait, timedelta) else float(wait))
        except (BadRequest, InvalidToken) as exc:
            log.warning("introduction.refused method=%s reason=%s", method, type(exc).__name__)
            return None
        except TelegramError:
            await sleep(AGAIN_S)
    log.warning("introduction.given_up method=%s", method)
    return None
