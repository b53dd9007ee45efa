"""Every way in which a call can go wrong on a real socket, and what it means for the message (B01–B12)."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from telegram.error import TelegramError

from bot.channel.client import TelegramMessenger
from bot.channel.transport import Transport
from bot.errors import DeliveryError
from bot.ports import OutboxRow, Receipt, Verb
from tests.channel.odd_server import Exchange, OddServer, Reply, ok, refusal
from tests.channel.rows import to_newcomer, to_team

TOKEN = "4242:canary_of_the_token_that_no_log_may_show"
SENT = {"message_id": 7, "date": 0, "chat": {"id": 5, "type": "private"}, "text": "Bonjour"}


def saying(code: int, text: str, **parameters: int) -> Reply:
    async def reply(exchange: Exchange) -> None:
        await exchange.json(code, refusal(code, text, **parameters))

    return reply


def sending(content: bytes) -> Reply:
    async def reply(exchange: Exchange) -> None:
        await exchange.raw(content)
        await exchange.hang_up()

    return reply


def whole(code: int, body: dict[str, Any]) -> bytes:
    content = json.dumps(body).encode()
    return f"HTTP/1.1 {code} Status\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content


def page(code: int) -> Reply:
    """What something between us and Telegram answers."""

    async def reply(exchange: Exchange) -> None:
        await exchange.answer(code, f"<html><h1>{code} Bonjour</h1></html>".encode(), "text/html")

    return reply


html = page(502)


async def silence(exchange: Exchange) -> None:
    await asyncio.sleep(60)


async def good(exchange: Exchange) -> None:
    await exchange.json(200, ok(SENT))


def fields(error: DeliveryError) -> dict[str, Any]:
    """What the sender decides by, without what is not set."""
    every = (
        "permanent",
        "uncertain",
        "retry_after_s",
        "unreachable",
        "topic_gone",
        "migrated_to",
        "unauthorised",
    )
    return {name: getattr(error, name) for name in every if getattr(error, name) not in (False, None)}


async def failure(url: str, row: OutboxRow, *, read_timeout_s: float = 5.0) -> dict[str, Any]:
    messenger = TelegramMessenger(TOKEN, url, transport=Transport(TOKEN, url, read_timeout_s=read_timeout_s))
    try:
        with pytest.raises(DeliveryError) as caught:
            await messenger.deliver(row)
        assert TOKEN not in repr(caught.value)
        assert "Bonjour" not in str(caught.value)
        return fields(caught.value)
    finally:
        await messenger.close()


CASES: dict[str, tuple[Reply | Callable[[Exchange], Awaitable[None]], dict[str, Any]]] = {
    "B02 reset after the body": (Exchange.reset, {"uncertain": True}),
    "B02 closed without an answer": (Exchange.hang_up, {"uncertain": True}),
    "B02 half a status line": (sending(b"HTTP/1.1 20"), {"uncertain": True}),
    "B02 head without its body": (
        sending(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"ok":true'),
        {"uncertain": True},
    ),
    "B02 not HTTP": (sending(b"SSH-2.0-OpenSSH_9.2\r\n"), {"uncertain": True}),
    "B04 flood": (saying(429, "Too Many Requests: retry after 17", retry_after=17), {"retry_after_s": 17.0}),
    "B04 flood without a time": (saying(429, "Too Many Requests"), {"retry_after_s": 5.0}),
    "B05 500 explained": (saying(500, "Internal Server Error"), {}),
    "B05 502 explained": (saying(502, "Bad Gateway"), {}),
    "B05 503 explained": (saying(503, "Service Unavailable"), {}),
    "B05 504 explained": (saying(504, "Gateway Timeout"), {}),
    "B05 a page": (html, {"uncertain": True}),
    "B05 a page that forbids": (page(403), {"uncertain": True}),
    "B05 a page that finds nothing": (page(404), {"uncertain": True}),
    "B05 a page that says too many": (page(429), {"uncertain": True}),
    "B05 truncated JSON": (
        sending(b'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"ok":true,"result":'),
        {"uncertain": True},
    ),
    "B05 a list": (sending(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"), {"uncertain": True}),
    "B06 blocked": (saying(403, "Forbidden: bot was blocked by the user"), {"permanent": True, "unreachable": True}),
    "B07 deactivated": (saying(403, "Forbidden: user is deactivated"), {"permanent": True, "unreachable": True}),
    "B07 not found": (saying(400, "Bad Request: chat not found"), {"permanent": True, "unreachable": True}),
    "B08 no right": (
        saying(400, "Bad Request: not enough rights to send text messages to the chat"),
        {"unreachable": True},
    ),
    "B09 migrated": (
        saying(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1009),
        {"migrated_to": -1009},
    ),
    "B14 markup": (
        saying(400, "Bad Request: can't parse entities: Bonjour"),
        {"permanent": True},
    ),
    "B04 flood under a status of success": (
        sending(whole(200, refusal(429, "Too Many Requests: retry after 17", retry_after=17))),
        {"retry_after_s": 17.0},
    ),
    "B05 a result of another kind": (sending(whole(200, ok(True))), {"uncertain": True}),
    "B05 a result without an id": (sending(whole(200, ok({"date": 0}))), {"uncertain": True}),
    "A20 revoked": (saying(401, "Unauthorized"), {"unauthorised": True}),
    "A20 malformed token": (saying(404, "Not Found"), {"unauthorised": True}),
}


@pytest.mark.parametrize("reply, expected", CASES.values(), ids=CASES.keys())
async def test_fault_has_its_class_in_every_verb(reply: Reply, expected: dict[str, Any]) -> None:
    async with OddServer(reply) as server:
        assert await failure(server.url, to_newcomer(5)) == expected
        copied = to_newcomer(5, verb=Verb.COPY, copy_from=3, source=-100, rendered=None)
        assert await failure(server.url, copied) == expected


async def test_only_what_is_needed_of_an_answer_has_to_be_there() -> None:
    """Servers older and newer than our library leave out, add and rename fields."""
    answers: dict[str, Any] = {
        "getMe": {"id": 4242},
        "getChat": {"id": -100, "title": "Équipe", "shape": {"new": True}},
        "getChatMember": {"status": "administrator", "user": {"id": 9, "first_name": "Claire"}},
        "createForumTopic": {"message_thread_id": 7},
    }

    async def reply(exchange: Exchange) -> None:
        await exchange.json(200, ok(answers.get(exchange.method, {"message_id": 7})))

    async with OddServer(reply) as server:
        messenger = TelegramMessenger(TOKEN, server.url)
        assert (await messenger.identity()).id == 4242
        assert await messenger.is_private(-100)
        assert await messenger.first_name(-100, 9) == "Claire"
        opened = to_team(-100, thread=None, verb=Verb.OPEN_TOPIC, title="Mésange 42", rendered=None)
        assert await messenger.deliver(opened) == Receipt(thread=7)
        copied = to_newcomer(5, verb=Verb.COPY, copy_from=3, source=-100, rendered=None)
        assert await messenger.deliver(copied) == Receipt(message_id=7)
        await messenger.close()


async def test_answer_that_does_not_say_who_we_are_is_no_end() -> None:
    async with OddServer(sending(whole(200, ok(True)))) as server:
        messenger = TelegramMessenger(TOKEN, server.url)
        with pytest.raises(DeliveryError) as caught:
            await messenger.identity()
        assert fields(caught.value) == {"uncertain": True}
        with pytest.raises(TelegramError):
            await messenger.is_private(-100)
        assert await messenger.first_name(-100, 9) is None
        await messenger.close()


async def test_b02_silence_is_uncertain() -> None:
    async with OddServer(silence) as server:
        assert await failure(server.url, to_newcomer(5), read_timeout_s=0.2) == {"uncertain": True}


async def test_b01_refused_connection_is_certainly_not_sent() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        assert await failure(url, to_newcomer(5)) == {}


async def test_b01_unknown_name_is_certainly_not_sent() -> None:
    assert await failure("http://name.invalid", to_newcomer(5)) == {}


async def test_b10_lost_topic_is_told_apart() -> None:
    async with OddServer(saying(400, "Bad Request: message thread not found")) as server:
        assert await failure(server.url, to_team(-100, thread=9)) == {"topic_gone": True}


async def test_b10_nothing_goes_to_general_while_the_topic_is_not_open() -> None:
    async with OddServer(good) as server:
        assert await failure(server.url, to_team(-100, thread=None)) == {"topic_gone": True}
        assert server.seen == []


async def test_b11_not_modified_is_a_success() -> None:
    reply = saying(400, "Bad Request: message is not modified: specified new message content is exactly the same")
    async with OddServer(reply) as server:
        messenger = TelegramMessenger(TOKEN, server.url)
        assert await messenger.deliver(to_newcomer(5, verb=Verb.EDIT, message_id=3)) == Receipt(message_id=3)
        assert await messenger.deliver(to_newcomer(5, verb=Verb.EDIT_BUTTONS, message_id=3)) == Receipt(message_id=3)
        await messenger.close()


@pytest.mark.parametrize("text", ["message to edit not found", "message can't be edited"])
async def test_b11_message_that_cannot_be_edited_is_sent_anew(text: str) -> None:
    async def reply(exchange: Exchange) -> None:
        if exchange.method == "editMessageText":
            await exchange.json(400, refusal(400, f"Bad Request: {text}"))
        else:
            await good(exchange)

    async with OddServer(reply) as server:
        messenger = TelegramMessenger(TOKEN, server.url)
        assert await messenger.deliver(to_newcomer(5, verb=Verb.EDIT, message_id=3)) == Receipt(message_id=7)
        assert [method for method, _ in server.seen] == ["editMessageText", "sendMessage"]
        await messenger.close()


@pytest.mark.parametrize("fields", [{}, {"verb": Verb.COPY, "copy_from": 3, "source": 5, "rendered": None}])
async def test_c11_topic_closed_by_hand_is_opened_to_write_in_it(fields: dict[str, Any]) -> None:
    closed = True

    async def reply(exchange: Exchange) -> None:
        nonlocal closed
        if exchange.method == "reopenForumTopic":
            closed = False
            await exchange.json(200, ok(True))
        elif closed:
            await exchange.json(400, refusal(400, "Bad Request: TOPIC_CLOSED"))
        else:
            await good(exchange)

    async with OddServer(reply) as server:
        messenger = TelegramMessenger(TOKEN, server.url)
        assert await messenger.deliver(to_team(-100, thread=9, **fields)) == Receipt(message_id=7)
        await messenger.close()


@pytest.mark.parametrize("verb", [Verb.DELETE, Verb.EDIT_BUTTONS])
async def test_what_is_gone_needs_no_deleting(verb: Verb) -> None:
    async with OddServer(saying(400, "Bad Request: message to delete not found")) as server:
        messenger = TelegramMessenger(TOKEN, server.url)
        assert await messenger.deliver(to_newcomer(5, verb=verb, message_id=3)) == Receipt(message_id=3)
        await messenger.close()


@pytest.mark.parametrize("reply", [saying(400, "Bad Request: query is too old"), html, Exchange.reset])
async def test_b12_press_that_cannot_be_answered_is_let_go(reply: Reply) -> None:
    async with OddServer(reply) as server:
        messenger = TelegramMessenger(TOKEN, server.url)
        await messenger.answer_press("77")
        assert server.seen == [("answerCallbackQuery", {"callback_query_id": "77"})]
        await messenger.close()


async def test_connections_are_kept_and_a_closed_one_is_not_used_again() -> None:
    closes = False

    async def reply(exchange: Exchange) -> None:
        await good(exchange)
        if closes:
            await exchange.hang_up()

    async with OddServer(reply) as server:
        messenger = TelegramMessenger(TOKEN, server.url)
        for _ in range(3):
            await messenger.deliver(to_newcomer(5))
        assert server.connections == 1
        closes = True
        await messenger.deliver(to_newcomer(5))
        closes = False
        await asyncio.sleep(0.02)
        assert await messenger.deliver(to_newcomer(5)) == Receipt(message_id=7)
        assert server.connections == 2
        await messenger.close()


async def test_answers_in_chunks_are_read() -> None:
    body = b'{"ok":true,"result":{"message_id":7}}'
    chunks = b"5\r\n" + body[:5] + b"\r\n" + b"%x;note=1\r\n" % len(body[5:]) + body[5:] + b"\r\n0\r\nA: b\r\n\r\n"

    async def reply(exchange: Exchange) -> None:
        await exchange.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks[:9])
        await asyncio.sleep(0)
        await exchange.raw(chunks[9:])

    async with OddServer(reply) as server:
        messenger = TelegramMessenger(TOKEN, server.url)
        for _ in range(2):
            assert await messenger.deliver(to_newcomer(5)) == Receipt(message_id=7)
        assert server.connections == 1
        await messenger.close()
