"""What is made of free words, with the NLU sure, unsure, slow, broken, away and back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from bot.config import Settings
from bot.nlu.breaker import OPENS_AFTER, Breaker
from tests.journeys.flows import WHO, WORDS
from tests.journeys.office import Office, Person
from tests.nlu.stub_rasa import StubRasa, answers, closes, hangs, parse_reply, stub_rasa, talks_nonsense, truncates
from tests.patience import PATIENCE_S

NOT_UNDERSTOOD = "Je n'ai pas compris. Vous pouvez toucher un bouton, ou écrire avec d'autres mots."
TOPICS = "Choisissez un sujet. Ou parlez avec une personne."
#: Means nothing to keywords or the lexicon.
STORY = "mes enfants et moi nous avons froid la voiture"


@pytest.fixture
async def rasa() -> AsyncIterator[StubRasa]:
    async with stub_rasa(answers(parse_reply("greet", 0.01))) as stub:
        yield stub


def with_nlu(settings: Settings, *, timeout_s: float) -> Settings:
    return replace(settings, nlu=replace(settings.nlu, timeout_s=timeout_s, sure_from=0.6, offer_from=0.3))


@pytest.fixture
async def fatou(closed_office: Office, rasa: StubRasa) -> Person:
    """Fatou at an office whose NLU is the stub."""
    closed_office.settings = with_nlu(closed_office.settings, timeout_s=PATIENCE_S)
    await closed_office.open(NLU_URL=rasa.url)
    return await closed_office.fatou()


def first_words(fatou: Person, intent: str) -> str:
    """How the flow of an intent begins."""
    book = fatou.office.running.live.guide().book
    flow = book.flows[book.by_intent[intent]]
    return flow.steps[flow.first].say[0].text[:20].replace("*", "")


def said_as(rasa: StubRasa, intent: str, confidence: float, *others: tuple[str, float]) -> None:
    ranking = [{"name": name, "confidence": sure} for name, sure in ((intent, confidence), *others)]
    rasa.behaves = answers(parse_reply(intent, confidence, intent_ranking=ranking))


async def health_of_the_nlu(office: Office) -> object:
    """What `/healthz` says of it."""
    address = f"http://127.0.0.1:{office.running.web.port}/healthz"
    async with aiohttp.ClientSession() as http, http.get(address) as answer:
        return (await answer.json())["nlu"]


async def test_health_says_only_what_is_known_of_the_nlu(fatou: Person, rasa: StubRasa) -> None:
    assert await health_of_the_nlu(fatou.office) == "not asked yet"
    await fatou.say(STORY)
    assert await health_of_the_nlu(fatou.office) == "ok"
    rasa.behaves = closes
    await fatou.say(STORY)
    assert await health_of_the_nlu(fatou.office) == "ok"  # one slip
    for _ in range(OPENS_AFTER):
        await fatou.say(STORY)
    assert await health_of_the_nlu(fatou.office) == "away: keywords answer"


async def test_health_says_that_the_nlu_is_away_from_the_first_question(closed_office: Office) -> None:
    await closed_office.open()  # nothing listens where `NLU_URL` leads
    fatou = await closed_office.fatou()
    assert await health_of_the_nlu(closed_office) == "not asked yet"
    await fatou.say(STORY)
    assert await health_of_the_nlu(closed_office) == "away: keywords answer"


async def test_sure_leads_to_the_flow(fatou: Person, rasa: StubRasa) -> None:
    said_as(rasa, "see_doctor", 0.93)
    assert first_words(fatou, "see_doctor") in "\n".join(await fatou.say(STORY))


async def test_middling_offers_at_most_three(fatou: Person, rasa: StubRasa) -> None:
    said_as(rasa, "see_doctor", 0.4, ("sleep_tonight", 0.3), ("food", 0.2), ("register_forem", 0.1), ("greet", 0.05))
    assert await fatou.say(STORY) == ["Vous voulez parler de quoi ?"]
    labels = await fatou.labels()
    offered = [label for label in labels if label not in ("⬅️ Retour", "🏠 Menu", "👤 Une personne")]
    assert 2 <= len(offered) <= 3
    assert first_words(fatou, "see_doctor") in "\n".join(await fatou.press(offered[0]))


async def test_danger_is_never_too_unlikely_to_name_112_whatever_keyword_stands_beside_it(
    fatou: Person, rasa: StubRasa
) -> None:
    said_as(rasa, "violence", 0.12, ("sleep_tonight", 0.5))
    [answer] = await fatou.say("je cherche un essai")
    assert answer.startswith("🆘 Danger ? Appelez le 112.")
    assert answer.endswith("Vous voulez parler de quoi ?")
    danger, other, *_ = await fatou.labels()
    book = fatou.office.running.live.guide().book
    meant = [book.flows[book.by_intent[intent]] for intent in ("violence", "sleep_tonight")]
    assert [danger, other] == [f"{flow.icon} {flow.title.text}" for flow in meant]
    assert "112" in (await fatou.press(danger))[0]


async def test_danger_that_only_the_model_hears_is_heard_under_a_photo_and_in_an_edit(
    fatou: Person, rasa: StubRasa
) -> None:
    said_as(rasa, "see_doctor", 0.93)
    written = await fatou.seat.say(STORY)
    await fatou.heard()
    said_as(rasa, "violence", 0.8)
    card = "🛡️ En danger maintenant ? Appelez le 112 ou le 101."
    assert (await fatou.send("photo", caption="il compte chaque euro"))[0].startswith(card)
    await fatou.seat.edit(written["message_id"], "il compte chaque euro et attend devant la porte")
    [again] = await fatou.heard()
    assert again.startswith(card)


async def test_low_twice_offers_topics_and_never_a_third_excuse(fatou: Person, rasa: StubRasa) -> None:
    said_as(rasa, "see_doctor", 0.1)
    assert (await fatou.say(STORY))[0].startswith(NOT_UNDERSTOOD)
    assert await fatou.say(STORY) == [TOPICS]
    assert (await fatou.labels())[-1] == "👤 Une personne"
    assert await fatou.say(STORY) == [TOPICS]


async def test_out_of_scope_is_said_and_topics_offered(fatou: Person, rasa: StubRasa) -> None:
    said_as(rasa, "out_of_scope", 0.95)
    [answer] = await fatou.say("qui a gagné le match hier soir ?")
    assert answer.startswith("Je ne peux pas répondre à cela.")
    assert "👤 Une personne" in await fatou.labels()


async def test_an_answer_of_the_present_question_needs_no_model(fatou: Person, rasa: StubRasa) -> None:
    await fatou.say("essai")
    before = len(rasa.bodies)
    said_as(rasa, "see_doctor", 0.99)
    assert await fatou.say("une femme") == [WORDS]
    assert len(rasa.bodies) == before


async def test_free_words_lead_out_of_a_flow_and_back(fatou: Person, rasa: StubRasa) -> None:
    said_as(rasa, "greet", 0.01)
    await fatou.say("essai")
    said_as(rasa, "see_doctor", 0.93)
    assert first_words(fatou, "see_doctor") in "\n".join(await fatou.say(STORY))
    assert (await fatou.press("Retour"))[-1].endswith(WHO)


async def test_a_wrong_model_never_hides_danger(fatou: Person, rasa: StubRasa) -> None:
    said_as(rasa, "thanks", 1.0)
    asked = len(rasa.bodies)
    for words in ("au secours il a un couteau", "he wants to kill me", "بدو يقتلني"):
        assert any("112" in one or "101" in one for one in (await fatou.say(words))[:1]), words
    assert len(rasa.bodies) == asked


async def test_a_broken_model_is_no_more_than_an_absent_one(closed_office: Office, rasa: StubRasa) -> None:
    closed_office.settings = with_nlu(closed_office.settings, timeout_s=0.5)
    await closed_office.open(NLU_URL=rasa.url)
    fatou = await closed_office.fatou()
    for behaves in (
        hangs,
        closes,
        truncates,
        talks_nonsense,
        answers(b"<html>502</html>", status="502 Bad Gateway", kind="text/html"),
        answers(b"[1, 2"),
        answers(parse_reply("not_an_intent", 0.99)),
        answers(parse_reply("see_doctor", "NaN")),
        answers(parse_reply("see_doctor", 7)),
        answers({"intent": None}),
    ):
        rasa.behaves = behaves
        fatou.office.running.nlu.breaker = Breaker()
        asked = len(rasa.bodies)
        assert await fatou.say("je cherche un essai") == [WHO]
        assert len(rasa.bodies) > asked
        await fatou.press("Menu")
    assert (await fatou.say(STORY))[0].startswith(NOT_UNDERSTOOD)


async def test_the_model_may_come_and_go_while_people_write(closed_office: Office) -> None:
    async with stub_rasa(hangs) as place:
        port = place.port
    await closed_office.open(NLU_URL=f"http://127.0.0.1:{port}")
    fatou = await closed_office.fatou()
    doctor = first_words(fatou, "see_doctor")
    assert (await fatou.say(STORY))[0].startswith(NOT_UNDERSTOOD)
    async with stub_rasa(answers(parse_reply("see_doctor", 0.93)), port):
        assert doctor in "\n".join(await fatou.say(STORY))
        await fatou.press("Menu")
    assert (await fatou.say(STORY))[0].startswith(NOT_UNDERSTOOD)
    assert await fatou.say("je cherche un essai") == [WHO]
    async with stub_rasa(answers(parse_reply("see_doctor", 0.93)), port):
        await fatou.press("Menu")
        assert doctor in "\n".join(await fatou.say(STORY))


@pytest.mark.parametrize("text", ["recours", "argent"])
async def test_a_word_near_to_a_command_keeps_its_own_meaning(fatou: Person, rasa: StubRasa, text: str) -> None:
    said_as(rasa, "see_doctor", 0.93)
    assert first_words(fatou, "see_doctor") in "\n".join(await fatou.say(text))


async def test_words_that_mean_nothing_are_a_command_with_a_slip(fatou: Person, rasa: StubRasa) -> None:
    for intent, confidence in (("greet", 0.01), ("out_of_scope", 0.9)):
        said_as(rasa, intent, confidence)
        await fatou.say("essai")
        assert "Choisissez votre langue." in "\n".join(await fatou.say("langeu"))
