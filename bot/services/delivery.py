"""The sender: takes the outbox in order, one lane at a time, at the channel's pace (style.md §1, step 5).

Before a call its row is durably marked, after it the row gets one of four fates: sent, refused, waiting again, or
uncertain. A restart therefore knows every call whose end it did not see.
"""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final, Protocol

from bot.core.ids import ChatId, Lane
from bot.errors import Conflict, DeliveryError, StoreError
from bot.ports import Clock, Fate, Messenger, OutboxRow, Receipt, Store, Verb
from bot.services.intake import Pause
from bot.services.outbox_lane import COUNTED, REPEATABLE, Entry, OutboxLane, joined
from bot.services.pacing import Pace, Pacer

log = logging.getLogger(__name__)

#: How often the store is asked for rows that nobody told us of.
POLL_S: Final = 2.0
#: Calls under way at once; below the connections of the channel, so that none waits for one.
MOST_CALLS: Final = 64
#: Rows of one lane kept in memory; the rest waits in the store.
MOST_IN_LANE: Final = 200
#: How long a revoked token, or a group that shut the bot out, is left alone.
UNAUTHORISED_S: Final = 30.0
SHUT_OUT_S: Final = 60.0
#: How often news are told anew when the session they are about was saved meanwhile.
NEWS_TRIES: Final = 5
#: A joined or repeated text is tried again after at most this long.
LONGEST_PAUSE_S: Final = 60.0


class DeliveryNews(Protocol):
    """What the sender tells the other services. A `StoreError` from here is tried again."""

    async def sent(self, row: OutboxRow, receipt: Receipt) -> None:
        """A delivery of a handoff arrived (topic opened, card sent, words relayed). Already marked in the store."""

    async def refused(self, row: OutboxRow, reason: str) -> None:
        """It will never arrive, for a reason of its own. `reason` holds nothing of its text."""

    async def uncertain(self, row: OutboxRow) -> None:
        """It may have arrived and is not sent again: show an open question again by other means (B02)."""

    async def lost(self, row: OutboxRow) -> None:
        """A volatile text that a restart forgot: ask again from the last step before."""

    async def unreachable(self, row: OutboxRow) -> None:
        """The newcomer blocked the bot (B06); or the group shut it out (B08), whose rows wait and are tried again."""

    async def topic_gone(self, row: OutboxRow) -> None:
        """The topic of this row's handoff is gone: `topic_lost`, then commit an OPEN_TOPIC; the row waits (B10)."""

    async def migrated(self, old: ChatId, new: ChatId) -> None:
        """The group has a new id: `team_chat_moved` (B09)."""

    async def unauthorised(self) -> None:
        """The token was revoked: nothing is sent until it is accepted again (A20). Told once."""


class Sender:
    """Sends what the outbox holds. `offer` it new rows, or let it find them."""

    def __init__(
        self,
        store: Store,
        messenger: Messenger,
        news: DeliveryNews,
        *,
        clock: Clock,
        pace: Pace | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        poll_s: float = POLL_S,
    ) -> None:
        self._store = store
        self._messenger = messenger
        self._news = news
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep
        self._poll_s = poll_s
        self._pacer = Pacer(pace or Pace(), monotonic=monotonic, sleep=sleep)
        self._lanes: dict[Lane, OutboxLane] = {}
        self._known: set[int] = set()
        #: Finished while the store was being read: that reading must not bring them back.
        self._finished: set[int] = set()
        #: Lanes for which rows were left to the store while it was being read.
        self._missed: set[Lane] = set()
        self._to_mark: list[tuple[int, asyncio.Future[bool]]] = []
        self._marker: asyncio.Task[None] | None = None
        self._poller: asyncio.Task[None] | None = None
        self._poll_now = asyncio.Event()
        self._calls = asyncio.Semaphore(MOST_CALLS)
        self._is_started = False
        self._is_stopping = False
        self._is_refused = False
        self._shut_out: set[ChatId] = set()
        self.sent = 0

    @property
    def is_busy(self) -> bool:
        """Rows are in memory: being sent, paced, or waiting to be tried again."""
        return bool(self._known) or any(lane.task is not None for lane in self._lanes.values())

    async def start(self) -> None:
        """Settle what a dead process left, read what waits, and go on from there."""
        for row in await self._store.interrupted():
            await self._settle_interrupted(row)
        while await self._read_store():
            pass
        self._is_started = True
        self._poller = asyncio.create_task(self._poll())

    def offer(self, rows: Sequence[OutboxRow]) -> None:
        """Rows that a commit made, in order."""
        if self._is_stopping:
            return
        for row in rows:
            if row.id in self._known:
                continue
            lane = self._lane(row.lane)
            if not self._is_started or (lane.is_behind and row.delivery.verb is not Verb.OPEN_TOPIC):
                lane.is_behind = True
                self._missed.add(row.lane)
                self._poll_now.set()
                continue
            if len(lane.entries) >= MOST_IN_LANE:
                lane.is_behind = True
                continue
            self._put(lane, row, is_read=False)

    async def stop(self, timeout_s: float = 10.0) -> None:
        """Begin nothing new; finish the calls under way within `timeout_s`. What waits stays in the store (G14)."""
        self._is_stopping = True
        if self._poller is not None:
            self._poller.cancel()
        busy: list[asyncio.Task[None]] = []
        for lane in self._lanes.values():
            if lane.task is not None:
                busy.append(lane.task)
                if lane.is_idle:
                    lane.task.cancel()
        if busy:
            _, late = await asyncio.wait(busy, timeout=timeout_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._poller is not None:
            await asyncio.gather(self._poller, return_exceptions=True)

    # reading the store

    async def _poll(self) -> None:
        pause = Pause(0.2, 10.0)
        while True:
            try:
                # A full memory means that everything is known and only paced: then asking is dear and tells nothing.
                async with asyncio.timeout(self._poll_s * (1 + len(self._known) / 100)):
                    await self._poll_now.wait()
            except TimeoutError:
                pass
            self._poll_now.clear()
            began = self._monotonic()
            try:
                while await self._read_store():
                    pass
                pause.reset()
                # With thousands of lanes behind, reading for each one that gets on would leave time for nothing else.
                await self._sleep(min(self._poll_s, (self._monotonic() - began) * 4))
            except StoreError:
                log.error("outbox.unread")
                await self._sleep(pause.next_s())

    async def _read_store(self) -> bool:
        """Take what waits in the store; True when there may be more."""
        limit = 500 + len(self._known)
        behind = [lane for lane in self._lanes.values() if lane.is_behind and not lane.entries]
        self._finished.clear()
        self._missed.clear()
        rows = await self._store.take_outbox(limit)
        seen: set[Lane] = set()
        for row in rows:
            seen.add(row.lane)
            if row.id not in self._known and row.id not in self._finished:
                lane = self._lane(row.lane)
                lane.is_behind = True
                self._put(lane, row, is_read=True)
        if len(rows) < limit:
            for lane in behind:
                if lane.name not in seen and lane.name not in self._missed:
                    lane.is_behind = False
                    self._release(lane)
        if self._missed:
            self._poll_now.set()
        return len(rows) >= limit

    def _lane(self, name: Lane) -> OutboxLane:
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = OutboxLane(name)
        return lane

    def _put(self, lane: OutboxLane, row: OutboxRow, *, is_read: bool) -> None:
        self._known.add(row.id)
        lane.add(row, is_read=is_read)
        if lane.task is None and not self._is_stopping:
            lane.task = asyncio.create_task(self._serve(lane))

    def _forget(self, lane: OutboxLane, entries: list[Entry]) -> None:
        lane.drop(entries)
        for entry in entries:
            self._known.discard(entry.row.id)

    def _finish(self, lane: OutboxLane, entries: list[Entry]) -> None:
        self._finished.update(entry.row.id for entry in entries)
        self._forget(lane, entries)

    def _leave_to_store(self, lane: OutboxLane) -> None:
        """Forget the lane's rows here: they need something that only the store can tell."""
        lane.is_behind = True
        self._forget(lane, [entry for entry in lane if entry.row.delivery.verb is not Verb.OPEN_TOPIC])

    def _release(self, lane: OutboxLane) -> None:
        if lane.task is None and not lane.entries and not lane.is_behind:
            self._lanes.pop(lane.name, None)

    # one lane

    async def _serve(self, lane: OutboxLane) -> None:
        pause = Pause(0.5, LONGEST_PAUSE_S)
        try:
            while lane.entries and not self._is_stopping:
                row = lane.ready(lane.entries[0])
                if row is None:
                    self._leave_to_store(lane)
                    if not lane.entries:
                        break
                    continue
                wait_s = await self._send_first(lane, row, pause)
                if wait_s:
                    await self._idle(lane, self._sleep(wait_s))
        except asyncio.CancelledError:
            pass  # only while stopping: what was begun stays marked, and the next start settles it
        except Exception as exc:
            log.error("delivery.bug lane error=%s at=%s", type(exc).__name__, _place(exc))
            lane.is_behind = True
            self._forget(lane, list(lane))
        finally:
            lane.task = None
            if lane.is_behind and not lane.entries and not self._is_stopping:
                self._poll_now.set()
            self._release(lane)

    async def _idle(self, lane: OutboxLane, waiting: Awaitable[object]) -> None:
        lane.is_idle = True
        try:
            await waiting
        finally:
            lane.is_idle = False

    async def _send_first(self, lane: OutboxLane, row: OutboxRow, pause: Pause) -> float:
        """Bring the first row of a lane to an end, or say how long to wait before it is tried again."""
        entries = [lane.entries[0]]
        if row.chat is None:
            await self._refuse(lane, entries, row, "gone")
            return 0.0
        if row.delivery.verb is Verb.OPEN_TOPIC and row.thread is not None:
            await self._refuse(lane, entries, row, "open already")
            return 0.0
        waited = await self._its_turn(lane, row)
        if lane.entries[0] is not entries[0]:
            return 0.0  # a topic's opening came in between
        if waited and row.chat < 0:
            entries = lane.joinable() or entries
        async with self._calls:
            if self._is_stopping:
                return 0.0
            if not await self._begin_all(entries):
                self._leave_to_store(lane)
                return 0.0
            rows = [lane.ready(entry) or entry.row for entry in entries]
            try:
                receipt = await self._messenger.deliver(joined(rows))
            except DeliveryError as exc:
                error: DeliveryError | None = exc
            except Exception as exc:
                log.error("delivery.bug verb=%s error=%s at=%s", row.delivery.verb, type(exc).__name__, _place(exc))
                error = DeliveryError("bug", uncertain=True)
            else:
                error = None
        if error is not None:
            return await self._failed(lane, entries, error, pause)
        pause.reset()
        await self._arrived(lane, entries, rows, receipt)
        return 0.0

    async def _its_turn(self, lane: OutboxLane, row: OutboxRow) -> bool:
        assert row.chat is not None
        lane.is_idle = True
        try:
            if row.delivery.verb in COUNTED:
                return await self._pacer.turn(row.chat)
            return await self._pacer.unhurried(row.chat)
        finally:
            lane.is_idle = False

    async def _arrived(self, lane: OutboxLane, entries: list[Entry], rows: list[OutboxRow], receipt: Receipt) -> None:
        self.sent += len(rows)
        self._is_refused = False
        if rows[0].chat is not None:
            self._shut_out.discard(rows[0].chat)
        if len(rows) > 1:
            receipt = Receipt()  # one message mirrors several: an edit of one must not replace them all
        at = self._clock()
        for row in rows:
            lane.learn(row, receipt)
            await self._surely(self._store.mark_sent, row, receipt, at=at)
        self._finish(lane, entries)
        if rows[0].delivery.verb is Verb.OPEN_TOPIC:
            lane.is_behind = True  # what waited for the topic is in the store
        for row in rows:
            if row.delivery.handoff is not None:
                await self._told(self._news.sent, row, receipt)

    async def _failed(self, lane: OutboxLane, entries: list[Entry], error: DeliveryError, pause: Pause) -> float:
        row = entries[0].row
        log.warning("delivery.failed row=%d verb=%s reason=%s", row.id, row.delivery.verb, error)
        assert row.chat is not None
        if error.unauthorised:
            self._pacer.hold_all(UNAUTHORISED_S)
            await self._again(entries)
            if not self._is_refused:
                self._is_refused = True
                await self._told(self._news.unauthorised)
            return 0.0
        if error.retry_after_s is not None:
            self._pacer.hold(row.chat, error.retry_after_s)
            await self._again(entries)
            return 0.0
        if error.migrated_to is not None:
            await self._again(entries)
            await self._move(row.chat, ChatId(error.migrated_to))
            return 0.0
        if error.topic_gone:
            await self._again(entries)
            lane.thread = lane.card = None
            await self._told(self._news.topic_gone, row)
            self._leave_to_store(lane)
            return 0.0
        if error.unreachable:
            return await self._shut(lane, entries, row, error)
        if error.permanent:
            for entry in list(entries):
                await self._refuse(lane, [entry], entry.row, str(error))
            return 0.0
        if error.uncertain:
            return await self._doubt(lane, entries, pause)
        await self._again(entries)
        return pause.next_s()

    async def _again(self, entries: list[Entry]) -> None:
        # Due at once in the store: how long to wait is known here only, and a restart should try at once.
        for entry in entries:
            await self._surely(self._store.mark_retry, entry.row.id, not_before=self._clock())

    async def _refuse(self, lane: OutboxLane, entries: list[Entry], row: OutboxRow, reason: str) -> None:
        await self._surely(self._store.mark_refused, row.id, reason=reason)
        self._finish(lane, entries)
        await self._told(self._news.refused, row, reason)

    async def _shut(self, lane: OutboxLane, entries: list[Entry], row: OutboxRow, error: DeliveryError) -> float:
        """A newcomer is left alone; the rows of a group wait until it lets the bot in again (B06, B08)."""
        assert row.chat is not None
        if row.delivery.newcomer is not None or row.chat > 0 or row.delivery.verb is Verb.LEAVE:
            await self._surely(self._store.mark_refused, row.id, reason=str(error))
            self._finish(lane, entries)
            await self._told(self._news.unreachable, row)
            return 0.0
        await self._again(entries)
        if row.chat not in self._shut_out:
            self._shut_out.add(row.chat)
            await self._told(self._news.unreachable, row)
        return SHUT_OUT_S

    async def _doubt(self, lane: OutboxLane, entries: list[Entry], pause: Pause) -> float:
        """Nobody knows whether it arrived (B02)."""
        if entries[0].row.delivery.verb in REPEATABLE:
            await self._again(entries)
            return pause.next_s()
        is_repeated = False
        for entry in list(entries):
            row = entry.row
            again = row.fate is not Fate.UNCERTAIN and (row.delivery.vital or row.delivery.verb is Verb.OPEN_TOPIC)
            await self._surely(self._store.mark_uncertain, row.id, again=again)
            if again:
                entry.row = replace(row, fate=Fate.UNCERTAIN)
                is_repeated = True
            else:
                self._finish(lane, [entry])
                await self._told(self._news.uncertain, row)
        return pause.next_s() if is_repeated else 0.0

    async def _settle_interrupted(self, row: OutboxRow) -> None:
        """A call whose end the last process did not see (B03), or a volatile text that it took along."""
        if row.fate is Fate.REFUSED or (row.delivery.volatile and row.delivery.rendered is None):
            await self._surely(self._store.mark_refused, row.id, reason="forgotten by a restart")
            await self._told(self._news.lost, row)
        elif row.delivery.verb in REPEATABLE:
            await self._surely(self._store.mark_retry, row.id, not_before=self._clock())
        else:
            again = row.delivery.vital or row.delivery.verb is Verb.OPEN_TOPIC
            await self._surely(self._store.mark_uncertain, row.id, again=again)
            if not again:
                await self._told(self._news.uncertain, row)

    async def _move(self, old: ChatId, new: ChatId) -> None:
        await self._told(self._news.migrated, old, new)
        for lane in self._lanes.values():
            lane.moved(old, new)

    # marks

    async def _begin_all(self, entries: list[Entry]) -> bool:
        """Note all of these; False when one was erased meanwhile, or taken by another process."""
        if len(entries) == 1:
            return await self._begin(entries[0].row.id)
        noted = await asyncio.gather(*(self._begin(entry.row.id) for entry in entries))
        if not all(noted):
            await self._again([entry for entry, is_ours in zip(entries, noted, strict=True) if is_ours])
        return all(noted)

    async def _begin(self, ident: int) -> bool:
        """Durably note that a call is about to be made; many at once share one note. False: not ours any more."""
        noted: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._to_mark.append((ident, noted))
        if self._marker is None:
            self._marker = asyncio.create_task(self._mark_begun())
        return await noted

    async def _mark_begun(self) -> None:
        try:
            while self._to_mark:
                batch, self._to_mark = self._to_mark, []
                try:
                    await self._surely(self._store.mark_sending, [ident for ident, _ in batch])
                except Conflict:
                    for ident, noted in batch:
                        _answer(noted, await self._mark_one(ident))
                except Exception as exc:
                    log.error("delivery.bug marking error=%s at=%s", type(exc).__name__, _place(exc))
                    for _, noted in batch:
                        _answer(noted, False)
                else:
                    for _, noted in batch:
                        _answer(noted, True)
        finally:
            self._marker = None

    async def _mark_one(self, ident: int) -> bool:
        try:
            await self._surely(self._store.mark_sending, [ident])
        except Conflict:
            return False
        return True

    async def _surely(self, act: Callable[..., Awaitable[None]], /, *args: object, **named: object) -> None:
        """Do it, as often as the store needs: what is not noted would be sent twice or never."""
        pause = Pause(0.1, 10.0)
        while True:
            try:
                return await act(*args, **named)
            except StoreError:
                log.error("outbox.not_noted")
                await self._sleep(pause.next_s())

    async def _told(self, act: Callable[..., Awaitable[None]], /, *args: object) -> None:
        """Tell the other services. What goes wrong there must not stop a lane."""
        for _ in range(NEWS_TRIES):
            try:
                await self._surely(act, *args)
            except Conflict:
                continue  # somebody saved the same session meanwhile
            except Exception as exc:
                log.error("delivery.news_failed error=%s at=%s", type(exc).__name__, _place(exc))
            return
        log.error("delivery.news_failed error=Conflict")


def _answer(noted: asyncio.Future[bool], answer: bool) -> None:
    if not noted.done():
        noted.set_result(answer)


def _place(exc: Exception) -> str:
    """Where it was raised. Never the text of an exception: it may quote a message."""
    frames = traceback.extract_tb(exc.__traceback__)
    return f"{frames[-1].name}:{frames[-1].lineno}" if frames else "?"
