"""What the checker proves about walks: random flows that pass it always end or ask."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.ids import FlowId, StepId
from bot.flow.book import FlowFile, assemble, load
from bot.flow.forbidden import Rules
from bot.flow.graph import AllOf, AnyOf, Ask, Between, Branch, Call, Condition, Exit, FlowBook, Is, Not, ToFlow
from bot.flow.graph import Known as IsKnown
from bot.flow.walks import circles
from tests.flow.known import KNOWN
from tests.flow.written import write

# --- single rules ------------------------------------------------------------------------------------------------


def codes(folder: Path) -> list[tuple[str, str]]:
    """(step, code) of every issue about walks."""
    beside = ("missing-phrase", "needs-broken-flow")
    return [
        (dict(one.values).get("step", ""), one.code) for one in load(folder, KNOWN).issues if one.code not in beside
    ]


def test_loop_through_two_flows_is_found(tmp_path: Path) -> None:
    write(tmp_path, "a.one", "steps: [{id: here, say: A, start: a.two}]\n")
    write(tmp_path, "a.two", "steps: [{id: there, say: B, start: a.one}]\n")

    assert codes(tmp_path) == [("here", "loop-without-question")]


def test_loop_through_a_question_is_right(tmp_path: Path) -> None:
    write(
        tmp_path,
        "a.one",
        """
        steps:
          - {id: more, say: Encore ?, choices: {yes: {label: Oui, goto: again}, no: {label: Non, goto: end}}}
          - {id: again, say: Encore une fois., goto: more}
        """,
    )

    assert codes(tmp_path) == []


def test_loop_through_a_question_that_may_be_skipped_is_found(tmp_path: Path) -> None:
    write(
        tmp_path,
        "a.one",
        """
        steps:
          - {id: name, when: {pet: unknown}, say: Qui ?, ask: pet, choices: {cat: Chat, no: {label: Non, goto: end}}}
          - {id: again, say: Encore une fois., goto: name}
        """,
    )

    assert codes(tmp_path) == [("name", "loop-without-question")]


@pytest.mark.parametrize(("asks", "expected"), [(True, []), (False, [("walk", "loop-without-question")])])
def test_loop_through_a_called_flow_asks_only_if_that_flow_always_asks(
    tmp_path: Path, asks: bool, expected: list[tuple[str, str]]
) -> None:
    kind = "ask: {slot: more, kind: yes_no}" if asks else "goto: end"
    write(tmp_path, "a.asks", f"steps: [{{id: q, say: Encore ?, {kind}}}]\n")
    write(
        tmp_path,
        "a.one",
        """
        steps:
          - {id: walk, call: a.asks}
          - {id: again, branch: [{when: {more: "no"}, goto: end}], otherwise: walk}
        """
        if asks
        else """
        steps:
          - {id: walk, call: a.asks}
          - {id: again, say: Encore., goto: walk}
        """,
    )

    assert codes(tmp_path) == expected


def test_safety_flow_may_call_a_safety_flow_before_it_asks(tmp_path: Path) -> None:
    write(tmp_path, "a.numbers", "safety: yes\nsteps: [{id: show, say: Appelez le 112 maintenant.}]\n")
    write(
        tmp_path,
        "a.one",
        "safety: yes\nsteps:\n  - {id: s, call: a.numbers}\n"
        "  - {id: q, say: Ça va ?, ask: {slot: fine, kind: yes_no}, volatile: yes}\n",
    )

    assert codes(tmp_path) == []


def test_circles_of_a_long_chain_need_no_recursion() -> None:
    chain = {number: [number + 1] for number in range(20_000)} | {20_000: [0]}
    assert [len(circle) for circle in circles(chain)] == [20_001]


# --- random flows --------------------------------------------------------------------------------------------------

STEPS = ("a", "b", "c", "d", "e", "f")
FLOWS = ("x.one", "x.two", "x.three")
targets = st.sampled_from((*STEPS, "end", "menu"))
conditions = st.sampled_from(
    [
        {"answer": "p"},
        {"answer": ["p", "q"]},
        {"answer": {"not": "q"}},
        {"answer": "known"},
        {"any": [{"answer": "unknown"}]},
    ]
)
choices = st.fixed_dictionaries(
    {"p": st.fixed_dictionaries({"label": st.just("P")}, optional={"goto": targets}), "q": st.just({"label": "Q"})}
)
acts = st.one_of(
    st.fixed_dictionaries({"say": st.just("Dire.")}, optional={"goto": targets}),
    st.fixed_dictionaries(
        {"say": st.just("Quoi ?"), "ask": st.just("answer"), "choices": choices},
        optional={"otherwise": targets, "goto": targets},
    ),
    st.fixed_dictionaries(
        {
            "branch": st.lists(st.fixed_dictionaries({"when": conditions, "goto": targets}), min_size=1, max_size=2),
            "otherwise": targets,
        }
    ),
    st.fixed_dictionaries({"call": st.sampled_from(FLOWS)}),
    st.fixed_dictionaries({"say": st.just("Partir."), "start": st.sampled_from(FLOWS)}),
)
steps = st.builds(
    lambda act, when: act if when is None or "branch" in act else {**act, "when": when},
    acts,
    st.none() | conditions,
)
bodies = st.lists(steps, min_size=1, max_size=len(STEPS)).map(
    lambda found: [{"id": name, **step} for name, step in zip(STEPS, found, strict=False)]
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.tuples(bodies, bodies, bodies), st.randoms(use_true_random=False))
def test_every_walk_through_a_published_flow_ends_or_asks(made: tuple[list[dict[str, Any]], ...], random: Any) -> None:
    files = [
        # JSON is YAML: what hypothesis built is written as it is.
        FlowFile(
            shown=f"flows/{flow}.yml",
            flow=FlowId(flow),
            source=json.dumps({"flow": flow, "title": "T", "steps": body}).encode(),
        )
        for flow, body in zip(FLOWS, made, strict=True)
    ]

    book = assemble(files, KNOWN, Rules()).book

    for flow in book.flows.values():
        assert walk(book, flow.id, random) in ("end", "menu", "asked enough")


def walk(book: FlowBook, start: FlowId, random: Any) -> str:
    """Walk with random answers; between two questions no more steps than the book has are visited."""
    answers: dict[str, str] = {}
    frames: list[tuple[FlowId, StepId]] = [(start, book.flows[start].first)]
    limit = 2 * sum(len(flow.steps) for flow in book.flows.values()) * (len(book.flows) + 1)
    silent = asked = 0
    while frames:
        name, at = frames.pop()
        step = book.flows[name].steps[at]
        silent += 1
        assert silent <= limit, f"{name}/{at} never asks"
        if asked > 30:
            return "asked enough"
        way = step.leads
        if step.when is None or holds(step.when, answers):
            match step.act:
                case Ask(choices=offered, otherwise=otherwise):
                    silent, asked = 0, asked + 1
                    choice = random.choice(offered)
                    answers["answer"] = choice.id
                    way = choice.leads or step.leads
                    if otherwise is not None and random.random() < 0.2:
                        way = otherwise
                case Branch(cases=cases, otherwise=otherwise):
                    way = next((one for condition, one in cases if holds(condition, answers)), otherwise)
                case Call(flow=called):
                    frames += [(name, at), (called, book.flows[called].first)]
                    continue
        if way is Exit.MENU:
            return "menu"
        while way is Exit.END:
            if not frames:
                return "end"
            name, at = frames.pop()
            way = book.flows[name].steps[at].leads
            if way is Exit.MENU:
                return "menu"
        frames.append(place(book, name, way))
    return "end"


def place(book: FlowBook, name: FlowId, way: Any) -> tuple[FlowId, StepId]:
    return (way.flow, book.flows[way.flow].first) if isinstance(way, ToFlow) else (name, way.step)


def holds(condition: Condition, answers: Mapping[str, str]) -> bool:
    match condition:
        case Is(slot=slot, words=words):
            return answers.get(slot) in words
        case IsKnown(slot=slot):
            return slot in answers
        case Not(condition=inner):
            return not holds(inner, answers)
        case AllOf(conditions=inner_all):
            return all(holds(one, answers) for one in inner_all)
        case AnyOf(conditions=inner_any):
            return any(holds(one, answers) for one in inner_any)
        case Between():
            raise AssertionError("not generated")


def test_random_flows_are_published_often_enough_to_mean_something() -> None:
    published = 0

    @settings(max_examples=300, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    @given(bodies)
    def count(body: list[dict[str, Any]]) -> None:
        nonlocal published
        source = json.dumps({"flow": "x.one", "title": "T", "steps": body}).encode()
        file = FlowFile(shown="flows/x/one.yml", flow=FlowId("x.one"), source=source)
        published += bool(assemble([file], KNOWN, Rules()).book.flows)

    count()
    assert published >= 10, published
