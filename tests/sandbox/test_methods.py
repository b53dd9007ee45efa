"""The methods answer and refuse as Telegram does."""

from __future__ import annotations

from typing import Any

import aiohttp
import orjson
import pytest

from bot.sandbox import ADVISER_CHAT_ID, ADVISER_IDS, NEWCOMERS, RunningSandbox, SandboxClient
from bot.sandbox.people import DEMO_TOKEN
from tests.sandbox.conftest import Call, HandClock, refused

AMINA = NEWCOMERS[0].id
BUTTONS = {"inline_keyboard": [[{"text": "Oui", "callback_data": "k1"}]]}


@pytest.fixture(autouse=True)
async def _amina_has_started(client: SandboxClient) -> None:
    await (await client.newcomer("Amina")).start()


async def test_a_message_arrives_as_it_was_sent(call: Call) -> None:
    sent = await call(
        "sendMessage",
        chat_id=AMINA,
        text="<b>Bonjour</b>",
        parse_mode="HTML",
        reply_markup=BUTTONS,
        protect_content=True,
    )
    assert sent == {
        "message_id": 2,
        "from": {"id": 9900000000, "is_bot": True, "first_name": "Guichet unique", "username": "guichet_demo_bot"},
        "chat": {"id": AMINA, "first_name": "Amina", "type": "private"},
        "date": 1_790_000_000,
        "text": "Bonjour",
        "entities": [{"type": "bold", "offset": 0, "length": 7}],
        "has_protected_content": True,
        "reply_markup": BUTTONS,
    }


@pytest.mark.parametrize(
    ("method", "fields", "code", "text"),
    [
        ("sendMessage", {"chat_id": 5, "text": "a"}, 400, "Bad Request: chat not found"),
        ("sendMessage", {"chat_id": "@x", "text": "a"}, 400, "Bad Request: chat not found"),
        (
            "sendMessage",
            {"chat_id": NEWCOMERS[1].id, "text": "a"},
            403,
            "Forbidden: bot can't initiate conversation with a user",
        ),
        ("sendMessage", {"chat_id": AMINA, "text": " "}, 400, "Bad Request: message text is empty"),
        ("sendMessage", {"chat_id": AMINA, "text": "x" * 4097}, 400, "Bad Request: message is too long"),
        (
            "sendMessage",
            {"chat_id": ADVISER_CHAT_ID, "message_thread_id": 1, "text": "a"},
            400,
            "Bad Request: message thread not found",
        ),
        (
            "sendMessage",
            {
                "chat_id": AMINA,
                "text": "a",
                "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "é" * 33}]]},
            },
            400,
            "Bad Request: BUTTON_DATA_INVALID",
        ),
        (
            "sendMessage",
            {"chat_id": AMINA, "text": "a", "reply_markup": {"inline_keyboard": [[{"text": "a"}]]}},
            400,
            "Bad Request: text buttons are unallowed in the inline keyboard",
        ),
        (
            "sendMessage",
            {"chat_id": AMINA, "text": "a", "reply_parameters": {"message_id": 99}},
            400,
            "Bad Request: message to be replied not found",
        ),
        (
            "sendPhoto",
            {"chat_id": AMINA, "photo": "nothing"},
            400,
            "Bad Request: wrong remote file identifier specified: Wrong string length",
        ),
        (
            "editMessageText",
            {"chat_id": AMINA, "message_id": 99, "text": "a"},
            400,
            "Bad Request: message to edit not found",
        ),
        (
            "editMessageText",
            {"chat_id": AMINA, "message_id": 1, "text": "a"},
            400,
            "Bad Request: message can't be edited",
        ),
        ("deleteMessage", {"chat_id": AMINA, "message_id": 99}, 400, "Bad Request: message to delete not found"),
        (
            "copyMessage",
            {"chat_id": AMINA, "from_chat_id": AMINA, "message_id": 99},
            400,
            "Bad Request: message to copy not found",
        ),
        (
            "answerCallbackQuery",
            {"callback_query_id": "7"},
            400,
            "Bad Request: query is too old and response timeout expired or query ID is invalid",
        ),
        ("createForumTopic", {"chat_id": AMINA, "name": "x"}, 400, "Bad Request: the chat is not a forum"),
        (
            "closeForumTopic",
            {"chat_id": ADVISER_CHAT_ID, "message_thread_id": 88},
            400,
            "Bad Request: message thread not found",
        ),
        (
            "setMessageReaction",
            {"chat_id": AMINA, "message_id": 1, "reaction": [{"type": "emoji", "emoji": "✅"}]},
            400,
            "Bad Request: REACTION_INVALID",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "Menu", "description": "m"}]},
            400,
            "Bad Request: BOT_COMMAND_INVALID",
        ),
        ("getFile", {"file_id": "x"}, 400, "Bad Request: wrong file_id or the file is temporarily unavailable"),
        ("sendChatAction", {"chat_id": AMINA, "action": "sing"}, 400, "Bad Request: wrong parameter action in request"),
    ],
)
async def test_refusals_are_in_telegrams_words(
    call: Call, method: str, fields: dict[str, Any], code: int, text: str
) -> None:
    assert await call(method, **fields) == refused(code, text)


async def test_a_call_against_the_description_is_refused_and_remembered(call: Call, client: SandboxClient) -> None:
    answer = await call("sendMessage", chat_id=AMINA, txt="a")
    assert answer == refused(400, "Bad Request: txt is not a field of sendMessage")
    assert await call("sendMesage") == refused(404, "Not Found: method not found")
    assert await call("sendDice", chat_id=AMINA) == refused(400, "Bad Request: the sandbox does not play sendDice")
    assert await client.violations() == [
        {"method": "sendMessage", "problem": "txt is not a field of sendMessage"},
        {"method": "sendMesage", "problem": "no such method"},
        {"method": "sendDice", "problem": "the sandbox does not play this method"},
    ]


async def test_an_edit_changes_the_message_and_the_same_again_is_refused(call: Call) -> None:
    sent = await call("sendMessage", chat_id=AMINA, text="un", reply_markup=BUTTONS)
    edited = await call("editMessageText", chat_id=AMINA, message_id=sent["message_id"], text="deux")
    assert edited == {k: v for k, v in sent.items() if k != "reply_markup"} | {
        "text": "deux",
        "edit_date": 1_790_000_000,
    }
    again = await call("editMessageText", chat_id=AMINA, message_id=sent["message_id"], text=" deux ")
    assert again["description"].startswith("Bad Request: message is not modified: specified new message content")
    markup = await call("editMessageReplyMarkup", chat_id=AMINA, message_id=sent["message_id"], reply_markup=BUTTONS)
    assert markup == edited | {"reply_markup": BUTTONS}


async def test_a_blocked_a_deleted_and_an_unblocked_chat(call: Call, client: SandboxClient) -> None:
    amina, john = await client.newcomer("Amina"), await client.newcomer("John")
    await john.start()
    await amina.do("block")
    assert await call("sendMessage", chat_id=AMINA, text="a") == refused(403, "Forbidden: bot was blocked by the user")
    await amina.do("unblock")
    assert (await call("sendMessage", chat_id=AMINA, text="a"))["text"] == "a"
    await john.do("deactivate")
    assert await call("sendMessage", chat_id=john.id, text="a") == refused(403, "Forbidden: user is deactivated")


async def test_the_life_of_a_topic(call: Call, client: SandboxClient) -> None:
    topic = await call("createForumTopic", chat_id=ADVISER_CHAT_ID, name="Hirondelle 12")
    assert topic == {"message_thread_id": 2, "name": "Hirondelle 12", "icon_color": 0x6FB9F0}
    there = {"chat_id": ADVISER_CHAT_ID, "message_thread_id": 2}
    sent = await call("sendMessage", **there, text="a")
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (2, True)
    assert sent["reply_to_message"]["forum_topic_created"] == {"name": "Hirondelle 12", "icon_color": 0x6FB9F0}
    assert await call("editForumTopic", **there, name="Hirondelle 12 ✔")
    assert await call("editForumTopic", **there, name="Hirondelle 12 ✔") == refused(
        400, "Bad Request: TOPIC_NOT_MODIFIED"
    )
    assert await call("closeForumTopic", **there)
    assert await call("closeForumTopic", **there) == refused(400, "Bad Request: TOPIC_NOT_MODIFIED")
    assert await client.topics() == [{"id": 2, "name": "Hirondelle 12 ✔", "icon_color": 0x6FB9F0, "is_closed": True}]
    assert await call("reopenForumTopic", **there)
    assert await call("deleteForumTopic", **there)
    assert await client.topics() == []
    assert await call("sendMessage", **there, text="a") == refused(400, "Bad Request: message thread not found")
    assert await call("editMessageText", chat_id=ADVISER_CHAT_ID, message_id=sent["message_id"], text="b") == refused(
        400, "Bad Request: message to edit not found"
    )


async def test_files_come_back_as_they_went(sandbox: RunningSandbox, call: Call) -> None:
    base = f"{sandbox.api_url}/bot{sandbox.token}"
    picture = b"\x89PNG\r\n\x1a\n" + bytes(8) + (640).to_bytes(4, "big") + (480).to_bytes(4, "big")
    async with aiohttp.ClientSession() as http:
        form = aiohttp.FormData({"chat_id": str(AMINA), "caption": "vue"})
        form.add_field("photo", picture, filename="vue.png", content_type="image/png")
        async with http.post(f"{base}/sendPhoto", data=form) as answer:
            photo = (await answer.json())["result"]["photo"][-1]
        assert (photo["width"], photo["height"], photo["file_size"]) == (640, 480, len(picture))
        file = await call("getFile", file_id=photo["file_id"])
        async with http.get(f"{sandbox.api_url}/file/bot{sandbox.token}/{file['file_path']}") as answer:
            assert await answer.read() == picture

        album = aiohttp.FormData({"chat_id": str(AMINA)})
        album.add_field(
            "media",
            orjson.dumps(
                [{"type": "photo", "media": "attach://a"}, {"type": "photo", "media": photo["file_id"]}]
            ).decode(),
        )
        album.add_field("a", b"GIF89a" + bytes([3, 0, 2, 0]), filename="a.gif", content_type="image/gif")
        async with http.post(f"{base}/sendMediaGroup", data=album) as answer:
            first, second = (await answer.json())["result"]
        assert first["media_group_id"] == second["media_group_id"]
        assert (first["photo"][0]["width"], second["photo"][0]["width"]) == (3, 640)

        stray = aiohttp.FormData({"chat_id": str(AMINA), "text": "a"})
        stray.add_field("b", b"x", filename="b")
        async with http.post(f"{base}/sendMessage", data=stray) as answer:
            assert (await answer.json())["description"] == "Bad Request: the part b is not referred to"


async def test_a_copy_has_no_origin_and_a_forward_has(call: Call, client: SandboxClient) -> None:
    amina = await client.newcomer("Amina")
    voice = await amina.send("voice", duration=4)
    copy = await call("copyMessage", chat_id=ADVISER_CHAT_ID, from_chat_id=AMINA, message_id=voice["message_id"])
    assert copy == {"message_id": 2}
    forward = await call("forwardMessage", chat_id=ADVISER_CHAT_ID, from_chat_id=AMINA, message_id=voice["message_id"])
    assert forward["voice"] == voice["voice"]
    assert forward["forward_origin"]["sender_user"]["first_name"] == "Amina"
    protected = await call("sendMessage", chat_id=AMINA, text="secret", protect_content=True)
    assert await call(
        "forwardMessage", chat_id=ADVISER_CHAT_ID, from_chat_id=AMINA, message_id=protected["message_id"]
    ) == refused(400, "Bad Request: message can't be forwarded")


async def test_a_button_is_answered_once_and_not_too_late(call: Call, client: SandboxClient, clock: HandClock) -> None:
    amina = await client.newcomer("Amina")
    await call("sendMessage", chat_id=AMINA, text="?", reply_markup=BUTTONS)
    too_old = refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    query = await amina.press("Oui")
    assert await call("answerCallbackQuery", callback_query_id=query, text="noté") is True
    assert await amina.notice() == "noté"
    assert await call("answerCallbackQuery", callback_query_id=query) == too_old
    query = await amina.press("Oui")
    clock.now += 151
    assert await call("answerCallbackQuery", callback_query_id=query) == too_old


async def test_messages_can_be_deleted_for_two_days(call: Call, clock: HandClock) -> None:
    old = await call("sendMessage", chat_id=AMINA, text="a")
    clock.now += 48 * 3600 + 1
    young = await call("sendMessage", chat_id=AMINA, text="b")
    assert await call("deleteMessage", chat_id=AMINA, message_id=old["message_id"]) == refused(
        400, "Bad Request: message can't be deleted for everyone"
    )
    assert await call("deleteMessages", chat_id=AMINA, message_ids=[young["message_id"], 99]) is True


async def test_a_group_that_moved_says_where(call: Call, client: SandboxClient) -> None:
    await client.do("migrate", chat=ADVISER_CHAT_ID, to=-1_009_900_000_777)
    assert await call("sendMessage", chat_id=ADVISER_CHAT_ID, text="a") == refused(
        400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1_009_900_000_777
    )
    assert (await call("sendMessage", chat_id=-1_009_900_000_777, text="a"))["chat"]["title"] == "Conseillers"


async def test_who_is_who_in_the_group(call: Call, client: SandboxClient) -> None:
    assert (await call("getChat", chat_id=ADVISER_CHAT_ID))["is_forum"] is True
    bot_id = (await call("getMe"))["id"]
    assert (await call("getChatMember", chat_id=ADVISER_CHAT_ID, user_id=bot_id))["can_manage_topics"] is True
    assert (await call("getChatMember", chat_id=ADVISER_CHAT_ID, user_id=ADVISER_IDS[0]))["status"] == "member"
    assert (await call("getChatMember", chat_id=ADVISER_CHAT_ID, user_id=AMINA))["status"] == "left"
    assert len(await call("getChatAdministrators", chat_id=ADVISER_CHAT_ID)) == 1
    await client.do("rights", chat=ADVISER_CHAT_ID, rights=[])
    assert await call("createForumTopic", chat_id=ADVISER_CHAT_ID, name="x") == refused(
        400, "Bad Request: not enough rights to create a topic"
    )
    await client.do("place-bot", person=ADVISER_IDS[0], chat=ADVISER_CHAT_ID, status="kicked")
    assert await call("sendMessage", chat_id=ADVISER_CHAT_ID, text="a") == refused(
        403, "Forbidden: bot was kicked from the supergroup chat"
    )


async def test_the_profile_of_the_bot_is_kept_by_language(call: Call, client: SandboxClient) -> None:
    commands = [{"command": "menu", "description": "Le menu"}]
    assert await call("setMyCommands", commands=commands, language_code="fr") is True
    assert await call("getMyCommands", language_code="fr") == commands
    assert await call("getMyCommands") == []
    assert await call("setMyDescription", description="Une porte") is True
    assert await call("getMyDescription") == {"description": "Une porte"}
    state = await client.get("state")
    assert state["commands"] == [{"scope": "default", "language": "fr", "commands": commands}]


@pytest.mark.parametrize(
    ("token", "code", "text"),
    [("1:" + "x" * 35, 401, "Unauthorized"), ("nonsense", 404, "Not Found"), (DEMO_TOKEN + "x", 401, "Unauthorized")],
)
async def test_a_wrong_token_opens_nothing(sandbox: RunningSandbox, token: str, code: int, text: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{sandbox.api_url}/bot{token}/getMe") as answer:
        assert (answer.status, await answer.json()) == (code, refused(code, text))


async def test_a_revoked_token_is_unauthorised_until_it_is_given_back(call: Call, client: SandboxClient) -> None:
    await client.do("revoke")
    assert await call("getMe") == refused(401, "Unauthorized")
    await client.do("revoke", is_revoked=False)
    assert (await call("getMe"))["is_bot"] is True
