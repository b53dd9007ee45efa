"""Backups under load, restores on an empty machine, and erasures that outlive both."""

import asyncio
import contextlib
import os
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import UnusableStore
from bot.ports import Commit
from bot.store import keys_from, open_store
from bot.store.backup import Backup, back_up, restore, rotate
from tests.store.conftest import KEYS, House
from tests.store.scenes import AMINA, BORIS, NOON, Guichet, say, session

WRONG = keys_from(b"w" * 32)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "guichet.db"


@pytest.fixture
async def house(database: Path):
    opened = House(url=f"sqlite:///{database}")
    yield opened
    await opened.close()


async def test_a_backup_under_load_has_every_turn_that_was_acknowledged(house, guichet, database, tmp_path) -> None:
    newcomer = await guichet.welcome()
    version = 0

    async def turns() -> None:
        nonlocal version
        while True:
            here = session(newcomer, screen=version + 1)
            await guichet.store.commit(Commit(session=here, expected_version=version))
            version += 1

    load = asyncio.create_task(turns())
    for number in range(5):
        await asyncio.sleep(0.01)
        before = version
        at = NOON + timedelta(seconds=number)
        made = await asyncio.to_thread(back_up, database, tmp_path / "backups", KEYS, now=at)
        copy = tmp_path / f"copy{number}.db"
        restore(made, copy, KEYS)
        restored = await open_store(f"sqlite:///{copy}", KEYS)
        found = await restored.session_of(newcomer)
        assert found is not None and before <= found.version <= version + 1
        assert found == session(newcomer, version=found.version, screen=found.version)
        await restored.close()
    load.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await load


async def test_a_backup_into_a_folder_that_cannot_be_made_is_refused(guichet, database, tmp_path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    for folder, why in ((tmp_path / "file", "File exists"), (tmp_path / "file" / "backups", "Not a directory")):
        with pytest.raises(UnusableStore) as caught:
            back_up(database, folder, KEYS, now=NOON)
        assert str(caught.value) == f"The backup into {folder} failed: {folder}: {why}."


async def test_a_backup_without_its_keys_opens_nobody(guichet, database, tmp_path) -> None:
    newcomer = await guichet.welcome()
    await guichet.store.commit(Commit(session=session(newcomer), expected_version=0))
    made = back_up(database, tmp_path, KEYS, now=NOON)
    stolen = await open_store(f"sqlite:///{made.data}", KEYS)
    with pytest.raises(Exception, match="gone"):
        await stolen.session_of(newcomer)
    await stolen.close()


async def test_who_was_erased_stays_erased_after_a_restore(house, guichet, database, tmp_path) -> None:  # G08
    amina, boris = await guichet.welcome(), await guichet.welcome(BORIS)
    made = back_up(database, tmp_path / "backups", KEYS, now=NOON)
    await guichet.store.erase(amina)
    await house.close()
    restore(made, database, KEYS)
    again = await house.open()
    assert await again.store.data_of(amina) == {}
    assert await again.store.newcomer_by_account(AMINA) is None
    assert await again.store.newcomer_by_account(BORIS) == boris


async def test_who_was_erased_stays_erased_when_the_file_is_copied_back_by_hand(house, guichet, database) -> None:
    amina = await guichet.welcome()
    await house.close()
    old = database.read_bytes()
    again = await house.open()
    await again.store.erase(amina)
    await house.close()
    database.write_bytes(old)
    last = await house.open()
    assert await last.store.newcomer_by_account(AMINA) is None


async def test_the_file_of_tombstones_is_rebuilt_from_the_database(house, guichet, database) -> None:
    await guichet.store.erase(await guichet.welcome())
    beside = database.with_name(database.name + ".erased")
    before = beside.read_text().split()
    beside.unlink()
    await house.reopen()
    assert beside.read_text().split() == before


async def marks_in(house: House) -> list[str]:
    store = house.stores[-1]
    return [mark.hex() for (mark,) in await store.engine.read(lambda tx: tx.rows("SELECT mark FROM tombstones"))]


async def test_a_mark_leaves_the_table_and_the_file_when_its_time_is_over(house, guichet, database) -> None:  # P2
    beside = database.with_name(database.name + ".erased")
    await guichet.store.erase(await guichet.welcome())
    [month, mark] = beside.read_text().split()
    assert (month, await marks_in(house)) == (f"{NOON:%Y-%m}", [mark])
    await guichet.store.purge(NOON + timedelta(days=90), {})
    assert (beside.read_text().split(), await marks_in(house)) == ([month, mark], [mark])
    house.now.pass_(days=400)
    await guichet.store.purge(house.now(), {})
    assert (beside.read_text(), await marks_in(house)) == ("", [])
    await house.reopen()
    assert (beside.read_text(), await marks_in(house)) == ("", [])


async def test_a_mark_that_only_the_file_has_is_not_dropped_before_its_time(house, guichet, database) -> None:
    amina = await guichet.welcome()
    await house.close()
    old = database.read_bytes()
    await (await house.open()).store.erase(amina)
    await house.close()
    database.write_bytes(old)  # as a server's tables may be taken back while the guichet runs
    store = (await house.open()).store
    await store.engine.write(lambda tx: tx.run("DELETE FROM tombstones"))
    before = database.with_name(database.name + ".erased").read_text().split()
    await store.purge(NOON, {})
    assert database.with_name(database.name + ".erased").read_text().split() == before


async def test_a_mark_is_written_once_however_often_a_backup_is_restored(house, guichet, database, tmp_path) -> None:
    await guichet.store.erase(await guichet.welcome())
    beside = database.with_name(database.name + ".erased")
    before = beside.read_bytes()
    made = back_up(database, tmp_path / "backups", KEYS, now=NOON)
    await house.close()
    for _ in range(2):
        restore(made, database, KEYS)
    await house.open()
    assert beside.read_bytes() == before


async def test_a_spoilt_line_in_the_file_of_marks_stops_no_start(house, guichet, database) -> None:
    beside = database.with_name(database.name + ".erased")
    await guichet.store.erase(await guichet.welcome())
    whole = beside.read_text()
    beside.write_text(whole.replace(whole.split()[1], "z" * 64) + "2026-03 cut")
    await house.reopen()
    assert whole.split()[1] in beside.read_text().split()


async def test_a_restore_does_not_send_again_what_waited_then(house, guichet, database, tmp_path) -> None:  # G09
    newcomer = await guichet.welcome()
    row = await guichet.hear()
    await guichet.queue(say(newcomer))
    made = back_up(database, tmp_path / "backups", KEYS, now=NOON)
    await house.close()
    restore(made, database, KEYS)
    again: Guichet = await house.open()
    assert await again.store.take_outbox() == [] == await again.store.interrupted()
    assert await again.store.waiting() == [row]


async def test_a_backup_is_not_put_under_a_guichet_that_runs(guichet, database, tmp_path) -> None:
    made = back_up(database, tmp_path / "backups", KEYS, now=NOON)
    with pytest.raises(UnusableStore, match="stop it first"):
        restore(made, database, KEYS)
    assert await guichet.store.newcomer_by_account(AMINA) is None


async def test_a_backup_that_cannot_be_used_leaves_the_database_alone(house, guichet, database, tmp_path) -> None:
    newcomer = await guichet.welcome()
    made = back_up(database, tmp_path / "backups", KEYS, now=NOON)
    await house.close()
    torn = tmp_path / "torn.db"
    body = bytearray(made.data.read_bytes())
    body[5000:5100] = bytes(100)
    torn.write_bytes(body)
    for backup, keys, sentence in (
        (made, WRONG, "key does not open"),
        (Backup(data=torn, keys=made.keys), KEYS, "damaged|cannot be restored"),
        (Backup(data=made.data, keys=tmp_path / "none.keys"), KEYS, "not whole"),
    ):
        with pytest.raises(UnusableStore, match=sentence):
            restore(backup, database, keys)
    again = await house.open()
    assert await again.store.newcomer_by_account(AMINA) == newcomer


def set_aside(database: Path) -> list[Path]:
    return sorted(database.parent.glob("*.before-restore"))


async def restored(house, guichet, database, tmp_path) -> Guichet:
    """A guichet after a restore, with what was replaced still beside it."""
    made = back_up(database, tmp_path / "backups", KEYS, now=NOON)
    await house.close()
    restore(made, database, KEYS)
    assert set_aside(database) != []
    return await house.open()


async def test_what_a_restore_replaced_goes_with_the_first_erasure(house, guichet, database, tmp_path) -> None:
    amina = await guichet.welcome()
    again = await restored(house, guichet, database, tmp_path)
    await again.store.erase(amina)
    assert set_aside(database) == []


async def test_what_a_restore_replaced_goes_when_an_erasure_was_cut_off_by_a_kill(
    house, guichet, database, tmp_path
) -> None:
    amina = await guichet.welcome()
    again = await restored(house, guichet, database, tmp_path)
    kept = {path: path.read_bytes() for path in set_aside(database)}
    await again.store.erase(amina)
    await house.close()
    for path, body in kept.items():  # as if the process had ended right after its commit
        path.write_bytes(body)
    database.with_name(database.name + ".erased").unlink()
    await house.open()
    assert set_aside(database) == []


async def test_what_a_restore_replaced_is_kept_for_a_week_when_nobody_is_erased(
    house, guichet, database, tmp_path
) -> None:
    await guichet.welcome()
    await restored(house, guichet, database, tmp_path)
    for path in set_aside(database):
        os.utime(path, (NOON.timestamp(), NOON.timestamp()))
    again = await house.reopen()
    await again.store.purge(NOON + timedelta(days=7), {})
    assert set_aside(database) != []
    await again.store.purge(NOON + timedelta(days=7, seconds=1), {})
    assert set_aside(database) == []


def test_keys_are_rotated_sooner_than_data(tmp_path: Path) -> None:
    for day in range(40):
        for suffix in ("db", "keys"):
            (tmp_path / f"guichet-{NOON - timedelta(days=day):%Y%m%dT%H%M%SZ}.{suffix}").touch()
    (tmp_path / "guichet-notes.db").touch()
    gone = rotate(tmp_path, now=NOON)
    left = sorted(path.suffix for path in tmp_path.iterdir())
    assert (left.count(".db"), left.count(".keys"), len(gone)) == (32, 8, 41)
