"""The one writer of a SQLite file: what queues up while a commit is on its way to the disk shares the next one.

Statements run on the event loop's thread, because they take microseconds while handing each of them to another thread
would wait for the interpreter's lock twice. Only what waits for the disk or for another process (`COMMIT`, a lock held
elsewhere, a checkpoint) runs on the writer's own thread. Meanwhile the loop goes on and jobs queue up. On a disk so
fast that the way to the thread and back takes longer than the commit, a job with nobody behind it is committed at once.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

from sqlcipher3 import dbapi2 as sqlite

from bot.errors import BotError, Conflict, StoreError
from bot.store.engine import Parameters, Row, Tx

T = TypeVar("T")

#: Jobs that share a commit. More would make the first of them wait without saving much.
GROUP = 256
#: How long another process (a backup, `guichet forget`) may hold the file before callers are told (G02).
LOCKED_S = 10.0
_LOCK_PAUSE_S = 0.005
#: Commits that lately took less than this are not worth the way to the thread and back.
QUICK_S = 0.0004
#: Weight of the newest commit in what they take lately.
_NEWEST = 0.2


class Connection(Protocol):
    """The part of a DB-API connection that is used here; both of the drivers have it."""

    in_transaction: bool

    def cursor(self) -> Any: ...

    def execute(self, sql: str, parameters: Parameters = ()) -> Any: ...


class SqliteTx:
    """A transaction on a connection; see `Tx`."""

    def __init__(self, connection: Connection) -> None:
        self.afterwards: list[Callable[[], None]] = []
        self._execute = connection.cursor().execute
        self._cursor = connection.cursor()
        self._next: dict[str, int] = {}
        #: A row was touched since `forget`.
        self.has_written = False

    def rows(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        rows: list[Row] = self._execute(sql, parameters).fetchall()
        return rows

    def row(self, sql: str, parameters: Parameters = ()) -> Row | None:
        # Fetched to the end: a statement left half-way would hold its snapshot and stop the checkpoint.
        rows = self._execute(sql, parameters).fetchall()
        return rows[0] if rows else None

    def run(self, sql: str, parameters: Parameters = ()) -> int:
        touched: int = self._execute(sql, parameters).rowcount
        self.has_written |= touched > 0
        return touched

    def do(self, sql: str, parameters: Parameters = (), *, conflict: str = "", touches: int = 1) -> None:
        touched = self._execute(sql, parameters).rowcount
        self.has_written |= touched > 0
        if conflict and touched != touches:
            raise Conflict(conflict)

    def run_many(self, sql: str, many: Sequence[Parameters]) -> None:
        self._cursor.executemany(sql, many)
        self.has_written = True

    def ids(self, table: str, count: int = 1) -> range:
        first = self._next.get(table)
        if first is None:
            row = self.row("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,))
            first = 1 if row is None else int(row[0]) + 1
        self._next[table] = first + count
        return range(first, first + count)

    def forget(self) -> None:
        """Start over: another transaction begins."""
        self.afterwards = []
        self._next.clear()
        self.has_written = False


class Phase(Enum):
    """What the connection of the writer is doing."""

    IDLE = "idle"
    GATHERING = "gathering"  # a group begins at the end of this turn of the loop
    AWAY = "away"  # the writer's thread has the connection


@dataclass(slots=True, eq=False)
class Job:
    """One piece of work and who waits for it."""

    work: Callable[[Any], Any]
    future: asyncio.Future[Any]
    #: Runs on the writer's thread with the bare connection, outside any transaction.
    is_alone: bool = False
    result: Any = None
    error: BaseException | None = None
    afterwards: list[Callable[[], None]] = field(default_factory=list)


class Writer:
    """Runs jobs on one connection, in groups. All methods are for one event loop."""

    def __init__(self, connection: Connection) -> None:
        self.phase = Phase.IDLE
        #: What was last to be written is on the disk.
        self.is_writable = True
        self._connection = connection
        self._tx = SqliteTx(connection)
        self._jobs: deque[Job] = deque()
        self._errands: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._commit_takes_s = float("inf")
        self._thread = threading.Thread(target=self._run_errands, name="store-writer", daemon=True)
        self._thread.start()

    # for callers

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in a transaction; returns once it is on the disk."""
        result: T = await self._queued(work, is_alone=False)
        return result

    async def alone(self, work: Callable[[Any], T]) -> T:
        """Run `work` on the bare connection with nothing else going on."""
        result: T = await self._queued(work, is_alone=True)
        return result

    async def close(self) -> None:
        """Finish what is queued and stop the thread."""
        await self.alone(lambda connection: None)
        self._errands.put(None)
        await asyncio.to_thread(self._thread.join)

    # the group

    def _queued(self, work: Callable[[Any], Any], *, is_alone: bool) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._jobs.append(Job(work=work, future=future, is_alone=is_alone))
        if self.phase is Phase.IDLE:
            self.phase = Phase.GATHERING
            loop.call_soon(self._begin, loop)
        return future

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        group = self._gathered()
        if not group:
            self.phase = Phase.IDLE
            return
        self.phase = Phase.AWAY
        if group[0].is_alone:
            self._errands.put(lambda: self._run_alone(loop, group[0]))
            return
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite.OperationalError as exc:
            if not _is_locked(exc):
                self._failed(loop, group, exc)
                return
            self._errands.put(lambda: self._wait_for_lock(loop, group))
            return
        self._run_group(loop, group)

    def _gathered(self) -> list[Job]:
        group: list[Job] = []
        while self._jobs and len(group) < GROUP:
            if self._jobs[0].is_alone and group:
                break
            job = self._jobs.popleft()
            if job.future.cancelled():  # nobody waits for it any more and nothing of it was written
                continue
            group.append(job)
            if job.is_alone:
                break
        return group

    def _run_group(self, loop: asyncio.AbstractEventLoop, group: list[Job]) -> None:
        try:
            self._tx.forget()
            if not all(self._run(job) for job in group):
                # One of them failed, which is rare: undo the group and run it again, each job behind a savepoint.
                # Jobs leave no trace but their statements and `afterwards`, so they can be run twice.
                self._connection.execute("ROLLBACK")
                self._connection.execute("BEGIN IMMEDIATE")
                self._tx.forget()
                for job in group:
                    self._run_apart(job)
            is_at_once = len(group) == 1 and not self._jobs and self._commit_takes_s < QUICK_S
            if is_at_once:
                self._commit()
        except sqlite.Error as exc:  # of the whole: disk full, locked, damaged
            self._failed(loop, group, exc)
            return
        if is_at_once:
            self._finish(loop, group)
        else:
            self._errands.put(lambda: self._commit_away(loop, group))

    def _commit(self) -> None:
        """Bring it to the disk, and learn how long that takes."""
        if not self._connection.in_transaction:
            return
        began_s = time.perf_counter()
        self._connection.execute("COMMIT")
        took_s = time.perf_counter() - began_s
        if self._tx.has_written:  # a commit of nothing tells nothing
            self.is_writable = True
        known_s = self._commit_takes_s
        self._commit_takes_s = took_s if known_s == float("inf") else known_s + _NEWEST * (took_s - known_s)

    def _run(self, job: Job) -> bool:
        """Run a job; False when it failed by itself."""
        self._tx.afterwards = job.afterwards = []
        job.error = None
        try:
            job.result = job.work(self._tx)
        except sqlite.IntegrityError as exc:
            job.error = _own(exc)
        except sqlite.Error:
            raise
        except Exception as exc:  # Conflict, or a bug, which must not take the others along
            job.error = exc
        return job.error is None

    def _run_apart(self, job: Job) -> None:
        """Run a job so that its failure undoes its own part only."""
        self._connection.execute("SAVEPOINT job")
        if not self._run(job):
            self._connection.execute("ROLLBACK TO job")
        self._connection.execute("RELEASE job")

    def _failed(self, loop: asyncio.AbstractEventLoop, group: list[Job], exc: BaseException) -> None:
        """Nothing of the group was written: everybody is told, and may come again."""
        self.is_writable = False
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        for job in group:
            job.error = _own(exc)
        self._finish(loop, group)

    def _finish(self, loop: asyncio.AbstractEventLoop, group: list[Job]) -> None:
        for job in group:
            if job.error is None:
                for told in job.afterwards:
                    told()
            if job.future.done():  # cancelled while its commit was on the way: written all the same
                continue
            if job.error is not None:
                job.future.set_exception(job.error)
            else:
                job.future.set_result(job.result)
        if self._jobs:
            self.phase = Phase.GATHERING
            loop.call_soon(self._begin, loop)
        else:
            self.phase = Phase.IDLE

    # on the writer's thread

    def _run_errands(self) -> None:
        while (errand := self._errands.get()) is not None:
            errand()

    def _commit_away(self, loop: asyncio.AbstractEventLoop, group: list[Job]) -> None:
        try:
            self._commit()
        except sqlite.Error as exc:
            _tell(loop, self._failed, loop, group, exc)
            return
        _tell(loop, self._finish, loop, group)

    def _wait_for_lock(self, loop: asyncio.AbstractEventLoop, group: list[Job]) -> None:
        give_up_at = time.monotonic() + LOCKED_S
        while True:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            except sqlite.Error as exc:
                if _is_locked(exc) and time.monotonic() < give_up_at:
                    time.sleep(_LOCK_PAUSE_S)
                    continue
                _tell(loop, self._failed, loop, group, exc)
                return
            _tell(loop, self._run_group, loop, group)
            return

    def _run_alone(self, loop: asyncio.AbstractEventLoop, job: Job) -> None:
        try:
            job.result = job.work(self._connection)
        except Exception as exc:  # handed to whoever waits
            job.error = _own(exc)
        _tell(loop, self._finish, loop, [job])


def _tell(loop: asyncio.AbstractEventLoop, callback: Callable[..., None], *arguments: Any) -> None:
    if not loop.is_closed():  # a loop that is gone has nobody left who waits
        loop.call_soon_threadsafe(callback, *arguments)


def _is_locked(exc: BaseException) -> bool:
    return isinstance(exc, sqlite.OperationalError) and "locked" in str(exc)


def _own(exc: BaseException) -> BaseException:
    """The error in our own words; the driver's is kept as the cause."""
    if isinstance(exc, sqlite.IntegrityError):
        own: BotError = Conflict(str(exc))
    elif isinstance(exc, sqlite.Error):
        own = StoreError(str(exc))
    else:
        return exc
    own.__cause__ = exc
    return own
