"""Settings, environment, keys and store of this guichet, for commands that run without starting it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from bot.config import (
    DEFAULT_DATABASE,
    DEMO_DATABASE,
    Environment,
    environment_with_dotenv,
    read_environment,
    read_settings,
    settings_file,
)
from bot.core.ids import FlowId
from bot.core.local_time import local_day
from bot.data import Data, Places
from bot.errors import SettingsError, UnusableStore
from bot.flow.graph import Flow, FlowBook
from bot.store import KeptStore, Keys, database_path, load_keys, open_store
from bot.store.crypto import VARIABLE
from bot.store.guards import check_presence

T = TypeVar("T")


class Premises:
    """Settings, environment and keys of this guichet, without starting it."""

    def __init__(self) -> None:
        self.env = environment_with_dotenv()
        self.settings = read_settings(settings_file(self.env))
        self.environment: Environment = read_environment(self.env, self.settings)
        self.places = Places()

    @property
    def key_file(self) -> Path:
        """Where the secret key lies, unless the environment holds it."""
        return self.places.keys / "guichet.key"

    @property
    def has_begun(self) -> bool:
        """Whether a key or a database is there: a first start makes both."""
        path = database_path(self.environment.database_url)
        return bool(self.environment.secret_key) or self.key_file.exists() or (path is not None and path.exists())

    @property
    def keys(self) -> Keys:
        """The keys of this guichet. A start makes them, no other command does: in a wrong folder they would be wrong.

        Raises UnusableStore when they are missing.
        """
        if not self.has_begun:
            raise UnusableStore(
                f"The key file {self.key_file} is missing: go to the folder of the guichet, put the key back, or set"
                f" {VARIABLE}. The first start makes one."
            )
        return load_keys(self.key_file, may_create=False, environment=self.env)

    @property
    def where(self) -> str:
        """The database as the operator knows it; the address of a server may hold a password."""
        return str(database_path(self.environment.database_url) or "the database of DATABASE_URL")

    @property
    def database(self) -> Path:
        """The SQLite file. Raises SettingsError for a server, whose own tools do this better."""
        path = database_path(self.environment.database_url)
        if path is None:
            raise SettingsError("This command is for the SQLite file; use pg_dump and pg_restore for PostgreSQL.")
        return path

    def data(self) -> Data:
        """What is read from files. Raises DataError for a file that nothing can stand in for."""
        return Data(self.places, self.settings)

    def book(self) -> FlowBook:
        """The flows as the files are now; broken ones are left out."""
        return self.data().guide(local_day(datetime.now(UTC))).book

    def with_store(self, work: Callable[[KeptStore], Awaitable[T]]) -> T:
        """Do this with the store open; opening brings it to this version's form.

        Raises UnusableStore when there is none.
        """

        async def run() -> T:
            url = self.environment.database_url
            path = database_path(url)
            if path is not None:
                _check_presence(path)  # before the keys: what is missing first is said first
            store = await open_store(url, self.keys, is_visit=True, erased=self.places.erased)
            try:
                return await work(store)
            finally:
                await store.close()

        return asyncio.run(run())


def needed_flow(book: FlowBook, name: str) -> Flow:
    """A flow that a command needs; one with an issue is left out, such as a queue that no team of config.yml has.

    Raises SettingsError when it is not there.
    """
    flow = book.flows.get(FlowId(name))
    if flow is None:
        raise SettingsError(
            f'The flow "{name}" cannot be used with these files and settings: see `guichet check`. '
            "Is config.yml in this folder?"
        )
    return flow


def _check_presence(path: Path) -> None:
    """Refuse a database that is not there; who only knows the demonstration is told where that one is."""
    try:
        check_presence(path)
    except UnusableStore as exc:
        demonstration = database_path(DEMO_DATABASE)
        if path != database_path(DEFAULT_DATABASE) or demonstration is None or not demonstration.exists():
            raise
        raise UnusableStore(f"{exc} That of the demonstration: DATABASE_URL={DEMO_DATABASE}.") from None
