"""Start and stop the stand-in, in this process or alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from types import TracebackType

from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage
from aiohttp.web_protocol import RequestHandler

from bot.sandbox.control import Control
from bot.sandbox.pace import Limits
from bot.sandbox.page import Page
from bot.sandbox.people import ADVISER_CHAT_ID, DEMO_TOKEN
from bot.sandbox.server import BODY_LIMIT_BYTES, ApiServer
from bot.sandbox.world import World


class RunningSandbox:
    """A stand-in that listens. Stop it, or use it as an asynchronous context."""

    def __init__(self, world: World, api: ApiServer, host: str, token: str) -> None:
        self.world = world
        self.api = api
        self.token = token
        self.host = host
        self.port = 0
        self._page = Page()
        self._control = Control(api, self.refuse_for)
        self._server = web.Server(
            self._answer,
            request_factory=_request,
            handler_cancellation=True,
            access_log=None,
        )
        self._listener: asyncio.Server | None = None

    @property
    def api_url(self) -> str:
        """For TELEGRAM_API_URL."""
        return f"http://{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The chat page."""
        return f"{self.api_url}/"

    async def listen(self, port: int) -> None:
        """Take connections; raises OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._server, self.host, port, backlog=512)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def refuse_for(self, seconds: float) -> None:
        """Be gone from the network for a while: connections are cut and new ones refused."""
        self._hang_up()
        await asyncio.sleep(seconds)
        await self.listen(self.port)

    async def stop(self) -> None:
        """Cut all connections and end everything that waits."""
        await self.api.stop()
        self._hang_up()
        await self._server.shutdown(timeout=1)

    def _hang_up(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        for connection in self._server.connections:
            if connection.transport is not None:
                connection.transport.abort()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.raw_path
        if self.api.serves(path):
            return await self.api.answer(request)
        if path.startswith("/sandbox/"):
            return await self._control.answer(request)
        return self._page.answer(request)

    async def __aenter__(self) -> RunningSandbox:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


def number_of_now(clock: Callable[[], float] = time.time) -> int:
    """Where a sandbox that starts now begins to count: beyond all that an earlier one has counted.

    It grows by a hundred a second, which nobody who talks to a bot here keeps up with; one a second was caught up
    with by a few scripts, and their bot slept through everything that was said to it after the next start. Ids of
    invented people, `IDS_OF_A_START` for each number, stay within Telegram's 52 bits (Bot API, `User`).
    """
    return int(clock() * 100)


async def start_sandbox(
    *,
    port: int = 0,
    token: str = DEMO_TOKEN,
    adviser_chat_id: int = ADVISER_CHAT_ID,
    limits: Limits | None = None,
    host: str = "127.0.0.1",
    clock: Callable[[], float] = time.time,
    first_update_id: int = 1,
    first_number: int = 1,
    is_strict_poll: bool = True,
    webhook_first_retry_s: float = 1.0,
) -> RunningSandbox:
    """Start the stand-in; port 0 takes any free one.

    Nothing is kept when it stops. A bot that keeps its own memory from one sandbox to the next must not meet the
    same numbers again: give `first_update_id` and `first_number` (messages, topics, files, invented people)
    something that grows faster than they are counted, such as `number_of_now()`.

    `limits` defaults to Telegram's; `Limits.off()` counts nothing. `is_strict_poll` gives one update only
    when the same offset is asked again within half a second, as Telegram does. Raises OSError when the
    port is taken.
    """
    world = World(
        token=token,
        adviser_chat_id=adviser_chat_id,
        limits=limits,
        clock=clock,
        first_update_id=first_update_id,
        first_number=first_number,
        is_strict_poll=is_strict_poll,
    )
    running = RunningSandbox(world, ApiServer(world, token, webhook_first_retry_s=webhook_first_retry_s), host, token)
    await running.listen(port)
    return running


def _request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: RequestHandler,
    writer: AbstractStreamWriter,
    task: asyncio.Task[None],
) -> web.BaseRequest:
    """As aiohttp's own factory, but for requests that carry files."""
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=BODY_LIMIT_BYTES)
