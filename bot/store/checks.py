"""What teams were asked about the directory and what they answered: one row an entry, and nobody in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bot.core.ids import EntryId
from bot.ports import Check, CheckRow, Verdict
from bot.store.engine import Tx

_EPOCH = date(1970, 1, 1)
#: Verdict → the columns it sets to its day or to nothing; the others stay.
_SETS = {
    Verdict.LISTED: "listed_day = excluded.listed_day",
    Verdict.RIGHT: "right_day = excluded.right_day, wrong_day = NULL",
    Verdict.WRONG: "wrong_day = excluded.wrong_day, right_day = NULL",
}


def write(tx: Tx, checks: Sequence[Check]) -> None:
    """Add verdicts; each replaces the earlier one of its kind."""
    for check in sorted(checks, key=lambda one: one.entry):  # in one order, so that two replicas cannot wait
        day = (check.day - _EPOCH).days
        listed, right, wrong = (day if check.verdict is verdict else None for verdict in _SETS)
        tx.do(
            "INSERT INTO checks (entry, listed_day, right_day, wrong_day) VALUES (?, ?, ?, ?)"
            f" ON CONFLICT (entry) DO UPDATE SET {_SETS[check.verdict]}",
            (check.entry, listed, right, wrong),
        )


def rows(tx: Tx) -> list[CheckRow]:
    """All, by entry."""
    found = tx.rows("SELECT entry, listed_day, right_day, wrong_day FROM checks ORDER BY entry")
    return [
        CheckRow(entry=EntryId(entry), listed_on=_day(listed), right_on=_day(right), wrong_on=_day(wrong))
        for entry, listed, right, wrong in found
    ]


def _day(number: int | None) -> date | None:
    return None if number is None else _EPOCH + timedelta(days=number)
