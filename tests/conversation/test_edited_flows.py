"""Flows that are edited or removed while somebody is inside: nobody is stranded (D05)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.effects import EndHandoff
from bot.core.ids import FlowId, StepId
from bot.core.session import Hold
from bot.data import Data
from bot.flow.graph import Ask, Exit, Flow, FlowBook, Step, ToFlow, ToStep
from bot.services.rehearsal import Rehearsal, Stage
from bot.services.transcript import Input, step, told
from tests.conversation.small_book import small_book, small_stage, somebody

ROOM = FlowId("t.room")


def edited(book: FlowBook, flow: Flow, **steps: Step) -> FlowBook:
    """The book after an edit of this flow; the revision before is kept for those who are inside."""
    kept = {name: step for name, step in flow.steps.items() if steps.get(name, step) is not None}
    new = replace(flow, revision="edited", steps={**kept, **{StepId(name): made for name, made in steps.items()}})
    return replace(book, flows={**book.flows, flow.id: new}, older={(flow.id, flow.revision): flow})


def without(book: FlowBook, flow: FlowId) -> FlowBook:
    """The book after a flow was removed, its last revision forgotten."""
    return replace(book, flows={name: one for name, one in book.flows.items() if name != flow})


def moved(rehearsal: Rehearsal, data: Data, book: FlowBook) -> Rehearsal:
    """The same conversation over another book."""
    return replace(rehearsal, stage=small_stage(data, book))


@pytest.fixture
def inside(small: Stage) -> Rehearsal:
    """Somebody who was asked how many they are."""
    rehearsal = somebody(small)
    for text in ("(begin t.room)", "[Une famille]"):
        step(rehearsal, Input(text=text))
    return rehearsal


def lines(rehearsal: Rehearsal, text: str) -> list[str]:
    return told(step(rehearsal, Input(text=text)), rehearsal.stage)


def test_person_inside_an_edited_flow_finishes_the_revision_they_began(inside: Rehearsal, data: Data) -> None:
    book = small_book()
    asked = book.flows[ROOM].steps[StepId("how_many")]
    gone = replace(asked, say=(replace(asked.say[0], text="Autre question ?"),))
    later = moved(inside, data, edited(book, book.flows[ROOM], how_many=gone))
    assert lines(later, "bla")[:2] == ["< not_understood", "< Combien de personnes ?"]
    assert lines(later, "4")[0] == "< Quel quartier ?"
    step(later, Input(text="(begin t.room)"))
    step(later, Input(text="[Une famille]"))
    assert lines(later, "bla")[1] == "< Autre question ?"


def test_revision_that_nobody_kept_begins_the_flow_again(inside: Rehearsal, data: Data) -> None:
    book = small_book()
    forgotten = replace(edited(book, book.flows[ROOM]), older={})
    later = moved(inside, data, forgotten)
    assert lines(later, "4")[:2] == ["< step_gone", "< Pour qui ?"]
    assert lines(later, "[Pour moi]")[0] == "< Quel quartier ?"


def test_removed_flow_leads_to_the_menu(inside: Rehearsal, data: Data) -> None:
    later = moved(inside, data, without(small_book(), ROOM))
    assert lines(later, "[⬅️]")[:2] == ["< step_gone", "< Quoi ?"]


@pytest.mark.parametrize(
    "text", ["4", "[Pour moi]", "/start", "stop", "une personne", "(restart)", "(photo)", "DANGER"]
)
def test_nothing_raises_in_a_removed_flow(inside: Rehearsal, data: Data, text: str) -> None:
    later = moved(inside, data, without(small_book(), ROOM))
    heard = step(later, Input(text=text))
    assert heard.messages or heard.effects


def test_handoff_that_ends_over_a_removed_flow_has_ended(inside: Rehearsal, data: Data) -> None:
    for text in ("une personne", "[share_yes]", "(claimed)"):
        step(inside, Input(text=text))
    later = moved(inside, data, without(small_book(), ROOM))
    assert lines(later, "(returned)")[:3] == ["< handoff_returned", "< step_gone", "< Quoi ?"]
    assert later.session.hold is Hold.NONE


def test_leaving_over_a_removed_flow_tells_the_adviser(inside: Rehearsal, data: Data) -> None:
    for text in ("une personne", "[share_yes]", "(claimed)", "menu", "/menu"):
        step(inside, Input(text=text))
    later = moved(inside, data, without(small_book(), ROOM))
    heard = step(later, Input(text="[held_leave]"))
    assert heard.effects == (EndHandoff(),)
    assert later.session.hold is Hold.NONE


def test_older_revision_may_call_and_lead_to_flows_that_are_gone(inside: Rehearsal, data: Data) -> None:
    book = without(small_book(), FlowId("t.part"))
    later = moved(inside, data, book)
    assert lines(later, "4")[0].startswith("< Noté : Une famille")
    rehearsal = somebody(small_stage(data))
    for text in ("(begin t.secret)", "[Liège]", "[La page une]", "rien"):
        step(rehearsal, Input(text=text))
    assert lines(moved(rehearsal, data, without(small_book(), ROOM)), "[Chercher une chambre]")[0] == "< Quoi ?"


def test_loop_that_escaped_the_checker_ends_in_an_apology(data: Data) -> None:
    book = small_book()
    room, words = book.flows[ROOM], book.flows[FlowId("t.words")]
    loop = replace(room.steps[StepId("who")], act=None, say=(), leads=ToStep(step=StepId("who")))
    loops = replace(book, flows={**book.flows, ROOM: replace(room, steps={**room.steps, StepId("who"): loop})})
    there = replace(room.steps[StepId("who")], act=None, say=(), leads=ToFlow(flow=words.id))
    back = replace(words.steps[StepId("kids")], act=None, say=(), leads=ToFlow(flow=ROOM))
    ping_pong = replace(
        book,
        flows={
            **book.flows,
            ROOM: replace(room, steps={**room.steps, StepId("who"): there}),
            words.id: replace(words, steps={**words.steps, StepId("kids"): back}),
        },
    )
    for broken in (loops, ping_pong):
        rehearsal = somebody(small_stage(data, broken))
        assert lines(rehearsal, "(begin t.room)") == ["< apology", "  [🏠] [👤]"]
        assert rehearsal.session.position.frames == ()
        assert lines(rehearsal, "menu")[0] == "< Quoi ?"


def test_choice_that_is_gone_asks_the_question_as_it_is_now(inside: Rehearsal, data: Data) -> None:
    book = small_book()
    who = book.flows[ROOM].steps[StepId("who")]
    assert isinstance(who.act, Ask)
    fewer = replace(who, act=replace(who.act, choices=who.act.choices[:2]), leads=Exit.END)
    same_revision = replace(book.flows[ROOM], steps={**book.flows[ROOM].steps, StepId("who"): fewer})
    later = moved(inside, data, replace(book, flows={**book.flows, ROOM: same_revision}))
    step(later, Input(text="[⬅️]"))
    assert lines(later, "[Une famille]")[0] == "< Pour qui ?"
