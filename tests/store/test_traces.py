"""After an erasure nothing of the person is left in any file: no words, not even their sealed fields (P1, I05).

The database file is encrypted as a whole, so that a scan of it would prove nothing. These tests leave that layer out
and scan what the pages really hold.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlite

from bot.core.ids import AccountId, NewcomerId
from bot.core.session import Position
from bot.errors import StoreError
from bot.ports import Commit, Receipt
from bot.store import KeptStore, open_store, store
from tests.store.conftest import KEYS
from tests.store.contract import fill
from tests.store.scenes import AMINA, BORIS, NOON, SLEEP, Guichet, Now, arrival, choice, say, session, tell


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
async def guichet(folder: Path):
    opened = await open_store(f"sqlite:///{folder}/guichet.db", KEYS, clock=Now(), in_clear=True)
    yield Guichet(opened)
    await opened.close()


def everything(folder: Path) -> bytes:
    """All bytes of the database, its log, its index, and whatever else lies there."""
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file())


def sealed_fields(folder: Path, newcomer: NewcomerId) -> set[bytes]:
    """Every blob and id in the rows of a person, as stored."""
    connection = sqlite.connect(folder / "guichet.db")
    found: set[bytes] = {newcomer.encode()}
    owned = "handoff IN (SELECT id FROM handoffs WHERE newcomer = ?)"
    for table, condition in (
        ("people", "id = ?"),
        ("person_keys", "newcomer = ?"),
        ("sessions", "newcomer = ?"),
        ("inbox", "newcomer = ?"),
        ("outbox", f"coalesce(newcomer, '') = ? OR {owned}"),
        ("keyboards", "newcomer = ?"),
        ("timers", "newcomer = ?"),
        ("handoffs", "newcomer = ?"),
        ("handoff_log", owned),
        ("quarantine", "newcomer = ?"),
    ):
        rows = connection.execute(f"SELECT * FROM {table} WHERE {condition}", (newcomer,) * condition.count("?"))
        for row in rows.fetchall():
            found.update(bytes(value) for value in row if isinstance(value, bytes) and len(value) >= 16)
    connection.close()
    return found


async def test_nothing_of_an_erased_person_is_left_in_the_files(guichet: Guichet, folder: Path) -> None:
    amina, boris = await guichet.welcome(), await guichet.welcome(BORIS)
    await fill(guichet, amina)
    for number in range(40):  # rows that grow, move and split pages
        here = session(amina, screen=number, done=("f" * 60,) * number)
        await guichet.store.commit(Commit(session=here, expected_version=number + 1, deliveries=(say(amina),)))
        await guichet.hear(AccountId(7_300_000_000 + number))
    await fill(guichet, boris)
    wanted = sealed_fields(folder, amina)
    assert len(wanted) > 15
    body = everything(folder)
    assert all(field in body for field in wanted)
    await guichet.store.erase(amina)
    body = everything(folder)
    assert [field for field in wanted if field in body] == []
    assert (folder / "guichet.db-wal").stat().st_size == 0
    assert all(field in body for field in sealed_fields(folder, boris))


async def test_a_reader_in_the_way_delays_the_cleaning_and_does_not_undo_the_erasure(
    guichet: Guichet, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "CLEAN_AGAIN_S", 0.01)
    amina = await guichet.welcome()
    await fill(guichet, amina)
    wanted = sealed_fields(folder, amina)
    reader = sqlite.connect(folder / "guichet.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM people").fetchall()
    assert (await guichet.store.erase(amina))["people"] == 1
    assert any(field in everything(folder) for field in wanted)
    reader.execute("COMMIT")
    reader.close()
    await asyncio.wait_for(guichet.store._cleaning, 5)  # type: ignore[attr-defined]
    assert [field for field in wanted if field in everything(folder)] == []


async def test_a_mark_that_cannot_be_written_leaves_no_traces(guichet: Guichet, folder: Path) -> None:
    amina = await guichet.welcome()
    await fill(guichet, amina)
    wanted = sealed_fields(folder, amina)
    in_the_way = folder / "guichet.db.erased"
    in_the_way.mkdir()
    with pytest.raises(StoreError, match="the mark of an erasure"):
        await guichet.store.erase(amina)
    assert [field for field in wanted if field in everything(folder)] == []
    in_the_way.rmdir()
    assert await guichet.store.erase(amina) == {}
    assert len(in_the_way.read_text().split()) == 2


async def test_memory_forgets_an_erased_person_too(guichet: Guichet) -> None:
    amina = await guichet.welcome()
    handoff = await guichet.hand_over(amina)
    shadow = Position(frames=(SLEEP,), answers={"papers": "no"})
    await guichet.hear(volatile=True)
    await guichet.store.commit(
        Commit(
            session=session(amina, shadow=shadow),
            expected_version=0,
            deliveries=(say(amina, volatile=True), say(amina), tell(handoff)),
            buttons=(choice(amina, volatile=True),),
        )
    )
    await guichet.store.erase(amina)
    memory = guichet.store._memory  # type: ignore[attr-defined]
    kept = (memory.payloads, memory.sessions, memory.texts, memory.recent._kept, memory.buttons._kept)
    assert [len(held) for held in kept] == [0, 0, 0, 0, 0]
    assert memory.accounts.get(amina) is None


async def test_words_never_reach_the_disk_in_clear(guichet: Guichet, folder: Path) -> None:  # I05
    canary = "marmotte-aubergine-7341"
    [row] = await guichet.store.keep([arrival(1, payload=canary.encode())], offset=2)
    newcomer = row.newcomer
    assert newcomer is not None
    answers = Position(frames=(SLEEP,), answers={"where": canary})
    await guichet.store.commit(
        Commit(
            session=session(newcomer, durable=answers),
            expected_version=0,
            deliveries=(say(newcomer, canary),),
            buttons=(choice(newcomer),),
        )
    )
    await guichet.store.quarantine(canary.encode(), "odd")
    await fill(guichet, await guichet.welcome(BORIS))
    body = everything(folder)
    for word in (canary, str(AMINA), str(BORIS), "J’ai froid", "Cherche un lit", SLEEP.step, "logement", "Mésange"):
        assert word.encode() not in body, word
    for account in (AMINA, BORIS):
        for size in (5, 6, 8):
            assert int(account).to_bytes(size, "big") not in body


async def test_what_is_volatile_never_reaches_the_disk_at_all(folder: Path) -> None:  # decision 9
    written: list[bytes] = []
    kept: KeptStore = await open_store(f"sqlite:///{folder}/guichet.db", KEYS, clock=Now(), in_clear=True)
    guichet = Guichet(kept)
    newcomer = await guichet.welcome()
    seal = kept._vault.seal
    kept._vault.seal = lambda *given: written.append(given[-1]) or seal(*given)  # type: ignore[method-assign]
    canary = b"marmotte-aubergine-7341"
    await kept.keep([arrival(1, payload=canary, volatile=True)], offset=2)
    shadow = Position(frames=(SLEEP,), answers={"papers": canary.decode()})
    offered = choice(newcomer, volatile=True)
    [row] = await kept.commit(
        Commit(
            session=session(newcomer, shadow=shadow, last_token=offered.token),
            expected_version=0,
            deliveries=(say(newcomer, canary.decode(), volatile=True),),
            buttons=(offered,),
        )
    )
    await kept.mark_sending([row.id])
    await kept.mark_sent(row, Receipt(message_id=1), at=NOON)
    sealed = b"".join(written)  # the very bytes that were sealed, before sealing
    assert canary not in sealed and offered.token.encode() not in sealed
    await kept.close()


async def test_what_was_sent_or_done_leaves_no_sealed_text_behind(guichet: Guichet, folder: Path) -> None:
    row = await guichet.hear()
    assert row.newcomer is not None
    [queued] = await guichet.queue(say(row.newcomer))
    connection = sqlite.connect(folder / "guichet.db")
    bodies = [
        bytes(connection.execute(sql).fetchone()[0])
        for sql in ("SELECT payload FROM inbox WHERE state = 0", "SELECT body FROM outbox")
    ]
    connection.close()
    await guichet.store.commit(Commit(done=row.id))
    await guichet.deliver(queued, Receipt(message_id=1))
    await guichet.store.engine.clean()
    assert [body for body in bodies if body in everything(folder)] == []
