"""The web server inside the guichet's loop: what is under way is answered, and signals are the guichet's."""

from __future__ import annotations

import asyncio
import signal

import aiohttp
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.console.server import WebServer


async def test_an_answer_under_way_is_finished_and_nothing_new_is_taken() -> None:
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def slowly(request: Request) -> Response:
        asked.set()
        await may_answer.wait()
        return PlainTextResponse("whole")

    server = WebServer([Route("/", slowly)], port=0)
    await server.start()
    url = f"http://127.0.0.1:{server.port}/"
    async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as work:
        answer = work.create_task(http.get(url))
        await asked.wait()
        end = work.create_task(server.stop())
        with pytest.raises(ConnectionRefusedError):
            while True:
                _, writer = await asyncio.open_connection("127.0.0.1", server.port)
                writer.close()
        assert await asyncio.wait({end}, timeout=0.1) == (set(), {end})
        may_answer.set()
        assert await (await answer).text() == "whole"


async def test_signals_are_left_to_the_guichet() -> None:
    before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
    server = WebServer([], port=0)
    await server.start()
    await asyncio.sleep(0)  # its task begins
    assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)] == before
    await server.stop()
