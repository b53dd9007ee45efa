"""What browser tests share: the browser, the page, and how to wait for it."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from bot.sandbox import RunningSandbox
from tests.patience import PATIENCE_S

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

expect.set_options(timeout=PATIENCE_S * 1000)

#: For `pytestmark`: in one loop, with the mark by which these tests are chosen.
MARKS = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH: install the package chromium"),
]


@asynccontextmanager
async def opened(
    browser: Browser, sandbox: RunningSandbox, *, width: int = 1300, query: str = ""
) -> AsyncIterator[Page]:
    """The page, which must neither break its content policy nor raise an error."""
    context = await browser.new_context(viewport={"width": width, "height": 820})
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_S * 1000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    await page.goto(f"{sandbox.url}{query}")
    await expect(page.locator(".person").first).to_be_visible()
    yield page
    await context.close()
    assert problems == []


async def choose(page: Page, name: str) -> None:
    await page.locator(".person", has_text=name).click()


async def until(page: Page, expression: str, wanted: Any, *, arg: str = "") -> None:
    """Look until it is so. The content policy of the page forbids Playwright's own way of waiting for this."""
    deadline = time.monotonic() + PATIENCE_S
    while (found := await page.evaluate(expression, arg)) != wanted:
        assert time.monotonic() < deadline, f"{found}, not {wanted}"
        await asyncio.sleep(0.02)
