"""One guichet for each test, with what holds after every journey: no call out of order, nothing personal in a log."""

from __future__ import annotations

import asyncio
import copy
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.data import Data
from bot.sandbox.people import ADVISERS, DEMO_TOKEN, NEWCOMERS
from tests.journeys.nest import SECRET
from tests.journeys.office import Now, Office, data_in, found_office

#: Libraries that write addresses and texts; the command line keeps them to warnings too.
CHATTY = ("httpx", "httpcore", "telegram", "aiohttp", "uvicorn", "asyncio")
#: Shorter words than this may stand in a log by chance.
SHORTEST = 8


class Lines(logging.Handler):
    """Everything that is logged, as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def logged() -> Iterator[Lines]:
    """What the guichet logs during this test, at the most talkative level."""
    root, lines = logging.getLogger(), Lines()
    before = root.level
    levels = {name: logging.getLogger(name).level for name in CHATTY}
    root.addHandler(lines)
    root.setLevel(logging.DEBUG)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    yield lines
    root.removeHandler(lines)
    root.setLevel(before)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture(scope="session")
def read_data(tmp_path_factory: pytest.TempPathFactory, compiled: Callable[[Path], None]) -> Data:
    """The data with its flows read, once for all journeys that do not edit them."""
    folder = tmp_path_factory.mktemp("journeys")
    compiled(folder)
    data = data_in(folder)
    asyncio.run(data.live_flows(Now(), lambda live: None))
    return data


@pytest.fixture
async def closed_office(tmp_path: Path, read_data: Data, logged: Lines) -> AsyncIterator[Office]:
    """An office that the test opens itself."""
    mine = copy.copy(read_data)
    mine.places = replace(read_data.places, state=tmp_path, keys=tmp_path / "keys")
    here = await found_office(tmp_path, mine)
    try:
        yield here
        await here.close()
        assert await here.client.violations() == []
        assert leaks(here, logged.lines) == []
    finally:
        await here.close()
        await here.client.close()
        await here.sandbox.stop()


@pytest.fixture
async def office(closed_office: Office) -> Office:
    """An open office on a Monday morning."""
    await closed_office.open()
    return closed_office


def leaks(office: Office, lines: list[str]) -> list[str]:
    """Log lines with a secret, a name, a number of an account, or anything that somebody wrote or read."""
    canaries = {DEMO_TOKEN, DEMO_TOKEN.partition(":")[2], SECRET, *(str(one) for one in office.sandbox.world.people)}
    canaries |= {person.first_name for person in (*NEWCOMERS, *ADVISERS)}
    for entry in office.sandbox.world.journal.after(0):
        for text in _texts(entry.get("message", {})):
            canaries |= {line.strip() for line in text.splitlines() if len(line.strip()) >= SHORTEST}
    return [line for line in lines if any(canary in line for canary in canaries)]


def _texts(message: dict[str, Any]) -> Iterator[str]:
    for field in ("text", "caption"):
        if field in message:
            yield message[field]
