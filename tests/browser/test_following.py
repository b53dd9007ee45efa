"""The chat page keeps up with what is said, and leaves whoever reads further up where they are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from bot.sandbox import ADVISER_CHAT_ID, Limits, RunningSandbox, SandboxClient, start_sandbox
from tests.browser.test_chat_page import ARGS, CHROMIUM, choose, opened

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH: install the package chromium"),
]

#: How far a log is from its end, in pixels, and whether the button that leads there is hidden.
STAND = """side => {
  const log = document.querySelector(`${side} .log`);
  return [Math.max(0, Math.round(log.scrollHeight - log.scrollTop - log.clientHeight - 3)),
    document.querySelector(`${side} .jump`).hidden];
}"""
LONG = "\n".join(f"Ligne {number}" for number in range(1, 80))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with await start_sandbox(limits=Limits.off(), is_strict_poll=False) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def client(sandbox: RunningSandbox) -> AsyncIterator[SandboxClient]:
    async with SandboxClient(sandbox.url) as one:
        yield one


@pytest_asyncio.fixture(loop_scope="module")
async def bot(sandbox: RunningSandbox) -> AsyncIterator[Bot]:
    async with Bot(sandbox.token, base_url=f"{sandbox.api_url}/bot") as one:
        yield one


async def until(page: Page, expression: str, wanted: Any, *, arg: str = "", patience_s: float = 8) -> None:
    """Look until it is so. The content policy of the page forbids Playwright's own way of waiting for this."""
    deadline = time.monotonic() + patience_s
    while (found := await page.evaluate(expression, arg)) != wanted:
        assert time.monotonic() < deadline, f"{found}, not {wanted}"
        await asyncio.sleep(0.02)


async def rests_at_its_end(page: Page, side: str) -> None:
    """The log has come to rest at its end."""
    await until(page, STAND, [0, True], arg=side)


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
        await page.locator("#phone .log").hover()
        await page.mouse.wheel(0, -400)
        jump = page.locator("#phone .jump")
        await expect(jump).to_be_visible()
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
