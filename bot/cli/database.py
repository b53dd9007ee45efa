"""`guichet migrate`, `backup` and `restore`: the database as a file that an operator looks after."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from bot.cli.premises import Premises
from bot.store import KeptStore
from bot.store.aside import ASIDE_DAYS
from bot.store.backup import Backup, back_up, rotate
from bot.store.backup import restore as put_back
from bot.store.guards import check_presence


def migrate(_: argparse.Namespace) -> int:
    """Bring the database to this version's form."""

    async def work(store: KeptStore) -> None:
        await store.offset()

    Premises().with_store(work)
    print("The database has the form of this version.")
    return 0


def backup(options: argparse.Namespace) -> int:
    """Copy the database while it runs; keys apart, older copies deleted when their time is over."""
    premises = Premises()
    now = datetime.now(UTC)
    database = premises.database
    check_presence(database)  # before the keys: what is missing first is said first
    made = back_up(database, options.folder, premises.keys, now=now)
    gone = rotate(options.folder, now=now)
    print(f"data  {made.data}\nkeys  {made.keys}  (keep these two on different disks, and the secret key on neither)")
    if gone:
        print(f"{len(gone)} older files deleted")
    return 0


def restore(options: argparse.Namespace) -> int:
    """Put a backup in the place of the database. Stop the guichet first."""
    premises = Premises()
    put_back(Backup(data=options.data, keys=options.keys), premises.database, premises.keys)
    print(f"{premises.database} is restored. People who were erased since stay erased; nothing is sent again.")
    print(f"What it replaced is beside it (.before-restore) for {ASIDE_DAYS} days, or until somebody is erased.")
    return 0
