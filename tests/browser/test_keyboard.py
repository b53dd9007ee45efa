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
        # « Prendre » is gone: the message itself, where Enter decides nothing.
        await expect(page.locator("#phone .line").last).to_be_focused()


async def test_a_long_history_is_one_stop_of_the_tab_key_and_arrows_lead_through_it(
    browser: Browser, sandbox: RunningSandbox, client: SandboxClient, bot: Bot
) -> None:
    fatou = await client.newcomer("Fatou")
    await fatou.start()
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("Oui", callback_data="1")]])
    for number in range(1, 41):
        await bot.send_message(fatou.id, f"Message {number}, /menu", reply_markup=keys)
    async with opened(browser, sandbox) as page:
        await choose(page, "Fatou")
        await page.locator("#phone-more").focus()
        stops = []
        while not await page.locator("#phone textarea").evaluate("e => e === document.activeElement"):
            await page.keyboard.press("Tab")
            stops.append((await focused(page)).partition("\n")[0])
        assert stops == ["Message 40, /menu", "/menu", "Actions pour ce message", "Oui", "Message"]

        lines = page.locator("#phone .line")
        await lines.last.focus()
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("ArrowUp")
        await expect(lines.nth(-3)).to_be_focused()
        await page.keyboard.press("Tab")
        assert await focused(page) == "/menu"
        await page.keyboard.press("Home")
        await expect(lines.first).to_be_focused()
        await expect(lines.first).to_be_in_viewport()
        # Where one is stays where one is while more arrives; a line that is taken away gives the keyboard back.
        await bot.send_message(fatou.id, "Message 41")
        await expect(page.locator("#phone .jump .badge")).to_have_text("1")
        await expect(lines.first).to_be_focused()
        await page.keyboard.press("Enter")
        await page.get_by_role("menuitem", name="Supprimer").press("Enter")
        await expect(lines).to_have_count(41)
        await page.keyboard.press("End")
        await lines.last.focus()
        await page.keyboard.press("ArrowDown")
        await expect(lines.last).to_be_focused()


async def test_a_screen_reader_is_told_which_language_it_reads_and_what_everything_is(
    browser: Browser, sandbox: RunningSandbox, client: SandboxClient, bot: Bot
) -> None:
    yonas = await client.newcomer("Yonas")
    async with opened(browser, sandbox) as page:
        await choose(page, "Yonas")
        await expect(page.locator("#phone .foot .wide")).to_have_attribute("lang", "ti")
        await yonas.start()
        keys = InlineKeyboardMarkup([[InlineKeyboardButton("እወ", callback_data="1")]])
        await bot.send_message(yonas.id, "ሰላም", reply_markup=keys)
        language = "e => e.closest('[lang]').lang"
        for part, wanted in (
            (".theirs .text", "ti"),
            (".theirs .key", "ti"),
            ("textarea", "ti"),
            (".theirs .act", "fr"),
            (".theirs .meta", "fr"),
            (".chat-head small", "fr"),
        ):
            assert await page.locator(f"#phone {part}").evaluate(language) == wanted, part
        await expect(page.get_by_role("log", name="Le téléphone d’une personne : Yonas")).to_contain_text("ሰላም")
        await expect(page.get_by_role("log", name="Le groupe des conseillers : Général")).to_be_visible()
        # As items of a list, messages have what is in them as their names.
        await expect(page.locator("#phone .log").get_by_role("list")).to_have_count(1)
        await page.locator(".person.add").click()
        await expect(page.get_by_role("dialog", name="Ajouter une personne")).to_be_visible()


async def test_each_tab_of_a_narrow_screen_has_its_panel(browser: Browser, sandbox: RunningSandbox) -> None:
    async with opened(browser, sandbox, width=360) as page:
        await expect(page.get_by_role("tabpanel", name="Le téléphone d’une personne")).to_be_visible()
        await page.get_by_role("tab", name="Conseillers").click()
        await expect(page.get_by_role("tabpanel", name="Le groupe des conseillers")).to_be_visible()
        await page.set_viewport_size({"width": 1300, "height": 820})
        await expect(page.get_by_role("region", name="Le groupe des conseillers")).to_be_visible()
        await expect(page.get_by_role("tabpanel")).to_have_count(0)
