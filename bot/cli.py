"""The command line: `guichet run`, `demo`, `check`, `talk`… Each command is a few lines that call a service."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.config import environment_with_dotenv, log_level, read_environment, read_settings, settings_file
from bot.core.one_line import one_line
from bot.errors import DataError, FlowError, SettingsError, StoreError, UnusableStore

#: Exit codes: 0 done · 1 something is wrong with the data · 2 the settings or the machine.
WRONG_DATA, WRONG_SETTINGS = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLine:
    """One command: its name, one line of help, its arguments, what it does."""

    name: str
    help: str
    run: Callable[[argparse.Namespace], int]
    arguments: Callable[[argparse.ArgumentParser], None] = lambda parser: None
    #: Another command line reads what follows, with a help of its own.
    hands_on: bool = False


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


def commands() -> tuple[CommandLine, ...]:
    """Every command, in the order of the help."""
    return (
        CommandLine(name="run", help="Serve Telegram; without a token, the demonstration.", run=_run),
        CommandLine(name="demo", help="The demonstration: a chat page, advisers and the guichet.", run=_demo),
        CommandLine(
            name="check",
            help="List every issue of flows, directory, lexicon, catalogues and settings.",
            run=_check,
            arguments=_check_arguments,
        ),
        CommandLine(name="talk", help="A conversation in the terminal; writes transcripts.", run=_talk,
                    arguments=_talk_arguments),
        CommandLine(name="draw", help="A flow at a glance, as text or as a Mermaid diagram.", run=_later("draw"),
                    arguments=_draw_arguments),
        CommandLine(name="messages", help="For translators: extract, update, report, compile-check, missing, fill.",
                    run=_messages, arguments=_rest, hands_on=True),
        CommandLine(name="prepare", help="Compile lexicon and catalogues now, so that a first start need not.",
                    run=_later("prepare")),
        CommandLine(name="nlu", help="Understanding free text: serve, train, or review what was not understood.",
                    run=_nlu, arguments=_nlu_arguments),
        CommandLine(name="train", help="Train the NLU if anything changed.", run=_train),
        CommandLine(name="migrate", help="Bring the database to this version's form.", run=_later("migrate")),
        CommandLine(name="export", help="Everything kept about one account.", run=_later("export"), arguments=_account),
        CommandLine(name="forget", help="Erase one account everywhere.", run=_later("forget"), arguments=_account),
        CommandLine(name="backup", help="Copy the database while it runs.", run=_later("backup"), arguments=_folder),
        CommandLine(name="restore", help="Put a backup back.", run=_later("put_back"), arguments=_backup_files),
        CommandLine(name="posters", help="Printable posters with a code, by office, language and topic.", run=_posters,
                    arguments=_poster_arguments),
        CommandLine(name="catalogue", help="The public page of initiatives, for buyers.",
                    run=_later("catalogue"), arguments=_out),
        CommandLine(name="review", help="Words not understood, from five alike on.", run=_later("review")),
        CommandLine(name="figures", help="Faceless counts; what many said.", run=_later("figures"), arguments=_days),
        CommandLine(name="services", help="The directory as HSDS JSON and CSV, out and in.",
                    run=_later("services"), arguments=_services_arguments),
        CommandLine(name="confirmed", help="What advisers confirmed in Telegram; --write puts it into the files.",
                    run=_later("confirmed"), arguments=_confirmed_arguments),
        CommandLine(name="audit", help="Who of the staff took, gave back, exported or erased what; ids only.",
                    run=_audit, arguments=_audit_arguments),
        CommandLine(name="doctor", help="Look for what is misconfigured.", run=_later("doctor")),
    )  # fmt: skip


def _audit_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", type=_number(1, 36_500), default=30, help="how far back (30)")


def _audit(options: argparse.Namespace) -> int:
    from bot.audit import run

    return run(options)


def _later(name: str) -> Callable[[argparse.Namespace], int]:
    """A command of `bot.maintenance`, imported when it is run."""

    def run(options: argparse.Namespace) -> int:
        from bot import maintenance

        code: int = getattr(maintenance, name)(options)
        return code

    return run


def _poster_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="OUT", nargs="?", help="where the PDFs go; without it, the links")
    parser.add_argument("--office", action="append", default=[], metavar="NAME", help="name printed below; repeatable")
    parser.add_argument("--locale", default="", help="languages with commas, such as ar,ti (all that are offered)")
    parser.add_argument("--topic", default="", help="topics with commas, such as accueil,medecin (all)")
    parser.add_argument("--bot", default="", metavar="NAME", help="the bot's user name; asked of Telegram without it")


def _posters(options: argparse.Namespace) -> int:
    from bot.posters import run

    return run(options)


def _rest(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rest", nargs=argparse.REMAINDER)


def _account(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("account", type=_number(1, 2**52), help="the Telegram id")  # Bot API, User: 52 bits at most


def _number(least: int, most: int) -> Callable[[str], int]:
    """A whole number between these two."""

    def read(text: str) -> int:
        if text.isdecimal() and least <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from {least} to {most}")

    return read


def _folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="where backups are kept")


def _draw_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("flow", help="its id, such as besoins.sleep_tonight")
    parser.add_argument("--mermaid", action="store_true", help="a flowchart for a page")


def _out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="where index.html, initiatives.csv and initiatives.json are written")


def _backup_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", type=Path, help="guichet-….db")
    parser.add_argument("keys", type=Path, help="guichet-….keys of the same time")


def _days(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        nargs="?",
        choices=("third-place", "voices"),
        help="the enquiry about a common place, or what people said alike; counts of use without it",
    )
    parser.add_argument("--days", type=_number(1, 36_500), default=30, help="counts: how far back (30)")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="third-place: write the totals as a table")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="third-place: write the totals as a picture")


def _messages(options: argparse.Namespace) -> int:
    from bot.data import sentences
    from bot.i18n import messages

    return messages.main(options.rest, sentences=lambda: sentences(Path("flows")), prog="guichet messages")


def _nlu_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", choices=("review", "train", "serve"),
        help="words not understood, from five alike on; train if anything changed; train and serve",
    )  # fmt: skip


def _nlu(options: argparse.Namespace) -> int:
    from bot.nlu.service.__main__ import main as nlu

    match options.what:
        case "review":
            return _later("review")(options)
        case "train":
            return _train(options)
        case _:
            return nlu([])


def _train(_: argparse.Namespace) -> int:
    from bot.nlu.service.__main__ import main as nlu

    return nlu(["--train-only"])


def _run(options: argparse.Namespace) -> int:
    from bot.bootstrap import Guichet

    env = environment_with_dotenv()
    settings = read_settings(settings_file(env))
    environment = read_environment(env, settings)
    if environment.telegram_token is None:
        return _demo(options)

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


def _services_arguments(parser: argparse.ArgumentParser) -> None:
    below = parser.add_subparsers(dest="what", required=True)
    out = below.add_parser("export", help="services.json (HSDS 3.0) and services.csv")
    out.add_argument("folder", type=Path, help="where they are written")
    into = below.add_parser("import", help="files of flows/directory/, to be read and completed by a person")
    into.add_argument("file", type=Path, help="HSDS JSON, or a CSV with our columns")
    into.add_argument("folder", type=Path, help="where the files are written; never flows/ itself")


def _confirmed_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--write", action="store_true", help="write the days into flows/, and change nothing else")


def _check_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--english", action="store_true", help="issues in English instead of French")


def _check(options: argparse.Namespace) -> int:
    from bot.checking import check_everything

    env = environment_with_dotenv()
    return check_everything(settings_file(env), english=options.english)


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
