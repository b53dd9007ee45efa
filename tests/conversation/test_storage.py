"""What may reach a disk: never what followed a volatile answer."""

from __future__ import annotations

import json

from bot.core.events import Edited
from bot.core.ids import FlowId, Locale
from bot.core.messages import Begin, Message, Speak
from bot.core.phrases import Phrase
from bot.core.session import Offer, Offered, Session, Veil
from bot.core.understanding import Understanding
from bot.services.rehearsal import Rehearsal, Stage
from bot.services.transcript import Input, step
from tests.conversation.small_book import NOW, somebody


def heard_by(rehearsal: Rehearsal, *inputs: str) -> list[Message]:
    """Do these inputs; everything said."""
    return [message for text in inputs for message in step(rehearsal, Input(text=text)).said]


def keys(messages: list[Message], *, volatile: bool) -> set[str]:
    return {
        block.key
        for message in messages
        if message.volatile is volatile
        for block in message.blocks
        if isinstance(block, Phrase) and block.key.startswith("t.")
    }


def test_messages_after_a_volatile_question_are_volatile_and_those_before_are_not(small: Stage) -> None:
    rehearsal = somebody(small)
    messages = heard_by(rehearsal, "(begin t.secret)", "[Liège]", "[La page deux]", "mon histoire", "[Voir le menu]")
    assert keys(messages, volatile=False) == {"t.secret/town.say"}
    assert keys(messages, volatile=True) == {
        "t.secret/page.say",
        "t.secret/two.say",
        "t.secret/story.say",
        "t.secret/next.say",
        "t.secret/leave.say",
    }


def test_stored_form_stays_as_it_was_at_the_question_before(small: Stage) -> None:
    rehearsal = somebody(small)
    heard_by(rehearsal, "(begin t.secret)")
    before = rehearsal.session.durable.frames
    heard_by(rehearsal, "[Liège]")
    for text in ("[La page une]", "mon histoire secrète", "[⬅️]", "encore elle", "une personne"):
        heard_by(rehearsal, text)
        assert rehearsal.session.durable.frames == before
        assert rehearsal.session.durable.answers == {"town": "liege"}
        assert rehearsal.session.shadow is not None
        assert_says_nothing(rehearsal.session)


def test_the_way_back_from_menu_danger_and_end_says_nothing(small: Stage) -> None:
    for way in ("menu", "DANGER", "[C'est tout]", "[Voir le menu]", "[Chercher une chambre]", "/start", "stop"):
        rehearsal = somebody(small)
        heard_by(rehearsal, "(begin t.secret)", "[Liège]", "[La page une]", "une histoire", way)
        assert_says_nothing(rehearsal.session)


def test_last_button_of_a_volatile_answer_is_not_stored(small: Stage) -> None:
    rehearsal = somebody(small)
    heard_by(rehearsal, "(begin t.secret)", "[Liège]", "[La page une]")
    assert rehearsal.session.last_token is None


def test_restart_forgets_the_answer_and_keeps_the_rest(small: Stage) -> None:
    rehearsal = somebody(small)
    heard_by(rehearsal, "(begin t.secret)", "[Huy]", "[La page une]", "une histoire")
    rehearsal.restart()
    assert rehearsal.session.shadow is None
    assert rehearsal.session.position.answers == {"town": "huy"}
    assert [frame.step for frame in rehearsal.session.position.frames] == ["town"]


def test_words_after_a_restart_are_no_answer_to_the_question_before(small: Stage) -> None:
    rehearsal = somebody(small)
    heard_by(rehearsal, "(begin t.secret)", "[Liège]", "[La page une]")
    rehearsal.restart()
    heard = step(rehearsal, Input(text="2"))
    assert keys(list(heard.said), volatile=False) == {"t.secret/town.say"}
    assert rehearsal.session.durable.answers == {"town": "liege"}
    heard_by(rehearsal, "2")
    assert rehearsal.session.position.answers == {"town": "huy"}


def test_what_is_not_understood_after_a_restart_is_not_noted(small: Stage) -> None:
    rehearsal = somebody(small)
    heard_by(rehearsal, "(begin t.secret)", "[Liège]", "[La page une]")
    rehearsal.restart()
    assert step(rehearsal, Input(text="mon histoire")).effects == ()


def test_stopping_after_a_restart_ends_what_was_forgotten(small: Stage) -> None:
    rehearsal = somebody(small)
    heard_by(rehearsal, "(begin t.secret)", "[Liège]", "[La page une]")
    rehearsal.restart()
    heard_by(rehearsal, "stop")
    assert not rehearsal.session.is_lost


def test_who_hears_what_is_said_next_is_known_at_every_moment(small: Stage) -> None:
    rehearsal = somebody(small)
    heard: list[tuple[str, Veil]] = []
    for text in ("(begin t.secret)", "[Liège]", "[La page une]", "une personne", "[share_no]", "(claimed)", "(closed)"):
        heard_by(rehearsal, text)
        heard.append((text, rehearsal.session.veil))
    assert heard == [
        ("(begin t.secret)", Veil.NONE),
        ("[Liège]", Veil.BOT),
        ("[La page une]", Veil.BOT),
        ("une personne", Veil.BOT),
        ("[share_no]", Veil.ADVISER),
        ("(claimed)", Veil.ADVISER),
        ("(closed)", Veil.NONE),
    ]


def test_stored_form_comes_back_as_it_was(small: Stage) -> None:
    rehearsal = somebody(small)
    heard_by(rehearsal, "(begin t.room)", "[Une famille]", "une personne", "[share_yes]", "(claimed)")
    session = rehearsal.session
    assert Session.restored(session.newcomer, session.version, session.stored()) == session


def test_offer_on_the_screen_comes_back_as_it_was(small: Stage) -> None:
    unsure = Understanding(intent="secret", confidence=0.4, ranking=(("secret", 0.4), ("part", 0.38)))
    rehearsal = somebody(small)
    heard_by(rehearsal, "(begin t.room)")
    rehearsal.say("quelque chose", unsure, language=Locale("en"))
    session = rehearsal.session
    assert session.position.offer == Offer(
        listed=(
            Offered(label=Phrase(key="t.secret/title", text="Des pages à lire"), action=Begin(flow=FlowId("t.secret"))),
            Offered(label=Phrase(key="t.part/title", text="Quartier"), action=Begin(flow=FlowId("t.part"))),
        ),
        yes=Speak(locale=Locale("en")),
        phrases=("did_you_mean",),
    )
    assert Session.restored(session.newcomer, session.version, session.stored()) == session


def test_session_of_before_offers_were_kept_has_none(small: Stage) -> None:
    rehearsal = somebody(small)
    heard_by(rehearsal, "(begin t.room)")
    without = rehearsal.session
    assert b"offer" not in without.stored()
    heard_by(rehearsal, "/start")
    with_offer = json.loads(rehearsal.session.stored())
    assert with_offer["durable"].pop("offer") is not None
    assert Session.restored(without.newcomer, 0, json.dumps(with_offer).encode()).position == without.position


def test_offer_after_a_volatile_answer_is_not_stored(small: Stage) -> None:
    rehearsal = somebody(small)
    heard_by(rehearsal, "(begin t.secret)", "[Liège]", "[La page une]", "mon histoire", "/start")
    assert rehearsal.session.position.offer is not None
    assert b"offer" not in rehearsal.session.stored()


def test_what_says_nothing_leaves_the_offer_where_it_is(small: Stage) -> None:
    rehearsal = somebody(small)
    heard_by(rehearsal, "(begin t.room)", "/start")
    offer = rehearsal.session.position.offer
    rehearsal.take(Edited(message_id=1, text="pour moi"))
    assert rehearsal.session.position.offer == offer
    heard_by(rehearsal, "1")
    assert rehearsal.session.position.offer is None


def test_position_that_was_sent_makes_a_volatile_message(small: Stage) -> None:
    rehearsal = Rehearsal.begin(small, Locale("fr"), NOW)
    rehearsal.do(Begin(flow=FlowId("t.room")))
    before = rehearsal.session.durable
    heard = step(rehearsal, Input(text="(location 50.64 5.57)"))
    assert [message.volatile for message in heard.said] == [True]
    assert rehearsal.session.durable == before
    assert b"50.64" not in rehearsal.session.stored()


def assert_says_nothing(session: Session) -> None:
    """No volatile answer, no step that one led to."""
    stored = session.stored().decode()
    for secret in ("canary", "histoire", '"one"', '"two"', '"story"', '"next"', '"page"', '"adviser"', '"leave"'):
        assert secret not in stored
