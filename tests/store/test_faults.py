"""Files that cannot be used are refused with one sentence; a full or locked disk costs nothing but time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlite

from bot.errors import StoreError, UnusableStore
from bot.ports import Commit
from bot.store import keys_from, open_store, writer
from bot.store.guards import check_library
from bot.store.migrate import migrate
from bot.store.schema import MIGRATIONS, SQLITE_WORDS, Migration
from bot.store.sqlite import connect, immediately
from bot.store.writer import SqliteTx
from tests.store.conftest import KEYS, House
from tests.store.scenes import AMINA, BORIS, Guichet, arrival, say, session


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "var" / "guichet.db"


@pytest.fixture
async def house(database: Path):
    database.parent.mkdir()
    opened = House(url=f"sqlite:///{database}")
    yield opened
    await opened.close()


# --- what cannot be opened (G03, G04, G05) ---------------------------------------------------------------------------


async def refusal(house: House, keys=KEYS) -> str:
    with pytest.raises(UnusableStore) as caught:
        await open_store(house.url, keys)
    return str(caught.value)


async def test_another_key_is_refused(house: House, guichet: Guichet) -> None:
    await house.close()
    assert "The key does not open" in await refusal(house, keys_from(b"w" * 32))


async def test_another_key_is_refused_even_where_the_file_is_not_encrypted(house: House) -> None:
    await (await open_store(house.url, KEYS, in_clear=True)).close()
    with pytest.raises(UnusableStore, match="does not belong to this database"):
        await open_store(house.url, keys_from(b"w" * 32), in_clear=True)


async def test_a_folder_in_the_place_of_the_file_is_refused(house: House, database: Path) -> None:
    database.mkdir()
    assert "is a folder" in await refusal(house)


async def test_a_file_that_is_no_database_is_refused(house: House, database: Path) -> None:
    database.write_bytes(b"# notes\n" * 1000)
    assert "The key does not open" in await refusal(house)


async def test_a_damaged_page_is_refused(house: House, guichet: Guichet, database: Path) -> None:
    await guichet.store.keep([arrival(number) for number in range(200)], offset=1)
    await house.close()
    with database.open("r+b") as file:
        file.seek(database.stat().st_size // 2)
        file.write(bytes(64))
    assert "damaged" in await refusal(house) or "cannot be used" in await refusal(house)


async def test_a_read_only_folder_or_file_is_refused(
    house: House, guichet: Guichet, database: Path, monkeypatch
) -> None:
    await house.close()
    # Whoever runs the tests may be root, for whom every folder is writable: the answer of the system is stood in for.
    monkeypatch.setattr(os, "access", lambda path, mode: not (Path(path) == database.parent and mode & os.W_OK))
    assert "The folder" in await refusal(house) and "cannot be written" in await refusal(house)
    monkeypatch.setattr(os, "access", lambda path, mode: not (Path(path) == database and mode & os.W_OK))
    assert "cannot be written: check its owner and rights" in await refusal(house)


async def test_a_seat_that_cannot_be_taken_is_refused(house: House, guichet: Guichet, database: Path) -> None:
    await house.close()
    seat = database.with_name("guichet.db.serving")
    seat.unlink()
    seat.mkdir()
    assert await refusal(house) == f"{seat} cannot be written (Is a directory): check its owner and rights."
    seat.rmdir()
    await house.open()


async def test_a_log_that_was_cut_short_is_refused(house: House, database: Path) -> None:
    _leave_by_kill(database)
    log = database.with_name(database.name + "-wal")
    whole = log.read_bytes()
    for cut in (whole[: len(whole) // 2], whole[:20], b""):
        log.write_bytes(cut)
        assert "was cut short" in await refusal(house)
    log.unlink()
    assert "was cut short" in await refusal(house)
    log.write_bytes(whole)
    again = await house.open()
    assert len(await again.store.waiting()) == 30


async def test_a_log_left_by_a_kill_is_taken_up(house: House, database: Path) -> None:
    _leave_by_kill(database)
    again = await house.open()
    assert len(await again.store.waiting()) == 30


def _leave_by_kill(database: Path) -> None:
    """A process that keeps thirty arrivals and is killed."""
    child = os.fork()
    if child == 0:

        async def live() -> None:
            store = await open_store(f"sqlite:///{database}", KEYS)
            for number in range(30):
                await store.keep([arrival(number)], offset=number)
            os.kill(os.getpid(), signal.SIGKILL)

        asyncio.run(live())
    os.waitpid(child, 0)


async def test_a_newer_schema_is_refused_and_an_older_one_brought_up(
    house: House, guichet: Guichet, database: Path
) -> None:
    await house.close()
    connection = connect(database, KEYS)

    def run(work):
        with immediately(connection):
            return work(SqliteTx(connection))

    following = Migration(number=MIGRATIONS[-1].number + 1, about="", statements=("CREATE TABLE more (a {int})",))
    migrate(run, SQLITE_WORDS, KEYS, (*MIGRATIONS, following))
    migrate(run, SQLITE_WORDS, KEYS, (*MIGRATIONS, following))
    connection.close()
    assert "start the newer program" in await refusal(house)


@pytest.mark.parametrize(
    ("version", "is_fine"),
    [
        ((3, 40, 1), False),
        ((3, 51, 2), False),
        ((3, 50, 6), False),
        ((3, 44, 6), True),
        ((3, 50, 7), True),
        ((3, 51, 3), True),
    ],
)
def test_a_sqlite_with_the_log_reset_bug_is_refused(version: tuple[int, ...], is_fine: bool) -> None:
    with contextlib.nullcontext() if is_fine else pytest.raises(UnusableStore, match="can corrupt its log"):
        check_library(version)


async def test_an_unknown_address_is_refused() -> None:
    with pytest.raises(UnusableStore, match="DATABASE_URL begins with mysql"):
        await open_store("mysql://localhost/x", KEYS)


async def test_what_is_asked_of_every_connection_is_so(guichet: Guichet) -> None:
    connection = guichet.store.engine._connection
    asked = ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "temp_store")
    assert [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in asked] == ["wal", 2, 1, 1, 2]


# --- full, locked (G01, G02) -----------------------------------------------------------------------------------------


@contextlib.contextmanager
def full_disk(limit: int) -> Iterator[None]:
    """No file may grow beyond `limit` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)


async def test_a_full_disk_refuses_and_the_store_recovers_by_itself(
    house: House, guichet: Guichet, database: Path
) -> None:
    newcomer = await guichet.welcome()
    log = database.with_name(database.name + "-wal")
    kept, refused = [], 0
    with full_disk(log.stat().st_size + 60_000):
        for number in range(40):
            try:
                kept += await guichet.store.keep([arrival(number, payload=b"x" * 3000)], offset=number)
            except StoreError:
                refused += 1
        assert refused and kept
        assert await guichet.store.waiting() == kept  # reading goes on
        assert not guichet.store.is_writable
        with pytest.raises(StoreError):
            await guichet.store.commit(Commit(session=session(newcomer, done=("x" * 90_000,)), expected_version=0))
    kept += await guichet.store.keep([arrival(number, payload=b"x" * 3000) for number in range(40)], offset=40)
    assert len(kept) == 40
    assert guichet.store.is_writable
    await guichet.store.commit(Commit(session=session(newcomer), expected_version=0))
    again = await house.reopen()
    assert await again.store.waiting() == kept


async def test_a_start_on_a_full_disk_does_not_ask_for_a_backup(house: House, guichet: Guichet, database: Path) -> None:
    await guichet.welcome()
    await house.close()
    with full_disk(1000), pytest.raises(UnusableStore) as refused:
        await house.open()
    assert "full" in str(refused.value) and "restore" not in str(refused.value)
    await house.open()


async def test_a_file_at_its_limit_refuses_the_group_and_nothing_else(guichet: Guichet) -> None:
    connection = guichet.store.engine._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages + 4}").fetchall()
    results = await asyncio.gather(
        *(guichet.store.keep([arrival(number, payload=b"x" * 3000)], offset=1) for number in range(20)),
        return_exceptions=True,
    )
    assert {type(result) for result in results} == {StoreError}
    assert not guichet.store.is_writable
    assert await guichet.store.keep([], offset=None) == []
    assert not guichet.store.is_writable  # nothing was written, so nobody knows
    connection.execute("PRAGMA max_page_count = 1000000").fetchall()
    assert len(await guichet.store.keep([arrival(number) for number in range(20)], offset=1)) == 20


async def test_a_lock_held_elsewhere_is_waited_for(guichet: Guichet, database: Path) -> None:
    other = connect(database, KEYS)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(guichet.store.keep([arrival(1)], offset=2))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    assert await guichet.store.newcomer_by_account(AMINA) is None  # reading goes on
    other.execute("ROLLBACK")
    assert len(await waiting) == 1
    other.close()


async def test_a_lock_held_too_long_is_an_error_and_costs_nothing(
    guichet: Guichet, database: Path, monkeypatch
) -> None:
    monkeypatch.setattr(writer, "LOCKED_S", 0.05)
    other = connect(database, KEYS)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked"):
        await guichet.store.keep([arrival(1)], offset=2)
    other.execute("ROLLBACK")
    other.close()
    assert len(await guichet.store.keep([arrival(1)], offset=2)) == 1


async def test_a_visitor_leaves_alone_what_the_serving_process_remembers(house: House, guichet: Guichet) -> None:
    newcomer = await guichet.welcome()
    [row] = await guichet.queue(say(newcomer, "secret", volatile=True))
    visitor = await open_store(house.url, KEYS)
    assert (guichet.store.is_first, visitor.is_first) == (True, False)  # type: ignore[attr-defined]
    await visitor.erase(await guichet.welcome(BORIS))
    await visitor.close()
    assert await guichet.store.take_outbox() == [row]
    await guichet.store.close()
    house.stores.clear()
    assert (await house.open()).store.is_first  # type: ignore[attr-defined]


async def test_a_volatile_text_is_not_taken_before_it_is_there(
    guichet: Guichet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "QUICK_S", 0.0)  # on a disk where the loop does not wait
    newcomer = await guichet.welcome()
    committing = asyncio.ensure_future(guichet.queue(say(newcomer, "secret", volatile=True)))
    for _ in range(3):
        await asyncio.sleep(0)  # its commit is on the way now
    time.sleep(0.1)  # noqa: ASYNC251 - on the disk, and the loop does not know it yet
    assert await guichet.store.take_outbox() == []
    [row] = await committing
    assert await guichet.store.take_outbox() == [row]


class SlowDisk:
    """A connection whose commits take as long as told, and that remembers which thread waited for each."""

    def __init__(self, path: Path, seconds: float) -> None:
        self.waited: list[str] = []
        self._seconds = seconds
        self._connection = sqlite.connect(path, isolation_level=None, check_same_thread=False)
        self.cursor = self._connection.cursor

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def execute(self, sql: str, parameters: object = ()) -> object:
        if sql == "COMMIT":
            time.sleep(self._seconds)
            self.waited.append(threading.current_thread().name)
        return self._connection.execute(sql, parameters)


@pytest.mark.parametrize(
    ("seconds", "quick_s", "many", "threads"),
    # What counts as quick is set so that a machine under load is no other case.
    [(0.005, 0.004, 4, {"store-writer"}), (0.0, 60.0, 40, {"store-writer", "MainThread"})],
    ids=["slow: the loop never waits", "quick: a lone commit saves the way"],
)
async def test_only_a_quick_disk_is_waited_for_in_the_loop(
    seconds: float, quick_s: float, many: int, threads: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "QUICK_S", quick_s)
    disk = SlowDisk(tmp_path / "plain.db", seconds)
    held = writer.Writer(disk)
    await held.write(lambda tx: tx.do("CREATE TABLE kept (id INTEGER PRIMARY KEY)"))
    for _ in range(many):
        await held.write(lambda tx: tx.do("INSERT INTO kept DEFAULT VALUES"))
    assert await held.alone(lambda bare: bare.execute("SELECT count(*) FROM kept").fetchall()) == [(many,)]
    await held.close()
    assert (set(disk.waited), disk.waited[0]) == (threads, "store-writer")


async def test_jobs_that_come_together_share_a_commit_away_from_the_loop(tmp_path: Path) -> None:
    disk = SlowDisk(tmp_path / "plain.db", 0.0)
    held = writer.Writer(disk)
    await held.write(lambda tx: tx.do("CREATE TABLE kept (id INTEGER PRIMARY KEY)"))
    await asyncio.gather(*(held.write(lambda tx: tx.do("INSERT INTO kept DEFAULT VALUES")) for _ in range(9)))
    await held.close()
    assert disk.waited == ["store-writer"] * 2


async def test_a_bug_in_one_job_does_not_take_the_others_along(guichet: Guichet) -> None:
    def broken(tx: object) -> None:
        tx.run("INSERT INTO meta (name, value) VALUES ('trace', '1')")  # type: ignore[attr-defined]
        raise ZeroDivisionError

    engine = guichet.store.engine
    kept, failed, also = await asyncio.gather(
        guichet.store.keep([arrival(1)], offset=2),
        engine.write(broken),
        guichet.store.keep([arrival(2)], offset=3),
        return_exceptions=True,
    )
    assert isinstance(failed, ZeroDivisionError)
    assert await guichet.store.waiting() == [*kept, *also]
    assert await engine.read(lambda tx: tx.row("SELECT value FROM meta WHERE name = 'trace'")) is None


async def test_a_caller_who_left_is_not_waited_for(guichet: Guichet) -> None:
    gone = asyncio.create_task(guichet.store.keep([arrival(1)], offset=2))
    await asyncio.sleep(0)
    gone.cancel()
    assert len(await guichet.store.keep([arrival(2)], offset=3)) == 1


# --- what a thief of the disk finds (P4) -----------------------------------------------------------------------------


async def test_without_the_key_the_file_tells_nothing(house: House, guichet: Guichet, database: Path) -> None:
    newcomer = await guichet.welcome()
    await guichet.store.commit(Commit(session=session(newcomer), expected_version=0))
    for path in (database, database.with_name(database.name + "-wal")):
        body = path.read_bytes()
        for word in (b"SQLite format", b"CREATE TABLE", b"besoins", newcomer.encode(), b"street"):
            assert word not in body
    await house.close()
    with pytest.raises(sqlite3.DatabaseError), contextlib.closing(sqlite3.connect(database)) as plain:
        plain.execute("SELECT * FROM sqlite_master").fetchall()
    with pytest.raises(sqlite.DatabaseError), contextlib.closing(sqlite.connect(database)) as plain:
        plain.execute("SELECT * FROM sqlite_master").fetchall()
