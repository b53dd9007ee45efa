"""The reference of the sandbox names everything it can do."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox import RunningSandbox
from bot.sandbox.__main__ import main
from bot.sandbox.control import Control
from bot.sandbox.faults import DONE_ANYWAY, Fault

TEXT = (Path(__file__).parents[2] / "docs/reference/sandbox.md").read_text()
ROWS = [line.split("|")[1:-1] for line in TEXT.splitlines() if line.startswith("| `")]


def test_every_path_is_in_the_reference() -> None:
    named = {name for row in ROWS for name in re.findall(r"`([a-z-]+)`", row[0])}
    does = {name.removeprefix("do_").replace("_", "-") for name in dir(Control) if name.startswith("do_")}
    assert does - named == set()


def test_every_fault_is_in_the_reference_with_its_outcome() -> None:
    outcome = {row[0].strip(" `"): row[2].strip() == "yes" for row in ROWS if len(row) == 3}
    assert outcome == {fault.value: fault in DONE_ANYWAY for fault in Fault}


@pytest.mark.parametrize(
    ("doing", "body", "status", "problem"),
    [
        (
            "say",
            {},
            400,
            "the field 'person' is missing: Write a text: person, text; chat, thread, reply_to if wanted.",
        ),
        ("rights", {"chat": -5, "rights": []}, 409, "no chat has the id -5"),
        ("dance", {}, 404, "there is nothing called dance here"),
    ],
)
async def test_what_a_test_got_wrong_is_named(
    sandbox: RunningSandbox, doing: str, body: dict[str, object], status: int, problem: str
) -> None:
    async with aiohttp.ClientSession() as http, http.post(f"{sandbox.url}sandbox/{doing}", json=body) as answer:
        assert (answer.status, await answer.json()) == (status, {"problem": problem})


async def test_a_number_that_is_none_is_a_problem_of_whoever_asks(sandbox: RunningSandbox) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{sandbox.url}sandbox/changes?after=now") as answer:
        assert answer.status == 400
        assert "'now'" in (await answer.json())["problem"]


@pytest.mark.parametrize("port", ["99999", "-1"])
def test_a_port_that_is_none_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], port: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["sandbox", "--port", port])
    assert main() == 1
    assert capsys.readouterr().err == (
        f"Port {port} cannot be used (ports go from 0 to 65535). Choose another with --port.\n"
    )
