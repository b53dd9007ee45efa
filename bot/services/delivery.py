"""The sender: takes the outbox in order, one lane at a time, at the channel's pace (style.md §1, step 5).

Before a call its row is durably marked, after it the row gets one of four fates: sent, refused, waiting again, or
uncertain. A restart therefore knows every call whose end it did not see.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from bot.core.ids import ChatId, NewcomerId
from bot.core.place import place
from bot.errors import DeliveryError, StoreError
from bot.ports import Clock, Fate, Messenger, OutboxRow, Receipt, Store, Verb
from bot.services.outbox.fates import Fates
from bot.services.outbox.lane import COUNTED, Entry, OutboxLane, joined
from bot.services.outbox.marks import Marks
from bot.services.outbox.memory import OutboxMemory
from bot.services.outbox.news import DeliveryNews
from bot.services.outbox.probe import Probe
from bot.services.pacing import Pace, Pacer
from bot.services.pauses import Pause

__all__ = ["DeliveryNews", "Sender"]

log = logging.getLogger(__name__)

#: How often the store is asked for rows that nobody told us of.
POLL_S: Final = 2.0
#: Calls under way at once; below the connections of the channel, so that none waits for one.
MOST_CALLS: Final = 64
#: Pauses before a call that was certainly not done is tried again, first and longest.
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 60.0


class _Hurried(Exception):
    """Something urgent came before what a lane waits to send."""


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
        self._monotonic = monotonic
        self._sleep = sleep
        self._poll_s = poll_s
        self._pacer = Pacer(pace or Pace(), monotonic=monotonic, sleep=sleep)
        self._probe = Probe(messenger, monotonic=monotonic, sleep=sleep)
        self._marks = Marks(store, sleep)
        self._memory = OutboxMemory(store, self._serve)
        self._fates = Fates(store, self._marks, self._memory, self._pacer, news, clock)
        self._calls = asyncio.Semaphore(MOST_CALLS)
        self._poller: asyncio.Task[None] | None = None

    @property
    def is_busy(self) -> bool:
        """Rows are in memory: being sent, paced, or waiting to be tried again."""
        return bool(self._memory.known) or any(lane.task is not None for lane in self._memory.lanes.values())

    @property
    def sent(self) -> int:
        """How many rows arrived since the start."""
        return self._fates.sent

    @property
    def is_refused(self) -> bool:
        """The channel refuses the token: nothing can be sent until it is accepted again (A20)."""
        return self._fates.is_refused

    async def start(self) -> None:
        """Settle what a dead process left, read what waits, and go on from there. Raises StoreError."""
        for row in await self._store.interrupted():
            await self._fates.settle_interrupted(row)
        while await self._memory.read():
            pass
        self._memory.is_open = True
        self._poller = asyncio.create_task(self._poll())

    async def take_over(self) -> None:
        """Settle what another replica left in the middle of sending (G11). Raises StoreError."""
        for row in await self._store.left_behind():
            await self._fates.settle_interrupted(row)
            self._memory.read_soon.set()

    def offer(self, rows: Sequence[OutboxRow]) -> None:
        """Rows that a commit made, in order."""
        if not self._memory.is_closing:
            for row in rows:
                self._memory.offer(row)

    def is_late(self, newcomer: NewcomerId, *, by: int) -> bool:
        """Whether so many messages to this person, or more, have not left yet."""
        return self._memory.is_late(newcomer, by=by)

    def look(self) -> None:
        """Rows were committed that nobody offers: read the store soon."""
        self._memory.read_soon.set()

    def moved(self, old: ChatId, new: ChatId) -> None:
        """A group has a new id; told before anything is queued for that one."""
        self._memory.moved(old, new)

    def let_in(self, chat: ChatId) -> None:
        """A group gave back what the bot needs there: what waits for that is tried at once (B08)."""
        for lane in self._memory.lanes.values():
            if lane.is_resting and lane.entries and lane.entries[0].row.chat == chat:
                lane.hurry.set()

    async def stop(self, timeout_s: float = 10.0) -> None:
        """Begin nothing new; finish the calls under way within `timeout_s`. What waits stays in the store (G14)."""
        self._memory.is_closing = True
        if self._poller is not None:
            self._poller.cancel()
            await asyncio.gather(self._poller, return_exceptions=True)
        busy: list[asyncio.Task[None]] = []
        for lane in self._memory.lanes.values():
            if lane.task is not None:
                busy.append(lane.task)
                if lane.is_idle:
                    lane.task.cancel()
        if busy:
            _, late = await asyncio.wait(busy, timeout=timeout_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _poll(self) -> None:
        pause = Pause(0.2, 10.0)
        memory = self._memory
        while True:
            try:
                # A full memory means that everything is known and only paced: then asking is dear and tells nothing.
                async with asyncio.timeout(self._poll_s * (1 + len(memory.known) / 100)):
                    await memory.read_soon.wait()
            except TimeoutError:
                pass
            memory.read_soon.clear()
            began = self._monotonic()
            try:
                while await memory.read():
                    pass
                pause.reset()
                # With thousands of lanes behind, reading for each one that gets on would leave time for nothing else.
                await self._sleep(min(self._poll_s, (self._monotonic() - began) * 4))
            except StoreError:
                log.error("outbox.unread")
                await self._sleep(pause.next_s())

    async def _serve(self, lane: OutboxLane) -> None:
        """Send what a lane holds, first to leave first, until it is empty."""
        pause = Pause(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        memory = self._memory
        try:
            while lane.entries and not memory.is_closing:
                row = lane.ready(lane.entries[0])
                if row is None:
                    memory.leave_to_store(lane)
                    continue
                wait_s = await self._send_first(lane, row, pause)
                if wait_s:
                    lane.is_idle = lane.is_resting = True
                    lane.hurry.clear()
                    with contextlib.suppress(_Hurried):
                        await self._rest(lane, wait_s)
                    lane.is_idle = lane.is_resting = False
        except asyncio.CancelledError:
            pass  # only while stopping: what was begun stays marked, and the next start settles it
        except Exception as exc:
            log.error("delivery.bug lane error=%s at=%s", type(exc).__name__, place(exc))
            memory.leave_to_store(lane, with_openings=True)
        finally:
            lane.is_idle = lane.is_resting = False
            memory.left(lane)

    async def _send_first(self, lane: OutboxLane, row: OutboxRow, pause: Pause) -> float:
        """Bring the first row of a lane to an end, or say how long to wait before it is tried again."""
        first = lane.entries[0]
        if row.chat is None:
            await self._fates.refuse(lane, [first], row, "gone")
            return 0.0
        if row.delivery.verb is Verb.OPEN_TOPIC and row.thread is not None:
            await self._fates.refuse(lane, [first], row, "open already")
            return 0.0
        lane.is_idle = True
        if row.fate is Fate.UNCERTAIN or row.delivery.asked_again:
            await self._probe.passed()
        is_first = bool(lane.entries) and lane.entries[0] is first
        waited = is_first and await self._turn(lane, row, row.chat)
        lane.is_idle = False
        if not lane.entries or lane.entries[0] is not first:
            return 0.0  # a topic's opening came in between, or the lane's rows were left to the store
        entries = (lane.joinable() if waited and row.chat < 0 else []) or [first]
        async with self._calls:
            if self._memory.is_closing:
                return 0.0
            if not await self._begin(entries):
                self._memory.leave_to_store(lane)
                return 0.0
            if self._pacer.held_s(row.chat) > 0:
                await self._fates.again(entries)  # told to wait while the mark was on its way to the disk (B04)
                return 0.0
            rows = [lane.ready(entry) or entry.row for entry in entries]
            done = await self._deliver(joined(rows))
        if isinstance(done, DeliveryError):
            return await self._fates.failed(lane, entries, done, pause)
        pause.reset()
        await self._fates.arrived(lane, entries, rows, done)
        return 0.0

    async def _turn(self, lane: OutboxLane, row: OutboxRow, chat: ChatId) -> bool:
        """Wait for this row's turn; whether there was anything to wait for. Ends at once when something urgent comes
        before it in its lane: that has a turn of its own.
        """
        if row.delivery.verb not in COUNTED:
            return await self._pacer.unhurried(chat)
        lane.hurry.clear()
        try:
            return await self._pacer.turn(chat, is_urgent=row.delivery.urgent, sleep=partial(self._rest, lane))
        except _Hurried:
            return True

    async def _rest(self, lane: OutboxLane, seconds: float) -> None:
        waits = [asyncio.ensure_future(self._sleep(seconds)), asyncio.ensure_future(lane.hurry.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
        if lane.hurry.is_set():
            raise _Hurried

    async def _begin(self, entries: list[Entry]) -> bool:
        """Note these calls as begun; False when one of them is not ours any more."""
        if len(entries) == 1:
            return await self._marks.begin(entries[0].row.id)
        noted = await asyncio.gather(*(self._marks.begin(entry.row.id) for entry in entries))
        if not all(noted):
            await self._fates.again([entry for entry, is_ours in zip(entries, noted, strict=True) if is_ours])
        return all(noted)

    async def _deliver(self, row: OutboxRow) -> Receipt | DeliveryError:
        try:
            return await self._messenger.deliver(row)
        except DeliveryError as exc:
            return exc
        except Exception as exc:
            log.error("delivery.bug verb=%s error=%s at=%s", row.delivery.verb, type(exc).__name__, place(exc))
            return DeliveryError("bug", uncertain=True)
