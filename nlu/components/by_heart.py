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


class ByHeart:
    """Numbers of intents by the words themselves, without capitals, accents and punctuation."""

    def __init__(self, keys: np.ndarray, labels: np.ndarray) -> None:
        self.arrays = {"keys": keys, "labels": labels}
        self._known: Dict[int, int] = dict(zip(keys.tolist(), labels.tolist(), strict=True))

    @classmethod
    def learn(cls, texts: Sequence[str], labels: np.ndarray) -> ByHeart:
        """Remember what is never said of two intents."""
        known: Dict[int, int] = {}
        for text, label in zip(texts, labels.tolist(), strict=True):
            said = plain(text)
            if said and known.setdefault(key_of(said), label) != label:
                known[key_of(said)] = _SEVERAL
        kept = sorted((key, label) for key, label in known.items() if label != _SEVERAL)
        return cls(
            np.array([key for key, _ in kept], dtype=np.uint64), np.array([label for _, label in kept], dtype=np.int16)
        )

    def intent(self, text: str) -> int | None:
        """The number of the intent that these words were taught for, if any."""
        return self._known.get(key_of(plain(text)))


def plain(text: str) -> str:
    """Words as they are compared."""
    return _BETWEEN.sub(" ", fold(text)).strip()
