"""A number as people write it: digits of any script, Ethiopic numerals, a few words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

#: « j'ai 25 ans, ma femme aussi » at most; a long story is not searched for a number.
_MAX_CHARS = 200
#: Longer runs of digits are phone or register numbers, not answers.
_MAX_DIGITS = 9

# U+1369–U+1371 are 1–9, U+1372–U+137A 10–90, U+137B 100, U+137C 10,000 (Unicode block "Ethiopic").
_ETHIOPIC = re.compile("[\u1369-\u137c]+")
_HUNDRED, _MYRIAD = 100, 10_000

#: `1 200`, `1.200`, `1,200`, `1'200`: groups of exactly three.
_GROUPED = re.compile(r"(?<![\d.,])(\d{1,3})((?:[ \u00a0\u202f.,'’]\d{3})+)(?![\d.,]*\d)")
_DIGITS = re.compile(r"\d+")
#: A number with a sign or a decimal part is not a whole number.
_FRACTION = re.compile(r"\d[.,]\d|(?:^|\s)[-−]\d|\d\s*/\s*\d|½|¼|¾")
#: The exponent of a unit: `30 m²`, `30 m2`.
_EXPONENT = re.compile(r"(?<=[^\W\d_])[²³]|(?<=\bm)[23]\b|(?<=\dm)[23]\b")
#: Shape signs around a keycap or a circled digit.
_ORNAMENTS = dict.fromkeys((0xFE0F, 0x20E3))


def latin_digits(text: str) -> str:
    """The text with every decimal digit as a Latin one, Ethiopic numerals too: `١٢` → `12`, `፲፪` → `12`."""
    plain = _ETHIOPIC.sub(lambda found: str(_ethiopic_value(found.group())), text.translate(_ORNAMENTS))
    if plain.isascii():
        return plain
    return "".join(_latin(char) for char in plain)


def number_in(text: str, words: Mapping[str, int]) -> int | None:
    """The one whole number of a text: `25 ans` → 25; None when there is none, or more than one, or a fraction.

    `words` maps folded number words to values; they count only when they are the whole text, which must then be
    folded as well.
    """
    spelled = words.get(text.strip())
    if spelled is not None:
        return spelled
    found = numbers_in(text)
    return found[0] if len(found) == 1 else None


def numbers_in(text: str) -> tuple[int, ...]:
    """Every whole number of a text that is written in digits; none when the text is long, or holds a fraction."""
    if len(text) > _MAX_CHARS:
        return ()
    whole = latin_digits(_EXPONENT.sub("", text))
    plain = _GROUPED.sub(lambda found: found[1] + re.sub(r"\D", "", found[2]), whole)
    if _FRACTION.search(plain):
        return ()
    runs = _DIGITS.findall(plain)
    return () if any(len(run) > _MAX_DIGITS for run in runs) else tuple(int(run) for run in runs)


def _latin(char: str) -> str:
    if char.isascii():
        return char
    # `digit` knows circled and superscript digits as well as the decimals of every script.
    value = unicodedata.digit(char, None)
    return char if value is None else str(value)


def _ethiopic_value(numeral: str) -> int:
    """Ethiopic numerals are written by pairs: (tens, ones) before each hundred or ten thousand."""
    total = below = 0
    for char in numeral:
        value = int(unicodedata.numeric(char))
        if value == _HUNDRED:
            below = max(below, 1) * _HUNDRED if below < _HUNDRED else below + _HUNDRED
        elif value == _MYRIAD:
            total = (total + max(below, 1)) * _MYRIAD
            below = 0
        else:
            below += value
    return total + below
