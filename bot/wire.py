"""HTTP/1.1 to one server over kept connections: one request, one answer, and a precise word on what went wrong.

Made for the Bot API and the NLU alone: no redirects, cookies, compression or proxies. In exchange a call costs a fifth
of what a general HTTP client needs (docs/decisions/0015), and "certainly never sent" is known rather than guessed.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Sequence
from typing import Final, cast
from urllib.parse import urlsplit

import aiohappyeyeballs
import certifi

#: Until a connection is there, or one of the others becomes free.
CONNECT_TIMEOUT_S: Final = 10.0
#: Below what servers in front of the Bot API keep idle connections for, so that none is used as it is being closed.
KEEP_ALIVE_S: Final = 15.0
#: An answer of the Bot API is at most about 4 MB (100 updates), a file 20 MB.
ANSWER_LIMIT_BYTES: Final = 24 * 1024 * 1024
_HEAD_LIMIT_BYTES: Final = 64 * 1024


class NeverWritten(Exception):
    """No connection could be had: certainly nothing was asked."""


class Broken(Exception):
    """The connection ended, or spoke something else than HTTP, before the answer was whole."""


class TooLong(Broken):
    """The answer is larger than anything that was asked for."""


class Silent(Exception):
    """Nothing came for too long."""


class Wire:
    """Connections to one server. `limit` requests are under way at once; more wait.

    Raises ValueError for an address that is none.
    """

    def __init__(self, origin: str, *, limit: int = 128, answer_limit_bytes: int = ANSWER_LIMIT_BYTES) -> None:
        address = urlsplit(origin)
        if address.scheme not in {"http", "https"} or not address.hostname:
            raise ValueError("the address of a server begins with https:// or http://")
        self._host = address.hostname
        self._port = address.port or (443 if address.scheme == "https" else 80)
        self._tls = _trust() if address.scheme == "https" else None
        self._host_line = f"Host: {address.netloc.rpartition('@')[2]}\r\n".encode()
        self._idle: list[_Connection] = []
        self._busy: set[_Connection] = set()
        self._room = asyncio.Semaphore(limit)
        self._answer_limit_bytes = answer_limit_bytes

    async def ask(self, verb: str, path: str, body: bytes, content_type: str, *, timeout_s: float) -> tuple[int, bytes]:
        """Status and body of the answer. `timeout_s` is the longest silence. Raises NeverWritten, Broken or Silent."""
        request = b"%b %b HTTP/1.1\r\n%bContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (
            verb.encode(),
            path.encode(),
            self._host_line,
            content_type.encode(),
            len(body),
            body,
        )
        if self._room.locked():
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    await self._room.acquire()
            except TimeoutError:
                raise NeverWritten("no connection became free") from None
        else:
            await self._room.acquire()
        try:
            connection = self._kept() or await self._connected()
            self._busy.add(connection)
            try:
                answer = await connection.exchange(request, timeout_s)
            except BaseException:
                connection.close()
                raise
            finally:
                self._busy.discard(connection)
            if connection.is_open:
                self._idle.append(connection)
            return answer
        finally:
            self._room.release()

    async def close(self) -> None:
        """Close every connection."""
        for connection in (*self._idle, *self._busy):
            connection.close()
        self._idle.clear()

    def _kept(self) -> _Connection | None:
        """The connection used last, so that the others may age and go."""
        now = asyncio.get_running_loop().time()
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open and now - connection.idle_since < KEEP_ALIVE_S:
                return connection
            connection.close()
        return None

    async def _connected(self) -> _Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                sock = await aiohappyeyeballs.start_connection(await self._addresses(), happy_eyeballs_delay=0.25)
                _, connection = await loop.create_connection(
                    lambda: _Connection(self._answer_limit_bytes),
                    sock=sock,
                    ssl=self._tls,
                    server_hostname=self._host if self._tls else None,
                )
        except TimeoutError:
            raise NeverWritten("no connection in time") from None
        except OSError as exc:  # refused, unreachable, unknown name, certificate
            raise NeverWritten(type(exc).__name__) from None
        return connection

    async def _addresses(self) -> Sequence[aiohappyeyeballs.AddrInfoType]:
        try:
            # A number needs nobody to be asked, nor a thread to ask in.
            return socket.getaddrinfo(
                self._host, self._port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
            )
        except socket.gaierror:
            loop = asyncio.get_running_loop()
            return await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)


def _trust() -> ssl.SSLContext:
    """Whom to believe: the system's authorities, and certifi's where a small machine has none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class _Connection(asyncio.Protocol):
    """One connection; one exchange at a time."""

    def __init__(self, answer_limit_bytes: int) -> None:
        self.is_open = False
        self.idle_since = 0.0
        self._answer_limit_bytes = answer_limit_bytes
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._received = bytearray()
        self._heard_at = 0.0
        #: Known once the head was read: where the body begins, how long it is (None: in chunks or to the end).
        self._body_at = 0
        self._status = 0
        self._length: int | None = None
        self._is_chunked = False
        self._is_last = False

    async def exchange(self, request: bytes, timeout_s: float) -> tuple[int, bytes]:
        """Write a request and wait for its answer."""
        assert self._transport is not None
        self._answer = self._loop.create_future()
        self._received.clear()
        self._body_at = 0
        self._heard_at = self._loop.time()
        watch = self._loop.call_later(timeout_s, self._look, timeout_s)
        self._watch = watch
        try:
            self._transport.write(request)
            return await self._answer
        finally:
            self._watch.cancel()
            self._answer = None
            self.idle_since = self._loop.time()

    def close(self) -> None:
        """Let go of the connection."""
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by its methods only
        self.is_open = True

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        if self._answer is not None and not self._answer.done():
            if self._body_at and self._length is None and not self._is_chunked and exc is None:
                self._done(bytes(self._received[self._body_at :]))
            else:
                self._answer.set_exception(Broken("closed" if exc is None else type(exc).__name__))

    def data_received(self, data: bytes) -> None:
        answer = self._answer
        if answer is None or answer.done():
            self.close()  # nobody asked
            return
        self._heard_at = self._loop.time()
        self._received += data
        if len(self._received) > self._answer_limit_bytes + _HEAD_LIMIT_BYTES:
            self._fail(TooLong("too long"))
        elif self._body_at or self._read_head():
            self._read_body()

    def _look(self, timeout_s: float) -> None:
        """Called when an answer could have been silent for too long."""
        left = self._heard_at + timeout_s - self._loop.time()
        if left > 0:
            self._watch = self._loop.call_later(left, self._look, timeout_s)
        elif self._answer is not None and not self._answer.done():
            self._answer.set_exception(Silent("no answer in time"))

    def _read_head(self) -> bool:
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            if len(self._received) > _HEAD_LIMIT_BYTES or not b"HTTP/1.".startswith(self._received[:7]):
                self._fail(Broken("not HTTP"))
            return False
        head = bytes(self._received[:end]).lower() + b"\r\n"
        status = head[9:12]
        if not head.startswith(b"http/1.") or not status.isdigit():
            self._fail(Broken("not HTTP"))
            return False
        if status.startswith(b"1"):  # 100 Continue and the like: the answer follows
            del self._received[: end + 4]
            return self._read_head() if self._received else False
        self._status = int(status)
        self._body_at = end + 4
        self._is_chunked = b"chunked" in _field(head, b"transfer-encoding")
        length = _field(head, b"content-length")
        self._length = None
        if not self._is_chunked and length:
            if not length.isdigit():
                self._fail(Broken("no such length"))
                return False
            self._length = int(length)
        self._is_last = b"close" in _field(head, b"connection") or head.startswith(b"http/1.0")
        if self._length is None and not self._is_chunked:
            self._is_last = True
        return True

    def _read_body(self) -> None:
        if self._length is not None:
            end = self._body_at + self._length
            if len(self._received) == end:
                self._done(bytes(memoryview(self._received)[self._body_at :]))
            elif len(self._received) > end:
                self._fail(Broken("more than announced"))
        elif self._is_chunked:
            try:
                whole = _unchunked(self._received, self._body_at)
            except ValueError:
                self._fail(Broken("no such chunk"))
            else:
                if whole is not None:
                    self._done(whole)

    def _done(self, body: bytes) -> None:
        if self._is_last:
            self.close()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((self._status, body))

    def _fail(self, why: Broken) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(why)
        self.close()


def _field(head: bytes, name: bytes) -> bytes:
    """The value of a header in a lower-case head, or nothing."""
    at = head.find(b"\r\n" + name + b":")
    if at < 0:
        return b""
    at += len(name) + 3
    return head[at : head.index(b"\r\n", at)].strip()


def _unchunked(received: bytearray, at: int) -> bytes | None:
    """The body from chunks that begin at `at`; None when not all of them are here. Raises ValueError."""
    pieces: list[bytes] = []
    while (line_end := received.find(b"\r\n", at)) >= 0:
        size = int(bytes(received[at:line_end]).partition(b";")[0], 16)
        if size < 0:
            raise ValueError("negative chunk")
        at = line_end + 2
        if size == 0:
            # Trailers, if any, end with an empty line.
            ends = received.startswith(b"\r\n", at) or received.find(b"\r\n\r\n", at) >= 0
            return b"".join(pieces) if ends else None
        if len(received) < at + size + 2:
            return None
        pieces.append(bytes(received[at : at + size]))
        at += size + 2
    return None
