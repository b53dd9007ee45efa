"""Long polling: what is fetched, what is set aside, what the errors mean (A10–A12, A16, A19, A20)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channel.feed import TelegramFeed, cut_apart
from bot.channel.read import KINDS
from bot.channel.transport import Transport
from bot.errors import FeedError
from bot.ports import Fetched
from tests.channel.odd_server import Exchange, OddServer, Reply, ok, refusal

NOW = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
TOKEN = "4242:canary"


def message(update_id: int, text: str = "x") -> dict[str, Any]:
    chat = {"id": 5, "type": "private"}
    return {"update_id": update_id, "message": {"message_id": update_id, "date": 0, "chat": chat, "text": text}}


def answering(content: bytes, code: int = 200) -> Reply:
    async def reply(exchange: Exchange) -> None:
        await exchange.answer(code, content)

    return reply


async def fetch(server: OddServer, offset: int | None = None) -> Fetched:
    transport = Transport(TOKEN, server.url)
    try:
        return await TelegramFeed(transport, lambda: NOW, wait_s=1).fetch(offset)
    finally:
        await transport.close()


async def test_updates_come_with_the_offset_that_follows_them() -> None:
    async with OddServer(answering(json.dumps(ok([message(8), message(12)])).encode())) as server:
        fetched = await fetch(server, offset=8)
        assert [arrival.update_id for arrival in fetched.arrivals] == [8, 12]
        assert (fetched.odd, fetched.offset, fetched.missing) == ((), 13, 3)
        assert json.loads(fetched.arrivals[0].payload or b"") == message(8)
        assert server.seen == [
            ("getUpdates", {"timeout": 1, "limit": 100, "allowed_updates": list(KINDS), "offset": 8})
        ]


async def test_nothing_new_moves_nothing() -> None:
    async with OddServer(answering(b'{"ok":true,"result":[]}')) as server:
        assert await fetch(server) == Fetched()


ODD_ONES = {
    "no update id": b'{"message":{"text":"canari"}}',
    "odd chat": b'{"update_id":50,"message":{"message_id":1,"chat":"canari"}}',
    "lone surrogate": b'{"update_id":50,"message":{"text":"\\ud800"}}',
    "too deep": b'{"update_id":50,"message":' + b'{"a":' * 3000 + b"1" + b"}" * 3000 + b"}",
    "read, and too deep to be written": b'{"update_id":50,"edited_message":{"message_id":1,"edit_date":1,"chat":'
    b'{"id":5,"type":"private"},"text":' + b"[" * 1010 + b"]" * 1010 + b"}}",
    "a number": b"7",
    "not JSON": b'{"update_id":50,"message":canari}',
    "a bracket in a text": b'{"update_id":50,"message":{"text":"]}\\"]"},,}',
}


@pytest.mark.parametrize("odd", ODD_ONES.values(), ids=ODD_ONES.keys())
async def test_a10_one_odd_update_in_a_hundred_is_set_aside(odd: bytes) -> None:
    good = [json.dumps(message(number)).encode() for number in range(1, 100)]
    body = b'{"ok":true,"result":[' + b",".join([*good[:50], odd, *good[50:]]) + b"]}"
    async with OddServer(answering(body)) as server:
        fetched = await fetch(server)
        assert [arrival.update_id for arrival in fetched.arrivals] == list(range(1, 100))
        assert fetched.offset == 100
        [kept] = fetched.odd
        assert json.loads(kept)["bytes"] > 0 and b"canari" not in kept


async def test_offset_moves_past_an_odd_update_that_comes_last() -> None:
    body = json.dumps(ok([message(8), {"update_id": 9, "message": {"chat": 1}}])).encode()
    async with OddServer(answering(body)) as server:
        fetched = await fetch(server)
        assert (len(fetched.arrivals), len(fetched.odd), fetched.offset) == (1, 1, 10)


ERRORS: dict[str, tuple[Reply, dict[str, Any]]] = {
    "A16 another poller": (answering(json.dumps(refusal(409, "Conflict: terminated")).encode(), 409), {"taken": True}),
    "A20 revoked": (answering(json.dumps(refusal(401, "Unauthorized")).encode(), 401), {"unauthorised": True}),
    "flood": (
        answering(json.dumps(refusal(429, "Too Many Requests", retry_after=9)).encode(), 429),
        {"retry_after_s": 9.0},
    ),
    "a page": (answering(b"<html>", 502), {}),
    "a truncated answer": (answering(b'{"ok":true,"result":[{"update_id":1,"mess'), {}),
    "no list": (answering(b'{"ok":true,"result":true}'), {}),
    "reset": (Exchange.reset, {}),
}


@pytest.mark.parametrize("reply, expected", ERRORS.values(), ids=ERRORS.keys())
async def test_errors_say_what_to_do(reply: Reply, expected: dict[str, Any]) -> None:
    async with OddServer(reply) as server:
        with pytest.raises(FeedError) as caught:
            await fetch(server)
        error = caught.value
        known = {"retry_after_s": error.retry_after_s, "taken": error.taken, "unauthorised": error.unauthorised}
        assert {name: value for name, value in known.items() if value} == expected
        assert TOKEN not in str(error)


async def test_a19_nothing_that_waits_is_ever_dropped() -> None:
    async with OddServer(answering(b'{"ok":true,"result":true}')) as server:
        transport = Transport(TOKEN, server.url)
        feed = TelegramFeed(transport, lambda: NOW)
        await feed.listen_by_polling()
        await feed.listen_by_webhook("https://guichet.example/hook", "secret")
        await transport.close()
        assert [body["drop_pending_updates"] for _, body in server.seen] == [False, False]


async def test_server_without_webhooks_is_polled_all_the_same() -> None:
    async with OddServer(answering(json.dumps(refusal(404, "Not Found: method not found")).encode(), 404)) as server:
        transport = Transport(TOKEN, server.url)
        await TelegramFeed(transport, lambda: NOW).listen_by_polling()
        await transport.close()


async def test_refused_webhook_is_one_sentence_for_the_operator() -> None:
    body = json.dumps(refusal(400, "Bad Request: bad webhook: Failed to resolve host")).encode()
    async with OddServer(answering(body, 400)) as server:
        transport = Transport(TOKEN, server.url)
        with pytest.raises(FeedError) as caught:
            await TelegramFeed(transport, lambda: NOW).listen_by_webhook("https://guichet.exmaple/hook", "secret")
        await transport.close()
    assert caught.value.refused
    assert str(caught.value) == (
        "Telegram refuses the webhook (TELEGRAM_WEBHOOK_URL): Bad webhook: failed to resolve host"
    )


async def test_a16_webhook_of_another_program_is_told_apart() -> None:
    words = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete it first"
    async with OddServer(answering(json.dumps(refusal(409, words)).encode(), 409)) as server:
        with pytest.raises(FeedError) as caught:
            await fetch(server)
    assert caught.value.taken and "set a webhook" in str(caught.value)


def test_cutting_apart_minds_texts_and_escapes() -> None:
    assert cut_apart(rb'{"ok":true,"result":[{"a":"]}\"{"},{"b":[1,{"c":2}]}]}') == [
        rb'{"a":"]}\"{"}',
        b'{"b":[1,{"c":2}]}',
    ]
    assert cut_apart(b'{"result":[{"a":1},{"b"') == []
    assert cut_apart(b"") == []
