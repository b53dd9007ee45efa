"""After an outage everything is taken in order, people are told once, and lost presses are made up for (A17, A18)."""

from __future__ import annotations

import asyncio
from datetime import datetime

import aiohttp
import pytest

from bot.channel.feed import TelegramFeed
from bot.conversation.guide import Guide
from bot.conversation.turn import Turn
from bot.core.events import Event, Pressed
from bot.core.session import Session
from bot.errors import StoreError
from bot.ports import Fetched
from bot.sandbox import Fault, FaultScript, doings
from bot.services import advisers, dispatch, newcomer
from bot.services.contact import Contact
from tests.journeys.flows import NUDGE, WHO, WORDS
from tests.journeys.office import Office
from tests.journeys.test_handover import held

APOLOGY = "Désolé, il y a un problème de mon côté. Essayez encore dans un moment."
NOT_PASSED_ON = "⚠️ Votre dernier message n'est peut-être pas arrivé chez la personne. Envoyez-le encore une fois."
LATE = "Désolé, je réponds avec du retard. J'étais en panne."


async def away(office: Office, **span: float) -> None:
    """The guichet is down for this long."""
    await office.running.contact.look()
    await office.close()
    office.now.pass_by(**span)


async def back(office: Office) -> None:
    """It comes up again and has taken what waited."""
    await office.open()
    await office.settled()
    await office.running.contact.look()
    await office.settled()


async def test_after_a_day_all_words_are_taken_in_order_and_the_delay_told_once(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("essai")
    await away(office, hours=1)
    for words in ("une femme", "il fait froid"):
        await fatou.seat.say(words)
    office.now.pass_by(hours=22)
    await back(office)
    assert await fatou.heard() == [LATE, WORDS, NUDGE]
    office.now.pass_by(minutes=1)
    assert LATE not in await fatou.press("Non")


async def test_words_of_now_are_answered_without_excuses(office: Office) -> None:
    fatou = await office.fatou()
    await away(office, minutes=2)
    await fatou.seat.say("essai")
    await back(office)
    assert await fatou.heard() == [WHO]


async def test_the_card_of_danger_comes_before_any_excuse(office: Office) -> None:
    fatou = await office.fatou()
    await away(office, minutes=20)
    await fatou.seat.say("au secours il a un couteau")
    office.now.pass_by(minutes=20)
    await back(office)
    said = await fatou.heard()
    assert "112" in said[0] and LATE not in said


async def test_a_lost_press_is_made_up_for_by_the_question_once(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("essai")
    await away(office, minutes=1)
    await fatou.seat.press("Une femme")
    office.now.pass_by(minutes=10)  # Telegram forgets the press after 150 seconds
    await back(office)
    assert await fatou.heard() == [LATE, WHO]
    await office.running.contact.look()
    assert await fatou.heard() == []
    await away(office, minutes=15)
    await back(office)
    assert await fatou.heard() == []
    assert await fatou.press("Une femme") == [WORDS]
    await away(office, minutes=15)
    await back(office)
    assert (await fatou.heard())[-1] == WORDS


async def test_who_wrote_meanwhile_is_not_asked_again(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("essai")
    await away(office, minutes=1)
    await fatou.seat.say("une femme")
    office.now.pass_by(minutes=5)
    await back(office)
    assert await fatou.heard() == [WORDS]


async def test_a_short_restart_asks_nobody(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("essai")
    await away(office, minutes=2)
    await back(office)
    assert await fatou.heard() == []


async def test_who_left_long_before_is_left_in_peace(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("essai")
    office.now.pass_by(hours=3)
    await away(office, hours=1)
    await back(office)
    assert await fatou.heard() == []


async def test_a_clock_that_is_set_anew_is_no_outage(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("essai")
    await office.running.contact.look()
    office.now.pass_by(hours=1)
    assert await office.running.contact.look() == 0
    assert await fatou.heard() == []


async def test_a_network_that_was_away_is_an_outage_whatever_the_clock_says(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("essai")
    guichet, passed_s = office.running, [0.0]
    contact = Contact(guichet.desk, is_there=lambda: True, idle=guichet.dispatcher.idle, monotonic=lambda: passed_s[0])
    await contact.look()
    passed_s[0] += 600
    assert await contact.look() == 1
    assert await fatou.heard() == [LATE, WHO]
    assert await contact.look() == 0


async def test_who_was_to_be_asked_when_the_guichet_stopped_is_asked_by_the_next(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("essai")
    await away(office, minutes=20)
    await office.open()
    guichet = office.running

    async def stopped() -> None:
        raise asyncio.CancelledError

    contact = Contact(guichet.desk, is_there=lambda: True, idle=stopped)
    with pytest.raises(asyncio.CancelledError):
        await contact.look()
    await office.close()
    await back(office)
    assert await fatou.heard() == [LATE, WHO]


async def test_who_talks_with_a_person_is_not_disturbed(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.ask_for_a_person()
    claire = await office.adviser()
    await claire.take()
    await fatou.heard()
    await away(office, minutes=20)
    await fatou.seat.say("vous êtes là ?")
    office.now.pass_by(minutes=20)
    await back(office)
    assert await fatou.heard() == []
    assert (await claire.texts())[-1] == "💬 vous êtes là ?"


# --- the store, and turns that cannot be taken ------------------------------------------------------------------------


async def test_a_store_that_cannot_be_written_for_a_while_loses_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    fatou = await office.fatou()
    await fatou.say("essai")
    engine = office.store.engine
    write, refused = engine.write, []

    async def full(work: object) -> object:
        if len(refused) < 3:
            refused.append(work)
            raise StoreError("database or disk is full")
        return await write(work)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "write", full)
    assert await fatou.press("Une femme") == [WORDS]
    assert len(refused) == 3


async def test_an_intake_that_breaks_is_told_of_and_begun_again(
    closed_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch, broken = TelegramFeed.fetch, []

    async def breaking(feed: TelegramFeed, offset: int | None) -> Fetched:
        if not broken:
            broken.append(offset)
            raise KeyError("a bug")
        return await fetch(feed, offset)

    monkeypatch.setattr(TelegramFeed, "fetch", breaking)
    guichet = await closed_office.open()
    fatou = await closed_office.fatou()
    assert await fatou.say("essai") == [WHO]
    assert guichet.intake.is_in_contact
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{guichet.web.port}/healthz") as answer:
        body = await answer.json()
        assert (answer.status, body["ready"], body["work"]) == (503, False, "intake broke: KeyError")


async def test_a_turn_that_cannot_be_taken_is_set_aside_with_an_excuse(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    fatou = await office.fatou()
    await fatou.say("essai")
    advance = newcomer.advance

    def broken(session: Session, event: Event, guide: Guide, *, now: datetime) -> Turn:
        if isinstance(event, Pressed):
            raise KeyError("a bug")
        return advance(session, event, guide, now=now)

    monkeypatch.setattr(newcomer, "advance", broken)
    assert await fatou.press("Une femme") == [APOLOGY]
    monkeypatch.undo()
    assert await fatou.press("Une femme") == [WORDS]
    aside = await office.store.engine.read(lambda tx: tx.rows("SELECT reason FROM quarantine"))
    assert aside == [("KeyError",)]


async def test_words_to_an_adviser_that_cannot_be_taken_are_asked_for_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    fatou, claire = await office.fatou(), await office.adviser()
    await fatou.ask_for_a_person()
    await claire.take()
    await fatou.heard()

    def broken(session: Session, event: Event, guide: Guide, *, now: datetime) -> Turn:
        raise KeyError("a bug")

    monkeypatch.setattr(newcomer, "advance", broken)
    assert await fatou.say("vous êtes là ?") == [NOT_PASSED_ON]
    monkeypatch.undo()
    assert await fatou.say("vous êtes là ?") == []
    assert (await claire.texts())[-1] == "💬 vous êtes là ?"


async def test_an_adviser_hears_of_words_that_cannot_be_taken(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    fatou, claire = await office.fatou(), await office.adviser()
    await fatou.ask_for_a_person()
    await claire.take()
    await fatou.heard()

    async def broken(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(advisers, "_reply", broken)
    await claire.say("bonjour")
    assert (await claire.texts())[-1] == "⚠️ Votre dernier message n'est pas arrivé chez la personne."
    assert await fatou.heard() == []


async def test_what_was_set_aside_is_counted_on_the_health_page(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    fatou = await office.fatou()

    async def counted() -> int:
        async with aiohttp.ClientSession() as http, http.get(f"{site}/healthz") as answer:
            return int((await answer.json())["set_aside"])

    site = f"http://127.0.0.1:{office.running.web.port}"
    assert await counted() == 0
    chat = {"id": fatou.id, "type": "private"}
    await office.client.do("update", fields={"message": {"message_id": 77003.5, "date": 0, "chat": chat}})
    await office.client.do("update", fields={"message": {"message_id": 900, "date": 0, "chat": chat, "text": 7}})
    await office.settled()
    assert await counted() == 2

    def broken(session: Session, event: Event, guide: Guide, *, now: datetime) -> Turn:
        raise KeyError("a bug")

    monkeypatch.setattr(newcomer, "advance", broken)
    assert await fatou.say("essai") == [APOLOGY]
    assert await counted() == 3


async def test_a_flood_from_one_person_delays_nobody_and_loses_nothing(office: Office) -> None:
    fatou, john = await office.fatou(), await office.person("John", "Français")
    world, person = office.sandbox.world, doings.person_of(office.sandbox.world, fatou.id)
    for _ in range(200):
        doings.say(world, person, "/menu")
    assert await john.say("essai") == [WHO]
    assert len(await fatou.heard()) == 200
    assert await fatou.say("essai") == [WHO]


async def test_words_that_wait_for_a_new_topic_do_not_wait_for_a_wrong_clock(office: Office) -> None:  # H01
    fatou, claire = await held(office)
    office.now.pass_by(days=1)
    office.sandbox.api.faults.play(FaultScript(at={1: Fault.SERVER_ERROR}, methods=frozenset({"createForumTopic"})))
    assert claire.seat.thread is not None
    await claire.seat.do("delete-topic", thread=claire.seat.thread)
    await fatou.seat.say("vous êtes là ?")
    while "createForumTopic" not in [one["method"] for one in await office.client.ledger() if one["status"] == 500]:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    office.now.pass_by(days=-1)
    await office.settled()
    await claire.sit_down()
    assert (await claire.texts())[-1] == "💬 vous êtes là ?"


async def test_who_writes_after_an_outage_does_not_wait_for_everybody_before(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:  # A17
    monkeypatch.setattr(dispatch, "CROWD", 10)
    monkeypatch.setattr(dispatch, "FEW", 2)
    fatou = await office.fatou()
    await office.close()
    before = len(await office.calls("sendMessage"))
    world = office.sandbox.world
    crowd = [world.invent(language_code="fr") for _ in range(150)]
    for one in crowd:
        doings.say(world, one, "/start")
    patient, frightened = crowd[len(crowd) // 2], crowd[-2]
    doings.say(world, frightened, "au secours il a un couteau")
    doings.say(world, doings.person_of(world, fatou.id), "/aide")
    await office.open()
    await office.settled()
    sent = (await office.calls("sendMessage"))[before:]
    order = list(dict.fromkeys(call["parameters"]["chat_id"] for call in sent))
    assert max(order.index(fatou.id), order.index(frightened.id)) < order.index(patient.id)
    assert len(order) == len(crowd) + 1
