"""Updates are posted to the bot's address, in order for each chat, and again until they are taken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from bot.sandbox import SandboxClient
from tests.patience import PATIENCE_S
from tests.sandbox.conftest import Call, refused

BUTTONS = {"inline_keyboard": [[{"text": "Oui", "callback_data": "k1"}]]}


class Receiver:
    """The bot's side: answers what it is told to, and keeps what it took."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.taken: list[dict[str, Any]] = []
        self.secrets: set[str | None] = set()
        self.tries = 0
        self.changed = asyncio.Event()

    async def __call__(self, request: web.BaseRequest) -> web.Response:
        self.tries += 1
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        update = await request.json()
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200:
            self.taken.append(update)
        self.changed.set()
        return web.Response(status=status)

    async def until_taken(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while len(self.taken) < count:
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
async def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def address(receiver: Receiver) -> AsyncIterator[str]:
    server = web.Server(receiver)
    runner = web.ServerRunner(server)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    yield f"http://127.0.0.1:{port}/hook"
    await runner.cleanup()


async def test_updates_come_with_the_secret_and_in_order(
    call: Call, client: SandboxClient, receiver: Receiver, address: str
) -> None:
    amina = await client.newcomer("Amina")
    await amina.say("avant")
    assert await call("setWebhook", url=address, secret_token="s3cret-Token_1") is True
    await amina.say("un")
    await amina.say("deux")
    await receiver.until_taken(3)
    assert [update["message"]["text"] for update in receiver.taken] == ["avant", "un", "deux"]
    assert receiver.secrets == {"s3cret-Token_1"}
    assert (await call("getWebhookInfo"))["pending_update_count"] == 0


async def test_a_failing_update_blocks_its_own_chat_only(
    call: Call, client: SandboxClient, receiver: Receiver, address: str
) -> None:
    amina, john = await client.newcomer("Amina"), await client.newcomer("John")
    receiver.statuses = [500, 500]
    await call("setWebhook", url=address)
    await amina.say("amina 1")
    await amina.say("amina 2")
    await john.say("john")
    await receiver.until_taken(3)
    texts = [update["message"]["text"] for update in receiver.taken]
    assert [text for text in texts if text.startswith("amina")] == ["amina 1", "amina 2"]
    assert set(texts) == {"amina 1", "amina 2", "john"}
    assert receiver.tries == 5
    assert (await call("getWebhookInfo"))["last_error_message"].startswith("Wrong response from the webhook: 500")


async def test_polling_and_a_webhook_exclude_each_other(
    call: Call, client: SandboxClient, receiver: Receiver, address: str
) -> None:
    poll = asyncio.create_task(call("getUpdates", timeout=50))
    await asyncio.sleep(0.02)
    await call("setWebhook", url=address)
    assert (await poll)["error_code"] == 409
    assert await call("getUpdates") == refused(
        409,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    )
    assert (await call("getWebhookInfo"))["url"] == address
    await call("deleteWebhook", drop_pending_updates=True)
    await (await client.newcomer("Amina")).say("après")
    assert [update["message"]["text"] for update in await call("getUpdates")] == ["après"]


async def test_bad_addresses_and_secrets_are_refused(call: Call) -> None:
    assert await call("setWebhook", url="nowhere") == refused(
        400, "Bad Request: bad webhook: invalid webhook URL specified"
    )
    assert await call("setWebhook", url="https://x.be", secret_token="a b") == refused(
        400, "Bad Request: secret token contains unallowed characters"
    )
