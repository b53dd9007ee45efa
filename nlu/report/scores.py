"""Numbers from answers: nothing here reads a file or asks a service."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from nlu.report.heldout import HeldOut

OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was understood of one utterance."""

    asked: HeldOut
    #: None: the service gave no answer.
    intent: str | None
    confidence: float
    #: Intents with their confidence, in the order of the answer.
    ranking: tuple[tuple[str, float], ...]
    #: The lexicon's safety intent, if any.
    danger: str | None
    took_s: float

    @property
    def offered(self) -> tuple[str, ...]:
        """The first three."""
        return tuple(intent for intent, _ in self.ranking[:3])


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Of a group of answers. Shares are 0–1."""

    count: int
    accuracy: float
    macro_f1: float
    in_first_three: float


def score(answers: Sequence[Answer]) -> Score:
    """Macro-F1 is over the intents that were asked for: each counts the same, however many utterances it has."""
    right = [one for one in answers if one.intent == one.asked.intent]
    meant = Counter(one.asked.intent for one in answers)
    understood = Counter(one.intent for one in answers)
    hits = Counter(one.intent for one in right)
    f1 = [2 * hits[name] / (meant[name] + understood[name]) for name in meant]
    return Score(
        count=len(answers),
        accuracy=_share(len(right), len(answers)),
        macro_f1=sum(f1) / len(f1) if f1 else 0.0,
        in_first_three=_share(sum(one.asked.intent in one.offered for one in answers), len(answers)),
    )


def grouped(answers: Iterable[Answer], key: Callable[[Answer], str]) -> dict[str, list[Answer]]:
    """Answers by locale, style or whatever `key` says, in alphabetical order."""
    groups: dict[str, list[Answer]] = defaultdict(list)
    for one in answers:
        groups[key(one)].append(one)
    return dict(sorted(groups.items()))


def share_of(answers: Sequence[Answer], holds: Callable[[Answer], bool]) -> float:
    """The share of the answers for which something holds."""
    return _share(sum(map(holds, answers)), len(answers))


def brings_card(answer: Answer, safety: frozenset[str], *, sure_from: float) -> bool:
    """The lexicon or the model brings the card of a danger at once; the model by what its dangers add up to.

    Below `sure_from` the bot names the number to call, beside what else may have been meant (bot/conversation/fear.py).
    """
    if answer.danger is not None:
        return True
    likely = sum(sure for intent, sure in answer.ranking if intent in safety)
    return answer.intent in safety and likely >= sure_from


def sees_danger(answer: Answer, safety: frozenset[str]) -> bool:
    """Whether danger is put first, by the lexicon or by the model: the card comes, or 112 is named at least."""
    return brings_card(answer, safety, sure_from=0.0)


def calibration_points(answers: Sequence[Answer]) -> list[tuple[float, float, int]]:
    """Mean confidence, share right and count, by tenths of confidence."""
    tenths: dict[int, list[Answer]] = defaultdict(list)
    for one in answers:
        tenths[min(int(one.confidence * 10), 9)].append(one)
    return [
        (
            sum(one.confidence for one in group) / len(group),
            share_of(group, lambda one: one.intent == one.asked.intent),
            len(group),
        )
        for _, group in sorted(tenths.items())
    ]


def calibration_error(points: Sequence[tuple[float, float, int]]) -> float:
    """Expected calibration error: how far confidence and truth are apart, on average over answers."""
    total = sum(count for _, _, count in points)
    return sum(abs(sure - right) * count for sure, right, count in points) / total if total else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
