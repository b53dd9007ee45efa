"""The same conversations with updates pushed to our own address."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import aiohttp
import pytest

from bot.bootstrap import Guichet
from bot.sandbox.refusal import bad
from bot.sandbox.server import ApiServer
from bot.services.outbox import fates
from tests.journeys.flows import NUDGE, WHO, WORDS
from tests.journeys.office import Office
from tests.patience import PATIENCE_S

SECRET = "correct-horse_battery"


@pytest.fixture
async def pushed(closed_office: Office) -> Office:
    """An office that is told by webhook."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    await closed_office.open(
        GUICHET_PORT=str(port),
        TELEGRAM_WEBHOOK_URL=f"http://127.0.0.1:{port}/hook",
        TELEGRAM_WEBHOOK_SECRET=SECRET,
    )
    await is_set(closed_office)
    return closed_office


async def is_set(office: Office) -> None:
    """Until Telegram knows where to push to."""
    async with asyncio.timeout(PATIENCE_S):
        while office.sandbox.api.webhook is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def post(guichet: Guichet, body: bytes, **headers: str) -> int:
    """What somebody gets who pushes this."""
    url = f"http://127.0.0.1:{guichet.web.port}/hook"
    given = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    async with aiohttp.ClientSession() as http, http.post(url, data=body, headers=given) as answer:
        return answer.status


async def test_a_whole_conversation_by_webhook(pushed: Office) -> None:
    fatou = await pushed.fatou()
    assert await fatou.say("essai") == [WHO]
    assert await fatou.press("Une femme") == [WORDS]
    assert await fatou.say("il fait froid") == [NUDGE]
    await fatou.ask_for_a_person()
    await fatou.press("Une personne, sans résumé")
    claire = await pushed.adviser()
    await claire.take()
    await claire.say("Bonjour")
    assert (await fatou.heard())[-1].endswith("Bonjour")


async def test_a_wrong_or_missing_secret_stores_nothing(pushed: Office) -> None:
    guichet = pushed.running
    body = b'{"update_id":99,"message":{"message_id":1,"date":0,"chat":{"id":77,"type":"private"},"text":"essai"}}'
    assert await post(guichet, body) == 403
    assert await post(guichet, body, X_Telegram_Bot_Api_Secret_Token="wrong") == 403
    people = await pushed.store.engine.read(lambda tx: tx.row("SELECT count(*) FROM people"))
    assert people == (0,)
    assert await post(guichet, b"{", X_Telegram_Bot_Api_Secret_Token=SECRET) == 200
    assert await post(guichet, b"x" * 2_000_000, X_Telegram_Bot_Api_Secret_Token=SECRET) == 413


async def health(guichet: Guichet) -> tuple[int, dict[str, Any]]:
    """What whoever watches over the guichet reads."""
    url = f"http://127.0.0.1:{guichet.web.port}/healthz"
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        body: dict[str, Any] = await answer.json()
        return answer.status, {name: body[name] for name in ("ready", "store", "telegram")}


async def test_a_store_that_cannot_be_written_is_told_until_it_can(pushed: Office) -> None:  # G01
    guichet, connection = pushed.running, pushed.store.engine._connection  # type: ignore[attr-defined]
    well = (200, {"ready": True, "store": "ok", "telegram": "ok"})
    body = b'{"update_id":990,"message":{"message_id":800,"date":0,"text":"essai","chat":{"id":77,"type":"private"}}}'
    # It writes too, and would be told as broken.
    while any(task.get_name() == "names" for task in asyncio.all_tasks()):  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    assert await health(guichet) == well
    connection.execute("PRAGMA query_only = ON")
    assert await post(guichet, body, X_Telegram_Bot_Api_Secret_Token=SECRET) == 503
    assert await health(guichet) == (
        503,
        {"ready": False, "store": "cannot be written now: is the disk full?", "telegram": "ok"},
    )
    connection.execute("PRAGMA query_only = OFF")
    assert await post(guichet, body, X_Telegram_Bot_Api_Secret_Token=SECRET) == 200
    async with asyncio.timeout(PATIENCE_S):
        # A chore that broke meanwhile is begun again a second later.
        while await health(guichet) != well:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_revoked_token_is_told_until_it_is_accepted(
    pushed: Office, monkeypatch: pytest.MonkeyPatch
) -> None:  # A20
    monkeypatch.setattr(fates, "UNAUTHORISED_S", 0.02)
    guichet = pushed.running
    fatou = await pushed.fatou()
    await pushed.client.do("revoke")
    await fatou.seat.say("essai")
    said = "Telegram refuses the bot token (TELEGRAM_BOT_TOKEN): ask BotFather"
    async with asyncio.timeout(PATIENCE_S):
        while (await health(guichet))[1]["telegram"] == "ok":  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert await health(guichet) == (200, {"ready": True, "store": "ok", "telegram": said})
    await pushed.client.do("revoke", is_revoked=False)
    assert await fatou.heard() == [WHO]
    assert await health(guichet) == (200, {"ready": True, "store": "ok", "telegram": "ok"})


async def test_a_refused_webhook_is_told(closed_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> bool:
        raise bad("bad webhook: Failed to resolve host")

    monkeypatch.setattr(ApiServer, "_set_webhook", refuse)
    guichet = await closed_office.open(
        TELEGRAM_WEBHOOK_URL="https://guichet.invalid/hook", TELEGRAM_WEBHOOK_SECRET=SECRET
    )
    async with asyncio.timeout(PATIENCE_S):
        while "TELEGRAM_WEBHOOK_URL" not in (await health(guichet))[1]["telegram"]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_an_update_pushed_twice_is_taken_once(pushed: Office) -> None:
    fatou = await pushed.fatou()
    body = (
        b'{"update_id":990,"message":{"message_id":800,"date":0,"text":"essai","chat":{"id":%d,"type":"private"}}}'
        % fatou.id
    )
    for _ in range(3):
        assert await post(pushed.running, body, X_Telegram_Bot_Api_Secret_Token=SECRET) == 200
    assert await fatou.heard() == [WHO]


async def test_telegram_away_at_the_start_is_told_the_address_later(closed_office: Office) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    away = asyncio.create_task(closed_office.sandbox.refuse_for(0.6))
    await asyncio.sleep(0)
    await closed_office.open(
        GUICHET_PORT=str(port),
        TELEGRAM_WEBHOOK_URL=f"http://127.0.0.1:{port}/hook",
        TELEGRAM_WEBHOOK_SECRET=SECRET,
    )
    await away
    await is_set(closed_office)
    fatou = await closed_office.fatou()
    assert await fatou.say("essai") == [WHO]


async def test_from_webhook_to_polling_and_back_nothing_is_lost(pushed: Office) -> None:
    fatou = await pushed.fatou()
    await pushed.close()
    await fatou.seat.say("essai")
    for name in ("TELEGRAM_WEBHOOK_URL", "TELEGRAM_WEBHOOK_SECRET"):
        pushed.env.pop(name)
    await pushed.open()
    assert (await fatou.heard())[-1] == WHO
    assert await fatou.press("Une femme") == [WORDS]
