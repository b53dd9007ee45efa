"""Where somebody is, in two taps, and what is near then comes first."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.core.ids import FlowId, Locale
from bot.core.messages import Begin
from bot.data import Data
from bot.flow.graph import Ask
from bot.services.rehearsal import Rehearsal, Stage

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)
#: Too many for six buttons: somebody there says "elsewhere".
LEFT_OUT = {"waremme"}


def test_every_choice_is_a_district_of_the_directory(data: Data, stage: Stage) -> None:
    steps = stage.guide().book.flows[FlowId("_system.district")].steps.values()
    offered = {
        choice.id.replace("_", "-")
        for step in steps
        if isinstance(step.act, Ask) and step.act.slot == "district"
        for choice in step.act.choices
    }
    assert offered - {"ailleurs"} == data.directory.districts.keys() - LEFT_OUT


@pytest.mark.parametrize(
    ("taps", "first"),
    [
        (("Liège : Guillemins, Angleur", "Chênée"), "Armée du Salut"),
        (("Liège, centre et autour", "Saint-Léonard"), "Cœur"),
        (("Seraing, Verviers, ailleurs", "Ailleurs"), "Thermos"),
        (("Je préfère ne pas dire",), "Thermos"),
    ],
)
def test_food_near_a_person_comes_first(stage: Stage, taps: tuple[str, ...], first: str) -> None:
    person = Rehearsal.begin(stage.brief(), Locale("fr"), NOON)
    person.do(Begin(flow=FlowId("besoins.eat")))
    person.press("Près de chez moi")
    for tap in taps[:-1]:
        person.press(tap)
    told = "\n".join(message.text for message in person.press(taps[-1]).messages)
    assert first in told.split("▪")[1]
