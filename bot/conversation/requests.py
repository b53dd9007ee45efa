"""What a request for a person is about, and what an adviser would read of it."""

from __future__ import annotations

from bot.conversation.turn import Draft
from bot.core.ids import FlowId
from bot.core.phrases import Phrase, Verbatim
from bot.flow.graph import Ask, Choice, Flow


def summary_of(draft: Draft) -> tuple[Phrase, ...]:
    """What an adviser would read: the subject and the answers, without anything volatile."""
    beneath = pathway_beneath(draft)
    if beneath is None:
        return ()
    lines = [beneath.title]
    durable = draft.session.durable
    for step in beneath.steps.values():
        match step.act:
            case Ask(slot=slot, choices=offered) if slot is not None and not step.volatile and slot in durable.answers:
                lines.append(_told(durable.answers[slot], offered))
    return tuple(lines) if len(lines) > 1 or draft.session.shadow is None else ()


def _told(answer: str, offered: tuple[Choice, ...]) -> Phrase:
    for choice in offered:
        if choice.id == answer:
            return choice.label
    return Phrase(key="", text="{answer}", values={"answer": Verbatim(text=answer)})


def pathway_beneath(draft: Draft) -> Flow | None:
    """The pathway a person was in when they asked for somebody."""
    for frame in reversed(draft.session.durable.frames):
        if not frame.flow.startswith("_system."):
            return draft.guide.book.flow(frame.flow, frame.revision)
    return None


def subject_of(draft: Draft) -> FlowId | None:
    """What a request for a person is about: the pathway it came from. After a volatile answer only danger is told."""
    for frame in reversed(draft.session.position.frames):
        flow = draft.guide.book.flow(frame.flow, frame.revision)
        if flow is not None and flow.safety:
            return flow.id
    beneath = pathway_beneath(draft)
    return None if beneath is None else beneath.id
