"""Everything that must survive: one store, on SQLite or PostgreSQL, chosen by `DATABASE_URL`."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path

from bot.errors import UnusableStore
from bot.ports import Clock
from bot.store import sqlite
from bot.store.aside import Aside
from bot.store.claims import LEASE_S, Leases
from bot.store.crypto import Keys, keys_from, load_keys
from bot.store.sqlite import SqliteEngine
from bot.store.store import KeptStore
from bot.store.tombs import Tombs
from bot.store.vault import Vault

__all__ = ["KeptStore", "Keys", "database_path", "examine", "keys_from", "load_keys", "open_store"]


def _now() -> datetime:
    return datetime.now(UTC)


def database_path(url: str) -> Path | None:
    """The file behind `sqlite:///relative/path.db` or `sqlite:////absolute/path.db`; None for a server."""
    if not url.startswith("sqlite:///"):
        return None
    return Path(url.removeprefix("sqlite:///"))


def examine(url: str, keys: Keys | None) -> None:
    """Look whether a start could use this database with these keys, None being none yet; make and change nothing.

    Raises UnusableStore with the sentence that a start would say.
    """
    path = database_path(url)
    if path is None:
        _check_scheme(url)
        from bot.store import postgres

        postgres.examine(url, keys)
    elif path.exists() and keys is not None:
        sqlite.examine(path, keys)


def _check_scheme(url: str) -> None:
    scheme = url.partition("://")[0]
    if scheme not in {"postgresql", "postgres"}:
        raise UnusableStore(
            f"DATABASE_URL begins with {scheme if '://' in url else 'nothing'}: "
            "write sqlite:///var/guichet.db or postgresql://…"
        )


async def open_store(
    url: str,
    keys: Keys,
    *,
    bot: str = "bot",
    clock: Clock = _now,
    in_clear: bool = False,
    replica: str = "",
    is_visit: bool = False,
    lease_s: float = LEASE_S,
    erased: Path | None = None,
) -> KeptStore:
    """Open, migrate and finish what an earlier process left. `bot` is the bot's id; another bot knows nobody of it.

    Raises UnusableStore with one sentence for the operator. `in_clear` leaves SQLCipher out, for tests that look for
    traces of erased rows; fields stay sealed. `replica` names this process among several on one server, the same after
    a restart (the host's name if empty); `is_visit` is for a process that serves nobody, such as the command line: it
    makes no database. Whether another process serves a SQLite file is found out: `KeptStore.is_first` is False then.
    `erased` is the file of tombstones for a server, whose own tables a restore takes back; beside a SQLite file there
    is one always.
    """
    path = database_path(url)
    vault = Vault(keys, bot)
    if path is not None:
        store = KeptStore(
            SqliteEngine(path, keys, in_clear=in_clear, may_create=not is_visit),
            vault,
            clock=clock,
            tombs=Tombs(path.with_name(path.name + ".erased")),
            aside=Aside(path),
        )
    else:
        _check_scheme(url)
        # Imported when it is wanted: the driver costs a guichet on SQLite half a second at its start.
        from bot.store.postgres import PostgresEngine

        # One file whatever the address, which a restore may change: the mark of one guichet finds nobody in another.
        tombs = None if erased is None else Tombs(erased)
        leases = None if is_visit else Leases(replica or socket.gethostname(), lease_s=lease_s)
        store = KeptStore(
            PostgresEngine(url, keys, may_create=not is_visit), vault, clock=clock, claims=leases, tombs=tombs
        )
        if leases is not None:
            await store.engine.write(leases.start)
    await store.start()
    return store
