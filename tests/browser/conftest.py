"""A real Chromium for each module, and for each test a stand-in of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, async_playwright
from telegram import Bot

from bot.sandbox import Limits, RunningSandbox, SandboxClient, start_sandbox
from tests.browser.page import ARGS, CHROMIUM


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
