"""Which rows of the outbox are in memory, and how memory and store stay one order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Final

from bot.core.ids import ChatId, Lane, NewcomerId, lane_of
from bot.ports import ORDINARY, OutboxRow, Store, Verb
from bot.services.outbox.lane import Entry, OutboxLane, moved_row

#: Rows of one lane kept in memory; the rest waits in the store.
MOST_IN_LANE: Final = 200
#: Rows asked for at a time, besides those that are known already.
BATCH: Final = 500


class OutboxMemory:
    """Lanes with something to send. A lane that is *behind* takes its rows from the store, in their order, until the
    store has none left that memory does not know; only then may rows come to it directly again.
    """

    def __init__(self, store: Store, serve: Callable[[OutboxLane], Coroutine[None, None, None]]) -> None:
        self._store = store
        self._serve = serve
        self.lanes: dict[Lane, OutboxLane] = {}
        self.known: set[int] = set()
        #: Somebody should read the store soon.
        self.read_soon = asyncio.Event()
        self.is_open = False
        self.is_closing = False
        #: Finished while the store was being read: that reading must not bring them back.
        self._finished: set[int] = set()
        #: Lanes for which rows were left to the store while it was being read.
        self._missed: set[Lane] = set()
        #: Groups with a new id, by the old one: rows read or made before it was written down everywhere come late.
        self._moved: dict[ChatId, ChatId] = {}

    def offer(self, row: OutboxRow) -> None:
        """A row fresh from its commit."""
        if row.id in self.known:
            return
        row = self._followed(row)
        lane = self._lane(row.lane)
        waits = row.delivery.rank == ORDINARY
        if not self.is_open or (lane.is_behind and waits):
            lane.is_behind = True
            self._missed.add(row.lane)
            self.read_soon.set()
        elif waits and len(lane.entries) >= MOST_IN_LANE:
            lane.is_behind = True
        else:
            self._put(lane, row, is_read=False)

    async def read(self) -> bool:
        """Take what waits in the store; True when there may be more. Raises StoreError."""
        limit = BATCH + len(self.known)
        behind = [lane for lane in self.lanes.values() if lane.is_behind and not lane.entries]
        self._finished.clear()
        self._missed.clear()
        rows = await self._store.take_outbox(limit)
        seen: set[Lane] = set()
        for row in map(self._followed, rows):
            seen.add(row.lane)
            if row.id not in self.known and row.id not in self._finished:
                lane = self._lane(row.lane)
                lane.is_behind = True
                self._put(lane, row, is_read=True)
        if len(rows) < limit:
            for lane in behind:
                if lane.name not in seen and lane.name not in self._missed:
                    lane.is_behind = False
                    self._release(lane)
        if self._missed:
            self.read_soon.set()
        return len(rows) >= limit

    def is_late(self, newcomer: NewcomerId, *, by: int) -> bool:
        """Whether so many rows to this person wait here, or an unknown number in the store."""
        lane = self.lanes.get(lane_of(newcomer))
        return lane is not None and (lane.is_behind or len(lane.entries) >= by)

    def finish(self, lane: OutboxLane, entries: list[Entry]) -> None:
        """These rows have their fate."""
        self._finished.update(entry.row.id for entry in entries)
        self._forget(lane, entries)

    def leave_to_store(self, lane: OutboxLane, *, with_openings: bool = False) -> None:
        """Forget the lane's rows here: they need something that only the store can tell."""
        lane.is_behind = True
        self._forget(lane, [one for one in lane if with_openings or one.row.delivery.verb is not Verb.OPEN_TOPIC])

    def left(self, lane: OutboxLane) -> None:
        """The lane's task has ended."""
        lane.task = None
        if lane.is_behind and not lane.entries and not self.is_closing:
            self.read_soon.set()
        self._release(lane)

    def moved(self, old: ChatId, new: ChatId) -> None:
        """A group has a new id, and its lanes new names, under which the store makes rows from now on (B09)."""
        self._moved[old] = new
        for lane in list(self.lanes.values()):
            del self.lanes[lane.name]
            lane.moved(old, new)
            there = self.lanes.setdefault(lane.name, lane)
            if there is not lane:  # rows came under the new name before we knew: only the store has one order for both
                self.leave_to_store(lane, with_openings=True)
                self.leave_to_store(there, with_openings=True)

    def _followed(self, row: OutboxRow) -> OutboxRow:
        new = None if row.chat is None else self._moved.get(row.chat)
        return row if row.chat is None or new is None else moved_row(row, row.chat, new)

    def _lane(self, name: Lane) -> OutboxLane:
        lane = self.lanes.get(name)
        if lane is None:
            lane = self.lanes[name] = OutboxLane(name)
        return lane

    def _put(self, lane: OutboxLane, row: OutboxRow, *, is_read: bool) -> None:
        self.known.add(row.id)
        lane.add(row, is_read=is_read)
        if lane.task is None and not self.is_closing:
            lane.task = asyncio.create_task(self._serve(lane))

    def _forget(self, lane: OutboxLane, entries: list[Entry]) -> None:
        lane.drop(entries)
        for entry in entries:
            self.known.discard(entry.row.id)

    def _release(self, lane: OutboxLane) -> None:
        if lane.task is None and not lane.entries and not lane.is_behind and self.lanes.get(lane.name) is lane:
            del self.lanes[lane.name]
