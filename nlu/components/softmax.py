"""A multinomial logistic regression learned in small steps: seconds for sixty thousand examples.

scikit-learn's own reads every example for each of its steps and takes minutes. The steps are Adam's
(arXiv 1412.6980), shrinking evenly to nothing.
"""

from __future__ import annotations

from typing import Tuple

import numpy as np

#: Examples a step, and how often each example is seen.
BATCH, EPOCHS = 512, 15

#: The first step's size, Adam's memories, and how strongly weights are drawn to zero.
RATE, SLOW, SLOWER, PULL = 3e-3, 0.9, 0.999, 1e-5


def regression(rows: np.ndarray, labels: np.ndarray, count: int) -> Tuple[np.ndarray, np.ndarray]:
    """Weights (intents × numbers) and bias. Rare intents weigh more, by the root of how rare they are.

    Always the same for the same rows on the same machine.
    """
    chance = np.random.default_rng(0)
    rows = rows.astype(np.float32)
    weighed = np.sqrt(len(labels) / count / np.maximum(1, np.bincount(labels, minlength=count))).astype(np.float32)
    learned = [np.zeros((rows.shape[1], count), np.float32), np.zeros(count, np.float32)]
    first, second = ([np.zeros_like(part) for part in learned] for _ in range(2))
    batches = -(-len(rows) // BATCH)
    for step in range(EPOCHS * batches):
        if step % batches == 0:
            order = chance.permutation(len(rows))
        chosen = order[step % batches * BATCH :][:BATCH]
        error = softmax(rows[chosen] @ learned[0] + learned[1])
        error[np.arange(len(chosen)), labels[chosen]] -= 1
        error *= weighed[labels[chosen]][:, None] / len(chosen)
        rate = RATE * (1 - step / (EPOCHS * batches))
        slopes = (rows[chosen].T @ error + PULL * learned[0], error.sum(axis=0))
        for part, slope in enumerate(slopes):
            first[part] += (1 - SLOW) * (slope - first[part])
            second[part] += (1 - SLOWER) * (slope * slope - second[part])
            size = np.sqrt(second[part] / (1 - SLOWER ** (step + 1))) + 1e-8
            learned[part] -= rate * (first[part] / (1 - SLOW ** (step + 1))) / size
    return np.ascontiguousarray(learned[0].T), learned[1]


def softmax(logits: np.ndarray) -> np.ndarray:
    """Row by row, without overflow."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
