"""What was added to the embedding so that it hears needs and not only topics (`adapt.py` makes it).

Two thin matrices beside each weight of the network, multiplied and added to it (LoRA, arXiv 2106.09685): five
megabytes instead of a second model. With them comes the list of examples that were kept from it, by key: only these
can tell how sure to be, since the embedding knows all others by heart. And how large the numbers become on the way
through the network, so that they may be rounded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, Iterable, Mapping, Sequence
from zipfile import BadZipFile

import numpy as np

from components.stored import key_of

FILE = Path(__file__).with_name("adaptation.npz")

_UNSEEN, _PEAK = "unseen", ".peak"


@dataclass(frozen=True)
class Adaptation:
    """Nothing in it: the network as it came."""

    #: `l<layer>.<matrix>.A` and `.B`, float16.
    matrices: Mapping[str, np.ndarray] = field(default_factory=dict)
    #: Keys of the examples that it was not taught.
    unseen: frozenset = frozenset()
    #: `l<layer>.<product>`, as `Network.peaks` has measured them; nothing: not measured.
    peaks: Mapping[str, np.ndarray] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path = FILE) -> Adaptation:
        """What the file holds; nothing when it is missing. Raises ValueError when it is damaged."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
        except FileNotFoundError:
            return cls()
        except (BadZipFile, ValueError, OSError) as exc:
            raise ValueError(f"{path.name} is damaged: take it again from the repository, or run adapt.py") from exc
        unseen = frozenset(int(key) for key in arrays.pop(_UNSEEN, ()))
        peaks = {name[: -len(_PEAK)]: arrays.pop(name) for name in list(arrays) if name.endswith(_PEAK)}
        return cls(arrays, unseen, peaks)

    def mean_with(self, other: Adaptation) -> Adaptation:
        """The mean of what both add to each weight; one that is a mean already counts as often as it has parts.

        Both must have been kept from the same examples; raises ValueError when nothing was kept from both. How large
        the numbers become is to be measured again.
        """
        unseen = self.unseen & other.unseen
        if not unseen:
            raise ValueError("these adaptations were taught each other's examples: nothing is left to measure with")
        matrices: Dict[str, np.ndarray] = {}
        for name in self.matrices:
            if name.endswith(".A"):
                matrices[name] = np.concatenate([self.matrices[name], other.matrices[name]], axis=1)
                continue
            thin = np.array([len(self.matrices[name]), len(other.matrices[name])], dtype=np.float32)
            mine, theirs = thin / thin.sum()
            matrices[name] = np.concatenate([self.matrices[name] * mine, other.matrices[name] * theirs])
        return Adaptation(matrices, unseen)

    def write(self, path: Path = FILE) -> None:
        """Always the same bytes for the same numbers."""
        arrays = {**self.matrices, **{f"{name}{_PEAK}": peak for name, peak in self.peaks.items()}}
        small: Dict[str, np.ndarray] = {name: arrays[name].astype(np.float16) for name in sorted(arrays)}
        np.savez_compressed(path, **small, **{_UNSEEN: np.array(sorted(self.unseen), dtype=np.uint64)})

    def is_unseen(self, texts: Sequence[str]) -> np.ndarray:
        """For each text, whether it may be used to measure."""
        return np.array([key_of(text) in self.unseen for text in texts], dtype=bool)


def keys_of(texts: Iterable[str]) -> frozenset:
    """Keys for `unseen`."""
    return frozenset(key_of(text) for text in texts)
