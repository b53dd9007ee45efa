"""An hour of the day as people write it: `10h30`, `10:30`, `à dix heures`, `3 pm`, `الساعة العاشرة`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import time
from functools import cache

from bot.i18n.choices import Fold, key_of_words
from bot.i18n.languages import cldr
from bot.i18n.numbers import latin_digits
from bot.i18n.sunrise import sunrise
from bot.i18n.units import HOUR, units_of

_MAX_CHARS = 40
#: `10`, `10h`, `10 h 30`, `10:30`, `10.30`, `10 heures 30`; other numbers beside it are none of an hour.
_FIGURES = re.compile(r"(?<![\d:.,/-])(\d{1,2})\s?(?:(?:h|:|\.|[^\W\d_]{1,8})\s?(\d{2}))?(?![\d:.,/-])")
_GLUED = re.compile(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")
#: Shorter words of a part of the day are in other parts too: « du » matin.
_NAME_FROM = 2
#: Hours of the afternoon are told from one to eleven.
_HALF_DAY = 12

#: Words beside an hour that CLDR has none of: `14u30`, « a las diez », « ۱۰ بجے ».
_BESIDE = {
    "bn": ("টা", "টায়"),
    "es": ("las", "la"),
    "ka": ("საათზე",),
    "nl": ("u",),
    "ps": ("بجې",),
    "so": ("ka", "saacadda"),
    "sq": ("orën",),
    "uk": ("годині",),
    "ur": ("بجے",),
}


def time_in(
    text: str, tags: Sequence[str], *, fold: Fold, numbers: Mapping[str, int], hours: Mapping[str, int]
) -> time | None:
    """The one hour of a text, with its minutes; None when there is none, or it may be another.

    `tags`: the person's language first. `numbers` and `hours` are folded words for the hours from one to twelve.
    """
    plain = latin_digits(text).casefold()
    if len(text) > _MAX_CHARS:
        return None
    own = sunrise(tags[0], fold)
    figures = _FIGURES.findall(plain)
    said = _GLUED.sub(" ", key_of_words(plain, fold))
    if len(figures) == 1:
        hour, minute = int(figures[0][0]), int(figures[0][1] or 0)
        others = [word for word in said.split() if not word.isdigit()]
    elif not any(char.isdigit() for char in plain):
        spelled = _spelled(said, {**numbers, **hours, **({} if own is None else own.more_hours)})
        if spelled is None:
            return None
        (hour, minute), others = (spelled[0], 0), spelled[1]
    else:
        return None
    is_spelled = not figures
    if own is not None and hour <= _HALF_DAY and (own.is_said(others) or (is_spelled and not others)):
        return own.hour(hour, minute, others)
    units = {"h", *(word for word, unit in units_of(tags, fold).items() if unit == HOUR)}
    units |= {key_of_words(word, fold) for tag in tags for word in _BESIDE.get(tag, ())}
    parts = {word: is_late for tag in reversed(tags) for word, is_late in _parts_of_day(tag, fold).items()}
    late = {parts[word] for word in others if parts.get(word) is not None}
    more = [word for word in others if word not in units and word not in parts]
    if (more and more != said.split()[:1]) or len(late) > 1:
        # One more word may go before an hour: `à`, `at`, `الساعة`. What follows makes another: « et demie ».
        return None
    if late == {True} and hour < _HALF_DAY:
        hour += _HALF_DAY
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _spelled(said: str, hours: Mapping[str, int]) -> tuple[int, list[str]] | None:
    """The hour in words, the longest first (`الحادية عشرة`), and the other words."""
    around = f" {said} "
    for words in sorted(hours, key=len, reverse=True):
        if f" {words} " in around:
            return hours[words], around.replace(f" {words} ", " ", 1).split()
    return None


def speaks_of_hour(text: str, tags: Sequence[str], *, fold: Fold, numbers: Mapping[str, int]) -> bool:
    """Whether a short text has a number beside a word for an hour: « dix heures et demie », « saa nane »."""
    words = _words_with_number(text, fold, numbers)
    return any(unit == HOUR and word in words for word, unit in units_of(tags, fold).items())


def speaks_from_sunrise(text: str, tag: str, *, fold: Fold, numbers: Mapping[str, int]) -> bool:
    """Whether a short text tells an hour as a language does that counts from sunrise: its number is no other."""
    own = sunrise(tag, fold)
    return own is not None and own.is_said(_words_with_number(text, fold, numbers))


def _words_with_number(text: str, fold: Fold, numbers: Mapping[str, int]) -> list[str]:
    """The words of a short text with a number in it; none of any other."""
    if len(text) > _MAX_CHARS:
        return []
    words = _GLUED.sub(" ", key_of_words(latin_digits(text).casefold(), fold)).split()
    return words if any(word.isdigit() or word in numbers for word in words) else []


@cache
def _parts_of_day(tag: str, fold: Fold) -> Mapping[str, bool | None]:
    """Folded words for parts of the day: whether it is the second half; None for those that say nothing of it."""
    found: dict[str, set[bool]] = {}
    for part, name in cldr(tag).day_periods.get("format", {}).get("wide", {}).items():
        if part.startswith(("night", "midnight", "noon")):
            continue
        for word in key_of_words(str(name), fold).split():
            found.setdefault(word, set()).add(part.startswith(("pm", "afternoon", "evening")))
    return {
        word: halves.pop() if len(halves) == 1 and len(word) >= _NAME_FROM else None for word, halves in found.items()
    }
