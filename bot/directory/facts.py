"""Named dated facts: an amount, a deadline or a number of hours that sentences refer to by name.

`flows/facts.yml` is the one place where such a number is written; each has its source and the date it was checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path

from bot.directory.fields import Fields
from bot.directory.issues import Issue, issue, nearest_name
from bot.directory.service import Confidence, PartialDate, Source
from bot.directory.source import read
from bot.strict_yaml import Table

FILE = Path("facts.yml")
_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_NAMES = "about value unit year source checked_on confidence publish owner deadline review_months note"
FIELDS = frozenset(_NAMES.split())


class Unit(StrEnum):
    """What a value counts. The card's vocabulary has one sentence for each, `fact.<unit>`."""

    EUR = "eur"
    PERCENT = "percent"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"
    HOURS = "hours"
    MINUTES = "minutes"
    DATE = "date"
    CELSIUS = "celsius"
    SQUARE_METRES = "square_metres"
    COUNT = "count"

    @property
    def is_counted(self) -> bool:
        """True for whole things with plural forms in every language: days, months, hours…"""
        return self in _COUNTED


_COUNTED = frozenset({Unit.DAYS, Unit.WORKING_DAYS, Unit.WEEKS, Unit.MONTHS, Unit.YEARS, Unit.HOURS, Unit.MINUTES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One dated fact."""

    name: str
    #: French, a few words that fit in front of a colon: « Décision du CPAS ».
    about: str
    #: A number, or a day for `Unit.DATE`.
    value: Decimal | date
    unit: Unit
    #: The year the value holds for; amounts are never shown without it. None when a rule has no year.
    year: int | None
    source: Source
    #: The day of the newest page or of the person's check that vouches for it; None when the page is undated.
    checked_on: PartialDate | None
    confidence: Confidence
    #: True when it may be shown; weak facts are kept for advisers.
    publish: bool
    #: True when « read your letter » must stand beside it.
    deadline: bool
    owner: str
    review_months: int
    note: str
    path: str
    line: int

    @property
    def text(self) -> str:
        """The bare value for a placeholder, in French digits: `1 314,20`, `30`, `2027-03-04`. Without its unit."""
        if isinstance(self.value, date):
            return self.value.isoformat()
        whole, _, rest = f"{self.value:,f}".partition(".")
        return whole.replace(",", "\u202f") + (f",{rest}" if rest else "")

    @property
    def good_until(self) -> date:
        """The last day on which something vouches for it, `review_months` months after it was checked."""
        if self.checked_on is None:
            return date.min
        return self.checked_on.last_day() + timedelta(days=30.44 * self.review_months)

    def is_stale(self, today: date) -> bool:
        """True when nothing vouches for it any more."""
        return self.good_until < today


class Facts(Mapping[str, Fact]):
    """All facts by name. Reads as a dict; an unknown name raises KeyError with the nearest one in its text."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self._facts = dict(facts)

    def __getitem__(self, name: str) -> Fact:
        try:
            return self._facts[name]
        except KeyError:
            raise KeyError(f"{name}; nearest: {nearest_name(name, self._facts)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    def __contains__(self, name: object) -> bool:
        return name in self._facts

    def stale(self, today: date) -> tuple[Fact, ...]:
        """Published facts past their date, in file order; the caller groups them by owner."""
        return tuple(fact for fact in self._facts.values() if fact.publish and fact.is_stale(today))


def read_facts(flows: Path) -> tuple[Facts, list[Issue]]:
    """Read the facts of a flows folder; wrong ones are left out and listed."""
    shown = f"{flows.name}/{FILE.as_posix()}"
    if not (flows / FILE).is_file():
        return Facts({}), [issue(shown, 1, "missing-file")]
    root, issues = read(flows / FILE, shown)
    facts: dict[str, Fact] = {}
    if root is not None and not isinstance(root, Table):
        issues.append(issue(shown, root.line, "not-a-map", name="facts.yml"))
    for name, node in root.values.items() if isinstance(root, Table) else ():
        line = root.lines[name] if isinstance(root, Table) else 1
        if not _NAME.fullmatch(name):
            issues.append(issue(shown, line, "bad-id", name=name, joint="_"))
        if not isinstance(node, Table):
            issues.append(issue(shown, line, "not-a-map", name=name))
        elif fact := _fact(Fields(node, shown, issues, line), name, line):
            facts[name] = fact
    return Facts(facts), issues


def _fact(fields: Fields, name: str, line: int) -> Fact | None:
    fields.only(FIELDS)
    unit = fields.choice("unit", Unit, Unit.COUNT)
    value: Decimal | date | None
    if unit is Unit.DATE:
        value = fields.parsed("value", date.fromisoformat, "bad-date")
    else:
        read_number = _whole if unit.is_counted else _degrees if unit is Unit.CELSIUS else _number
        value = fields.parsed("value", read_number, "bad-number")
    fields.text("value", required=True)
    url = fields.text("source", required=True)
    checked_on = fields.parsed("checked_on", PartialDate.parse, "bad-date")
    confidence = fields.choice("confidence", Confidence, Confidence.LOW)
    year = fields.parsed("year", int, "bad-number")
    publish = fields.flag("publish", confidence is not Confidence.LOW)
    if publish and unit is Unit.EUR and year is None:
        fields.blame("year", "amount-without-year", name=name)
    about = fields.text("about", required=True, longest=80)
    if value is None:
        return None
    return Fact(
        name=name,
        about=about,
        value=value,
        unit=unit,
        year=year,
        source=Source(url=url, seen=checked_on),
        checked_on=checked_on,
        confidence=confidence,
        publish=publish,
        deadline=fields.flag("deadline", False),
        owner=fields.text("owner") or "guichet",
        review_months=fields.parsed("review_months", int, "bad-number") or 12,
        note=fields.text("note"),
        path=fields.path,
        line=line,
    )


def _whole(text: str) -> Decimal:
    if (value := int(text)) < 0:
        raise ValueError(text)
    return Decimal(value)


def _number(text: str) -> Decimal:
    if (value := _degrees(text)) < 0:
        raise ValueError(text)
    return value


def _degrees(text: str) -> Decimal:
    """A number that may be below zero."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    if not value.is_finite():
        raise ValueError(text)
    return value
