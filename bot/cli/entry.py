"""The command line itself: runs one command, and turns what can go wrong into a sentence and an exit code."""

from __future__ import annotations

import argparse
import logging
import os
import resource
import sys
from collections.abc import Sequence

from bot.cli.commands import commands
from bot.config import environment_with_dotenv, log_level
from bot.core.one_line import one_line
from bot.errors import DataError, FlowError, SettingsError, StoreError, UnusableStore

#: Exit codes: 0 done · 1 something is wrong with the data · 2 the settings or the machine.
WRONG_DATA, WRONG_SETTINGS = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. A wrong setting or file is one sentence, never a stack of calls."""
    parser = argparse.ArgumentParser(prog="guichet", description="The guichet unique: a newcomers' desk on Telegram.")
    below = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in commands():
        # With no sign that begins an option, the rest of the line is words to hand on, `--help` too.
        signs = "\0" if command.hands_on else "-"
        sub = below.add_parser(
            command.name, help=command.help, description=command.help, prefix_chars=signs, add_help=not command.hands_on
        )
        command.arguments(sub)
        sub.set_defaults(run=command.run)
    chosen = parser.parse_args(arguments)
    # A core dump would hold the keys, the token and what people wrote (G17); processes that we start inherit this.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        _set_up_logging(log_level(environment_with_dotenv()))
        code: int = chosen.run(chosen)
        sys.stdout.flush()
        return code
    except (DataError, SettingsError) as exc:
        print("\n".join(map(one_line, exc.in_both.splitlines())), file=sys.stderr)
        return WRONG_DATA if isinstance(exc, DataError) else WRONG_SETTINGS
    except UnusableStore as exc:
        print(exc, file=sys.stderr)
        return WRONG_SETTINGS
    except StoreError as exc:
        print(f"The database cannot be used now ({exc}): try again.", file=sys.stderr)
        return WRONG_SETTINGS
    except BrokenPipeError:
        # Whoever reads us has read enough (`… | head`); the interpreter must not complain of it at its end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as exc:
        if exc.filename is None:
            raise
        # A file or a folder that the operator named, or that the machine does not let us have.
        print(f"{exc.filename}: {exc.strerror}", file=sys.stderr)
        return WRONG_SETTINGS
    except FlowError as exc:
        print(f"The guichet cannot start with these files:\n{exc}", file=sys.stderr)
        return WRONG_DATA
    except KeyboardInterrupt:
        return 0


class OneLine(logging.Formatter):
    """What files and other programs say stays on the line it is told in: nobody writes lines of their own (E14)."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line without the stack of calls that may follow it."""
        return one_line(super().formatMessage(record))


def _set_up_logging(level: str) -> None:
    """Event names and ids on stderr. Libraries that write addresses or texts are kept to warnings (M9)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])
    for chatty in ("httpx", "httpcore", "telegram", "aiohttp", "uvicorn", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
