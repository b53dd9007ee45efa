"""Three ways of telling intents apart, each weak where another is strong.

`VectorLine` draws lines through the space of meanings; `VectorNeighbours` looks which examples are nearest there,
which suits intents of many small corners; `CharacterLine` knows nothing of meaning and everything of spelling, which
carries languages that the embeddings hardly know (Somali, Pashto) and names of places and offices.
Each gives one score an intent; `intent_model` learns how much to believe each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Sequence, Tuple, Type

import numpy as np
from scipy.sparse import csr_matrix

from components.glossary import fold

#: A score that never wins, for an intent that had no example.
NEVER = -30.0


@dataclass
class Examples:
    """Utterances: their vectors (centred), their texts and, in training, the number of the intent of each."""

    vectors: np.ndarray
    texts: List[str]
    labels: np.ndarray

    def some(self, rows: np.ndarray) -> Examples:
        """These rows only."""
        return Examples(self.vectors[rows], [self.texts[row] for row in rows], self.labels[rows])


class VectorLine:
    """A multinomial logistic regression over the vectors."""

    def __init__(self, weights: np.ndarray, bias: np.ndarray) -> None:
        self.arrays = {"weights": weights, "bias": bias}

    @classmethod
    def fit(cls, examples: Examples, count: int, strength: float) -> VectorLine:
        """`strength` is scikit-learn's C, for vectors as `config.yml` scales them."""
        from sklearn.linear_model import LogisticRegression

        machine = LogisticRegression(C=strength, max_iter=200, tol=1e-3, class_weight="balanced")
        machine.fit(examples.vectors, examples.labels)
        return cls(*_of_every_intent(machine.coef_, machine.intercept_, machine.classes_, count))

    def score(self, examples: Examples) -> np.ndarray:
        """Log-probabilities."""
        logits = examples.vectors @ self.arrays["weights"].T + self.arrays["bias"]
        return np.log(softmax(logits) + 1e-12)


class VectorNeighbours:
    """How close the three nearest examples of each intent are."""

    NEAREST = 3

    def __init__(self, directions: np.ndarray, labels: np.ndarray) -> None:
        # Sorted by intent, so that the examples of one stand together.
        order = np.argsort(labels, kind="stable")
        self.arrays = {"directions": directions[order].astype(np.float16), "labels": labels[order].astype(np.int16)}
        # As they will be read back: a model must not answer differently before and after it was stored.
        self._directions = self.arrays["directions"].astype(np.float32)
        self._starts: Dict[int, Tuple[int, int]] = {}
        for label in np.unique(labels):
            rows = np.flatnonzero(labels[order] == label)
            self._starts[int(label)] = (int(rows[0]), int(rows[-1]) + 1)
        self.count = int(labels.max()) + 1

    @classmethod
    def fit(cls, examples: Examples, count: int, strength: float) -> VectorNeighbours:
        """Remember the examples; `strength` means nothing here."""
        made = cls(directions(examples.vectors), examples.labels)
        made.count = count
        return made

    def score(self, examples: Examples) -> np.ndarray:
        """Mean cosine of the three nearest of each intent; -1 for an intent without examples."""
        scores = np.full((len(examples.texts), self.count), -1.0)
        towards = directions(examples.vectors)
        for start in range(0, len(towards), 512):  # in parts: the whole matrix of cosines would not fit
            likeness = towards[start : start + 512].astype(np.float32) @ self._directions.T
            for label, (first, last) in self._starts.items():
                own = likeness[:, first:last]
                nearest = min(self.NEAREST, last - first)
                scores[start : start + 512, label] = -np.partition(-own, nearest - 1, axis=1)[:, :nearest].mean(axis=1)
        return scores


class CharacterLine:
    """A logistic regression for each intent over pieces of two to four letters."""

    #: Pieces are counted in so many boxes; with 2**16, one in three boxes holds two pieces of some example.
    BOXES = 2**16

    def __init__(self, rarity: np.ndarray, weights: np.ndarray, bias: np.ndarray) -> None:
        self.arrays = {"rarity": rarity, "weights": weights.astype(np.float16), "bias": bias}
        # Rows by box and not by intent: an utterance has few boxes, and only their rows are read.
        self._by_box = np.ascontiguousarray(self.arrays["weights"].T.astype(np.float32))

    @classmethod
    def fit(cls, examples: Examples, count: int, strength: float) -> CharacterLine:
        """`strength` means nothing here: spelling is regularised as it always was."""
        from sklearn.linear_model import SGDClassifier

        pieces = _pieces(examples.texts, cls.BOXES)
        seen = np.bincount(pieces.indices, minlength=cls.BOXES)
        rarity = (np.log((1 + len(examples.texts)) / (1 + seen)) + 1).astype(np.float32)
        machine = SGDClassifier(
            loss="log_loss", alpha=2e-5, max_iter=6, tol=None, class_weight="balanced", random_state=0, n_jobs=2
        )
        machine.fit(_weighed(pieces, rarity), examples.labels)
        return cls(rarity, *_of_every_intent(machine.coef_, machine.intercept_, machine.classes_, count))

    def score(self, examples: Examples) -> np.ndarray:
        """Logs of the intents' own probabilities, brought to a sum of one."""
        pieces = _weighed(_pieces(examples.texts, self.BOXES), self.arrays["rarity"])
        own = 1 / (1 + np.exp(-np.clip(pieces @ self._by_box + self.arrays["bias"], -30, 30)))
        return np.log(own / own.sum(axis=1, keepdims=True) + 1e-6)


CHANNELS: Dict[str, Type] = {"line": VectorLine, "neighbours": VectorNeighbours, "characters": CharacterLine}


def _pieces(texts: Sequence[str], boxes: int) -> csr_matrix:
    from sklearn.feature_extraction.text import HashingVectorizer

    counter = HashingVectorizer(
        analyzer="char_wb",
        ngram_range=(2, 4),
        n_features=boxes,
        alternate_sign=False,
        norm=None,
        preprocessor=fold,
        dtype=np.float32,
    )
    return counter.transform(texts)


def _weighed(pieces: csr_matrix, rarity: np.ndarray) -> csr_matrix:
    """Rare pieces weigh more, repeated ones hardly more, and a long text no more than a short one."""
    weighed = pieces.copy()
    weighed.data = (1 + np.log(weighed.data)) * rarity[weighed.indices]
    lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    weighed.data /= np.repeat(np.maximum(lengths, 1e-9), np.diff(weighed.indptr))
    return weighed


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


def directions(vectors: np.ndarray) -> np.ndarray:
    """Rows of length one."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Row by row, without overflow."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
