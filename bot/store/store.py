"""The store of the guichet, on either engine: `Store` of the ports, each method one transaction."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from bot.core.ids import AccountId, AdviserId, ChatId, FlowId, HandoffId, NewcomerId, Revision, TeamName, Token
from bot.core.session import Session
from bot.errors import Conflict, StoreError
from bot.handoff.machine import Handoff
from bot.ports import (
    AdviserRow,
    Arrival,
    AuditLine,
    AuditRow,
    ButtonRow,
    CheckRow,
    Clock,
    Commit,
    Delivery,
    InboxRow,
    LogLine,
    OutboxRow,
    QueueAges,
    Receipt,
    Submission,
    TimerRow,
)
from bot.store import (
    audit,
    checks,
    counts,
    erasure,
    handoffs,
    inbox,
    outbox,
    people,
    retention,
    shown,
    submissions,
    timers,
    turn,
    upkeep,
)
from bot.store.aside import Aside
from bot.store.claims import Alone, Claims
from bot.store.engine import Engine, Tx
from bot.store.memory import Memory
from bot.store.records import day_of
from bot.store.tombs import Tombs
from bot.store.vault import Vault

log = logging.getLogger(__name__)

T = TypeVar("T")

#: Until the files are cleaned again after something was in the way.
CLEAN_AGAIN_S = 5.0
#: Sessions opened at a time when all are looked through, so that nobody waits for long meanwhile.
_PAGE = 200


def _now() -> datetime:
    return datetime.now(UTC)


class KeptStore:
    """Implements `bot.ports.Store` over an engine. What is volatile lives in this object only."""

    def __init__(
        self,
        engine: Engine,
        vault: Vault,
        *,
        clock: Clock = _now,
        tombs: Tombs | None = None,
        aside: Aside | None = None,
        claims: Claims | None = None,
    ) -> None:
        self.engine = engine
        self._claims: Claims = claims or Alone()
        self._vault = vault
        self._memory = Memory()
        self._cleaning: asyncio.Task[None] | None = None
        self._clock = clock
        self._tombs = tombs
        self._aside = aside

    @property
    def is_first(self) -> bool:
        """False when another process serves the same SQLite file: look and erase, but do not serve beside it."""
        return self.engine.shared or self.engine.is_first

    @property
    def is_writable(self) -> bool:
        """See `bot.ports.Store`."""
        return self.engine.is_writable

    @property
    def is_shared(self) -> bool:
        """See `bot.ports.Store`."""
        return self.engine.shared

    async def _claim(self, work: Callable[[Tx], T]) -> T:
        """Reading that takes hold of what it reads, where there is somebody to take it from."""
        return await (self.engine.write(work) if self.engine.shared else self.engine.read(work))

    # arrivals

    async def keep(self, arrivals: Sequence[Arrival], *, offset: int | None) -> list[InboxRow]:
        return await self.engine.write(
            lambda tx: inbox.keep(tx, self._vault, self._memory, self._claims, arrivals, offset)
        )

    async def offset(self) -> int | None:
        return await self.engine.read(inbox.offset)

    async def waiting(self, limit: int = 1000) -> list[InboxRow]:
        return await self._claim(lambda tx: inbox.waiting(tx, self._vault, self._memory, self._claims, limit))

    async def quarantine(self, payload: bytes, reason: str, row: int | None = None) -> None:
        now = self._clock()
        await self.engine.write(
            lambda tx: inbox.set_aside(tx, self._vault, self._memory, self._claims, payload, reason, row, now)
        )

    # the turn

    async def session_of(self, newcomer: NewcomerId) -> Session | None:
        return await self.engine.read(lambda tx: turn.session_of(tx, self._vault, self._memory, newcomer))

    def lose_volatile(self, now: datetime, after: timedelta) -> None:
        self._memory.lose_sessions(now, after)

    async def button(self, token: Token) -> ButtonRow | None:
        return await self.engine.read(lambda tx: turn.button(tx, self._vault, self._memory, token))

    async def commit(self, commit: Commit) -> list[OutboxRow]:
        now = self._clock()
        return await self.engine.write(lambda tx: turn.write(tx, self._vault, self._memory, self._claims, commit, now))

    # delivery

    async def take_outbox(self, limit: int = 100) -> list[OutboxRow]:
        return await self._claim(lambda tx: outbox.take(tx, self._vault, self._memory, self._claims, limit))

    async def mark_sending(self, rows: Sequence[int]) -> None:
        if rows:
            await self.engine.write(lambda tx: self._claims.begin_sending(tx, rows))

    async def mark_sent(self, row: OutboxRow, receipt: Receipt, *, at: datetime) -> None:
        def work(tx: Tx) -> None:
            outbox.arrived(tx, self._memory, row, receipt, at)
            handoffs.arrived(tx, row, receipt)

        try:
            await self.engine.write(work)
        except Conflict:
            await self.engine.write(
                lambda tx: outbox.recall(tx, self._vault, self._memory, self._claims, row, receipt, at)
            )

    async def mark_retry(self, row: int) -> None:
        await self.engine.write(lambda tx: outbox.retry(tx, row))

    async def mark_refused(self, row: int, *, reason: str) -> None:
        now = self._clock()
        await self.engine.write(lambda tx: outbox.refuse(tx, self._memory, row, reason, now))

    async def mark_uncertain(self, row: int, *, again: bool) -> bool:
        now = self._clock()
        return await self.engine.write(lambda tx: outbox.doubt(tx, self._memory, row, again, now))

    async def interrupted(self) -> list[OutboxRow]:
        return await self._claim(lambda tx: outbox.interrupted(tx, self._vault, self._memory, self._claims))

    async def left_behind(self) -> list[OutboxRow]:
        return await self._claim(lambda tx: outbox.left_behind(tx, self._vault, self._memory, self._claims))

    # handoffs

    async def handoff(self, handoff: HandoffId) -> Handoff | None:
        return await self.engine.read(lambda tx: handoffs.one(tx, self._vault, handoff))

    async def handoff_in_topic(self, chat: ChatId, thread: int) -> Handoff | None:
        return await self.engine.read(lambda tx: handoffs.in_topic(tx, self._vault, chat, thread))

    async def topicless(self) -> list[Handoff]:
        return await self.engine.read(lambda tx: handoffs.topicless(tx, self._vault))

    async def open_handoff_of(self, newcomer: NewcomerId) -> Handoff | None:
        return await self.engine.read(lambda tx: handoffs.open_of(tx, self._vault, newcomer))

    async def handoffs(self, team: TeamName | None = None, *, only_open: bool = True) -> list[Handoff]:
        return await self.engine.read(lambda tx: handoffs.every(tx, self._vault, team, only_open))

    async def log_of(self, handoff: HandoffId) -> list[LogLine]:
        return await self.engine.read(lambda tx: handoffs.log_of(tx, self._vault, handoff))

    async def counterparts(
        self, handoff: HandoffId, *, newcomer_message: int | None = None, topic_message: int | None = None
    ) -> list[int]:
        return await self.engine.read(lambda tx: handoffs.counterparts(tx, handoff, newcomer_message, topic_message))

    async def advisers(self) -> list[AdviserRow]:
        return await self.engine.read(lambda tx: upkeep.advisers(tx, self._vault))

    async def save_adviser(self, adviser: AdviserRow) -> None:
        now = self._clock()
        await self.engine.write(lambda tx: upkeep.save_adviser(tx, self._vault, adviser, now))

    async def drop_adviser(self, ident: AdviserId) -> None:
        await self.engine.write(lambda tx: upkeep.drop_adviser(tx, ident))

    async def team_chat_moved(self, old: ChatId, new: ChatId) -> None:
        await self.engine.write(lambda tx: handoffs.chat_moved(tx, old, new))

    async def topic_lost(self, handoff: HandoffId) -> None:
        await self.engine.write(lambda tx: handoffs.topic_lost(tx, handoff))

    # timers

    async def due_timers(self, now: datetime, limit: int = 100) -> list[TimerRow]:
        return await self._claim(lambda tx: timers.due(tx, self._vault, self._claims, now, limit))

    # people

    async def newcomer_by_account(self, account: AccountId) -> NewcomerId | None:
        return await self.engine.read(lambda tx: people.newcomer_of(tx, self._vault, account))

    async def newcomers_with(self, account: AccountId) -> list[NewcomerId]:
        """Whoever has this account, under whichever bot they came: every account is opened and compared.

        For the operator, who must not be told "nobody" because this shell has another token or none. Raises
        UnusableStore when it cannot be said.
        """
        found: list[NewcomerId] = []
        after = ""
        while True:
            after, more = await self.engine.read(partial(people.accounts, vault=self._vault, after=after, limit=_PAGE))
            found += [newcomer for newcomer, theirs in more if theirs == account]
            if not after:
                return found
            await asyncio.sleep(0)  # others may go in between

    async def has_people(self) -> bool:
        """Whether anything is kept of anybody."""
        return await self.engine.read(lambda tx: tx.row("SELECT 1 FROM people LIMIT 1") is not None)

    async def data_of(self, newcomer: NewcomerId) -> Mapping[str, Any]:
        return await self.engine.read(lambda tx: shown.data_of(tx, self._vault, self._memory, newcomer))

    async def erase(
        self, newcomer: NewcomerId, *, farewell: Sequence[Delivery] = (), recalled_since: datetime | None = None
    ) -> Mapping[str, int]:
        now = self._clock()
        month = f"{now:%Y-%m}"

        def work(tx: Tx) -> dict[str, int]:
            last: list[Delivery] = []
            if recalled_since is not None:
                last += outbox.recalls(tx, self._vault, self._memory, newcomer, recalled_since)
            erased = erasure.erase(tx, self._vault, self._memory, newcomer, month)
            if erased:  # else it was done before, farewell and all
                outbox.queue(tx, self._vault, self._memory, self._claims, (*last, *farewell), now)
            return erased

        erased = await self.engine.write(work)
        try:
            if self._aside is not None:
                self._aside.drop()
            if self._tombs is not None:  # killed before this line: the next start brings the file up to date
                self._tombs.add({self._vault.tombstone(newcomer, month): month})
        except OSError as exc:
            # Nothing of the person is there any more, but a copy could bring them back: asked for again, it is made up
            # for. No reason to leave older versions of their rows in the log meanwhile.
            await self._clean()
            raise StoreError("the mark of an erasure cannot be written") from exc
        await self._clean()
        return erased

    async def purge(self, now: datetime, limits_days: Mapping[str, int]) -> Mapping[str, int]:
        in_use = {(flow, revision) for flow, revision, _ in await self.flow_revisions_in_use()}
        gone = await self.engine.write(lambda tx: retention.purge_flows(tx, now, limits_days, in_use))
        has_more = True
        while has_more:
            bite, has_more = await self.engine.write(
                lambda tx: retention.purge(tx, self._vault, self._memory, self._claims, now, limits_days)
            )
            gone += bite
        if self._aside is not None:
            self._aside.drop_old(now)
        if self._tombs is not None:
            known = await self.engine.read(erasure.tombstones)
            self._tombs.keep_since(retention.oldest_month(now, limits_days), known)
        await self._clean()
        return dict(gone)

    # flows

    async def keep_flow(self, flow: FlowId, revision: Revision, source: bytes) -> None:
        now = self._clock()
        await self.engine.write(lambda tx: upkeep.keep_flow(tx, flow, revision, source, now))

    async def flow_revisions_in_use(self) -> list[tuple[FlowId, Revision, bytes]]:
        used: set[tuple[str, str]] = set()
        after = ""
        while True:
            after, more = await self.engine.read(
                partial(upkeep.revisions_of, vault=self._vault, after=after, limit=_PAGE)
            )
            used |= more
            if not after:
                break
            await asyncio.sleep(0)  # others may go in between
        return await self.engine.read(lambda tx: upkeep.sources(tx, used))

    # running

    async def hold(self, role: str) -> bool:
        """Whether this process has a role that only one may have, such as `poll` (A16). Ask again within a minute."""
        return await self._claim(lambda tx: self._claims.hold(tx, role))

    async def figures(self, since: datetime) -> list[tuple[int, str, str, int]]:
        """Days since 1970, figure, label, number."""
        return await self.engine.read(lambda tx: counts.figures(tx, day_of(since)))

    async def audit(self, since: datetime) -> list[AuditRow]:
        return await self.engine.read(lambda tx: audit.rows(tx, since))

    async def note(self, line: AuditLine) -> None:
        """Add a line to the audit trail: what an operator does from the command line."""
        now = self._clock()
        await self.engine.write(lambda tx: audit.write(tx, (line,), now))

    async def gaps(self) -> list[tuple[str, str, int]]:
        """Language, masked words and how often they were said; nothing of who or when."""
        return await self.engine.read(lambda tx: upkeep.gaps(tx, self._vault))

    async def submissions(self, flow: FlowId) -> list[Submission]:
        return await self.engine.read(lambda tx: submissions.of(tx, self._vault, flow))

    async def checks(self) -> list[CheckRow]:
        return await self.engine.read(checks.rows)

    async def mark(self, name: str, at: datetime) -> None:
        await self.engine.write(lambda tx: upkeep.mark(tx, name, at))

    async def marked(self, name: str) -> datetime | None:
        return await self.engine.read(lambda tx: upkeep.marked(tx, name))

    async def seen_between(self, since: datetime, until: datetime) -> list[NewcomerId]:
        seen: list[NewcomerId] = []
        after = ""
        while True:
            after, more = await self.engine.read(
                partial(upkeep.seen_between, vault=self._vault, since=since, until=until, after=after, limit=_PAGE)
            )
            seen += more
            if not after:
                return seen

    async def queue_ages(self, now: datetime) -> QueueAges:
        return await self.engine.read(lambda tx: upkeep.queue_ages(tx, now))

    async def start(self) -> None:
        """Finish what an earlier process left: erasures, and volatile texts that it took along."""
        marks = {} if self._tombs is None else self._tombs.read()

        def work(tx: Tx) -> tuple[int, dict[bytes, str]]:
            known = erasure.tombstones(tx)
            if self.engine.is_first:
                outbox.lose_volatile(tx)
            missing = {mark: month for mark, month in marks.items() if mark not in known}
            return erasure.replay(tx, self._vault, self._memory, missing), known

        if self._aside is not None and self.engine.is_first:
            self._aside.drop_unfinished()
        erased, known = await self.engine.write(work)
        if self._tombs is not None:
            unfinished = {mark: month for mark, month in known.items() if mark not in marks}
            if unfinished and self._aside is not None:
                self._aside.drop()
            self._tombs.add(unfinished)
        if erased:
            await self._clean()

    async def _clean(self) -> None:
        """Clean now, or keep trying: a backup that reads at this moment must not undo an erasure that is done."""
        try:
            await self.engine.clean()
        except StoreError:
            log.warning("store.unclean")
            if self._cleaning is None or self._cleaning.done():
                self._cleaning = asyncio.create_task(self._clean_later())

    async def _clean_later(self) -> None:
        while True:
            await asyncio.sleep(CLEAN_AGAIN_S)
            with contextlib.suppress(StoreError):
                await self.engine.clean()
                return

    async def close(self) -> None:
        if self._cleaning is not None:
            self._cleaning.cancel()
            await asyncio.gather(self._cleaning, return_exceptions=True)
        if self.engine.shared and self.engine.is_writable:
            with contextlib.suppress(StoreError):
                await self.engine.write(self._claims.leave)
        await self.engine.close()
