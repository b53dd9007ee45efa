"""python-telegram-bot, as the bot uses it, holds a whole conversation without one violation."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto
from telegram.constants import ParseMode
from telegram.error import Forbidden, RetryAfter

from bot.sandbox import ADVISER_CHAT_ID, Limits, RunningSandbox, SandboxClient, start_sandbox
from bot.sandbox.client import labels_of, text_of


@pytest.fixture
async def bot(sandbox: RunningSandbox) -> AsyncIterator[Bot]:
    one = Bot(sandbox.token, base_url=f"{sandbox.api_url}/bot", base_file_url=f"{sandbox.api_url}/file/bot")
    async with one:
        yield one


async def test_a_conversation_from_start_to_an_adviser_and_back(bot: Bot, client: SandboxClient) -> None:
    amina, claire = await client.newcomer("Amina"), await client.adviser("Claire")
    await bot.set_my_commands([BotCommand("menu", "Le menu")], language_code="fr")
    await amina.start("qr")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.text == "/start qr"
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Une personne", callback_data="t1")]])
    await bot.send_message(amina.id, "<b>Bienvenue</b>", parse_mode=ParseMode.HTML, reply_markup=keyboard)
    welcome = await amina.reply()
    assert (text_of(welcome), labels_of(welcome)) == ("Bienvenue", [["Une personne"]])

    await amina.press("Une personne")
    (update,) = await bot.get_updates(offset=update.update_id + 1)
    assert update.callback_query is not None
    assert update.callback_query.data == "t1"
    await bot.answer_callback_query(update.callback_query.id, text="Un instant")
    assert await amina.notice() == "Un instant"
    await bot.edit_message_reply_markup(amina.id, welcome["message_id"])
    assert labels_of(await amina.reply()) == []

    topic = await bot.create_forum_topic(ADVISER_CHAT_ID, "Hirondelle 12")
    await bot.send_message(ADVISER_CHAT_ID, "Une personne attend", message_thread_id=topic.message_thread_id)
    claire.thread = topic.message_thread_id
    assert text_of(await claire.read("attend")) == "Une personne attend"
    photo = await claire.send("photo", caption="le plan")
    (update,) = await bot.get_updates(offset=update.update_id + 1)
    await bot.copy_message(amina.id, ADVISER_CHAT_ID, photo["message_id"], caption="le plan", protect_content=True)
    assert text_of(await amina.reply()) == "le plan"
    await bot.send_media_group(amina.id, [InputMediaPhoto(b"GIF89a1234"), InputMediaPhoto(b"GIF89a5678")])
    file = await bot.get_file(photo["photo"][0]["file_id"])
    assert (await file.download_as_bytearray())[:4] == b"\x89PNG"
    await bot.delete_forum_topic(ADVISER_CHAT_ID, topic.message_thread_id)
    assert await client.violations() == []
    assert await amina.transcript() == ("> /start qr\n< Bienvenue\n< le plan\n< (no text)\n< (no text)")


async def test_refusals_arrive_as_the_librarys_own_errors(client: SandboxClient, bot: Bot) -> None:
    amina = await client.newcomer("Amina")
    await amina.start()
    await amina.do("block")
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(amina.id, "a")


async def test_a_flood_says_how_long_to_wait() -> None:
    async with await start_sandbox(limits=Limits(chat_burst=1)) as sandbox, SandboxClient(sandbox.url) as client:
        amina = await client.newcomer("Amina")
        await amina.start()
        async with Bot(sandbox.token, base_url=f"{sandbox.api_url}/bot") as bot:
            await bot.send_message(amina.id, "a")
            with pytest.raises(RetryAfter, match=r"Retry in (1 seconds|0:00:01)"):
                await bot.send_message(amina.id, "b")
