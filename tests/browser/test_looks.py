"""What the chat page looks like on a narrow screen and from right to left."""

from __future__ import annotations

from playwright.async_api import Browser, expect
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from bot.sandbox import ADVISER_CHAT_ID, RunningSandbox, SandboxClient
from tests.browser.page import MARKS, choose, opened, until

pytestmark = MARKS

#: Whether what stands in the box has room in it.
HAS_ROOM = """side => {
  const box = document.querySelector(`${side} textarea`);
  return box.clientHeight > 20 && box.scrollHeight <= box.clientHeight + 1;
}"""


async def test_the_box_that_was_out_of_sight_is_as_tall_as_its_words(browser: Browser, sandbox: RunningSandbox) -> None:
    async with opened(browser, sandbox, width=360) as page:
        await page.get_by_role("tab", name="Conseillers").click()
        await until(page, HAS_ROOM, True, arg="#desk")
        await page.locator("#desk textarea").fill("une\ndeux\ntrois")
        await page.get_by_role("tab", name="Personnes").click()
        # Another adviser draws the box anew while nobody sees it.
        await page.locator("#language").click()
        await page.get_by_role("tab", name="Advisers").click()
        await until(page, HAS_ROOM, True, arg="#desk")


async def test_the_box_and_the_log_bear_the_present_name_of_their_topic(
    browser: Browser, sandbox: RunningSandbox, bot: Bot
) -> None:
    topic = await bot.create_forum_topic(ADVISER_CHAT_ID, "⏳ Grive 17")
    async with opened(browser, sandbox) as page:
        await page.locator(".topic", has_text="Grive 17").click()
        box = page.locator("#desk textarea")
        await expect(box).to_have_attribute("placeholder", "Écrire dans « ⏳ Grive 17 »")
        await box.fill("Bon")
        await bot.edit_forum_topic(ADVISER_CHAT_ID, topic.message_thread_id, name="💬 Grive 17")
        await expect(box).to_have_attribute("placeholder", "Écrire dans « 💬 Grive 17 »")
        await expect(box).to_have_attribute("aria-label", "Écrire dans « 💬 Grive 17 »")
        await expect(page.locator("#desk .log")).to_have_attribute(
            "aria-label", "Le groupe des conseillers : 💬 Grive 17"
        )
        await expect(box).to_have_value("Bon")


async def test_sentences_of_the_page_keep_their_own_direction_on_an_arabic_phone(
    browser: Browser, sandbox: RunningSandbox, client: SandboxClient
) -> None:
    amina = await client.newcomer("Amina")
    await amina.start()
    async with opened(browser, sandbox) as page:
        await choose(page, "Amina")
        said = page.locator("#phone .sub")
        for doing, sentence in (
            ("block", "Vous avez bloqué ce robot."),
            ("deactivate", "Ce compte n’existe plus."),
        ):
            await client.do(doing, person=amina.id)
            await expect(said).to_have_text(sentence)
            assert await said.evaluate("e => getComputedStyle(e).direction") == "ltr"


async def test_commands_are_read_from_left_to_right_in_arabic(
    browser: Browser, sandbox: RunningSandbox, client: SandboxClient, bot: Bot
) -> None:
    amina = await client.newcomer("Amina")
    await amina.start()
    await bot.send_message(amina.id, "للمحو الآن: /imsah")
    async with opened(browser, sandbox) as page:
        await choose(page, "Amina")
        slash_is_left = """e => {
          const at = (start) => {
            const range = document.createRange();
            range.setStart(e.firstChild, start); range.setEnd(e.firstChild, start + 1);
            return range.getBoundingClientRect().left;
          };
          return at(0) < at(1);
        }"""
        command = page.locator("#phone .theirs .command")
        await expect(command).to_have_text("/imsah")
        assert await command.evaluate(slash_is_left)


async def test_a_button_is_one_line_as_on_phones_and_says_all_when_asked(
    browser: Browser, sandbox: RunningSandbox, client: SandboxClient, bot: Bot
) -> None:
    fatou = await client.newcomer("Fatou")
    await fatou.start()
    label = "ℹ️ Plus d’infos : Bureau d’aide juridique (BAJ) — avocat pro deo"
    rows = [
        [InlineKeyboardButton("Oui", callback_data="1")],
        [InlineKeyboardButton(label, callback_data="2")],
        [InlineKeyboardButton(label, url="https://liege.be")],
    ]
    await bot.send_message(fatou.id, "Où ?", reply_markup=InlineKeyboardMarkup(rows))
    async with opened(browser, sandbox, width=360) as page:
        await choose(page, "Fatou")
        keys = page.locator("#phone .key")
        await expect(keys).to_have_count(3)
        heights = [await keys.nth(n).evaluate("e => Math.round(e.getBoundingClientRect().height)") for n in range(3)]
        assert heights == [heights[0]] * 3
        assert await keys.nth(1).locator("span").evaluate("e => e.scrollWidth > e.clientWidth")
        await expect(page.get_by_role("button", name=label)).to_have_attribute("title", label)
        await expect(page.get_by_role("link", name=label)).to_have_attribute("title", label)
