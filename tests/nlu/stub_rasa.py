"""A Rasa server that answers as told: properly, or in one of the ways real ones go wrong.

Raw TCP on 127.0.0.1, because the faults worth testing are those no HTTP library would send.
"""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import orjson

Behaviour = Callable[[asyncio.StreamWriter, bytes], Awaitable[None]]


@dataclass(slots=True)
class StubRasa:
    """What was asked, and how to answer; `behaves` may be changed between two questions."""

    behaves: Behaviour
    port: int = 0
    #: Raw bodies received.
    bodies: list[bytes] = field(default_factory=list)
    #: Request lines received.
    requests: list[str] = field(default_factory=list)
    connections: int = 0
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def asked(self, times: int) -> None:
        """Wait until that many questions have arrived."""
        async with self._news:
            await self._news.wait_for(lambda: len(self.bodies) >= times)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")
                size = next(int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length"))
                body = await reader.readexactly(size)
                self.requests.append(lines[0])
                async with self._news:
                    self.bodies.append(body)
                    self._news.notify_all()
                await self.behaves(writer, body)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def stub_rasa(behaves: Behaviour, port: int = 0) -> AsyncIterator[StubRasa]:
    """Serve on 127.0.0.1 until the block ends, hanging requests included."""
    stub = StubRasa(behaves)
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        await stub.serve(reader, writer)

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    stub.port = server.sockets[0].getsockname()[1]
    try:
        yield stub
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def answers(reply: object, *, status: str = "200 OK", kind: str = "application/json") -> Behaviour:
    """Answer with JSON, or with raw bytes when `reply` is bytes."""
    body = reply if isinstance(reply, bytes) else orjson.dumps(reply)

    async def behave(writer: asyncio.StreamWriter, _: bytes) -> None:
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        )
        await writer.drain()

    return behave


def parse_reply(intent: str | None, confidence: object, **more: object) -> dict[str, object]:
    """A reply as Rasa 3.6 sends it."""
    ranking = more.pop("intent_ranking", [{"name": intent, "confidence": confidence}])
    return {
        "text": "…",
        "intent": {"name": intent, "confidence": confidence},
        "entities": [],
        "text_tokens": [[0, 1]],
        "intent_ranking": ranking,
        **more,
    }


async def hangs(writer: asyncio.StreamWriter, _: bytes) -> None:
    await asyncio.sleep(3600)


async def closes(writer: asyncio.StreamWriter, _: bytes) -> None:
    raise ConnectionError


async def resets(writer: asyncio.StreamWriter, _: bytes) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")
    writer.transport.abort()
    raise ConnectionError


async def drips(writer: asyncio.StreamWriter, _: bytes) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def truncates(writer: asyncio.StreamWriter, _: bytes) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"intent": {"na')
    raise ConnectionError


async def talks_nonsense(writer: asyncio.StreamWriter, _: bytes) -> None:
    writer.write(b"\x16\x03\x01\x02\x00 this is not HTTP\r\n\r\n")
    raise ConnectionError


async def floods_headers(writer: asyncio.StreamWriter, _: bytes) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(20_000):
        writer.write(f"X-{number}: {'y' * 100}\r\n".encode())
        await writer.drain()
    raise ConnectionError


async def ten_megabytes(writer: asyncio.StreamWriter, _: bytes) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _number in range(160):
        writer.write(b"10000\r\n" + b" " * 65_536 + b"\r\n")
        await writer.drain()
    writer.write(b"0\r\n\r\n")


def gzip_bomb() -> Behaviour:
    body = gzip.compress(b" " * 10_000_000)

    async def behave(writer: asyncio.StreamWriter, _: bytes) -> None:
        writer.write(
            f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        )
        await writer.drain()

    return behave
