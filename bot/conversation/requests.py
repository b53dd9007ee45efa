"""What a request for a person is about, and what an adviser would read of it."""

from __future__ import annotations

from bot.conversation.turn import Draft
from bot.core.phrases import Phrase, Verbatim
from bot.flow.graph import Ask, Choice, Flow, Handoff


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


def queue_of(draft: Draft) -> str | None:
    """Whom a request for a person is for: those who answer for the page that it came from, if anybody does.

    After a volatile answer only danger is told.
    """
    book = draft.guide.book
    for frame in reversed(draft.session.position.frames):
        flow = book.flow(frame.flow, frame.revision)
        if flow is not None and flow.safety:
            return _queue_from(flow)
    for frame in reversed(draft.session.durable.frames):
        flow = book.flow(frame.flow, frame.revision)
        if flow is not None and (flow.person is not None or not _is_of_system(flow)):
            return _queue_from(flow)
    return None


def _queue_from(flow: Flow) -> str:
    """What the file says, else whom the flow hands over to itself, else its area."""
    own = {step.act.queue for step in flow.steps.values() if isinstance(step.act, Handoff)}
    return flow.person or (own.pop() if len(own) == 1 else flow.id.partition(".")[0])


def _is_of_system(flow: Flow) -> bool:
    return flow.id.startswith("_system.")
