"""Contact with Telegram: when it was lost for longer than a press lives, open questions are asked again (A18)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.core.events import Resumed
from bot.core.ids import NewcomerId
from bot.core.session import Hold
from bot.errors import BotError, StoreError
from bot.services.desk import Desk
from bot.services.newcomer import take_event

log = logging.getLogger(__name__)

#: Telegram forgets a press after this (reliability.md, part 1).
PRESS_LIFE = timedelta(seconds=150)
#: How often the contact is noted.
EVERY = timedelta(seconds=30)
#: Whoever was heard of this long before the outage may still hold the phone; others are left in peace.
STILL_THERE = timedelta(hours=1)


class Contact:
    """Notes that updates reach us, and asks again what nobody could answer meanwhile."""

    def __init__(
        self,
        desk: Desk,
        *,
        is_there: Callable[[], bool],
        idle: Callable[[], Awaitable[None]],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`is_there`: updates reach us now; `idle` waits until those that came are taken."""
        self._desk = desk
        self._is_there = is_there
        self._idle = idle
        self._monotonic = monotonic
        #: Of this process, on the monotonic clock; None before the first.
        self._last_s: float | None = None

    async def run(self) -> None:
        """Until cancelled."""
        # What waited at Telegram comes with the first poll; who wrote is answered by that.
        await asyncio.sleep(3)
        while True:
            try:
                await self.look()
            except StoreError as exc:
                log.warning("contact.waiting reason=%s", type(exc).__name__)
            await asyncio.sleep(EVERY.total_seconds())

    async def look(self) -> int:
        """Note the contact; how many were asked again."""
        store, now = self._desk.store, self._desk.clock()
        if not self._is_there() or not await store.hold("contact"):  # of several replicas, one asks
            return 0
        before = await store.marked("contact")
        asked = 0
        if before is not None:
            # Within a process only the monotonic clock counts: a clock that is set anew is no outage.
            away = now - before if self._last_s is None else timedelta(seconds=self._monotonic() - self._last_s)
            if away > PRESS_LIFE + EVERY:
                asked = await self._ask_again(before, now)
                log.warning("contact.lost minutes=%d asked_again=%d", away.total_seconds() // 60, asked)
        # Last: should this process end in between, the next one still knows of the outage.
        await store.mark("contact", now)
        self._last_s = self._monotonic()
        return asked

    async def _ask_again(self, before: datetime, now: datetime) -> int:
        """Ask everybody who was there before the outage; how many."""
        store = self._desk.store
        await self._idle()
        # Who was asked again after an earlier outage and has said nothing since is not asked a second time.
        last = await store.marked("asked_again")
        since = before - STILL_THERE if last is None else max(last, before - STILL_THERE)
        again = [await self._ask(newcomer) for newcomer in await store.seen_between(since, before + EVERY)]
        await store.mark("asked_again", now)
        return sum(again)

    async def _ask(self, newcomer: NewcomerId) -> bool:
        session = await self._desk.store.session_of(newcomer)
        if session is None or not session.durable.frames or session.hold is not Hold.NONE or not session.reachable:
            return False
        try:
            await take_event(self._desk, newcomer, Resumed(), is_late=True)
        except StoreError:
            raise
        except BotError as exc:
            log.warning("contact.not_asked newcomer=%s reason=%s", newcomer[:8], type(exc).__name__)
            return False
        return True
