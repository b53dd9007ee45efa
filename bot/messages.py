"""`guichet messages`: the translators' desk over everything a newcomer reads, flows and directory together."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.directory.extract import phrases_of
from bot.directory.lookup import load
from bot.flow.extract import phrases_in
from bot.i18n import messages
from bot.i18n.messages import Found


def sentences(flows: Path = Path("flows")) -> Iterator[Found]:
    """Every French sentence below `flows/`: pathways, system phrases, services and facts."""
    yield from phrases_in(flows)
    yield from phrases_of(load(flows))


def main(arguments: Sequence[str] | None = None) -> int:
    """As the desk of `bot.i18n.messages`, which does not know flows; its exit code."""
    return messages.main(arguments, sentences=sentences)


if __name__ == "__main__":
    sys.exit(main())
