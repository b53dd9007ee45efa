"""The answer to a nudge: somebody checked an entry, and its file says so from now on. Nothing else moves in it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

_ENTRY = re.compile(r"^(\s*)- id:\s*[\"']?([^\s\"'#]+)")
_DATE = re.compile(r"^(\s+assured_date:)[^#\n]*")
#: The new line goes before the sources, where a reader looks for trust.
_BEFORE = re.compile(r"^\s+(?:review_months|sources|confidence):")


def confirm(flows: Path, path: str, service: str, day: date) -> bool:
    """Write `assured_date: <day>` into the entry of `service` in `path` (as `Service.path` names it).

    False when the entry is not in the file any more. The file is replaced whole, never left half written.
    """
    file = flows.parent / path
    lines = file.read_text("utf-8").splitlines(keepends=True)
    changed = _changed(lines, service, day)
    if changed is None:
        return False
    beside = file.with_suffix(".tmp")
    beside.write_text("".join(changed), "utf-8")
    beside.replace(file)
    return True


def _changed(lines: list[str], service: str, day: date) -> list[str] | None:
    start = next((at for at, line in enumerate(lines) if (m := _ENTRY.match(line)) and m[2] == service), None)
    if start is None:
        return None
    end = next((at for at in range(start + 1, len(lines)) if _ENTRY.match(lines[at])), len(lines))
    for at in range(start, end):
        if found := _DATE.match(lines[at]):
            rest = lines[at][found.end() :]
            gap = " " if rest.startswith("#") else ""
            return [*lines[:at], f"{found[1]} {day.isoformat()}{gap}{rest}", *lines[at + 1 :]]
    at = next((at for at in range(start + 1, end) if _BEFORE.match(lines[at])), start + 1)
    return [*lines[:at], f"    assured_date: {day.isoformat()}\n", *lines[at:]]
