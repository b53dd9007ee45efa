"""SQLite: one encrypted file, one process that serves, others that may look in (command line, backup)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from sqlcipher3 import dbapi2 as sqlite

from bot.errors import StoreError, UnusableStore
from bot.store.crypto import Keys
from bot.store.engine import Tx
from bot.store.files import create
from bot.store.guards import Seat, check_file, check_library, check_log, check_presence
from bot.store.migrate import check_number, check_proof, migrate, number_of
from bot.store.schema import SQLITE_WORDS
from bot.store.writer import LOCKED_S, Phase, SqliteTx, Writer

T = TypeVar("T")

#: 64 MiB of pages: a year of a city's guichet stays in memory (negative: KiB, https://sqlite.org/pragma.html).
_CACHE = -65_536
#: How long emptying the log waits for readers. Nothing is written meanwhile, so it is short.
_CLEAN_MS = 200
#: Above this the check at the start would take longer than people may wait for their buttons (R8).
_CHECKED_BYTES = 200_000_000
#: Pages of the log before it is folded into the file: 16 MiB, so that few commits pay for it.
_CHECKPOINT = 4_000


def connect(path: Path, keys: Keys | None, *, read_only: bool = False, may_create: bool = True) -> Any:
    """A connection with everything set that safety needs. `keys` None: a file in clear, for tests of erasure only.

    A file that is made is for its owner only. Raises UnusableStore when it cannot be opened, or not by this key.
    """
    check_library(sqlite.sqlite_version_info)
    check_file(path)
    mode = "ro" if read_only else "rw"
    try:
        # SQLite would make it for everybody to read. One that is there is not touched: closing it would end the locks
        # that another connection of this process has on it (https://sqlite.org/howtocorrupt.html section 2.2).
        if may_create and not read_only and not path.exists():
            create(path)
        connection = sqlite.connect(
            f"file:{_quoted(path)}?mode={mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
            timeout=0,
        )
    except OSError as exc:
        raise UnusableStore(f"The database {path} cannot be made: {exc.strerror}.") from exc
    except sqlite.Error as exc:
        raise UnusableStore(f"The database {path} cannot be opened: {exc}.") from exc
    try:
        if keys is not None:
            # It would write three lines of its own about a wrong key; ours is one sentence.
            connection.execute("PRAGMA cipher_log_level = NONE").fetchall()
            connection.execute(f"PRAGMA key = \"x'{keys.file.hex()}'\"")
        connection.execute(f"PRAGMA busy_timeout = {int(LOCKED_S * 1000)}")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        for pragma in (
            "journal_mode = WAL",
            # Without it a power cut loses acknowledged commits (reliability.md, M3).
            "synchronous = FULL",
            # Overwrites what is deleted; off by default in this build (M10).
            "secure_delete = ON",
            "foreign_keys = ON",
            # Sorts and savepoints must not spill clear text into a temporary file.
            "temp_store = MEMORY",
            f"cache_size = {_CACHE}",
            f"wal_autocheckpoint = {_CHECKPOINT}",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()
    except sqlite.Error as exc:
        connection.close()
        raise UnusableStore(_why(path, exc)) from exc
    return connection


def _quoted(path: Path) -> str:
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _why(path: Path, exc: BaseException) -> str:
    text = str(exc)
    if "not a database" in text:
        return f"The key does not open {path}, or the file is damaged: put back the key, or restore a backup."
    if "readonly" in text or "unable to open" in text:
        return f"The database {path} cannot be written: check the folder's owner and rights."
    if "locked" in text:
        return f"The database {path} is held by another program: stop it first."
    if "full" in text:
        return f"There is no space left for the database {path}: free some and start again."
    if "I/O" in text:  # what a full disk is called where the index of the log has no room either
        return f"The disk does not take or give what belongs to the database {path}: is it full, or failing?"
    return f"The database {path} cannot be used ({text}): restore a backup with `guichet restore`."


def examine(path: Path, keys: Keys) -> None:
    """Raise the UnusableStore that a start would raise; nothing is brought to another form."""
    seat = Seat(path)
    try:
        if seat.is_ours:
            check_log(path)
        connection = connect(path, keys, may_create=False)
        try:
            tx = SqliteTx(connection)
            if tx.row("SELECT 1 FROM sqlite_master WHERE name = 'meta'") is not None:
                check_proof(tx, keys)
                check_number(number_of(tx))
            _check_pages(connection, path)
        except sqlite.Error as exc:
            raise UnusableStore(_why(path, exc)) from exc
        finally:
            connection.close()
    finally:
        seat.leave()


def _check_pages(connection: Any, path: Path) -> None:
    """Look at the whole file as long as that takes less than a second; every page is authenticated when read."""
    if path.stat().st_size > _CHECKED_BYTES:
        return
    found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(1)").fetchall()]
    if found != ["ok"]:
        raise UnusableStore(f"The database {path} is damaged: restore a backup with `guichet restore`.")


class SqliteEngine:
    """Runs transactions on one file; see `Engine`."""

    shared = False

    def __init__(self, path: Path, keys: Keys, *, in_clear: bool = False, may_create: bool = True) -> None:
        """Open, check and migrate. Raises UnusableStore with one sentence. `in_clear`: see `connect`."""
        self.path = path
        self._keys = None if in_clear else keys
        self._may_create = may_create
        if not may_create:
            check_presence(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise UnusableStore(f"The folder {path.parent} cannot be made: {exc.strerror}.") from exc
        check_file(path)
        self._seat = Seat(path)
        try:
            self._open(path, keys)
        except BaseException:
            self._seat.leave()
            raise
        self._tx = SqliteTx(self._connection)
        self._reading = SqliteTx(self._reader)
        self._writer = Writer(self._connection)

    @property
    def is_first(self) -> bool:
        """Whether no other process serves this database."""
        return self._seat.is_ours

    @property
    def is_writable(self) -> bool:
        """See `Engine`."""
        return self._writer.is_writable

    def _open(self, path: Path, keys: Keys) -> None:
        if self.is_first:
            check_log(path)
        self._connection = connect(path, self._keys)
        try:
            migrate(self._in_one_runner, SQLITE_WORDS, keys, may_create=self._may_create)
            _check_pages(self._connection, path)
            # What a killed process had erased may still stand in the log.
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._reader = connect(path, self._keys)
        except sqlite.Error as exc:
            self._connection.close()
            raise UnusableStore(_why(path, exc)) from exc
        except UnusableStore:
            self._connection.close()
            raise
        self._connection.execute("PRAGMA busy_timeout = 0")  # the loop must not wait: the writer's thread does

    def _in_one_runner(self, work: Callable[[Tx], bool]) -> bool:
        with immediately(self._connection):
            return work(SqliteTx(self._connection))

    async def write(self, work: Callable[[Tx], T]) -> T:
        return await self._writer.write(work)

    async def read(self, work: Callable[[Tx], T]) -> T:
        # The writer's own connection has the warmer cache; while it is at the disk the other one reads.
        tx = self._reading if self._writer.phase is Phase.AWAY else self._tx
        try:
            return work(tx)
        except sqlite.Error as exc:
            raise StoreError(str(exc)) from exc

    async def clean(self) -> None:
        """Fold the log into the file and empty it: deleted rows were overwritten there and only there."""
        await self._writer.alone(_emptied)

    async def close(self) -> None:
        await self._writer.close()
        with contextlib.suppress(sqlite.Error, StoreError):  # a busy reader elsewhere: the next start does it
            _emptied(self._connection)
        self._reader.close()
        self._connection.close()
        self._seat.leave()


def _emptied(connection: Any) -> None:
    connection.execute(f"PRAGMA busy_timeout = {_CLEAN_MS}")
    try:
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        connection.execute("PRAGMA busy_timeout = 0")
    if busy:
        raise StoreError("the log could not be emptied: another process reads the database")


@contextlib.contextmanager
def immediately(connection: Any) -> Iterator[None]:
    """A transaction that holds the writer's lock from its first statement on."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
