"""The four fates of a call (sent, refused, waiting again, uncertain) and what each of them sets going."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Final

from bot.core.ids import ChatId
from bot.errors import DeliveryError
from bot.ports import Clock, Fate, OutboxRow, Receipt, Store, Verb
from bot.services.outbox.lane import DISPENSABLE, REPEATABLE, Entry, OutboxLane
from bot.services.outbox.marks import Marks
from bot.services.outbox.memory import OutboxMemory
from bot.services.outbox.news import DeliveryNews
from bot.services.pacing import Pacer
from bot.services.pauses import Pause

log = logging.getLogger(__name__)

#: How long a revoked token, or a group that shut the bot out, is left alone.
UNAUTHORISED_S: Final = 30.0
SHUT_OUT_S: Final = 60.0


class Fates:
    """Notes the fate of calls in the store and tells who has to know."""

    def __init__(
        self, store: Store, marks: Marks, memory: OutboxMemory, pacer: Pacer, news: DeliveryNews, clock: Clock
    ) -> None:
        self._store = store
        self._marks = marks
        self._memory = memory
        self._pacer = pacer
        self._news = news
        self._clock = clock
        #: The token was revoked, as the last call showed.
        self.is_refused = False
        self._shut_out: set[ChatId] = set()
        self.sent = 0

    async def arrived(self, lane: OutboxLane, entries: list[Entry], rows: list[OutboxRow], receipt: Receipt) -> None:
        """One call, for one row or for several joined ones, was done."""
        self.sent += len(rows)
        self.is_refused = False
        if rows[0].chat is not None:
            self._shut_out.discard(rows[0].chat)
        if len(rows) > 1:
            receipt = Receipt()  # one message mirrors several: an edit of one must not replace them all
        at = self._clock()
        for row in rows:
            lane.learn(row, receipt)
            await self._marks.surely(self._store.mark_sent, row, receipt, at=at)
        self._memory.finish(lane, entries)
        if rows[0].delivery.verb is Verb.OPEN_TOPIC:
            lane.is_behind = True  # what waited for the topic is in the store
        for row in rows:
            if row.delivery.handoff is not None:
                await self._marks.told(self._news.sent, row, receipt)

    async def failed(self, lane: OutboxLane, entries: list[Entry], error: DeliveryError, pause: Pause) -> float:
        """A call was not done, or nobody knows. Gives the seconds until its lane goes on."""
        row = entries[0].row
        log.warning("delivery.failed row=%d verb=%s reason=%s", row.id, row.delivery.verb, error)
        assert row.chat is not None
        if error.unauthorised:
            self._pacer.hold_all(UNAUTHORISED_S)
            await self.again(entries)
            if not self.is_refused:
                self.is_refused = True
                await self._marks.told(self._news.unauthorised)
            return 0.0
        if error.retry_after_s is not None:
            self._pacer.hold(row.chat, error.retry_after_s)
            await self.again(entries)
            return 0.0
        if error.migrated_to is not None:
            await self.again(entries)
            new = ChatId(error.migrated_to)
            await self._marks.told(self._news.migrated, row.chat, new)
            self._memory.moved(row.chat, new)
            return pause.next_s()
        if error.topic_gone:
            await self.again(entries)
            lane.thread = lane.card = None
            await self._marks.told(self._news.topic_gone, row)
            self._memory.leave_to_store(lane)
            return pause.next_s()
        if error.unreachable:
            return await self._shut(lane, entries, row, error)
        if error.permanent:
            if row.delivery.verb is Verb.OPEN_TOPIC:
                await self.again(entries)  # somebody waits, and what they write: until an admin mends the group (C14)
                return pause.next_s()
            for entry in list(entries):
                await self.refuse(lane, [entry], entry.row, str(error))
            return 0.0
        if error.uncertain:
            return await self._doubt(lane, entries, pause)
        await self.again(entries)
        return pause.next_s()

    async def again(self, entries: list[Entry]) -> None:
        """Certainly not done: these rows wait in their place."""
        # Due at once in the store: how long to wait is known here only, and a restart should try at once. An instant
        # would be one that a clock that is set back does not come to for a day (H01).
        for entry in entries:
            await self._marks.surely(self._store.mark_retry, entry.row.id)

    async def refuse(self, lane: OutboxLane, entries: list[Entry], row: OutboxRow, reason: str) -> None:
        """It will never be done."""
        await self._marks.surely(self._store.mark_refused, row.id, reason=reason)
        self._memory.finish(lane, entries)
        await self._marks.told(self._news.refused, row, reason)

    async def _shut(self, lane: OutboxLane, entries: list[Entry], row: OutboxRow, error: DeliveryError) -> float:
        """A newcomer is left alone; the rows of a group wait until it lets the bot in again (B06, B08)."""
        assert row.chat is not None
        if row.delivery.newcomer is not None or row.chat > 0 or row.delivery.verb is Verb.LEAVE:
            await self._marks.surely(self._store.mark_refused, row.id, reason=str(error))
            self._memory.finish(lane, entries)
            await self._marks.told(self._news.unreachable, row)
            return 0.0
        if row.delivery.verb in DISPENSABLE and not error.permanent:
            # Only the right to manage topics is missing: what people write must not wait behind a title.
            await self._marks.surely(self._store.mark_refused, row.id, reason=str(error))
            self._memory.finish(lane, entries)
            pause_s = 0.0
        else:
            await self.again(entries)
            pause_s = SHUT_OUT_S
        if row.chat not in self._shut_out:
            self._shut_out.add(row.chat)
            await self._marks.told(self._news.unreachable, row)
        return pause_s

    async def _doubt(self, lane: OutboxLane, entries: list[Entry], pause: Pause) -> float:
        """Nobody knows whether it arrived (B02)."""
        if entries[0].row.delivery.verb in REPEATABLE:
            await self.again(entries)
            return pause.next_s()
        is_repeated = False
        for entry in list(entries):
            if await self._sent_once_more(entry.row):
                entry.row = replace(entry.row, fate=Fate.UNCERTAIN)
                is_repeated = True
            else:
                self._memory.finish(lane, [entry])
                await self._marks.told(self._news.uncertain, entry.row)
        return pause.next_s() if is_repeated else 0.0

    async def _sent_once_more(self, row: OutboxRow) -> bool:
        """Note the doubt; whether the row is repeated is for the store to say, which knows what came before."""
        again = row.delivery.vital or row.delivery.verb is Verb.OPEN_TOPIC
        return await self._marks.surely(self._store.mark_uncertain, row.id, again=again)

    async def settle_interrupted(self, row: OutboxRow) -> None:
        """A call whose end the last process did not see (B03), or a volatile text that it took along."""
        if row.fate is Fate.REFUSED or (row.delivery.volatile and row.delivery.rendered is None):
            await self._marks.surely(self._store.mark_refused, row.id, reason="forgotten by a restart")
            await self._marks.told(self._news.lost, row)
        elif row.delivery.verb in REPEATABLE:
            await self._marks.surely(self._store.mark_retry, row.id)
        elif not await self._sent_once_more(row):
            await self._marks.told(self._news.uncertain, row)
