"""Flows as pictures for admins."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli import main
from bot.core.ids import FlowId
from bot.flow.book import load
from bot.flow.draw import mermaid, tree
from tests.flow.known import KNOWN
from tests.flow.written import write

BODY = """
title: Dormir
icon: 🛏️
steps:
  - id: who
    say: "Pour **qui** ?"
    ask: who
    choices: {me: {icon: 🙂, label: Pour moi}, you: {label: Pour "vous", goto: split}}
  - {id: beds, services: [shelter-on-the-hill], goto: end}
  - id: split
    branch: [{when: {who: you}, start: a.two}]
    otherwise: who
"""


def test_flow_as_text_and_as_mermaid(tmp_path: Path) -> None:
    write(tmp_path, "a.two", "steps: [{id: hello, say: Bonjour.}]\n")
    write(tmp_path, "a.one", BODY)
    flow = load(tmp_path, KNOWN).book.flows[FlowId("a.one")]

    assert tree(flow) == (
        "🛏️ Dormir (a.one)\n"
        "who: Pour qui ?\n"
        "  🙂 Pour moi → beds: 📇 shelter-on-the-hill\n"
        "  fin\n"
        '  Pour "vous" → split\n'
        "    who = you → ⇒ a.two\n"
        "    sinon → who ↑\n"
    )
    assert mermaid(flow) == (
        "flowchart TD\n"
        '  s_who{"who<br>Pour qui ?"}\n'
        '  s_who -->|"🙂 Pour moi"| s_beds\n'
        '  s_who -->|"Pour #quot;vous#quot;"| s_split\n'
        '  s_beds["beds<br>📇 shelter-on-the-hill"]\n'
        '  s_beds --> s_fin(["fin"])\n'
        '  s_split{"split"}\n'
        '  s_split -->|"who = you"| s___a_two(["⇒ a.two"])\n'
        '  s_split -->|"sinon"| s_who\n'
    )


def test_the_command_shows_a_flow_of_the_guichet(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", "besoins.eat"]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith("(besoins.eat)")
    assert main(["draw", "besoins.eat", "--mermaid"]) == 0
    assert capsys.readouterr().out.startswith("flowchart TD\n")
    assert main(["draw", "besoins.nowhere"]) == 2
    assert "besoins.nowhere" in capsys.readouterr().err
