"""Choices that are quantities: each says which numbers it stands for, so that a written number finds its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import combinations

from bot.core.ids import StepId
from bot.core.spans import Span
from bot.flow.draft import Draft
from bot.flow.graph import AnswerKind, Choice
from bot.flow.issues import issue
from bot.flow.scalars import number_of
from bot.strict_yaml import Table

BOUNDS = ("at_least", "below")
#: « moins de 10 », « 18 ans ou plus », « de 6 à 17 ans », « 10-29 »: not the name of a paper, such as « annexe 35 ».
_QUANTITY = re.compile(
    r"\b(?:moins|plus) (?:de|que)\s\d|\d\D{0,20}\b(?:et|ou) (?:plus|moins)\b"
    r"|\bentre \d|\d\D{0,20}\bà\s\d|\d\s?[-–]\s?\d",
    re.IGNORECASE,
)


def read_span(record: Table, step: StepId, draft: Draft) -> Span | None:
    """The numbers of one choice; None when it is no quantity, or when no number can be of it, which is noted."""
    least, below = (number_of(record.get(key)) for key in BOUNDS)
    if below is not None and below <= (least or 0):
        line = record.lines["below"]
        draft.issues.append(issue(draft.path, line, "bounds-crossed", step=step, least=least or 0, most=below - 1))
        return None
    return None if least is None and below is None else Span(at_least=least, below=below)


def check_spans(
    choices: Sequence[Choice], lines: Mapping[str, int], kind: AnswerKind, step: StepId, draft: Draft
) -> None:
    """Note quantities without bounds, bounds that meet, and bounds of a question that has no quantities.

    `lines` are those of the choices, by their ids.
    """
    sized = [choice for choice in choices if choice.span is not None]
    if sized and kind is not AnswerKind.CHOICE:
        line = lines[sized[0].id]
        draft.issues.append(
            issue(draft.path, line, "bounds-without-number", step=step, key="at_least, below", kind=AnswerKind.CHOICE)
        )
        return
    for one, other in combinations(sized, 2):
        assert one.span is not None and other.span is not None
        if one.span.meets(other.span):
            line = lines[other.id]
            draft.issues.append(issue(draft.path, line, "spans-meet", step=step, one=one.id, other=other.id))
    told = [choice for choice in choices if _QUANTITY.search(choice.label.text)]
    if len(told) > 1 or sized:
        # One such label among others is a word: « un jeune de moins de 18 ans ».
        for choice in told:
            if choice.span is None:
                line = lines[choice.id]
                draft.issues.append(issue(draft.path, line, "span-missing", step=step, label=choice.label.text))
