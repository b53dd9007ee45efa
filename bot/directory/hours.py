"""Opening hours: OSM expressions over Belgian holidays and the clock of Brussels, daylight saving included.

The evaluation is `opening-hours-py` (a Rust library that carries its own calendar of Belgian public holidays).
A holiday that an expression does not mention is *not known*, never open and never surely closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from bot.core.local_time import BRUSSELS
from bot.directory.nights import Nights, goes_past_midnight

if TYPE_CHECKING:
    from opening_hours import OpeningHours

ALWAYS: Final = "24/7"
#: How far ahead an opening is looked for: seasons come back within a year.
HORIZON: Final = timedelta(days=370)
_HOLIDAY_UNKNOWN: Final = "; PH unknown"


class State(StrEnum):
    """What can be said of one instant."""

    OPEN = "open"
    CLOSED = "closed"
    #: A public holiday that the hours say nothing about.
    HOLIDAY = "holiday"
    #: No hours are known, or they say « unknown » themselves.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Openness:
    """Open or not at one instant, and what comes next. Instants are aware, in the time of Brussels."""

    state: State
    #: When OPEN: the moment it closes; None for day and night.
    until: datetime | None = None
    #: When not open: the next moment that is surely open; None when none is known within a year.
    next_opening: datetime | None = None
    #: True when today is a Belgian public holiday.
    is_holiday: bool = False


def check(expression: str) -> None:
    """Raises ValueError when this is not an OSM opening_hours expression."""
    from opening_hours import validate

    if not validate(expression):
        raise ValueError(expression)


def openness(expression: str | None, at: datetime) -> Openness:
    """What an expression says of an aware instant. Without an expression nothing is known."""
    local = at.astimezone(BRUSSELS)
    holiday = is_holiday(local.date())
    if expression is None:
        return Openness(state=State.UNKNOWN, is_holiday=holiday)
    if expression == ALWAYS:
        return Openness(state=State.OPEN, is_holiday=holiday)
    hours = _compiled(expression)
    if hours.is_open(local):
        return Openness(state=State.OPEN, until=_end(hours, local), is_holiday=holiday)
    opens = next_opening(expression, at)
    state = State.CLOSED if hours.is_closed(local) else State.UNKNOWN
    if holiday and (opens is None or opens.date() != local.date()):
        # Closed for the holiday, or nobody knows; an ordinary lunch break of a place that opens today is neither.
        state = State.HOLIDAY
    return Openness(state=state, next_opening=opens, is_holiday=holiday)


def open_now(expression: str | None, at: datetime) -> bool:
    """True only when it is surely open."""
    return openness_state(expression, at) is State.OPEN


def openness_state(expression: str | None, at: datetime) -> State:
    """Only the state: cheaper than `openness`, for filters."""
    if expression is None:
        return State.UNKNOWN
    if expression == ALWAYS:
        return State.OPEN
    hours, local = _compiled(expression), at.astimezone(BRUSSELS)
    if hours.is_open(local):
        return State.OPEN
    return State.CLOSED if hours.is_closed(local) else State.UNKNOWN


def next_opening(expression: str, at: datetime) -> datetime | None:
    """The next moment after `at` that is surely open; None when there is none within a year."""
    hours, local = _compiled(expression), at.astimezone(BRUSSELS)
    horizon = local + HORIZON
    if hours.is_open(local):
        return local
    while (change := hours.next_change(local)) is not None and change < horizon:
        local = change.astimezone(BRUSSELS)
        if hours.is_open(local):
            return local
    return None


def _end(hours: OpeningHours | Nights, local: datetime) -> datetime | None:
    """The moment an open spell ends; None when it does not end within a year."""
    horizon = local + HORIZON
    while (change := hours.next_change(local)) is not None and change < horizon:
        local = change.astimezone(BRUSSELS)
        if not hours.is_open(local):
            return local
    return None


def is_holiday(day: date) -> bool:
    """Belgian public holidays, the ten of the law and the Sundays among them."""
    noon = datetime.combine(day, time(12), tzinfo=BRUSSELS)
    return bool(_compiled("PH 00:00-24:00").is_open(noon))


@lru_cache(maxsize=256)
def _compiled(expression: str) -> OpeningHours | Nights:
    # Imported here: a bot that shows no hours never loads it (5 MB).
    from opening_hours import OpeningHours

    whole = expression if expression == ALWAYS or "PH" in expression else expression + _HOLIDAY_UNKNOWN
    if goes_past_midnight(whole):
        return Nights(whole, BRUSSELS)
    return OpeningHours(whole, timezone=BRUSSELS, country="BE")
