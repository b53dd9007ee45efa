"""A copy that was cut off is nobody's second home: not for the erased, not for another backup's rows, not for long."""

from __future__ import annotations

import asyncio
import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import UnusableStore
from bot.store import keys_from
from bot.store.backup import back_up, restore, rotate
from bot.store.drafts import Drafts
from tests.store.conftest import KEYS, House
from tests.store.cut import killed
from tests.store.scenes import AMINA, BORIS, CHEN, NOON, Guichet

#: Lines of a restore at which it may end: while the copy is looked at, filled, before and after the old file is aside.
RESTORE = (
    "bot.store.backup:_check",
    "bot.store.backup:_fold",
    "bot.store.backup:Tombs.add",
    "bot.store.backup:Aside.put",
)
#: And of a backup: after the whole copy, while it is parted, and before it gets its name.
BACKUP = ("bot.store.backup:_check", "bot.store.backup:_fold", "bot.store.backup:_sync")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    (tmp_path / "var").mkdir()
    return tmp_path / "var" / "guichet.db"


@pytest.fixture
async def house(database: Path):
    opened = House(url=f"sqlite:///{database}")
    yield opened
    await opened.close()


def left(folder: Path, *marks: str) -> list[str]:
    """Files of drafts; the list of them stays, empty."""
    return sorted(path.name for path in folder.iterdir() if any(mark in path.name for mark in marks))


def is_private(folder: Path) -> bool:
    return all(not stat.S_IMODE(path.stat().st_mode) & 0o077 for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def open_umask():
    before = os.umask(0)
    yield
    os.umask(before)


async def test_files_with_data_are_for_their_owner_only(open_umask: None, house: House, database: Path) -> None:
    guichet = await house.open()
    await guichet.welcome()
    assert database.with_name("guichet.db-wal").exists()
    made = back_up(database, database.parent / "backups", KEYS, now=NOON)
    assert is_private(database.parent)
    await house.close()
    restore(made, database, KEYS)
    assert left(database.parent, "before-restore") == ["guichet.db.before-restore"]
    assert is_private(database.parent)
    again = await house.open()
    again.numbers = 5000  # ids of arrivals that the backup does not know
    await again.welcome(BORIS)
    assert is_private(database.parent)


@pytest.mark.parametrize("at", RESTORE)
async def test_what_a_killed_restore_left_goes_at_the_next_start(
    at: str, open_umask: None, house: House, guichet: Guichet, database: Path, tmp_path: Path
) -> None:
    amina = await guichet.welcome()
    made = back_up(database, tmp_path / "backups", KEYS, now=NOON)
    boris = await guichet.welcome(BORIS)
    await house.close()
    killed(at, "restore", database, made.data, made.keys)
    assert left(database.parent, ".restoring") != []
    assert is_private(database.parent)
    again = await house.open()
    assert left(database.parent, ".restoring") == []
    assert await again.store.newcomer_by_account(AMINA) == amina
    assert await again.store.newcomer_by_account(BORIS) == boris


async def test_a_kill_between_the_old_file_and_the_new_one_leaves_the_old_one(
    house: House, guichet: Guichet, database: Path, tmp_path: Path
) -> None:
    made = back_up(database, tmp_path / "backups", KEYS, now=NOON)
    amina = await guichet.welcome()
    await house.close()
    killed("pathlib:Path.replace", "restore", database, made.data, made.keys)
    assert left(database.parent, "before-restore") == ["guichet.db.before-restore"]
    again = await house.open()
    assert await again.store.newcomer_by_account(AMINA) == amina
    await again.store.erase(amina)
    assert left(database.parent, "before-restore", ".restoring") == []
    assert await (await house.reopen()).store.newcomer_by_account(AMINA) is None


@pytest.mark.parametrize("at", BACKUP)
async def test_what_a_killed_backup_left_goes_with_the_next_erasure(
    at: str, open_umask: None, house: House, guichet: Guichet, database: Path, tmp_path: Path
) -> None:
    amina = await guichet.welcome()
    backups = tmp_path / "backups"
    killed(at, "backup", database, backups, NOON.isoformat())
    assert left(backups, ".new") != []
    assert is_private(backups)
    await guichet.store.erase(amina)
    assert left(backups, ".new") == []


async def test_what_a_killed_backup_left_goes_at_the_next_start_and_with_the_next_backup(
    house: House, guichet: Guichet, database: Path, tmp_path: Path
) -> None:
    await guichet.welcome()
    backups = tmp_path / "backups"
    killed(BACKUP[0], "backup", database, backups, NOON.isoformat())
    made = back_up(database, backups, KEYS, now=NOON + timedelta(seconds=1))
    assert sorted(backups.iterdir()) == sorted((made.data, made.keys))
    killed(BACKUP[0], "backup", database, backups, NOON.isoformat())
    await house.reopen()
    assert sorted(backups.iterdir()) == sorted((made.data, made.keys))


async def test_drafts_on_a_disk_that_is_away_are_removed_when_it_is_back(
    house: House, guichet: Guichet, database: Path, tmp_path: Path
) -> None:
    await guichet.welcome()
    backups, away = tmp_path / "backups", tmp_path / "away"
    killed(BACKUP[0], "backup", database, backups, NOON.isoformat())
    backups.rename(away)
    await house.reopen()
    away.rename(backups)
    assert left(backups, ".new") != []
    await house.reopen()
    assert left(backups, ".new") == []


async def test_after_a_killed_restore_another_backup_is_restored_alone(
    house: House, guichet: Guichet, database: Path, tmp_path: Path
) -> None:
    amina = await guichet.welcome()
    small = back_up(database, tmp_path / "small", KEYS, now=NOON)
    for number in range(1, 30):
        await guichet.welcome(type(AMINA)(CHEN + number))
    large = back_up(database, tmp_path / "large", KEYS, now=NOON)
    await house.close()
    killed("bot.store.backup:_fold", "restore", database, large.data, large.keys)
    restore(small, database, KEYS)
    again = await house.open()
    rows = await again.store.engine.read(lambda tx: tx.rows("SELECT newcomer FROM person_keys"))
    assert rows == [(amina,)]
    await house.close()
    killed("bot.store.backup:_fold", "restore", database, small.data, small.keys)
    restore(large, database, KEYS)
    again = await house.open()
    assert len(await again.store.engine.read(lambda tx: tx.rows("SELECT id FROM people"))) == 30


async def test_a_restore_that_fails_leaves_nothing(
    house: House, guichet: Guichet, database: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    await guichet.welcome()
    made = back_up(database, tmp_path / "backups", KEYS, now=NOON)
    await house.close()
    before = {path: path.read_bytes() for path in database.parent.iterdir()}
    with pytest.raises(UnusableStore, match="key does not open"):
        restore(made, database, keys_from(b"w" * 32))
    assert {path: path.read_bytes() for path in database.parent.iterdir()} == before
    assert capfd.readouterr().err == ""  # SQLCipher has lines of its own about it


async def test_a_backup_that_fails_leaves_nothing(
    guichet: Guichet, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await guichet.welcome()

    def full(*_: object) -> None:
        raise UnusableStore("damaged")

    monkeypatch.setattr("bot.store.backup._check", full)
    with pytest.raises(UnusableStore):
        back_up(database, tmp_path / "backups", KEYS, now=NOON)
    assert list((tmp_path / "backups").iterdir()) == []


async def test_a_backup_under_way_is_left_alone(guichet: Guichet, database: Path, tmp_path: Path) -> None:
    amina = await guichet.welcome()
    draft = tmp_path / "copy.db.new"
    with Drafts(database).made(draft):
        await guichet.store.erase(amina)
        assert draft.exists()
        with pytest.raises(UnusableStore, match="is under way: wait for its end"):
            await asyncio.to_thread(back_up, database, tmp_path / "backups", KEYS, now=NOON)
    assert not draft.exists()


def test_what_nobody_noted_is_rotated_after_a_day(tmp_path: Path) -> None:
    stamp = f"guichet-{NOON:%Y%m%dT%H%M%SZ}"
    names = [f"{stamp}.db.new", f"{stamp}.db.new-wal", f"{stamp}.db.new-shm", f"{stamp}.keys.new"]
    for name in names:
        (tmp_path / name).touch()
    assert rotate(tmp_path, now=NOON + timedelta(days=1)) == []
    gone = rotate(tmp_path, now=NOON + timedelta(days=1, seconds=1))
    assert sorted(path.name for path in gone) == sorted(names)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files for others")
async def test_what_root_makes_belongs_to_whom_the_folder_does(database: Path, tmp_path: Path) -> None:
    nobody, backups = 65_534, tmp_path / "backups"
    backups.mkdir()
    for folder in (database.parent, backups):
        os.chown(folder, nobody, nobody)
    house = House(url=f"sqlite:///{database}")
    guichet = await house.open()
    await guichet.store.erase(await guichet.welcome())
    made = back_up(database, backups, KEYS, now=NOON)
    await house.close()
    restore(made, database, KEYS)
    files = [path for folder in (database.parent, backups) for path in folder.iterdir()]
    assert {path.name: path.stat().st_uid for path in files} == {path.name: nobody for path in files}
    assert sorted(path.suffix for path in database.parent.iterdir()) == [
        ".before-restore", ".db", ".drafts", ".erased", ".serving"
    ]  # fmt: skip


async def test_a_list_of_drafts_that_cannot_be_read_stops_no_start_and_no_erasure(
    house: House, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database.with_name("guichet.db.drafts").mkdir()
    guichet = await house.open()
    assert await guichet.store.erase(await guichet.welcome()) == {"person_keys": 1, "people": 1}
    assert {record.getMessage() for record in caplog.records} == {"store.draft_left reason=IsADirectoryError"}
