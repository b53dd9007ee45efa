"""The format of transcripts, and the conversations that together take every branch."""

from __future__ import annotations

import argparse
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli import talk
from bot.core.ids import FlowId, Locale
from bot.core.understanding import Understanding
from bot.data import Data
from bot.services.branches import Edge, branches, explored, input_of
from bot.services.rehearsal import Stage
from bot.services.transcript import HAPPENINGS, Input, Transcript, play, step
from tests.conversation.small_book import small_stage, somebody

TEXT = """\
locale: ar
now: 2026-03-16T09:30:00Z
person: new
cards: names

> (begin t.room)
< Pour qui ?
  [🙂 Pour moi]
  [🏠] [👤]
> je cherche
  heard room 0.93
< Oui
  | deux lignes
  handoff t
"""


@pytest.fixture(scope="module")
def small(data: Data) -> Stage:
    return small_stage(data)


def test_transcript_is_read_and_written_as_it_was() -> None:
    transcript = Transcript.parse(TEXT)
    assert transcript.shown() == TEXT
    assert (transcript.locale, transcript.welcomed, transcript.brief) == ("ar", False, True)
    assert transcript.now == datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
    assert transcript.inputs == (
        Input(text="(begin t.room)"),
        Input(
            text="je cherche",
            heard=Understanding(intent="room", confidence=0.93, ranking=(("room", 0.93),)),
        ),
    )


@pytest.mark.parametrize("line", ["bonjour", "- tiret", "[bouton]"])
def test_line_of_no_kind_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=line.replace("[", r"\[").replace("]", r"\]")):
        Transcript.parse(TEXT + line + "\n")


@pytest.mark.parametrize("happening", ["(danse)", "(after 3 jours)", "(begin)"])
def test_happening_that_is_not_known_is_refused(happening: str, small: Stage) -> None:
    with pytest.raises(ValueError) as caught:
        step(somebody(small), Input(text=happening))
    assert str(caught.value) == f"{happening} is nothing that happens. There are: {HAPPENINGS}"


def test_every_happening_that_is_offered_is_one(small: Stage) -> None:
    person = somebody(small)
    step(person, Input(text="bonjour"))
    for happening in HAPPENINGS.replace("area.flow", "t.room").split(", "):
        if happening != "(again)":  # only after a tap
            step(person, Input(text=happening))


def test_place_that_is_none_is_refused(small: Stage) -> None:
    with pytest.raises(ValueError, match="two numbers of degrees"):
        step(somebody(small), Input(text="(location ici là)"))


@pytest.mark.parametrize("tap", ["[Rien de tel]", "(again)"])
def test_button_that_is_not_shown_cannot_be_tapped(tap: str, small: Stage) -> None:
    with pytest.raises(LookupError):
        step(somebody(small), Input(text=tap))


def test_branches_give_every_answer_and_say_every_sentence(small: Stage) -> None:
    flow = FlowId("t.room")
    paths = branches(flow, somebody(small))
    met = frozenset[object]().union(*(path.marks for path in paths))
    book = small.guide().book
    assert {edge.answer for edge in met if isinstance(edge, Edge) and edge.step == "who"} == {"me", "woman", "family"}
    assert {edge.answer for edge in met if isinstance(edge, Edge) and edge.step == "how_many"} == {"2", "12"}
    assert {edge.flow for edge in met if isinstance(edge, Edge)} == {"t.room"}
    assert {edge.answer for edge in explored(FlowId("t.part"), somebody(small)).marks if isinstance(edge, Edge)} == {
        "north",
        "south",
    }
    assert {phrase.key for one in book.flows[flow].steps.values() for phrase in one.say} <= met
    assert met == explored(flow, somebody(small)).marks


def test_paths_can_be_played_as_they_were_found(small: Stage) -> None:
    for flow in small.guide().book.flows:
        for path in branches(flow, somebody(small)):
            rehearsal = somebody(small)
            step(rehearsal, Input(text=f"(begin {flow})"))
            for edge in path.edges:
                step(rehearsal, input_of(rehearsal, edge))


def test_conversation_in_the_terminal_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], stage: Stage
) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    monkeypatch.setattr("sys.stdin", io.StringIO("menu\n[nobody]\n[🛏️]\n"))
    kept = tmp_path / "case.fr.talk"
    talk.talk(argparse.Namespace(locale="fr", branches=None, new=False, record=kept))
    written = Transcript.read(kept)
    assert [given.text for given in written.inputs] == ["menu", "[🛏️]"]
    assert "? no button [nobody] is shown" in capsys.readouterr().out.replace("'", "")
    assert tuple(play(written, stage)) == written.lines


def test_branches_of_a_flow_are_written_and_older_ones_go(tmp_path: Path, stage: Stage) -> None:
    flow = FlowId("_system.forget")
    old = tmp_path / flow / "branch-99.fr.talk"
    other = tmp_path / flow / "branch-99.en.talk"
    old.parent.mkdir()
    for path in (old, other):
        path.write_text("old")
    assert talk.write_branches(stage, flow, Locale("fr"), tmp_path) == 2
    names = sorted(path.name for path in (tmp_path / flow).iterdir())
    assert names == ["branch-01.fr.talk", "branch-02.fr.talk", "branch-99.en.talk"]
