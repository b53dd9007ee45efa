"""What is handed over without its author cannot be taken back: it is never handed over unasked."""

from __future__ import annotations

from bot.core.ids import FlowId, StepId
from bot.flow.graph import SUBMIT, Ask, Do, Flow, ToStep
from bot.flow.walks import ways
from bot.services.rehearsal import Stage


def test_answers_are_sent_only_by_a_choice_that_could_have_been_another(stage: Stage) -> None:
    unasked = [
        f"{flow.id}/{step.id} ← {before}"
        for flow in stage.guide().book.flows.values()
        for step in flow.steps.values()
        if step.act == Do(command=SUBMIT)
        for before in leading_to(flow, step.id)
        if not could_be_refused(flow, before)
    ]
    assert unasked == []
    submitting = {
        flow.id
        for flow in stage.guide().book.flows.values()
        for one in flow.steps.values()
        if one.act == Do(command=SUBMIT)
    }
    assert submitting == {FlowId("voix.say"), FlowId("ess.third_place")}


def leading_to(flow: Flow, target: StepId) -> list[StepId]:
    return [step.id for step in flow.steps.values() if ToStep(step=target) in ways(step)]


def could_be_refused(flow: Flow, name: StepId) -> bool:
    """Whether this is a question that keeps nothing, with another choice that sends nothing."""
    act = flow.steps[name].act
    return isinstance(act, Ask) and act.slot is None and len({choice.leads for choice in act.choices}) > 1
