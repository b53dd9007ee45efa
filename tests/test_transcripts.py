"""Golden conversations: every transcript still goes as approved, and together they take every branch of every flow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.core.ids import Locale
from bot.data import Data
from bot.i18n.languages import SOURCE
from bot.services.branches import OWN, Edge, edge_of
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
    transcript, played = Transcript.read(path), replayed(path, stage)
    if played.stuck:
        pytest.fail(f"{played.stuck}. Write a branch anew with: python -m bot talk --branches {path.parent.name}")
    if request.config.getoption("--update"):
        path.write_text(replace(transcript, lines=played.lines).shown(), encoding="utf-8")
    else:
        assert played.lines == transcript.lines


@pytest.mark.parametrize("locale", SHIPPED)
def test_every_branch_of_every_flow_is_in_a_transcript(locale: Locale, stage: Stage, everything: Walked) -> None:
    given = {edge for path in FOLDER.rglob(f"*.{locale}.talk") for edge in replayed(path, stage).edges}
    possible = {mark for flow in everything.maps.values() for mark in flow.marks if isinstance(mark, Edge)}
    if not any(language.locale == locale for language in stage.guide().languages):
        possible = {edge for edge in possible if edge.answer != OWN}
    assert sorted(possible - given) == [], f"write them with: python -m bot talk --branches --locale {locale}"


@pytest.mark.parametrize("flow", sorted({path.parent.name for path in FOLDER.glob("*/branch-*.fr.talk")}))
def test_a_language_without_a_catalogue_reads_every_branch_in_french(flow: str, stage: Stage, data: Data) -> None:
    catalogues = data.catalogues
    unwritten = next(
        language.locale
        for language in catalogues.languages
        if catalogues.languages.chain(language.locale)[1:] == (SOURCE,)
        and not catalogues.path_of(language.locale).exists()
    )
    for path in (FOLDER / flow).glob("branch-*.fr.talk"):
        transcript = Transcript.read(path)
        assert tuple(play(replace(transcript, locale=unwritten), stage)) == transcript.lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A transcript as it goes now."""

    lines: tuple[str, ...]
    #: The answers given on the way.
    edges: tuple[Edge, ...]
    #: Why it cannot be played to its end.
    stuck: str = ""


_replayed: dict[Path, Replayed] = {}


def replayed(path: Path, stage: Stage) -> Replayed:
    """Play a transcript, once for all tests."""
    if path not in _replayed:
        edges: list[Edge] = []

        def watch(rehearsal: Rehearsal, given: Input) -> None:
            if (edge := edge_of(rehearsal, given)) is not None:
                edges.append(edge)

        try:
            lines, stuck = play(Transcript.read(path), stage, watch=watch), ""
        except LookupError as exc:
            lines, stuck = [], str(exc)
        _replayed[path] = Replayed(lines=tuple(lines), edges=tuple(edges), stuck=stuck)
    return _replayed[path]
