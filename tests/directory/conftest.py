"""The real directory, loaded once, and its search."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.directory.lookup import Directory, load
from bot.directory.search import Search
from bot.directory.words import Words, read_words

FLOWS = Path(__file__).parents[2] / "flows"


@pytest.fixture(scope="session")
def directory() -> Directory:
    return load(FLOWS)


@pytest.fixture(scope="session")
def words() -> Words:
    return read_words(FLOWS)[0]


@pytest.fixture(scope="session")
def search(directory: Directory, words: Words) -> Search:
    return Search(directory, words)
