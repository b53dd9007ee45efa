"""The small guichet, made once."""

from __future__ import annotations

import pytest

from bot.data import Data
from bot.services.rehearsal import Stage
from tests.conversation.small_book import small_stage


@pytest.fixture(scope="session")
def small(data: Data) -> Stage:
    return small_stage(data)
