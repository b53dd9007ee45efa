"""Faults come as scripted, and the ledger knows what was really done."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from bot.sandbox import Fault, FaultScript, RunningSandbox, SandboxClient
from bot.sandbox.faults import Faults
from tests.patience import PATIENCE_S


async def send(sandbox: RunningSandbox, chat_id: int, text: str = "a", *, timeout_s: float = PATIENCE_S) -> Any:
    url = f"{sandbox.api_url}/bot{sandbox.token}/sendMessage"
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    async with (
        aiohttp.ClientSession(timeout=timeout) as http,
        http.post(url, data={"chat_id": chat_id, "text": text}) as answer,
    ):
        return answer.status, await answer.text()


@pytest.mark.parametrize(
    ("fault", "done", "seen"),
    [
        (Fault.RESET_BEFORE, False, "ClientOSError ServerDisconnectedError ClientConnectionResetError"),
        (Fault.RESET_AFTER, True, "ClientOSError ServerDisconnectedError ClientConnectionResetError"),
        (Fault.TIMEOUT_AFTER, True, "TimeoutError ServerTimeoutError"),
    ],
)
async def test_a_connection_that_breaks(
    sandbox: RunningSandbox, client: SandboxClient, fault: Fault, done: bool, seen: str
) -> None:
    amina = await client.newcomer("Amina")
    await amina.start()
    await client.do("faults", at={1: fault}, silence_s=3600)
    with pytest.raises((aiohttp.ClientError, TimeoutError)) as caught:
        await send(sandbox, amina.id, timeout_s=0.5 if fault is Fault.TIMEOUT_AFTER else PATIENCE_S)
    assert type(caught.value).__name__ in seen.split()
    assert [call["status"] == 200 for call in await client.ledger()] == [done]
    assert len(await amina.messages()) == (2 if done else 1)
    assert (await send(sandbox, amina.id))[0] == 200


@pytest.mark.parametrize(
    ("fault", "done", "status", "start"),
    [
        (Fault.FLOOD, False, 429, '{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7"'),
        (Fault.SERVER_ERROR, False, 500, '{"ok":false,"error_code":500,"description":"Internal Server Error"}'),
        (Fault.BAD_GATEWAY, False, 502, "<html>"),
        (Fault.HTML_AFTER, True, 502, "<html>"),
        (Fault.TRUNCATED, True, 200, '{"ok":true,"result":{"message_id":2'),
    ],
)
async def test_an_answer_that_is_not_what_was_hoped(
    sandbox: RunningSandbox, client: SandboxClient, fault: Fault, done: bool, status: int, start: str
) -> None:
    amina = await client.newcomer("Amina")
    await amina.start()
    await client.do("faults", at={1: fault}, retry_after_s=7)
    answer = await send(sandbox, amina.id)
    assert answer[0] == status
    assert answer[1].startswith(start)
    assert len(await amina.messages()) == (2 if done else 1)


async def test_an_outage_refuses_connections_and_ends(sandbox: RunningSandbox, client: SandboxClient) -> None:
    amina = await client.newcomer("Amina")
    await amina.start()
    sandbox._hang_up()
    with pytest.raises(aiohttp.ClientConnectorError):
        await send(sandbox, amina.id)
    await sandbox.listen(sandbox.port)
    assert (await send(sandbox, amina.id))[0] == 200


def test_the_same_seed_gives_the_same_faults() -> None:
    script = FaultScript.from_json({"seed": 7, "rates": {"reset_before": 0.2, "truncated": 0.2}})

    def run() -> list[Fault | None]:
        faults = Faults(script)
        return [faults.next("sendMessage") for _ in range(200)]

    first = run()
    assert first == run()
    assert 50 < sum(fault is not None for fault in first) < 110
    assert set(first) == {None, Fault.RESET_BEFORE, Fault.TRUNCATED}


def test_fetching_updates_is_spared_unless_named() -> None:
    script = FaultScript.from_json({"rates": {"flood": 1}})
    assert Faults(script).next("getUpdates") is None
    assert (
        Faults(FaultScript.from_json({"rates": {"flood": 1}, "methods": ["getUpdates"]})).next("getUpdates")
        is Fault.FLOOD
    )


async def test_the_ledger_tells_who_was_sent_what(sandbox: RunningSandbox, client: SandboxClient) -> None:
    amina = await client.newcomer("Amina")
    await amina.start()
    await send(sandbox, amina.id, "bonjour")
    await send(sandbox, 5, "perdu")
    first, second = await client.ledger()
    assert first["parameters"] == {"chat_id": amina.id, "text": "bonjour"}
    assert (first["method"], first["status"], first["message_id"]) == ("sendMessage", 200, 2)
    assert (second["status"], second["description"]) == (400, "Bad Request: chat not found")
    assert [call["number"] for call in await client.ledger(after=1)] == [2]
