"""Timers are rows: whatever was promised comes due, also after a restart."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.conversation.reminders import by_day
from bot.core.effects import StartTimer
from bot.core.ids import HandoffId, NewcomerId
from bot.core.messages import Message
from bot.core.phrases import Phrase, Verbatim
from bot.errors import StoreError
from bot.handoff.machine import Move, State
from bot.ports import Commit, Delivery, TimerRow, Verb
from bot.services import checks, handover, topics
from bot.services.advisers import make_move
from bot.services.desk import Desk
from bot.services.groups import team_of
from bot.services.memory import VOLATILE_FOR
from bot.services.newcomer import take_timer
from bot.services.parts import Parts
from bot.services.say import plain_delivery

log = logging.getLogger(__name__)

#: Longest sleep: a timer set meanwhile is at most this late.
LOOK_EVERY_S = 5.0
#: What advisers confirmed through another replica is served after this at most.
READ_EVERY = timedelta(minutes=1)
#: Retention runs once in this time.
PURGE_EVERY = timedelta(hours=24)
#: One that failed, such as on a full disk, is begun again after this.
PURGE_AGAIN_AFTER = timedelta(minutes=10)
#: A clock that jumped further than this since it was last noted, also by another process, stops the purge (I04).
CLOCK_JUMP = timedelta(hours=24)
#: Nobody can tell a wrong clock from a machine that was switched off: the purge goes on after so long without a jump.
STEADY_FOR = timedelta(hours=24)
#: How often the clock is noted.
NOTE_EVERY = timedelta(minutes=1)
#: What waits to be sent for longer than this is told of, and told again after that (B19).
STUCK_AFTER_S = 60.0
STUCK_AGAIN = timedelta(minutes=10)
#: The marks: when the clock was last noted, and since when it has not jumped.
CLOCK, STEADY = "clock", "clock_steady"


class Timers:
    """Looks for due timers and has them taken; reads what was confirmed elsewhere; runs the retention once a day."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._purge_at: datetime | None = None
        self._noted_at: datetime | None = None
        self._steady_since: datetime | None = None
        self._read_at: datetime | None = None
        self._stuck_at: datetime | None = None

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look()
            except StoreError as exc:
                log.warning("timers.waiting reason=%s", type(exc).__name__)
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> int:
        """Take everything that is due now; how many there were."""
        now = self._desk.clock()
        self._desk.memory.lose_old(now)
        self._desk.store.lose_volatile(now, VOLATILE_FOR)
        trusted_at = await self._steady(now) + STEADY_FOR
        taken: set[int] = set()
        # All of them: what is past its retention goes below, with the timers that are not taken by then.
        while due := [timer for timer in await self._desk.store.due_timers(now) if timer.id not in taken]:
            for timer in due:
                taken.add(timer.id)
                try:
                    await self._take(timer, trusted_at)
                except StoreError:
                    raise
                except Exception as exc:  # one timer must not stop the others
                    log.error("timer.failed timer=%d reason=%s", timer.id, type(exc).__name__)
        if self._read_at is None or abs(now - self._read_at) >= READ_EVERY:
            self._read_at = now
            await checks.read(self._desk)
        await self._tell_stuck(now)
        if now >= trusted_at:
            await self._purge(now)
        return len(taken)

    async def _tell_stuck(self, now: datetime) -> None:
        """Say that something waits to be sent for too long (B19)."""
        waited_s = (await self._desk.store.queue_ages(now)).outbox_s
        if waited_s is None or waited_s < STUCK_AFTER_S:
            self._stuck_at = None
        elif self._stuck_at is None or abs(now - self._stuck_at) >= STUCK_AGAIN:
            self._stuck_at = now
            log.error("outbox.stuck oldest_s=%d: is Telegram reachable, may the bot write in its groups?", waited_s)

    async def _take(self, timer: TimerRow, trusted_at: datetime) -> None:
        """`trusted_at`: until then the clock may be wrong, and what it says deletes nothing."""
        match timer.name:
            case handover.SLOW:
                await self._slow(timer)
            case handover.IDLE:
                await self._idle(timer)
            case checks.TIMER:
                await checks.ask(self._desk, timer)
            case "topic_delete" if self._desk.clock() < trusted_at:
                later = StartTimer(name=timer.name, ref=timer.ref, due_at=trusted_at)
                await self._commit(timer, Parts(timers=(later,)), timers_of=timer.newcomer)
            case "topic_delete":
                await self._delete_topic(timer)
            case _ if timer.newcomer is not None:
                await take_timer(self._desk, timer.newcomer, timer.id, timer.name, timer.ref)
            case _:
                await self._commit(timer, Parts())

    async def _slow(self, timer: TimerRow) -> None:
        """Nobody took the request yet: say so to both sides, keep it, and say it again each working day (C09, C10)."""
        desk, now = self._desk, self._desk.clock()
        handoff = await desk.store.handoff(HandoffId(timer.ref))
        if handoff is None or handoff.state is not State.WAITING:
            await self._commit(timer, Parts())
            return
        team = team_of(desk, handoff)
        if handover.opening(desk, team, now) > now:
            later = Parts(timers=(handover.slow(desk, handoff, now),))
            await self._commit(timer, later, timers_of=handoff.newcomer)
            return
        message = Message(blocks=(desk.guide().book.phrase("handoff_slow"),))
        told_person = plain_delivery(desk, handoff.newcomer, message, handoff.locale)
        parts = Parts(
            # Whoever asked a team that is there day and night may sleep by now: it rings by day only.
            deliveries=(replace(told_person, silent=by_day(now) != now),),
            timers=(handover.slow_again(desk, handoff, now),),
        )
        if handoff.chat is not None:
            code = Verbatim(text=handoff.code)
            # The card tells since when; how long that is would be wrong there by the next look.
            opened = Phrase(key="", text="{since} ({waited})")
            opened = opened.having(since=handoff.opened_at, waited=now - handoff.opened_at)
            told = topics.line(desk, handoff, team, "adviser_slow", code=code, opened=opened)
            parts += Parts(deliveries=(told,))
        await self._commit(timer, parts, timers_of=handoff.newcomer)

    async def _idle(self, timer: TimerRow) -> None:
        """The adviser fell silent: the conversation waits for somebody again, and both sides are told (C09)."""
        desk = self._desk
        handoff = await desk.store.handoff(HandoffId(timer.ref))
        if handoff is not None and handoff.state is State.CLAIMED:
            holder = next((one for one in await desk.store.advisers() if one.id == handoff.adviser), None)
            if holder is not None and await make_move(desk, handoff.id, Move.RELEASE, holder) is None:
                return  # the move has dropped this timer
        await self._commit(timer, Parts())

    async def _delete_topic(self, timer: TimerRow) -> None:
        handoff = await self._desk.store.handoff(HandoffId(timer.ref))
        deliveries: tuple[Delivery, ...] = ()
        if handoff is not None and not handoff.is_open and handoff.chat is not None and handoff.thread is not None:
            deliveries = (Delivery(verb=Verb.DELETE_TOPIC, chat=handoff.chat, thread=handoff.thread),)
        await self._commit(timer, Parts(deliveries=deliveries))

    async def _commit(self, timer: TimerRow, parts: Parts, *, timers_of: NewcomerId | None = None) -> None:
        rows = await self._desk.store.commit(
            Commit(
                done_timer=timer.id,
                deliveries=parts.deliveries,
                timers=parts.timers,
                timers_of=timers_of,
                now=self._desk.clock(),
            )
        )
        self._desk.outgoing.offer(rows)

    async def _purge(self, now: datetime) -> None:
        """What is past its retention goes, once a day."""
        if self._purge_at is not None and now < self._purge_at:
            return
        self._purge_at = now + PURGE_AGAIN_AFTER
        limits = self._desk.settings.retention
        gone = await self._desk.store.purge(
            now,
            {
                "person": limits.person,
                "session": limits.session,
                "case": limits.case,
                "inbox_ids": limits.inbox_ids,
                "audit": limits.audit,
            },
        )
        self._purge_at = now + PURGE_EVERY
        log.info("retention.run rows=%d", sum(gone.values()))

    async def _steady(self, now: datetime) -> datetime:
        """Since when the clock has not jumped: noted in the store, so that starting again confirms no clock."""
        if self._steady_since is not None and self._noted_at is not None and abs(now - self._noted_at) < NOTE_EVERY:
            return self._steady_since
        store = self._desk.store
        before, steady = await store.marked(CLOCK), await store.marked(STEADY)
        if before is None or steady is None or abs(now - before) > CLOCK_JUMP:
            if before is not None:
                hours = (now - before) // timedelta(hours=1)
                log.error("retention.suspended reason=clock_jumped hours=%d", hours)
            steady = now
            self._purge_at = None  # by which clock that was is not known
            await store.mark(STEADY, steady)
        await store.mark(CLOCK, now)
        self._noted_at, self._steady_since = now, steady
        return steady


def utc_now() -> datetime:
    """The clock of production."""
    return datetime.now(UTC)
