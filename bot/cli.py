"""The command line: `guichet run`, `demo`, `check`, `talk`… Each command is a few lines that call a service."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.config import environment_with_dotenv, read_environment, read_settings
from bot.errors import SettingsError, UnusableStore

#: Exit codes: 0 done · 1 something is wrong with the data · 2 the settings or the machine.
WRONG_DATA, WRONG_SETTINGS = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLine:
    """One command: its name, one line of help, its arguments, what it does."""

    name: str
    help: str
    run: Callable[[argparse.Namespace], int]
    arguments: Callable[[argparse.ArgumentParser], None] = lambda parser: None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. A wrong setting is one sentence, never a stack of calls."""
    parser = argparse.ArgumentParser(prog="guichet", description="The guichet unique: a newcomers' desk on Telegram.")
    below = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in commands():
        sub = below.add_parser(command.name, help=command.help, description=command.help)
        command.arguments(sub)
        sub.set_defaults(run=command.run)
    chosen = parser.parse_args(arguments)
    _set_up_logging()
    try:
        code: int = chosen.run(chosen)
        return code
    except (SettingsError, UnusableStore) as exc:
        print(exc, file=sys.stderr)
        return WRONG_SETTINGS
    except KeyboardInterrupt:
        return 0


def commands() -> tuple[CommandLine, ...]:
    """Every command, in the order of the help."""
    return (
        CommandLine(name="run", help="Serve Telegram; without a token, the demonstration.", run=_run),
        CommandLine(name="demo", help="The demonstration: a chat page, advisers and the guichet.", run=_demo),
        CommandLine(name="check", help="List every issue of flows, settings and catalogues.", run=_check,
                    arguments=_check_arguments),
        CommandLine(name="talk", help="A conversation in the terminal; writes transcripts.", run=_talk,
                    arguments=_talk_arguments),
    )  # fmt: skip


def _run(_: argparse.Namespace) -> int:
    from bot.bootstrap import Guichet

    env = environment_with_dotenv()
    settings = read_settings(Path(env.get("GUICHET_CONFIG") or "config.yml"))
    environment = read_environment(env, settings)
    if environment.telegram_token is None:
        return _demo(_)

    async def serve() -> None:
        guichet = Guichet(settings, environment, env=env)
        await guichet.start()
        print(f"Guichet  serving Telegram\nHealth   http://127.0.0.1:{guichet.web.port}/healthz", flush=True)
        await _until_told_to_stop()
        await guichet.stop()

    return _loop(serve)


def _demo(_: argparse.Namespace) -> int:
    from bot.demo import demonstrate

    return _loop(lambda: demonstrate(_until_told_to_stop))


def _talk_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--locale", default="fr", help="language of the conversation (fr); several with commas for --branches"
    )
    parser.add_argument("--record", type=Path, help="write the conversation here when it ends")
    parser.add_argument("--new", action="store_true", help="begin as somebody who has never written")
    parser.add_argument("--branches", metavar="FLOW", nargs="*", help="write a transcript for every branch (all flows)")


def _check_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--english", action="store_true", help="issues in English instead of French")


def _check(options: argparse.Namespace) -> int:
    from bot.checking import check_everything

    env = environment_with_dotenv()
    return check_everything(Path(env.get("GUICHET_CONFIG") or "config.yml"), english=options.english)


def _talk(options: argparse.Namespace) -> int:
    from bot.talk import run

    return run(options)


def _loop(work: Callable[[], object]) -> int:
    import uvloop

    uvloop.run(work())  # type: ignore[arg-type]
    return 0


async def _until_told_to_stop() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop.set)
    await stop.wait()


def _set_up_logging() -> None:
    """Event names and ids on stderr. Libraries that write addresses or texts are kept to warnings (M9)."""
    logging.basicConfig(
        level=os.environ.get("GUICHET_LOG_LEVEL", "INFO").upper(),
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        stream=sys.stderr,
    )
    for chatty in ("httpx", "httpcore", "telegram", "aiohttp", "uvicorn", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
