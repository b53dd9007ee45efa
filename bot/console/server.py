"""The web server inside the guichet's own event loop: health, webhook, console."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.errors import SettingsError

HOST = "127.0.0.1"
#: While answers under way are finished, how often is looked whether they are.
LOOK_S = 0.01


class WebServer:
    """Serves routes on one port until stopped. A reverse proxy in front gives it the outside world and TLS."""

    def __init__(self, routes: Sequence[BaseRoute], *, port: int, host: str = HOST) -> None:
        self._app = Starlette(routes=list(routes))
        self._host = host
        self.port = port
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen. Raises SettingsError with one sentence when the port is taken."""
        try:
            listener = socket.create_server((self._host, self.port), backlog=512)
        except OSError as exc:
            if exc.errno in (errno.EADDRINUSE, errno.EACCES):
                raise SettingsError(
                    f"Port {self.port} is taken or not allowed: stop the other program, or set GUICHET_PORT."
                ) from exc
            raise
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            self._app, log_config=None, access_log=False, lifespan="off", server_header=False, date_header=False
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._serve(listener), name="web")

    async def _serve(self, listener: socket.socket) -> None:
        assert self._server is not None
        await self._server.serve(sockets=[listener])

    async def stop(self) -> None:
        """Finish answers under way and close."""
        if self._server is not None and self._task is not None:
            self._server.end()
            await asyncio.gather(self._task, return_exceptions=True)


class _Server(uvicorn.Server):
    """uvicorn inside a program that has other work: it leaves signals alone, never wakes for nothing, ends at once."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._ended = asyncio.Event()

    def end(self) -> None:
        """Take nothing new and finish what is under way."""
        self.should_exit = True
        self._ended.set()

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        """SIGINT and SIGTERM belong to the guichet as a whole."""
        return contextlib.nullcontext()

    async def main_loop(self) -> None:
        """uvicorn looks ten times a second whether a header of the date, a limit or a signal wants it; none does."""
        await self._ended.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, which sleeps a tenth of a second even when nobody is connected."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(LOOK_S)
