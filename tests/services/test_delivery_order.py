"""Whatever the network does, one person's messages keep their order and none is lost without a word (R5)."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channel.client import REPEAT_MARK
from tests.channel.odd_server import Exchange, OddServer, Reply
from tests.services.post import close_post, open_post, say
from tests.services.test_delivery import TOKEN, Telegram, saying


def faults(telegram: Telegram) -> dict[str, Reply]:
    """Everything that can happen to a call, by name."""

    async def page(exchange: Exchange) -> None:
        await exchange.answer(502, b"<html>", "text/html")

    async def page_after(exchange: Exchange) -> None:
        telegram.take(exchange)
        await page(exchange)

    async def half_after(exchange: Exchange) -> None:
        telegram.take(exchange)
        await exchange.raw(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"ok":true')
        await exchange.hang_up()

    return {
        "none": telegram.accept,
        "reset before": Exchange.reset,
        "reset after": telegram.accept_and_reset,
        "hang up before": Exchange.hang_up,
        "page before": page,
        "page after": page_after,
        "half after": half_after,
        "flood": saying(429, "Too Many Requests: retry after 3", retry_after=3),
        "server error": saying(500, "Internal Server Error"),
    }


NAMES = sorted(faults(Telegram()))
MESSAGES = st.lists(st.tuples(st.sampled_from([1, 2, 3]), st.booleans()), min_size=1, max_size=14)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(MESSAGES, st.lists(st.sampled_from(NAMES), max_size=14), st.lists(st.integers(1, 5), max_size=4))
def test_order_holds_and_nothing_is_lost_unflagged(
    messages: list[tuple[int, bool]], script: list[str], commits: list[int]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(played(Path(folder), messages, script, commits))


async def played(folder: Path, messages: list[tuple[int, bool]], script: list[str], commits: list[int]) -> None:
    telegram = Telegram()
    telegram.script = [faults(telegram)[name] for name in script]
    queued: list[tuple[int, int, str, bool]] = []
    async with OddServer(telegram.reply) as server:
        post = await open_post(folder, TOKEN, server.url)
        await post.sender.start()
        people: dict[int, Any] = {chat: await post.welcome(chat) for chat in (1, 2, 3)}
        waiting = [(chat, f"mot {number:02}", vital) for number, (chat, vital) in enumerate(messages)]
        while waiting:
            size = commits.pop() if commits else 1
            batch, waiting = waiting[:size], waiting[size:]
            rows = await post.queue(*(say(people[chat], text, vital=vital) for chat, text, vital in batch))
            queued += [(row.id, *said) for row, said in zip(rows, batch, strict=True)]
        await post.settled()
        await close_post(post)
    flagged = set(post.news.of("uncertain"))
    assert {kind for kind, _ in post.news.told} <= {"uncertain"}
    for ident, chat, text, vital in queued:
        plain, marked = (telegram.arrived.count((chat, mark + text)) for mark in ("", REPEAT_MARK))
        assert plain <= 1 and marked <= int(vital)
        assert plain + marked or ident in flagged
    for chat in people:
        texts = [text.removeprefix(REPEAT_MARK) for where, text in telegram.arrived if where == chat]
        assert texts == sorted(texts)
