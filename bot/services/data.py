"""What is kept about a person, shown to that person or sent as a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.core.messages import Block, Message, Rendered
from bot.core.session import Session
from bot.flow.graph import FlowBook
from bot.ports import Delivery, Verb
from bot.services.desk import Desk
from bot.services.parts import Parts


async def shown(desk: Desk, session: Session, *, export: bool) -> Parts:
    """The counts by kind as a message, or everything as one JSON file; either comes before what is asked then."""
    kept = await desk.store.data_of(session.newcomer)
    book = desk.guide().book
    if not export:
        return Parts(first=(Message(blocks=(book.phrase("my_data"), *lines(counts(kept), book, "my_data_line"))),))
    body = json.dumps(kept, ensure_ascii=False, indent=2, default=str).encode()
    text = desk.catalogues.text_of(book.phrase("my_data_file"), session.locale).text
    file = Delivery(
        verb=Verb.SEND_FILE,
        newcomer=session.newcomer,
        rendered=Rendered(text=text),
        file_name="guichet.json",
        file_bytes=body,
    )
    return Parts(pictures=(file,))


def counts(kept: Mapping[str, Any]) -> dict[str, int]:
    """How many entries of each kind."""
    return {table: len(rows) if isinstance(rows, list | tuple) else 1 for table, rows in kept.items()}


def lines(found: Mapping[str, int], book: FlowBook, name: str) -> tuple[Block, ...]:
    """One line for each kind that has entries and a name."""
    return tuple(
        book.phrase(name).having(label=book.phrase(f"data_{table}"), count=count)
        for table, count in found.items()
        if count and f"data_{table}" in book.system
    )
