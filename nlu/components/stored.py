"""Vectors of training sentences, kept so that nobody computes them twice.

An embedding takes 4 to 10 ms of one core, and there are 165,000 texts; a training that finds them in a file takes two
minutes instead of a quarter of an hour. A file is only believed after a sample of it was computed again.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Callable, Dict, Iterable, List, Sequence
from zipfile import BadZipFile

import numpy as np

#: Sentences computed again before a file is believed.
SAMPLE = 24

#: Steps on each side of zero: six bits a number lose less than a thousandth.
STEPS = 31

#: Cosine that a stored vector must reach with its computed one.
LIKENESS = 0.997

Compute = Callable[[Sequence[str]], np.ndarray]


class StoredVectors:
    """Unit vectors by sentence, six bits a number."""

    def __init__(self, files: Iterable[Path] = ()) -> None:
        """`files` each on its own: one that is of another model takes nothing from the others."""
        self._files = [_read(path) for path in files]
        self._known: Dict[int, np.ndarray] = {}

    def __len__(self) -> int:
        return len(set(self._known).union(*self._files))

    def embed(self, texts: Sequence[str], compute: Compute) -> np.ndarray:
        """Look up what is known, compute what is not, and remember it."""
        keys = [key_of(text) for text in texts]
        for stored in self._files:
            if _is_of(stored, texts, keys, compute):
                self._known.update(stored)
        self._files = []
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        for key, vector in zip(missing, compute(list(missing.values())), strict=True):
            self._known[key] = _small(vector)
        return np.stack([_unit(self._known[key]) for key in keys]) if keys else compute([])

    def write(self, path: Path, texts: Iterable[str]) -> None:
        """Keep the vectors of these sentences only, in an order that does not depend on how they came."""
        keys = sorted({key_of(text) for text in texts} & set(self._known))
        rows = np.stack([self._known[key] for key in keys]) if keys else np.zeros((0, 0), dtype=np.int8)
        np.savez_compressed(path, keys=np.array(keys, dtype=np.uint64), rows=rows)


def _is_of(stored: Dict[int, np.ndarray], texts: Sequence[str], keys: List[int], compute: Compute) -> bool:
    """Whether a sample of what is stored agrees with the model that is here."""
    places = [place for place, key in enumerate(keys) if key in stored]
    sample = places[:: max(1, len(places) // SAMPLE)]
    if not sample:
        return True
    fresh = compute([texts[place] for place in sample])
    kept = np.stack([_unit(stored[keys[place]]) for place in sample])
    return kept.shape == fresh.shape and bool((kept * fresh).sum(axis=1).min() >= LIKENESS)


def _read(path: Path) -> Dict[int, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            keys, rows = stored["keys"], stored["rows"]
    except (OSError, ValueError, KeyError, BadZipFile):
        return {}
    if rows.ndim != 2 or rows.dtype != np.int8 or len(keys) != len(rows):
        return {}
    return dict(zip(keys.tolist(), rows, strict=True))


def key_of(text: str) -> int:
    """Stands for a sentence: 64 bits of its SHA-256."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def _small(vector: np.ndarray) -> np.ndarray:
    return np.round(vector / max(np.abs(vector).max(), 1e-9) * STEPS).astype(np.int8)


def _unit(row: np.ndarray) -> np.ndarray:
    wide = row.astype(np.float32)
    return wide / max(float(np.linalg.norm(wide)), 1e-9)
