"""Telegram does not say whether something arrived: it is said once more at most, and nothing is lost unseen (B02)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.channel.client import REPEAT_MARK
from bot.handoff.machine import State
from bot.sandbox import Fault, FaultScript
from bot.store import database_path
from bot.store.backup import back_up, restore
from bot.store.crypto import load_keys
from tests.journeys.flows import WHO
from tests.journeys.office import Office
from tests.journeys.test_handover import CANNOT_ARRIVE, held

NOT_PASSED_ON = "⚠️ Votre dernier message n'est peut-être pas arrivé chez la personne. Envoyez-le encore une fois."
APOLOGY = "Désolé, il y a un problème de mon côté. Essayez encore dans un moment."
KNIFE = "au secours il a un couteau"


def fail(office: Office, method: str, *faults: Fault) -> None:
    """The next calls of this method go wrong so, one after the other."""
    numbered = dict(enumerate(faults, start=1))
    office.sandbox.api.faults.play(FaultScript(at=numbered, methods=frozenset({method})))


async def test_a_question_whose_answer_is_always_lost_is_asked_twice(office: Office) -> None:
    fatou = await office.fatou()
    office.sandbox.api.faults.play(FaultScript(rates={Fault.RESET_AFTER: 1.0}, methods=frozenset({"sendMessage"})))
    assert await fatou.say("essai") == [WHO, WHO]


async def test_the_card_of_danger_outlives_two_failures(office: Office) -> None:
    fatou = await office.fatou()
    fail(office, "sendMessage", Fault.BAD_GATEWAY, Fault.BAD_GATEWAY)
    said = await fatou.say(KNIFE)
    [card] = [text for text in said if text.startswith("🆘")]
    assert card.startswith("🆘 Danger ? Appelez le 112.")


async def test_words_to_an_adviser_are_said_once_more(office: Office) -> None:
    fatou, claire = await held(office)
    before = len(await claire.texts())
    fail(office, "sendMessage", Fault.RESET_BEFORE)
    assert await fatou.say("j'ai une question") == []
    assert (await claire.texts())[before:] == [f"{REPEAT_MARK}💬 j'ai une question"]


async def test_who_wrote_is_told_when_words_may_not_have_arrived(office: Office) -> None:
    fatou, claire = await held(office)
    before = len(await claire.texts())
    fail(office, "sendMessage", Fault.RESET_BEFORE, Fault.RESET_BEFORE)
    assert await fatou.say("j'ai une question") == [NOT_PASSED_ON]
    assert (await claire.texts())[before:] == []


async def test_who_sent_a_photo_is_told_when_it_cannot_be_copied(office: Office) -> None:
    fatou, claire = await held(office)
    before = len(await claire.texts())
    await office.close()
    photo = await fatou.seat.send("photo")
    del office.sandbox.world.chats[fatou.id].messages[photo["message_id"]]  # taken back before it was passed on
    await office.open()
    assert await fatou.heard() == [CANNOT_ARRIVE]
    assert (await claire.texts())[before:] == []


async def test_the_topic_of_a_request_is_opened_in_the_end(office: Office) -> None:
    fatou = await office.fatou()
    fail(office, "createForumTopic", *[Fault.RESET_BEFORE] * 3)
    await fatou.ask_for_a_person()
    await fatou.say("vite")
    claire = await office.adviser()
    await claire.sit_down()
    assert (await claire.texts())[1:] == ["💬 vite"]
    assert (await office.handoff()).thread is not None


async def test_a_request_that_a_backup_remembers_without_its_topic_gets_one(office: Office) -> None:
    fatou = await office.fatou()
    office.sandbox.api.faults.play(
        FaultScript(rates={Fault.RESET_BEFORE: 1.0}, methods=frozenset({"createForumTopic"}))
    )
    await fatou.seat.say("/conseiller")
    await office.settled_intake()
    await office.running.dispatcher.idle()
    database = database_path(office.environment.database_url)
    assert database is not None
    keys = load_keys(office.data.places.keys / "guichet.key", may_create=False, environment=office.env)
    backup = back_up(database, office.folder / "backups", keys, now=office.now())
    await office.close()
    restore(backup, database, keys)
    office.sandbox.api.faults.play(None)
    await office.open()
    await office.settled()
    [topic] = await office.client.topics()
    handoff = await office.handoff()
    assert (handoff.state, handoff.thread) == (State.WAITING, topic["id"])
    claire = await office.adviser()
    await claire.sit_down()
    [card] = await claire.texts()
    assert handoff.code in card


async def test_the_hours_of_a_closed_office_are_told_again(office: Office) -> None:
    fatou = await office.fatou()
    office.now.at = datetime(2026, 11, 27, 19, 0, tzinfo=UTC)  # a Friday evening
    fail(office, "sendMessage", Fault.RESET_BEFORE)
    [told] = await fatou.ask_for_a_person()
    assert (await office.handoff()).code in told
    assert "Le bureau est fermé" in told and "lundi 30 novembre" in told


async def test_nobody_is_promised_an_answer_where_there_is_no_adviser(closed_office: Office) -> None:
    del closed_office.env["TELEGRAM_ADVISER_CHAT_ID"]
    await closed_office.open()
    fatou = await closed_office.fatou()
    [told] = await fatou.ask_for_a_person()
    await fatou.say("/langue")
    assert (await fatou.press("Français"))[-1] == told


@pytest.mark.parametrize("fault", [Fault.RESET_BEFORE, Fault.BAD_GATEWAY])
async def test_a_file_that_may_not_have_arrived_is_no_silence(office: Office, fault: Fault) -> None:
    fatou = await office.fatou()
    fail(office, "sendDocument", fault)
    assert await fatou.say("/carnet") == [APOLOGY]
    assert (await fatou.say("/carnet"))[0].startswith("📒")
