"""Backups of the SQLite file, made while the guichet runs, and the way back (G07, G08, G09).

A backup is two files. `….db` holds everything, sealed, without the data keys of people; `….keys` holds those keys,
wrapped. Kept apart, with a shorter life, the keys make an erasure reach the older backups too: without its key a
person's rows open no more (reliability.md, part 4, section 3). Both stay encrypted as a whole like the database.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlite

from bot.errors import UnusableStore
from bot.store.aside import Aside
from bot.store.crypto import Keys
from bot.store.drafts import Drafts
from bot.store.guards import Seat, check_presence
from bot.store.migrate import number_of, prove
from bot.store.schema import NEWEST
from bot.store.sqlite import connect, immediately
from bot.store.tombs import Tombs
from bot.store.writer import SqliteTx

#: How long backups are kept: a month of data, a week of keys.
DATA_DAYS, KEY_DAYS = 30, 7
_STAMP = "%Y%m%dT%H%M%SZ"
#: A backup that is not finished. One that is older than a day was cut off, and nothing else knew of it.
_DRAFT = ".new"
_DRAFT_DAYS = 1
_DRAFTS = ("db" + _DRAFT, "keys" + _DRAFT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """The two files of one backup. They belong on different disks, and the secret key on neither."""

    data: Path
    keys: Path


def back_up(database: Path, folder: Path, keys: Keys, *, now: datetime) -> Backup:
    """Copy the database as it is at one instant, also while it is being written.

    One whole step (`VACUUM INTO`): a copy in chunks starts over at every foreign write, and `cp` misses what is still
    in the log (M11). Raises UnusableStore when the database cannot be read or the folder not be written.
    """
    check_presence(database)
    made = Backup(data=folder / f"guichet-{now:{_STAMP}}.db", keys=folder / f"guichet-{now:{_STAMP}}.keys")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _back_up(database, made, keys)
    except sqlite.Error as exc:
        raise UnusableStore(f"The backup into {folder} failed: {exc}.") from exc
    except OSError as exc:
        raise UnusableStore(f"The backup into {folder} failed: {exc.filename or folder}: {exc.strerror}.") from exc
    return made


def _back_up(database: Path, made: Backup, keys: Keys) -> None:
    draft, draft_keys = (path.with_name(path.name + _DRAFT) for path in (made.data, made.keys))
    with Drafts(database).made(draft, draft_keys):
        with _opened(database, keys) as connection:
            connection.execute("VACUUM INTO ?", (str(draft),))
        with _opened(draft, keys) as copy:
            # The attached file takes the key of the main one.
            copy.execute("ATTACH ? AS apart", (str(draft_keys),))
            copy.execute("CREATE TABLE apart.person_keys AS SELECT * FROM main.person_keys")
            copy.execute("DETACH apart")
            copy.execute("DELETE FROM person_keys")
            _check(copy, draft)
            _fold(copy)
        for path, final in ((draft, made.data), (draft_keys, made.keys)):
            _sync(path)
            path.replace(final)
        _sync(made.data.parent)


def restore(backup: Backup, database: Path, keys: Keys) -> None:
    """Put a backup in the place of the database; the old files are kept aside as `….before-restore` for
    a week, or until somebody is erased.

    Whoever was erased since stays erased: their tombstones, of the present database and of the file beside it, are
    replayed when it is opened (G08). What waited to be sent is not sent again: it most likely was (G09).
    Raises UnusableStore when the backup does not open with these keys, is damaged, or needs a newer program; nothing
    is left of the try then.
    """
    if not backup.data.is_file() or not backup.keys.is_file():
        missing = backup.keys if backup.data.is_file() else backup.data
        raise UnusableStore(f"The backup is not whole: {missing} is missing.")
    database.parent.mkdir(parents=True, exist_ok=True)
    seat = Seat(database)
    try:
        if not seat.is_ours:
            raise UnusableStore(f"The guichet is running on {database}: stop it first.")
        drafts = Drafts(database)
        with drafts.made(drafts.restoring):
            _restore(backup, database, drafts.restoring, keys)
    except OSError as exc:
        raise UnusableStore(f"The backup cannot be restored: {exc.filename or database}: {exc.strerror}.") from exc
    finally:
        seat.leave()


def _restore(backup: Backup, database: Path, draft: Path, keys: Keys) -> None:
    tombs = Tombs(database.with_name(database.name + ".erased"))
    draft.write_bytes(backup.data.read_bytes())
    try:
        with _opened(draft, keys) as copy:
            _check(copy, backup.data)
            tx = SqliteTx(copy)
            prove(tx, keys)
            if number_of(tx) > NEWEST:
                raise UnusableStore(f"The backup {backup.data} was made by a newer program: install that one first.")
            copy.execute("ATTACH ? AS apart", (str(backup.keys),))
            with immediately(copy):
                copy.execute("INSERT OR IGNORE INTO main.person_keys SELECT * FROM apart.person_keys")
                copy.execute(
                    "UPDATE outbox SET state = 5, body = NULL, reason = 'restored', done_at = created_at"
                    " WHERE state < 3 OR state = 6"
                )
            copy.execute("DETACH apart")
            _fold(copy)
    except sqlite.Error as exc:
        raise UnusableStore(f"The backup {backup.data} cannot be restored: {exc}.") from exc
    _sync(draft)
    tombs.add(_marks_of(database, keys))
    Aside(database).put()
    draft.replace(database)
    _sync(database.parent)


def rotate(folder: Path, *, now: datetime, data_days: int = DATA_DAYS, key_days: int = KEY_DAYS) -> list[Path]:
    """Delete backups past their time, keys sooner than data, and what is left of one cut off; what was deleted."""
    gone = []
    for path in sorted(folder.glob("guichet-*")):
        stamp, _, suffix = path.name.removeprefix("guichet-").partition(".")
        days = {"db": data_days, "keys": key_days}.get(suffix)
        if suffix.startswith(_DRAFTS):
            days = _DRAFT_DAYS
        if days is None or len(stamp) != len("20260316T120000Z"):
            continue
        if f"{now - timedelta(days=days):{_STAMP}}" > stamp:
            path.unlink()
            gone.append(path)
    return gone


def _marks_of(database: Path, keys: Keys) -> dict[bytes, str]:
    """The tombstones of the database that is replaced, if it can still be read."""
    if not database.is_file():
        return {}
    try:
        with _opened(database, keys) as connection:
            rows = connection.execute("SELECT mark, month FROM tombstones").fetchall()
            _fold(connection)
    except (sqlite.Error, UnusableStore):
        return {}  # damaged or another's: the file beside it has them
    return {bytes(mark): month for mark, month in rows}


@contextlib.contextmanager
def _opened(path: Path, keys: Keys) -> Iterator[Any]:
    connection = connect(path, keys)
    try:
        yield connection
    finally:
        connection.close()


def _check(connection: Any, path: Path) -> None:
    found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(1)").fetchall()]
    if found != ["ok"]:
        raise UnusableStore(f"The copy {path} is damaged: {found[0]}.")


def _fold(connection: Any) -> None:
    """Everything into the one file; another process that reads (the guichet itself) may keep the log for later."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
