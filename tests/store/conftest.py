"""Every engine the contract is run on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from bot.store import KeptStore, keys_from, open_store
from tests.store.scenes import Guichet, Now
from tests.store.servers import Server, missing

KEYS = keys_from(bytes(range(32)))


@dataclass
class House:
    """A database that can be closed and opened again, as by a restart."""

    url: str
    now: Now = field(default_factory=Now)
    stores: list[KeptStore] = field(default_factory=list)

    async def open(self) -> Guichet:
        store = await open_store(self.url, KEYS, clock=self.now)
        self.stores.append(store)
        return Guichet(store, numbers=1000 * len(self.stores))

    async def reopen(self) -> Guichet:
        """Another process: memory is gone, the disk stays."""
        await self.close()
        return await self.open()

    async def close(self) -> None:
        for store in self.stores:
            await store.close()
        self.stores.clear()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    begun = Server.begun()
    yield begun
    begun.end()


@pytest.fixture
def address(server: Server) -> str:
    """An empty database: rows are deleted, which is quicker than making another one."""
    url = server.address("guichet")
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            names = ", ".join(name for (name,) in tables if name != "meta")
            connection.execute(f"TRUNCATE {names} RESTART IDENTITY")
            connection.execute("DELETE FROM meta WHERE name NOT IN ('schema', 'proof')")
    except psycopg.OperationalError:
        server.fresh("guichet")
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    url = f"sqlite:///{tmp_path}/guichet.db" if request.param == "sqlite" else request.getfixturevalue("address")
    opened = House(url=url)
    yield opened
    await opened.close()


@pytest.fixture
def now(house: House) -> Now:
    return house.now


@pytest.fixture
async def guichet(house: House) -> Guichet:
    return await house.open()


@pytest.fixture
async def sqlite_guichet(tmp_path: Path) -> AsyncIterator[Guichet]:
    """For what concerns the file only."""
    store = await open_store(f"sqlite:///{tmp_path}/guichet.db", KEYS, clock=Now())
    yield Guichet(store)
    await store.close()
