"""The chat page keeps up with what is said, and leaves whoever reads further up where they are."""

from __future__ import annotations

import asyncio
import contextlib

from playwright.async_api import Browser, Locator, Page, expect
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from bot.sandbox import ADVISER_CHAT_ID, RunningSandbox, SandboxClient
from tests.browser.page import MARKS, choose, opened, until
from tests.patience import PATIENCE_S

pytestmark = MARKS

#: How far a log is from its end, in pixels, and whether the button that leads there is hidden.
STAND = """side => {
  const log = document.querySelector(`${side} .log`);
  return [Math.max(0, Math.round(log.scrollHeight - log.scrollTop - log.clientHeight - 3)),
    document.querySelector(`${side} .jump`).hidden];
}"""
LONG = "\n".join(f"Ligne {number}" for number in range(1, 80))


async def rests_at_its_end(page: Page, side: str) -> None:
    """The log has come to rest at its end."""
    await until(page, STAND, [0, True], arg=side)


async def reads_further_up(page: Page) -> Locator:
    """Turn the wheel on the phone as people do, again if need be; gives the button that leads to the end.

    A busy browser may tell of the last step of its own scrolling and of the wheel in one event: no move of a person.
    """
    jump = page.locator("#phone .jump")
    await page.locator("#phone .log").hover()
    async with asyncio.timeout(PATIENCE_S):
        while not await jump.is_visible():
            await page.mouse.wheel(0, -200)
            with contextlib.suppress(AssertionError):
                await expect(jump).to_be_visible(timeout=2000)
    return jump


async def fill(bot: Bot, chat: int, thread: int | None = None, *, lines: int = 20) -> None:
    """More than fits."""
    for number in range(1, lines + 1):
        await bot.send_message(chat, f"Déjà dit : {number}", message_thread_id=thread)


async def test_several_messages_at_once_are_followed_to_the_last(
    browser: Browser, sandbox: RunningSandbox, client: SandboxClient, bot: Bot
) -> None:
    amina = await client.newcomer("Amina")
    await amina.start()
    await fill(bot, amina.id)
    async with opened(browser, sandbox) as page:
        await choose(page, "Amina")
        await rests_at_its_end(page, "#phone")
        keys = InlineKeyboardMarkup([[InlineKeyboardButton("👍", callback_data="1")]])
        await bot.send_message(amina.id, "La conversation est finie.\n" * 4)
        await bot.send_message(amina.id, "Est-ce que cela vous a aidé ?", reply_markup=keys)
        for number in range(6):
            await bot.send_message(amina.id, f"Message {number}\n" * 3)
        await expect(page.locator("#phone .theirs .text", has_text="Message 5")).to_be_in_viewport()
        await rests_at_its_end(page, "#phone")


async def test_a_picture_that_loads_late_does_not_end_the_following(
    browser: Browser, sandbox: RunningSandbox, client: SandboxClient, bot: Bot
) -> None:
    fatou = await client.newcomer("Fatou")
    await fatou.start()
    await fill(bot, fatou.id)
    async with opened(browser, sandbox) as page:
        await choose(page, "Fatou")
        await page.locator("#phone .attach").click()
        await page.get_by_role("menuitem", name="Photo d’exemple").click()
        await until(page, "document.querySelector('#phone .photo img')?.naturalWidth ?? 0", 720)
        await rests_at_its_end(page, "#phone")
        await bot.send_message(fatou.id, "Bien reçu")
        await rests_at_its_end(page, "#phone")


async def test_a_topic_that_is_opened_shows_its_last_button_however_little_is_too_much(
    browser: Browser, sandbox: RunningSandbox, bot: Bot
) -> None:
    topic = await bot.create_forum_topic(ADVISER_CHAT_ID, "Grive 17")
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("Écrire une note", callback_data="1")]])
    await bot.send_message(
        ADVISER_CHAT_ID, "Grive 17\nattend", reply_markup=keys, message_thread_id=topic.message_thread_id
    )
    async with opened(browser, sandbox) as page:
        row = page.locator(".topic", has_text="Grive 17")
        await row.click()
        overflow = "e => e.scrollHeight - e.clientHeight"
        room = await page.eval_on_selector("#desk .log", "e => e.clientHeight - e.firstChild.scrollHeight")
        await page.locator(".topic", has_text="Général").click()
        size = page.viewport_size
        assert size is not None
        await page.set_viewport_size({"width": size["width"], "height": size["height"] - room - 35})
        await row.click()
        assert 0 < await page.eval_on_selector("#desk .log", overflow) < 60
        await rests_at_its_end(page, "#desk")


async def test_whoever_reads_further_up_stays_there_until_they_come_back(
    browser: Browser, sandbox: RunningSandbox, client: SandboxClient, bot: Bot
) -> None:
    fatou = await client.newcomer("Fatou")
    await fatou.start()
    await fill(bot, fatou.id, lines=30)
    async with opened(browser, sandbox) as page:
        await choose(page, "Fatou")
        await rests_at_its_end(page, "#phone")
        jump = await reads_further_up(page)
        top = await page.eval_on_selector("#phone .log", "e => e.scrollTop")
        await bot.send_message(fatou.id, "Encore un mot")
        await expect(jump.locator(".badge")).to_have_text("1")
        assert await page.eval_on_selector("#phone .log", "e => e.scrollTop") == top
        await jump.click()
        await rests_at_its_end(page, "#phone")
        await bot.send_message(fatou.id, "Et un autre")
        await rests_at_its_end(page, "#phone")


async def test_a_message_taller_than_the_screen_is_shown_from_its_top(
    browser: Browser, sandbox: RunningSandbox, client: SandboxClient, bot: Bot
) -> None:
    fatou = await client.newcomer("Fatou")
    await fatou.start()
    await fill(bot, fatou.id)
    async with opened(browser, sandbox, width=360) as page:
        await choose(page, "Fatou")
        await rests_at_its_end(page, "#phone")
        keys = InlineKeyboardMarkup([[InlineKeyboardButton("Police et plainte", callback_data="1")]])
        await bot.send_message(fatou.id, f"Danger : 112\n{LONG}", reply_markup=keys)
        seen = """() => {
          const log = document.querySelector('#phone .log').getBoundingClientRect();
          const line = document.querySelector('#phone .line:last-of-type').getBoundingClientRect();
          return line.height > log.height && line.top >= log.top && line.top < log.top + 40;
        }"""
        await until(page, seen, True)
        # What comes after it does not push it away; it is counted.
        await bot.send_message(fatou.id, "De quoi avez-vous besoin ?")
        await expect(page.locator("#phone .jump .badge")).to_have_text("1")
        assert await page.evaluate(seen.replace(":last-of-type", ":nth-last-of-type(2)"))
