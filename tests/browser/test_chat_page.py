"""The chat page in a real Chromium: both sides of a conversation, by mouse and by keyboard."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update

from bot.sandbox import ADVISER_CHAT_ID, NEWCOMERS, RunningSandbox, SandboxClient
from tests.browser.page import MARKS, choose, opened

pytestmark = MARKS


class SmallBot:
    """Answers every text with it and two buttons, and every press by saying which."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.bot = Bot(sandbox.token, base_url=f"{sandbox.api_url}/bot")
        self.heard: list[Update] = []

    async def run(self) -> None:
        offset = 0
        async with self.bot:
            while True:
                for update in await self.bot.get_updates(offset=offset, timeout=20):
                    offset = update.update_id + 1
                    self.heard.append(update)
                    await self.answer(update)

    async def answer(self, update: Update) -> None:
        query, message = update.callback_query, update.message
        if query is not None and query.message is not None:
            await query.answer("C’est noté")
            await self.bot.edit_message_text(f"Choisi : {query.data}", query.message.chat.id, query.message.message_id)
        elif message is not None and message.chat.type == "private" and message.text:
            rows = [
                [InlineKeyboardButton("Oui", callback_data="oui"), InlineKeyboardButton("Non", callback_data="non")]
            ]
            await self.bot.send_message(message.chat.id, message.text, reply_markup=InlineKeyboardMarkup(rows))


@pytest_asyncio.fixture(loop_scope="module")
async def small_bot(sandbox: RunningSandbox) -> AsyncIterator[SmallBot]:
    one = SmallBot(sandbox)
    task = asyncio.create_task(one.run())
    yield one
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_newcomer_starts_writes_and_presses_with_the_keyboard_alone(
    browser: Browser, sandbox: RunningSandbox, small_bot: SmallBot
) -> None:
    async with opened(browser, sandbox) as page:
        await page.locator(".person", has_text="Fatou").focus()
        await page.keyboard.press("Enter")
        start = page.get_by_role("button", name="Démarrer")
        await start.focus()
        await page.keyboard.press("Enter")
        box = page.locator("#phone textarea")
        await expect(box).to_be_visible()
        await box.focus()
        await page.keyboard.type("Où dormir ?")
        await page.keyboard.press("Shift+Enter")
        await page.keyboard.type("Ce soir")
        await page.keyboard.press("Enter")
        theirs = page.locator("#phone .theirs .text")
        await expect(theirs.last).to_have_text("Où dormir ?\nCe soir")
        await page.locator("#phone .key", has_text="Oui").last.focus()
        await page.keyboard.press("Enter")
        await expect(theirs.last).to_have_text("Choisi : oui")
        await expect(page.locator(".note")).to_have_text("C’est noté")
        assert await page.evaluate("document.querySelector('#phone .lines').getAttribute('aria-live')") == "polite"


async def test_own_messages_are_edited_answered_and_deleted(
    browser: Browser, sandbox: RunningSandbox, small_bot: SmallBot
) -> None:
    async with opened(browser, sandbox) as page:
        await choose(page, "Fatou")
        await page.get_by_role("button", name="Démarrer").click()
        box = page.locator("#phone textarea")
        await box.fill("un médcin")
        await box.press("Enter")
        await expect(page.locator("#phone .mine .text").last).to_have_text("un médcin")
        await box.press("ArrowUp")
        await expect(box).to_have_value("un médcin")
        await box.fill("un médecin")
        await box.press("Enter")
        await expect(page.locator("#phone .mine .text").last).to_have_text("un médecin")
        await expect(page.locator("#phone .mine .meta").last).to_contain_text("modifié")

        await page.locator("#phone .theirs").last.hover()
        await page.locator("#phone .theirs .act").last.click()
        await page.get_by_role("menuitem", name="Répondre").click()
        await box.fill("merci")
        await box.press("Enter")
        await expect(page.locator("#phone .mine .quote").last).to_contain_text("un médcin")

        await page.locator("#phone .mine .act").last.click(force=True)
        await page.get_by_role("menuitem", name="Supprimer").click()
        await expect(page.locator("#phone .mine .text", has_text="merci")).to_have_count(0)


async def test_content_is_never_read_as_markup(
    browser: Browser, sandbox: RunningSandbox, client: SandboxClient
) -> None:
    evil = '<img src=x onerror="window.bad=1"><b>gras</b>'
    fatou = await client.newcomer("Fatou")
    await fatou.start()
    async with Bot(sandbox.token, base_url=f"{sandbox.api_url}/bot") as bot:
        await bot.send_message(fatou.id, evil)
        await bot.send_message(
            fatou.id,
            '<b>gras <i>et</i></b> <a href="https://liege.be">lien</a> <a href="javascript:alert(1)">non</a> '
            "<tg-spoiler>caché</tg-spoiler> <code>x</code> 🙂 /menu",
            parse_mode="HTML",
        )
        await bot.create_forum_topic(ADVISER_CHAT_ID, evil[:100])
    async with opened(browser, sandbox) as page:
        await choose(page, "Fatou")
        plain, dressed = page.locator("#phone .theirs .text").nth(0), page.locator("#phone .theirs .text").nth(1)
        await expect(plain).to_have_text(evil)
        assert await page.evaluate("window.bad") is None
        assert await dressed.locator("strong em").inner_text() == "et"
        assert await dressed.locator("a").count() == 1
        assert await dressed.locator("a").get_attribute("href") == "https://liege.be"
        await dressed.locator(".spoiler").click()
        await expect(dressed.locator(".spoiler.open")).to_have_text("caché")
        assert await dressed.locator("code").inner_text() == "x"
        await expect(page.locator(".topic").last).to_contain_text("<img src=x")


async def test_an_arabic_phone_reads_from_right_to_left(
    browser: Browser, sandbox: RunningSandbox, client: SandboxClient
) -> None:
    amina = await client.newcomer("Amina")
    await amina.start()
    await amina.say("مرحبا\nRue Léopold 12")
    async with opened(browser, sandbox) as page:
        await choose(page, "Amina")
        await expect(page.locator("#phone .device")).to_have_attribute("dir", "rtl")
        sides = await page.evaluate(
            """() => {
              const text = document.querySelector('#phone .mine:last-of-type .text');
              const box = text.getBoundingClientRect();
              const at = (start, end) => {
                const range = document.createRange();
                range.setStart(text.firstChild, start); range.setEnd(text.firstChild, end);
                return range.getBoundingClientRect();
              };
              const log = document.querySelector('#phone .log').getBoundingClientRect();
              return {
                arabic: box.right - at(0, 5).right, french: at(6, 10).left - box.left,
                mine: box.left - log.left < log.right - box.right,
              };
            }"""
        )
        assert sides["arabic"] < 2
        assert sides["french"] < 2
        assert sides["mine"] is True
        await choose(page, "Fatou")
        await expect(page.locator("#phone .device")).to_have_attribute("dir", "ltr")


async def test_photos_and_voices_go_both_ways(
    browser: Browser, sandbox: RunningSandbox, client: SandboxClient, small_bot: SmallBot, tmp_path: Path
) -> None:
    async with opened(browser, sandbox) as page:
        await choose(page, "John")
        await page.get_by_role("button", name="Start").click()
        await page.locator("#phone .attach").click()
        await page.get_by_role("menuitem", name="Photo d’exemple").click()
        image = page.locator("#phone .photo img").last
        await expect(image).to_be_visible()
        await page.wait_for_function("document.querySelector('#phone .photo img').naturalWidth === 720")
        await page.locator("#phone .attach").click()
        await page.get_by_role("menuitem", name="Message vocal d’exemple").click()
        await expect(page.locator("#phone audio")).to_have_count(1)
        paper = tmp_path / "facture d’eau.pdf"
        paper.write_bytes(b"%PDF-1.4 facture")
        await page.locator("#phone .attach").click()
        async with page.expect_file_chooser() as chooser:
            await page.get_by_role("menuitem", name="Document…").click()
        await (await chooser.value).set_files(paper)
        await expect(page.locator("#phone .file b")).to_have_text("facture d’eau.pdf")
    john = await client.newcomer("John")
    sent = [next(iter(one.keys() & {"photo", "voice", "document"}), None) for one in await john.messages()]
    assert [kind for kind in sent if kind] == ["photo", "voice", "document"]
    files = [file.content for file in sandbox.world.files.values()]
    assert files[-1] == b"%PDF-1.4 facture"
    assert files[1][:4] == b"RIFF"


async def test_a_newcomer_blocks_and_unblocks_the_bot(
    browser: Browser, sandbox: RunningSandbox, small_bot: SmallBot
) -> None:
    async with opened(browser, sandbox) as page:
        await choose(page, "Fatou")
        await page.get_by_role("button", name="Démarrer").click()
        await page.locator("#phone-more").click()
        await page.get_by_role("menuitem", name="Bloquer le robot").click()
        await expect(page.locator("#phone .sub")).to_have_text("Vous avez bloqué ce robot.")
        assert sandbox.world.chats[NEWCOMERS[2].id].bot_status == "blocked"
        await page.locator("#phone .foot").get_by_role("button", name="Débloquer").click()
        await expect(page.locator("#phone textarea")).to_be_visible()
    assert [u.my_chat_member.new_chat_member.status for u in small_bot.heard if u.my_chat_member] == [
        "kicked",
        "member",
    ]


async def test_advisers_work_in_topics(browser: Browser, sandbox: RunningSandbox, client: SandboxClient) -> None:
    async with Bot(sandbox.token, base_url=f"{sandbox.api_url}/bot") as bot, opened(browser, sandbox) as page:
        topic = await bot.create_forum_topic(ADVISER_CHAT_ID, "Hirondelle 12")
        await bot.send_message(ADVISER_CHAT_ID, "Une personne attend", message_thread_id=topic.message_thread_id)
        row = page.locator(".topic", has_text="Hirondelle 12")
        await expect(row.locator(".badge")).to_have_text("1")
        await row.click()
        await expect(row.locator(".badge")).to_have_count(0)
        await expect(page.locator("#desk .theirs .text")).to_have_text("Une personne attend")
        await page.locator("#desk .adviser").click()
        await page.get_by_role("menuitem", name="Youssef").click()
        await page.locator("#desk textarea").fill("Bonjour, je suis là")
        await page.locator("#desk .send").click()
        await expect(page.locator("#desk .mine .text")).to_have_text("Bonjour, je suis là")
        (update,) = await bot.get_updates(timeout=5)
        assert update.message is not None and update.message.from_user is not None
        assert update.message.from_user.first_name == "Youssef"
        assert update.message.message_thread_id == topic.message_thread_id

        await page.locator("#topic-more").click()
        await page.get_by_role("menuitem", name="Fermer le sujet").click()
        await expect(page.locator("#desk .who small")).to_have_text("Sujet du groupe · fermé")
        await page.locator("#topic-more").click()
        await page.get_by_role("menuitem", name="Supprimer le sujet").click()
        await page.locator("dialog").get_by_role("button", name="Supprimer").click()
        await expect(row).to_have_count(0)
        await expect(page.locator("#desk .who b")).to_have_text("Général")
        assert await client.topics() == []


@pytest.mark.parametrize(
    ("name", "code", "box"), [("Zahra", "ps", "پیغام"), ("Zainab", "ur", "پیغام"), ("Latif", "fa-AF", "پیام")]
)
async def test_a_person_is_added_and_chosen(
    browser: Browser, sandbox: RunningSandbox, client: SandboxClient, name: str, code: str, box: str
) -> None:
    async with opened(browser, sandbox) as page:
        await page.locator(".person.add").click()
        await page.get_by_label("Prénom").fill(name)
        await page.get_by_label("Langue du téléphone").select_option(code)
        await page.locator("dialog").get_by_role("button", name="Ajouter").click()
        await expect(page.locator('.person[aria-current="true"] .name')).to_have_text(name)
        await expect(page.locator("#phone .device")).to_have_attribute("dir", "rtl")
        await (await client.newcomer(name)).start()
        await expect(page.locator("#phone textarea")).to_have_attribute("placeholder", box)


async def test_a_small_screen_shows_one_side_at_a_time(browser: Browser, sandbox: RunningSandbox) -> None:
    async with opened(browser, sandbox, width=360) as page:
        await expect(page.locator("#phone")).to_be_visible()
        await expect(page.locator("#desk")).to_be_hidden()
        await page.get_by_role("tab", name="Conseillers").click()
        await expect(page.locator("#desk textarea")).to_be_visible()
        await expect(page.locator("#phone")).to_be_hidden()
        assert await page.evaluate(
            "document.documentElement.scrollWidth <= innerWidth && document.body.scrollWidth <= innerWidth"
        )
        for part in ("#desk .foot", ".top"):
            assert await page.eval_on_selector(part, "e => e.getBoundingClientRect().right <= innerWidth + 1")


async def test_everything_that_can_be_pressed_has_a_name_in_both_languages(
    browser: Browser, sandbox: RunningSandbox, client: SandboxClient
) -> None:
    fatou = await client.newcomer("Fatou")
    await fatou.start()
    for query, language, side in (("", "fr", "Le groupe des conseillers"), ("?lang=en", "en", "The advisers’ group")):
        async with opened(browser, sandbox, query=query) as page:
            await choose(page, "Fatou")
            assert await page.evaluate("document.documentElement.lang") == language
            await expect(page.get_by_role("region", name=side)).to_be_visible()
            nameless = await page.evaluate(
                """() => [...document.querySelectorAll('button, a, input, textarea, select')]
                    .filter((e) => e.checkVisibility() && !(e.getAttribute('aria-label') || e.textContent.trim()))
                    .map((e) => e.outerHTML)"""
            )
            assert nameless == []


async def test_the_page_finds_back_after_the_sandbox_was_away(
    browser: Browser, sandbox: RunningSandbox, client: SandboxClient
) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(sandbox.url)
    await choose(page, "Fatou")
    await sandbox.refuse_for(0.05)
    await expect(page.locator(".note.bad")).to_be_visible()
    await expect(page.locator(".note", has_text=re.compile("de nouveau"))).to_be_visible()
    fatou = await client.newcomer("Fatou")
    await fatou.say("toujours là")
    await expect(page.locator("#phone .mine .text").last).to_have_text("toujours là")
    await context.close()
