"""What was taught in just these words is answered without guessing: a greeting is never taken for a need."""

from __future__ import annotations

import re
from typing import Dict, Sequence

import numpy as np

from components.glossary import fold
from components.stored import key_of

#: Everything but letters and digits: punctuation, emoji, spaces.
_BETWEEN = re.compile(r"[\W_]+")

#: Marked for words that mean several things, such as in two languages.
_SEVERAL = -1

#: Intents that are said in a row without meaning anything more.
COURTESIES = ("greet", "thanks", "goodbye")
#: Words in the longest row of courtesies, and in one of them.
_ROW, _ONE = 12, 4


class ByHeart:
    """Numbers of intents by the words themselves, without capitals, accents and punctuation."""

    def __init__(self, keys: np.ndarray, labels: np.ndarray, courtesies: np.ndarray) -> None:
        """`keys` of what was taught, what it means, and which numbers stand for `COURTESIES`."""
        self.arrays = {"keys": keys, "labels": labels, "courtesies": courtesies}
        self._courtesies = frozenset(courtesies.tolist())
        self._known: Dict[int, int] = dict(zip(keys.tolist(), labels.tolist(), strict=True))

    @classmethod
    def learn(cls, texts: Sequence[str], labels: np.ndarray, intents: Sequence[str]) -> ByHeart:
        """Remember what is never said of two intents; `intents` are what `labels` number."""
        known: Dict[int, int] = {}
        for text, label in zip(texts, labels.tolist(), strict=True):
            said = plain(text)
            if said and known.setdefault(key_of(said), label) != label:
                known[key_of(said)] = _SEVERAL
        kept = sorted((key, label) for key, label in known.items() if label != _SEVERAL)
        return cls(
            np.array([key for key, _ in kept], dtype=np.uint64),
            np.array([label for _, label in kept], dtype=np.int16),
            np.flatnonzero(np.isin(intents, COURTESIES)),
        )

    def intent(self, text: str) -> int | None:
        """The number of the intent that these words were taught for, if any."""
        said = plain(text)
        known = self._known.get(key_of(said))
        return self._courtesy(said.split()) if known is None else known

    def _courtesy(self, words: Sequence[str]) -> int | None:
        """What "hello good evening" is: courtesies in a row, each known, are the first of them."""
        if not 2 <= len(words) <= _ROW:
            return None
        first: Dict[int, int | None] = {0: None}
        for start in range(len(words)):
            if start not in first:
                continue
            for end in range(start + 1, min(start + _ONE, len(words)) + 1):
                label = self._known.get(key_of(" ".join(words[start:end])))
                if label in self._courtesies:
                    first.setdefault(end, label if start == 0 else first[start])
        return first.get(len(words))


def plain(text: str) -> str:
    """Words as they are compared."""
    return _BETWEEN.sub(" ", fold(text)).strip()
