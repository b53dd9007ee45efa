"""Every engine the contract is run on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.store import KeptStore, keys_from, open_store
from tests.store.scenes import Guichet, Now

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


@pytest.fixture(params=["sqlite"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    opened = House(url=f"sqlite:///{tmp_path}/guichet.db")
    yield opened
    await opened.close()


@pytest.fixture
def now(house: House) -> Now:
    return house.now


@pytest.fixture
async def guichet(house: House) -> Guichet:
    return await house.open()
