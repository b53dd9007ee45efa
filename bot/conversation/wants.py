"""Whether an utterance needs the NLU at all: most answers, commands and relayed words do not. And keywords after it."""

from __future__ import annotations

from datetime import date

from bot.conversation.answers import answer_to
from bot.conversation.guide import Guide
from bot.core.events import Said
from bot.core.session import Hold, Session
from bot.core.understanding import Understanding
from bot.flow.graph import Ask


def wants_understanding(session: Session, said: Said, guide: Guide, *, today: date) -> bool:
    """False when danger, a human, a command or the waiting question decides what the words mean, or nobody knows."""
    if said.danger is not None or session.hold is not Hold.NONE or session.is_lost or not said.text.strip():
        return False
    if guide.words.command(said.text, session.locale) is not None:
        return False
    frames = session.position.frames
    if not frames:
        return True
    flow = guide.book.flow(frames[-1].flow, frames[-1].revision)
    step = None if flow is None else flow.step(frames[-1].step)
    if step is None or not isinstance(step.act, Ask):
        return True
    return answer_to(step.act, said, guide, session.locale, today) is None


def wants_keywords(understanding: Understanding | None, guide: Guide) -> bool:
    """The model is away or has no idea. Danger that it puts first is never lost for a word within the sentence."""
    if understanding is None:
        return True
    is_danger = guide.danger_flow(understanding.intent or "") is not None
    return understanding.confidence < guide.thresholds.offer_from and not is_danger
