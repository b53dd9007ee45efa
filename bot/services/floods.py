"""Somebody writes faster than people read answers: then the texts are answered together, and none is lost (A28).

So are photos, stickers and the like without words: each of them has the same answer.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from bot.core.events import Said, Showed
from bot.core.heard import FromNewcomer
from bot.core.ids import NewcomerId
from bot.core.messages import Message
from bot.core.session import Hold, Session
from bot.ports import InboxRow
from bot.services import outages
from bot.services.desk import Desk
from bot.services.newcomer import session_of, take_event

MINUTE: Final = timedelta(minutes=1)
#: People whose writing is remembered.
PEOPLE: Final = 5_000
#: Characters of what was written that are answered: about as much as the NLU reads.
JOINED: Final = 500
#: Answers on their way from which on further ones would only be waited for longer.
UNREAD: Final = 3
#: How often is looked for what came, while texts gather: words of danger wait no longer than this.
LOOK_S: Final = 0.2


@dataclass(slots=True)
class _Writing:
    """When somebody's last texts came, as many as are answered one by one, and when they were told that it is fast."""

    came: deque[datetime]
    told_at: datetime | None = None

    def is_fast(self, at: datetime) -> bool:
        """Whether the minute before this was full already."""
        return len(self.came) == self.came.maxlen and abs(at - self.came[0]) < MINUTE


class Floods:
    """Knows who writes too fast, and takes their texts."""

    def __init__(self, desk: Desk, *, is_stopping: Callable[[], bool]) -> None:
        self._desk = desk
        self._settings = desk.settings.flood
        self._is_stopping = is_stopping
        self._writing: OrderedDict[NewcomerId, _Writing] = OrderedDict()
        #: Lanes whose texts are being gathered now: they wait for more to come.
        self.gathering = 0

    async def take(self, rows: deque[InboxRow]) -> int:
        """Take the first texts of a lane as those of a flood; how many, 0 when the first row is one like any other.

        What comes late by an outage is no flood, and texts for an adviser are never joined.
        """
        desk, row = self._desk, rows[0]
        if row.newcomer is None or self._settings.texts_per_min <= 0:
            return 0
        now = desk.clock()
        heard = self._written(row)
        if heard is None or outages.is_late(heard, now):
            return 0
        writing = self._writing_of(row.newcomer)
        is_fast = writing.is_fast(row.received_at)
        writing.came.append(row.received_at)
        is_told = writing.told_at is not None and now - writing.told_at < MINUTE
        # Whoever waits for the answers, however fast, has none on the way.
        if not is_fast or not (is_told or desk.outgoing.is_late(row.newcomer, by=UNREAD)):
            return 0
        session = await session_of(desk, row.newcomer, heard, now)
        if session.hold is Hold.HELD or not self._may_wait(heard, session):
            return 0
        if session.hold is Hold.WAITING:
            await take_event(desk, row.newcomer, heard.event, row=row.id, heard=heard, is_acknowledged=is_told)
            taken = 1
        else:
            self.gathering += 1
            try:
                texts = await self._gathered(rows, session)
            finally:
                self.gathering -= 1
            taken = len(texts)
            if self._is_stopping() or taken < 2:
                return 0
            together = list(islice(rows, taken))
            writing.came.extend(one.received_at for one in together[1:])
            await take_event(
                desk,
                row.newcomer,
                _together(texts),
                row=together[-1].id,
                joined=[one.id for one in together[:-1]],
                heard=texts[-1],
                notice=None if is_told else Message(blocks=(desk.guide().book.phrase("too_fast"),)),
            )
        if not is_told:
            writing.told_at = now
        return taken

    def _writing_of(self, newcomer: NewcomerId) -> _Writing:
        fresh = _Writing(came=deque(maxlen=self._settings.texts_per_min))
        writing = self._writing.setdefault(newcomer, fresh)
        self._writing.move_to_end(newcomer)
        while len(self._writing) > PEOPLE:
            self._writing.popitem(last=False)
        return writing

    def _written(self, row: InboxRow) -> FromNewcomer | None:
        """What the row says, if it is a text of a newcomer, or a picture without words."""
        heard = None if row.payload is None else self._desk.read(row.payload)
        if not isinstance(heard, FromNewcomer):
            return None
        is_picture = isinstance(heard.event, Showed) and not heard.event.caption
        return heard if is_picture or isinstance(heard.event, Said) else None

    def _may_wait(self, heard: FromNewcomer, session: Session) -> bool:
        """False for words of danger and for commands: they are taken at once, each by itself."""
        if not isinstance(heard.event, Said):
            return True
        text = heard.event.text
        return self._desk.danger(text) is None and self._desk.guide().words.command(text, session.locale) is None

    async def _gathered(self, rows: deque[InboxRow], session: Session) -> list[FromNewcomer]:
        """The texts that came before anything else did, or before the time for one answer was over."""
        texts: list[FromNewcomer] = []
        until_s = time.monotonic() + self._settings.answer_every_s
        while True:
            for row in list(islice(rows, len(texts), None)):
                heard = self._written(row)
                if heard is None or not _are_alike(heard, texts) or not self._may_wait(heard, session):
                    return texts
                texts.append(heard)
            if self._is_stopping() or time.monotonic() >= until_s:
                return texts
            await asyncio.sleep(LOOK_S)


def _are_alike(heard: FromNewcomer, others: Sequence[FromNewcomer]) -> bool:
    """Whether one answer fits: to texts, or to pictures."""
    return all(type(heard.event) is type(other.event) for other in others[:1])


def _together(texts: Sequence[FromNewcomer]) -> Said | Showed:
    """The last texts as one utterance; what was written again and again counts once. Of pictures the last."""
    last = texts[-1].event
    if isinstance(last, Showed):
        return replace(last, album_continued=False)
    events = [one.event for one in texts if isinstance(one.event, Said)]
    kept: list[str] = []
    for text in dict.fromkeys(event.text for event in reversed(events)):
        if kept and sum(map(len, kept)) + len(text) > JOINED:
            break
        kept.append(text)
    return replace(events[-1], text="\n".join(reversed(kept)))
