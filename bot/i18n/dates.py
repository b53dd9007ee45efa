"""A date as people write it: `3/4/2026` (the day first, as in Belgium), `2026-04-03`, `3 avril`, `12 ديسمبر`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

from bot.i18n.choices import key_of_words
from bot.i18n.days_ahead import day_told
from bot.i18n.languages import cldr
from bot.i18n.numbers import latin_digits

#: A date is short; a long story is not searched for one.
_MAX_CHARS = 100
#: Birth dates of the oldest and appointments of the latest; other years are other calendars or slips.
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
#: Without a year the nearest such day is meant; when the two nearest are about as far, nobody knows which.
_CLEARLY_NEARER = timedelta(days=30)

_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(
    r"(?<![\d/.-])(\d{1,2})\s{0,2}[-/. ]\s{0,2}(\d{1,2})(?:\s{0,2}[-/. ]\s{0,2}(\d{4}|\d{2}))?(?![\d/-])"
)
#: Languages that name months by number: 2026年4月3日, ngày 3 tháng 4 năm 2026.
_YEAR_MONTH_DAY = re.compile(r"(?:(\d{4})\s*年\s*)?(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]")
_DAY_MONTH_WORD = re.compile(r"(\d{1,2})\s+tháng\s+(\d{1,2})(?:,?\s+(?:năm\s+)?(\d{4}))?")
#: An hour beside the date is not part of it: `à 14h`, `10:30`.
_HOUR = re.compile(r"\d{1,2}\s*(?::\s*\d{2}|h(?:\s*\d{2}|eures?)?\b)")
#: Two digits right after the month (which `@` stands for).
_SHORT_YEAR = re.compile(r"@[\s.,-]*['’]?(\d{2})(?!\d)")
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_][\w\u0300-\u036f\u0900-\u0dff'’\u200c]*")
#: Ends of ordinal numbers: 1er, 3rd, 2nd, 4th, 1º, 3e, 3-го.
_ORDINAL = re.compile(r"(?<=\d)(?:-?(?:er|re|eme|ème|e|st|nd|rd|th|го|ее)|[ºª°.])(?!\w)")

#: Arabic has three sets of month names and Dari its own: all are read whatever the country.
_ALSO = {
    "ar": ("ar", "ar-SY", "ar-TN", "ar-DZ", "ar-MA"),
    "fa": ("fa", "fa-AF"),
    "fa-AF": ("fa", "fa-AF"),
    "en": ("en-GB",),
}


def date_in(
    text: str,
    tags: Sequence[str],
    today: date,
    *,
    fold: Callable[[str], str],
    relative: Mapping[str, int],
    numbers: Mapping[str, int] | None = None,
    weekdays: Mapping[str, int] | None = None,
) -> date | None:
    """The one date of a text; None when there is none, when it cannot exist, or when it may be two.

    `tags` are the languages whose month names are tried, in order. `relative` maps folded words such as `demain` to
    days from today, `numbers` folded words to the numbers they are, `weekdays` more names of weekdays, 0 for Monday.
    """
    if len(text) > _MAX_CHARS:
        return None
    days = relative.get(key_of_words(text, fold))
    if days is not None:
        return today + timedelta(days=days)
    plain = _ORDINAL.sub("", _HOUR.sub(" ", latin_digits(text).casefold()))
    if iso := _ISO.search(plain):
        return _date(int(iso[1]), int(iso[2]), int(iso[3]))
    if figures := _YEAR_MONTH_DAY.search(plain):
        return _from_figures(int(figures[3]), int(figures[2]), figures[1], today)
    if figures := _DAY_MONTH_WORD.search(plain):
        return _from_figures(int(figures[1]), int(figures[2]), figures[3], today)
    for tag in tags:
        if (named := _named(plain, tag, today, fold)) is not None:
            return named
    if figures := _DAY_FIRST.search(plain):
        return _from_figures(int(figures[1]), int(figures[2]), figures[3], today)
    return day_told(_HOUR.sub(" ", text), tags, today, fold=fold, numbers=numbers or {}, weekdays=weekdays or {})


def _from_figures(first: int, second: int, year: str | None, today: date) -> date | None:
    day, month = first, second
    if second > 12 >= first:
        # `4/25/2026` can only be the American order.
        day, month = second, first
    if year is None:
        return _nearest(day, month, today)
    return _date(_full_year(year, today), month, day)


def _named(plain: str, tag: str, today: date, fold: Callable[[str], str]) -> date | None:
    """A day with a month's name, in any order, the year where it stands or none."""
    found = _month_in(plain, month_names(tag, fold), fold)
    if found is None:
        return None
    month, rest = found
    numbers = _NUMBER.findall(rest)
    years = [number for number in numbers if len(number) == 4]
    others = [number for number in numbers if len(number) <= 2]
    if len(years) + len(others) != len(numbers) or len(years) > 1 or not others:
        return None
    day = int(others[0])
    if years:
        return _date(int(years[0]), month, day) if len(others) == 1 else None
    if len(others) == 1:
        return _nearest(day, month, today)
    short_year = _SHORT_YEAR.search(rest)
    return None if short_year is None or len(others) > 2 else _date(_full_year(short_year[1], today), month, day)


def _month_in(plain: str, names: Mapping[str, int], fold: Callable[[str], str]) -> tuple[int, str] | None:
    """The one month named, and the text with a mark (`@`) where it stood."""
    words = [(fold(word.group()).strip(".'"), word.start(), word.end()) for word in _WORD.finditer(plain)]
    longest = max((name.count(" ") for name in names), default=0) + 1
    runs = [run for length in range(longest, 0, -1) for run in _runs(plain, words, length)]
    hits = [(names[key], start, end, key.count(" ")) for key, start, end in runs if key in names] or [
        # Languages that write endings on: nîsana for nîsan.
        (month, start, end, name.count(" "))
        for key, start, end in runs
        for name, month in names.items()
        if len(name) >= (4 if name.isascii() else 3) and key.startswith(name) and key.count(" ") == name.count(" ")
    ]
    # The longest name is meant: « sánzá ya zómi na mɔ̌kɔ́ » holds the name of another month.
    hits = [hit for hit in hits if hit[3] == hits[0][3]]
    if len({hit[0] for hit in hits}) != 1:
        return None
    month, start, end, _ = hits[0]
    return month, f"{plain[:start]}@{plain[end:]}"


def _runs(plain: str, words: Sequence[tuple[str, int, int]], length: int) -> Iterator[tuple[str, int, int]]:
    """Each run of this many words with only space between them."""
    for first in range(len(words) - length + 1):
        run = words[first : first + length]
        gaps = [plain[one[2] : two[1]] for one, two in pairwise(run)]
        if all(gap.isspace() for gap in gaps):
            yield " ".join(key for key, _, _ in run), run[0][1], run[-1][2]


@cache
def month_names(tag: str, fold: Callable[[str], str]) -> Mapping[str, int]:
    """Folded names and abbreviations of the months; one that means two months is left out."""
    found: dict[str, int] = {}
    doubtful: set[str] = set()
    for source in _ALSO.get(tag, (tag,)):
        months = cldr(source).months
        for width in ("wide", "abbreviated"):
            for use in ("format", "stand-alone"):
                for number, name in months[use][width].items():
                    key = fold(str(name)).strip(" .'")
                    if key.isdigit() or len(key) < 2:
                        continue
                    if found.setdefault(key, number) != number:
                        doubtful.add(key)
    return {name: number for name, number in found.items() if name not in doubtful}


def _full_year(year: str, today: date) -> int:
    """`26` is 2026 and `87` is 1987: two digits reach ten years ahead."""
    number = int(year)
    if len(year) == 4:
        return number
    century = today.year - today.year % 100
    return century + number if century + number <= today.year + 10 else century - 100 + number


def _nearest(day: int, month: int, today: date) -> date | None:
    found = [one for year in (-1, 0, 1) if (one := _date(today.year + year, month, day)) is not None]
    ranked = sorted(found, key=lambda one: abs(one - today))
    if not ranked:
        return None
    if len(ranked) > 1 and abs(ranked[1] - today) - abs(ranked[0] - today) < _CLEARLY_NEARER:
        return None
    return ranked[0]


def _date(year: int, month: int, day: int) -> date | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
