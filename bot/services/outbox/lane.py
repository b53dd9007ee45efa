"""One lane in memory: rows in their order, and what they learn from the calls before them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.core.ids import ChatId, Lane, moved_lane
from bot.core.messages import Rendered
from bot.core.split import units
from bot.ports import OutboxRow, Receipt, Verb

#: Verbs whose repetition changes nothing: when in doubt they are simply done again.
REPEATABLE = frozenset(
    {
        Verb.EDIT,
        Verb.EDIT_BUTTONS,
        Verb.DELETE,
        Verb.RENAME_TOPIC,
        Verb.CLOSE_TOPIC,
        Verb.DELETE_TOPIC,
        Verb.LEAVE,
    }
)
#: Verbs that change how a topic looks and nothing that is said in it.
DISPENSABLE = frozenset({Verb.RENAME_TOPIC, Verb.CLOSE_TOPIC})
#: Verbs that Telegram counts as messages.
COUNTED = frozenset({Verb.SEND, Verb.COPY, Verb.SEND_FILE, Verb.EDIT, Verb.EDIT_BUTTONS})
#: Room left under Telegram's 4096 units for joined texts.
_JOINED_UNITS = 4000


@dataclass(slots=True)
class Entry:
    """A row in memory. `is_read`: read from the store just now, so everything about it is resolved."""

    row: OutboxRow
    is_read: bool = False


class OutboxLane:
    """Rows of one lane, first to leave first."""

    __slots__ = ("card", "entries", "hurry", "is_behind", "is_idle", "is_resting", "name", "task", "thread")

    def __init__(self, name: Lane) -> None:
        self.name = name
        self.entries: list[Entry] = []
        #: The store may hold rows of this lane that are not here: what comes by itself must not overtake them.
        self.is_behind = False
        #: The lane's task only waits; it may be ended without harm.
        self.is_idle = False
        #: It waits because a call was not done, not for its turn.
        self.is_resting = False
        #: Set when something comes that does not wait for what the lane waits for.
        self.hurry = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        #: What calls of this lane brought that later rows were made without.
        self.thread: int | None = None
        self.card: int | None = None

    def add(self, row: OutboxRow, *, is_read: bool) -> None:
        """Put a row in its place: after the older ones of its rank and everything of a rank before it."""
        at = len(self.entries)
        first = 0 if self.is_idle or self.task is None else min(1, at)
        while at > first and _order(self.entries[at - 1].row) > _order(row):
            at -= 1
        self.entries.insert(at, Entry(row, is_read))
        if at == 0 and row.delivery.urgent:
            self.hurry.set()

    def drop(self, entries: list[Entry]) -> None:
        """Forget these entries."""
        self.entries = [entry for entry in self.entries if not any(entry is gone for gone in entries)]

    def learn(self, row: OutboxRow, receipt: Receipt) -> None:
        """Keep what later rows need."""
        if row.delivery.verb is Verb.OPEN_TOPIC:
            self.thread = receipt.thread
        if row.delivery.is_card and receipt.message_id is not None:
            self.card = receipt.message_id

    def ready(self, entry: Entry) -> OutboxRow | None:
        """The row with everything resolved; None when the store has to be read for it."""
        row, delivery = entry.row, entry.row.delivery
        if delivery.newcomer is None and delivery.handoff is not None:
            if row.thread is None and self.thread is not None:
                row = replace(row, thread=self.thread)
            topicless = row.thread is None and delivery.thread is None and delivery.verb is not Verb.OPEN_TOPIC
            if topicless and not entry.is_read:
                return None
            if delivery.is_card and delivery.verb is Verb.EDIT and delivery.message_id is None:
                if self.card is not None:
                    row = replace(row, delivery=replace(delivery, message_id=self.card))
                elif not entry.is_read:
                    return None
        if delivery.verb is Verb.COPY and row.source is None and not entry.is_read:
            return None
        return row

    def moved(self, old: ChatId, new: ChatId) -> None:
        """The group has a new id."""
        self.name = moved_lane(self.name, old, new)
        for entry in self.entries:
            entry.row = moved_row(entry.row, old, new)

    def joinable(self) -> list[Entry]:
        """The first entry and the plain texts right after it that may become one message (B17)."""
        taken: list[Entry] = []
        length = 0
        for entry in self.entries:
            if not _is_plain(entry.row) or (taken and entry.row.fate is not taken[0].row.fate):
                break
            length += units(_text(entry.row)) + 2
            if taken and length > _JOINED_UNITS:
                break
            taken.append(entry)
        return taken

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)


def moved_row(row: OutboxRow, old: ChatId, new: ChatId) -> OutboxRow:
    """The row as it is once a group has a new id."""
    return replace(row, chat=new, lane=moved_lane(row.lane, old, new)) if row.chat == old else row


def joined(rows: list[OutboxRow]) -> OutboxRow:
    """One row that says what all of these say, in order."""
    if len(rows) == 1:
        return rows[0]
    text = ""
    bold: list[tuple[int, int]] = []
    for row in rows:
        if text:
            text += "\n\n"
        shift = units(text)
        rendered = row.delivery.rendered
        assert rendered is not None
        bold += [(offset + shift, length) for offset, length in rendered.bold]
        text += rendered.text
    return replace(rows[0], delivery=replace(rows[0].delivery, rendered=Rendered(text=text, bold=tuple(bold))))


def _order(row: OutboxRow) -> tuple[int, int]:
    return row.delivery.rank, row.id


def _is_plain(row: OutboxRow) -> bool:
    delivery = row.delivery
    return (
        delivery.verb is Verb.SEND
        and delivery.newcomer is None
        and delivery.message_id is None
        and not delivery.is_card
        and delivery.rendered is not None
        and not delivery.rendered.buttons
    )


def _text(row: OutboxRow) -> str:
    return "" if row.delivery.rendered is None else row.delivery.rendered.text
