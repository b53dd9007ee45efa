"""Whether an utterance needs the NLU at all: most answers and commands do not. And keywords after it."""

from __future__ import annotations

from datetime import date

from bot.conversation.answers import (
    answer_beyond,
    answer_to,
    button_in_words,
    command_meant,
    taken,
    waiting_flow,
    waiting_step,
)
from bot.conversation.guide import Guide
from bot.core.events import Said
from bot.core.session import Hold, Session
from bot.core.understanding import Understanding
from bot.flow.graph import AnswerKind, Ask, Step


def wants_understanding(session: Session, said: Said, guide: Guide, *, today: date) -> bool:
    """False when the lexicon, a command, an offer or the waiting question decides what the words mean, or nobody knows.

    Of free words as an answer, and of words to an adviser, the model is only asked whether they tell of danger.
    """
    if said.danger is not None or session.is_lost or not said.text.strip():
        return False
    if session.hold is Hold.HELD:
        return not said.text.startswith("/") and button_in_words(said.text, session, guide) is None
    if command_meant(said.text, session, guide) is not None:
        return False
    offer = session.position.offer
    if offer is not None and taken(offer, said, guide, session.locale) is not None:
        return False
    step = waiting_step(session, guide)
    if step is None or not isinstance(step.act, Ask) or _takes_any_words(step):
        return True
    flow = waiting_flow(session, guide)
    return answer_to(step.act, said, guide, session.locale, today) is None and (
        flow is None or answer_beyond(flow, step.act, said, guide, session.locale, today) is None
    )


def wants_keywords(understanding: Understanding | None, session: Session, guide: Guide) -> bool:
    """The model is away or has no idea. Danger that it puts first is never lost for a word within the sentence.

    Never where only danger is asked for: of that the lexicon knows all the words.
    """
    step = waiting_step(session, guide)
    if session.hold is Hold.HELD or (step is not None and _takes_any_words(step)):
        return False
    if understanding is None:
        return True
    is_danger = guide.danger_flow(understanding.intent or "") is not None
    return understanding.confidence < guide.thresholds.offer_from and not is_danger


def _takes_any_words(step: Step) -> bool:
    return isinstance(step.act, Ask) and step.act.kind is AnswerKind.TEXT
