"""Each lane's events one after the other, many lanes at once."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Coroutine, Sequence
from dataclasses import replace

from bot.conversation.screens import number_to_call
from bot.core.events import Said
from bot.core.heard import (
    BotMembership,
    FromNewcomer,
    FromTeam,
    GroupMigrated,
    Heard,
    Ignored,
    MembersChanged,
    Stranger,
    TeamPressed,
    TopicChanged,
    Unreadable,
)
from bot.core.ids import ChatId, Lane, NewcomerId
from bot.core.messages import Message
from bot.core.place import place
from bot.core.session import Hold
from bot.errors import Conflict, StoreError
from bot.i18n.languages import SOURCE
from bot.ports import Commit, Delivery, InboxRow, Verb
from bot.services import advisers, topics
from bot.services.albums import Albums
from bot.services.desk import Desk
from bot.services.floods import Floods
from bot.services.groups import group_moved, report_standing, team_in
from bot.services.newcomer import nobodys_press, take_forgotten, take_newcomer_turn
from bot.services.say import plain_delivery

log = logging.getLogger(__name__)

#: Pause before a row is tried again when the store could not be used.
STORE_PAUSE_S = 1.0
#: A row that fails this often for a reason of its own is set aside, so that its lane goes on.
TRIES = 3
#: Lanes whose turns are taken side by side, so that they share commits.
CROWD = 300
#: As many when more than a crowd wait, as after an outage: a turn is over soon, and what is new is fetched meanwhile.
FEW = 16
#: Of the lanes that wait for that, one in so many is the newest: who writes after an outage is not last in a long row.
NEWEST_EVERY = 4
#: Rows taken up at a time, by a start or from other replicas: what is left by a kill is far less.
MOST_TAKEN_UP = 1_000_000


class Dispatcher:
    """Takes inbox rows and has each one's turn taken, in order within its lane."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lanes: dict[Lane, deque[InboxRow]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        #: What is done beside the turns, and no turn waits for.
        self._courtesies: set[asyncio.Task[None]] = set()
        #: Lanes that are not begun yet, the oldest first.
        self._queued: OrderedDict[Lane, None] = OrderedDict()
        self._begun = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = False
        #: Rows in memory; and, while the store is being read for others, those that were finished meanwhile.
        self._known: set[int] = set()
        self._finished: set[int] | None = None
        self._one_looks = asyncio.Lock()
        #: Lanes that were offered an older row after a younger one.
        self._unsorted: set[Lane] = set()
        self._floods = Floods(desk, is_stopping=lambda: self._stopping)
        self._albums = Albums(desk, is_stopping=lambda: self._stopping)
        self.taken = 0
        #: Rows that could not be read or taken, since the start; for health pages.
        self.set_aside = 0

    def offer(self, rows: Sequence[InboxRow]) -> None:
        """New rows, oldest first; what is known already stays as it is. While stopping they are left to the store."""
        for row in rows:
            if row.id in self._known or self._stopping:
                continue
            self._known.add(row.id)
            lane = self._lanes.get(row.lane)
            if lane is not None:
                if row.id < lane[-1].id:
                    self._unsorted.add(row.lane)
                lane.append(row)
            else:
                self._lanes[row.lane] = deque((row,))
                self._queued[row.lane] = None
                self._idle.clear()
                self._begin_next()
            if row.lane in self._queued and self._is_danger(row):
                del self._queued[row.lane]
                self._begin(row.lane)

    def _begin_next(self, ended: asyncio.Task[None] | None = None) -> None:
        """Begin lanes that wait, as many as there is room for."""
        if ended is not None:
            self._tasks.discard(ended)
        while self._queued and not self._stopping and self._has_room():
            self._begun += 1
            lane, _ = self._queued.popitem(last=self._begun % NEWEST_EVERY == 0)
            self._begin(lane)

    def _has_room(self) -> bool:
        # Lanes in which texts are gathered only wait.
        busy = len(self._tasks) - self._floods.gathering
        return busy < (CROWD if len(self._lanes) <= CROWD else FEW)

    def _begin(self, lane: Lane) -> None:
        task = asyncio.get_running_loop().create_task(self._run(lane))
        self._tasks.add(task)
        task.add_done_callback(self._begin_next)

    async def look(self, limit: int = MOST_TAKEN_UP) -> set[int]:
        """Take up what an earlier process left, and what other replicas left or stored for us, oldest first; the rows
        that are ours. Raises StoreError.
        """
        async with self._one_looks:
            self._finished = set()
            try:
                rows = await self._desk.store.waiting(limit)
                if not self._stopping:
                    self.offer([row for row in rows if row.id not in self._finished])
                return {row.id for row in rows}
            finally:
                self._finished = None

    @property
    def is_idle(self) -> bool:
        """Every row offered so far is done."""
        return self._idle.is_set()

    async def idle(self) -> None:
        """Until every row offered so far is done."""
        await self._idle.wait()

    async def stop(self) -> None:
        """Finish the turns being taken; rows not begun stay in the store for the next start."""
        self._stopping = True
        while self._queued:
            lane, _ = self._queued.popitem()
            for row in self._lanes.pop(lane):
                self._forget(row)
        if left := self._tasks | self._courtesies:
            await asyncio.wait(left, timeout=10)

    def _beside(self, work: Coroutine[None, None, None]) -> None:
        """Have this done meanwhile. Held on to: the loop alone would let a task be collected before its end."""
        task = asyncio.get_running_loop().create_task(work)
        self._courtesies.add(task)
        task.add_done_callback(self._courtesies.discard)

    def _answer_press(self, heard: FromNewcomer, text: str | None = None) -> None:
        """The turn does not wait for it: the spinner is a courtesy, the turn is the promise."""
        if heard.callback_id is not None:
            self._beside(self._answered(heard.callback_id, text))

    async def _answered(self, callback_id: str, text: str | None) -> None:
        await self._desk.messenger.answer_press(callback_id, text)

    async def _run(self, lane: Lane) -> None:
        rows = self._lanes[lane]
        while rows and not self._stopping:
            if lane in self._unsorted:
                self._unsorted.discard(lane)
                rows = self._lanes[lane] = deque(sorted(rows, key=lambda row: row.id))
            await self._albums.gather(rows)
            if self._stopping or lane in self._unsorted:
                continue
            taken = await self._take_flood(rows)
            if not taken and not await self._take(rows[0]):
                continue
            for _ in range(taken or 1):
                self._forget(rows.popleft())
        for row in rows:
            self._forget(row)
        del self._lanes[lane]
        if not self._lanes:
            self._idle.set()

    async def _take_flood(self, rows: deque[InboxRow]) -> int:
        """Take what comes faster than it can be answered; how many rows, 0 when the first is taken by itself."""
        try:
            taken = await self._floods.take(rows)
        except Exception as exc:  # nothing was written: one by one, as always
            log.warning("flood.not_joined row=%d reason=%s", rows[0].id, type(exc).__name__)
            return 0
        self.taken += taken
        return taken

    def _forget(self, row: InboxRow) -> None:
        self._known.discard(row.id)
        if self._finished is not None:
            self._finished.add(row.id)

    async def _take(self, row: InboxRow) -> bool:
        """Bring a row to its end; False when an older one of its lane has to go first."""
        tries = 0
        while not self._stopping:
            try:
                await self._turn(row)
                self.taken += 1
                return True
            except StoreError as exc:
                # Disk full or locked: nothing was written; the row waits and so does its lane (G01, G02).
                log.warning("turn.waiting row=%d reason=%s", row.id, type(exc).__name__)
                await asyncio.sleep(STORE_PAUSE_S)
            except Conflict:
                tries += 1
                if self._desk.store.is_shared and (is_over := await self._is_anothers(row)) is not None:
                    return is_over
                if tries >= TRIES:
                    await self._aside(row, "conflict")
                    return True
            except Exception as exc:
                tries += 1
                # The type and place only: the text of an exception may quote what somebody wrote.
                log.error("turn.failed row=%d reason=%s at=%s", row.id, type(exc).__name__, place(exc))
                if tries >= TRIES:
                    await self._aside(row, type(exc).__name__)
                    return True
        return True

    async def _is_anothers(self, row: InboxRow) -> bool | None:
        """True when another replica has the row now, False when it stored an older one of this lane; else None."""
        try:
            ours = await self.look()
        except StoreError:
            return None
        if row.id not in ours:
            return True
        return False if row.lane in self._unsorted else None

    async def _aside(self, row: InboxRow, reason: str) -> None:
        """Keep it for a person to look at, say so to whoever wrote it, and let the lane go on (A10).

        It is never taken later: the conversation will be elsewhere, and the words would fall in another place.
        """
        self.set_aside += 1
        try:
            await self._keep_aside(row, reason)
            if row.newcomer is not None and self._is_danger(row):
                await self._warn(row.newcomer)
            elif row.newcomer is not None:
                await self._apologise(row.newcomer)
            else:
                await self._tell_team(row)
        except Exception as exc:  # the lane must go on, whatever is wrong with this row
            log.error("row.stuck row=%d reason=%s", row.id, type(exc).__name__)

    def _is_danger(self, row: InboxRow) -> bool:
        """Whether somebody wrote words of danger; not when reading them is what failed."""
        try:
            heard = None if row.payload is None else self._desk.read(row.payload)
            event = heard.event if isinstance(heard, FromNewcomer) else None
            return isinstance(event, Said) and self._desk.danger(event.text) is not None
        except Exception as exc:  # an apology is due all the same
            log.error("row.unread row=%d reason=%s at=%s", row.id, type(exc).__name__, place(exc))
            return False

    async def _warn(self, newcomer: NewcomerId) -> None:
        """The number to call, whoever has the conversation, instead of an apology (F03)."""
        desk = self._desk
        session = await desk.store.session_of(newcomer)
        locale = SOURCE if session is None else session.locale
        number = number_to_call(desk.guide().book)
        delivery = replace(plain_delivery(desk, newcomer, number, locale), vital=True)
        desk.outgoing.offer(await desk.store.commit(Commit(deliveries=(delivery,), now=desk.clock())))

    async def _keep_aside(self, row: InboxRow, reason: str) -> None:
        """Under the person's key; of what is no newcomer's only the shape, because no erasure would find it."""
        payload = row.payload or b""
        await self._desk.store.quarantine(
            payload if row.newcomer is not None else self._desk.outline(payload), reason, row=row.id
        )

    async def _apologise(self, newcomer: NewcomerId) -> None:
        """Ask the person to try again; while an adviser has the conversation, to send it again."""
        desk = self._desk
        session = await desk.store.session_of(newcomer)
        if session is None:
            return
        phrase = "handoff_not_passed_on" if session.hold is Hold.HELD else "apology"
        sorry = Message(blocks=(desk.guide().book.phrase(phrase),))
        delivery = plain_delivery(desk, newcomer, sorry, session.locale)
        desk.outgoing.offer(await desk.store.commit(Commit(deliveries=(delivery,), now=desk.clock())))

    async def _tell_team(self, row: InboxRow) -> None:
        """An adviser whose message in a topic could not be taken must not believe that it went out."""
        desk = self._desk
        heard = desk.read(row.payload or b"")
        if not isinstance(heard, FromTeam) or heard.thread is None:
            return
        team, handoff = team_in(desk, heard.chat), await desk.store.handoff_in_topic(heard.chat, heard.thread)
        if team is not None and handoff is not None:
            line = topics.line(desk, handoff, team, "adviser_not_delivered")
            desk.outgoing.offer(await desk.store.commit(Commit(deliveries=(line,), now=desk.clock())))

    async def _turn(self, row: InboxRow) -> None:
        if row.payload is None:
            if row.newcomer is None:
                await self._done(row)
            else:
                await take_forgotten(self._desk, row)
            return
        await self._heard(row, self._desk.read(row.payload))

    async def _heard(self, row: InboxRow, heard: Heard) -> None:
        desk = self._desk
        match heard:
            case FromNewcomer() if row.newcomer is None:
                self._answer_press(heard, nobodys_press(desk, heard))
                await self._done(row)
            case FromNewcomer():
                self._answer_press(heard)
                await take_newcomer_turn(desk, row, heard)
            case FromTeam():
                await advisers.take_message(desk, heard, row=row.id)
            case TeamPressed():
                await advisers.take_press(desk, heard, row=row.id)
            case MembersChanged():
                await advisers.members_changed(desk, heard, row=row.id)
            case GroupMigrated(old=old, new=new):
                await group_moved(desk, old, new)
                await self._done(row)
            case BotMembership(chat=chat) | Stranger(chat=chat) if team_in(desk, chat) is None:
                await self._done(row, leave=chat if heard.is_inside else None)
            case Unreadable(reason=reason):
                self.set_aside += 1
                await self._keep_aside(row, reason)
            case TopicChanged():
                await advisers.topic_changed(self._desk, heard, row=row.id)
            case BotMembership(chat=chat):
                if (team := team_in(desk, chat)) is not None and report_standing(team, heard) and team.chat is not None:
                    desk.outgoing.let_in(team.chat)
                await self._done(row)
            case Stranger() | Ignored():
                await self._done(row)

    async def _done(self, row: InboxRow, *, leave: int | None = None) -> None:
        deliveries: tuple[Delivery, ...] = ()
        if leave is not None:
            deliveries = (Delivery(verb=Verb.LEAVE, chat=ChatId(leave)),)
        rows = await self._desk.store.commit(Commit(done=row.id, deliveries=deliveries, now=self._desk.clock()))
        self._desk.outgoing.offer(rows)
