"""Every branch of a flow: the shortest conversations that together tap each of its choices once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.core.ids import FlowId, StepId
from bot.core.messages import Begin
from bot.core.session import Hold
from bot.flow.graph import AnswerKind, Ask, Choice, Handoff, Remind, Step
from bot.services.rehearsal import Rehearsal, Stage
from bot.services.transcript import Input
from bot.services.transcript import step as do

#: Longest conversation looked at; a flow that needs more taps is too long for anybody.
TAPS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One answer of one asking step."""

    flow: FlowId
    step: StepId
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Answers from the first step to where the flow leaves or ends, and the edge it was found for."""

    edges: tuple[Edge, ...]

    @property
    def name(self) -> str:
        """For a file: the answers in order."""
        return "-".join(edge.answer for edge in self.edges) or "all"


def branches(stage: Stage, flow: FlowId, rehearse: Rehearsal) -> list[Branch]:
    """Conversations that together give every answer that can be given inside this flow."""
    begun = _begun(rehearse, flow)
    paths: list[tuple[Edge, ...]] = []
    covered: set[Edge] = set()
    queue: deque[tuple[Rehearsal, tuple[Edge, ...]]] = deque([(begun, ())])
    while queue:
        here, path = queue.popleft()
        edges = list(answers_at(here, flow)) if len(path) < TAPS else []
        fresh = [edge for edge in edges if edge not in covered]
        if not fresh:
            paths.append(path)
            continue
        for edge in fresh:
            covered.add(edge)
            after = _copy(here)
            give(after, edge)
            queue.append((after, (*path, edge)))
    # A path that another one begins with says nothing of its own.
    return [
        Branch(edges=path) for path in paths if not any(other != path and other[: len(path)] == path for other in paths)
    ]


def all_edges(stage: Stage, flow: FlowId, rehearse: Rehearsal) -> set[Edge]:
    """Every answer that can be given inside this flow."""
    return {edge for branch in branches(stage, flow, rehearse) for edge in branch.edges}


def answers_at(rehearsal: Rehearsal, flow: FlowId) -> Iterator[Edge]:
    """What can be answered where the conversation stands, while it is in this flow and with the bot."""
    step = waiting_step(rehearsal)
    frames = rehearsal.session.position.frames
    if step is None or frames[0].flow != flow or rehearsal.session.hold is not Hold.NONE:
        return
    where = frames[-1]
    for answer in _answers(step):
        yield Edge(flow=where.flow, step=where.step, answer=answer)


def give(rehearsal: Rehearsal, edge: Edge) -> None:
    """Answer as a person would: tap, or write."""
    do(rehearsal, input_of(rehearsal, edge))


def input_of(rehearsal: Rehearsal, edge: Edge) -> Input:
    """The line of a transcript that gives this answer now."""
    step = waiting_step(rehearsal)
    if step is not None and isinstance(step.act, Ask) and step.act.kind in _WRITTEN:
        return Input(text=edge.answer)
    for label, token in reversed(rehearsal.shown):
        action = rehearsal.actions.get(token)
        if getattr(action, "choice", None) == edge.answer and getattr(action, "step", None) == edge.step:
            return Input(text=f"[{label}]")
    raise LookupError(edge.answer)


_WRITTEN = {AnswerKind.NUMBER, AnswerKind.DATE, AnswerKind.TEXT}


def _answers(step: Step) -> tuple[str, ...]:
    match step.act:
        case Ask(kind=AnswerKind.LANGUAGE):
            return ()
        case Ask(kind=AnswerKind.NUMBER, at_least=low, at_most=high):
            return tuple(dict.fromkeys(str(number) for number in (low or 0, high if high is not None else 5)))
        case Ask(kind=AnswerKind.DATE):
            return ("01/02/2026",)
        case Ask(kind=AnswerKind.TEXT):
            return ("…",)
        case Ask(choices=choices) if choices:
            return tuple(choice.id for choice in choices if isinstance(choice, Choice))
        case Ask() | Remind():
            return ("yes", "no")
        case Handoff():
            return ("share", "alone", "cancel")
        case _:
            return ()


def waiting_step(rehearsal: Rehearsal) -> Step | None:
    """The step the conversation waits on."""
    frames = rehearsal.session.position.frames
    if not frames:
        return None
    flow = rehearsal.stage.guide().book.flow(frames[-1].flow, frames[-1].revision)
    return None if flow is None else flow.step(frames[-1].step)


def _begun(rehearse: Rehearsal, flow: FlowId) -> Rehearsal:
    here = _copy(rehearse)
    here.do(Begin(flow=flow))
    return here


def _copy(rehearsal: Rehearsal) -> Rehearsal:
    return replace(rehearsal, actions=dict(rehearsal.actions), shown=list(rehearsal.shown))
