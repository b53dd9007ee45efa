"""What goes into the pocket booklet: the addresses and lists of the pathways a person was in, danger first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.conversation.roadmap import stages
from bot.core.effects import Chapter, MakeBooklet
from bot.core.ids import FlowId
from bot.core.messages import ServiceCards
from bot.core.session import Position, Session
from bot.flow.graph import Checklist, Flow, FlowBook, ShowServices

DANGER = FlowId("urgence.danger")
#: Chapters besides danger: about what fits in 300 kB and in a pocket.
CHAPTERS = 8


def booklet(session: Session, book: FlowBook) -> MakeBooklet:
    """The booklet of this person. Who was in no pathway yet gets the first needs."""
    flows = list(dict.fromkeys(_walked(session)))[:CHAPTERS]
    known = [flow for name in flows if (flow := book.flows.get(name)) is not None and _has_pages(flow)]
    if not known:
        known = [path.flow for _, paths in stages(book, ())[:1] for path in paths if _has_pages(path.flow)]
    danger = book.flows.get(DANGER)
    first = [replace(_chapter(danger, session), lists=())] if danger is not None else []
    chapters = (*first, *(_chapter(flow, session) for flow in known if flow.id != DANGER))
    return MakeBooklet(chapters=chapters, volatile=session.shadow is not None)


def _walked(session: Session) -> Iterator[FlowId]:
    """Pathways of this conversation, the latest first."""
    position = session.position
    yield from _flows_of(position)
    if session.paused is not None:
        yield from _flows_of(session.paused)
    yield from reversed(session.done)


def _flows_of(position: Position) -> Iterator[FlowId]:
    for frames in (position.frames, *reversed(position.trail)):
        for frame in reversed(frames):
            if not frame.flow.startswith("_system."):
                yield frame.flow


def _has_pages(flow: Flow) -> bool:
    return any(isinstance(step.act, ShowServices | Checklist) for step in flow.steps.values())


def _chapter(flow: Flow, session: Session) -> Chapter:
    services: dict[ServiceCards, None] = {}
    lists: list[Checklist] = []
    for step in flow.steps.values():
        match step.act:
            case ShowServices(ids=ids, need=need, near=near, limit=limit):
                district = session.position.answers.get(near) if near else None
                services[ServiceCards(ids=ids, need=need, near=district, limit=limit)] = None
            case Checklist() as found:
                lists.append(found)
    return Chapter(title=flow.title, services=tuple(services), lists=tuple(one.items for one in lists))
