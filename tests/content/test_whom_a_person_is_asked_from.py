"""« Une personne » asks those who answer for the page that is on the screen, also on a menu that no pathway began."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.conversation.advance import advance
from bot.core.effects import OpenHandoff
from bot.core.events import Pressed
from bot.core.ids import FlowId, Locale, NewcomerId, Token
from bot.core.messages import Begin, Command, Go
from bot.core.session import Session
from bot.services.rehearsal import Stage

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
#: Pages without an area of their own.
NOBODYS = {"_system.menu": "accueil", "_system.search": "accueil", "_system.language": "accueil"}
MENUS = {
    "menu_needs": "besoins", "menu_health": "besoins", "menu_housing": "besoins", "menu_family": "besoins",
    "menu_daily": "besoins", "menu_papers": "sejour", "menu_papers_commune": "sejour", "menu_papers_more": "sejour",
    "menu_papers_rights": "sejour", "menu_integration": "cripel", "menu_languages": "langue", "menu_work": "forem",
    "menu_work_learn": "forem", "menu_work_forem": "forem", "menu_work_trouble": "forem", "menu_work_more": "forem",
    "menu_ess": "ess", "menu_ess_more": "ess", "menu_initiatives": "ess", "menu_initiatives_more": "ess",
}  # fmt: skip
#: Its first question is answered in memory only: nothing is told of where the person stands.
VOLATILE = FlowId("sejour.reference_address")


def asked_from(stage: Stage, *flows: str) -> list[str]:
    """The queues that a person is asked of when they press the button on the first screen of the last flow."""
    session = Session(newcomer=NewcomerId("n"), locale=Locale("fr"), welcomed=True)
    queues: list[str] = []
    for at, action in enumerate((*(Begin(flow=FlowId(flow)) for flow in flows), Go(command=Command.PERSON))):
        event = Pressed(token=Token(f"t{at}"), message_id=at, action=action)
        turn = advance(session, event, stage.guide(), now=NOW)
        session = turn.session
        queues += [effect.queue for effect in turn.effects if isinstance(effect, OpenHandoff)]
    return queues


def test_every_menu_is_named_here(stage: Stage) -> None:
    menus = {flow.removeprefix("_system.") for flow in stage.guide().book.flows if flow.startswith("_system.menu_")}
    assert menus == set(MENUS)


@pytest.mark.parametrize(("menu", "queue"), MENUS.items())
def test_a_menu_asks_the_team_of_its_area(menu: str, queue: str, stage: Stage) -> None:
    assert asked_from(stage, f"_system.{menu}") == [queue]


@pytest.mark.parametrize(("flow", "queue"), NOBODYS.items())
def test_a_page_of_no_area_asks_those_at_the_door(flow: str, queue: str, stage: Stage) -> None:
    assert asked_from(stage, flow) == [queue]


def test_a_volatile_page_tells_no_more_than_the_menu_before_it(stage: Stage) -> None:
    assert asked_from(stage, VOLATILE) == ["accueil"]
    assert asked_from(stage, "_system.menu_papers_commune", VOLATILE) == ["sejour"]
