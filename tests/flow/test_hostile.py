"""Whatever somebody writes into a file, the check ends with issues, never with an exception (D06, R19)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.ids import FlowId
from bot.directory.lookup import load as directory_in
from bot.flow.book import FlowFile, Loaded, assemble, find, rules_of
from tests.flow.hostile import hostile_files
from tests.flow.known import KNOWN, ROOT

FLOW = FlowId("broken.example")
RULES = rules_of(ROOT / "flows")[0]
FILES = dict(hostile_files())


def checked(source: bytes) -> Loaded:
    return assemble([FlowFile(shown="flows/broken/example.yml", flow=FLOW, source=source)], KNOWN, RULES)


def test_there_are_five_hundred_hostile_files() -> None:
    assert len(FILES) >= 500


@pytest.mark.parametrize("part", range(8))
def test_hostile_file_is_refused_or_right(part: int) -> None:
    for name in sorted(FILES)[part::8]:
        loaded = checked(FILES[name])
        critical = [one for one in loaded.issues if one.is_critical and one.path == "flows/broken/example.yml"]
        assert (FLOW in loaded.book.flows) is (critical == []), name
        assert all(one.line >= 1 and one.said("fr") and one.said("en") for one in loaded.issues), name
        lines = [one.shown("fr") for one in loaded.issues] + [one.shown("en") for one in loaded.issues]
        assert all(line.splitlines() == [line] for line in lines), name


def test_no_file_writes_lines_of_its_own_into_a_log() -> None:  # E14
    forged = checked(b'flow: "x\\n2026-11-29 ERROR bot forged \\e[31m"\ntitle: a\nsteps:\n  - id: a\n    say: b\n')
    shown = "".join(one.shown("en") for one in forged.issues)
    assert "\\n2026-11-29 ERROR bot forged \\x1b[31m" in shown
    assert "\n" not in shown and "\x1b" not in shown


@pytest.mark.parametrize("name", [name for name in FILES if " at " not in name and not name[-1].isdigit()])
def test_file_made_to_hurt_is_never_published(name: str) -> None:
    assert FLOW not in checked(FILES[name]).book.flows


@settings(max_examples=200)
@given(st.binary(max_size=400) | st.text(alphabet=" \n-:[]{}&*!|>'\"#,?%@`ab", max_size=400).map(str.encode))
def test_any_bytes_are_answered_with_issues(source: bytes) -> None:
    loaded = checked(b"flow: broken.example\ntitle: x\nsteps:\n" + source)
    assert all(one.said("fr") for one in loaded.issues)


@pytest.mark.parametrize("place", ["a", "_system", "directory"])
def test_a_pipe_among_the_files_keeps_nobody_waiting(tmp_path: Path, place: str) -> None:  # D06
    pipe = tmp_path / place / "forbidden.yml"
    pipe.parent.mkdir()
    os.mkfifo(pipe)
    told = [*find(tmp_path)[1], *rules_of(tmp_path)[1], *directory_in(tmp_path).issues]
    assert any("ce n'est pas un fichier ordinaire" in str(one) and place in str(one) for one in told)


@pytest.mark.parametrize("name", ["._besoins.yml", ".#manger.yml", "~$manger.yml", ".manger.yml.swp", "manger.yml~"])
def test_what_an_editor_leaves_beside_a_flow_is_neither_read_nor_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "besoins").mkdir()
    (tmp_path / "besoins" / name).write_bytes(b"\x00\x05\x16\x07")
    assert find(tmp_path) == ([], [])


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("“Bonjour.”", True),
        ('“Bonjour."', True),
        ("« Bonjour. »", True),
        ("Écrivez « Bonjour », puis « merci ».", False),
        ("« Bonjour », puis « merci »", False),
        ("'Le mot “merci”'", False),
    ],
)
def test_quotes_around_a_whole_text_are_told(text: str, is_told: bool) -> None:
    source = f"flow: broken.example\ntitle: x\nreviewed: 2026-03-01\nsteps:\n  - id: a\n    say: {text}\n"
    told = [one.line for one in checked(source.encode()).issues if one.code == "curly-quotes"]
    assert told == ([6] if is_told else [])


def test_a_good_file_beside_a_hostile_one_runs(tmp_path: Path) -> None:
    good = FlowFile(
        shown="flows/beside/healthy.yml",
        flow=FlowId("beside.healthy"),
        source=(ROOT / "tests" / "broken_flows" / "beside" / "healthy.yml").read_bytes(),
    )
    bad = FlowFile(shown="flows/broken/example.yml", flow=FLOW, source=FILES["billion laughs"])

    assert set(assemble([good, bad], KNOWN, RULES).book.flows) == {"beside.healthy"}
