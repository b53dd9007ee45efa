"""The chat page by keyboard and by ear: where the focus is, what it is called, how far it is to the box."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from bot.sandbox import ADVISER_CHAT_ID, RunningSandbox, SandboxClient
from tests.browser.page import MARKS, choose, opened

pytestmark = MARKS


async def focused(page: Page) -> str:
    """What the keyboard would press now."""
    text: str = await page.evaluate(
        "() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText"
    )
    return text


async def test_the_focus_stays_on_its_topic_when_the_list_is_sorted_anew(
    browser: Browser, sandbox: RunningSandbox, bot: Bot
) -> None:
    async def request(name: str) -> None:
        topic = await bot.create_forum_topic(ADVISER_CHAT_ID, name)
        await bot.send_message(ADVISER_CHAT_ID, f"{name} attend", message_thread_id=topic.message_thread_id)

    await request("Mésange 96")
    await request("Grive 17")
    async with opened(browser, sandbox) as page:
        await page.locator(".topic", has_text="Grive 17").focus()
        await request("Huppe 91")
        await expect(page.locator(".topic b").nth(1)).to_have_text("Huppe 91")
        await expect(page.locator(".topic", has_text="Grive 17")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("#desk .who b")).to_have_text("Grive 17")
        # A topic that is gone leaves the focus on the one that is open, and on no other person's.
        gone = page.locator(".topic", has_text="Mésange 96")
        await gone.focus()
        await bot.delete_forum_topic(ADVISER_CHAT_ID, int(await gone.get_attribute("data-key") or 0))
        await expect(gone).to_have_count(0)
        await expect(page.locator(".topic", has_text="Grive 17")).to_be_focused()


async def test_the_focus_never_slides_onto_another_button_of_a_changed_message(
    browser: Browser, sandbox: RunningSandbox, client: SandboxClient, bot: Bot
) -> None:
    def keys(*labels: str) -> InlineKeyboardMarkup:
        return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=label)] for label in labels])

    fatou = await client.newcomer("Fatou")
    await fatou.start()
    sent = await bot.send_message(fatou.id, "Une personne attend", reply_markup=keys("Prendre", "Écrire une note"))
    async with opened(browser, sandbox) as page:
        await choose(page, "Fatou")
        await page.locator("#phone .key", has_text="Écrire une note").focus()
        await bot.edit_message_reply_markup(
            fatou.id, sent.message_id, reply_markup=keys("Prendre", "Fermer", "Écrire une note")
        )
        await expect(page.locator("#phone .key")).to_have_count(3)
        assert await focused(page) == "Écrire une note"
        await page.locator("#phone .key", has_text="Prendre").focus()
        await bot.edit_message_reply_markup(fatou.id, sent.message_id, reply_markup=keys("Remettre", "Fermer"))
        await expect(page.locator("#phone .key")).to_have_count(2)
        assert await focused(page) == "Actions pour ce message"
