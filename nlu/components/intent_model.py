"""Vectors to intents: numbers in, numbers out, nothing of Rasa.

A multinomial logistic regression over the embedding, with its confidence calibrated on held-out folds.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import List, Sequence, Tuple

import numpy as np


@dataclass(frozen=True)
class Settings:
    """What `config.yml` may set; the values that stand there were chosen on held-out folds."""

    #: Inverse of the strength of regularisation.
    c: float = 1.0
    #: Embeddings are unit vectors close to each other: the model learns better from stretched ones.
    scale: float = 20.0
    #: Folds for calibration.
    folds: int = 4


@dataclass
class IntentModel:
    """A trained model. Arrays only: saved without pickle, loaded without running anything."""

    settings: Settings
    intents: List[str]
    mean: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    temperature: float

    def scores(self, vectors: np.ndarray) -> np.ndarray:
        """Calibrated probabilities, one row a vector, one column an intent."""
        return softmax(self._logits(vectors) / self.temperature)

    def rank(self, vector: np.ndarray) -> List[Tuple[str, float]]:
        """Intents with their confidence, surest first."""
        row = self.scores(vector.reshape(1, -1))[0]
        return [(self.intents[i], float(row[i])) for i in np.argsort(-row)]

    def _logits(self, vectors: np.ndarray) -> np.ndarray:
        return (vectors - self.mean) * self.settings.scale @ self.weights.T + self.bias

    def save(self, folder: Path) -> None:
        """Write `intents.npz` and `intents.json` into `folder`."""
        np.savez(folder / "intents.npz", mean=self.mean, weights=self.weights, bias=self.bias)
        about = {"settings": asdict(self.settings), "intents": self.intents, "temperature": self.temperature}
        (folder / "intents.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """Read what `save` wrote; anything pickled is refused by numpy."""
        about = json.loads((folder / "intents.json").read_text(encoding="utf-8"))
        with np.load(folder / "intents.npz", allow_pickle=False) as arrays:
            return cls(
                settings=Settings(**about["settings"]),
                intents=list(about["intents"]),
                mean=arrays["mean"],
                weights=arrays["weights"],
                bias=arrays["bias"],
                temperature=float(about["temperature"]),
            )


def fit(vectors: np.ndarray, names: Sequence[str], settings: Settings) -> IntentModel:
    """Train on vectors and the intent of each."""
    from sklearn.linear_model import LogisticRegression

    intents = sorted(set(names))
    labels = np.array([intents.index(name) for name in names])
    mean = vectors.mean(axis=0)
    machine = LogisticRegression(C=settings.c, max_iter=400, class_weight="balanced")
    machine.fit((vectors - mean) * settings.scale, labels)
    weights, bias = machine.coef_.astype(np.float32), machine.intercept_.astype(np.float32)
    if len(intents) == 2:  # scikit-learn keeps one row then
        weights, bias = np.vstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    return IntentModel(settings, intents, mean.astype(np.float32), weights, bias, 1.0)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Row by row, without overflow."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)
