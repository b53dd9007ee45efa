"""How sure to be of an answer: five signs, and a small regression from them to "the answer is right"."""

from __future__ import annotations

import numpy as np

#: How many of the nearest intents' scores count as "the neighbourhood".
_EPSILON = 1e-6


def signs(probabilities: np.ndarray, nearness: np.ndarray) -> np.ndarray:
    """Five signs that the likeliest intent is right, one row an utterance.

    `nearness` is what `VectorNeighbours` scores. The signs: log-odds of the first; how far it is ahead of the second;
    how close any example is; how close examples of the first are; how much closer these are than any other intent's.
    """
    rows = np.arange(len(probabilities))
    first = probabilities.argmax(axis=1)
    ordered = np.sort(probabilities, axis=1)
    best, second = ordered[:, -1], ordered[:, -2]
    own = nearness[rows, first]
    others = nearness.copy()
    others[rows, first] = -1
    odds = np.log(np.clip(best, _EPSILON, 1 - _EPSILON) / np.clip(1 - best, _EPSILON, 1))
    lead = np.log(best / np.maximum(second, _EPSILON))
    return np.column_stack([odds, lead, nearness.max(axis=1), own, own - others.max(axis=1)])


def learn(evidence: np.ndarray, is_right: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Weights of the signs, the constant last; `counts`: how much each row does."""
    from sklearn.linear_model import LogisticRegression

    if is_right.all() or not is_right.any():  # a toy data set: believe the probabilities
        return np.r_[1.0, np.zeros(evidence.shape[1])]
    machine = LogisticRegression(C=10.0, max_iter=1000).fit(evidence, is_right, sample_weight=counts)
    return np.r_[machine.coef_[0], machine.intercept_]


def confidence(evidence: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Between 0 and 1; of answers given with 0.8, eight in ten are right."""
    return 1.0 / (1.0 + np.exp(-np.clip(evidence @ weights[:-1] + weights[-1], -30, 30)))


def spread(probabilities: np.ndarray, sure: np.ndarray) -> np.ndarray:
    """Give the first of each row its confidence, and share what is left among the others as before."""
    rows, first = np.arange(len(sure)), probabilities.argmax(axis=1)
    rest = np.maximum(1.0 - probabilities[rows, first], 1e-9)
    shares = probabilities * ((1.0 - sure) / rest)[:, None]
    shares[rows, first] = sure
    return shares
