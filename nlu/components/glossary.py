"""Plain words for what the embedding was never taught: local names, abbreviations, dialect (`glossary.yml`)."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Dict, List, Tuple

import yaml

#: One word, or the space and punctuation between two.
_PIECES = re.compile(r"[\w'’]+|[^\w'’]+")

_LIST = Path(__file__).with_name("glossary.yml")

#: Words in the longest key.
_LONGEST = 3


class Glossary:
    """Rewrites a sentence before it is embedded; what it does not know it leaves alone."""

    def __init__(self) -> None:
        told = yaml.safe_load(_LIST.read_text(encoding="utf-8"))
        self._adds: Dict[str, str] = {fold(str(key)): value for key, value in told["adds"].items()}
        self._replaces: Dict[str, str] = {fold(str(key)): value for key, value in told["replaces"].items()}
        #: What keys begin with: at any other piece there is nothing to look up.
        self._starts = {_PIECES.findall(key)[0] for key in (*self._adds, *self._replaces)}

    def plain(self, text: str) -> str:
        """The sentence in plainer words, with explanations of local names behind it in brackets."""
        pieces = _PIECES.findall(text)
        folded = [fold(piece) for piece in pieces]
        said: List[str] = []
        explained: List[str] = []
        position = 0
        while position < len(pieces):
            length, key = self._match(folded, position)
            if key in self._adds and self._adds[key] not in explained:
                explained.append(self._adds[key])
            said.append(self._replaces[key] if key in self._replaces else "".join(pieces[position : position + length]))
            position += length
        plain = " ".join("".join(said).split())
        return f"{plain} ({'; '.join(explained)})" if explained else plain

    def _match(self, folded: List[str], position: int) -> Tuple[int, str]:
        """The longest key that starts here, and how many pieces it takes; one piece and no key otherwise."""
        if folded[position] not in self._starts:
            return 1, ""
        for length in range(2 * _LONGEST - 1, 0, -2):
            key = "".join(folded[position : position + length])
            if key in self._adds or key in self._replaces:
                return min(length, len(folded) - position), key
        return 1, ""


def fold(text: str) -> str:
    """Small letters, no accents, one alef: how keys are compared."""
    if text.isascii():  # by far the quickest way for half of all words, and for every space
        return text.lower()
    marks = unicodedata.normalize("NFKD", text.lower().replace("’", "'"))
    return "".join(char for char in marks if not unicodedata.combining(char)).replace("ى", "ي").replace("ة", "ه")
