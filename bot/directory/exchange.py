"""A file of services from elsewhere: our CSV, also as a spreadsheet saves it, or HSDS JSON."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from bot.directory.hsds import from_hsds
from bot.directory.service import Service
from bot.directory.spreadsheet import TableError, from_csv
from bot.errors import DataError
from bot.ordinary_file import bytes_of, reason


def services_in(path: Path) -> tuple[Service, ...]:
    """The services of a file. Raises DataError with one sentence, the line and a way out."""
    try:
        text = bytes_of(path).decode("utf-8-sig")
    except OSError as exc:
        raise DataError(
            f"{path}: cannot be read ({reason(exc)}).", f"{path}: ne peut pas être lu ({reason(exc, 'fr')})."
        ) from exc
    except UnicodeDecodeError as exc:
        at = exc.object.count(b"\n", 0, exc.start) + 1
        raise DataError(
            f'{path}:{at}: is not UTF-8 text: save it from the spreadsheet as "CSV UTF-8", not as a workbook (.xlsx).',
            f"{path}:{at}: n'est pas du texte UTF-8. Dans le tableur, enregistrez-le en « CSV UTF-8 », et non en"
            " classeur (.xlsx) ni en « CSV » simple.",
        ) from exc
    try:
        return from_csv(text) if path.suffix.lower() == ".csv" else from_hsds(json.loads(text))
    except TableError as exc:
        raise DataError(f"{path}:{exc.line}: {exc.told.en}", f"{path}:{exc.line}: {exc.told.fr}") from exc
    except (ValueError, KeyError, TypeError, AttributeError, csv.Error) as exc:
        raise DataError(
            f"{path}: can be read neither as our CSV nor as HSDS JSON ({exc}); the name of a table ends in .csv.",
            f"{path}: n'est ni notre CSV ni du JSON HSDS lisible ({exc}) ; le nom d'un tableau finit par .csv.",
        ) from exc
