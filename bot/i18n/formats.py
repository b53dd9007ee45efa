"""Dates, times, numbers, durations and lists as the reader's language writes them (CLDR).

Digits are the Latin ones in every language: they are what stands on the bus, on the door and on the letter.
Hours are 24 everywhere, days come before months, instants are told in Brussels time.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Literal, TypeAlias

from bot.core.ids import Locale
from bot.core.local_time import BRUSSELS
from bot.i18n.languages import SOURCE, Direction, Languages, cldr

Unit: TypeAlias = Literal["minute", "hour", "day", "week", "month", "year"]


#: From here on thousands are set apart; below, a year or a house number must not be broken.
_GROUPED_FROM = 10_000

#: A threshold no duration passes: Babel then never turns 30 days into a month.
_NEVER = 1e9


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
    # An Arabic comma keeps the year and the hour two numbers; with a Latin one they would read as one run, reversed.
    comma = "،" if languages[locale].direction is Direction.RIGHT_TO_LEFT else ","
    return f"{date_text(local.date(), locale, languages)}{comma} {time_text(local.time(), locale, languages)}"


def duration_text(duration: timedelta, locale: Locale, languages: Languages) -> str:
    """One unit, rounded up: minutes below two hours, hours below two days, else days (never months: they differ)."""
    minutes = max(1, -(-duration // timedelta(minutes=1)))
    if minutes < 120:
        return quantity_text(minutes, "minute", locale, languages)
    if minutes < 48 * 60 and minutes % (24 * 60):
        return quantity_text(-(-minutes // 60), "hour", locale, languages)
    return quantity_text(-(-minutes // (24 * 60)), "day", locale, languages)


def quantity_text(number: int, unit: Unit, locale: Locale, languages: Languages) -> str:
    """`3`, `month` → « 3 mois », in the plural form of the language."""
    from babel.dates import TIMEDELTA_UNITS, format_timedelta

    # Babel's `format_unit` lacks half of our languages; durations it has, and this threshold keeps the unit asked for.
    seconds = dict(TIMEDELTA_UNITS)[unit] * number
    return _latin_digits(
        format_timedelta(seconds, granularity=unit, threshold=_NEVER, locale=cldr(languages[locale].formats))
    )


def _latin_digits(text: str) -> str:
    """Some locales of CLDR write their own digits by default; one table serves all."""
    if text.isascii():
        return text
    return "".join(str(int(char)) if char.isdecimal() else char for char in text)


def name_for_reader(tag: str, locale: Locale, languages: Languages) -> str:
    """What the readers of `locale` call a language of the guichet; its own name where CLDR has none in theirs."""
    language = languages[Locale(tag)]
    if locale == SOURCE:
        return language.french
    return str(cldr(languages[locale].formats).languages.get(tag.replace("-", "_")) or language.name)


def language_name(tag: str, locale: Locale, languages: Languages) -> str:
    """The name of a language for its reader, such as `arabe` for `ar` in French; the tag itself when CLDR has none."""
    names = cldr(languages[locale].formats).languages
    return str(names.get(tag.replace("-", "_")) or names.get(tag.partition("-")[0]) or tag)
