"""The answer to a nudge: somebody checked an entry, and its file says so from now on. Nothing else moves in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

_ENTRY = re.compile(r"^(\s*)- id:\s*[\"']?([^\s\"'#]+)")
_DATE = re.compile(r"^(\s+assured_date:)[^#\n]*")
#: The new line goes before the sources, where a reader looks for trust.
_BEFORE = re.compile(r"^\s+(?:review_months|sources|confidence):")

_FACT = re.compile(r"^([a-z][a-z0-9_]*):\s*(?:#.*)?$")
_FACT_DATE = re.compile(r"^(\s+checked_on:)[^#\n]*")
#: The day of a check stands below the source that it is about.
_SOURCE = re.compile(r"^(\s+)source:")

_Change = Callable[[list[str]], list[str] | None]


def confirm(flows: Path, path: str, service: str, day: date) -> bool:
    """Write `assured_date: <day>` into the entry of `service` in `path` (as `Service.path` names it).

    False when the entry is not in the file any more. The file is replaced whole, never left half written.
    """
    return _rewrite(flows.parent / path, lambda lines: _service(lines, service, day))


def confirm_fact(flows: Path, path: str, fact: str, day: date) -> bool:
    """Write `checked_on: <day>` into this fact of `path` (as `Fact.path` names it); else as `confirm`."""
    return _rewrite(flows.parent / path, lambda lines: _fact(lines, fact, day))


def _rewrite(file: Path, change: _Change) -> bool:
    changed = change(file.read_text("utf-8").splitlines(keepends=True))
    if changed is None:
        return False
    beside = file.with_suffix(".tmp")
    beside.write_text("".join(changed), "utf-8")
    beside.replace(file)
    return True


def _service(lines: list[str], service: str, day: date) -> list[str] | None:
    start = next((at for at, line in enumerate(lines) if (m := _ENTRY.match(line)) and m[2] == service), None)
    if start is None:
        return None
    end = next((at for at in range(start + 1, len(lines)) if _ENTRY.match(lines[at])), len(lines))
    dated = _dated(lines, start, end, _DATE, day)
    if dated is not None:
        return dated
    at = next((at for at in range(start + 1, end) if _BEFORE.match(lines[at])), start + 1)
    return [*lines[:at], f"    assured_date: {day.isoformat()}\n", *lines[at:]]


def _fact(lines: list[str], fact: str, day: date) -> list[str] | None:
    start = next((at for at, line in enumerate(lines) if (m := _FACT.match(line)) and m[1] == fact), None)
    if start is None:
        return None
    end = next((at for at in range(start + 1, len(lines)) if _FACT.match(lines[at])), len(lines))
    dated = _dated(lines, start, end, _FACT_DATE, day)
    if dated is not None:
        return dated
    at = next((at for at in range(start + 1, end) if _SOURCE.match(lines[at])), start)
    indent = m[1] if (m := _SOURCE.match(lines[at])) else "  "
    return [*lines[: at + 1], f"{indent}checked_on: {day.isoformat()}\n", *lines[at + 1 :]]


def _dated(lines: list[str], start: int, end: int, pattern: re.Pattern[str], day: date) -> list[str] | None:
    """The lines with the date that stands there replaced, its comment kept; None when there is none."""
    for at in range(start, end):
        if found := pattern.match(lines[at]):
            rest = lines[at][found.end() :]
            gap = " " if rest.startswith("#") else ""
            return [*lines[:at], f"{found[1]} {day.isoformat()}{gap}{rest}", *lines[at + 1 :]]
    return None
