"""Who writes faster than people read is answered to several texts at once, and nothing is lost (A28)."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.config import FloodSettings
from bot.sandbox import doings
from tests.journeys.flows import WHO
from tests.journeys.office import Office, Person
from tests.journeys.test_handover import held
from tests.journeys.test_outages import LATE
from tests.patience import PATIENCE_S

TOO_FAST = "Vous écrivez très vite. Je lis tout, mais je réponds une fois."
MENU = "De quoi avez-vous besoin ?"
TOPICS = "Choisissez un sujet. Ou parlez avec une personne."
#: What four texts that mean nothing are answered.
ONE_BY_ONE = [
    "Je n'ai pas compris. Vous pouvez toucher un bouton, ou écrire avec d'autres mots.",
    MENU,
    *[TOPICS] * 3,
]
UNSEEN = "Je ne regarde pas les photos. N'envoyez pas vos papiers. Écrivez votre question, ou parlez avec une personne."
PASSED_ON = "C'est transmis. La personne le verra."
NOTED = "C'est noté. La personne lira votre message."
#: Longer than any test: only what may not wait ends it.
NEVER_S = 3600.0


async def opened(office: Office, *, answer_every_s: float) -> Office:
    """The office, where four texts a minute are answered one by one."""
    # Answers leave more slowly than texts come, or nobody would have to wait for any.
    pace = replace(office.settings.telegram, chat_per_s=10, chat_burst=1)
    flood = FloodSettings(texts_per_min=4, answer_every_s=answer_every_s)
    office.settings = replace(office.settings, telegram=pace, flood=flood)
    await office.open()
    return office


def write(office: Office, person: Person, *texts: str) -> None:
    """Say all this at once."""
    world = office.sandbox.world
    for text in texts:
        doings.say(world, doings.person_of(world, person.id), text)


async def waiting(office: Office, rows: int) -> None:
    """Until only this many rows wait."""
    async with asyncio.timeout(PATIENCE_S):
        while len(office.sandbox.world.updates) or len(await office.store.waiting()) != rows:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def nothing_left(office: Office) -> bool:
    """Every row is done, and none was set aside."""
    aside = await office.store.engine.read(lambda tx: tx.rows("SELECT reason FROM quarantine"))
    return (await office.store.waiting(), aside) == ([], [])


async def test_a28_a_flood_is_answered_once_and_told_so(closed_office: Office) -> None:
    office = await opened(closed_office, answer_every_s=0.5)
    fatou, john = await office.fatou(), await office.person("John", "Français")
    write(office, fatou, *(f"bla {number}" for number in range(80)))
    write(office, john, "essai")
    assert await fatou.heard() == [*ONE_BY_ONE, TOO_FAST, TOPICS]
    assert await john.heard() == [WHO]
    write(office, fatou, *(f"bla {number}" for number in range(20)))
    assert await fatou.heard() == [TOPICS]  # told within this minute
    office.now.pass_by(seconds=61)
    assert await fatou.say("essai") == [WHO]
    assert await nothing_left(office)


async def test_the_last_texts_are_answered_and_repeats_count_once(closed_office: Office) -> None:
    office = await opened(closed_office, answer_every_s=0.5)
    fatou = await office.fatou()
    write(office, fatou, "a", "b", "c", "d", *(["essai"] * 30))
    assert await fatou.heard() == [*ONE_BY_ONE, TOO_FAST, WHO]


async def test_words_of_danger_in_a_flood_do_not_wait(closed_office: Office) -> None:
    office = await opened(closed_office, answer_every_s=NEVER_S)
    fatou = await office.fatou()
    write(office, fatou, *(f"bla {number}" for number in range(30)), "au secours il a un couteau")
    said = await fatou.heard()
    card = next(number for number, text in enumerate(said) if text.startswith("🆘 Danger ? Appelez le 112."))
    # It goes before the answers that wait, with the question that belongs to it.
    assert card < len(said) - 2
    assert said[:card] + said[card + 2 :] == [*ONE_BY_ONE, TOO_FAST, TOPICS]
    assert await nothing_left(office)


async def test_words_of_danger_spread_over_a_flood_bring_the_card_before_all_else(closed_office: Office) -> None:
    office = await opened(closed_office, answer_every_s=0.5)
    fatou = await office.fatou()
    write(office, fatou, "a", "b", "c", "d", "je veux", "mourir")
    *before, card = await fatou.heard()
    assert before == ONE_BY_ONE
    assert "Appelez le 107 maintenant." in card


async def test_a_command_in_a_flood_does_not_wait(closed_office: Office) -> None:
    office = await opened(closed_office, answer_every_s=NEVER_S)
    fatou = await office.fatou()
    write(office, fatou, *(f"bla {number}" for number in range(10)), "/menu")
    assert await fatou.heard() == [*ONE_BY_ONE, TOO_FAST, TOPICS, MENU]
    assert await nothing_left(office)


async def test_pictures_without_words_are_answered_once(closed_office: Office) -> None:
    office = await opened(closed_office, answer_every_s=0.5)
    fatou = await office.fatou()
    world = office.sandbox.world
    for _ in range(40):
        doings.send(world, doings.person_of(world, fatou.id), "photo")
    assert await fatou.heard() == [*[UNSEEN] * 4, TOO_FAST, UNSEEN]
    assert await nothing_left(office)


async def test_pictures_for_an_adviser_all_arrive_and_are_acknowledged_once(closed_office: Office) -> None:
    office = await opened(closed_office, answer_every_s=NEVER_S)
    fatou = await office.fatou()
    await fatou.ask_for_a_person()
    world = office.sandbox.world
    for _ in range(40):
        doings.send(world, doings.person_of(world, fatou.id), "photo")
    assert await fatou.heard() == [PASSED_ON] * 4
    copies = await office.calls("copyMessage")
    assert len({call["parameters"]["message_id"] for call in copies}) == 40


async def test_texts_for_an_adviser_all_arrive_and_are_acknowledged_once(closed_office: Office) -> None:
    office = await opened(closed_office, answer_every_s=NEVER_S)
    fatou = await office.fatou()
    await fatou.ask_for_a_person()
    texts = [f"bla {number}" for number in range(40)]
    write(office, fatou, *texts)
    assert await fatou.heard() == [NOTED] * 4
    claire = await office.adviser()
    await claire.sit_down()
    assert (await claire.texts())[1:] == [f"💬 {text}" for text in texts]


async def test_texts_to_an_adviser_who_holds_the_conversation_never_wait(closed_office: Office) -> None:
    office = await opened(closed_office, answer_every_s=NEVER_S)
    fatou, claire = await held(office)
    texts = [f"bla {number}" for number in range(40)]
    write(office, fatou, *texts)
    assert await fatou.heard() == []
    assert (await claire.texts())[-40:] == [f"💬 {text}" for text in texts]


async def test_a_flood_that_a_stop_interrupts_is_answered_after_it(closed_office: Office) -> None:
    office = await opened(closed_office, answer_every_s=NEVER_S)
    fatou = await office.fatou()
    write(office, fatou, *(f"bla {number}" for number in range(24)))
    await waiting(office, 20)
    await office.close()
    await opened(office, answer_every_s=0.5)
    assert await fatou.heard() == [*ONE_BY_ONE, *[TOPICS] * 4, TOO_FAST, TOPICS]
    assert await nothing_left(office)


async def test_a17_words_of_an_outage_are_no_flood(closed_office: Office) -> None:
    office = await opened(closed_office, answer_every_s=NEVER_S)
    fatou = await office.fatou()
    await office.close()
    write(office, fatou, *(f"bla {number}" for number in range(9)))
    office.now.pass_by(hours=2)
    await opened(office, answer_every_s=NEVER_S)
    assert await fatou.heard() == [LATE, *ONE_BY_ONE, *[TOPICS] * 5]
