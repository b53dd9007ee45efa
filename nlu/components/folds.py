"""Folds that do not flatter: sentences that mean the same stay on the same side.

The examples of twenty languages are often translations of each other. Cut at random, a fold would be
asked in Dutch what it was just taught in Spanish, and confidence would come out far too high.
"""

from __future__ import annotations

import numpy as np

#: Examples a group, on average.
GROUP = 16


def grouped_folds(directions: np.ndarray, folds: int) -> np.ndarray:
    """A fold number for each row; rows close to each other share one. Always the same for the same rows."""
    from sklearn.cluster import MiniBatchKMeans

    count = len(directions)
    if count < 4 * GROUP * folds:
        return np.arange(count) % folds
    # Random centres to begin with: choosing them well takes longer than everything after it.
    clusters = MiniBatchKMeans(count // GROUP, init="random", random_state=0, n_init=1, batch_size=4096, max_iter=5)
    groups = clusters.fit_predict(directions)
    sizes = np.bincount(groups)
    fold_of_group = np.empty(len(sizes), dtype=int)
    filled = np.zeros(folds)
    for group in np.argsort(-sizes, kind="stable"):  # the largest first, always into the emptiest fold
        fold_of_group[group] = filled.argmin()
        filled[filled.argmin()] += sizes[group]
    return fold_of_group[groups]
