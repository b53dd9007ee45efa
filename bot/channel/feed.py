"""Fetch updates by long polling, raw: one that cannot be read must not stop the others (M7, A10)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import orjson
from telegram.error import BadRequest, Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channel.outline import outline
from bot.channel.read import KINDS, arrival, loads
from bot.channel.transport import POLL_TIMEOUT_S, BadAnswer, Transport
from bot.errors import FeedError
from bot.ports import Arrival, Clock, Fetched

#: Telegram's most; source: https://core.telegram.org/bots/api#getupdates.
BATCH: Final = 100
#: Telegram waits at most 50 seconds (reliability.md part 1).
WAIT_S: Final = 50
#: A larger update is not one of Telegram's (A12).
UPDATE_LIMIT_BYTES: Final = 1024 * 1024
#: Of Telegram's reason for a refusal.
_REASON_CHARS: Final = 120
#: A longer way from one number to the next is no gap but a new series.
_NEW_SERIES: Final = 100_000
#: What could not be pushed for so long is told; Telegram tries again every minute or two.
PUSH_FAILED_FOR_S: Final = 600
_UPDATE_ID: Final = re.compile(rb'"update_id"\s*:\s*(\d{1,18})(?=\s*[,}])')


class TelegramFeed:
    """`Feed` over getUpdates."""

    def __init__(self, transport: Transport, clock: Clock, *, wait_s: int = WAIT_S) -> None:
        self._transport = transport
        self._clock = clock
        self._wait_s = wait_s

    async def fetch(self, offset: int | None) -> Fetched:
        """One long poll from `offset` on. Raises `FeedError`."""
        asked: dict[str, Any] = {"timeout": self._wait_s, "limit": BATCH, "allowed_updates": KINDS}
        if offset is not None:
            asked["offset"] = offset
        try:
            code, body = await self._transport.call_raw("getUpdates", asked, read_timeout_s=POLL_TIMEOUT_S)
            updates = _updates(self._transport, code, body)
        except TelegramError as exc:
            raise _feed_error(exc) from None
        return self._read(updates, offset)

    async def listen_by_polling(self) -> None:
        """Take a webhook away, or Telegram refuses to be polled. What waits is kept (A19). Raises `FeedError`."""
        try:
            await self._transport.call("deleteWebhook", {"drop_pending_updates": False})
        except (BadRequest, InvalidToken):
            pass  # a server without webhooks can be polled, and a refused token is told by the poll
        except TelegramError as exc:
            raise _feed_error(exc) from None

    async def listen_by_webhook(self, url: str, secret: str) -> None:
        """Have updates pushed to `url` with this secret in the header. What waits is kept (A19). Raises `FeedError`."""
        try:
            await self._transport.call(
                "setWebhook",
                {
                    "url": url,
                    "secret_token": secret,
                    "allowed_updates": KINDS,
                    "max_connections": 40,
                    "drop_pending_updates": False,
                },
            )
        except BadRequest as exc:
            words = exc.message[:_REASON_CHARS]
            raise FeedError(f"Telegram refuses the webhook (TELEGRAM_WEBHOOK_URL): {words}", refused=True) from None
        except TelegramError as exc:
            raise _feed_error(exc) from None

    async def pushes_to(self, url: str) -> str:
        """Why nothing is pushed to `url`, one sentence, empty when all is well. Raises `FeedError`; with `pushed` when
        the webhook is another one or none.
        """
        try:
            told = await self._transport.call("getWebhookInfo", {})
        except TelegramError as exc:
            raise _feed_error(exc) from None
        hook = told if type(told) is dict else {}
        if hook.get("url") != url:
            raise FeedError("another program changed the webhook of the same bot token: stop it", pushed=True)
        failed_at, words = hook.get("last_error_date"), hook.get("last_error_message")
        waits = hook.get("pending_update_count")
        if type(failed_at) is not int or not waits or self._clock().timestamp() - failed_at > PUSH_FAILED_FOR_S:
            return ""
        return f"Telegram cannot push to TELEGRAM_WEBHOOK_URL: {str(words)[:_REASON_CHARS]}"

    def _read(self, updates: list[tuple[Any, bytes]], offset: int | None) -> Fetched:
        now = self._clock()
        arrivals: list[Arrival] = []
        odd: list[bytes] = []
        last: int | None = None
        numbers: list[int] = []
        for raw, payload in updates:
            known = None if len(payload) > UPDATE_LIMIT_BYTES else arrival(raw, received_at=now)
            if known is not None:
                arrivals.append(known)
                last = known.update_id
                numbers.append(last)
            else:
                odd.append(outline(payload))
                if found := _UPDATE_ID.search(payload):
                    last = int(found[1])
                    numbers.append(last)
        missing = _missing(numbers, offset)
        offset = None if last is None else last + 1
        return Fetched(arrivals=tuple(arrivals), odd=tuple(odd), offset=offset, missing=missing)


def _missing(numbers: list[int], offset: int | None) -> int:
    """How many numbers were left out. After a week of silence Telegram begins anew anywhere: that leaves out none."""
    if not numbers:
        return 0
    first = min(numbers)
    begin = offset if offset is not None and 0 <= first - offset <= _NEW_SERIES else first
    return max(numbers) + 1 - begin - len({number for number in numbers if number >= begin})


def _updates(transport: Transport, code: int, body: bytes) -> list[tuple[Any, bytes]]:
    """The updates of an answer, each with its own bytes."""
    if not 200 <= code < 300:
        transport.refuse(code, body)
    try:
        result = orjson.loads(body)["result"]
        return [(update, orjson.dumps(update)) for update in result]
    except (orjson.JSONDecodeError, KeyError, TypeError, RecursionError):
        return list(_one_by_one(body))


def _one_by_one(body: bytes) -> Iterator[tuple[Any, bytes]]:
    """The slow way: cut the list of updates apart before reading any of them."""
    pieces = cut_apart(body)
    if not pieces:
        raise BadAnswer("no list of updates")
    for piece in pieces:
        try:
            yield loads(piece), piece
        except (ValueError, RecursionError):
            yield None, piece


def cut_apart(body: bytes) -> list[bytes]:
    """The objects of the first list in `body` by counting brackets, without reading them.

    Nothing when the text breaks off: then the answer was truncated, and none of it counts.
    """
    pieces: list[bytes] = []
    begin = body.find(b"[")
    if begin < 0:
        return []
    depth = 0
    first = 0
    in_text = False
    at = begin + 1
    while at < len(body):
        char = body[at]
        if in_text:
            if char == 0x5C:  # backslash: the next byte means nothing
                at += 1
            elif char == 0x22:
                in_text = False
        elif char == 0x22:
            in_text = True
        elif char in b"{[":
            if depth == 0:
                first = at
            depth += 1
        elif char in b"}]":
            depth -= 1
            if depth == 0:
                pieces.append(body[first : at + 1])
            elif depth < 0:
                return pieces
        at += 1
    return []


def _feed_error(error: TelegramError) -> FeedError:
    match error:
        case Conflict() if "webhook" in error.message.lower():
            return FeedError("another program set a webhook for the same bot token: stop it", taken=True, pushed=True)
        case Conflict():
            return FeedError("another program fetches updates with the same bot token", taken=True)
        case InvalidToken():
            return FeedError("token refused", unauthorised=True)
        case RetryAfter():
            wait = error.retry_after
            return FeedError(
                "too many requests",
                retry_after_s=wait.total_seconds() if isinstance(wait, timedelta) else float(wait),
            )
        case _:
            return FeedError(f"not fetched: {type(error).__name__}")
