"""Opening hours that go on after midnight: a night belongs to the day on which it begins.

The library looks at each calendar day by itself: beside a holiday with rules of its own it ends the night before at
midnight, and opens the small hours after a holiday on which nobody came. So an expression is read twice here: what is
of the day itself, cut at midnight, and what goes on after it, asked of the day before.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from opening_hours import OpeningHours

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
#: A rule: its days, its hours one after the other, and what they are.
_RULE = re.compile(
    rf"\s*(?P<days>[^:\"]*?)\s*(?P<hours>{_SPAN.pattern}(?:\s*,\s*{_SPAN.pattern})*)?\s*(?P<state>off|closed|unknown|open)?\s*"
)
_DAY = timedelta(days=1)
_MIDNIGHT = 24 * 60


def goes_past_midnight(expression: str) -> bool:
    """Whether some hours go on after midnight, and `Nights` can read them: hours of the sun, open ends and comments
    it cannot."""
    # Imported here: a bot that shows no hours never loads it (5 MB).
    from opening_hours import validate

    rules = [_RULE.fullmatch(rule) for rule in expression.split(";")]
    spans = [_minutes(span) for rule in rules if rule is not None for span in _SPAN.finditer(rule["hours"] or "")]
    if None in rules or _longest(spans) <= 0 or any(begin >= _MIDNIGHT for begin, _ in spans):
        return False
    return bool(validate(_SPAN.sub(_cut, expression)) and validate(_after_midnight(expression)))


class Nights:
    """An expression that `goes_past_midnight`. Asked as the library's `OpeningHours` is, with aware instants."""

    def __init__(self, expression: str, zone: ZoneInfo) -> None:
        from opening_hours import OpeningHours

        self._zone = zone
        # Without a zone: hours are those of the clock on the wall, whatever a change of clocks does to the night.
        self._own: OpeningHours = OpeningHours(_SPAN.sub(_cut, expression), country="BE")
        self._after: OpeningHours = OpeningHours(_after_midnight(expression), country="BE")

    def is_open(self, at: datetime) -> bool:
        """Surely open."""
        wall = self._wall(at)
        return bool(self._own.is_open(wall) or self._after.is_open(wall - _DAY))

    def is_closed(self, at: datetime) -> bool:
        """Surely closed."""
        wall = self._wall(at)
        return bool(self._own.is_closed(wall) and self._after.is_closed(wall - _DAY))

    def next_change(self, at: datetime) -> datetime | None:
        """The next instant from which on it may be otherwise; None when it never is."""
        wall = self._wall(at)
        own, after = self._own.next_change(wall), self._after.next_change(wall - _DAY)
        changes = [change for change in (own, None if after is None else after + _DAY) if change is not None]
        if not changes:
            return None
        first = min(changes).replace(tzinfo=self._zone)
        # An hour that comes twice comes again; one that never comes is the next that does.
        later = first if first.astimezone(UTC) > at.astimezone(UTC) else first.replace(fold=1)
        return later.astimezone(UTC).astimezone(self._zone)

    def _wall(self, at: datetime) -> datetime:
        return at.astimezone(self._zone).replace(tzinfo=None)


def _minutes(span: re.Match[str]) -> tuple[int, int]:
    """Begin and end of a span, in minutes from the midnight before it begins."""
    *_, begin_h, begin_m, end_h, end_m = (int(part) for part in span.groups())
    begin, end = begin_h * 60 + begin_m, end_h * 60 + end_m
    return begin, end if end > begin else end + _MIDNIGHT


def _longest(spans: list[tuple[int, int]]) -> int:
    """How many minutes after midnight the longest night ends; 0 or less when none goes on after it."""
    return max((end - _MIDNIGHT for _, end in spans), default=0)


def _cut(span: re.Match[str]) -> str:
    return f"{span[1]}:{span[2]}-24:00" if _minutes(span)[1] > _MIDNIGHT else span[0]


def _after_midnight(expression: str) -> str:
    longest = _longest([_minutes(span) for span in _SPAN.finditer(expression)])
    rest = [_rest(rule, longest) for rule in expression.split(";")]
    return "; ".join(rule for rule in rest if rule)


def _rest(rule: str, longest: int) -> str:
    """What a rule says of the hours after the midnight of its days, as hours of these days; empty: nothing."""
    found = _RULE.fullmatch(rule)
    assert found is not None
    days, state = found["days"], found["state"] or ""
    spans = [_minutes(span) for span in _SPAN.finditer(found["hours"] or "")]
    ends = [end - _MIDNIGHT for _, end in spans if end > _MIDNIGHT]
    if ends:
        return f"{days} {','.join(f'00:00-{end // 60:02}:{end % 60:02}' for end in ends)} {state}".strip()
    if spans:
        # Closed for some hours of the day says nothing of its night; open for some ends it.
        return "" if state in ("off", "closed") else f"{days} off".strip()
    return f"{days} 00:00-{longest // 60:02}:{longest % 60:02} unknown" if state == "unknown" else f"{days} off".strip()
