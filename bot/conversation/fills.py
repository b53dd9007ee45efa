"""What stands in the placeholders of a step's sentences, and which services it shows."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.conversation.turn import Draft
from bot.core.messages import ServiceCards
from bot.core.phrases import Phrase, Value
from bot.flow.graph import Ask, Call, ShowServices

_PLACE = re.compile(r"\{([a-z][a-z0-9_.]*)\}")


def filled(phrase: Phrase, draft: Draft) -> Phrase:
    """The sentence with answers and dated facts in its placeholders."""
    if "{" not in phrase.text:
        return phrase
    answers, facts = draft.session.position.answers, draft.guide.book.facts
    values: dict[str, Value] = {}
    for name in _PLACE.findall(phrase.text):
        if name.startswith("fact.") and name.removeprefix("fact.") in facts:
            values[name] = facts[name.removeprefix("fact.")]
        elif name in answers:
            values[name] = _as_chosen(name, answers[name], draft)
    return replace(phrase, values={**phrase.values, **values})


def _as_chosen(slot: str, answer: str, draft: Draft) -> Value:
    """The label of a choice, in place of its id; any other answer as it was written."""
    book = draft.guide.book
    walked = [book.flow(frame.flow, frame.revision) for frame in draft.session.position.frames]
    called = [
        book.flows.get(step.act.flow)
        for flow in walked
        if flow is not None
        for step in flow.steps.values()
        if isinstance(step.act, Call)
    ]
    for flow in (*walked, *called):
        for step in flow.steps.values() if flow is not None else ():
            if isinstance(step.act, Ask) and step.act.slot == slot and step.act.choices:
                return next((choice.label for choice in step.act.choices if choice.id == answer), answer)
    return answer


def cards_for(show: ShowServices, draft: Draft) -> ServiceCards:
    """The services of a step, near the district and with the words that were answered."""
    answers = draft.session.position.answers
    near = answers.get(show.near) if show.near else None
    words = answers.get(show.words, "") if show.words else None
    return ServiceCards(ids=show.ids, need=show.need, words=words, near=near, limit=show.limit)
