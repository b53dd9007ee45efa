"""Three ways of telling intents apart, each weak where another is strong.

`VectorLine` draws lines through the space of meanings; `VectorNeighbours` looks which examples are nearest there,
which suits intents of many small corners; `CharacterLine` knows nothing of meaning and everything of spelling, which
carries languages that the embeddings hardly know (Somali, Pashto), names of places and offices, and what is typed in
Latin letters instead of its own.
Each gives one score an intent; `intent_model` learns how much to believe each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Sequence, Tuple, Type

import numpy as np
from scipy.sparse import csr_matrix, hstack

from components.consonants import consonants
from components.glossary import fold
from components.likeness import Likeness
from components.softmax import regression, softmax

#: A score that never wins, for an intent that had no example.
NEVER = -30.0

#: Pieces of letters are counted in so many boxes; with 2**16, one in three boxes holds two pieces of some example.
#: As many more are for words by their consonants, one and two in a row.
BOXES = 2**16
#: How much the words count together, where the pieces count one.
WORDS_COUNT = 0.7

#: Below every cosine.
_STRUCK = -2.0


@dataclass
class Examples:
    """Utterances: their vectors (centred), their texts and, in training, the number of the intent of each."""

    vectors: np.ndarray
    texts: List[str]
    labels: np.ndarray
    _counted: csr_matrix | None = None

    def some(self, rows: np.ndarray) -> Examples:
        """These rows only."""
        return Examples(self.vectors[rows], [self.texts[row] for row in rows], self.labels[rows], self.pieces[rows])

    @property
    def pieces(self) -> csr_matrix:
        """How often each piece of letters and each word is in each text (`_pieces`): one row a text, counted once."""
        if self._counted is None:
            self._counted = _pieces(self.texts)
        return self._counted


class VectorLine:
    """A multinomial logistic regression over the vectors' directions."""

    #: Length of a vector: how far the regression can tell two of them apart with small weights.
    LENGTH = 6.0

    def __init__(self, weights: np.ndarray, bias: np.ndarray) -> None:
        self.arrays = {"weights": weights, "bias": bias}

    @classmethod
    def fit(cls, examples: Examples, count: int) -> VectorLine:
        """Draw the lines."""
        weights, bias = regression(directions(examples.vectors) * cls.LENGTH, examples.labels, count)
        bias[np.bincount(examples.labels, minlength=count) == 0] = NEVER
        return cls(weights, bias)

    def score(self, examples: Examples) -> np.ndarray:
        """Log-probabilities."""
        logits = directions(examples.vectors) * self.LENGTH @ self.arrays["weights"].T + self.arrays["bias"]
        return np.log(softmax(logits) + 1e-12)


class VectorNeighbours:
    """How close the three nearest examples of each intent are."""

    NEAREST = 3

    #: Cosine from which on two examples of an intent say the same: one of them is enough, and a text is compared with
    #: a third fewer.
    SAME = 0.8

    #: Utterances compared at a time: the whole matrix of cosines would not fit.
    AT_ONCE = 128

    def __init__(self, rows: np.ndarray, step: np.ndarray, starts: np.ndarray, labels: np.ndarray, count: int) -> None:
        """`rows` and `step` as `Likeness` keeps them, sorted by intent; `starts` is where each of `labels` begins."""
        self.arrays = {"rows": rows, "step": step, "starts": starts, "labels": labels, "count": np.array(count)}
        self._likeness = Likeness(rows, float(step))
        self._starts, self._labels, self.count = starts, labels, int(count)
        self._spans = list(zip(starts.tolist(), [*starts[1:].tolist(), len(rows)], strict=True))

    @classmethod
    def fit(cls, examples: Examples, count: int) -> VectorNeighbours:
        """Remember the examples, but for those that only repeat another one."""
        rows = directions(examples.vectors).astype(np.float32)
        own = (np.flatnonzero(examples.labels == label) for label in np.unique(examples.labels))
        order = np.concatenate([of_intent[_different(rows[of_intent], cls.SAME)] for of_intent in own])
        labels, starts = np.unique(examples.labels[order], return_index=True)
        kept = Likeness.of(rows[order])
        return cls(kept.rows, np.array(kept.step), starts, labels, count)

    def score(self, examples: Examples) -> np.ndarray:
        """Mean cosine of the three nearest of each intent; -1 for an intent without examples."""
        scores = np.full((len(examples.texts), self.count), -1.0)
        towards = directions(examples.vectors)
        for start in range(0, len(towards), self.AT_ONCE):
            likeness = self._likeness.to(towards[start : start + self.AT_ONCE])
            scores[start : start + self.AT_ONCE, self._labels] = self._nearest(likeness)
        return scores

    def _nearest(self, likeness: np.ndarray) -> np.ndarray:
        """The mean of the largest three of each intent: the largest is found, struck out, and so on."""
        largest = np.maximum.reduceat(likeness, self._starts, axis=1)
        summed = largest.astype(np.float64)
        for _ in range(1, self.NEAREST):
            # Struck out with it is what is exactly as near, such as the same sentence in another file; where nothing
            # is left then, the nearest counts again.
            np.copyto(likeness, _STRUCK, where=likeness >= self._spread(largest))
            following = np.maximum.reduceat(likeness, self._starts, axis=1)
            largest = np.where(following > _STRUCK, following, largest)
            summed += largest
        return summed / self.NEAREST

    def _spread(self, of_intents: np.ndarray) -> np.ndarray:
        """The number of an intent at each of its examples. Some seventy slices: `np.repeat` copies one by one."""
        spread = np.empty((len(of_intents), len(self.arrays["rows"])), dtype=of_intents.dtype)
        for at, (begin, end) in enumerate(self._spans):
            spread[:, begin:end] = of_intents[:, at : at + 1]
        return spread


class CharacterLine:
    """A logistic regression for each intent over pieces of two to four letters, and over words by their consonants."""

    def __init__(self, rarity: np.ndarray, weights: np.ndarray, bias: np.ndarray) -> None:
        self.arrays = {"rarity": rarity, "weights": weights.astype(np.float16), "bias": bias}
        # Rows by box and not by intent: an utterance has few boxes, and only their rows are read.
        self._by_box = np.ascontiguousarray(self.arrays["weights"].T.astype(np.float32))

    @classmethod
    def fit(cls, examples: Examples, count: int) -> CharacterLine:
        """One regression an intent."""
        from sklearn.linear_model import SGDClassifier

        seen = np.bincount(examples.pieces.indices, minlength=examples.pieces.shape[1])
        rarity = (np.log((1 + len(examples.texts)) / (1 + seen)) + 1).astype(np.float32)
        machine = SGDClassifier(
            loss="log_loss", alpha=2e-5, max_iter=4, tol=None, class_weight="balanced", random_state=0, n_jobs=2
        )
        machine.fit(_weighed(examples.pieces, rarity), examples.labels)
        return cls(rarity, *_of_every_intent(machine.coef_, machine.intercept_, machine.classes_, count))

    def score(self, examples: Examples) -> np.ndarray:
        """Logs of the intents' own probabilities, brought to a sum of one."""
        pieces = _weighed(examples.pieces, self.arrays["rarity"])
        own = 1 / (1 + np.exp(-np.clip(pieces @ self._by_box + self.arrays["bias"], -30, 30)))
        return np.log(own / own.sum(axis=1, keepdims=True) + 1e-6)


CHANNELS: Dict[str, Type] = {"line": VectorLine, "neighbours": VectorNeighbours, "characters": CharacterLine}


def _pieces(texts: Sequence[str]) -> csr_matrix:
    """Pieces of letters in the first `BOXES` columns, words by their consonants in as many behind them."""
    from sklearn.feature_extraction.text import HashingVectorizer

    kinds: Tuple[Dict[str, Any], ...] = (
        {"analyzer": "char_wb", "ngram_range": (2, 4), "preprocessor": fold},
        {"analyzer": "word", "token_pattern": r"\S+", "ngram_range": (1, 2), "preprocessor": consonants},
    )
    counted = [
        HashingVectorizer(**kind, n_features=BOXES, alternate_sign=False, norm=None, dtype=np.float32).transform(texts)
        for kind in kinds
    ]
    return hstack(counted, format="csr")


def _weighed(pieces: csr_matrix, rarity: np.ndarray) -> csr_matrix:
    """Rare pieces weigh more, repeated ones hardly more, and a long text no more than a short one."""
    values = (1 + np.log(pieces.data)) * rarity[pieces.indices]
    # Letters and words each to a length of their own. In plain arrays: for one text a sparse matrix is mostly ceremony.
    rows = 2 * np.repeat(np.arange(pieces.shape[0]), np.diff(pieces.indptr)) + (pieces.indices >= BOXES)
    lengths = np.sqrt(np.bincount(rows, values * values, minlength=2 * pieces.shape[0]))
    scales = np.tile([1.0, WORDS_COUNT], pieces.shape[0]) / np.maximum(lengths, 1e-9)
    weighed = (values * scales[rows]).astype(values.dtype)
    return csr_matrix((weighed, pieces.indices, pieces.indptr), shape=pieces.shape)


def _of_every_intent(
    rows: np.ndarray, constants: np.ndarray, classes: np.ndarray, count: int
) -> Tuple[np.ndarray, np.ndarray]:
    """Weights and bias by intent number, also for intents that had no example."""
    if len(classes) == 2:  # scikit-learn keeps one row then
        rows, constants = np.vstack([-rows, rows]) / 2, np.concatenate([-constants, constants]) / 2
    weights = np.zeros((count, rows.shape[1]), dtype=np.float32)
    bias = np.full(count, NEVER, dtype=np.float32)
    weights[classes], bias[classes] = rows, constants
    return weights, bias


def _different(rows: np.ndarray, same: float, at_once: int = 512) -> np.ndarray:
    """Numbers of the rows (of length one) that are nowhere as near as `same` to one that was kept before them."""
    kept = np.zeros((0, rows.shape[1]), dtype=rows.dtype)
    found: List[int] = []
    for start in range(0, len(rows), at_once):
        some = rows[start : start + at_once]
        fresh = np.flatnonzero((some @ kept.T).max(axis=1, initial=-1.0) < same)
        alike = some[fresh] @ some[fresh].T >= same
        chosen: List[int] = []
        for place in range(len(fresh)):
            if not alike[place, chosen].any():
                chosen.append(place)
        found += (start + fresh[chosen]).tolist()
        kept = np.concatenate([kept, some[fresh[chosen]]])
    return np.array(found, dtype=int)


def directions(vectors: np.ndarray) -> np.ndarray:
    """Rows of length one."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
