"""Words by their consonants: one form for a word, however its vowels are typed and whichever letters it is typed in.

«بدي شغل» and "bidi sho8l" both become "bd Sgl": Arabic script leaves out what everybody spells in a way of their own
when typing with Latin letters. Coarse on purpose, and no guess at a pronunciation (`consonants.yml`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Dict, List, Tuple

import yaml

from components.glossary import fold

_LIST: Dict[str, Any] = yaml.load(
    Path(__file__).with_name("consonants.yml").read_text(encoding="utf-8"), yaml.BaseLoader
)
_ARABIC: Dict[str, str] = {letter: sound for sound, letters in _LIST["arabic"].items() for letter in letters.split()}
_LATIN: List[Tuple[str, str]] = [
    (spelling, sound) for sound, spellings in _LIST["latin"].items() for spelling in spellings.split()
]
_SILENT = str.maketrans("", "", _LIST["silent"])

_WORDS = re.compile(r"[\w'’]+")
_MARKS = str.maketrans("", "", "'’")
_TWICE = re.compile(r"(.)\1+")


def consonants(text: str) -> str:
    """The words of a text in Arabic or Latin letters, each by its consonants; other words are left out."""
    return " ".join(filter(None, map(_skeleton, _WORDS.findall(text.lower()))))


def _skeleton(word: str) -> str:
    if any("\u0600" <= char <= "\u06ff" for char in word):
        heard = "".join(_ARABIC.get(char, "") for char in word)
    else:
        heard = fold(word.translate(_MARKS))
        if not heard.isascii():
            return ""
        for spelling, sound in _LATIN:
            heard = heard.replace(spelling, sound)
        heard = heard.translate(_SILENT)
    once = _TWICE.sub(r"\1", heard)
    return once.rstrip("h") if len(once) > 1 else once  # a feminine ending, written or not
