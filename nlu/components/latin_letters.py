"""Cyrillic, Georgian, Ethiopic and Bengali words in Latin letters, as people type them who have no other keyboard.

There is no one way of doing it: х is "kh", "h" or "x", and everybody keeps to their own. A person's habit is therefore
drawn once a text, from `latin_letters.yml`. Arabic script is not among them: it does not write the vowels that its
readers type.
"""

from __future__ import annotations

import random
import unicodedata
from pathlib import Path
from typing import Any, Dict, List, Sequence

import yaml

from components.stored import key_of

_LIST: Dict[str, Any] = yaml.load(
    Path(__file__).with_name("latin_letters.yml").read_text(encoding="utf-8"), yaml.BaseLoader
)
_CYRILLIC: Dict[str, str] = _LIST["cyrillic"]
_UKRAINIAN: Dict[str, str] = {**_CYRILLIC, **_LIST["ukrainian"]}
_ONLY_UKRAINIAN = frozenset("іїєґ")
_FIRST_E: str = _LIST["first_e"]

_GEORGIAN: Dict[str, str] = _LIST["georgian"]

_ETHIOPIC = 0x1200
_ETHIOPIC_CONSONANTS: List[str] = _LIST["ethiopic_consonants"]
_ETHIOPIC_VOWELS: List[str] = _LIST["ethiopic_vowels"]
#: The sixth order: no vowel, or hardly one.
_HARDLY = 5
#: Rows whose first order is read as a (ሀ ሐ ኀ), and those that have no consonant of their own (አ ዐ).
_READ_AS_A, _VOWELS_ALONE = (0, 2, 16), (20, 26)

_BENGALI_CONSONANTS: Dict[str, str] = _LIST["bengali_consonants"]
_BENGALI_VOWELS: Dict[str, str] = _LIST["bengali_vowels"]
_BENGALI_SIGNS: Dict[str, str] = _LIST["bengali_signs"]
#: Letters with a dot below, which are two signs; and the signs that are not said.
_NUKTA, _UNSAID = "\u09bc", "\u09cd\u200b\u200c\u200d"
_DOTTED = {"ড" + _NUKTA: "r", "ঢ" + _NUKTA: "r", "য" + _NUKTA: "y"}
#: How often the vowel that every consonant carries is typed before one with a vowel of its own.
_CARRIED = 0.5

_STOPS = str.maketrans({"፡": " ", "።": ".", "፣": ",", "፤": ",", "፥": ",", "।": "."})


def is_written_otherwise(text: str) -> bool:
    """Whether there is a letter in it that `in_latin_letters` knows."""
    return any(
        "а" <= char <= "ґ" or "ა" <= char <= "ჰ" or "ሀ" <= char <= "ፗ" or "অ" <= char <= "হ" for char in text.lower()
    )


def latin_form(text: str) -> str | None:
    """A text of the examples as one person would type it, always the same; None for every second, and where no
    letter would change."""
    key = key_of(text)
    return in_latin_letters(text, random.Random(key)) if key % 2 and is_written_otherwise(text) else None


def in_latin_letters(text: str, chance: random.Random) -> str:
    """The text as somebody types it whose habits are drawn from `chance`; other letters stay as they are."""
    return _Hand(unicodedata.normalize("NFC", text), chance).written()


class _Hand:
    """One person typing one text."""

    def __init__(self, text: str, chance: random.Random) -> None:
        for dotted, latin in _DOTTED.items():
            text = text.replace(dotted, latin)
        self._text = text.translate(_STOPS)
        self._chance = chance
        self._habits: Dict[str, str] = {}
        self._cyrillic = _UKRAINIAN if _ONLY_UKRAINIAN & set(text.lower()) else _CYRILLIC

    def written(self) -> str:
        return "".join(self._letter(at, char) for at, char in enumerate(self._text))

    def _letter(self, at: int, char: str) -> str:
        low = char.lower()
        if low in self._cyrillic:
            begins = low == "е" and self._cyrillic is _CYRILLIC and not self._before(at).isalpha()
            typed = self._habit("first е", _FIRST_E) if begins else self._habit(low, self._cyrillic[low])
            return typed if low == char else typed.capitalize()
        if char in _GEORGIAN:
            return self._habit(char, _GEORGIAN[char])
        if _is_ethiopic(char):
            return self._ethiopic(at, char)
        if char in _BENGALI_CONSONANTS:
            return self._habit(char, _BENGALI_CONSONANTS[char]) + self._carried_vowel(at)
        if char in _BENGALI_SIGNS:
            return self._habit(char, _BENGALI_SIGNS[char])
        return "" if char in _UNSAID else _BENGALI_VOWELS.get(char, char)

    def _ethiopic(self, at: int, char: str) -> str:
        row, order = divmod(ord(char) - _ETHIOPIC, len(_ETHIOPIC_VOWELS))
        consonant = self._habit(f"row {row}", _ETHIOPIC_CONSONANTS[row])
        if order == 0 and row in (*_READ_AS_A, *_VOWELS_ALONE):
            return consonant + "a"
        if order == _HARDLY:
            if row in _VOWELS_ALONE or not _is_ethiopic(self._before(at)):
                return consonant + "i"
            return consonant + (self._chance.choice(("", "", "i", "e")) if _is_ethiopic(self._after(at)) else "")
        return consonant + self._habit(f"order {order}", _ETHIOPIC_VOWELS[order])

    def _carried_vowel(self, at: int) -> str:
        """The vowel that a Bengali consonant carries where no sign says another; mute at the end of a word."""
        if self._after(at) not in _BENGALI_CONSONANTS:
            return ""
        is_inside = not self._before(at).isspace()
        is_short = is_inside and at + 2 < len(self._text) and self._text[at + 2] in _BENGALI_SIGNS
        if is_short and self._chance.random() < _CARRIED:
            return ""
        return self._chance.choice(("o", "o", "o", "a"))

    def _before(self, at: int) -> str:
        return self._text[at - 1] if at else " "

    def _after(self, at: int) -> str:
        return self._text[at + 1] if at + 1 < len(self._text) else " "

    def _habit(self, sign: str, ways: str) -> str:
        if sign not in self._habits:
            self._habits[sign] = self._one_of(ways.split(" "))
        return self._habits[sign]

    def _one_of(self, ways: Sequence[str]) -> str:
        return ways[0] if len(ways) == 1 else self._chance.choice(ways)


def _is_ethiopic(char: str) -> bool:
    return _ETHIOPIC <= ord(char) < _ETHIOPIC + len(_ETHIOPIC_CONSONANTS) * len(_ETHIOPIC_VOWELS)


def with_latin_forms(texts: Sequence[str]) -> List[str]:
    """The texts and, after them, the Latin forms that there are."""
    return [*texts, *(form for form in map(latin_form, texts) if form is not None)]
