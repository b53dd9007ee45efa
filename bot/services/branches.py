"""Every branch of a flow: a few conversations that together give each of its answers and hear each of its sentences."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from bot.conversation.answers import waiting_step as waiting_step_of
from bot.core.ids import FlowId, StepId
from bot.core.messages import Begin, Choose, Message, ServiceCards, Speak
from bot.core.phrases import Phrase
from bot.core.session import Hold
from bot.flow.graph import (
    AllOf,
    AnswerKind,
    AnyOf,
    Ask,
    Between,
    Branch,
    Call,
    Condition,
    Flow,
    Handoff,
    Is,
    Known,
    Not,
    Remind,
    Step,
)
from bot.services.rehearsal import Heard, Rehearsal
from bot.services.transcript import Input
from bot.services.transcript import step as do

#: Longest conversation written; a way that needs more taps is too long for anybody.
TAPS = 12
#: Different states of one flow looked at.
STATES = 4_000


#: The answer to a language picker: the language already spoken.
OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Edge:
    """One answer of one asking step."""

    flow: FlowId
    step: StepId
    answer: str


#: What a conversation can come by: an answer, or the key of a sentence (of a service: `service:<id>`).
Mark: TypeAlias = Edge | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """Answers from the first step on, and everything met on the way."""

    edges: tuple[Edge, ...]
    marks: frozenset[Mark]


@dataclass(slots=True)
class _State:
    """The conversation somewhere in the flow: what can be answered there, and where each answer leads."""

    rehearsal: Rehearsal
    ways: dict[Edge, tuple[_Key, frozenset[Mark]]] = field(default_factory=dict)


_Key: TypeAlias = tuple[object, ...]


@dataclass(slots=True)
class Map:
    """All states of one flow that can be reached, from the first."""

    first: _Key
    met_first: frozenset[Mark]
    states: dict[_Key, _State]

    @property
    def marks(self) -> frozenset[Mark]:
        """Every answer and every sentence of the flow."""
        return self.met_first.union(*(met for state in self.states.values() for _, met in state.ways.values()))


def branches(flow: FlowId, begun_by: Rehearsal) -> list[Path]:
    """Conversations that together meet every mark; each goes on to the nearest thing not yet met."""
    whole = explored(flow, begun_by)
    missing = set(whole.marks) - whole.met_first
    paths: list[Path] = []
    while missing or not paths:
        path = _walk(whole, missing)
        paths.append(path)
        if not path.edges:
            break
        missing -= path.marks
    return paths


def explored(flow: FlowId, begun_by: Rehearsal, listen: Callable[[Heard, Rehearsal], object] = lambda *_: None) -> Map:
    """Every state that answers lead to inside this flow; `listen` hears each turn and where it led.

    Raises RuntimeError when there are too many.
    """
    begun = _copy(begun_by)
    heard = begun.do(Begin(flow=flow))
    listen(heard, begun)
    met = _marks(heard, flow)
    slots = _slots(begun, flow)
    first = _key(begun, slots)
    found = Map(first=first, met_first=met, states={first: _State(rehearsal=begun)})
    queue = deque([first])
    while queue:
        here = found.states[queue.popleft()]
        for edge in answers_at(here.rehearsal, flow):
            after = _copy(here.rehearsal)
            heard = do(after, input_of(after, edge))
            listen(heard, after)
            key = _key(after, slots)
            # The answers of a called flow are branches of that flow: here one way through it is enough.
            own = {edge} if edge.flow == flow else set()
            here.ways[edge] = (key, _marks(heard, flow) | own)
            if key not in found.states:
                found.states[key] = _State(rehearsal=after)
                queue.append(key)
        if len(found.states) > STATES:
            raise RuntimeError(f"{flow}: more than {STATES} states")
    return found


def answers_at(rehearsal: Rehearsal, flow: FlowId) -> Iterator[Edge]:
    """What can be answered where the conversation stands, while it is in this flow and with the bot."""
    step = waiting_step(rehearsal)
    frames = rehearsal.session.position.frames
    if step is None or frames[0].flow != flow or rehearsal.session.hold is not Hold.NONE:
        return
    where = frames[-1]
    for answer in _answers(step):
        if answer == OWN and not _is_offered(rehearsal):
            continue
        yield Edge(flow=where.flow, step=where.step, answer=answer)


def input_of(rehearsal: Rehearsal, edge: Edge) -> Input:
    """The line of a transcript that gives this answer now. Raises LookupError when no button does."""
    step = waiting_step(rehearsal)
    if step is not None and isinstance(step.act, Ask) and step.act.kind in _WRITTEN:
        return Input(text=edge.answer)
    for label, token in reversed(rehearsal.shown):
        action = rehearsal.actions.get(token)
        if isinstance(action, Choose) and (action.choice, action.step) == (edge.answer, edge.step):
            return Input(text=f"[{label}]")
        if isinstance(action, Speak) and edge.answer == OWN and action.locale == rehearsal.session.locale:
            return Input(text=f"[{label}]")
    raise LookupError(edge.answer)


def edge_of(rehearsal: Rehearsal, given: Input) -> Edge | None:
    """The answer that this line of a transcript is going to give."""
    step = waiting_step(rehearsal)
    if given.text.startswith("[") and given.text.endswith("]"):
        action = rehearsal.actions.get(rehearsal.token_of(given.text[1:-1]))
        if isinstance(action, Choose):
            return Edge(flow=action.flow, step=action.step, answer=action.choice)
        if isinstance(action, Speak) and step is not None and action.locale == rehearsal.session.locale:
            return Edge(flow=rehearsal.session.position.frames[-1].flow, step=step.id, answer=OWN)
    elif step is not None and isinstance(step.act, Ask) and step.act.kind in _WRITTEN:
        return Edge(flow=rehearsal.session.position.frames[-1].flow, step=step.id, answer=given.text)
    return None


def waiting_step(rehearsal: Rehearsal) -> Step | None:
    """The step the conversation waits on."""
    return waiting_step_of(rehearsal.session, rehearsal.stage.guide())


def marks_of(messages: tuple[Message, ...], flow: FlowId) -> frozenset[Mark]:
    """The sentences of this flow, and all services, in these messages."""
    found: set[Mark] = set()
    for message in messages:
        for block in message.blocks:
            if isinstance(block, Phrase) and block.key.startswith(f"{flow}/"):
                found.add(block.key)
            elif isinstance(block, ServiceCards):
                found |= {f"service:{service}" for service in block.ids} or {f"need:{block.need}"}
    return frozenset(found)


def _is_offered(rehearsal: Rehearsal) -> bool:
    return any(language.locale == rehearsal.session.locale for language in rehearsal.stage.guide().languages)


_WRITTEN = {AnswerKind.NUMBER, AnswerKind.DATE, AnswerKind.TIME, AnswerKind.TEXT}


def _answers(step: Step) -> tuple[str, ...]:
    match step.act:
        case Ask(kind=AnswerKind.LANGUAGE):
            return (OWN,)
        case Ask(kind=AnswerKind.NUMBER, at_least=low, at_most=high):
            return tuple(dict.fromkeys(str(number) for number in (low or 0, high if high is not None else 5)))
        case Ask(kind=AnswerKind.TIME, at_least=low, at_most=high):
            return tuple(dict.fromkeys(f"{hour:02}:00" for hour in (low or 0, high if high is not None else 23)))
        case Ask(kind=AnswerKind.DATE, within_days=int()):
            return ("demain",)
        case Ask(kind=AnswerKind.DATE):
            return ("01/02/2026",)
        case Ask(kind=AnswerKind.TEXT):
            return ("…",)
        case Ask(choices=choices) if choices:
            return tuple(choice.id for choice in choices)
        case Ask() | Remind():
            return ("yes", "no")
        case Handoff():
            return ("share", "alone", "cancel")
        case _:
            return ()


def _walk(whole: Map, missing: set[Mark]) -> Path:
    """From the first state again and again along the shortest way to something missing, until it is long enough."""
    here, met = whole.first, set(whole.met_first)
    edges: list[Edge] = []
    while more := _way_to(whole, here, missing - met):
        if edges and len(edges) + len(more) > TAPS:
            break
        for edge in more:
            here, marks = whole.states[here].ways[edge]
            edges.append(edge)
            met |= marks
    return Path(edges=tuple(edges), marks=frozenset(met))


def _way_to(whole: Map, start: _Key, missing: set[Mark]) -> list[Edge]:
    """The fewest answers from here that meet something missing; none when nothing missing can be reached."""
    seen = {start}
    queue: deque[tuple[_Key, list[Edge]]] = deque([(start, [])])
    while queue:
        here, path = queue.popleft()
        for edge, (there, marks) in whole.states[here].ways.items():
            if not missing.isdisjoint(marks):
                return [*path, edge]
            if there not in seen:
                seen.add(there)
                queue.append((there, [*path, edge]))
    return []


def _marks(heard: Heard, flow: FlowId) -> frozenset[Mark]:
    return marks_of(heard.said, flow)


def _key(rehearsal: Rehearsal, slots: frozenset[str]) -> _Key:
    """What decides how a conversation goes on inside a flow: where it stands, and the answers conditions look at."""
    session = rehearsal.session
    answers = tuple(sorted((slot, said) for slot, said in session.position.answers.items() if slot in slots))
    where = tuple((frame.flow, frame.step) for frame in session.position.frames)
    return (where, answers, session.hold, session.shadow is None)


def _slots(rehearsal: Rehearsal, flow: FlowId) -> frozenset[str]:
    """The slots that conditions of this flow, and of the flows it calls, look at."""
    book = rehearsal.stage.guide().book
    waiting, seen = [flow], set[FlowId]()
    while waiting:
        if (one := waiting.pop()) in seen or one not in book.flows:
            continue
        seen.add(one)
        waiting += [step.act.flow for step in book.flows[one].steps.values() if isinstance(step.act, Call)]
    return frozenset(slot for one in seen if one in book.flows for slot in _asked(book.flows[one]))


def _asked(flow: Flow) -> Iterator[str]:
    for step in flow.steps.values():
        if step.when is not None:
            yield from _named(step.when)
        if isinstance(step.act, Branch):
            for condition, _ in step.act.cases:
                yield from _named(condition)


def _named(condition: Condition) -> Iterator[str]:
    match condition:
        case Is(slot=slot) | Between(slot=slot) | Known(slot=slot):
            yield slot
        case Not(condition=inner):
            yield from _named(inner)
        case AllOf(conditions=every) | AnyOf(conditions=every):
            for one in every:
                yield from _named(one)


def _copy(rehearsal: Rehearsal) -> Rehearsal:
    return replace(rehearsal, actions=dict(rehearsal.actions), shown=list(rehearsal.shown))
