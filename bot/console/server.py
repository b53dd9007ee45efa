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


class WebServer:
    """Serves routes on one port until stopped. A reverse proxy in front gives it the outside world and TLS."""

    def __init__(self, routes: Sequence[BaseRoute], *, port: int, host: str = HOST) -> None:
        self._app = Starlette(routes=list(routes))
        self._host = host
        self.port = port
        self._server: uvicorn.Server | None = None
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
        self._server = uvicorn.Server(config)
        self._task = asyncio.create_task(self._serve(listener), name="web")

    async def _serve(self, listener: socket.socket) -> None:
        assert self._server is not None
        # uvicorn would take over SIGINT and SIGTERM, which belong to the guichet as a whole.
        self._server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
        await self._server.serve(sockets=[listener])

    async def stop(self) -> None:
        """Finish answers under way and close."""
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await asyncio.gather(self._task, return_exceptions=True)
