"""The reference of the sandbox names everything it can do."""

from __future__ import annotations

import re
from pathlib import Path

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
