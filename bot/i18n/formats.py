"""Dates, times, numbers, durations and lists as the reader's language writes them (CLDR).

Digits are the Latin ones in every language: they are what stands on the bus, on the door and on the letter.
Hours are 24 everywhere, days come before months, instants are told in Brussels time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.ids import Locale
from bot.i18n.languages import Languages, cldr

#: The clock on the wall in Liège.
BRUSSELS = ZoneInfo("Europe/Brussels")

#: From here on thousands are set apart; below, a year or a house number must not be broken.
_GROUPED_FROM = 10_000


def number_text(number: int, locale: Locale, languages: Languages) -> str:
    """`12345` → « 12 345 »; smaller numbers stay whole."""
    if abs(number) < _GROUPED_FROM:
        return str(number)
    from babel.numbers import format_decimal

    return format_decimal(number, locale=cldr(languages[locale].formats), numbering_system="latn")


def date_text(day: date, locale: Locale, languages: Languages) -> str:
    """`2026-04-03` → « vendredi 3 avril 2026 »: the weekday is what people remember."""
    from babel.dates import format_date

    return _latin_digits(format_date(day, "full", locale=cldr(languages[locale].formats)))


def time_text(at: time, locale: Locale, languages: Languages) -> str:
    """`14:30` in 24 hours."""
    from babel.dates import format_skeleton

    moment = datetime.combine(date(2000, 1, 1), at.replace(tzinfo=None))
    return _latin_digits(format_skeleton("Hm", moment, locale=cldr(languages[locale].formats)))


def instant_text(at: datetime, locale: Locale, languages: Languages) -> str:
    """An aware instant as day and time in Brussels; a naive one is taken as Brussels time."""
    local = at.astimezone(BRUSSELS) if at.tzinfo is not None else at
    return f"{date_text(local.date(), locale, languages)}, {time_text(local.time(), locale, languages)}"


def duration_text(duration: timedelta, locale: Locale, languages: Languages) -> str:
    """`timedelta(minutes=12)` → « 12 minutes »: one unit, rounded up to whole minutes."""
    from babel.dates import format_timedelta

    minute = timedelta(minutes=1)
    whole = max(minute, -(-duration // minute) * minute)
    return _latin_digits(
        format_timedelta(whole, granularity="minute", threshold=1.5, locale=cldr(languages[locale].formats))
    )


def list_text(items: Sequence[str], locale: Locale, languages: Languages) -> str:
    """« pain, lait et riz »."""
    from babel.lists import format_list

    return format_list(list(items), locale=cldr(languages[locale].formats))


def _latin_digits(text: str) -> str:
    """Some locales of CLDR write their own digits by default; one table serves all."""
    if text.isascii():
        return text
    return "".join(str(int(char)) if char.isdecimal() else char for char in text)
