"""What was added to the embedding so that it hears needs and not only topics (`adapt.py` makes it).

Two thin matrices beside each weight of the network, multiplied and added to it (LoRA, arXiv 2106.09685), and how large
the numbers become on the way through it, so that they may be rounded. There may be several of these, taught apart from
each other: what two of them hear is surer together (an ensemble). A projection brings what all of them say to few
numbers again. With them comes the list of examples that were kept from all, by key: only these can tell how sure to be,
since the embedding knows all others by heart.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Dict, Iterable, Mapping, Sequence, Tuple
from zipfile import BadZipFile

import numpy as np

from components.stored import key_of

FILE = Path(__file__).with_name("adaptation.npz")

_UNSEEN, _PROJECTION, _PEAK = "unseen", "projection", ".peak"


@dataclass(frozen=True)
class Member:
    """What was learned in one go. Nothing in it: the network as it came."""

    #: `l<layer>.<matrix>.A` and `.B`, float16.
    matrices: Mapping[str, np.ndarray] = field(default_factory=dict)
    #: `l<layer>.<product>`, as `Network.peaks` has measured them; nothing: not measured.
    peaks: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Adaptation:
    """One network or more, and what their vectors become."""

    members: Tuple[Member, ...] = (Member(),)
    #: Keys of the examples that none of them was taught.
    unseen: frozenset = frozenset()
    #: From the members' vectors side by side to what is used (numbers × fewer numbers); None: side by side they stay.
    projection: np.ndarray | None = None

    @classmethod
    def load(cls, path: Path = FILE) -> Adaptation:
        """What the file holds; the network as it came when it is missing. Raises ValueError when it is damaged."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            unseen = frozenset(int(key) for key in arrays.pop(_UNSEEN, ()))
            projection = arrays.pop(_PROJECTION, None)
            numbers = sorted({int(name.split(".")[0]) for name in arrays})
        except FileNotFoundError:
            return cls()
        except (BadZipFile, ValueError, OSError) as exc:
            raise ValueError(f"{path.name} is damaged: take it again from the repository, or run adapt.py") from exc
        return cls(tuple(_member(arrays, f"{number}.") for number in numbers) or (Member(),), unseen, projection)

    def beside(self, other: Adaptation) -> Adaptation:
        """The members of both; how their vectors are brought together is to be found anew.

        Raises ValueError when no example was kept from both.
        """
        unseen = self.unseen & other.unseen
        if not unseen:
            raise ValueError("these adaptations were taught each other's examples: nothing is left to measure with")
        return Adaptation(self.members + other.members, unseen)

    def together(self, vectors: Sequence[np.ndarray]) -> np.ndarray:
        """One unit vector a text from those of the members (texts × numbers, each)."""
        rows = np.concatenate(vectors, axis=1)
        if self.projection is not None:
            rows = rows @ self.projection.astype(np.float32)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

    def projected(self, vectors: Sequence[np.ndarray], width: int) -> Adaptation:
        """The same, with the projection on the `width` axes along which these vectors of the members differ most.

        Turned at random then, so that no number is much larger than the others: they are rounded all alike.
        """
        rows = np.concatenate(vectors, axis=1).astype(np.float64)
        _, axes = np.linalg.eigh(np.cov(rows, rowvar=False))
        turn, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((width, width)))
        return replace(self, projection=(axes[:, ::-1][:, :width] @ turn).astype(np.float16))

    def write(self, path: Path = FILE) -> None:
        """Always the same bytes for the same numbers."""
        arrays: Dict[str, np.ndarray] = {}
        for number, member in enumerate(self.members):
            arrays.update({f"{number}.{name}": matrix for name, matrix in member.matrices.items()})
            arrays.update({f"{number}.{name}{_PEAK}": peak for name, peak in member.peaks.items()})
        if self.projection is not None:
            arrays[_PROJECTION] = self.projection
        small: Dict[str, np.ndarray] = {name: arrays[name].astype(np.float16) for name in sorted(arrays)}
        np.savez_compressed(path, **small, **{_UNSEEN: np.array(sorted(self.unseen), dtype=np.uint64)})

    def is_unseen(self, texts: Sequence[str]) -> np.ndarray:
        """For each text, whether it may be used to measure."""
        return np.array([key_of(text) in self.unseen for text in texts], dtype=bool)


def _member(arrays: Mapping[str, np.ndarray], beginning: str) -> Member:
    own = {name[len(beginning) :]: array for name, array in arrays.items() if name.startswith(beginning)}
    peaks = {name[: -len(_PEAK)]: own.pop(name) for name in list(own) if name.endswith(_PEAK)}
    return Member(own, peaks)


def keys_of(texts: Iterable[str]) -> frozenset:
    """Keys for `unseen`."""
    return frozenset(key_of(text) for text in texts)
