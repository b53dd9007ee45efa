"""What can happen on a walk through the flows: steps nobody reaches, ways nobody leaves, loops that never ask.

All flows are judged together, for loops can lead through several. Conditions are not weighed: a step that may be
skipped is taken as skipped and as not skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import TypeAlias, TypeVar

from bot.core.helplines import AT_ONCE
from bot.core.ids import FlowId, StepId
from bot.flow.draft import Draft
from bot.flow.graph import Ask, Branch, Call, Exit, Flow, Handoff, Next, Remind, ShowServices, Step, ToFlow, ToStep
from bot.flow.issues import Issue, issue

Place: TypeAlias = tuple[FlowId, StepId]
N = TypeVar("N", bound=Hashable)

#: The engine waits for the person here, so a loop through such a step can be left.
_WAITING = (Ask, Remind, Handoff)
_MENU = FlowId("_system.menu")


def check_walks(drafts: Mapping[FlowId, Draft]) -> Iterator[tuple[Draft, Issue]]:
    """Issues about how steps hang together. Only flows whose references are all resolved may be given."""
    flows = {name: draft.flow for name, draft in drafts.items() if draft.flow is not None}
    for name, flow in flows.items():
        draft = drafts[name]
        for found in (*_unreachable(flow, draft), *_dead_ends(flow, draft), *_safety(flow, draft, flows)):
            yield draft, found
    yield from _call_circles(drafts, flows)
    yield from _loops(drafts, flows)


def author_id(step: StepId) -> StepId:
    """The id as the author wrote it; the compiler adds a mark to the second half of a guarded step."""
    return StepId(step.removesuffix("!"))


def ways(step: Step) -> tuple[Next, ...]:
    """Everywhere this step can lead, skipped or not."""
    match step.act:
        case Ask(choices=choices, otherwise=otherwise):
            led = [choice.leads for choice in choices]
            free = step.leads if not choices or None in led or step.when is not None else None
            return tuple(one for one in (*led, otherwise, free) if one is not None)
        case Branch(cases=cases, otherwise=otherwise):
            return (*(leads for _, leads in cases), otherwise)
        case _:
            return (step.leads,)


def silent_ways(step: Step) -> tuple[Next, ...]:
    """Where this step can lead without waiting for the person."""
    if isinstance(step.act, _WAITING):
        return () if step.when is None else (step.leads,)
    return ways(step)


def _unreachable(flow: Flow, draft: Draft) -> Iterator[Issue]:
    reached = _reach([flow.first], lambda step: _steps_after(flow, step))
    for step in flow.steps.values():
        if step.id not in reached and author_id(step.id) == step.id:
            yield issue(draft.path, step.line, "unreachable-step", step=step.id)


def _dead_ends(flow: Flow, draft: Draft) -> Iterator[Issue]:
    """One issue for the first step of what can be entered and never left."""
    before: dict[StepId, list[StepId]] = {}
    for step in flow.steps:
        for after in _steps_after(flow, step):
            before.setdefault(after, []).append(step)
    leaving = [
        step.id
        for step in flow.steps.values()
        if isinstance(step.act, Handoff) or any(not isinstance(way, ToStep) for way in ways(step))
    ]
    alive = _reach(leaving, lambda step: before.get(step, ()))
    reached = _reach([flow.first], lambda step: _steps_after(flow, step))
    stuck = next((step for step in flow.steps.values() if step.id in reached and step.id not in alive), None)
    # A loop that never asks is said by its own name.
    if stuck is not None and _asks_after(flow, stuck.id):
        yield issue(draft.path, stuck.line, "dead-end", step=author_id(stuck.id))


def _asks_after(flow: Flow, start: StepId) -> bool:
    return any(
        isinstance(flow.steps[step].act, _WAITING) for step in _reach([start], lambda step: _steps_after(flow, step))
    )


def _safety(flow: Flow, draft: Draft, flows: Mapping[FlowId, Flow]) -> Iterator[Issue]:
    if not flow.safety:
        return

    def unshown(step: StepId) -> Iterable[StepId]:
        return () if _shows_numbers(flow.steps[step], flows) else _steps_after(flow, step)

    for reached in _reach([flow.first], unshown):
        step = flow.steps[reached]
        if isinstance(step.act, Ask) and not _shows_numbers(step, flows):
            yield issue(draft.path, step.line, "safety-asks-first", step=author_id(step.id))
            return


def _shows_numbers(step: Step, flows: Mapping[FlowId, Flow]) -> bool:
    if step.when is not None:
        return False
    if any(AT_ONCE.search(phrase.text) for phrase in step.say) or isinstance(step.act, ShowServices):
        return True
    # A called safety flow is judged by this same rule in its own file.
    return isinstance(step.act, Call) and step.act.flow in flows and flows[step.act.flow].safety


def _call_circles(drafts: Mapping[FlowId, Draft], flows: Mapping[FlowId, Flow]) -> Iterator[tuple[Draft, Issue]]:
    called = {
        name: [step.act.flow for step in flow.steps.values() if isinstance(step.act, Call) and step.act.flow in flows]
        for name, flow in flows.items()
    }
    for circle in circles(called):
        for name in sorted(circle):
            step = next(
                step for step in flows[name].steps.values() if isinstance(step.act, Call) and step.act.flow in circle
            )
            said = " → ".join(sorted(circle))
            yield drafts[name], issue(drafts[name].path, step.line, "call-circle", step=author_id(step.id), circle=said)


def _loops(drafts: Mapping[FlowId, Draft], flows: Mapping[FlowId, Flow]) -> Iterator[tuple[Draft, Issue]]:
    """One issue for each loop, in the flow that comes first; without that flow, the others may loop by themselves."""
    while True:
        blamed = set()
        for circle in silent_circles(flows):
            inside = sorted(circle, key=lambda place: (drafts[place[0]].path, flows[place[0]].steps[place[1]].line))
            name, first = inside[0]
            said = " → ".join(dict.fromkeys(author_id(s) if f == name else f"{f}/{author_id(s)}" for f, s in inside))
            path, line = drafts[name].path, flows[name].steps[first].line
            yield drafts[name], issue(path, line, "loop-without-question", step=author_id(first), circle=said)
            blamed.add(name)
        if not blamed:
            return
        flows = {name: flow for name, flow in flows.items() if name not in blamed}


def silent_circles(flows: Mapping[FlowId, Flow]) -> Iterator[set[Place]]:
    """Steps that can follow one another for ever without waiting for the person."""
    passing = _passing(flows)
    return circles(
        {
            (name, step.id): list(_places_after(name, step, flows, passing))
            for name, flow in flows.items()
            for step in flow.steps.values()
        }
    )


def _places_after(name: FlowId, step: Step, flows: Mapping[FlowId, Flow], passing: set[FlowId]) -> Iterator[Place]:
    silent = silent_ways(step)
    if isinstance(step.act, Call):
        if step.act.flow in flows:
            yield step.act.flow, flows[step.act.flow].first
        if step.when is None and step.act.flow not in passing:
            silent = ()
    for way in silent:
        match way:
            case ToStep(step=target):
                yield name, target
            case ToFlow(flow=other) if other in flows:
                yield other, flows[other].first
            case Exit.MENU if _MENU in flows:
                yield _MENU, flows[_MENU].first
            case _:
                continue


def _passing(flows: Mapping[FlowId, Flow]) -> set[FlowId]:
    """Flows that can be walked from first step to end without a word from the person."""
    passing: set[FlowId] = set()
    while True:
        new = {name for name, flow in flows.items() if name not in passing and _can_pass(flow, passing)}
        if not new:
            return passing
        passing |= new


def _can_pass(flow: Flow, passing: set[FlowId]) -> bool:
    def through(step: StepId) -> tuple[Next, ...]:
        known = flow.steps[step]
        stops = isinstance(known.act, Call) and known.act.flow not in passing and known.when is None
        return () if stops else silent_ways(known)

    reached = _reach([flow.first], lambda step: [way.step for way in through(step) if isinstance(way, ToStep)])
    # A flow that was started in place of another returns to the caller of that one.
    return any(
        way is Exit.END or (isinstance(way, ToFlow) and way.flow in passing)
        for step in reached
        for way in through(step)
    )


def _steps_after(flow: Flow, step: StepId) -> list[StepId]:
    return [way.step for way in ways(flow.steps[step]) if isinstance(way, ToStep)]


def _reach(start: Iterable[N], after: Callable[[N], Iterable[N]]) -> dict[N, None]:
    """Everything that can be reached, in the order it was found."""
    found: dict[N, None] = dict.fromkeys(start)
    waiting = list(found)
    while waiting:
        for one in after(waiting.pop()):
            if one not in found:
                found[one] = None
                waiting.append(one)
    return found


def circles(after: Mapping[N, Iterable[N]]) -> Iterator[set[N]]:
    """Sets of places that can be left and reached again (strongly connected components, Tarjan 1972).

    Without recursion: a hostile file may have thousands of steps in a row.
    """
    index: dict[N, int] = {}
    low: dict[N, int] = {}
    stack: list[N] = []
    on_stack: set[N] = set()
    for root in after:
        if root in index:
            continue
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        work: list[tuple[N, Iterator[N]]] = [(root, iter(after[root]))]
        while work:
            place, rest = work[-1]
            for target in rest:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(after.get(target, ()))))
                    break
                if target in on_stack:
                    low[place] = min(low[place], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[place])
                if low[place] == index[place]:
                    circle: set[N] = set()
                    while place not in circle:
                        top = stack.pop()
                        on_stack.discard(top)
                        circle.add(top)
                    if len(circle) > 1 or place in after.get(place, ()):
                        yield circle
