"""What stands beneath a sentence with a figure that nobody has vouched for lately: to be checked, says the guichet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from bot.core.messages import Block
from bot.core.phrases import Phrase
from bot.flow.graph import FlowBook

#: `{fact.fee_9bis}`, `{fact.fee_9bis.year}`, `{fact.fee_9bis.full}`: all of one fact.
_FACT = re.compile(r"\{fact\.([a-z0-9_]+)")


def with_age(blocks: Sequence[Block], book: FlowBook, today: date) -> tuple[Block, ...]:
    """The same paragraphs, with a note behind the last that holds an old figure (product.md, "Honest content")."""
    note, old = book.old_facts, [at for at, block in enumerate(blocks, start=1) if _is_old(block, book, today)]
    if note is None or not old:
        return tuple(blocks)
    shown = Phrase(key="", text="⚠️ {note}", values={"note": note})
    return (*blocks[: old[-1]], shown, *blocks[old[-1] :])


def _is_old(block: Block, book: FlowBook, today: date) -> bool:
    names = _FACT.findall(block.text) if isinstance(block, Phrase) else ()
    return any(name in book.facts_until and book.facts_until[name] < today for name in names)
