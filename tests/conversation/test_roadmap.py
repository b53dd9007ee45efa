"""The way: what comes first, next and later; what is noted, and with whose consent; what the booklet holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.conversation.booklet import booklet
from bot.conversation.reminders import by_day
from bot.conversation.roadmap import CONSENT, ahead, is_noted, picture, stages
from bot.core.effects import MakeBooklet, MakeCard, MakeSteps
from bot.core.ids import FlowId, Locale, ServiceId
from bot.core.messages import Begin, Choose, ShowService
from bot.core.papers import StageState
from bot.core.session import Session
from bot.services.rehearsal import NEWCOMER, Rehearsal, Stage
from tests.conversation.small_book import NOW

NOTED = frozenset({CONSENT})


def session(*done: str, consents: frozenset[str] = NOTED) -> Session:
    return Session(newcomer=NEWCOMER, locale=Locale("fr"), done=tuple(map(FlowId, done)), consents=consents)


def noted(stage: Stage, at: int) -> list[str]:
    """Pathways of one stage whose end is noted."""
    return [path.flow.id for path in stages(stage.guide().book, ())[at][1] if path.done is not None]


def test_the_way_leads_from_first_needs_to_the_social_economy(stage: Stage) -> None:
    areas = [{path.flow.id.partition(".")[0] for path in paths} for _, paths in stages(stage.guide().book, ())]
    assert len(areas) == 4
    assert "besoins" in areas[0] and areas[1] == {"cripel"} and areas[2] == {"forem"} and areas[3] == {"ess"}
    assert all(noted(stage, at) for at in range(4))


def test_nothing_that_asks_a_volatile_question_is_ever_noted(stage: Stage) -> None:
    book = stage.guide().book
    for flow in book.flows.values():
        if any(step.volatile for step in flow.steps.values()) or flow.id.startswith(
            ("_system.", "urgence.", "sejour.")
        ):
            assert not is_noted(flow.id, book), flow.id


def test_first_next_and_later_follow_what_is_done(stage: Stage) -> None:
    book = stage.guide().book
    needs, integration = noted(stage, 0), noted(stage, 1)
    assert [flow.id for flow in ahead(session(), book)] == [needs[0], needs[1], integration[0]]
    assert ahead(session(needs[0]), book)[0].id == needs[1]
    assert [flow.id for flow in ahead(session(*needs), book)][:2] == integration[:2]
    everything = [flow for at in range(4) for flow in noted(stage, at)]
    assert ahead(session(*everything), book) == ()


def test_the_picture_shows_progress_only_with_consent(stage: Stage) -> None:
    book = stage.guide().book
    needs = noted(stage, 0)
    whole = sum(len(noted(stage, at)) for at in range(4))
    shown = picture(session(*needs), book)
    assert shown.progress == (len(needs), whole)
    states = [one.state for one in shown.stages]
    assert states == [StageState.DONE, StageState.NOW, StageState.LATER, StageState.LATER]
    general = picture(session(*needs, consents=frozenset()), book)
    assert general.progress is None
    assert general.stages[0].state is StageState.NOW
    assert not any(done for one in general.stages for _, done in one.steps)


def test_saying_yes_notes_finished_pages_and_saying_no_forgets_them(stage: Stage) -> None:
    person = Rehearsal.begin(stage, Locale("fr"), NOW)
    heard = person.say("/parcours")
    assert [type(effect) for effect in heard.effects] == [MakeSteps]
    person.press("Noter mes pages finies")
    person.press("Oui, notez mes pages finies")
    assert person.session.consents == NOTED
    person.session = replace(person.session, done=(FlowId("besoins.eat"),))
    person.press("Noter mes pages finies")
    person.press("Non, ne notez rien")
    assert (person.session.consents, person.session.done) == (frozenset(), ())


def test_without_consent_nothing_is_noted_at_the_end_of_a_pathway(stage: Stage) -> None:
    book = stage.guide().book
    flow = next(one for one in noted(stage, 3))
    for agreed in (False, True):
        person = Rehearsal.begin(stage, Locale("fr"), NOW)
        person.session = replace(person.session, consents=NOTED if agreed else frozenset())
        person.say("bonjour")
        finish(person, FlowId(flow))
        assert person.session.done == ((FlowId(flow),) if agreed else ()), book.flows[FlowId(flow)].title


def finish(person: Rehearsal, flow: FlowId) -> None:
    """Walk a pathway by its last choices until it ends."""

    person.do(Begin(flow=flow))
    for _ in range(12):
        frames = person.session.position.frames
        if not frames or frames[0].flow != flow:
            return
        choices = [one for one in person.actions.values() if isinstance(one, Choose) and one.step == frames[-1].step]
        person.do(choices[-1])


def test_the_booklet_holds_danger_and_the_pathways_of_this_conversation(stage: Stage) -> None:
    person = Rehearsal.begin(stage, Locale("fr"), NOW)

    person.do(Begin(flow=FlowId("besoins.eat")))
    person.do(Begin(flow=FlowId("besoins.sleep_tonight")))
    heard = person.say("/carnet")
    made = next(effect for effect in heard.effects if isinstance(effect, MakeBooklet))
    assert [chapter.title.text for chapter in made.chapters][:3] == ["Danger, urgence", "Dormir ce soir", "Manger"]
    assert not made.volatile
    fresh = booklet(Session(newcomer=NEWCOMER, locale=Locale("fr")), stage.guide().book)
    assert len(fresh.chapters) > 2 and all(chapter.services or chapter.lists for chapter in fresh.chapters)


def test_a_card_after_a_volatile_answer_is_made_in_memory_only(stage: Stage) -> None:

    person = Rehearsal.begin(stage, Locale("fr"), NOW)
    person.do(Begin(flow=FlowId("besoins.doctor")))
    person.press("Non, je veux voir un médecin")
    person.press("Sans papiers et sans argent")
    person.press("Que prendre avec moi ?")
    [made] = person.press("Montrer au guichet").effects
    assert isinstance(made, MakeCard) and made.line is not None
    assert made.line.text == "Bonjour. Je viens pour : une aide médicale urgente (AMU)."
    assert made.volatile and len(made.bring) == 4


def test_a_whole_service_card_offers_one_for_the_counter(stage: Stage) -> None:
    person = Rehearsal.begin(stage, Locale("fr"), NOW)
    person.do(ShowService(service=ServiceId("cripel")))
    [made] = person.press("Montrer au guichet").effects
    assert made == MakeCard(service=ServiceId("cripel"))


@pytest.mark.parametrize(
    ("due", "rings"),
    [
        ("2026-03-16T12:00", "2026-03-16T12:00"),  # winter: an hour ahead of UTC
        ("2026-03-16T20:00", "2026-03-17T08:00"),  # nine in the evening
        ("2026-03-16T06:59", "2026-03-16T08:00"),
        ("2026-07-16T06:00", "2026-07-16T06:00"),  # summer: eight in the morning
        ("2026-07-16T23:30", "2026-07-17T07:00"),  # already tomorrow in Liège
        ("2026-03-28T21:00", "2026-03-29T07:00"),  # the night the clocks change
    ],
)
def test_no_reminder_rings_at_night(due: str, rings: str) -> None:
    def utc(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    assert by_day(utc(due)) == utc(rings)
