"""What files and other programs say ends no line of a log (E14)."""

from __future__ import annotations

import logging

import pytest

from bot.cli.entry import OneLine
from bot.core.one_line import one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("« à\u00a0vérifier » : 5 % ✗", "« à\u00a0vérifier » : 5 % ✗"),
        ("a\r\nb", "a\\r\\nb"),
        ("\x1b[2J\u2028\u202e\x85", "\\x1b[2J\\u2028\\u202e\\x85"),
    ],
)
def test_what_ends_a_line_is_written_out(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_a_record_of_the_log_is_one_line_before_its_stack_of_calls() -> None:
    try:
        raise ValueError("x")
    except ValueError as exc:
        caught = (ValueError, exc, exc.__traceback__)
    record = logging.LogRecord("bot", logging.ERROR, "f.py", 1, "reason=%s", ("a\nERROR forged",), caught)
    first, second, *_ = OneLine("%(levelname)s %(message)s").format(record).split("\n")
    assert (first, second) == ("ERROR reason=a\\nERROR forged", "Traceback (most recent call last):")
