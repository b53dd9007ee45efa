"""A greeting before a need is no greeting: « bonjour, je cherche où dormir » is read as « je cherche où dormir ».

The greetings are in `courtesies.yml`. A sentence that is hardly more than one is left as it is.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import List, Set

import yaml

from components.by_heart import plain

_LIST = Path(__file__).with_name("courtesies.yml")

#: The key of what may follow a greeting and adds nothing.
_ADDRESSED = "addressed"

#: Words in the longest greeting.
_LONGEST = 4
#: Words that must be left, or what was said may have been a greeting that the list does not know.
_LEFT = 3

#: What ends a greeting without a space behind it.
_STOPS = re.compile(r"([,;.!?:،؛؟۔።፣…\n]+)")


class Courtesies:
    """Knows how people begin."""

    def __init__(self) -> None:
        told = yaml.safe_load(_LIST.read_text(encoding="utf-8"))
        addressed = {plain(str(words)) for words in told.pop(_ADDRESSED)}
        self._greetings = {plain(str(words)) for greetings in told.values() for words in greetings}
        self._either = self._greetings | addressed

    def without(self, text: str, left: int = _LEFT) -> str:
        """The text behind its greetings; all of it when fewer than `left` words are behind them."""
        words = _STOPS.sub(r"\1 ", text).split()
        begin = 0
        known = self._greetings
        while length := _longest(words[begin : begin + _LONGEST], known):
            begin += length
            known = self._either
        return " ".join(words[begin:]) if begin and len(words) - begin >= left else text


def _longest(words: List[str], known: Set[str]) -> int:
    """How many of these words are the longest of the known ones that they begin with; 0 for none."""
    return next((count for count in range(len(words), 0, -1) if plain(" ".join(words[:count])) in known), 0)
