"""A reminder in the person's own words and hours: seen by them alone, stopped by one tap, gone with everything else."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.client import text_of
from tests.journeys.flows import NUDGE
from tests.journeys.office import Office, Person

#: What nobody else must read.
WORDS = "appeler Nadia pour la chambre"
STOPPED = "D'accord, j'arrête. Je n'envoie plus de rappel. Écrivez-moi quand vous voulez."
RINGS = "🔔 Vous m'avez demandé un rappel."
#: Nine in Liège, three days after the Monday of the tests.
SOON = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)


async def chosen(person: Person, *, words: str = WORDS) -> list[str]:
    """In three days at nine, with these words or with none."""
    await person.say("/parcours")
    await person.press("Me faire un rappel")
    await person.press("Dans 3 jours")
    await person.press("Le matin")
    if not words:
        return await person.press("Non, un rappel simple")
    await person.press("Oui, j'écris mes mots")
    return await person.say(words)


async def rung(office: Office, person: Person, at: datetime = SOON) -> list[str]:
    """What came when the moment had come."""
    office.now.at = at
    await office.look_at_timers()
    return await person.heard()


async def test_the_words_are_shown_after_a_tap_only(office: Office) -> None:
    fatou = await office.fatou()
    told = await chosen(fatou)
    assert told[0] == "D'accord. Je vous écris : jeudi 26 novembre 2026, 09:00."
    assert told[1] == "Quelle étape voulez-vous ouvrir ?"
    assert await rung(office, fatou, SOON - timedelta(minutes=1)) == []
    assert await rung(office, fatou) == [RINGS]
    assert await fatou.press("Lire mon rappel") == [f"🔔 Vos mots : {WORDS}"]
    assert await rung(office, fatou, SOON + timedelta(days=3)) == []


async def test_a_simple_reminder_has_nothing_to_read(office: Office) -> None:
    fatou = await office.fatou()
    await chosen(fatou, words="")
    assert await rung(office, fatou) == [RINGS]
    assert "👁️ Lire mon rappel" not in await fatou.labels() and "🔕 Plus de rappels" in await fatou.labels()


async def test_the_words_outlive_a_restart_before_and_after_the_bell(office: Office) -> None:
    fatou = await office.fatou()
    await chosen(fatou)
    await office.reopen()
    assert await rung(office, fatou) == [RINGS]
    await office.reopen()
    assert await fatou.press("Lire mon rappel") == [f"🔔 Vos mots : {WORDS}"]


async def test_a_guichet_that_comes_back_at_night_lets_people_sleep(office: Office) -> None:
    fatou = await office.fatou()
    await chosen(fatou)
    await office.close()
    office.now.at = SOON + timedelta(days=1, hours=18)  # three in the morning
    await office.open()
    await office.look_at_timers()
    assert await fatou.heard() == []
    assert await rung(office, fatou, SOON + timedelta(days=2, minutes=-1)) == []
    assert await rung(office, fatou, SOON + timedelta(days=2)) == [RINGS]


async def test_an_adviser_who_leaves_late_lets_no_reminder_ring_at_night(office: Office) -> None:
    fatou, claire = await office.fatou(), await office.adviser()
    await chosen(fatou)
    office.now.at = SOON.replace(hour=19, minute=30)  # half past eight in the evening
    await fatou.ask_for_a_person()
    await claire.take()
    assert RINGS not in await rung(office, fatou, office.now())
    await claire.press("Rendre au robot")
    await fatou.heard()
    assert await rung(office, fatou, SOON.replace(hour=20, minute=45)) == []
    assert await rung(office, fatou, SOON + timedelta(days=1)) == [RINGS]


async def test_whoever_comes_back_because_of_the_bell_may_go_on(office: Office) -> None:
    fatou = await office.fatou()
    await chosen(fatou)
    await fatou.say("essai")
    assert await rung(office, fatou) == [RINGS]
    assert "Continuer" in " ".join([*await fatou.say("bonjour"), *await fatou.labels()])


async def test_the_words_leave_the_conversation_and_stand_in_the_data_of_the_person(office: Office) -> None:
    fatou = await office.fatou()
    await chosen(fatou)
    kept = await office.store.data_of(await fatou.newcomer())
    assert [one["ref"] for one in kept["timers"]] == [f"own/2026-11-26T08:00/{WORDS}"]
    assert WORDS not in json.dumps(kept["sessions"], default=str, ensure_ascii=False)
    assert WORDS not in json.dumps(kept.get("inbox", []), default=str, ensure_ascii=False)
    raw = b"".join(path.read_bytes() for path in office.folder.glob("guichet.db*"))
    assert WORDS.encode() not in raw


async def test_everything_erased_rings_no_more(office: Office) -> None:
    fatou = await office.fatou()
    await chosen(fatou)
    newcomer = await fatou.newcomer()
    await fatou.say("/effacer")
    await fatou.press("Oui, tout effacer")
    assert await office.store.data_of(newcomer) == {}
    assert await rung(office, fatou) == []


async def test_one_tap_stops_every_reminder(office: Office) -> None:
    fatou = await office.fatou()
    await chosen(fatou)
    await fatou.say("/parcours")
    await fatou.press("Me faire un rappel")
    await fatou.press("Dans une semaine")
    await fatou.press("À midi")
    await fatou.press("Non, un rappel simple")
    assert await rung(office, fatou) == [RINGS]
    await fatou.press("Plus de rappels")
    assert await rung(office, fatou, SOON + timedelta(days=10)) == []


async def test_a_reminder_is_taken_back_before_it_rings_and_nothing_else_ends(office: Office) -> None:
    fatou, claire = await office.fatou(), await office.adviser()
    await chosen(fatou)
    await fatou.ask_for_a_person()
    assert await fatou.press("Plus de rappels") == [STOPPED]
    assert (await office.handoff()).is_open
    await claire.take()
    await claire.press("Rendre au robot")
    await fatou.heard()
    # The way goes on with the question that it stood at.
    assert (await fatou.say("1"))[-1] == "Vivre à Liège. Quelle page voulez-vous lire ?"
    assert await rung(office, fatou) == []


async def test_a_reminder_is_taken_back_while_an_adviser_answers(office: Office) -> None:
    fatou, claire = await office.fatou(), await office.adviser()
    await chosen(fatou)
    await fatou.ask_for_a_person()
    await claire.take()
    await fatou.heard()
    assert await fatou.press("Plus de rappels") == [STOPPED]
    await claire.say("Bonjour")
    assert (await fatou.heard())[-1].endswith("Bonjour")
    kept = await office.store.data_of(await fatou.newcomer())
    assert "reminder" not in str(kept.get("timers"))


async def test_an_adviser_sees_none_of_it(office: Office) -> None:
    fatou, claire = await office.fatou(), await office.adviser()
    await chosen(fatou)
    await fatou.ask_for_a_person()
    await claire.sit_down()
    assert all(WORDS not in text for text in await claire.texts())


@pytest.mark.parametrize("written", ["hier", "23/11/2026", "24/12/2026", "1/1/2027"])
async def test_a_day_that_is_past_or_too_far_is_asked_again(office: Office, written: str) -> None:
    fatou = await office.fatou()
    await fatou.say("/rappel")
    await fatou.press("Un autre jour")
    told = await fatou.say(written)
    assert told[0] == "Ce jour est passé, ou il est trop loin. Écrivez un autre jour."
    assert told[1].startswith("Écrivez le jour")
    assert await fatou.say("demain") == ["À quelle heure ?"]
    assert (await fatou.press("Une autre heure"))[0].startswith("Écrivez l'heure")
    assert (await fatou.say("22"))[0].startswith("Ce nombre n'est pas possible")
    await fatou.say("16")
    told = await fatou.press("Non, un rappel simple")
    assert told[0] == "D'accord. Je vous écris : mardi 24 novembre 2026, 16:00."


async def test_after_midnight_tomorrow_is_counted_from_the_day_in_liege(office: Office) -> None:
    office.now.pass_by(hours=14)  # half past midnight on Tuesday there, still Monday in UTC
    fatou = await office.fatou()
    await fatou.say("/rappel")
    await fatou.press("Un autre jour")
    await fatou.say("demain")
    await fatou.press("Le matin")
    told = await fatou.press("Non, un rappel simple")
    assert told[0] == "D'accord. Je vous écris : mercredi 25 novembre 2026, 09:00."


async def test_a_page_reminds_when_the_person_likes_and_goes_on(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("essai")
    await fatou.press("Une femme")
    assert NUDGE in (await fatou.say("il fait froid"))[-1]
    await fatou.press("Choisir le jour et l'heure")
    await fatou.press("Dans 3 jours")
    await fatou.press("Le matin")
    assert await fatou.press("Non, un rappel simple") == [
        "D'accord. Je vous écris : jeudi 26 novembre 2026, 09:00.",
        "Noté : il fait froid",
    ]
    assert await rung(office, fatou) == [RINGS]
    assert await fatou.press("Lire mon rappel") == ["🔔 Le rappel est là."]
    assert "🧪 Un essai" in await fatou.labels()


async def test_a_reminder_is_not_asked_for_on_top_of_what_is_never_written(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("/parcours")
    [roadmap] = [one for one in await fatou.messages() if "D'abord" in text_of(one)]
    await fatou.say("secret")
    await fatou.say("une chaise")
    await fatou.say("une table ronde")
    await fatou.seat.press("Me faire un rappel", message_id=roadmap["message_id"])
    assert await fatou.heard() == ["Quel jour voulez-vous le rappel ?"]
    await fatou.press("Demain")
    await fatou.press("Le matin")
    await fatou.press("Oui, j'écris mes mots")
    await fatou.say(WORDS)
    kept = await office.store.data_of(await fatou.newcomer())
    assert "une table ronde" not in json.dumps(kept, default=str, ensure_ascii=False)
    assert len(kept["timers"]) == 1


async def test_a_day_and_an_hour_in_ones_own_words_are_taken_at_once(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("/rappel")
    assert await fatou.say("lundi prochain") == ["À quelle heure ?"]
    assert (await fatou.say("10h30"))[0].startswith("Voulez-vous écrire")
    told = await fatou.press("Non, un rappel simple")
    assert told[0] == "D'accord. Je vous écris : lundi 30 novembre 2026, 10:30."
