"""Whatever comes in, everybody gets a fitting answer, nothing is lost, and the next one is served."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox import doings
from bot.sandbox.client import text_of
from bot.sandbox.people import ADVISER_CHAT_ID
from bot.store.engine import Tx
from tests.journeys.flows import NUDGE, WHO, WORDS
from tests.journeys.office import MORNING, Office

FILE = {"file_id": "F", "file_unique_id": "U", "file_size": 3_000_000_000}
PICTURE = {**FILE, "width": 1, "height": 1}
WORDS_AND_BUTTONS = "Je ne comprends que les mots et les boutons"
#: Content of a message → how the answer begins; None: no answer is due.
KINDS: dict[str, tuple[dict[str, Any], str | None]] = {
    "photo": ({"photo": [PICTURE]}, "Je ne regarde pas les photos."),
    "document": ({"document": {**FILE, "file_name": "../../etc/passwd"}}, "Je n'ouvre pas les fichiers."),
    "voice": ({"voice": {**FILE, "duration": 3}}, "Je ne peux pas écouter"),
    "audio": ({"audio": {**FILE, "duration": 3}}, "Je ne peux pas écouter"),
    "video note": ({"video_note": {**FILE, "length": 1, "duration": 3}}, "Je ne peux pas écouter"),
    "video": ({"video": {**PICTURE, "duration": 3}}, WORDS_AND_BUTTONS),
    "animation": ({"animation": {**PICTURE, "duration": 3}, "document": FILE}, WORDS_AND_BUTTONS),
    "sticker": (
        {"sticker": {**PICTURE, "type": "regular", "is_animated": False, "is_video": False}},
        WORDS_AND_BUTTONS,
    ),
    "dice": ({"dice": {"emoji": "🎲", "value": 3}}, WORDS_AND_BUTTONS),
    "poll": ({"poll": {"id": "1", "question": "?", "options": []}}, WORDS_AND_BUTTONS),
    "story": ({"story": {"id": 1, "chat": {"id": 5, "type": "private"}}}, WORDS_AND_BUTTONS),
    "game": ({"game": {"title": "x", "description": "y", "photo": [PICTURE]}}, WORDS_AND_BUTTONS),
    "paid media": ({"paid_media": {"star_count": 1, "paid_media": []}}, WORDS_AND_BUTTONS),
    "contact": ({"contact": {"phone_number": "+32470112233", "first_name": "Zo"}}, "Je ne garde pas les numéros"),
    "place": ({"location": {"latitude": 50.6, "longitude": 5.5}}, "Voici les lieux les plus proches."),
    "live place": (
        {"location": {"latitude": 50.6, "longitude": 5.5, "live_period": 60}},
        "Je n'utilise pas votre position en direct.",
    ),
    "venue": (
        {
            "location": {"latitude": 50.6, "longitude": 5.5},
            "venue": {"location": {"latitude": 50.6, "longitude": 5.5}, "title": "x", "address": "y"},
        },
        "Voici les lieux les plus proches.",
    ),
    "venue without its place": ({"venue": {"title": "x", "address": "y"}}, WORDS_AND_BUTTONS),
    "of tomorrow": ({"hologram": {"depth": 3}}, None),
    "nothing known": ({}, WORDS_AND_BUTTONS),
    "pinned": ({"pinned_message": {"message_id": 1, "chat": {"id": 5, "type": "private"}, "date": 0}}, None),
}


async def test_every_kind_of_message_has_its_answer(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("essai")
    for kind, (content, answer) in KINDS.items():
        said = await fatou.put(content)
        if answer is None:
            assert said == [], kind
        else:
            assert len(said) == 1 and said[0].startswith(answer), kind
    assert await fatou.press("Une femme") == [WORDS]


@pytest.mark.parametrize("kind", ["voice", "audio", "video note", "photo", "document", "sticker", "live place"])
async def test_below_what_cannot_be_understood_help_is_a_tap_away(office: Office, kind: str) -> None:
    fatou = await office.fatou()
    await fatou.put(KINDS[kind][0])
    assert "🆘 Urgence" in await fatou.labels()
    assert (await fatou.press("🆘 Urgence"))[0].startswith("🆘 Danger ? Appelez le 112.")


async def test_an_album_is_answered_once(office: Office) -> None:
    fatou = await office.fatou()
    for _ in range(10):
        await fatou.seat.put({"photo": [PICTURE], "media_group_id": "77"})
    assert len(await fatou.heard()) == 1


async def test_danger_under_a_photo_is_danger(office: Office) -> None:
    fatou = await office.fatou()
    assert "112" in (await fatou.send("photo", caption="au secours il a un couteau"))[0]


async def test_long_words_and_floods_of_emoji_are_taken(office: Office) -> None:
    fatou = await office.fatou()
    for text in ("a" * 4096, "😀" * 2048, "👨‍👩‍👧‍👦" * 300, "\u202e\u2066" * 500 + "x", "ﷺ" * 2000, "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍" * 60):
        await fatou.say("/menu")
        assert len(await fatou.say(text)) >= 1
    await fatou.say("essai")
    await fatou.press("Une femme")
    assert (await fatou.say("b" * 4096))[0].startswith("Ce texte est trop long.")
    assert await fatou.say("court") == [NUDGE]


async def test_more_than_telegram_allows_is_taken_too(office: Office) -> None:
    """5,000 characters in one word: no such message exists, but a strange server may send one."""
    fatou = await office.fatou()
    message = {
        "message_id": 900, "date": 0, "chat": {"id": fatou.id, "type": "private"},
        "from": {"id": fatou.id, "is_bot": False}, "text": "x" * 5000,
    }  # fmt: skip
    await office.client.do("update", fields={"message": message})
    assert (await fatou.heard())[0].startswith("Je n'ai pas compris.")
    claire = await office.adviser()
    await fatou.ask_for_a_person()
    await claire.take()
    await office.client.do("update", fields={"message": {**message, "message_id": 901, "text": "y" * 5000}})
    await office.settled()
    assert "".join(await claire.texts()).count("y") >= 5000


async def test_a_long_answer_of_an_adviser_arrives_in_parts(office: Office) -> None:
    fatou, claire = await office.fatou(), await office.adviser()
    await fatou.ask_for_a_person()
    await claire.take()
    await fatou.heard()
    await claire.say("mot " * 1023 + "fin")
    assert "".join(await fatou.heard()).count("mot") == 1023


STRANGE: tuple[dict[str, Any], ...] = (
    {"message_reaction": {"chat": {"id": 5, "type": "private"}, "message_id": 1}},
    {"business_connection": {"id": "1"}},
    {"hologram": {"depth": 3}},
    {"message": "text"},
    {"message": {"chat": {"id": "x"}}},
    {"message": {"message_id": None, "chat": {"id": 5, "type": "private"}}},
    {"callback_query": {"id": 7}},
    {"edited_message": None},
    {"inline_query": {"id": "1", "from": {"id": 5}, "query": "x", "offset": ""}},
    {"poll": {}},
    {},
)


async def test_strange_updates_stop_nobody(office: Office) -> None:
    fatou = await office.fatou()
    for fields in STRANGE:
        await office.client.do("update", fields=fields)
    assert await fatou.say("essai") == [WHO]


async def test_an_unreadable_message_is_set_aside_and_its_person_served(office: Office) -> None:
    fatou = await office.fatou()
    broken = {"message_id": 900, "date": 0, "chat": {"id": fatou.id, "type": "private"}, "text": {"not": "text"}}
    await office.client.do("update", fields={"message": broken})
    assert await fatou.say("essai") == [WHO]
    aside = await office.store.engine.read(lambda tx: tx.rows("SELECT reason FROM quarantine"))
    assert [reason for (reason,) in aside] == ["not a text"]


async def test_of_an_unreadable_message_in_the_group_only_the_shape_is_kept(office: Office) -> None:
    chat = {"id": ADVISER_CHAT_ID, "type": "supergroup"}
    await office.client.do("update", fields={"message": {"message_id": 900, "date": 0, "chat": chat, "text": 7341}})
    await office.settled()
    vault = office.store._vault

    def opened(tx: Tx) -> list[bytes]:
        rows = tx.rows("SELECT id, body FROM quarantine")
        return [vault.open(tx, None, "quarantine", "body", ident, bytes(body)) for ident, body in rows]

    [kept] = await office.store.engine.read(opened)
    assert b'"text":"int"' in kept and b"7341" not in kept


# --- buttons ---------------------------------------------------------------------------------------------------------


async def test_a_forged_button_gets_the_present_question(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("essai")
    message = (await fatou.messages())[-1]["message_id"]
    for data in ("x", "A" * 64, "'; DROP TABLE people; --", "../../etc/passwd", "é" * 30, ""):
        await fatou.seat.do("press", message_id=message, data=data, forged=True)
        said = await fatou.heard()
        assert said[0].startswith("Ce bouton ne marche plus") and said[-1].endswith(WHO), data


async def test_another_persons_button_tells_nothing(office: Office) -> None:
    fatou, john = await office.fatou(), await office.person("John", "Français")
    await fatou.say("essai")
    shown = (await fatou.messages())[-1]
    token = shown["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    before = await office.store.session_of(await fatou.newcomer())
    await john.seat.do("press", message_id=1, data=token, forged=True)
    said = await john.heard()
    assert said[0].startswith("Ce bouton ne marche plus") and WHO not in "\n".join(said)
    assert await office.store.session_of(await fatou.newcomer()) == before


async def test_an_advisers_button_does_nothing_for_a_newcomer(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.ask_for_a_person()
    handoff = await office.handoff()
    card = office.sandbox.world.chats[ADVISER_CHAT_ID].messages[handoff.card_message or 0]
    token = card["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await fatou.seat.do("press", message_id=1, data=token, forged=True)
    await fatou.heard()
    assert (await office.handoff()).state == "waiting"


async def test_an_old_button_gets_the_present_question(office: Office) -> None:
    fatou = await office.fatou()
    await fatou.say("essai")
    await fatou.press("Une femme")
    assert await fatou.press("Un homme") == [WORDS]


# --- groups ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["member", "administrator"])
async def test_a_strangers_group_is_left_without_a_word(office: Office, status: str) -> None:
    fatou = await office.fatou()
    before = len(await office.calls("sendMessage"))
    await fatou.seat.do("groups", chat=-100_555, title="Voisins", bot_status=status)
    await office.settled()
    assert office.sandbox.world.chats[-100_555].bot_status == "left"
    assert len(await office.calls("sendMessage")) == before


async def test_words_in_a_strangers_group_are_not_answered(office: Office) -> None:
    fatou = await office.fatou()
    world = office.sandbox.world
    world.add_group(-100_556, "Voisins", bot_status="member")
    doings.say(world, doings.person_of(world, fatou.id), "où dormir ?", chat_id=-100_556)
    await office.settled()
    group = world.chats[-100_556]
    assert group.bot_status == "left"
    assert [text_of(one) for one in group.messages.values()] == ["où dormir ?"]


async def test_a_restart_after_a_silent_week_takes_numbers_as_they_come(office: Office) -> None:
    """After a week without updates Telegram goes on with a random number (A07)."""
    fatou = await office.fatou()
    await office.client.do("next-update-id", id=3)
    assert await fatou.say("essai") == [WHO]
    assert await fatou.press("Une femme") == [WORDS]
    assert office.now() >= MORNING
