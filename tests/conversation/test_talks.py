"""What a conversation does, as transcripts over the small book: one rule a file, named after it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.services.rehearsal import Stage
from bot.services.transcript import Transcript, play

TALKS = sorted((Path(__file__).parent / "talks").glob("*.talk"))


@pytest.mark.parametrize("path", TALKS, ids=lambda path: path.name.partition(".")[0])
def test_rule_holds(path: Path, small: Stage, request: pytest.FixtureRequest) -> None:
    transcript = Transcript.read(path)
    lines = tuple(play(transcript, small))
    if request.config.getoption("--update"):
        path.write_text(replace(transcript, lines=lines).shown(), encoding="utf-8")
    else:
        assert lines == transcript.lines
