"""PostgreSQL: the same rows on a server, for several replicas of the guichet.

Work runs on threads of its own with blocking connections: the rows are written by the same plain functions as on
SQLite, and one thread that commits what has queued up is as fast as many that commit one by one. Reading has another
thread, so that it does not wait for a commit.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import psycopg
from psycopg import errors

from bot.errors import Conflict, StoreError, UnusableStore
from bot.store.crypto import Keys
from bot.store.engine import Parameters, Row, Tx
from bot.store.migrate import check_number, check_proof, migrate, number_of
from bot.store.schema import POSTGRES_WORDS

T = TypeVar("T")

#: Jobs that share a commit; fewer than on SQLite, because other replicas may wait for a row of theirs.
GROUP = 64
#: How long a connection that broke is sought again before callers are told (G10).
BROKEN_S = 10.0
_PAUSE_S = 0.2
#: The transaction as the server numbers it; nothing when it wrote nothing.
_NUMBER = "SELECT pg_current_xact_id_if_assigned()::text"
_SWITCH_S = 0.0005
#: A server whose network is gone is given up after this long.
_SILENT_MS = 10_000
#: Any number: one migration at a time, whichever replica comes first.
_MIGRATING = 7_274_512
#: A statement or a lock that takes longer is a fault; the caller comes again.
_OPTIONS = "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"


@lru_cache(maxsize=512)
def _percent(sql: str) -> str:
    """The driver's mark for parameters. The texts hold neither a `%` nor a `?` of their own."""
    return sql.replace("?", "%s")


class PostgresTx:
    """A transaction on a connection; see `Tx`. With `pipeline`, statements are sent ahead and looked at later."""

    def __init__(self, connection: psycopg.Connection[Any], pipeline: psycopg.Pipeline | None = None) -> None:
        self.afterwards: list[Callable[[], None]] = []
        self._connection = connection
        self._pipeline = pipeline
        self._cursor = connection.cursor()
        #: Statements sent ahead whose rows must still be counted.
        self._ahead: list[tuple[psycopg.Cursor[Any], str, int]] = []

    def rows(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        self._cursor.execute(_percent(sql), parameters)
        return self._cursor.fetchall()

    def row(self, sql: str, parameters: Parameters = ()) -> Row | None:
        self._cursor.execute(_percent(sql), parameters)
        return self._cursor.fetchone()

    def run(self, sql: str, parameters: Parameters = ()) -> int:
        self._cursor.execute(_percent(sql), parameters)
        if self._pipeline is not None:
            self._pipeline.sync()
        return self._cursor.rowcount

    def do(self, sql: str, parameters: Parameters = (), *, conflict: str = "", touches: int = 1) -> None:
        cursor = self._connection.cursor()
        cursor.execute(_percent(sql), parameters)
        if conflict:
            self._ahead.append((cursor, conflict, touches))
        if self._pipeline is None:
            self.settle()

    def settle(self) -> None:
        """Everything sent ahead has been answered: raise the Conflict of what touched too little."""
        for cursor, conflict, touches in self._ahead:
            if cursor.rowcount != touches:
                raise Conflict(conflict)
        self._ahead.clear()

    def run_many(self, sql: str, many: Sequence[Parameters]) -> None:
        self._connection.cursor().executemany(_percent(sql), many)

    def ids(self, table: str, count: int = 1) -> Sequence[int]:
        found = self.rows("SELECT nextval(pg_get_serial_sequence(?, 'id')) FROM generate_series(1, ?)", (table, count))
        return sorted(row[0] for row in found)


@dataclass(slots=True, eq=False)
class Job:
    """One piece of work and who waits for it."""

    work: Callable[[Any], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    result: Any = None
    error: BaseException | None = None
    afterwards: list[Callable[[], None]] = field(default_factory=list)


class Worker:
    """A thread with a connection: runs what is queued, a group in a transaction, and comes back after a break."""

    def __init__(self, address: str, *, group: int, is_reading: bool = False) -> None:
        self._address = address
        self._group = group
        self._is_reading = is_reading
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._connection: psycopg.Connection[Any] | None = None
        #: What was last to be written is durable.
        self.is_writable = True
        #: The transaction whose commit is on its way, as the server numbers it.
        self._committing: str | None = None
        self._thread = threading.Thread(target=self._run, name="store-postgres", daemon=True)
        self._thread.start()

    async def do(self, work: Callable[[Any], T]) -> T:
        """Run `work` on the thread; for a writer in a transaction, returning once it is durable."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._jobs.put(Job(work=work, future=future, loop=loop))
        result: T = await future
        return result

    async def close(self) -> None:
        """Finish what is queued and stop the thread."""
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    # on the thread

    def _run(self) -> None:
        is_open = True
        while is_open:
            group = [self._jobs.get()]
            with contextlib.suppress(Empty):
                while len(group) < self._group:
                    group.append(self._jobs.get_nowait())
            jobs = [job for job in group if job is not None]
            is_open = len(jobs) == len(group)
            if jobs:
                try:
                    self._serve(jobs)
                except Exception as exc:  # a thread that dies would let everybody wait for ever
                    self._drop()
                    self._committing = None
                    for job in jobs:
                        job.error = _own(exc)
                _tell(jobs)
        self._drop()

    def _serve(self, jobs: list[Job]) -> None:
        """Run a group, again after a break of the connection unless it was committed already (G10)."""
        give_up_at = time.monotonic() + BROKEN_S
        while True:
            try:
                if self._committing is not None and self._was_committed(self._committing):
                    self._committing = None
                    return
                self._committing = None
                is_whole = self._attempt(self._connected(), jobs)
            except psycopg.Error as exc:
                self._drop()
                if _is_passing(exc) and time.monotonic() < give_up_at:
                    time.sleep(_PAUSE_S)
                    continue
                self._committing = None
                self.is_writable = False
                for job in jobs:
                    job.error = _own(exc)
                return
            if not is_whole:  # one of them failed, which is rare: each by itself, so that the others come through
                for job in jobs:
                    self._serve([job])
            return

    def _attempt(self, connection: psycopg.Connection[Any], jobs: list[Job]) -> bool:
        """Run the jobs in one transaction; False when they must be run one by one."""
        if self._is_reading:
            tx = PostgresTx(connection)
            for job in jobs:
                self._try(tx, job)
            return True
        if len(jobs) > 1:
            return self._attempt_ahead(connection, jobs)
        tx = PostgresTx(connection)
        connection.execute("BEGIN")
        if not self._try(tx, jobs[0]):
            connection.execute("ROLLBACK")
            return True
        number = tx.row(_NUMBER)
        self._commit(connection, number)
        return True

    def _attempt_ahead(self, connection: psycopg.Connection[Any], jobs: list[Job]) -> bool:
        """A group: statements whose results nobody waits for travel together, which saves most of the round trips.

        An error may then show at a later statement than its own, so a group that fails is only undone here; what
        failed in it is found by running each job alone.
        """
        try:
            with connection.pipeline() as pipeline:
                tx = PostgresTx(connection, pipeline)
                connection.execute("BEGIN")
                is_whole = all(self._try(tx, job) for job in jobs)
                pipeline.sync()
                tx.settle()
                number = tx.row(_NUMBER) if is_whole else None
        except (psycopg.Error, Conflict):
            if connection.closed or connection.broken:
                raise
            is_whole = False
        if not is_whole:
            connection.execute("ROLLBACK")
            return False
        self._commit(connection, number)
        return True

    def _commit(self, connection: psycopg.Connection[Any], number: Row | None) -> None:
        self._committing = None if number is None else number[0]
        connection.execute("COMMIT")
        self._committing = None
        if number is not None and number[0] is not None:  # a commit of nothing tells nothing
            self.is_writable = True

    def _try(self, tx: PostgresTx, job: Job) -> bool:
        tx.afterwards = job.afterwards = []
        job.error = None
        try:
            job.result = job.work(tx)
        except (psycopg.OperationalError, psycopg.InterfaceError):
            raise
        except Exception as exc:  # Conflict, or a bug, which must not take the others along
            job.error = _own(exc)
            if isinstance(exc, psycopg.InternalError):  # the server takes no writing, as a standby does
                self.is_writable = False
        return job.error is None

    def _was_committed(self, number: str) -> bool:
        """Ask the server what became of a transaction whose end we did not see."""
        sql = "SELECT pg_xact_status(%s::xid8)"
        while True:
            try:
                row = self._connected().execute(sql, (number,)).fetchone()
            except psycopg.DataError:  # "in the future": a crashed server has never heard of it
                return False
            status = None if row is None else row[0]
            if status != "in progress":
                return bool(status == "committed")
            time.sleep(_PAUSE_S)  # the server has not noticed yet that we are gone

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = connected(self._address)
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def examine(address: str, keys: Keys | None) -> None:
    """Raise the UnusableStore that a start would raise; `keys` None: there are none yet. Nothing is written."""
    try:
        with contextlib.closing(connected(address)) as connection:
            tx = PostgresTx(connection)
            if tx.row("SELECT to_regclass('meta')::text") == (None,):
                return  # the first start makes everything
            if keys is None:
                raise UnusableStore(
                    "The key is missing although the database exists: put back the key file, or set GUICHET_SECRET_KEY."
                )
            check_proof(tx, keys)
            check_number(number_of(tx))
    except psycopg.Error as exc:
        raise _unusable(exc) from exc


def _unusable(exc: psycopg.Error) -> UnusableStore:
    return UnusableStore(f"The PostgreSQL server cannot be used: {_sentence(exc)}.")


class PostgresEngine:
    """Runs transactions on a server; see `Engine`."""

    shared = True
    is_first = False  # leases tell what is ours

    def __init__(self, address: str, keys: Keys, *, may_create: bool = True) -> None:
        """Connect, check and migrate. Raises UnusableStore with one sentence."""
        self._address = address
        try:
            with contextlib.closing(connected(address)) as connection:
                migrate(_in_one_runner(connection), POSTGRES_WORDS, keys, may_create=may_create)
        except psycopg.Error as exc:
            raise _unusable(exc) from exc
        # After every statement the thread wants the interpreter's lock back. By default a busy loop gives it up after
        # 5 ms, which forty statements would wait for one after the other.
        sys.setswitchinterval(min(sys.getswitchinterval(), _SWITCH_S))
        self._writer = Worker(address, group=GROUP)
        self._reader = Worker(address, group=1, is_reading=True)

    @property
    def is_writable(self) -> bool:
        """See `Engine`."""
        return self._writer.is_writable

    async def write(self, work: Callable[[Tx], T]) -> T:
        return await self._writer.do(work)

    async def read(self, work: Callable[[Tx], T]) -> T:
        return await self._reader.do(work)

    async def clean(self) -> None:
        """Rewrite the table of keys without the deleted ones; the rest is reclaimed by the server in its own time.

        PostgreSQL has no way to overwrite a deleted row. Without the key the sealed fields open no more.
        """
        await asyncio.to_thread(self._rewrite_keys)

    def _rewrite_keys(self) -> None:
        try:
            with contextlib.closing(connected(self._address)) as connection:
                connection.execute("VACUUM FULL person_keys")
        except psycopg.Error as exc:
            raise StoreError(_sentence(exc)) from exc

    async def close(self) -> None:
        await self._writer.close()
        await self._reader.close()


def connected(address: str) -> psycopg.Connection[Any]:
    """A connection on which every commit is on the disk when it returns."""
    connection = psycopg.connect(
        address, autocommit=True, connect_timeout=5, options=_OPTIONS, tcp_user_timeout=_SILENT_MS
    )
    connection.execute("SET synchronous_commit = on")
    connection.prepare_threshold = 3
    return connection


def _in_one_runner(connection: psycopg.Connection[Any]) -> Callable[[Callable[[Tx], bool]], bool]:
    def run(work: Callable[[Tx], bool]) -> bool:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_MIGRATING,))
            return work(PostgresTx(connection))

    return run


def _tell(jobs: list[Job]) -> None:
    """Hand the results over, all of one loop in one call."""
    for loop in {job.loop for job in jobs}:
        if not loop.is_closed():  # a loop that is gone has nobody left who waits
            loop.call_soon_threadsafe(_finish, [job for job in jobs if job.loop is loop])


def _finish(jobs: list[Job]) -> None:
    for job in jobs:
        if job.error is None:
            for told in job.afterwards:
                told()
        if job.future.done():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)


def _is_passing(exc: psycopg.Error) -> bool:
    """Whether trying again soon may help: a broken connection, a restart, a deadlock; not a full disk."""
    if not isinstance(exc, (psycopg.OperationalError, psycopg.InterfaceError)):
        return False
    state = exc.sqlstate
    return state is None or state[:2] in {"08", "40", "57"} or isinstance(exc, errors.TooManyConnections)


def _own(exc: BaseException) -> BaseException:
    """The error in our own words; the driver's is kept as the cause."""
    if isinstance(exc, psycopg.IntegrityError):
        own: Exception = Conflict(_sentence(exc))
    elif isinstance(exc, (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError)):
        own = StoreError(_sentence(exc))
    else:
        return exc
    own.__cause__ = exc
    return own


def _sentence(exc: psycopg.Error) -> str:
    """The first line of what the server said, without the row it was about."""
    lines = str(exc).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(exc).__name__
