"""What the guichet knows of one service, in the words of HSDS 3.0 (Open Referral).

Field names follow the Human Services Data Specification 3.0 (https://docs.openreferral.org) wherever it has
one; `docs/reference/directory.md` lists the profile field by field, with what we added and why.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum


class Answer(StrEnum):
    """Yes, no, or honestly not known. Never read UNKNOWN as either of the others."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Cost(StrEnum):
    """What a person pays. UNKNOWN when no source says it: the card then says nothing of money."""

    FREE = "free"
    LOW = "low"
    DEPENDS = "depends"
    PAID = "paid"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    """How far the sources carry: HIGH official or several that agree, MEDIUM one good one, LOW weak or old."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a fact was read, and when that page was written."""

    #: An https address, or a `document:` name for a source that is not on the web.
    url: str
    #: The source's own date, as exact as it gives it: `2023`, `2023-05` or `2023-05-14`; None when undated.
    seen: PartialDate | None = None


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A date as exact as its source: a year, a month of a year, or a day (ISO 8601 reduced precision)."""

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read `2023`, `2023-05` or `2023-05-14`. Raises ValueError for anything else, impossible days included."""
        parts = text.split("-")
        if not (1 <= len(parts) <= 3 and all(part.isascii() and part.isdecimal() for part in parts)):
            raise ValueError(text)
        widths = [len(part) for part in parts]
        if widths != [4, 2, 2][: len(parts)]:
            raise ValueError(text)
        found = cls(*(int(part) for part in parts))
        found.first_day()
        return found

    def first_day(self) -> date:
        """The earliest day it can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    def last_day(self) -> date:
        """The latest day it can mean; ages are counted from it, in the source's favour."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def __str__(self) -> str:
        text = f"{self.year:04d}"
        if self.month:
            text += f"-{self.month:02d}"
        if self.day:
            text += f"-{self.day:02d}"
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A number to dial."""

    #: E.164 (`+3242200120`), or a short Belgian number as it is dialled (`112`, `116000`).
    number: str
    #: French, such as « jour et nuit »; empty for most.
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """Whom a service is for."""

    #: Keys of the `who.*` vocabulary, most specific first.
    who: tuple[str, ...]
    #: Are people without a residence permit received? Only what a source says.
    without_residence_permit: Answer = Answer.UNKNOWN
    #: French, one short sentence: the condition that the vocabulary cannot say.
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a service is open."""

    #: OSM `opening_hours` expression, only where a source allows a faithful one.
    opening_hours: str | None = None
    #: The number that answers day and night when this line does not; as `Phone.number`, None for most.
    after_hours: str | None = None
    #: French, short: what the expression cannot say, or all we know.
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a service receives people. Everything may be absent; nothing is guessed."""

    address: str | None = None
    postal_code: str | None = None
    city: str | None = None
    #: A key of `flows/directory/_districts.yml`.
    district: str | None = None
    #: Degrees, WGS 84, both or neither; only where a source gives them.
    latitude: float | None = None
    longitude: float | None = None

    @property
    def is_known(self) -> bool:
        """True when a person could find it on a map."""
        return self.address is not None or self.latitude is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service of one organisation: what a card shows and what search finds."""

    #: Stable and lower case: flows name it. Renaming keeps the old one in `former_ids`.
    id: str
    former_ids: tuple[str, ...] = ()
    #: A key of the `category.*` vocabulary; also the name of its file.
    category: str
    organization: str
    name: str
    #: Plain French, at most two short sentences, ours.
    description: str
    icon: str
    #: Keys of the `need.*` vocabulary, most important first.
    needs: tuple[str, ...]
    #: Extra words people search by, in any language or script; never shown.
    keywords: tuple[str, ...] = ()
    eligibility: Eligibility
    #: Keys of the `document.*` vocabulary; empty when no source names any.
    required_documents: tuple[str, ...] = ()
    cost: Cost = Cost.UNKNOWN
    cost_note: str = ""
    #: BCP 47 tags that a source names; empty when unknown.
    languages: tuple[str, ...] = ()
    #: French: what a source says of languages without naming them (« 33 langues en 2021 »).
    languages_note: str = ""
    #: True when a source says interpreters are present.
    interpreters: bool = False
    phones: tuple[Phone, ...] = ()
    email: str | None = None
    url: str | None = None
    place: Place = field(default_factory=Place)
    schedule: Schedule = field(default_factory=Schedule)
    #: French: why it is closed for now; empty when it is not.
    temporarily_closed: str = ""
    #: French: a warning that the person must read first; empty for most.
    alert: str = ""
    #: Names of `flows/facts.yml` that this card shows.
    facts: tuple[str, ...] = ()
    #: The day a person of `owner` last checked everything here with the service itself.
    assured_date: date | None = None
    #: Months after which a check is too old to show without a warning.
    review_months: int = 12
    sources: tuple[Source, ...] = ()
    confidence: Confidence
    #: The team that answers for this entry and is nudged when it is stale.
    owner: str
    #: A place that must stay secret: no address, never published as a place, never exported.
    confidential: bool = False
    #: False for what is kept for advisers only: never searched, shown or exported.
    publish: bool = True
    #: For advisers and admins; newcomers never see it.
    note: str = ""
    #: Where it is written: `flows/directory/food.yml` and the line of its id.
    path: str = ""
    line: int = 0

    @property
    def checked_on(self) -> PartialDate | None:
        """The newest date that vouches for this entry: a person's check, else its newest dated source."""
        dates = [source.seen for source in self.sources if source.seen]
        if self.assured_date:
            day = self.assured_date
            dates.append(PartialDate(day.year, day.month, day.day))
        return max(dates, key=PartialDate.last_day, default=None)

    def is_stale(self, today: date) -> bool:
        """True when nobody and no source vouches for it since `review_months` months."""
        checked = self.checked_on
        return checked is None or checked.last_day() + timedelta(days=30.44 * self.review_months) < today


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """A part of the Liège area that people name when asked where they are."""

    #: Stable key, such as `outremeuse`.
    id: str
    name: str
    commune: str
    postal_codes: tuple[str, ...]
    #: Approximate centre: orders services by distance, is never shown as a place.
    latitude: float
    longitude: float
