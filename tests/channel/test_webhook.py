"""Our own webhook route over real HTTP (A06, A13–A15)."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
import uvicorn
from starlette.applications import Starlette

from bot.channel.webhook import SECRET_HEADER, Accepts, webhook_route
from bot.errors import StoreError
from bot.ports import Arrival, InboxRow
from bot.services.intake import Intake
from bot.store import keys_from, open_store
from bot.store.sqlite import connect
from tests.patience import PATIENCE_S
from tests.services.post import until

NOW = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
SECRET = "s3cret_of_the_hook"
KEYS = keys_from(bytes(range(32)))
#: Seconds after which a slow one is given up, where that is what is tested.
SOON_S = 0.5
UPDATE = b'{"update_id":7,"message":{"message_id":3,"date":0,"chat":{"id":5,"type":"private"},"text":"canari"}}'
DEEP = UPDATE.replace(b"message", b"edited_message", 1).replace(b'"canari"', b"[" * 1010 + b"]" * 1010)
GOOD = {SECRET_HEADER: SECRET, "Content-Type": "application/json"}


class Keeper:
    """Keeps what is accepted, or does not."""

    def __init__(self) -> None:
        self.kept: list[int] = []
        self.odd: list[bytes] = []
        self.is_locked = False
        self.is_slow = False

    async def accept(
        self, arrivals: Sequence[Arrival], *, odd: Sequence[bytes] = (), offset: int | None = None
    ) -> None:
        if self.is_locked:
            raise StoreError("locked")
        if self.is_slow:
            await asyncio.sleep(3600)
        assert offset is None
        self.kept += [arrival.update_id for arrival in arrivals]
        self.odd += odd


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


@asynccontextmanager
async def serving(accept: Accepts, *, timeout_s: float = PATIENCE_S) -> AsyncIterator[str]:
    """The route on a port of its own."""
    route = webhook_route(
        "/hook", secret=SECRET, accept=accept, clock=lambda: NOW, body_timeout_s=timeout_s, store_timeout_s=timeout_s
    )
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(Starlette(routes=[route]), log_level="critical", lifespan="off", ws="none")
        )
        task = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.005)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/hook"
        server.should_exit = True
        server.force_exit = True
        await task


@pytest.fixture
async def url(keeper: Keeper) -> AsyncIterator[str]:
    async with serving(keeper.accept) as one:
        yield one


@pytest.fixture
async def hasty(keeper: Keeper) -> AsyncIterator[str]:
    """The same, where a slow sender and a slow store are given up soon."""
    async with serving(keeper.accept, timeout_s=SOON_S) as one:
        yield one


async def post(url: str, body: bytes = UPDATE, headers: dict[str, str] | None = None) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, data=body, headers=GOOD if headers is None else headers) as answer,
    ):
        assert await answer.read() == b""
        return answer.status, answer.headers.get("Retry-After", "")


async def test_update_is_kept_before_it_is_confirmed(url: str, keeper: Keeper) -> None:
    assert await post(url) == (200, "")
    assert keeper.kept == [7]


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/json"},
        GOOD | {SECRET_HEADER: ""},
        GOOD | {SECRET_HEADER: SECRET + "x"},
        GOOD | {SECRET_HEADER: SECRET[:-1]},
        GOOD | {SECRET_HEADER: SECRET.upper()},
    ],
)
async def test_a14_without_the_secret_nothing_is_kept(url: str, keeper: Keeper, headers: dict[str, str]) -> None:
    assert (await post(url, headers=headers))[0] == 403
    assert (keeper.kept, keeper.odd) == ([], [])


def test_a14_a_webhook_without_a_secret_cannot_be_made(keeper: Keeper) -> None:
    with pytest.raises(ValueError):
        webhook_route("/hook", secret="", accept=keeper.accept, clock=lambda: NOW)


async def test_a13_wrong_kind_and_size(url: str, keeper: Keeper) -> None:
    assert (await post(url, headers=GOOD | {"Content-Type": "text/plain"}))[0] == 415
    assert (await post(url, b" " * (1024 * 1024 + 1)))[0] == 413
    assert keeper.kept == []


async def test_a13_endless_chunks_are_cut_off(url: str, keeper: Keeper) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 65_536

    async with aiohttp.ClientSession() as http:
        try:
            async with http.post(url, data=endless(), headers=GOOD) as answer:
                assert answer.status == 413
        except aiohttp.ClientError:
            pass  # cut before the answer was read
    assert await post(url) == (200, "")


async def test_a13_slow_sender_is_given_up_and_holds_up_nobody(hasty: str, keeper: Keeper) -> None:
    port = int(hasty.rpartition(":")[2].partition("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST /hook HTTP/1.1\r\nHost: x\r\n{SECRET_HEADER}: {SECRET}\r\nContent-Type: application/json\r\n"
    writer.write(head.encode() + b"Content-Length: 100\r\n\r\n{")
    assert await post(hasty) == (200, "")
    assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")
    writer.close()
    assert keeper.kept == [7]


async def test_a15_what_cannot_be_stored_is_not_confirmed(hasty: str, keeper: Keeper) -> None:
    keeper.is_locked = True
    assert await post(hasty) == (503, "5")
    keeper.is_locked = False
    keeper.is_slow = True
    assert await post(hasty) == (503, "5")
    keeper.is_slow = False
    assert await post(hasty) == (200, "")
    assert keeper.kept == [7]


async def test_a15_what_is_stored_after_all_is_handed_on_although_it_was_not_confirmed(tmp_path: Path) -> None:
    path = tmp_path / "guichet.db"
    store = await open_store(f"sqlite:///{path}", KEYS, clock=lambda: NOW)
    handed: list[InboxRow] = []
    intake = Intake(store, on_rows=handed.extend)
    other = connect(path, KEYS)
    async with serving(intake.accept, timeout_s=SOON_S) as url:
        other.execute("BEGIN IMMEDIATE")  # another process holds the file
        assert await post(url) == (503, "5")
        other.execute("ROLLBACK")
        await until(lambda: len(handed) == 1)
        assert await post(url) == (200, "")  # Telegram tries again: a repeat by now
    assert (await store.waiting(), intake.repeated) == (handed, 1)
    other.close()
    await store.close()


@pytest.mark.parametrize("body", [b"canari", b"[]", b'{"update_id":"7"}', b"\xff\xfe", b"[" * 50_000, DEEP])
async def test_a10_poison_is_set_aside_and_not_sent_again(url: str, keeper: Keeper, body: bytes) -> None:
    assert await post(url, body) == (200, "")
    assert keeper.kept == []
    [kept] = keeper.odd
    assert json.loads(kept)["bytes"] == len(body) and b"canari" not in kept


async def test_only_posts(url: str, keeper: Keeper) -> None:
    async with aiohttp.ClientSession() as http, http.get(url, headers=GOOD) as answer:
        assert answer.status == 405
