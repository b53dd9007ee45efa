"""What people do reaches the bot once, in order, until it is confirmed or expires."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from bot.sandbox import ADVISER_CHAT_ID, NEWCOMERS, RunningSandbox, SandboxClient, start_sandbox
from bot.sandbox.client import SandboxError
from bot.sandbox.spec import description
from tests.sandbox.conftest import Call, HandClock, refused

BUTTONS = {"inline_keyboard": [[{"text": "Oui", "callback_data": "k1"}]]}


def kinds(updates: list[dict[str, Any]]) -> list[str]:
    return [next(key for key in update if key != "update_id") for update in updates]


async def test_an_update_is_given_until_it_is_confirmed(call: Call, client: SandboxClient) -> None:
    amina = await client.newcomer("Amina")
    for text in ("un", "deux", "trois"):
        await amina.say(text)
    assert [one["update_id"] for one in await call("getUpdates", limit=2)] == [1, 2]
    assert [one["update_id"] for one in await call("getUpdates")] == [1, 2, 3]
    assert [one["update_id"] for one in await call("getUpdates", offset=3)] == [3]
    assert [one["message"]["text"] for one in await call("getUpdates")] == ["trois"]
    assert await call("getUpdates", offset=4) == []


async def test_a_negative_offset_keeps_the_last_ones(call: Call, client: SandboxClient) -> None:
    amina = await client.newcomer("Amina")
    for text in ("un", "deux", "trois"):
        await amina.say(text)
    assert [one["update_id"] for one in await call("getUpdates", offset=-2)] == [2, 3]
    assert [one["update_id"] for one in await call("getUpdates")] == [2, 3]


async def test_a_long_poll_ends_when_something_happens(call: Call, client: SandboxClient) -> None:
    amina = await client.newcomer("Amina")
    poll = asyncio.create_task(call("getUpdates", timeout=50))
    await asyncio.sleep(0.02)
    await amina.say("bonjour")
    assert [one["message"]["text"] for one in await poll] == ["bonjour"]


async def test_a_second_poller_ends_the_first_with_409(call: Call, client: SandboxClient) -> None:
    first = asyncio.create_task(call("getUpdates", timeout=50))
    await asyncio.sleep(0.02)
    second = asyncio.create_task(call("getUpdates", timeout=50))
    assert await first == refused(
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    )
    await (await client.newcomer("Amina")).say("bonjour")
    assert len(await second) == 1


async def test_texts_live_a_day_and_presses_150_seconds(call: Call, client: SandboxClient, clock: HandClock) -> None:
    amina = await client.newcomer("Amina")
    await amina.say("bonjour")
    await call("sendMessage", chat_id=amina.id, text="?", reply_markup=BUTTONS)
    await amina.press("Oui")
    assert kinds(await call("getUpdates")) == ["message", "callback_query"]
    clock.now += 151
    assert kinds(await call("getUpdates")) == ["message"]
    clock.now += 86_400
    assert await call("getUpdates") == []


async def test_kinds_that_were_not_asked_for_do_not_come(call: Call, client: SandboxClient) -> None:
    amina = await client.newcomer("Amina")
    await call("getUpdates", allowed_updates=["message", "message_reaction"])
    message = await amina.say("bonjour")
    await amina.edit(message["message_id"], "bonsoir")
    await amina.do("react", message_id=message["message_id"], emoji="👍")
    assert kinds(await call("getUpdates")) == ["message", "message_reaction"]
    await call("getUpdates", offset=99, allowed_updates=[])
    await amina.do("react", message_id=message["message_id"], emoji="🔥")
    await amina.do("block")
    assert kinds(await call("getUpdates")) == ["my_chat_member"]


async def test_everything_people_do_has_the_shape_of_the_api(call: Call, client: SandboxClient) -> None:
    everything = [
        "message", "edited_message", "callback_query", "my_chat_member", "chat_member", "message_reaction",
    ]  # fmt: skip
    await call("getUpdates", allowed_updates=everything)
    amina, claire = await client.newcomer("Amina"), await client.adviser("Claire")
    await amina.start("qr-guillemins")
    for kind in ("photo", "voice", "document", "location", "contact", "sticker", "video", "video_note", "audio"):
        await amina.send(kind)
    await amina.put({"dice": {"emoji": "🎲", "value": 3}})
    message = await amina.say("une question #logement")
    await amina.edit(message["message_id"], "une autre question")
    await amina.do("react", message_id=message["message_id"], emoji="👍")
    await call("sendMessage", chat_id=amina.id, text="?", reply_markup=BUTTONS)
    await amina.press("Oui")
    await amina.do("press", message_id=99, data="forged", forged=True)
    await amina.do("block")
    await amina.do("unblock")
    topic = await claire.do("open-topic", name="À la main")
    claire.thread = topic["id"]
    await claire.say("bonjour", reply_to=topic["id"])
    await claire.do("change-topic", thread=topic["id"], name="Autre nom")
    await claire.do("change-topic", thread=topic["id"], is_closed=True)
    await claire.do("change-topic", thread=topic["id"], is_closed=False)
    await claire.do("place-bot", status="kicked")
    await claire.do("place-bot", status="administrator")
    await claire.do("leave-group", is_removed=True)
    await amina.do("groups", chat=-1_009_900_000_555)
    updates = await call("getUpdates")
    assert set(kinds(updates)) == set(everything)
    for update in updates:
        description().check("Update", update)


async def test_a_message_in_a_topic_says_it_answers_the_one_that_opened_it(call: Call, client: SandboxClient) -> None:
    await call("createForumTopic", chat_id=ADVISER_CHAT_ID, name="Hirondelle 12")
    claire = await client.adviser("Claire")
    await claire.say("dans le général")
    claire.thread = 2
    await claire.say("dans le sujet")
    general, in_topic = (update["message"] for update in await call("getUpdates"))
    assert "message_thread_id" not in general
    assert in_topic["is_topic_message"] is True
    assert in_topic["reply_to_message"]["forum_topic_created"]["name"] == "Hirondelle 12"


async def test_what_a_person_cannot_do_is_refused_with_a_sentence(call: Call, client: SandboxClient) -> None:
    amina, claire = await client.newcomer("Amina"), await client.adviser("Claire")
    await amina.start()
    await amina.do("block")
    with pytest.raises(SandboxError, match="Amina has blocked the bot; unblock it first"):
        await amina.say("allô")
    claire.thread = 77
    with pytest.raises(SandboxError, match="this topic does not exist any more"):
        await claire.say("allô")
    with pytest.raises(SandboxError, match="this message does not exist any more"):
        await claire.do("press", message_id=5, data="x")
    with pytest.raises(SandboxError, match="no person has the id 5"):
        await client.do("say", person=5, text="x")


async def test_the_same_offset_at_once_gives_one_update_only(clock: HandClock) -> None:
    async with await start_sandbox(clock=clock) as strict:
        for _ in range(3):
            strict.world.updates.push("message", {"x": 1})
        poll = strict.world.updates.poll
        assert len(await poll(offset=1, limit=100, timeout_s=0)) == 3
        assert len(await poll(offset=1, limit=100, timeout_s=0)) == 1
        clock.now += 1
        assert len(await poll(offset=1, limit=100, timeout_s=0)) == 3


async def test_strange_updates_and_numbers_can_be_made(sandbox: RunningSandbox, client: SandboxClient) -> None:
    await client.do("next-update-id", id=900)
    await client.do("update", fields={"message": {"message_id": "broken"}})
    await client.do("update", fields={"something_new": {}})
    assert await sandbox.world.updates.poll(offset=0, limit=100, timeout_s=0) == [
        {"update_id": 900, "message": {"message_id": "broken"}},
        {"update_id": 901, "something_new": {}},
    ]


async def test_a_sandbox_that_starts_anew_can_go_on_counting(clock: HandClock) -> None:
    async with (
        await start_sandbox(clock=clock, first_update_id=700, first_number=900) as later,
        SandboxClient(later.url) as client,
    ):
        voice = await (await client.newcomer("Amina")).send("voice")
        topic = await (await client.adviser("Claire")).do("open-topic", name="Suite")
        nadia = await client.newcomer("Nadia")
        (first, _) = await later.world.updates.poll(offset=0, limit=100, timeout_s=0)
    assert (first["update_id"], voice["message_id"], topic["id"]) == (700, 900, 901)
    assert voice["voice"]["file_id"] == "SANDBOX_voice_000900_file"
    assert nadia.id == NEWCOMERS[-1].id + 1 + 899 * 10_000


async def test_deleting_the_chat_hides_it_from_the_phone_only(call: Call, client: SandboxClient) -> None:
    amina = await client.newcomer("Amina")
    await amina.start()
    sent = await call("sendMessage", chat_id=amina.id, text="bonjour")
    await amina.do("clear-chat")
    assert await amina.messages() == []
    assert (await call("editMessageText", chat_id=amina.id, message_id=sent["message_id"], text="re"))["text"] == "re"


async def test_a_foreign_page_cannot_use_the_sandbox(sandbox: RunningSandbox) -> None:
    async with aiohttp.ClientSession() as http:
        for headers in ({"Origin": "https://elsewhere.example"}, {"Host": "elsewhere.example"}):
            async with http.get(f"{sandbox.url}sandbox/state", headers=headers) as answer:
                assert answer.status == 403
        async with http.get(f"{sandbox.url}sandbox/state", headers={"Origin": sandbox.api_url}) as answer:
            assert answer.status == 200


async def test_an_edited_caption_bears_its_own_signs(client: SandboxClient) -> None:
    amina = await client.newcomer("Amina")
    photo = await amina.send("photo", caption="la lettre")
    edited = await amina.edit(photo["message_id"], "/aide")
    assert (edited["caption"], edited["caption_entities"]) == (
        "/aide",
        [{"type": "bot_command", "offset": 0, "length": 5}],
    )
    assert "entities" not in edited and "text" not in edited
