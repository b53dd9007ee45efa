"""What advisers confirmed in Telegram is told by `guichet check`, and put into the files by `guichet confirmed`."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from bot.cli import main
from bot.core.ids import EntryId
from bot.ports import Check, Commit, Verdict
from bot.store import keys_from, open_store

ROOT = Path(__file__).parents[1]
SECRET = "5e" * 32
DAY = date(2026, 11, 24)
SAID = (
    Check(entry=EntryId("service/cripel"), verdict=Verdict.RIGHT, day=DAY),
    Check(entry=EntryId("fact/cpas_appeal_months"), verdict=Verdict.RIGHT, day=DAY),
    Check(entry=EntryId("service/atemos"), verdict=Verdict.WRONG, day=DAY),
)


@pytest.fixture
def place(tmp_path: Path, compiled: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A guichet's folder with the project's files, for a database in which advisers have spoken."""
    compiled(tmp_path / "var")
    for name in ("flows", "locales"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "nlu").mkdir()
    shutil.copytree(ROOT / "nlu" / "lexicon", tmp_path / "nlu" / "lexicon")
    for name in ("config.yml", "nlu/intents.yml"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name in [one for one in os.environ if one.startswith(("GUICHET_", "TELEGRAM_", "DATABASE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GUICHET_SECRET_KEY", SECRET)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def say() -> None:
    """Advisers press their buttons."""

    async def work() -> None:
        store = await open_store("sqlite:///var/guichet.db", keys_from(bytes.fromhex(SECRET)), bot="")
        await store.commit(Commit(checks=SAID))
        await store.close()

    asyncio.run(work())


def test_to_check_the_files_makes_no_database(place: Path) -> None:
    assert main(["check"]) == 0
    assert not (place / "var" / "guichet.db").exists()


def test_check_lists_what_advisers_said(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say()
    assert main(["check"]) == 0
    told = [line.partition(": ")[2] for line in capsys.readouterr().out.splitlines() if "2026-11-24" in line]
    assert told == [
        "atemos à corriger, demandé le 2026-11-24",
        "cpas_appeal_months confirmé le 2026-11-24",
        "cripel confirmé le 2026-11-24",
    ]


def test_their_days_are_written_into_the_files_and_nothing_else_moves(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    say()
    before = {path: path.read_text("utf-8").splitlines() for path in (place / "flows").rglob("*.yml")}
    assert main(["confirmed"]) == 0
    assert all(path.read_text("utf-8").splitlines() == lines for path, lines in before.items())
    assert main(["confirmed", "--write"]) == 0
    new = {
        path.name: [line for line in path.read_text("utf-8").splitlines() if line not in lines]
        for path, lines in before.items()
        if path.read_text("utf-8").splitlines() != lines
    }
    assert new == {"integration.yml": ["    assured_date: 2026-11-24"], "facts.yml": ["  checked_on: 2026-11-24"]}
    capsys.readouterr()
    assert main(["confirmed"]) == 0
    assert capsys.readouterr().out == "The files tell everything that advisers confirmed.\n"
    assert main(["check"]) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if "2026-11-24" in line]
    assert len(told) == 1 and "atemos à corriger" in told[0]


def test_a_database_that_does_not_open_is_told_and_the_files_are_checked(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    say()
    monkeypatch.setenv("GUICHET_SECRET_KEY", "6f" * 32)
    assert main(["check"]) == 0
    assert "la base ne peut pas être lue" in capsys.readouterr().out
