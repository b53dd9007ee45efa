"""The first minutes of somebody new, and finding one's way with buttons and words."""

from __future__ import annotations

import pytest

from bot.core.ids import Locale
from bot.sandbox.client import labels_of, text_of
from bot.services.posters import payload_of
from bot.store import load_keys
from tests.journeys.flows import WHO, WORDS
from tests.journeys.nest import SECRET
from tests.journeys.office import Office

PICKER = "👋 Bonjour ! Choisissez votre langue."
MENU = "De quoi avez-vous besoin ?"


def poster(office: Office, topic: str, locale: str | None = None) -> str:
    """A code as printed on a poster of this guichet."""
    keys = load_keys(office.folder / "guichet.key", may_create=False, environment={"GUICHET_SECRET_KEY": SECRET})
    return payload_of(keys.signing, topic=topic, locale=None if locale is None else Locale(locale))


async def test_the_language_comes_first_then_the_notice_then_the_menu(office: Office) -> None:
    fatou = await office.fatou(is_welcome=False)
    assert await fatou.start() == [PICKER]
    assert "Français" in await fatou.labels()
    welcome = "\n".join(await fatou.press("Français"))
    assert "Je suis un robot" in welcome and "/effacer" in welcome
    assert welcome.endswith(MENU)
    assert (await fatou.labels())[0] == "🆘 Danger, urgence"


@pytest.mark.parametrize(("name", "language", "menu"), [("Amina", "العربية", "ar"), ("John", "English", "en")])
async def test_a_phone_in_another_language_is_greeted_in_it(
    office: Office, name: str, language: str, menu: str
) -> None:
    offered = {one.locale for one in office.running.live.guide().languages}
    if menu not in offered:
        pytest.skip(f"{menu} is not offered: its safety sentences are not complete")
    person = await office.person(name, language, is_welcome=False)
    [picker] = await person.start()
    assert picker != PICKER
    assert (await person.labels())[0] == language
    await person.press(language)
    session = await office.store.session_of(await person.newcomer())
    assert session is not None and session.locale == menu


async def test_a_poster_opens_its_topic_with_the_notice(office: Office) -> None:
    fatou = await office.fatou(is_welcome=False)
    notice, question = await fatou.start(poster(office, "essai"))
    assert "Je suis un robot" in notice
    assert question == WHO


async def test_a_poster_in_a_language_switches_to_it(office: Office) -> None:
    john = await office.person("John", "English", is_welcome=False)
    answers = await john.start(poster(office, "essai", "fr"))
    assert answers[-1] == WHO


async def test_a_payload_that_is_not_ours_is_an_ordinary_start(office: Office) -> None:
    for name, payload in zip(
        ("Fatou", "John", "Lucía", "Yonas"), ("essai", "essai_fr_AAAAAAAAAAAA", "x" * 64, "__"), strict=True
    ):
        person = await office.person(name, "Français", is_welcome=False)
        await person.start(payload)
        session = await office.store.session_of(await person.newcomer())
        assert session is not None and session.position.frames[0].flow == "_system.welcome"


@pytest.mark.parametrize(("name", "robot"), [("Fatou", "Je suis un robot"), ("Amina", "🤖"), ("John", "I am a robot")])
async def test_words_instead_of_a_language_get_the_notice_with_the_answer(
    office: Office, name: str, robot: str
) -> None:
    person = await office.person(name, "", is_welcome=False)
    await person.start()
    notice, *_ = await person.say("essai")
    assert robot in notice
    assert not any(robot in one for one in await person.say("menu"))


async def test_words_before_start_get_the_notice_with_the_answer(office: Office) -> None:
    fatou = await office.fatou(is_welcome=False)
    notice, question = await fatou.say("essai")
    assert "Je suis un robot" in notice
    assert question == WHO
    assert await fatou.say("merci") != []


async def test_danger_before_start_gets_the_card_before_anything(office: Office) -> None:
    fatou = await office.fatou(is_welcome=False)
    answers = await fatou.say("au secours il a un couteau")
    assert "112" in answers[0]
    assert not any("Je suis un robot" in answer for answer in answers)


@pytest.mark.parametrize("words", ["au secours, il a un couteau", "sos", "النجدة"])
async def test_danger_behind_start_is_heard(office: Office, words: str) -> None:  # F03
    fatou = await office.fatou(is_welcome=False)
    assert "112" in (await fatou.say(f"/start {words}"))[0]
    await fatou.ask_for_a_person()
    claire = await office.adviser()
    await claire.take()
    await fatou.heard()
    assert "112" in "".join(await fatou.say(f"/start {words}"))
    assert words in (await claire.texts())[-1]


async def test_buttons_lead_on_back_and_home(office: Office) -> None:
    fatou = await office.fatou()
    assert (await fatou.press("Danger"))[0].startswith("🆘")
    assert (await fatou.press("Retour"))[-1].endswith(MENU)
    await fatou.say("essai")
    assert await fatou.press("Un homme") == [WORDS]
    assert (await fatou.press("Retour"))[-1] == WHO
    assert await fatou.press("Une femme") == [WORDS]
    assert (await fatou.press("Menu"))[-1] == MENU


async def test_a_button_pressed_twice_moves_once(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("essai")
    await fatou.seat.press("Une femme")
    await fatou.seat.press("Une femme")
    assert await fatou.heard() == [WORDS]


async def test_start_in_the_middle_offers_to_go_on(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("essai")
    [offer] = await fatou.start()
    assert "Un essai" in offer
    assert (await fatou.press("Continuer"))[-1] == WHO


async def test_without_nlu_keywords_lead_to_flows_and_twice_nothing_to_topics(office: Office) -> None:
    fatou = await office.fatou()
    assert await fatou.say("je cherche un essai") == [WHO]
    await fatou.press("Menu")
    first = await fatou.say("le football demain soir")
    assert "Je n'ai pas compris" in first[0]
    [topics] = await fatou.say("blablabla truc machin")
    assert topics == "Choisissez un sujet. Ou parlez avec une personne."
    assert (await fatou.labels())[-1] == "👤 Une personne"


async def test_an_answer_may_be_written_in_words(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("essai")
    assert await fatou.say("une femme") == [WORDS]


async def test_a_conversation_goes_on_after_a_restart(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("essai")
    await office.reopen()
    assert await fatou.press("Une femme") == [WORDS]


async def test_a_checklist_is_ticked_in_its_message(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("cabas")

    async def boxes() -> list[list[str]]:
        listed = next(one for one in await fatou.messages() if "Prenez cela" in text_of(one))
        return labels_of(listed)

    assert await boxes() == [["☐ Du pain"], ["☐ De l'eau"]]
    await fatou.press("De l'eau")
    assert await boxes() == [["☐ Du pain"], ["☑ De l'eau"]]
    await fatou.press("De l'eau")
    await office.reopen()
    await fatou.press("Du pain")
    assert await boxes() == [["☑ Du pain"], ["☐ De l'eau"]]
