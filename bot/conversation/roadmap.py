"""The way from the first needs to the social economy: what to do first, next and later.

The flow `_system.roadmap` is its map: each choice of its first question that leads to another question is a stage, and
the flows which that question starts are the stage's pathways, in the order of the file. To edit the file is to edit the
way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot.conversation.reminders import REMINDER
from bot.conversation.screens import begin, go
from bot.core.effects import MakeSteps, Stage
from bot.core.ids import FlowId
from bot.core.messages import Button, Command
from bot.core.papers import StageState
from bot.core.phrases import Phrase
from bot.core.session import Session
from bot.flow.graph import Ask, Flow, FlowBook, ToFlow, ToStep

ROADMAP = FlowId("_system.roadmap")
#: What the person agreed to: that finished pathways of the way are noted.
CONSENT = "roadmap"
#: What is told of the way at once, in this order; each is a button.
NEARNESS = ("roadmap_first", "roadmap_next", "roadmap_later")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pathway:
    """One pathway of a stage."""

    flow: Flow
    #: None: it asks things that are never written down, so that its end is not noted either.
    done: bool | None


def stages(book: FlowBook, done: Collection[FlowId]) -> tuple[tuple[Phrase, tuple[Pathway, ...]], ...]:
    """Each stage with its pathways; none when this guichet has no such flow."""
    found = book.flows.get(ROADMAP)
    if found is None:
        return ()
    asking = next((step.act for step in found.steps.values() if isinstance(step.act, Ask)), None)
    return tuple(
        (choice.label, pathways)
        for choice in (asking.choices if asking is not None else ())
        if isinstance(choice.leads, ToStep) and (pathways := tuple(_pathways(found, choice.leads, book, done)))
    )


def is_noted(flow: FlowId, book: FlowBook) -> bool:
    """Whether the end of this flow may be noted: it is on the way, and asks nothing that must not be kept."""
    return any(path.flow.id == flow and path.done is not None for _, paths in stages(book, ()) for path in paths)


def picture(session: Session, book: FlowBook) -> MakeSteps:
    """The way as steps; without the consent all of it is still to come."""
    agreed = CONSENT in session.consents
    way = stages(book, session.done if agreed else ())
    noted = [path.done for _, paths in way for path in paths if path.done is not None]
    rows: list[Stage] = []
    is_now = True
    for title, paths in way:
        finished = all(path.done is not False for path in paths) and any(path.done for path in paths)
        state = StageState.DONE if finished else StageState.NOW if is_now else StageState.LATER
        is_now = is_now and finished
        rows.append(Stage(title=title, state=state, steps=tuple((path.flow.title, path.done) for path in paths)))
    progress = (sum(noted), len(noted)) if agreed else None
    return MakeSteps(stages=tuple(rows), progress=progress, volatile=session.shadow is not None)


def ahead(session: Session, book: FlowBook) -> tuple[Flow, ...]:
    """What to do first, next and later: two pathways of the stage that is now, one of the stage after it."""
    agreed = CONSENT in session.consents
    left = [
        [path.flow for path in paths if path.done is False] for _, paths in stages(book, session.done if agreed else ())
    ]
    open_stages = [flows for flows in left if flows]
    if not open_stages:
        return ()
    now, *later = open_stages
    after = [flow for flows in later for flow in flows]
    return (*now[:2], *after)[: len(NEARNESS)]


def told(session: Session, book: FlowBook) -> tuple[tuple[Phrase, ...], tuple[tuple[Button, ...], ...]]:
    """The way in words, a button for each pathway that is named, and one for a reminder."""
    flows = ahead(session, book)
    remind = ((go(book, Command.REMINDER, "reminder_new", "⏰"),),) if REMINDER in book.flows else ()
    if not flows:
        return (book.phrase("roadmap_finished"),), remind
    named = zip(NEARNESS, flows, strict=False)
    words = tuple(book.phrase(name).having(title=flow.title) for name, flow in named)
    return words, (*((begin(flow),) for flow in flows), *remind)


def _pathways(found: Flow, target: ToStep, book: FlowBook, done: Collection[FlowId]) -> Iterator[Pathway]:
    step = found.step(target.step)
    if step is None or not isinstance(step.act, Ask):
        return
    for choice in step.act.choices:
        flow = book.flows.get(choice.leads.flow) if isinstance(choice.leads, ToFlow) else None
        if flow is not None:
            volatile = any(one.volatile for one in flow.steps.values())
            yield Pathway(flow=flow, done=None if volatile else flow.id in done)
