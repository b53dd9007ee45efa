"""Golden conversations: every transcript still goes as approved, and together they take every branch of every flow."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.ids import Locale
from bot.services.branches import Edge, edge_of
from bot.services.rehearsal import Rehearsal, Stage
from bot.services.transcript import Input, Transcript, play
from tests.content.walk import Walked

FOLDER = Path(__file__).parent / "transcripts"
#: Languages in which every branch has been read by somebody (locales/languages.yml, tier "shipped").
SHIPPED = (Locale("fr"), Locale("en"), Locale("ar"))


def locale_of(path: Path) -> str:
    """`case.fr.talk` → `fr`."""
    return path.suffixes[-2][1:]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "path" not in metafunc.fixturenames:
        return
    wanted = {one for one in metafunc.config.getoption("--locale").split(",") if one}
    paths = [path for path in sorted(FOLDER.rglob("*.talk")) if not wanted or locale_of(path) in wanted]
    metafunc.parametrize("path", paths, ids=lambda path: path.relative_to(FOLDER).as_posix())


def test_conversation_still_goes_as_approved(path: Path, stage: Stage, request: pytest.FixtureRequest) -> None:
    transcript = Transcript.read(path)
    lines = tuple(play(transcript, stage))
    if request.config.getoption("--update"):
        path.write_text(replace(transcript, lines=lines).shown(), encoding="utf-8")
    else:
        assert lines == transcript.lines


@pytest.mark.parametrize("locale", SHIPPED)
def test_every_branch_of_every_flow_is_in_a_transcript(locale: Locale, stage: Stage, everything: Walked) -> None:
    given = {edge for path in FOLDER.rglob(f"*.{locale}.talk") for edge in edges_of(Transcript.read(path), stage)}
    possible = {mark for flow in everything.maps.values() for mark in flow.marks if isinstance(mark, Edge)}
    assert sorted(possible - given) == [], f"write them with: python -m bot talk --branches --locale {locale}"


def edges_of(transcript: Transcript, stage: Stage) -> Iterator[Edge]:
    """The answers given in a transcript; what can no longer be played gives none from there on."""
    found: list[Edge] = []

    def watch(rehearsal: Rehearsal, given: Input) -> None:
        if (edge := edge_of(rehearsal, given)) is not None:
            found.append(edge)

    with contextlib.suppress(LookupError):
        play(transcript, stage, watch=watch)
    yield from found
