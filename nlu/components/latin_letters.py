"""Cyrillic, Georgian, Ethiopic and Bengali words in Latin letters, as people type them who have no other keyboard.

There is no one way of doing it: х is "kh", "h" or "x", and everybody keeps to their own. A person's habit is therefore
drawn once a text. Arabic script is not among them: it does not write the vowels that its readers type.
Sound values: the charts of the Unicode standard and the usual romanisations (ALA-LC, BGN/PCGN); what is typed instead
of them was taken from the examples in `data/*/latin.yml`.
"""

from __future__ import annotations

import random
import unicodedata
from typing import Dict, List, Sequence

from components.stored import key_of

_CYRILLIC: Dict[str, str] = dict(
    pair.split("=")
    for pair in (
        "а=a;б=b;в=v v w;г=g;ґ=g;д=d;е=e e e e ie;є=ye ie je;ё=yo io e jo;ж=zh zh j z;з=z;и=i;і=i;ї=yi i ji;й=y i j;к=k;"
        "л=l;м=m;н=n;о=o;п=p;р=r;с=s;т=t;у=u;ф=f;х=h h kh x;ц=ts ts c tz;ч=ch ch 4 c;ш=sh sh w s;щ=sch shch sh w;ъ=;"
        "ы=y y i;ь=;э=e;ю=yu yu ju iu u;я=ya ya ja ia"
    ).split(";")
)
#: Where a language says a letter otherwise than the others that write it.
_UKRAINIAN = {**_CYRILLIC, "г": "h h g", "и": "y y i"}
_ONLY_UKRAINIAN = frozenset("іїєґ")
#: Russian е at the beginning of a word.
_FIRST_E = "e e ye"

_GEORGIAN: Dict[str, str] = dict(
    zip(
        "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
        (
            "a;b;g;d;e;v;z;t;i;k;l;m;n;o;p;zh j;r;s;t;u;p f;q k;gh gh g;y k q;sh sh s;ch ch c;c ts;dz dz z;w ts c;ch w;"
            "x x kh h;j j dj;h"
        ).split(";"),
        strict=True,
    )
)

#: Ethiopic: a row of eight signs a consonant, from this sign on; in each row the vowels follow one order.
_ETHIOPIC = 0x1200
_ETHIOPIC_CONSONANTS = (
    "h;l;h;m;s;r;s;sh;k q;kw qw;q kh;kw;b;v;t;ch;h;hw;n;gn ny;;k;kw;h kh;hw;w;;z;zh j;y;d;d;j;g;gw;gn;t;ch;p;ts s t;"
    "ts s t;f;p"
).split(";")
_ETHIOPIC_VOWELS = ("e", "u u o", "i i e", "a", "e ie e", "", "o", "wa ua")
#: The sixth order: no vowel, or hardly one.
_HARDLY = 5
#: Rows whose first order is read as a (ሀ ሐ ኀ), and those that have no consonant of their own (አ ዐ).
_READ_AS_A, _VOWELS_ALONE = (0, 2, 16), (20, 26)

_BENGALI_CONSONANTS: Dict[str, str] = dict(
    pair.split("=")
    for pair in (
        "ক=k;খ=kh;গ=g;ঘ=gh;ঙ=ng;চ=ch;ছ=ch chh s;জ=j;ঝ=jh;ঞ=n;ট=t;ঠ=th;ড=d;ঢ=dh;ণ=n;ত=t;থ=th;দ=d;ধ=dh;ন=n;প=p;ফ=f ph;"
        "ব=b;ভ=v bh;ম=m;য=j;র=r;ল=l;শ=sh s;ষ=sh s;স=s sh;হ=h;ৎ=t"
    ).split(";")
)
_BENGALI_VOWELS = dict(zip("অআইঈউঊএঐওঔঋংঃঁ", "o;a;i;i;u;u;e;oi;o;ou;ri;ng;;".split(";"), strict=True))
_BENGALI_SIGNS = dict(zip("ািীুূেৈোৌৃ", "a;i;i ee;u;u oo;e;oi;o;ou;ri".split(";"), strict=True))
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
