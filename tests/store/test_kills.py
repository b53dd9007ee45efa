"""SIGKILL, at random and at every statement: nothing acknowledged is lost, nothing is done twice (R1, R2, R3)."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

#: A kill does not need a slow disk to be a kill.
MEMORY = Path("/dev/shm")


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        yield Path(name)


def run(*arguments: object) -> dict[str, object]:
    command = [sys.executable, "-m", "tests.store.victim", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_fifty_kills_lose_no_turn_and_double_none(folder: Path) -> None:
    result = run("random", folder, 50, 7)
    assert result.pop("turns") > 150 and result.pop("starts") > 30
    assert result == {
        "lost": [],
        "doubled": [],
        "out_of_order": [],
        "acknowledged_and_lost": [],
        "replies_doubled": [],
        "replies_lost_unflagged": [],
        "waiting": 0,
        "unsent": 0,
    }


def test_a_kill_at_any_statement_leaves_all_or_nothing(folder: Path) -> None:
    boundaries = run("statements", folder)
    assert sorted(boundaries) == ["erase", "migrate", "turn"]
    assert all(count > 20 for count in boundaries.values())
