"""A person is asked for, takes the conversation in the topic, and gives it back: both sides see what they should."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.bootstrap.groups import look_at_groups
from bot.cli.check import orphaned
from bot.config import TeamSettings
from bot.core.ids import AccountId, Locale, TeamName
from bot.handoff.machine import State
from bot.i18n.render import plain
from bot.ports import AuditRow
from bot.sandbox import doings
from bot.sandbox.client import labels_of, text_of
from bot.sandbox.people import ADVISER_CHAT_ID, ADVISERS
from tests.journeys.conftest import Lines
from tests.journeys.flows import WHO, WORDS
from tests.journeys.office import Adviser, Office, Person
from tests.services.post import until

SILENT: list[str] = []
DANGER = "🆘 Mots de danger. La fiche d'urgence a été montrée."
TAKEN_BACK = "📝 Note gardée. Votre message est retiré du téléphone de la personne. Elle l'a peut-être déjà lu."
CANNOT_ARRIVE = "⚠️ Ce message ne peut pas arriver chez la personne. Écrivez-lui plutôt quelques mots."
NOTED = "📝 Note gardée. Rien n'est parti à la personne."
STILL_KEPT = "Personne n'a encore pu répondre. Votre demande est toujours gardée."


async def held(office: Office) -> tuple[Person, Adviser]:
    """Fatou talks with Claire."""
    fatou, claire = await office.fatou(), await office.adviser("Claire")
    await fatou.ask_for_a_person()
    await claire.take()
    await fatou.heard()
    return fatou, claire


async def held_with_a_reminder(office: Office) -> tuple[Person, Adviser]:
    """Fatou, who asked for a reminder of tomorrow, and Claire, who has the conversation."""
    fatou, claire = await office.fatou(), await office.adviser()
    await fatou.say("essai")
    await fatou.press("Une femme")
    await fatou.say("il fait froid")
    await fatou.press("Oui")
    await fatou.say("/conseiller")
    await fatou.press("Une personne, sans résumé")
    await claire.take()
    return fatou, claire


# --- asking ----------------------------------------------------------------------------------------------------------


async def test_the_summary_is_shared_only_with_consent(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("essai")
    await fatou.press("Une femme")
    await fatou.say("il fait froid")
    [asked] = await fatou.press("Une personne")
    assert "Êtes-vous d'accord" in asked and "Un essai" in asked and "Une femme" in asked and "il fait froid" in asked
    [told] = await fatou.press("Oui, envoyer le résumé")
    handoff = await office.handoff()
    assert handoff.code in told and "minutes" in told
    assert handoff.summary == ("Un essai", "Une femme", "il fait froid")
    claire = await office.adviser()
    await claire.sit_down()
    [card] = await claire.texts()
    assert "Un essai\nUne femme\nil fait froid" in card


async def test_without_consent_the_topic_holds_no_summary(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("essai")
    await fatou.press("Une femme")
    await fatou.press("Une personne")
    await fatou.press("Une personne, sans résumé")
    assert (await office.handoff()).summary == ()
    claire = await office.adviser()
    await claire.sit_down()
    [card] = await claire.texts()
    assert "n'a pas partagé de résumé" in card and "Une femme" not in card


async def test_changing_ones_mind_asks_nobody(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("essai")
    await fatou.press("Une personne")
    assert (await fatou.press("Non, revenir"))[-1] == WHO
    assert await office.client.topics() == []


async def test_the_topic_says_what_advisers_need_and_nothing_about_the_person(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("essai")
    await fatou.press("Une personne")
    await fatou.press("Oui, envoyer le résumé")
    handoff, topic, claire = await office.handoff(), await office.topic(), await office.adviser()
    assert topic["name"] == f"⏳ {handoff.code} · français (fr) · Besoins de base"
    await claire.sit_down()
    messages = [one for one in await claire.seat.messages() if one["from"]["is_bot"] and text_of(one)]
    assert labels_of(messages[0]) == [["✋ Prendre"], ["🤖 Rendre au robot"], ["✅ Fermer"], ["📝 Écrire une note"]]
    written = "\n".join(text_of(one) for one in messages) + topic["name"]
    assert "Fatou" not in written and str(fatou.id) not in written
    sends = [call["parameters"] for call in await office.calls("sendMessage")]
    assert all(one.get("protect_content") for one in sends if one["chat_id"] == ADVISER_CHAT_ID)


async def test_advisers_read_in_french_which_language_the_person_reads(office: Office) -> None:
    await (await office.person("Yonas", "ትግርኛ")).ask_for_a_person()
    claire = await office.adviser()
    await claire.take()
    assert "· tigrigna (ti) ·" in (await office.topic())["name"]
    assert "\nLangue : tigrigna (ti)\n" in (await claire.texts())[0]


async def test_out_of_hours_the_next_opening_is_told_with_the_emergency_number(office: Office) -> None:
    fatou = await office.fatou()
    office.now.at = datetime(2026, 11, 27, 19, 0, tzinfo=UTC)  # a Friday evening
    [told] = await fatou.ask_for_a_person()
    assert "Le bureau est fermé" in told and "112" in told
    assert "lundi 30 novembre" in told and "9 h" in told.replace("09:00", "9 h").replace("9:00", "9 h")


async def test_on_a_holiday_the_office_is_closed(office: Office) -> None:
    fatou = await office.fatou()
    office.now.at = datetime(2026, 12, 25, 10, 0, tzinfo=UTC)  # Christmas, a Friday
    [told] = await fatou.ask_for_a_person()
    assert "lundi 28 décembre" in told


async def test_asking_twice_opens_one_topic(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.ask_for_a_person()
    await fatou.ask_for_a_person()
    assert len(await office.client.topics()) == 1
    assert len(await office.store.handoffs()) == 1


async def test_asking_again_says_that_it_is_asked_and_from_when_somebody_answers(office: Office) -> None:  # C10
    fatou = await office.fatou()
    await fatou.ask_for_a_person()
    handoff = await office.handoff()
    await fatou.press("Menu")
    await fatou.press("Danger, urgence")
    already = f"Votre demande {handoff.code} est déjà envoyée. Vous pouvez écrire votre question ici."
    assert await fatou.press("Une personne") == [already]
    assert await fatou.labels() == ["✖️ Ne plus attendre", "🆘 Urgence", "🏠 Menu"]
    office.now.at = datetime(2026, 11, 27, 19, 0, tzinfo=UTC)  # a Friday evening
    [told] = await fatou.say("une personne")
    assert "Le bureau est fermé" in told and "lundi 30 novembre" in told and "112" in told


async def test_a_place_sent_while_waiting_is_said_to_be_passed_on(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.ask_for_a_person()
    told = await fatou.send("location", latitude=50.64, longitude=5.57)
    assert told == ["C'est transmis. La personne le verra."]


async def test_minutes_are_counted_as_the_language_counts(office: Office) -> None:
    amina = await office.person("Amina", "العربية")
    [told] = await amina.ask_for_a_person()
    assert "خلال 5 دقائق" in told
    phrase = office.running.live.guide().book.phrase("handoff_waiting_open")
    later = plain(phrase.having(code="Mésange 42", count=15), Locale("ar"), office.data.catalogues)
    assert "خلال 15 دقيقة" in later


async def test_what_is_written_while_waiting_is_kept_and_shown_to_advisers(office: Office) -> None:
    fatou, claire = await office.fatou(), await office.adviser()
    await fatou.ask_for_a_person()
    [noted] = await fatou.say("je dors dans la gare avec mon fils")
    assert noted == "C'est noté. La personne lira votre message."
    await claire.sit_down()
    assert (await claire.texts())[-1] == "💬 je dors dans la gare avec mon fils"


async def test_a_slow_answer_is_admitted_to_both_sides(office: Office) -> None:
    fatou, claire = await office.fatou(), await office.adviser()
    await fatou.ask_for_a_person()
    handoff = await office.handoff()
    office.now.pass_by(minutes=31)
    await office.look_at_timers()
    assert await fatou.heard() == [STILL_KEPT]
    await claire.sit_down()
    told = (await claire.texts())[-1]
    assert told.startswith(f"⏰ {handoff.code} attend toujours une réponse. Demande : lundi 23")
    assert told.endswith("(31 minutes)")
    office.now.pass_by(minutes=31)
    await office.look_at_timers()
    assert await fatou.heard() == SILENT


async def hour_by_hour(office: Office, fatou: Person, hours: int) -> list[tuple[int, int, str]]:
    """What the person hears while the guichet runs on, with the day of the month and the hour (UTC)."""
    told: list[tuple[int, int, str]] = []
    for _ in range(hours):
        office.now.pass_by(hours=1)
        await office.look_at_timers()
        told += [(office.now.at.day, office.now.at.hour, text) for text in await fatou.heard()]
    return told


async def test_a_request_of_the_evening_is_admitted_once_each_working_day(office: Office) -> None:
    fatou, claire = await office.fatou(), await office.adviser()
    office.now.at = datetime(2026, 11, 26, 19, 0, tzinfo=UTC)  # a Thursday
    await fatou.ask_for_a_person()
    handoff = await office.handoff()
    told = await hour_by_hour(office, fatou, 5 * 24)
    # Half an hour after the office opens at nine, looked at on the hour; nothing at the weekend.
    assert told == [(27, 9, STILL_KEPT), (30, 9, STILL_KEPT), (1, 9, STILL_KEPT)]
    await claire.take()
    waits = [text for text in await claire.texts() if text.startswith(f"⏰ {handoff.code} attend toujours")]
    assert len(waits) == 3
    await fatou.heard()
    await claire.press("Fermer")
    await fatou.heard()
    assert await hour_by_hour(office, fatou, 24) == []


async def test_released_in_the_evening_the_person_knows_from_when_and_is_not_forgotten(office: Office) -> None:
    fatou, claire = await held(office)
    office.now.at = datetime(2026, 11, 23, 15, 59, tzinfo=UTC)
    await claire.say("je reviens demain matin")
    await fatou.heard()
    told = await hour_by_hour(office, fatou, 24)
    assert (await office.handoff()).state is State.WAITING
    [released, closed, slow] = told
    assert released[:2] == (23, 19) and released[2].startswith("Cette personne doit partir")
    assert closed[:2] == (23, 19)
    assert "Le bureau est fermé. Une personne répondra à partir de : mardi 24 novembre" in closed[2]
    assert slow == (24, 8, STILL_KEPT)
    assert (await claire.texts())[-1].startswith("⏰ ")


async def test_a_team_that_is_always_there_wakes_nobody_with_its_reminder(closed_office: Office) -> None:
    teams = {name: replace(team, hours="24/7") for name, team in closed_office.settings.teams.items()}
    closed_office.settings = replace(closed_office.settings, teams=teams)
    await closed_office.open()
    fatou = await closed_office.fatou()
    closed_office.now.at = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)
    await fatou.ask_for_a_person()
    told = await hour_by_hour(closed_office, fatou, 36)
    # The first half hour is admitted to whoever is still awake, without a sound; then by day.
    assert told == [(24, 22, STILL_KEPT), (25, 8, STILL_KEPT), (26, 8, STILL_KEPT)]
    sent = [call for call in await closed_office.calls("sendMessage") if call["parameters"].get("text") == STILL_KEPT]
    assert [call["parameters"].get("disable_notification", False) for call in sent] == [True, False, False]


async def test_hours_that_never_open_do_not_keep_the_person_in_the_dark(closed_office: Office) -> None:
    teams = {name: replace(team, hours="off") for name, team in closed_office.settings.teams.items()}
    closed_office.settings = replace(closed_office.settings, teams=teams)
    await closed_office.open()
    fatou = await closed_office.fatou()
    await fatou.ask_for_a_person()
    assert [text for _, _, text in await hour_by_hour(closed_office, fatou, 24)] == [STILL_KEPT] * 2


async def test_where_no_team_has_a_group_nobody_is_promised_and_the_request_is_kept(closed_office: Office) -> None:
    del closed_office.env["TELEGRAM_ADVISER_CHAT_ID"]
    await closed_office.open()
    fatou = await closed_office.fatou()
    honest = "aucun conseiller ne répond ici"
    assert honest in (await fatou.ask_for_a_person())[0]
    assert honest in (await fatou.ask_for_a_person())[0]
    assert (await closed_office.handoff()).state is State.WAITING


async def test_where_no_adviser_is_on_the_list_nobody_is_promised(closed_office: Office) -> None:
    await closed_office.open(GUICHET_ADVISER_IDS="")
    fatou = await closed_office.fatou()
    for _ in range(2):
        assert "aucun conseiller ne répond ici" in (await fatou.ask_for_a_person())[0]
    assert len(await closed_office.client.topics()) == 1


async def test_what_no_group_could_see_is_shown_to_the_first_that_can(closed_office: Office) -> None:
    group = closed_office.env.pop("TELEGRAM_ADVISER_CHAT_ID")
    await closed_office.open()
    fatou = await closed_office.fatou()
    await fatou.say("essai")
    await fatou.press("Une femme")
    await fatou.press("Une personne")
    await fatou.press("Oui, envoyer le résumé")
    wrote = await fatou.seat.say("où dormir ce soir")
    await fatou.say("[seule] il veut me tuer")
    await fatou.send("photo", caption="ma lettre")
    await fatou.press("🆘 Urgence")
    await fatou.seat.edit(wrote["message_id"], "où dormir demain")
    await fatou.heard()
    await closed_office.close()
    await closed_office.open(TELEGRAM_ADVISER_CHAT_ID=group)
    await closed_office.settled()
    claire = await closed_office.adviser()
    await claire.sit_down()
    card, *words = await claire.texts()
    assert "Une femme" in card and "attend une réponse" in card
    pressed = f"{DANGER}\n💬 🆘 Urgence"
    assert words == ["💬 où dormir demain", f"{DANGER}\n💬 [seule] il veut me tuer", "ma lettre", pressed]
    await claire.take()
    await claire.say("Bonjour")
    assert (await fatou.heard())[-1] == "👤 Bonjour"
    await fatou.seat.edit(wrote["message_id"], "où dormir lundi")
    await closed_office.settled()
    assert (await claire.texts())[1].endswith("où dormir lundi")
    await closed_office.reopen()
    await closed_office.settled()
    assert len(await closed_office.client.topics()) == 1


async def test_a_request_for_a_team_without_a_group_goes_to_one_that_has_one(closed_office: Office) -> None:
    [(name, team)] = closed_office.settings.teams.items()
    unseen = replace(team, chat="TELEGRAM_CHAT_OF_NOBODY")
    closed_office.settings = replace(closed_office.settings, teams={"essai": unseen, name: team})
    await closed_office.open()
    fatou = await closed_office.fatou()
    await fatou.ask_for_a_person()
    assert (await closed_office.handoff()).team == name
    assert len(await closed_office.client.topics()) == 1


# --- taking ----------------------------------------------------------------------------------------------------------


async def test_of_two_advisers_one_wins_and_the_other_is_told(office: Office) -> None:
    fatou = await office.fatou()
    claire, youssef = await office.adviser("Claire"), await office.adviser("Youssef")
    await fatou.ask_for_a_person()
    await claire.take()
    await youssef.sit_down()
    # Youssef's phone still shows the button of the waiting card.
    handoff = await office.handoff()
    old = [call for call in await office.calls("sendMessage") if call["message_id"] == handoff.card_message][-1]
    token = old["parameters"]["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await youssef.seat.do("press", message_id=handoff.card_message, data=token, forged=True)
    assert await youssef.seat.notice() == "Claire a déjà pris cette conversation."
    await office.settled()
    assert (await office.handoff()).adviser == handoff.adviser


OTHER_GROUP = -1009900000777


async def pressed_elsewhere(office: Office, by: Adviser, token: str) -> None:
    """Send a token as from a message of the other team's group, as a modified client can."""
    world = office.sandbox.world
    query = str(4_400_000_000_000_000 + world.serial())
    world.queries[query] = (by.seat.id, world.clock())
    chat = {"id": OTHER_GROUP, "type": "supergroup", "is_forum": True}
    message = {"message_id": 5, "date": 0, "chat": chat, "message_thread_id": 4, "is_topic_message": True}
    sender = world.people[by.seat.id].user()
    world.updates.push("callback_query", {"id": query, "from": sender, "data": token, "message": message})
    await office.settled()


async def test_a_button_of_another_teams_group_moves_nothing(closed_office: Office) -> None:  # D02
    [(name, team)] = closed_office.settings.teams.items()
    other = replace(team, chat="OTHER_CHAT_ID", queues=())
    closed_office.settings = replace(closed_office.settings, teams={name: team, "ailleurs": other})
    await closed_office.open(OTHER_CHAT_ID=str(OTHER_GROUP))
    fatou, claire = await closed_office.fatou(), await closed_office.adviser()
    await fatou.ask_for_a_person()
    handoff = await closed_office.handoff()
    card = closed_office.sandbox.world.chats[ADVISER_CHAT_ID].messages[handoff.card_message or 0]
    token = card["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await pressed_elsewhere(closed_office, claire, token)
    assert (await closed_office.handoff()).state is State.WAITING
    await claire.take()


async def test_an_adviser_of_another_team_is_not_on_the_list(office: Office) -> None:  # P5
    fatou, claire = await office.fatou(), await office.adviser()
    await fatou.ask_for_a_person()
    [row] = [one for one in await office.store.advisers() if one.account == claire.seat.id]
    await office.store.save_adviser(replace(row, teams=(TeamName("ailleurs"),)))
    await claire.sit_down()
    assert "pas sur la liste" in await claire.press("Prendre")
    await claire.say("bonjour madame")
    assert "pas sur la liste" in (await claire.texts())[-1]
    assert (await office.handoff()).state is State.WAITING


async def test_fifty_races_have_one_winner_each(office: Office) -> None:
    world, store = office.sandbox.world, office.store
    claire, youssef = (person for person in ADVISERS[:2])
    for _ in range(50):
        doings.say(world, world.invent(language_code="fr"), "/conseiller")
    await office.settled()
    waiting = await store.handoffs()
    group = world.chats[ADVISER_CHAT_ID]
    before = world.journal.seq
    for at, handoff in enumerate(waiting):
        card = group.messages[handoff.card_message or 0]
        token = card["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        for one in (claire, youssef) if at % 2 else (youssef, claire):
            doings.press(world, one, ADVISER_CHAT_ID, card["message_id"], token, forged=True)
    await office.settled()
    answers = Counter(one["text"] for one in world.journal.after(before) if one["kind"] == "answered")
    assert answers.pop("Vous avez pris la conversation.") == 50
    assert {"Claire a déjà pris cette conversation.", "Youssef a déjà pris cette conversation."} >= answers.keys()
    assert answers.total() == 50
    assert [handoff.state for handoff in await store.handoffs()] == [State.CLAIMED] * 50


async def test_while_held_the_bot_is_silent_and_words_go_both_ways(office: Office) -> None:
    fatou, claire = await held(office)
    assert await fatou.say("Bonjour, menu ? où dormir ?") == SILENT
    assert (await claire.texts())[-1] == "💬 Bonjour, menu ? où dormir ?"
    await claire.say("Bonjour, je vous écoute.")
    [reply] = await fatou.heard()
    assert reply.endswith("Bonjour, je vous écoute.") and "Claire" not in reply
    topic = await office.topic()
    assert topic["name"].startswith("💬 ")
    assert await office.store.log_of((await office.handoff()).id) != []


@pytest.mark.parametrize("ending", ["Fermer", "Rendre au robot"])
async def test_the_card_says_what_becomes_of_a_message_now(office: Office, ending: str) -> None:
    fatou, claire = await office.fatou(), await office.adviser("Claire")

    async def last_paragraph() -> str:
        return (await claire.texts())[0].rpartition("\n\n")[2]

    waiting = (
        "Prenez la conversation, puis écrivez ici : vos messages vont à la personne. "
        "Un message qui commence par // reste entre vous."
    )
    await fatou.ask_for_a_person()
    await claire.sit_down()
    assert await last_paragraph() == waiting
    await claire.press("Prendre")
    assert await last_paragraph() == (
        "Ce que Claire écrit ici va à la personne. Un message qui commence par // reste entre vous."
    )
    await claire.press("Remettre en attente")
    assert await last_paragraph() == waiting
    await claire.press("Prendre")
    await claire.press(ending)
    assert await last_paragraph() == (
        "Cette conversation est finie : ce que vous écrivez ici ne va plus à la personne."
    )


async def test_a_language_changed_meanwhile_is_the_language_of_the_conversation(office: Office) -> None:
    fatou, claire = await held(office)
    hello = await claire.say("bonjour")
    await fatou.say("/langue")
    await fatou.press("English")
    handoff, topic = await office.handoff(), await office.topic()
    assert topic["name"] == f"💬 {handoff.code} · anglais (en) · Accueil"
    card, *_, told = await claire.texts()
    assert "Langue : anglais (en)" in card and "avec Claire" in card
    assert told == "🌍 La personne a changé de langue : anglais"
    await claire.seat.edit(hello["message_id"], "bonjour à vous")
    await fatou.heard()
    assert [text_of(one) for one in await fatou.messages() if "bonjour à vous" in text_of(one)] == [
        "👤 bonjour à vous\n\n✏️ Corrected"
    ]


async def test_a_language_changed_while_waiting_is_the_language_of_the_request(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.ask_for_a_person()
    await fatou.say("/langue")
    await fatou.press("English")
    office.now.pass_by(minutes=31)
    await office.look_at_timers()
    assert (await fatou.heard())[-1] == "Nobody has been able to answer yet. Your request is still kept."
    claire = await office.adviser()
    await claire.take()
    assert "Langue : anglais (en)" in (await claire.texts())[0]


async def test_what_is_not_text_is_copied_both_ways_without_its_sender(office: Office) -> None:
    fatou, claire = await held(office)
    for kind in ("photo", "document", "voice", "location"):
        assert await fatou.send(kind) == SILENT
        assert kind in (await claire.seat.messages())[-1]
        await claire.send(kind)
        await fatou.heard()
        assert kind in (await fatou.messages())[-1]
        assert "forward_origin" not in (await claire.seat.messages())[-1]
    assert len(await office.calls("copyMessage")) == 8


async def test_a_photo_with_words_keeps_its_words(office: Office) -> None:
    fatou, claire = await held(office)
    await fatou.send("photo", caption="ma facture d'eau")
    assert text_of((await claire.seat.messages())[-1]) == "ma facture d'eau"


async def test_what_an_adviser_sends_bears_the_mark_of_a_person(office: Office) -> None:  # best-in-class 21
    fatou, claire = await held(office)
    await claire.send("photo", caption="le plan")
    assert await fatou.heard() == ["👤 le plan"]
    await claire.send("document")
    assert await fatou.heard() == ["👤"]
    await claire.send("photo", caption="a" * 1023)
    assert await fatou.heard() == ["👤", "👤 " + "a" * 1023]
    await claire.send("location")
    assert await fatou.heard() == [""]


async def test_a_link_behind_words_arrives_with_its_address(office: Office) -> None:
    fatou, claire = await held(office)
    link = {"type": "text_link", "offset": 6, "length": 4, "url": "https://example.org/cpas"}
    for writer in (fatou, claire):
        await writer.seat.put({"text": "Voyez ceci", "entities": [link]})
        await office.settled()
    assert (await claire.texts())[-1] == "💬 Voyez ceci (https://example.org/cpas)"
    assert await fatou.heard() == ["👤 Voyez ceci (https://example.org/cpas)"]


async def test_contact_cards_are_refused_on_both_sides(office: Office) -> None:
    fatou, claire = await held(office)
    assert await fatou.send("contact") == ["Je ne garde pas les numéros de téléphone. N'envoyez pas de contact."]
    await claire.send("contact")
    assert "n'est pas transmis" in (await claire.texts())[-1]
    assert await fatou.heard() == SILENT


async def test_corrections_follow_to_the_other_side(office: Office) -> None:
    fatou, claire = await held(office)
    said = await claire.say("rendez-vous à 9 h")
    await fatou.heard()
    await claire.seat.edit(said["message_id"], "rendez-vous à 10 h")
    await office.settled()
    last = text_of((await fatou.messages())[-1])
    assert "rendez-vous à 10 h" in last and "Corrigé" in last and "9 h" not in last
    written = await fatou.seat.say("je suis a la gar")
    await fatou.heard()
    await fatou.seat.edit(written["message_id"], "je suis à la gare")
    assert await fatou.heard() == SILENT
    assert (await claire.texts())[-1] == "✏️ Message corrigé par la personne :\nje suis à la gare"


async def test_correction_of_a_long_text_leaves_nothing_of_the_old_one(office: Office) -> None:  # C05
    fatou, claire = await held(office)
    said = await claire.say("non " * 1024)
    assert len(await fatou.heard()) == 2
    before = [one["message_id"] for one in await fatou.messages()]
    await claire.seat.edit(said["message_id"], "rendez-vous à 10 h")
    assert await fatou.heard() == SILENT
    shown = await fatou.messages()
    assert [one["message_id"] for one in shown] == before[:-1]
    assert "rendez-vous à 10 h" in text_of(shown[-1]) and "non" not in text_of(shown[-1])


async def test_correction_that_grows_and_shrinks_stays_the_same_message(office: Office) -> None:  # C05
    fatou, claire = await held(office)
    said = await claire.say("rendez-vous à 9 h")
    await fatou.heard()
    before = [one["message_id"] for one in await fatou.messages()]
    await claire.seat.edit(said["message_id"], "oui " * 1024)
    [rest] = await fatou.heard()
    *_, changed, added = await fatou.messages()
    assert (changed["message_id"], added["reply_to_message"]["message_id"]) == (before[-1], before[-1])
    assert f"{text_of(changed)} {rest}".count("oui") == 1024
    await claire.seat.edit(said["message_id"], "rendez-vous à 10 h")
    assert await fatou.heard() == SILENT
    shown = await fatou.messages()
    assert [one["message_id"] for one in shown] == before
    assert "rendez-vous à 10 h" in text_of(shown[-1]) and "oui" not in text_of(shown[-1])


async def test_correction_by_the_person_of_a_long_text_leaves_nothing_of_the_old_one(office: Office) -> None:  # A24
    fatou, claire = await held(office)
    before = len(await claire.texts())
    written = await fatou.seat.say("non " * 1024)
    await office.settled()
    assert len(await claire.texts()) == before + 2
    await fatou.seat.edit(written["message_id"], "faim " * 819)
    await office.settled()
    first, second = (await claire.texts())[before:]
    assert f"{first} {second}".count("faim") == 819 and "non" not in f"{first} {second}"
    await fatou.seat.edit(written["message_id"], "tout va bien")
    await office.settled()
    assert (await claire.texts())[before:] == ["✏️ Message corrigé par la personne :\ntout va bien"]


@pytest.mark.parametrize("when", ["waiting", "held"])
async def test_a_correction_of_what_no_adviser_was_given_stays_unknown_to_them(office: Office, when: str) -> None:
    fatou = await office.fatou()
    before = await fatou.seat.say("avant de demander")
    await fatou.heard()
    await fatou.ask_for_a_person()
    claire = await office.adviser()
    await (claire.take() if when == "held" else claire.sit_down())
    await fatou.heard()
    told = await claire.texts()
    await fatou.seat.edit(before["message_id"], "un secret d'avant")
    assert await fatou.heard() == []
    assert await claire.texts() == told
    assert await office.store.log_of((await office.handoff()).id) == []


@pytest.mark.parametrize("when", ["waiting", "held"])
async def test_what_the_person_takes_out_of_a_message_is_kept_nowhere(office: Office, when: str) -> None:  # A24
    fatou = await office.fatou()
    await fatou.ask_for_a_person()
    claire = await office.adviser()
    await (claire.take() if when == "held" else claire.sit_down())
    written = await fatou.seat.say("mon passeport est EK123456")
    await fatou.say("merci")
    await fatou.seat.edit(written["message_id"], "mon passeport")
    photo = await fatou.seat.send("photo", caption="ma carte B7654321")
    await fatou.seat.edit(photo["message_id"], "ma carte")
    await fatou.heard()
    lines = await office.store.log_of((await office.handoff()).id)
    assert [line.text for line in lines] == ["mon passeport", "merci", "[ma carte]"]
    await fatou.seat.edit(photo["message_id"], "")
    await fatou.heard()
    assert (await office.store.log_of((await office.handoff()).id))[-1].text == "[…]"


async def test_a_correction_of_words_to_an_adviser_survives_a_kill(office: Office) -> None:
    fatou, claire = await held(office)
    written = await fatou.seat.say("je suis a la gar")
    await fatou.heard()
    office.running.intake._on_rows = lambda rows: None  # killed between storing and taking
    await fatou.seat.edit(written["message_id"], "je suis à la gare")
    await office.settled_intake()
    await office.reopen()
    assert await fatou.heard() == SILENT
    assert (await claire.texts())[-1] == "✏️ Message corrigé par la personne :\nje suis à la gare"


async def test_danger_while_held_shows_the_card_and_alerts_the_adviser(office: Office) -> None:
    fatou, claire = await held(office)
    [card] = await fatou.say("au secours il a un couteau")
    assert "112" in card
    assert "🆘 Mots de danger" in (await claire.texts())[-1]
    assert (await office.handoff()).state is State.CLAIMED
    assert await fatou.say("il est parti") == SILENT


async def test_danger_while_waiting_shows_the_card_and_alerts_the_team(office: Office) -> None:
    fatou, claire = await office.fatou(), await office.adviser()
    await fatou.ask_for_a_person()
    assert "112" in (await fatou.say("au secours il a un couteau"))[0]
    await claire.sit_down()
    assert "🆘 Mots de danger" in (await claire.texts())[-1]


async def test_pressing_danger_alerts_the_adviser_who_is_waited_for_or_there(office: Office) -> None:
    fatou, claire = await office.fatou(), await office.adviser()
    await fatou.ask_for_a_person()
    told = f"{DANGER}\n💬 🆘 Urgence"
    assert "112" in (await fatou.press("🆘 Urgence"))[0]
    await claire.take()
    assert (await claire.texts()).count(told) == 1
    await fatou.heard()
    assert "112" in (await fatou.say("/urgence"))[0]
    assert (await claire.texts())[-1] == told
    assert (await office.handoff()).state is State.CLAIMED


# --- what never leaves ------------------------------------------------------------------------------------------------


async def test_notes_never_leave(office: Office) -> None:
    fatou, claire = await held(office)
    notes = ("// elle ment", "//elle ment", "/note elle ment", " // elle ment", "\u200f// elle ment", "／／ elle ment")
    for note in notes:
        await claire.say(note)
    assert await fatou.heard() == SILENT
    lines = await office.store.log_of((await office.handoff()).id)
    assert [(line.author, line.text) for line in lines] == [("note", "")] * len(notes)


async def test_notes_are_not_in_what_the_person_asks_for(office: Office) -> None:
    fatou, claire = await held(office)
    await claire.say("on vous rappelle")
    for note in ("// à rappeler après son audition", "/note son mari appelle aussi"):
        await claire.say(note)
    await fatou.say("/mesdonnees")
    await fatou.press("Recevoir un fichier")
    file = office.sandbox.world.files[(await fatou.messages())[-1]["document"]["file_id"]]
    assert b"on vous rappelle" in file.content
    assert not [word for word in ("audition", "mari") if word.encode() in file.content]


async def test_a_photo_with_a_note_under_it_never_leaves(office: Office) -> None:
    fatou, claire = await held(office)
    before = len(await fatou.messages())
    await claire.send("photo", caption="// pour le dossier")
    await office.settled()
    assert len(await fatou.messages()) == before


async def test_an_adviser_without_a_name_is_told_to_use_their_own(office: Office) -> None:  # A27
    fatou, claire = await held(office)
    own_name = "Rien n'est parti : écrivez sous votre propre nom"
    await claire.seat.put({"text": "un gif", "via_bot": {"id": 99, "is_bot": True, "first_name": "gif"}})
    await office.settled()
    assert (await claire.texts())[-1].startswith(own_name)
    group = office.sandbox.world.chats[ADVISER_CHAT_ID].brief
    anonymous = {
        "message_id": 555_001, "date": 1, "chat": group, "text": "réponse", "sender_chat": group,
        "message_thread_id": claire.seat.thread, "is_topic_message": True,
        "from": {"id": 1_087_968_824, "is_bot": True, "first_name": "G"},
    }  # fmt: skip
    before = len(await claire.texts())
    await office.client.do("update", fields={"message": anonymous})
    await office.settled()
    told = (await claire.texts())[before:]
    assert len(told) == 1 and told[0].startswith(own_name)
    assert await fatou.heard() == SILENT


async def test_what_telegram_passes_on_for_nobody_is_said_at_once(office: Office) -> None:  # A21
    fatou, claire = await office.fatou(), await office.adviser()
    await fatou.ask_for_a_person()
    paid = {"paid_media": {"star_count": 1, "paid_media": []}}
    assert await fatou.put(paid) == [CANNOT_ARRIVE]
    await claire.take()
    await fatou.heard()
    for content in (paid, {"giveaway_winners": {}}, {"invoice": {}}):
        assert await fatou.put(content) == [CANNOT_ARRIVE]
    assert [call for call in await office.client.ledger() if call["method"] == "copyMessage"] == []
    # What the stand-in refuses to copy like the official server does, for a reason that sending again does not mend.
    assert await fatou.put({"poll": {"id": "1", "question": "?", "options": []}}) == [CANNOT_ARRIVE]
    assert await fatou.put({**paid, "caption": "ma lettre du CPAS"}) == [CANNOT_ARRIVE]
    assert (await claire.texts())[-1] == "💬 ma lettre du CPAS"


async def test_an_album_that_is_refused_is_refused_once(office: Office) -> None:  # C03
    fatou, claire = await office.fatou(), await office.adviser()
    await fatou.ask_for_a_person()
    await claire.sit_down()
    told = await claire.texts()
    for _ in range(3):
        await claire.send("photo", media_group_id="1")
    assert len(await claire.texts()) == len(told) + 1
    await claire.send("photo", media_group_id="2")
    await claire.send("photo")
    assert len(await claire.texts()) == len(told) + 3
    assert await office.calls("copyMessage") == []


async def test_no_photo_of_an_album_with_a_note_ever_leaves(office: Office) -> None:
    fatou, claire = await held(office)
    await claire.send("photo", caption="// pour le dossier", media_group_id="1")
    await claire.send("photo", media_group_id="1")
    await office.reopen()
    await claire.send("photo", media_group_id="1")
    assert await fatou.heard() == SILENT
    assert (await claire.texts())[-1] == NOTED
    for caption in ("le plan", None):
        await claire.send("photo", caption=caption, media_group_id="2")
    assert await fatou.heard() == ["👤 le plan", "👤"]


async def test_a_note_under_any_photo_of_an_album_keeps_all_of_it(office: Office) -> None:  # C07
    fatou, claire = await held(office)
    for caption in (None, "son dossier", "// pour nous", None):
        await claire.seat.send("photo", caption=caption, media_group_id="1")
    await office.settled()
    assert await fatou.heard() == SILENT
    assert (await claire.texts())[-1] == NOTED
    for caption in (None, "le plan"):
        await claire.seat.send("photo", caption=caption, media_group_id="2")
    await office.settled()
    assert await fatou.heard() == ["👤", "👤 le plan"]


async def test_a_note_that_comes_late_takes_its_album_back(office: Office) -> None:  # C05, C07
    fatou, claire = await held(office)
    for caption in (None, "son dossier"):
        await claire.seat.send("photo", caption=caption, media_group_id="1")
    await office.settled()
    assert await fatou.heard() == ["👤", "👤 son dossier"]
    await claire.send("photo", caption="// pour nous", media_group_id="1")
    assert not [one for one in await fatou.messages() if "photo" in one]
    assert (await claire.texts())[-1] == TAKEN_BACK
    for caption in (None, "le plan"):
        await claire.seat.send("photo", caption=caption, media_group_id="2")
    await office.settled()
    plan = (await claire.seat.messages())[-1]
    await claire.seat.edit(plan["message_id"], "// le plan")
    await office.settled()
    assert not [one for one in await fatou.messages() if "photo" in one]


async def test_a_message_that_is_made_a_note_is_taken_back(office: Office) -> None:  # C05
    fatou, claire = await held(office)
    sent = await claire.say("Karim, tu connais cette dame ?")
    photo = await claire.send("photo", caption="son dossier")
    assert len(await fatou.heard()) == 2
    for message in (sent, photo):
        await claire.seat.edit(message["message_id"], "// Karim, tu la connais ?")
        await office.settled()
        assert (await claire.texts())[-1] == TAKEN_BACK
    assert not [one for one in await fatou.messages() if "Karim" in text_of(one) or "photo" in one]
    await claire.seat.edit(sent["message_id"], "Bonjour madame")
    await office.settled()
    assert (await claire.texts())[-1] == "Cette correction n'a pas pu suivre chez la personne."
    assert await fatou.heard() == SILENT


async def test_what_cannot_be_taken_back_is_not_said_to_have_stayed(office: Office) -> None:  # C05
    fatou, claire = await held(office)
    sent = await claire.say("Karim, tu connais cette dame ?")
    await fatou.press("Finir avec la personne")
    await claire.seat.edit(sent["message_id"], "// Karim, tu la connais ?")
    await office.settled()
    assert (await claire.texts())[-1] == "Cette correction n'a pas pu suivre chez la personne."


async def test_a_note_may_begin_below_its_order_and_is_not_empty(office: Office) -> None:
    fatou, claire = await held(office)
    await claire.say("/note\nà rappeler demain")
    assert (await claire.texts())[-1] == NOTED
    for nothing in ("/note", "//"):
        await claire.say(nothing)
        assert (await claire.texts())[-1].startswith("Écrivez // puis votre note.")
    assert await fatou.heard() == SILENT


async def test_the_note_button_explains_how(office: Office) -> None:
    _, claire = await held(office)
    assert "Écrivez //" in await claire.press("Écrire une note")


async def test_an_unknown_order_is_refused(office: Office) -> None:
    fatou, claire = await held(office)
    await claire.say("/ferme la conversation")
    assert "Ordres :" in (await claire.texts())[-1]
    assert await fatou.heard() == SILENT


async def test_a_plain_message_before_taking_is_refused(office: Office) -> None:
    fatou, claire = await office.fatou(), await office.adviser()
    await fatou.ask_for_a_person()
    await claire.sit_down()
    await claire.say("bonjour madame")
    assert "prenez d'abord la conversation" in (await claire.texts())[-1]
    assert await fatou.heard() == SILENT


async def test_another_adviser_is_refused(office: Office) -> None:
    fatou, _ = await held(office)
    youssef = await office.adviser("Youssef")
    await youssef.sit_down()
    await youssef.say("bonjour madame")
    assert "Claire a cette conversation" in (await youssef.texts())[-1]
    assert await fatou.heard() == SILENT
    assert await youssef.press("Fermer") == (
        "Rien n'est parti : Claire a cette conversation. Pour parler entre vous, commencez par //."
    )


async def test_somebody_in_the_group_who_is_not_on_the_list_is_refused(office: Office) -> None:  # H04
    fatou, _ = await held(office)
    stranger = await office.adviser("Marc")
    await stranger.sit_down()
    await stranger.say("bonjour madame")
    assert "pas sur la liste" in (await stranger.texts())[-1]
    assert "pas sur la liste" in await stranger.press("Fermer")
    assert await fatou.heard() == SILENT
    assert (await office.handoff()).state is State.CLAIMED


async def test_general_and_foreign_topics_are_the_advisers_own(office: Office) -> None:
    fatou, claire = await held(office)
    claire.seat.thread = None
    await claire.say("qui a pris sa pause ?")
    topic = await claire.seat.do("open-topic", name="Cantine")
    claire.seat.thread = topic["id"]
    await claire.say("du café ?")
    assert await fatou.heard() == SILENT
    assert await claire.texts() == SILENT


# --- giving back -----------------------------------------------------------------------------------------------------


async def test_released_it_waits_again_and_another_may_take_it(office: Office) -> None:
    fatou, claire = await held(office)
    await claire.press("Remettre")
    assert (await fatou.heard())[0].startswith("Cette personne doit partir")
    assert (await office.handoff()).state is State.WAITING
    youssef = await office.adviser("Youssef")
    await youssef.take()
    assert "Une personne est là" in (await fatou.heard())[0]


async def test_returned_the_bot_goes_on_where_it_was(office: Office) -> None:
    fatou, claire = await office.fatou(), await office.adviser()
    await fatou.say("essai")
    await fatou.press("Une personne")
    await fatou.press("Une personne, sans résumé")
    await claire.take()
    await fatou.heard()
    await claire.press("Rendre au robot")
    said = await fatou.heard()
    assert said[0] == "🤖 C'est de nouveau le robot qui vous répond."
    assert said[-1] == WHO
    assert await fatou.press("Une femme") == [WORDS]
    assert (await office.topic())["is_closed"] is True


async def test_closed_the_bot_asks_whether_it_helped_and_answers_again(office: Office) -> None:
    fatou, claire = await held(office)
    await claire.press("Fermer")
    said = await fatou.heard()
    assert "La conversation avec la personne est finie" in said[0]
    assert "Est-ce que cela vous a aidé ?" in said[-1]
    assert "Merci !" in " ".join(await fatou.press("👍"))
    assert (await fatou.say("essai"))[-1] == WHO
    topic = await office.topic()
    assert topic["name"].startswith("✅ ") and topic["is_closed"]


@pytest.mark.parametrize("ending", ["Fermer", "Rendre au robot"])
async def test_ended_before_anybody_took_it_the_person_knows_that_nobody_answers(office: Office, ending: str) -> None:
    fatou, claire = await office.fatou(), await office.adviser()
    await fatou.ask_for_a_person()
    await claire.sit_down()
    await claire.press(ending)
    sorry, *others = await fatou.heard()
    assert sorry.startswith("🤖 Désolé, votre demande est fermée. Personne ne va y répondre.")
    assert not any("aidé" in one for one in others)
    await fatou.press("Une personne")
    assert len(await office.store.handoffs()) == 1


async def test_a_closed_conversation_takes_no_more_words(office: Office) -> None:
    fatou, claire = await held(office)
    await claire.press("Fermer")
    await fatou.heard()
    await claire.say("encore une chose")
    assert "cette conversation est finie" in (await claire.texts())[-1]
    assert await fatou.heard() == SILENT


async def test_orders_work_in_words_too(office: Office) -> None:
    fatou, claire = await office.fatou(), await office.adviser()
    await fatou.ask_for_a_person()
    await claire.sit_down()
    await claire.say("/prendre")
    assert (await office.handoff()).state is State.CLAIMED
    await claire.say("/fermer")
    assert (await office.handoff()).state is State.CLOSED


async def test_the_person_may_stop_waiting(office: Office) -> None:
    fatou, claire = await office.fatou(), await office.adviser()
    await fatou.ask_for_a_person()
    assert (await fatou.press("Ne plus attendre"))[0].startswith("🤖 Vous avez quitté la conversation")
    assert (await office.handoff()).state is State.CLOSED
    await claire.sit_down()
    assert "🔚 La personne a quitté la conversation." in await claire.texts()


@pytest.mark.parametrize(("language", "stops_by_label"), [("English", True), ("English", False), ("العربية", True)])
async def test_waiting_ends_with_the_words_of_its_button_or_with_stop(
    office: Office, language: str, stops_by_label: bool
) -> None:
    person = await office.person("Fatou", language)
    await person.ask_for_a_person()
    label = (await person.labels())[0].removeprefix("✖️ ")
    await person.say(label if stops_by_label else "annuler")
    assert (await office.handoff()).state is State.CLOSED
    claire = await office.adviser()
    await claire.sit_down()
    assert (await claire.texts())[-1] == "🔚 La personne a quitté la conversation."


async def test_a_conversation_ends_with_the_words_of_its_button(office: Office) -> None:
    fatou, claire = await held(office)
    await fatou.say("finir")
    assert (await claire.texts())[-1] == "💬 finir"
    await fatou.say("finir avec la personne")
    assert (await office.handoff()).state is State.CLOSED


async def test_the_person_may_leave_the_adviser(office: Office) -> None:
    fatou, claire = await held(office)
    await fatou.press("Finir avec la personne")
    assert (await office.handoff()).state is State.CLOSED
    assert "🔚 La personne a quitté la conversation." in await claire.texts()
    assert (await fatou.say("essai"))[-1] == WHO


async def test_nothing_an_adviser_writes_reaches_whoever_has_just_left(office: Office) -> None:
    """C03, R18: however the two cross, no word of the adviser comes after the goodbye."""
    world = office.sandbox.world
    claire = ADVISERS[0]
    people = [world.invent(language_code="fr") for _ in range(60)]
    for person in people:
        doings.say(world, person, "/conseiller")
    await office.settled()
    handoffs = await office.store.handoffs()
    for handoff in handoffs:
        doings.say(world, claire, "/prendre", chat_id=ADVISER_CHAT_ID, thread=handoff.thread)
    await office.settled()
    chats = {await office.store.newcomer_by_account(AccountId(person.id)): person for person in people}
    for handoff in handoffs:
        person = chats[handoff.newcomer]
        last = max(world.chats[person.id].messages.items())[1]
        leave = last["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        doings.press(world, person, person.id, last["message_id"], leave)
        doings.say(world, claire, "le code de la porte", chat_id=ADVISER_CHAT_ID, thread=handoff.thread)
    await office.settled()
    assert await office.store.handoffs() == []
    for person in people:
        texts = [text_of(one) for _, one in sorted(world.chats[person.id].messages.items())]
        [left] = [at for at, text in enumerate(texts) if "Vous avez quitté la conversation" in text]
        assert not [text for text in texts[left:] if "code de la porte" in text]


async def test_a_topic_is_deleted_some_days_after_the_end(office: Office) -> None:
    fatou, claire = await held(office)
    await claire.press("Fermer")
    await fatou.heard()
    await office.run_for(29 * 24, step=12)
    assert len(await office.client.topics()) == 1
    await office.run_for(2 * 24, step=12)
    assert await office.client.topics() == []


# --- the world around ------------------------------------------------------------------------------------------------


async def test_an_adviser_who_leaves_the_group_loses_the_conversation_at_once(office: Office) -> None:
    fatou, claire = await held(office)
    await claire.seat.do("leave-group", is_removed=True)
    assert (await fatou.heard())[0].startswith("Cette personne doit partir")
    assert (await office.handoff()).state is State.WAITING


async def test_whoever_closes_a_topic_by_hand_reads_that_the_person_still_waits(office: Office) -> None:  # C11
    fatou, claire = await held(office)
    still = "la personne attend encore"
    await claire.seat.do("change-topic", thread=claire.seat.thread, is_closed=True)
    await office.settled()
    assert still in (await claire.texts())[-1]
    await fatou.say("vous êtes là ?")
    assert (await claire.texts())[-1] == "💬 vous êtes là ?"
    await claire.press("Fermer")
    assert "est finie" in (await fatou.heard())[0]
    for is_closed in (False, True):
        await claire.seat.do("change-topic", thread=claire.seat.thread, is_closed=is_closed)
        await office.settled()
    assert sum(still in text for text in await claire.texts()) == 1


async def test_a_topic_deleted_by_hand_is_opened_once_more_with_what_was_written(office: Office) -> None:
    fatou, claire = await held(office)
    handoff = await office.handoff()
    await claire.seat.do("delete-topic", thread=handoff.thread)
    await fatou.say("vous êtes là ?")
    await fatou.say("allô ?")
    assert len(await office.client.topics()) == 1
    await claire.sit_down()
    texts = await claire.texts()
    assert [one for one in texts if one.startswith("💬 ")] == ["💬 vous êtes là ?", "💬 allô ?"]
    assert any(handoff.code in one and "disparu" in one for one in texts)
    await claire.say("je suis là")
    assert "je suis là" in (await fatou.heard())[-1]
    assert [one for one in await office.client.ledger() if one["method"] == "createForumTopic"].__len__() == 2


async def test_a_topic_deleted_while_waiting_comes_back_with_its_card(office: Office) -> None:  # B10
    fatou, claire = await office.fatou(), await office.adviser()
    await fatou.say("essai")
    await fatou.press("Une femme")
    await fatou.press("Une personne")
    await fatou.press("Oui, envoyer le résumé")
    handoff = await office.handoff()
    await claire.seat.do("delete-topic", thread=handoff.thread)
    await fatou.say("vous êtes là ?")
    await claire.sit_down()
    card, wrote = await claire.texts()
    assert handoff.code in card and "français (fr)" in card and "Une femme" in card and "attend une réponse" in card
    assert "Le sujet précédent a disparu" in card and wrote == "💬 vous êtes là ?"
    await claire.take()
    assert (await fatou.heard())[-1].startswith("👤 Une personne est là")
    card, _ = await claire.texts()
    assert "avec Claire" in card and "disparu" not in card


async def test_a_topic_deleted_while_held_comes_back_with_the_buttons_of_its_state(office: Office) -> None:  # B10
    fatou, claire = await held(office)
    await claire.seat.do("delete-topic", thread=(await office.handoff()).thread)
    await fatou.say("vous êtes là ?")
    await claire.sit_down()
    card, wrote = await claire.texts()
    assert "avec Claire" in card and wrote == "💬 vous êtes là ?"
    assert await claire.press("Remettre en attente") == "C'est fait."
    assert (await office.handoff()).state is State.WAITING


async def test_a_group_with_a_new_id_keeps_its_conversations(office: Office) -> None:
    fatou, claire = await held(office)
    new = ADVISER_CHAT_ID - 7
    await office.client.do("migrate", chat=ADVISER_CHAT_ID, to=new)
    await fatou.say("vous êtes là ?")
    claire.seat.chat_id = new
    assert (await claire.texts())[-1] == "💬 vous êtes là ?"
    await claire.say("oui, je vous écoute")
    assert "oui, je vous écoute" in (await fatou.heard())[-1]
    await office.reopen()
    await claire.say("toujours là")
    assert "toujours là" in (await fatou.heard())[-1]
    await claire.press("Fermer")
    await fatou.heard()
    await fatou.ask_for_a_person()
    assert (await office.handoff()).chat == new
    assert await office.calls("leaveChat") == []


async def test_a_person_who_blocks_the_bot_is_left_alone_and_the_adviser_knows(office: Office) -> None:
    fatou, claire = await held(office)
    await fatou.seat.do("block")
    await office.settled()
    assert (await claire.texts())[-1] == "🚫 La personne a bloqué le robot : vos messages n'arrivent plus."
    await fatou.seat.do("unblock")
    await office.settled()
    assert (await claire.texts())[-1] == "La personne peut de nouveau recevoir vos messages."
    await claire.say("de retour ?")
    assert "de retour ?" in (await fatou.heard())[-1]


async def test_words_to_somebody_who_is_gone_are_not_lost_silently(office: Office) -> None:
    fatou, claire = await held(office)
    await fatou.seat.do("deactivate")
    await claire.say("bonjour ?")
    assert any("bloqué" in one or "n'est pas arrivé" in one for one in await claire.texts())


async def test_a_refused_order_of_telegram_reaches_the_adviser(office: Office) -> None:
    """A correction of a message that the person deleted is sent anew (B11)."""
    fatou, claire = await held(office)
    said = await claire.say("rendez-vous à 9 h")
    await fatou.heard()
    last = (await fatou.messages())[-1]
    await fatou.seat.do("withdraw", message_id=last["message_id"])
    await claire.seat.edit(said["message_id"], "rendez-vous à 10 h")
    await office.settled()
    assert "rendez-vous à 10 h" in text_of((await fatou.messages())[-1])


async def test_a_restart_changes_nothing_for_people_who_talk(office: Office) -> None:
    fatou, claire = await held(office)
    await office.reopen()
    assert await fatou.say("vous êtes toujours là ?") == SILENT
    assert (await claire.texts())[-1] == "💬 vous êtes toujours là ?"
    await claire.say("oui")
    assert (await fatou.heard())[-1].endswith("oui")


async def test_a_reminder_waits_while_a_person_has_the_conversation(office: Office) -> None:
    fatou, claire = await held_with_a_reminder(office)
    await fatou.heard()
    office.now.pass_by(days=1, minutes=1)
    await claire.say("je cherche encore")
    await fatou.heard()
    await office.look_at_timers()
    assert await fatou.heard() == SILENT
    await fatou.press("Finir avec la personne")
    office.now.pass_by(hours=1)
    await office.look_at_timers()
    assert "🔔 Vous m'avez demandé un rappel." in await fatou.heard()


async def test_a_reminder_that_a_talk_or_an_outage_kept_does_not_ring_at_night(office: Office) -> None:
    fatou, claire = await held_with_a_reminder(office)
    office.now.pass_by(days=1, minutes=1)
    await claire.say("je cherche encore")
    await office.look_at_timers()
    office.now.at = office.now.at.replace(hour=19, minute=50)  # ten to nine in the evening in Liège
    await office.look_at_timers()
    await fatou.press("Finir avec la personne")
    await fatou.heard()
    bell = "🔔 Vous m'avez demandé un rappel."
    for hour in (21, 23):
        office.now.at = office.now.at.replace(hour=hour)
        await office.look_at_timers()
        assert await fatou.heard() == []
    office.now.pass_by(hours=9)
    await office.look_at_timers()
    assert await fatou.heard() == [bell]


async def test_a_conversation_that_retention_took_keeps_no_reminder(office: Office) -> None:
    fatou, _ = await held_with_a_reminder(office)
    await fatou.heard()
    office.now.pass_by(days=1, minutes=1)
    await office.store.purge(office.now(), {"idle_case": 0})
    await office.look_at_timers()
    assert "🔔 Vous m'avez demandé un rappel." in await fatou.heard()


async def test_a_conversation_that_retention_took_leaves_no_silent_bot(office: Office) -> None:
    fatou, _ = await held(office)
    office.now.pass_by(hours=1)
    await office.store.purge(office.now(), {"idle_case": 0})
    assert await office.store.handoffs() == []
    assert await fatou.say("essai") == [WHO]


async def test_a_conversation_outlives_what_the_bot_remembers(office: Office) -> None:
    fatou, claire = await held(office)
    await office.store.engine.write(lambda tx: tx.run("DELETE FROM sessions"))
    await office.reopen()
    assert await fatou.say("vous êtes là ?") == SILENT
    assert (await claire.texts())[-1] == "💬 vous êtes là ?"


async def test_a_topic_that_is_gone_already_is_no_trouble_when_its_day_comes(office: Office) -> None:
    fatou, claire = await held(office)
    await claire.press("Fermer")
    await fatou.heard()
    await claire.seat.do("delete-topic", thread=(await office.handoff()).thread)
    await office.run_for(31 * 24, step=12)
    assert await office.client.topics() == []
    assert len(await office.calls("createForumTopic")) == 1


async def test_a_hundred_conversations_that_ended_together_lose_all_their_topics(office: Office) -> None:
    world = office.sandbox.world
    people = [world.invent(language_code="fr") for _ in range(120)]
    for person in people:
        doings.say(world, person, "/conseiller")
    await office.settled()
    claire = await office.adviser()
    for topic in await office.client.topics():
        await claire.seat.do("say", text="/fermer", thread=topic["id"])
    await office.settled()
    assert await office.store.handoffs() == []
    await office.run_for(31 * 24, step=12)
    assert await office.client.topics() == []
    assert await office.store.handoffs(only_open=False) == []


# --- teams that the settings no longer name ---------------------------------------------------------------------------


async def reopen_with_teams(office: Office, **teams: TeamSettings) -> None:
    """The same guichet after an edit of `config.yml`."""
    await office.close()
    office.settings = replace(office.settings, teams=teams)
    await office.open()


async def test_a_team_with_a_new_name_keeps_its_conversations(office: Office, logged: Lines) -> None:
    fatou, claire = await held(office)
    await reopen_with_teams(office, liege=office.settings.teams["accueil"])
    assert await fatou.say("vous êtes là ?") == SILENT
    assert (await claire.texts())[-1] == "💬 vous êtes là ?"
    await claire.say("oui, je vous écoute")
    assert (await fatou.heard())[-1].endswith("oui, je vous écoute")
    office.now.pass_by(minutes=241)
    await office.look_at_timers()
    assert (await fatou.heard())[0].startswith("Cette personne doit partir")
    await claire.press("Prendre")
    await fatou.heard()
    assert "quitté la conversation" in (await fatou.press("Finir avec la personne"))[0]
    handoff = await office.handoff()
    assert handoff.state is State.CLOSED and office.running.dispatcher.set_aside == 0
    assert [line for line in logged.lines if "team_gone" in line] == [
        f"ERROR bot.services.groups handoff.team_gone handoff={handoff.id[:8]} team=accueil answered_by=liege"
        " has_group=True"
    ]


async def test_whose_team_is_gone_with_its_group_may_leave_and_ask_another(office: Office, logged: Lines) -> None:
    fatou, claire = await held(office)
    await reopen_with_teams(office, autre=replace(office.settings.teams["accueil"], chat="NO_GROUP_YET"))
    assert await fatou.say("vous êtes là ?") == SILENT
    assert (await claire.texts())[-1] == "💬 vous êtes là ?"
    assert "quitté la conversation" in (await fatou.press("Finir avec la personne"))[0]
    handoff = await office.handoff()
    assert handoff.state is State.CLOSED and office.running.dispatcher.set_aside == 0
    [line] = [line for line in logged.lines if "team_gone" in line]
    assert line.endswith("team=accueil answered_by=autre has_group=False")
    await fatou.say("/conseiller")
    asked = await office.handoff()
    assert (asked.team, asked.chat, asked.state) == ("autre", None, State.WAITING)


async def test_the_check_counts_open_requests_of_teams_that_are_gone(office: Office) -> None:
    await held(office)
    handoffs, teams = await office.store.handoffs(), office.settings.teams
    assert list(orphaned(handoffs, teams, "fr")) == []
    [line] = orphaned(handoffs, {"liege": teams["accueil"]}, "fr")
    assert line == "· l'équipe « accueil » n'est plus dans les réglages ; demandes ouvertes : 1"
    [line] = orphaned(handoffs, {"liege": teams["accueil"]}, "en")
    assert line == '· team "accueil" is no longer in the settings; open requests: 1'


# --- teams that work from the console (decision 11) ------------------------------------------------------------------


async def test_a_team_that_is_only_notified_reads_a_code_and_nothing_else(closed_office: Office) -> None:
    teams = {name: replace(team, relay="notify") for name, team in closed_office.settings.teams.items()}
    closed_office.settings = replace(closed_office.settings, teams=teams)
    await closed_office.open()
    fatou, claire = await closed_office.fatou(), await closed_office.adviser()
    await fatou.ask_for_a_person()
    handoff = await closed_office.handoff()
    await fatou.say("je dors dans la gare")
    await fatou.say("au secours il a un couteau")
    closed_office.now.pass_by(minutes=31)
    await closed_office.look_at_timers()
    await fatou.press("Ne plus attendre")
    assert await closed_office.client.topics() == []
    texts = await claire.texts()
    assert len(texts) == 2 and all(handoff.code in text for text in texts)
    assert not [text for text in texts if "gare" in text or "couteau" in text]
    lines = [line.text for line in await closed_office.store.log_of(handoff.id)]
    assert lines == ["je dors dans la gare", "au secours il a un couteau"]


# --- who reads along -------------------------------------------------------------------------------------------------


async def test_the_operator_learns_that_a_stranger_reads_the_group(office: Office, logged: Lines) -> None:  # C16
    world = office.sandbox.world
    chat = world.chats[ADVISER_CHAT_ID]

    async def joins(account: int) -> list[str]:
        before = len(logged.lines)
        user = {"id": account, "is_bot": False, "first_name": "Zoltan"}
        old, new = ({"status": status, "user": user} for status in ("left", "member"))
        change = {"chat": chat.brief, "from": user, "date": account % 1000, "old_chat_member": old}
        change["new_chat_member"] = new
        world.updates.push("chat_member", change)
        world.updates.push("message", world.post(chat, user, {"new_chat_members": [world.bot]}))
        await office.settled()
        return [line for line in logged.lines[before:] if "group.stranger" in line]

    assert await joins(ADVISERS[0].id) == []
    [line] = await joins(9_900_000_004_242)
    assert line.startswith("ERROR") and "team=accueil" in line


ADMIN = {"status": "administrator", "can_manage_topics": True, "can_delete_messages": True}


@pytest.mark.parametrize(
    ("standing", "is_forum", "lacks"),
    [
        ({"status": "kicked"}, True, ["the bot in the group"]),
        ({"status": "member"}, True, ["the right to manage topics, the right to delete messages"]),
        (ADMIN, False, ["topics in the group"]),
        (ADMIN, True, []),
    ],
)
async def test_the_operator_learns_at_once_what_the_bot_may_no_longer_do(  # B08, C15
    office: Office, logged: Lines, standing: dict[str, object], is_forum: bool, lacks: list[str]
) -> None:
    world = office.sandbox.world
    chat = {**world.chats[ADVISER_CHAT_ID].brief, "is_forum": is_forum}
    member = {**standing, "user": world.bot}
    world.updates.push("my_chat_member", {"chat": chat, "from": world.bot, "date": 1, "new_chat_member": member})
    await office.settled()
    told = [line for line in logged.lines if "group.lacks" in line]
    assert [line.partition("what=")[2].split("'")[1] for line in told] == lacks
    assert all(line.startswith("ERROR") and "team=accueil" in line for line in told)


# --- the list of advisers --------------------------------------------------------------------------------------------


async def test_who_leaves_the_list_loses_what_they_hold_and_nobody_inherits_it(office: Office) -> None:
    claire, youssef, ingrid = (person.id for person in ADVISERS)
    await office.close()
    await office.open(GUICHET_ADVISER_IDS=f"{claire},{youssef}")
    fatou, at_desk = await held(office)
    holder = (await office.handoff()).adviser
    await office.close()
    await office.open(GUICHET_ADVISER_IDS=f"{ingrid},{claire}")
    assert (await office.handoff()).adviser == holder
    await at_desk.say("je suis toujours là")
    assert (await fatou.heard())[-1].endswith("je suis toujours là")
    for name, told in (("Youssef", "pas sur la liste"), ("Ingrid", "Claire a cette conversation")):
        other = await office.adviser(name)
        await other.sit_down()
        await other.say("bonjour madame")
        assert told in (await other.texts())[-1]
    await office.close()
    await office.open(GUICHET_ADVISER_IDS=f"{ingrid}")
    assert (await fatou.heard())[-1].startswith("Cette personne doit partir")
    assert (await office.handoff()).state is State.WAITING
    assert "pas sur la liste" in await at_desk.press("Prendre")


async def test_nothing_is_kept_of_who_left_the_list(office: Office) -> None:
    claire, youssef = (person.id for person in ADVISERS[:2])
    await office.close()
    await office.open(GUICHET_ADVISER_IDS=f"{claire}")
    assert [row.account for row in await office.store.advisers()] == [claire]
    await office.close()
    await office.open(GUICHET_ADVISER_IDS=f"{youssef},{claire}")
    assert {row.account for row in await office.store.advisers()} == {claire, youssef}


async def test_a_kill_before_a_leaver_was_let_go_keeps_nobody_waiting(office: Office) -> None:
    claire, youssef = (person.id for person in ADVISERS[:2])
    await held(office)
    [holder] = [row for row in await office.store.advisers() if row.account == claire]
    await office.store.save_adviser(replace(holder, is_active=False))
    await office.close()
    await office.open(GUICHET_ADVISER_IDS=f"{youssef}")
    assert (await office.handoff()).state is State.WAITING
    assert [row.account for row in await office.store.advisers()] == [youssef]


# --- anything, in any order ------------------------------------------------------------------------------------------


async def test_in_any_order_only_the_holders_plain_words_reach_the_person(office: Office) -> None:
    """C07: notes, orders, others' words and words without a holder never leave."""
    chance = random.Random(7)
    fatou = await office.fatou()
    desks = [await office.adviser(name) for name in ("Claire", "Youssef", "Marc")]  # Marc is not on the list
    listed = {desk: AccountId(desk.seat.id) for desk in desks[:2]}
    ids = {row.account: row.id for row in await office.store.advisers()}
    wanted: list[str] = []
    for number in range(120):
        if not await office.store.handoffs():
            await fatou.ask_for_a_person()
            for desk in desks:
                await desk.sit_down()
        handoff, desk = await office.handoff(), chance.choice(desks)
        holds = handoff.state is State.CLAIMED and desk in listed and handoff.adviser == ids[listed[desk]]
        word = f"mot{number:03d}"
        match chance.randrange(6):
            case 0:
                await desk.say("/prendre")
            case 1:
                await desk.say(chance.choice(["// ", "//", "/note ", "\u200f//", "／／"]) + word)
            case 2:
                await desk.say(chance.choice(["/remettre", "/robot", "/fermer", f"/{word}", "/prendre"]))
            case _:
                await desk.say(word)
                wanted += [word] * holds
    heard = re.findall(r"mot\d{3}", "\n".join(text_of(one) for one in await fatou.messages()))
    assert heard == wanted
    assert len(wanted) > 5


async def test_who_blocks_while_waiting_is_not_written_to_until_they_are_back(office: Office) -> None:
    fatou, claire = await office.fatou(), await office.adviser()
    await fatou.ask_for_a_person()
    await fatou.seat.do("block")
    office.now.pass_by(minutes=31)
    await office.settled()
    await office.look_at_timers()
    await claire.sit_down()
    assert (await claire.texts())[-1] == "🚫 La personne a bloqué le robot : vos messages n'arrivent plus."
    sent = len(await fatou.messages())
    await fatou.seat.do("unblock")
    await office.settled()
    assert len(await fatou.messages()) == sent
    office.now.pass_by(minutes=31)
    await office.look_at_timers()
    assert (await fatou.heard())[-1].startswith("Personne n'a encore pu répondre")


async def test_an_adviser_who_falls_silent_gives_the_conversation_back(office: Office) -> None:
    fatou, claire = await held(office)
    office.now.pass_by(minutes=239)
    await office.look_at_timers()
    await claire.say("je cherche encore")
    await fatou.heard()
    office.now.pass_by(minutes=239)
    await office.look_at_timers()
    assert await fatou.heard() == SILENT
    office.now.pass_by(minutes=2)
    await office.look_at_timers()
    assert (await fatou.heard())[0].startswith("Cette personne doit partir")
    assert (await office.handoff()).state is State.WAITING


# --- danger that comes another way -----------------------------------------------------------------------------------


async def test_danger_written_into_an_old_message_shows_the_card_and_moves_nobody(office: Office) -> None:
    fatou = await office.fatou()
    [_] = await fatou.say("essai")
    said = await fatou.seat.say("merci")
    await fatou.heard()
    await fatou.seat.edit(said["message_id"], "au secours il a un couteau")
    [card] = await fatou.heard()
    assert card.startswith("🆘 Danger ? Appelez le 112.")
    assert await fatou.say("une femme") == [WORDS]


async def test_danger_written_into_an_old_message_is_a_line_of_its_own_for_the_adviser(office: Office) -> None:
    fatou, claire = await held(office)
    said = await fatou.seat.say("merci")
    await fatou.heard()
    before = len(await claire.texts())
    await fatou.seat.edit(said["message_id"], "au secours il a un couteau")
    [card] = await fatou.heard()
    assert card.startswith("🆘 Danger ? Appelez le 112.")
    [alarm] = (await claire.texts())[before:]
    assert alarm.startswith("🆘") and "au secours il a un couteau" in alarm


async def test_a_photo_with_words_of_danger_arrives_with_them(office: Office) -> None:
    fatou, claire = await held(office)
    before = len(await claire.seat.messages())
    [card] = await fatou.send("photo", caption="regardez il a un couteau, au secours")
    assert "112" in card
    alarm, photo = (await claire.seat.messages())[before:]
    assert text_of(alarm).startswith("🆘") and "photo" in photo


GIVEN_BACK = {"can_manage_topics", "can_delete_messages"}


async def test_what_waits_for_a_group_goes_on_when_the_bot_may_write_there_again(  # B08, B19
    office: Office, logged: Lines
) -> None:
    fatou, claire = await office.fatou(), await office.adviser()
    world = office.sandbox.world
    chat = world.chats[ADVISER_CHAT_ID]
    before = set(chat.rights)
    chat.rights.clear()
    await fatou.seat.say("/conseiller")
    await fatou.seat.read("Votre demande est envoyée")
    await fatou.seat.say("je dors dans la gare")
    await fatou.seat.say("au secours il a un couteau")
    await office.settled_intake()
    await office.running.dispatcher.idle()
    # Refused once, and not to be tried again for a minute.
    await until(lambda: any(lane.is_resting for lane in office.running.sender._memory.lanes.values()))
    for seconds in (30, 31, 60, 600):
        office.now.pass_by(seconds=seconds)
        await office.running.timers.look()
    stuck = [line.partition(" oldest_s=")[2].partition(":")[0] for line in logged.lines if "outbox.stuck" in line]
    assert stuck == ["61", "721"]
    chat.rights |= before | GIVEN_BACK
    await office.client.do("place-bot", person=claire.seat.id, chat=ADVISER_CHAT_ID, status="administrator")
    await office.settled()
    await claire.sit_down()
    # Words of danger stand in no queue.
    assert (await claire.texts())[1:] == [f"{DANGER}\n💬 au secours il a un couteau", "💬 je dors dans la gare"]


async def test_nothing_is_passed_on_into_a_group_that_was_made_public(office: Office) -> None:  # C15
    fatou = await office.fatou()
    group = office.sandbox.world.chats[ADVISER_CHAT_ID]
    group.brief["username"] = "everybody"
    await look_at_groups(office.running.desk, office.running.messenger)
    await fatou.seat.say("/conseiller")
    await office.settled_intake()
    await office.running.dispatcher.idle()
    assert (await office.handoff()).thread is None
    await office.close()
    assert [call["method"] for call in await office.client.ledger() if call["method"] == "createForumTopic"] == []
    del group.brief["username"]
    await office.open()
    await office.settled()
    assert [topic["id"] for topic in await office.client.topics()] == [(await office.handoff()).thread]


# --- the audit trail --------------------------------------------------------------------------------------------------


async def test_who_took_and_gave_back_a_conversation_is_on_the_trail(office: Office) -> None:
    fatou, claire = await held(office)
    handoff = await office.handoff()
    await claire.press("Remettre en attente")
    await claire.take()
    await fatou.say("ma lettre est arrivée")
    await claire.press("Fermer")
    [adviser] = [one for one in await office.store.advisers() if one.id == (await office.handoff()).adviser]
    trail = [row for row in await office.store.audit(datetime(2020, 1, 1, tzinfo=UTC)) if row.event != "listed"]
    hour = office.now().replace(minute=0, second=0, microsecond=0)
    assert trail == [
        AuditRow(event=event, who=adviser.id, about=handoff.id, at=hour)
        for event in ("claim", "release", "claim", "close")
    ]


async def test_a_conversation_that_an_adviser_lets_lie_is_released_on_the_trail(office: Office) -> None:
    await held(office)
    office.now.pass_by(minutes=241)
    await office.look_at_timers()
    trail = await office.store.audit(datetime(2020, 1, 1, tzinfo=UTC))
    assert [row.event for row in trail if row.event != "listed"] == ["claim", "release"]
