"""From an utterance to intents with a confidence: numbers in, numbers out, nothing of Rasa.

What was taught in the very words is known by heart (`by_heart`). Of everything else the greeting is left out
(`courtesies`), and the rest is learned on the examples, in three steps:

1. *Which intent?* Three channels give their scores (`channels`), added up with the votes that `config.yml` gives them
   and softened until held-back examples are least surprising.
2. *How sure?* `trust` learns it on the same held-back examples: those that the embedding was not taught either, with
   their translations. Some intents are hidden altogether meanwhile: a question outside the register looks like these.
3. *What if it is danger, or nothing of ours?* Two thresholds on the same examples: danger is put first when all dangers
   together are likely enough, and never otherwise; what resembles nothing known becomes `out_of_scope`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np

from components.by_heart import ByHeart
from components.channels import CHANNELS, Examples, directions
from components.courtesies import Courtesies
from components.folds import grouped_folds
from components.softmax import softmax
from components.trust import confidence, learn, signs, spread

OUT_OF_SCOPE = "out_of_scope"

#: The intents that must be found; the same as `importance: safety` in `intents.yml`.
SAFETY = ("emergency", "violence", "suicide_crisis", "child_alone", "exploitation", "arrest_or_detention")

#: How sure to be of what is known by heart.
CERTAIN = 0.98

#: The signs of step 2 are read off this channel, which is therefore always asked.
NEARNESS = "neighbours"

_BY_HEART = "by_heart"


@dataclass(frozen=True)
class Settings:
    """What `config.yml` may set."""

    #: Votes of the channels, as `name:weight` separated by spaces.
    channels: str = "line:1 neighbours:30 characters:1"
    #: Parts of the held-back examples, each with other intents hidden.
    parts: int = 2
    #: At most this share of examples without danger may be taken for danger.
    false_alarms: float = 0.03
    #: At most this share of examples of ours may be refused as out of scope.
    refused: float = 0.02

    @property
    def votes(self) -> Dict[str, float]:
        """Channel → weight."""
        pairs = (vote.split(":") for vote in self.channels.split())
        return {name: float(weight) for name, weight in pairs}


@dataclass
class IntentModel:
    """A trained model. Arrays only: saved without pickle, loaded without running anything."""

    settings: Settings
    intents: List[str]
    #: Subtracted from every vector: what all sentences have in common.
    mean: np.ndarray
    #: Name → channel, the voting ones and `NEARNESS`.
    channels: Dict[str, Any]
    #: Votes by the temperature, in the order of the settings.
    weights: np.ndarray
    #: Of the signs, the constant last.
    trust: np.ndarray
    by_heart: ByHeart
    #: Danger is put first when all dangers together reach this, and only then.
    danger_from: float = 1.1
    #: An answer less sure than this is `out_of_scope`.
    refuse_below: float = 0.0
    courtesies: Courtesies = field(default_factory=Courtesies)

    def rank(self, vector: np.ndarray, text: str) -> List[Tuple[str, float]]:
        """Intents with their confidence, surest first, but for the exceptions of step 3. `vector` is of what is said
        behind a greeting (`SentenceEmbedding`)."""
        said = self.courtesies.without(text)
        order, shares = self.decide(*self.judge(vector.reshape(1, -1), [said]))
        known = self.by_heart.intent(text)
        if known is None:
            known = self.by_heart.intent(self.courtesies.without(text, left=1))
        if known is not None:
            others = order[0] != known
            left = shares[0][others] / max(float(shares[0][others].sum()), 1e-9) * (1.0 - CERTAIN)
            order, shares = np.r_[known, order[0][others]][None], np.r_[CERTAIN, left][None]
        return [(self.intents[column], float(share)) for column, share in zip(order[0], shares[0], strict=True)]

    def judge(self, vectors: np.ndarray, texts: Sequence[str]) -> Tuple[np.ndarray, np.ndarray]:
        """Steps 1 and 2: probabilities by row and intent, and the confidence in the likeliest of each row."""
        asked = Examples(vectors - self.mean, list(texts), np.zeros(len(texts), dtype=int))
        scores = {name: channel.score(asked) for name, channel in self.channels.items()}
        probabilities = _together([scores[name] for name in self.settings.votes], self.weights)
        return probabilities, confidence(signs(probabilities, scores[NEARNESS]), self.trust)

    def decide(self, probabilities: np.ndarray, sure: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
        """Step 3: columns by row, best first, and a confidence for each; those of a row add up to one."""
        shares = spread(probabilities, sure)
        order = np.argsort(-shares, axis=1, kind="stable")
        for row in range(len(order)):
            put_first = self._exception(shares[row], float(sure[row]), int(probabilities[row].argmax()))
            if put_first is not None:
                order[row] = np.r_[put_first, order[row][order[row] != put_first]]
        return order, np.take_along_axis(shares, order, axis=1)

    def _exception(self, shares: np.ndarray, sure: float, first: int) -> int | None:
        """The column to put first against the order of the shares, if any."""
        dangers = self.dangers()
        if dangers and shares[dangers].sum() >= self.danger_from:
            return dangers[int(np.argmax(shares[dangers]))]
        if sure < self.refuse_below and OUT_OF_SCOPE in self.intents:
            return self.intents.index(OUT_OF_SCOPE)
        if first in dangers:  # not sure enough to frighten anybody: the lexicon has the last word on danger anyway
            harmless = np.where(np.isin(np.arange(len(shares)), dangers), -1.0, shares)
            return int(np.argmax(harmless))
        return None

    def dangers(self) -> List[int]:
        """Columns of the safety intents."""
        return [column for column, name in enumerate(self.intents) if name in SAFETY]

    def save(self, folder: Path) -> None:
        """Write `intents.npz` and `intents.json` into `folder`."""
        arrays = {name: getattr(self, name) for name in ("mean", "weights", "trust")}
        for name, channel in [*self.channels.items(), (_BY_HEART, self.by_heart)]:
            arrays.update({f"{name}.{part}": array for part, array in channel.arrays.items()})
        np.savez(folder / "intents.npz", **arrays)
        about = {
            "settings": asdict(self.settings),
            "intents": self.intents,
            "channels": list(self.channels),
            "danger_from": self.danger_from,
            "refuse_below": self.refuse_below,
        }
        (folder / "intents.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """Read what `save` wrote; anything pickled is refused by numpy."""
        about = json.loads((folder / "intents.json").read_text(encoding="utf-8"))
        with np.load(folder / "intents.npz", allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in stored.files}

        def parts(name: str) -> Dict[str, np.ndarray]:
            return {key.split(".")[1]: array for key, array in arrays.items() if key.startswith(name + ".")}

        return cls(
            settings=Settings(**about["settings"]),
            intents=[str(name) for name in about["intents"]],
            mean=arrays["mean"],
            channels={name: CHANNELS[name](**parts(name)) for name in about["channels"]},
            weights=arrays["weights"],
            trust=arrays["trust"],
            by_heart=ByHeart(**parts(_BY_HEART)),
            danger_from=float(about["danger_from"]),
            refuse_below=float(about["refuse_below"]),
        )


#: Without a word of the embedding on what it was not taught: one group of likenesses in so many is held back.
KEPT_BACK = 8
#: More of them make nobody surer how sure to be.
MEASURED = 8_000
#: How much one of a hidden intent counts in `trust`, where another counts one: people seldom ask beyond the register,
#: and one in eight, counted fully, made every confidence up to a fifth too low.
HIDDEN_COUNT = 0.1


def fit(
    vectors: np.ndarray, texts: Sequence[str], names: Sequence[str], unseen: np.ndarray, settings: Settings
) -> IntentModel:
    """Train on utterances, the intent of each, and whether the embedding was never taught it."""
    intents = sorted(set(names))
    labels = np.array([intents.index(name) for name in names])
    mean = vectors.mean(axis=0).astype(np.float32)
    taught = Examples(vectors - mean, list(texts), labels)
    if not unseen.any():
        unseen = grouped_folds(directions(taught.vectors), KEPT_BACK) == 0
    scores, truth = _held_back(taught, unseen, len(intents), settings)
    voting, votes = [scores[name] for name in settings.votes], np.array(list(settings.votes.values()))
    weights = (votes / _temperature(voting, votes, truth)).astype(np.float32)
    probabilities = _together(voting, weights)
    evidence = signs(probabilities, scores[NEARNESS])
    trust = learn(evidence, probabilities.argmax(axis=1) == truth, np.where(truth < 0, HIDDEN_COUNT, 1.0))
    channels = _channels(taught, len(intents), settings)
    model = IntentModel(settings, intents, mean, channels, weights, trust, ByHeart.learn(texts, labels, intents))
    _set_thresholds(model, probabilities, confidence(evidence, trust), truth)
    return model


def _channels(examples: Examples, count: int, settings: Settings) -> Dict[str, Any]:
    names = dict.fromkeys([*settings.votes, NEARNESS])
    return {name: CHANNELS[name].fit(examples, count) for name in names}


def _held_back(
    examples: Examples, unseen: np.ndarray, count: int, settings: Settings
) -> Tuple[Dict[str, np.ndarray], np.ndarray]:
    """What channels say of the unseen ones after learning the others, and the truth; -1 where the intent was hidden."""
    rows = np.flatnonzero(unseen)
    rows = rows[:: -(-len(rows) // MEASURED)]
    truth = examples.labels[rows]
    asked = examples.some(rows)
    others = examples.some(np.flatnonzero(~unseen))
    scores = {name: channel.score(asked) for name, channel in _channels(others, count, settings).items()}
    lowest = {name: score.min() for name, score in scores.items()}
    for part in range(settings.parts):
        # One intent in eight is hidden from each part: its examples are "none of ours" there. Hiding it from what was
        # learned says the same as learning without it, which would take as long again for each part.
        hidden = np.arange(part, count, 8) if count > 16 else np.array([], dtype=int)
        own = np.arange(part, len(rows), settings.parts)
        truth[own[np.isin(truth[own], hidden)]] = -1
        for name, score in scores.items():
            score[np.ix_(own, hidden)] = lowest[name]
    return scores, truth


def _together(scores: List[np.ndarray], weights: np.ndarray) -> np.ndarray:
    return softmax(sum(weight * score for weight, score in zip(weights, scores, strict=True)))


def _temperature(scores: List[np.ndarray], votes: np.ndarray, truth: np.ndarray) -> float:
    """What all votes are divided by, so that the truth is least surprising."""
    seen = np.flatnonzero(truth >= 0)
    summed = sum(vote * score[seen] for vote, score in zip(votes, scores, strict=True))

    def surprise(temperature: float) -> float:
        return float(-np.log(softmax(summed / temperature)[np.arange(len(seen)), truth[seen]] + 1e-12).mean())

    return min((float(one) for one in np.geomspace(0.3, 6.0, 25)), key=surprise)


def _set_thresholds(model: IntentModel, probabilities: np.ndarray, sure: np.ndarray, truth: np.ndarray) -> None:
    """As low (danger) and as high (refusal) as the settings allow on held-back examples."""
    dangers = model.dangers()
    beyond = model.intents.index(OUT_OF_SCOPE) if OUT_OF_SCOPE in model.intents else -2
    first, shares = probabilities.argmax(axis=1), spread(probabilities, sure)
    if dangers:
        safe = (truth >= 0) & ~np.isin(truth, dangers)
        spare = model.settings.false_alarms * safe.sum()
        model.danger_from = _at_most(shares[safe][:, dangers].sum(axis=1), spare, low=0.15)
    ours = (truth >= 0) & (truth != beyond)
    spare = model.settings.refused * ours.sum() - (first[ours] == beyond).sum()
    model.refuse_below = -_at_most(-sure[ours & (first != beyond)], max(spare, 0), low=-0.5)


def _at_most(values: np.ndarray, spare: float, low: float) -> float:
    """The lowest threshold, not under `low`, that at most `spare` of the values reach."""
    if not len(values):
        return low
    ordered = np.sort(values)[::-1]
    return float(max(low, np.nextafter(ordered[min(int(spare), len(ordered) - 1)], np.inf)))
