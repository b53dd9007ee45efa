"""Whoever asks to be forgotten is, at any moment and everywhere; whoever asks what is kept is shown it."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Awaitable, Callable
from functools import _lru_cache_wrapper, partial

import pytest

from bot.bootstrap import guichet
from bot.core.ids import AccountId
from bot.sandbox import doings
from bot.sandbox.client import text_of
from bot.store import open_store
from tests.journeys.flows import NUDGE, WHO, WORDS
from tests.journeys.office import Office, Person

RECEIPT = "✅ C'est effacé."
GONE = "Ce bouton ne marche plus. Pour commencer, écrivez /menu."
CANARY = "marmotte-aubergine-7341"
PHONE = "+32 470 12 34 56"
#: Of somebody else, whose rows must stay.
OTHER = "hirondelle-potiron-9982"


@pytest.fixture
async def scanned(closed_office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An open office without the encryption of the whole file, so that a scan proves something."""
    monkeypatch.setattr(guichet, "open_store", partial(open_store, in_clear=True))
    await closed_office.open()
    return closed_office


def files(office: Office) -> bytes:
    """Every byte that the guichet keeps."""
    return b"".join(path.read_bytes() for path in sorted(office.folder.rglob("*")) if path.is_file())


def traces(office: Office, person: Person, *words: str) -> list[str]:
    """What of a person is found in the files: names, words, numbers in any form."""
    body = files(office)
    numbers = [person.id.to_bytes(size, order) for size in (6, 8) for order in ("big", "little")]
    found = [word for word in (person.seat.first_name, str(person.id), PHONE, *words) if word.encode() in body]
    return found + [repr(number) for number in numbers if number in body]


async def in_a_flow(office: Office, fatou: Person) -> None:
    await fatou.say("essai")
    await fatou.press("Une femme")


async def with_a_reminder(office: Office, fatou: Person) -> None:
    await in_a_flow(office, fatou)
    assert await fatou.say(CANARY) == [NUDGE]
    await fatou.press("Oui")


async def waiting(office: Office, fatou: Person) -> None:
    await in_a_flow(office, fatou)
    await fatou.say(CANARY)
    await fatou.say("/conseiller")
    await fatou.press("Oui, envoyer le résumé")
    await fatou.say(f"{CANARY} {PHONE}")


async def held(office: Office, fatou: Person) -> None:
    await waiting(office, fatou)
    claire = await office.adviser()
    await claire.take()
    await claire.say(f"bien reçu, {CANARY}")
    await claire.say((f"{CANARY} " * 171)[:4096])
    await claire.say(f"// {CANARY}")
    await fatou.say(f"{CANARY} encore")


async def closed(office: Office, fatou: Person) -> None:
    await held(office, fatou)
    await fatou.press("Finir avec la personne")


async def in_a_secret(office: Office, fatou: Person) -> None:
    await fatou.say("secret")
    await fatou.say("ceci")
    await fatou.say(CANARY)


async def nowhere(office: Office, fatou: Person) -> None:
    pass


Stage = Callable[[Office, Person], Awaitable[None]]
STAGES = (nowhere, in_a_flow, with_a_reminder, in_a_secret, waiting, held, closed)


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.__name__)
async def test_everything_goes_at_any_moment(scanned: Office, stage: Stage) -> None:
    office = scanned
    amina = Person(office, await office.client.newcomer("Oleksandr"))
    await amina.say("essai")
    await amina.press("Un homme")
    await amina.say(OTHER)
    others = await office.store.data_of(await amina.newcomer())

    fatou = await office.fatou()
    await stage(office, fatou)
    newcomer = await fatou.newcomer()
    assert "Voulez-vous tout effacer ?" in (await fatou.say("/effacer"))[-1]
    [receipt] = await fatou.press("Oui, tout effacer")
    assert receipt.startswith(RECEIPT)
    assert [text_of(one) for one in await fatou.messages()] == [receipt]
    assert await office.client.topics() == []
    assert await office.store.data_of(newcomer) == {}
    assert await office.store.handoffs(only_open=False) == []
    assert traces(office, fatou, CANARY) == []

    assert await office.store.data_of(await amina.newcomer()) == others
    office.now.pass_by(days=2)
    await office.look_at_timers()
    assert [text_of(one) for one in await fatou.messages()] == [receipt]


async def test_nothing_of_an_erased_person_stays_in_a_cache(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("/chercher")
    await fatou.say(f"un marché {CANARY}")
    await fatou.say("/effacer")
    await fatou.press("Oui, tout effacer")
    modules = [module for name, module in sys.modules.items() if name.startswith("bot.")]
    caches = [one for module in modules for one in vars(module).values() if isinstance(one, _lru_cache_wrapper)]
    kept = [part for cache in caches for part in gc.get_referents(cache) if type(part) is dict]
    assert kept and not [key for part in kept for key in part if "marmotte" in str(key)]


async def test_who_writes_after_being_forgotten_is_somebody_new(office: Office) -> None:
    fatou = await office.fatou()
    await waiting(office, fatou)
    before = await fatou.newcomer()
    await fatou.say("/effacer")
    await fatou.press("Oui, tout effacer")
    answers = await fatou.say("essai")
    assert "Je suis un robot" in answers[0] and answers[-1].endswith(WHO)
    assert await fatou.newcomer() != before
    session = await office.store.session_of(await fatou.newcomer())
    assert session is not None and session.position.answers == {} and session.hold == "none"
    await office.reopen()
    assert await fatou.press("Une femme") == [WORDS]


async def test_what_was_queued_is_never_sent(office: Office) -> None:
    fatou = await office.fatou()
    await in_a_flow(office, fatou)
    await office.client.do("faults", rates={"server_error": 1.0}, methods=["sendMessage"])
    world, person = office.sandbox.world, doings.person_of(office.sandbox.world, fatou.id)
    for words in (CANARY, "non", "/effacer", "oui"):
        doings.say(world, person, words)
    await office.client.wait_for(lambda entry: entry["kind"] == "deleted")
    await office.client.do("faults")
    [receipt] = await fatou.heard()
    assert receipt.startswith(RECEIPT)
    assert traces(office, fatou, CANARY) == []


async def test_words_behind_the_wish_are_forgotten_too(scanned: Office) -> None:
    fatou = await scanned.fatou()
    newcomer = await fatou.newcomer()
    world, person = scanned.sandbox.world, doings.person_of(scanned.sandbox.world, fatou.id)
    for words in ("/effacer", "oui", f"{CANARY} un", f"{CANARY} deux", f"{CANARY} trois"):
        doings.say(world, person, words)
    said = await fatou.heard()
    assert said[0].startswith(RECEIPT)
    assert await scanned.store.data_of(newcomer) == {}
    row = await scanned.store.engine.read(lambda tx: tx.row("SELECT count(*) FROM quarantine"))
    assert row == (0,)
    assert traces(scanned, fatou, CANARY) == []


async def test_to_delete_the_chat_after_the_erasure_makes_nobody_new(office: Office) -> None:
    """As the receipt says how; phones offer to block the bot with it. What a position does meanwhile says nothing."""
    fatou = await office.fatou()
    sent = await fatou.seat.put({"location": {"latitude": 50.64, "longitude": 5.57, "live_period": 900}})
    await fatou.heard()
    await fatou.say("/effacer")
    await fatou.press("Oui, tout effacer")
    moved = {**sent, "edit_date": sent["date"] + 5, "location": {**sent["location"], "latitude": 50.65}}
    await office.client.do("update", fields={"edited_message": moved})
    await fatou.seat.do("block")
    await office.settled()
    assert await office.store.newcomer_by_account(AccountId(fatou.id)) is None
    await fatou.seat.do("unblock")
    await office.settled()
    assert await office.store.newcomer_by_account(AccountId(fatou.id)) is None
    assert (await fatou.say("essai"))[-1].endswith(WHO)


async def test_pressing_twice_erases_once(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("/effacer")
    await fatou.seat.press("Oui, tout effacer")
    await fatou.seat.press("Oui, tout effacer")
    said = await fatou.heard()
    assert len([one for one in said if one.startswith(RECEIPT)]) == 1


async def test_a_tap_after_the_erasure_makes_nobody_new(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("/effacer")
    shown = (await fatou.messages())[-1]
    yes = shown["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await fatou.press("Oui, tout effacer")
    told = (await office.calls("sendMessage"))[-1]
    await fatou.seat.do("press", message_id=shown["message_id"], data=yes, forged=True)
    assert await fatou.seat.notice() == GONE
    assert await fatou.heard() == []
    assert (await office.calls("sendMessage"))[-1] == told
    assert await office.store.newcomer_by_account(AccountId(fatou.id)) is None


async def test_the_wish_may_be_taken_back(office: Office) -> None:
    fatou = await office.fatou()
    await in_a_flow(office, fatou)
    await fatou.say("/effacer")
    said = await fatou.press("Non, garder")
    assert "D'accord, je n'efface rien." in "\n".join(said) and said[-1].endswith(WORDS)


async def test_it_is_shown_what_is_kept(office: Office) -> None:
    fatou = await office.fatou()
    await with_a_reminder(office, fatou)
    told, question = await fatou.say("/mesdonnees")
    assert told.startswith("Voici ce que je garde") and "Rappels : 1" in told
    assert question == "Que voulez-vous faire ?"
    assert (await fatou.labels())[0] == "📄 Recevoir un fichier"
    await fatou.press("Recevoir un fichier")
    file = next(one for one in reversed(await fatou.messages()) if "document" in one)
    body = json.loads(office.sandbox.world.files[file["document"]["file_id"]].content)
    assert body["sessions"][0]["durable"]["answers"] == {"who": "woman", "words": CANARY}
    assert body["people"][0]["account"] == fatou.id
    assert body["timers"][0]["name"] == "reminder"
    assert body["keyboards"] != []


async def test_the_file_of_what_is_kept_comes_before_the_question_that_was_open(office: Office) -> None:
    fatou = await office.fatou()
    await in_a_flow(office, fatou)
    await fatou.say("/mesdonnees")
    file, question = await fatou.press("Recevoir un fichier")
    assert (file, question) == ("Voici toutes vos données dans un fichier.", WORDS)


async def test_it_is_shown_while_somebody_has_the_conversation(office: Office) -> None:
    fatou = await office.fatou()
    await held(office, fatou)
    told = "\n".join(await fatou.say("/mesdonnees"))
    assert "Demandes à une personne : 1" in told and "Messages échangés avec une personne" in told


async def test_an_update_of_nobody_holds_nothing_of_anybody(scanned: Office) -> None:
    fatou = await scanned.fatou()
    who = {"id": fatou.id, "is_bot": False, "first_name": fatou.seat.first_name}
    chat = {"id": fatou.id, "type": "private", "first_name": fatou.seat.first_name}
    broken = {"message_id": 77003.5, "date": 0, "from": who, "chat": chat, "text": CANARY}
    await scanned.client.do("update", fields={"message": broken})
    await fatou.say("/effacer")
    await fatou.press("Oui, tout effacer")
    aside = await scanned.store.engine.read(lambda tx: tx.rows("SELECT reason FROM quarantine"))
    assert aside == [("not an update",)]
    vault = scanned.store._vault
    [(ident, body)] = await scanned.store.engine.read(lambda tx: tx.rows("SELECT id, body FROM quarantine"))
    kept = await scanned.store.engine.read(
        lambda tx: vault.open(tx, None, "quarantine", "body", ident, bytes(body)).decode()
    )
    assert "message_id" in kept
    assert [word for word in (fatou.seat.first_name, str(fatou.id), CANARY) if word in kept] == []


async def test_words_that_were_not_understood_name_nobody(office: Office) -> None:
    fatou = await office.fatou()
    for _ in range(5):
        await fatou.say(f"fatou diallo {CANARY}")
    await fatou.say("je m'appelle diallo")
    await fatou.say("/effacer")
    [receipt] = await fatou.press("Oui, tout effacer")
    assert await office.store.gaps() == [("fr", "je m'appelle #", 1)]
    assert "Je ne sais pas qui les a écrits." in receipt
