"""A Bot API that goes wrong in one chosen way, on a bare socket: what a network can do below HTTP."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any

Reply = Callable[["Exchange"], Awaitable[None]]
_LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)


class Exchange:
    """One request that was read to its end, and what can be done to its connection."""

    def __init__(self, method: str, body: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        self.method = method
        self.body = body
        self.writer = writer

    async def raw(self, content: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(content)
        await self.writer.drain()

    async def answer(self, code: int, content: bytes, kind: str = "application/json") -> None:
        """A whole HTTP answer."""
        head = f"HTTP/1.1 {code} Status\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
        await self.raw(head.encode() + content)

    async def json(self, code: int, body: dict[str, Any]) -> None:
        """An answer of the Bot API."""
        await self.answer(code, json.dumps(body).encode())

    async def reset(self) -> None:
        """Cut the connection hard (RST)."""
        taken: socket.socket = self.writer.get_extra_info("socket")
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def hang_up(self) -> None:
        """Close the connection politely, without an answer."""
        self.writer.close()


class OddServer:
    """Answers every call with `reply`; `seen` lists the methods and bodies that came."""

    def __init__(self, reply: Reply, *, tls: ssl.SSLContext | None = None) -> None:
        self.reply = reply
        self.tls = tls
        self.seen: list[tuple[str, dict[str, Any]]] = []
        self.connections = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.url = ""

    async def __aenter__(self) -> OddServer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = _LENGTH.search(head)
                body = await reader.readexactly(int(length[1])) if length else b""
                method = head.split(b" ", 2)[1].decode().rpartition("/")[2]
                self.seen.append((method, json.loads(body or b"{}")))
                await self.reply(Exchange(method, self.seen[-1][1], writer))
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self._tasks.discard(task)


def ok(result: Any) -> dict[str, Any]:
    """The body of a good answer."""
    return {"ok": True, "result": result}


def refusal(code: int, text: str, **parameters: int) -> dict[str, Any]:
    """The body of a refusal."""
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": text}
    return body | {"parameters": parameters} if parameters else body
