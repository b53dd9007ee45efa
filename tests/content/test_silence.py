"""Whoever prefers not to say reads the most careful page: advice without papers, before any office that wants them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.core.ids import ServiceId
from bot.data import Data
from bot.directory.service import Answer, Service
from bot.flow.graph import Ask, Checklist, Choice, Flow, Handoff, ShowServices, Step, ToStep
from bot.services.rehearsal import Stage

#: The icon of "I prefer not to say", on every screen.
SILENT = "🤐"
#: Pages that ask to bring papers, but nothing hangs on the right to stay, or their first words are "ask a lawyer".
SPARED = {
    "besoins.rental_guarantee": "the choice is « Je ne sais pas », about three kinds of help",
    "besoins.school": "the question is the age of a child; a school takes every child, with or without papers",
    "sejour.family": "its page says to call a lawyer first, and the papers are for the lawyer",
    "sejour.nationality": "its page says to have one's situation checked by a lawyer first",
}


def silences(flow: Flow) -> Iterator[tuple[Step, Choice]]:
    for step in flow.steps.values():
        if isinstance(step.act, Ask):
            yield from ((step, choice) for choice in step.act.choices if choice.icon == SILENT)


def page_after(flow: Flow, step: Step, choice: Choice) -> list[Step]:
    """The steps that are read after this choice, up to the next question."""
    read: list[Step] = []
    leads = choice.leads or step.leads
    while isinstance(leads, ToStep) and flow.steps[leads.step] not in read:
        here = flow.steps[leads.step]
        read.append(here)
        if isinstance(here.act, Ask | Handoff):
            break
        leads = here.leads
    return read


def is_advice(service: Service) -> bool:
    return "legal" in service.needs and service.eligibility.without_residence_permit is Answer.YES


@pytest.mark.parametrize("area", ["besoins", "cripel", "forem", "sejour"])
def test_silence_leads_to_advice_before_any_office_that_asks_for_papers(area: str, stage: Stage, data: Data) -> None:
    services = {service.id: service for service in data.directory.published()}

    def wants_papers(step: Step) -> bool:
        return isinstance(step.act, Checklist) or any(
            services[one].eligibility.without_residence_permit is Answer.NO for one in shown(step)
        )

    bold = []
    for flow in stage.guide().book.flows.values():
        if not flow.id.startswith(f"{area}.") or flow.id in SPARED:
            continue
        for step, choice in silences(flow):
            for here in page_after(flow, step, choice):
                if wants_papers(here):
                    bold.append(f"{flow.id}/{step.id}.{choice.id} → {here.id}")
                if any(is_advice(services[one]) for one in shown(here)):
                    break
    assert bold == []


def shown(step: Step) -> tuple[ServiceId, ...]:
    return step.act.ids if isinstance(step.act, ShowServices) else ()
