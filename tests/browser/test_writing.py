"""What is written in the chat page is sent once, and never lost: slow, silent and stopped sandboxes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, Route, expect
from telegram import Bot

from bot.sandbox import ADVISER_CHAT_ID, RunningSandbox, SandboxClient
from tests.browser.page import MARKS, choose, opened
from tests.patience import PATIENCE_S

pytestmark = MARKS

PHONE, DESK = "#phone textarea", "#desk textarea"


@asynccontextmanager
async def unanswered(page: Page, name: str) -> AsyncIterator[asyncio.Event]:
    """The sandbox takes these requests only once the event is set, as if it were slow or stood still."""
    goes_on = asyncio.Event()

    async def held(route: Route) -> None:
        await goes_on.wait()
        await route.continue_()

    await page.route(f"**/sandbox/{name}", held)
    yield goes_on
    await page.unroute(f"**/sandbox/{name}")


@asynccontextmanager
async def opened_for_trouble(browser: Browser, sandbox: RunningSandbox) -> AsyncIterator[Page]:
    """The page while the sandbox is away: Chromium itself reports every failed request as an error."""
    context = await browser.new_context(viewport={"width": 1300, "height": 820})
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_S * 1000)
    await page.clock.install()
    await page.goto(sandbox.url)
    await expect(page.locator(".person").first).to_be_visible()
    yield page
    await context.close()


async def written(client: SandboxClient, name: str) -> list[str]:
    """What a newcomer has written to the bot, without /start."""
    seat = await client.newcomer(name)
    said = [one["text"] for one in await seat.messages() if one["from"]["id"] == seat.id]
    return [text for text in said if not text.startswith("/start")]


async def test_a_second_enter_on_a_slow_line_sends_nothing_twice_and_eats_nothing(
    browser: Browser, sandbox: RunningSandbox, client: SandboxClient
) -> None:
    await (await client.newcomer("Fatou")).start()
    async with opened(browser, sandbox) as page:
        await choose(page, "Fatou")
        box = page.locator(PHONE)
        async with unanswered(page, "say") as goes_on:
            await box.fill("première")
            await box.press("Enter")
            await expect(box).to_have_value("")
            await box.press("Enter")
            await expect(page.locator("#phone .sending")).to_have_text("Envoi en cours : première")
            await box.press_sequentially("deuxième")
            await box.press("Enter")
            await box.press_sequentially("troi")
            goes_on.set()
            await expect(page.locator("#phone .mine .text").last).to_have_text("deuxième")
            await expect(page.locator("#phone .sending")).to_be_hidden()
        await expect(box).to_have_value("troi")
    assert await written(client, "Fatou") == ["première", "deuxième"]


async def test_what_could_not_be_sent_stands_in_the_box_again_and_a_banner_stays(
    browser: Browser, sandbox: RunningSandbox, client: SandboxClient
) -> None:
    await (await client.newcomer("Fatou")).start()
    async with opened_for_trouble(browser, sandbox) as page:
        await choose(page, "Fatou")
        away = asyncio.create_task(sandbox.refuse_for(3600))
        banner = page.locator(".note.standing")
        await expect(banner).to_have_text("La démonstration ne répond plus. Nouvel essai…")
        box = page.locator(PHONE)
        await box.fill("Où dormir ?")
        await box.press("Enter")
        await expect(page.locator(".note", has_text="Rien n’est parti")).to_have_text(
            "Rien n’est parti : la démonstration ne répond pas."
        )
        await expect(box).to_have_value("Où dormir ?")
        await page.locator(".person.add").click()
        await page.locator("dialog").get_by_role("button", name="Ajouter").click()
        await expect(page.locator(".note", has_text="Rien n’est parti")).to_have_count(2)
        # Notices go after five seconds; as long as nothing answers, this one does not.
        await page.clock.fast_forward(60_000)
        await expect(page.locator(".note", has_text="Rien n’est parti")).to_have_count(0)
        await expect(banner).to_be_visible()

        away.cancel()
        await sandbox.listen(sandbox.port)
        await page.clock.fast_forward(5_000)
        await expect(page.locator(".note", has_text="de nouveau")).to_be_visible()
        await expect(banner).to_have_count(0)
        await expect(box).to_have_value("Où dormir ?")
        await box.press("Enter")
        await expect(page.locator("#phone .mine .text").last).to_have_text("Où dormir ?")
    assert await written(client, "Fatou") == ["Où dormir ?"]


async def test_a_sandbox_that_never_answers_is_not_waited_for_for_ever(
    browser: Browser, sandbox: RunningSandbox, client: SandboxClient
) -> None:
    await (await client.newcomer("Fatou")).start()
    async with opened_for_trouble(browser, sandbox) as page:
        await choose(page, "Fatou")
        box = page.locator(PHONE)
        # The browser's own clock for requests cannot be moved by a test: this is how its end is told.
        await page.evaluate("""() => { window.fetch = async () => { throw new DOMException("", "TimeoutError"); }; }""")
        await box.fill("un")
        await box.press("Enter")
        await expect(page.locator(".note")).to_have_text(re.compile("regardez avant de recommencer"))
        await expect(box).to_have_value("un")


async def test_drafts_wait_where_they_were_begun(
    browser: Browser, sandbox: RunningSandbox, client: SandboxClient, bot: Bot
) -> None:
    for name in ("Fatou", "John"):
        await (await client.newcomer(name)).start()
    topic = await bot.create_forum_topic(ADVISER_CHAT_ID, "Grive 17")
    await bot.send_message(ADVISER_CHAT_ID, "Une personne attend", message_thread_id=topic.message_thread_id)
    async with opened(browser, sandbox) as page:
        phone, desk = page.locator(PHONE), page.locator(DESK)
        await choose(page, "Fatou")
        await phone.fill("je cherche")
        await choose(page, "John")
        await expect(phone).to_have_value("")
        await phone.fill("I need")
        await page.locator(".topic", has_text="Grive 17").click()
        await page.locator("#desk .theirs").hover()
        await page.locator("#desk .theirs .act").click()
        await page.get_by_role("menuitem", name="Répondre").click()
        await desk.fill("Bonjour")
        await page.locator(".topic", has_text="Général").click()
        await expect(desk).to_have_value("")
        await expect(page.locator("#desk .bar")).to_be_hidden()
        # Another language and somebody new draw everything anew.
        await page.locator("#language").click()
        await client.newcomer("Samira", language_code="ar")
        await expect(page.locator(".person", has_text="Samira")).to_be_visible()
        await page.locator(".topic", has_text="Grive 17").click()
        await expect(desk).to_have_value("Bonjour")
        await expect(page.locator("#desk .bar")).to_contain_text("Une personne attend")
        await choose(page, "Fatou")
        await expect(phone).to_have_value("je cherche")
        await choose(page, "John")
        await expect(phone).to_have_value("I need")


async def test_an_edit_gives_back_what_was_being_written(
    browser: Browser, sandbox: RunningSandbox, client: SandboxClient
) -> None:
    fatou = await client.newcomer("Fatou")
    await fatou.start()
    await fatou.say("un médcin")
    async with opened(browser, sandbox) as page:
        await choose(page, "Fatou")
        box = page.locator(PHONE)
        await box.fill("pour demain")
        await page.locator("#phone .mine .act").last.click(force=True)
        await page.get_by_role("menuitem", name="Modifier").click()
        await expect(box).to_have_value("un médcin")
        await box.fill("un médecin")
        await box.press("Enter")
        await expect(page.locator("#phone .mine .text").last).to_have_text("un médecin")
        await expect(box).to_have_value("pour demain")
