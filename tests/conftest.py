"""Options of the transcripts, and the data of the working folder, loaded once for all tests that play conversations."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from bot.cli.talk import stage_of
from bot.config import read_settings
from bot.data import Data, Places
from bot.services.rehearsal import Stage
from tests.content.walk import Walked, walked

ROOT = Path(__file__).parents[1]
#: Each worker of `make test` holds all the data in memory.
MOST_WORKERS = 6

# How long an example takes is the machine's business, not the test's.
settings.register_profile("guichet", deadline=None)
settings.load_profile("guichet")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the answers in the transcripts, for review")
    parser.addoption("--locale", default="", help="play only transcripts in these languages, such as ar,fr")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """How many files `make test` has under way: tests wait for disks and processes, so one more than cores."""
    return min((os.cpu_count() or 1) + 1, MOST_WORKERS)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    """The flows, catalogues and directory that are shipped; caches go to a folder of their own."""
    state = tmp_path_factory.mktemp("state")
    places = Places(flows=ROOT / "flows", locales=ROOT / "locales", nlu=ROOT / "nlu", state=state)
    return Data(places, read_settings(ROOT / "config.yml"))


@pytest.fixture(scope="session")
def compiled(data: Data) -> Callable[[Path], None]:
    """Puts the compiled catalogues and lexicon into a guichet's folder of state, as `guichet prepare` would.

    To compile them again takes a start of a guichet some seconds.
    """
    assert data.catalogues.issues == ()  # so all of them were read

    def into(state: Path) -> None:
        shutil.copytree(data.places.state / "i18n", state / "i18n")
        shutil.copy(data.places.state / "lexicon.json", state)

    return into


@pytest.fixture(scope="session")
def stage(data: Data) -> Stage:
    """A conversation without a channel over what is shipped."""
    return stage_of(data)


@pytest.fixture(scope="session")
def everything(stage: Stage) -> Walked:
    """Every flow with every choice taken once."""
    return walked(stage)
