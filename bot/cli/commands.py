"""Every command: its name, its line of help, its arguments, and where what it does is written."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CommandLine:
    """One command: its name, one line of help, its arguments, what it does."""

    name: str
    help: str
    run: Callable[[argparse.Namespace], int]
    arguments: Callable[[argparse.ArgumentParser], None] = lambda parser: None
    #: Another command line reads what follows, with a help of its own.
    hands_on: bool = False


def commands() -> tuple[CommandLine, ...]:
    """Every command, in the order of the help."""
    return (
        CommandLine("run", "Serve Telegram; without a token, the demonstration.", _later("serve.run")),
        CommandLine("demo", "The demonstration: a chat page, advisers and the guichet.", _later("serve.demo")),
        CommandLine("check", "List every issue of flows, directory, lexicon, catalogues and settings.",
                    _later("check.check"), _check_arguments),
        CommandLine("talk", "A conversation in the terminal; writes transcripts.", _later("talk.talk"),
                    _talk_arguments),
        CommandLine("draw", "A flow at a glance, as text or as a Mermaid diagram.", _later("draw.draw"),
                    _draw_arguments),
        CommandLine("messages", "For translators: extract, update, report, compile-check, missing, fill.",
                    _messages, _rest, hands_on=True),
        CommandLine("prepare", "Compile lexicon and catalogues now, so that a first start need not.",
                    _later("prepare.prepare")),
        CommandLine("nlu", "Understanding free text: serve, train, or review what was not understood.",
                    _nlu, _nlu_arguments),
        CommandLine("train", "Train the NLU if anything changed.", _train),
        CommandLine("migrate", "Bring the database to this version's form.", _later("database.migrate")),
        CommandLine("export", "Everything kept about one account.", _later("accounts.export"), _account),
        CommandLine("forget", "Erase one account everywhere.", _later("accounts.forget"), _account),
        CommandLine("backup", "Copy the database while it runs.", _later("database.backup"), _folder),
        CommandLine("restore", "Put a backup back.", _later("database.restore"), _backup_files),
        CommandLine("posters", "Printable posters with a code, by office, language and topic.",
                    _later("posters.posters"), _poster_arguments),
        CommandLine("catalogue", "The public page of initiatives, for buyers.", _later("catalogue.catalogue"), _out),
        CommandLine("review", "Words not understood, from five alike on.", _later("figures.review")),
        CommandLine("figures", "Faceless counts; what many said.", _later("figures.figures"), _days),
        CommandLine("services", "The directory as HSDS JSON and CSV, out and in.", _later("directory.services"),
                    _services_arguments),
        CommandLine("confirmed", "What advisers confirmed in Telegram; --write puts it into the files.",
                    _later("directory.confirmed"), _confirmed_arguments),
        CommandLine("audit", "Who of the staff took, gave back, exported or erased what; ids only.",
                    _later("audit.audit"), _audit_arguments),
        CommandLine("doctor", "Look for what is misconfigured.", _later("doctor.doctor")),
    )  # fmt: skip


def _later(place: str) -> Callable[[argparse.Namespace], int]:
    """The function at this place below `bot.cli`, imported when it is run: most need far more than the help does."""

    def run(options: argparse.Namespace) -> int:
        module, _, name = place.partition(".")
        code: int = getattr(importlib.import_module(f"bot.cli.{module}"), name)(options)
        return code

    return run


def _talk_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--locale", default="fr", help="language of the conversation (fr); several with commas for --branches"
    )
    parser.add_argument("--record", type=Path, help="write the conversation here when it ends")
    parser.add_argument("--new", action="store_true", help="begin as somebody who has never written")
    parser.add_argument("--branches", metavar="FLOW", nargs="*", help="write a transcript for every branch (all flows)")


def _check_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--english", action="store_true", help="issues in English instead of French")


def _draw_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("flow", help="its id, such as besoins.sleep_tonight")
    parser.add_argument("--mermaid", action="store_true", help="a flowchart for a page")


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


def _backup_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", type=Path, help="guichet-….db")
    parser.add_argument("keys", type=Path, help="guichet-….keys of the same time")


def _poster_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="OUT", nargs="?", help="where the PDFs go; without it, the links")
    parser.add_argument("--office", action="append", default=[], metavar="NAME", help="name printed below; repeatable")
    parser.add_argument("--locale", default="", help="languages with commas, such as ar,ti (all that are offered)")
    parser.add_argument("--topic", default="", help="topics with commas, such as accueil,medecin (all)")
    parser.add_argument("--bot", default="", metavar="NAME", help="the bot's user name; asked of Telegram without it")


def _out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="where index.html, initiatives.csv and initiatives.json are written")


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


def _audit_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", type=_number(1, 36_500), default=30, help="how far back (30)")


def _services_arguments(parser: argparse.ArgumentParser) -> None:
    below = parser.add_subparsers(dest="what", required=True)
    out = below.add_parser("export", help="services.json (HSDS 3.0) and services.csv")
    out.add_argument("folder", type=Path, help="where they are written")
    into = below.add_parser("import", help="files of flows/directory/, to be read and completed by a person")
    into.add_argument("file", type=Path, help="HSDS JSON, or a CSV with our columns")
    into.add_argument("folder", type=Path, help="where the files are written; never flows/ itself")


def _confirmed_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--write", action="store_true", help="write the days into flows/, and change nothing else")


def _nlu_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", choices=("review", "train", "serve"),
        help="words not understood, from five alike on; train if anything changed; train and serve",
    )  # fmt: skip


def _nlu(options: argparse.Namespace) -> int:
    from bot.nlu.service.__main__ import main as nlu

    match options.what:
        case "review":
            return _later("figures.review")(options)
        case "train":
            return _train(options)
        case _:
            return nlu([])


def _train(_: argparse.Namespace) -> int:
    from bot.nlu.service.__main__ import main as nlu

    return nlu(["--train-only"])


def _messages(options: argparse.Namespace) -> int:
    from bot.data import sentences
    from bot.i18n import messages

    return messages.main(options.rest, sentences=lambda: sentences(Path("flows")), prog="guichet messages")
