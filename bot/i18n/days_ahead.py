"""A day told from today: `dans 5 jours`, `in two weeks`, `lundi prochain`, `بعد يومين`; in the words of CLDR."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Literal

from bot.i18n.choices import Fold, key_of_words
from bot.i18n.languages import cldr
from bot.i18n.numbers import numbers_in
from bot.i18n.units import DAY, FORMS, WEEK, units_of

_DAYS_IN = {DAY: 1, WEEK: 7}
#: A longer row of words says more than a day.
_MOST_WORDS = 6
#: « le lundi 15 »: such a day comes within this many days, or there was a slip.
_FURTHEST = 62
#: What people say for "in five days" beside what CLDR writes.
_ALSO_IN = {
    "am": ("በኋላ",),
    "ar": ("بعد",),
    "bn": ("পর", "পরে"),
    "es": ("en",),
    "fr": ("d'ici",),
    "kmr": ("piştî",),
    "ps": ("وروسته",),
    "pt": ("daqui a",),
    "so": ("kadib", "ka dib"),
    "ti": ("ድሕሪ",),
    "ur": ("بعد",),
}


def day_told(
    text: str,
    tags: Sequence[str],
    today: date,
    *,
    fold: Fold,
    numbers: Mapping[str, int],
    weekdays: Mapping[str, int],
) -> date | None:
    """The day that is so many days or weeks away, or the next one of this name.

    `numbers` are folded words for some, `weekdays` names besides those of CLDR.
    """
    said = key_of_words(text, fold).split()
    if not said or len(said) > _MOST_WORDS:
        return None
    digits = numbers_in(text)
    if (weekday := _weekday(said, [weekdays, *(_weekdays(tag, fold) for tag in tags)])) is not None:
        return _next(weekday, digits, today)
    away = _away(said, digits, tags, fold, numbers)
    return None if away is None or abs(away) > _FURTHEST else today + timedelta(days=away)


def _weekday(said: Sequence[str], tables: Sequence[Mapping[str, int]]) -> int | None:
    for names in tables:
        found = _named(said, names)
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def _named(said: Sequence[str], names: Mapping[str, int]) -> set[int]:
    """What the longest names in these words mean: « سه شنبه » is Tuesday, though « شنبه » is Saturday."""
    longest = max((name.count(" ") for name in names), default=0) + 1
    for length in range(longest, 0, -1):
        runs = (" ".join(said[first : first + length]) for first in range(len(said) - length + 1))
        if found := {names[run] for run in runs if run in names}:
            return found
    return set()


def _next(weekday: int, digits: Sequence[int], today: date) -> date | None:
    """The next day of this name; with a number, the one whose number in its month that is."""
    coming = (today + timedelta(days=away) for away in range(1, _FURTHEST))
    return next((day for day in coming if day.weekday() == weekday and (not digits or [day.day] == [*digits])), None)


def _away(
    said: Sequence[str], digits: Sequence[int], tags: Sequence[str], fold: Fold, numbers: Mapping[str, int]
) -> int | None:
    """How many days away; None when nothing says so, or more than one number does."""
    units = {word: days for tag in reversed(tags) for word, days in _told_units(tag, fold).items()}
    units |= {word: _DAYS_IN[unit] for word, unit in units_of(tags, fold).items() if unit in _DAYS_IN}
    pairs = {word: days for tag in reversed(tags) for word, days in _pairs(tag, fold).items()}
    counted = [*digits] or [numbers[word] for word in said if word in numbers]
    named = {units[word] for word in said if word in units}
    told = [pairs[word] for word in said if word in pairs]
    ahead = any(set(words) <= set(said) for tag in tags for words in _directions(tag, fold, 1))
    before = any(set(words) <= set(said) for tag in tags for words in _directions(tag, fold, -1))
    if not ahead and not before and len(said) > 2:
        # « deux fois par semaine » is no day.
        return None
    # « dans une semaine » without its number, as in « через неделю »; « სამ დღეში » is three days, not one.
    others = [word for word in said if word not in units]
    is_one = len(said) == 2 and len(others) == 1 and any((others[0],) in _directions(tag, fold, 1) for tag in tags)
    if len(named) == 1 and (len(counted) == 1 or (not counted and is_one)):
        days = named.pop() * (counted[0] if counted else 1)
    elif len(told) == 1 and not named and not counted:
        days = told[0]
    else:
        return None
    return -days if before and not ahead else days


@cache
def _weekdays(tag: str, fold: Fold) -> Mapping[str, int]:
    names = cldr(tag).days
    return {
        key_of_words(str(name), fold): number
        for use in ("format", "stand-alone")
        for number, name in names[use]["wide"].items()
    }


@cache
def _told_units(tag: str, fold: Fold) -> Mapping[str, int]:
    """Words for days and weeks as they are bent in "in 5 days": `неделю`, `ditësh`; what is said of both is neither."""
    told = {
        days: {
            word
            for number in FORMS
            for sign in (1, -1)
            if numbers_in(text := _away_in(tag, unit, sign * number))  # « بعد يومين » counts by itself
            for word in key_of_words(text, fold).split()
            if len(word) > 1 and word.isalpha()
        }
        for unit, days in _DAYS_IN.items()
    }
    return {
        word: days for days, words in told.items() for word in words if sum(word in one for one in told.values()) == 1
    }


@cache
def _directions(tag: str, fold: Fold, sign: int) -> frozenset[tuple[str, ...]]:
    """The words around "5 days" that say whether they are to come (1) or over (-1): `dans`; `il y a`; `ago`."""
    other = {word for text in _told(tag, -sign) for word in key_of_words(text, fold).split()}
    found = {
        tuple(word for word in key_of_words(text, fold).split() if not word.isdigit() and word not in other)
        for text in _told(tag, sign)
    }
    also = {tuple(key_of_words(word, fold).split()) for word in _ALSO_IN.get(tag, ())} if sign > 0 else set()
    return frozenset(words for words in found | also if words)


@cache
def _pairs(tag: str, fold: Fold) -> Mapping[str, int]:
    """Words that mean two of a unit by themselves, as in Arabic: `يومين`."""
    found: dict[str, int] = {}
    for unit, days in _DAYS_IN.items():
        told = _away_in(tag, unit, 2)
        if not numbers_in(told):
            found |= dict.fromkeys(key_of_words(told, fold).split()[-1:], 2 * days)
    return found


def _told(tag: str, sign: int) -> Iterator[str]:
    return (_away_in(tag, unit, sign * number) for number in FORMS for unit in _DAYS_IN)


def _away_in(tag: str, unit: str, number: int) -> str:
    """« dans 5 jours », « il y a 2 semaines »."""
    from babel.dates import format_timedelta

    away = timedelta(days=number * _DAYS_IN[unit])
    shown: Literal["day", "week"] = "day" if unit == DAY else "week"
    return format_timedelta(away, shown, threshold=1000, add_direction=True, locale=cldr(tag))
