"""The directory as one CSV for a spreadsheet, both ways: columns as in the YAML files, lists joined by `|`."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from bot.directory.flat import COLUMNS, exportable, from_flat, to_flat
from bot.directory.service import Service
from bot.errors import Told

#: A spreadsheet must not take a cell for a formula.
_FORMULA = re.compile(r"[=+\-@\t\r]")
#: Between columns: a French spreadsheet writes semicolons.
_BETWEEN = (",", ";", "\t")
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


class TableError(ValueError):
    """A table cannot be read."""

    def __init__(self, line: int, en: str, fr: str) -> None:
        super().__init__(en)
        #: 1 for the headings.
        self.line = line
        self.told = Told(en, fr)


def from_csv(text: str) -> tuple[Service, ...]:
    """The services of a CSV with our columns, whatever a spreadsheet puts between them. Raises TableError."""
    # What is cut off here is the headings: a cell of them holds none of the three.
    headings = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=max(_BETWEEN, key=headings.count))
    if missing := sorted(set(COLUMNS) - set(reader.fieldnames or ())):
        names = ", ".join(missing)
        raise TableError(
            1,
            f"columns missing: {names}. Begin with a table that `guichet services export` wrote.",
            f"il manque des colonnes : {names}. Partez d'un tableau écrit par `guichet services export`.",
        )
    found: list[Service] = []
    for row in reader:
        cells = {name: _QUOTED.sub("", row[name] or "").strip() for name in COLUMNS}
        if not any(cells.values()):
            continue  # a spreadsheet saves the empty lines that somebody once touched
        try:
            found.append(from_flat(cells))
        except (ValueError, IndexError) as exc:
            raise TableError(
                reader.line_num,
                f"this line has a value that cannot be ({exc}). Write it as in the lines of an export.",
                f"cette ligne a une valeur impossible ({exc}). Écrivez-la comme dans les lignes d'un export : dates"
                " 2026-03-14, yes ou no ou unknown, nombres avec un point.",
            ) from exc
    return tuple(found)
