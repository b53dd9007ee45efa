"""Whatever moment the guichet is killed at, nothing anybody wrote is lost, done twice or taken out of order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.journeys.kills import kill_at_random

#: The bench makes thousands (`make bench`).
KILLS = 200


async def test_two_hundred_kills_lose_double_and_reorder_nothing(
    tmp_path: Path, compiled: Callable[[Path], None]
) -> None:
    compiled(tmp_path)
    tally = await kill_at_random(tmp_path, KILLS)
    assert tally.kills == KILLS
    assert tally.written == 3 * KILLS
    assert tally.left == 0
    assert tally.out_of_order == []
    assert tally.lost_unflagged == 0
    assert tally.doubled_unflagged == 0
