"""The directory as one CSV for a spreadsheet, both ways: columns as in the YAML files, lists joined by `|`."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from bot.directory.flat import COLUMNS, exportable, from_flat, to_flat
from bot.directory.service import Service

#: A spreadsheet must not take a cell for a formula.
_FORMULA = re.compile(r"[=+\-@\t\r]")
_QUOTED = re.compile(r"^'(?=[=+\-@\t\r])")


def to_csv(services: Iterable[Service]) -> str:
    """One line a service, columns as in the YAML, lists joined by `|`; opens in any spreadsheet."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for service in exportable(services):
        flat = to_flat(service)
        writer.writerow({name: f"'{cell}" if _FORMULA.match(cell) else cell for name, cell in flat.items()})
    return text.getvalue()


def from_csv(text: str) -> tuple[Service, ...]:
    """The services of a CSV with our columns. Raises ValueError when a column is missing."""
    reader = csv.DictReader(io.StringIO(text))
    missing = set(COLUMNS) - set(reader.fieldnames or ())
    if missing:
        raise ValueError(f"columns missing: {', '.join(sorted(missing))}")
    return tuple(from_flat({name: _QUOTED.sub("", row[name] or "") for name in COLUMNS}) for row in reader)
