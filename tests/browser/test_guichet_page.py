"""The chat page with the guichet itself behind it: what somebody sees who tries the demonstration."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.page import MARKS, choose, opened
from tests.journeys.flows import WHO, WORDS
from tests.journeys.office import Office, data_in, found_office

pytestmark = MARKS

#: What the bot wrote to the phone that is shown.
THEIRS = "#phone .theirs .text"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory, compiled: Callable[[Path], None]) -> AsyncIterator[Office]:
    """One guichet for all; each test has newcomers of its own."""
    folder: Path = tmp_path_factory.mktemp("demonstration")
    compiled(folder)
    here = await found_office(folder, data_in(folder))
    await here.open()
    yield here
    await here.close()
    assert await here.client.violations() == []
    await here.client.close()
    await here.sandbox.stop()


async def say(page: Page, text: str, side: str = "#phone") -> None:
    box = page.locator(f"{side} textarea")
    await box.fill(text)
    await box.press("Enter")


async def test_from_the_first_tap_to_a_person_and_back(browser: Browser, office: Office) -> None:
    async with opened(browser, office.sandbox) as page:
        phone, desk = page.locator(THEIRS), page.locator("#desk .theirs .text")
        await choose(page, "Fatou")
        await page.get_by_role("button", name="Démarrer").click()
        await expect(phone.last).to_contain_text("Choisissez votre langue")
        await page.locator("#phone .key", has_text="Français").last.click()
        await expect(phone.last).to_contain_text("De quoi avez-vous besoin ?")
        await say(page, "essai")
        await expect(phone.last).to_have_text(WHO)
        await page.locator("#phone .key", has_text="Une femme").last.click()
        await expect(phone.last).to_have_text(WORDS)

        await page.locator("#phone .key", has_text="Une personne").last.click()
        await page.locator("#phone .key", has_text="Oui, envoyer le résumé").last.click()
        await expect(phone.last).to_contain_text("Votre demande est envoyée")
        topic = page.locator(".topic", has_text="⏳")
        await topic.click()
        await expect(desk.first).to_contain_text("Un essai")
        await page.locator("#desk .key", has_text="Prendre").last.click()
        await expect(page.locator(".note", has_text="Vous avez pris la conversation.")).to_be_visible()
        await expect(phone.last).to_contain_text("Une personne est là")
        await expect(page.locator(".topic", has_text="💬")).to_be_visible()

        await say(page, "Bonjour, je vous écoute.", "#desk")
        await expect(phone.last).to_contain_text("Bonjour, je vous écoute.")
        await say(page, "Je cherche un lit")
        await expect(desk.last).to_contain_text("Je cherche un lit")
        count = await phone.count()
        await say(page, "// à vérifier", "#desk")
        await expect(desk.last).to_contain_text("Note gardée")
        assert await phone.count() == count

        await page.locator("#desk .key", has_text="Fermer").last.click()
        await expect(phone.last).to_contain_text("Est-ce que cela vous a aidé ?")
        await page.locator("#phone .key", has_text="👍").last.click()
        await expect(phone.last).to_contain_text("Merci")


async def test_danger_in_any_language_brings_the_card_at_once_by_keyboard(browser: Browser, office: Office) -> None:
    async with opened(browser, office.sandbox) as page:
        await choose(page, "John")
        start = page.get_by_role("button", name=re.compile("Start|Démarrer"))
        await start.focus()
        await page.keyboard.press("Enter")
        await expect(page.locator(THEIRS).last).to_be_visible()
        box = page.locator("#phone textarea")
        await box.focus()
        await page.keyboard.type("he wants to kill me")
        await page.keyboard.press("Enter")
        await expect(page.locator("#phone .theirs", has_text=re.compile("112|101")).first).to_be_visible()


async def test_a_photo_to_a_person_is_seen_on_the_other_side(browser: Browser, office: Office) -> None:
    async with opened(browser, office.sandbox) as page:
        await choose(page, "Lucía")
        await page.get_by_role("button", name=re.compile("Iniciar|Démarrer")).click()
        await expect(page.locator(THEIRS).last).to_be_visible()
        await say(page, "/conseiller")
        await page.locator(".topic", has_text="⏳").last.click()
        await page.locator("#desk .key", has_text="Prendre").last.click()
        await page.locator("#phone .attach").click()
        await page.get_by_role("menuitem", name="Photo d’exemple").click()
        await expect(page.locator("#desk .photo img")).to_be_visible()


async def test_to_be_forgotten_empties_the_phone_and_the_topic(browser: Browser, office: Office) -> None:
    async with opened(browser, office.sandbox) as page:
        phone = page.locator(THEIRS)
        await choose(page, "Oleksandr")
        await page.locator("#phone .foot").get_by_role("button").first.click()
        await expect(phone.last).to_be_visible()
        await office.settled()
        await say(page, "/conseiller")
        await office.settled()
        topics = await page.locator(".topic").count()
        await say(page, "/effacer")
        await page.locator("#phone .key", has_text="🧹").last.click()
        await expect(phone).to_have_count(1)
        await expect(phone.last).to_contain_text("✅")
        await expect(page.locator(".topic")).to_have_count(topics - 1)


async def test_an_arabic_conversation_reads_from_right_to_left(browser: Browser, office: Office) -> None:
    if "ar" not in {one.locale for one in office.running.live.guide().languages}:
        pytest.skip("Arabic is not offered: its safety sentences are not complete")
    async with opened(browser, office.sandbox) as page:
        await choose(page, "Amina")
        await page.locator("#phone .foot").get_by_role("button").first.click()
        await page.locator("#phone .key", has_text="العربية").last.click()
        await expect(page.locator("#phone .key").first).to_be_visible()
        last = page.locator(THEIRS).last
        await expect(last).to_contain_text(re.compile("[؀-ۿ]"))
        assert await last.evaluate("e => getComputedStyle(e).direction") == "rtl"
