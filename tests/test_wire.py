"""The connection itself: TLS, uvloop, limits, and what a hostile or tired server may do."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.wire import Broken, NeverWritten, Silent, Wire
from tests.channel.odd_server import Exchange, OddServer, Reply
from tests.patience import PATIENCE_S

JSON = "application/json"


async def ask(url: str, *, timeout_s: float = PATIENCE_S) -> tuple[int, bytes]:
    wire = Wire(url)
    try:
        return await wire.ask("POST", "/x", b"{}", JSON, timeout_s=timeout_s)
    finally:
        await wire.close()


def sending(*pieces: bytes, hangs_up: bool = False, pause_s: float = 0.002) -> Reply:
    async def reply(exchange: Exchange) -> None:
        for piece in pieces:
            await exchange.raw(piece)
            await asyncio.sleep(pause_s)
        if hangs_up:
            await exchange.hang_up()

    return reply


WHOLE = {
    "byte by byte": sending(*(bytes([one]) for one in b"HTTP/1.1 200 OK\r\ncontent-LENGTH:  2 \r\n\r\nok")),
    "100 Continue first": sending(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
    "to the end": sending(b"HTTP/1.0 200 OK\r\n\r\no", b"k", hangs_up=True),
    "chunks": sending(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n", b"1\r", b"\nk\r\n0\r\n", b"\r\n"
    ),
    "chunks win over a length": sending(
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
    ),
    "last of its connection": sending(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"),
}


@pytest.mark.parametrize("reply", WHOLE.values(), ids=WHOLE.keys())
async def test_whole_answers_are_read(reply: Reply) -> None:
    async with OddServer(reply) as server:
        assert await ask(server.url) == (200, b"ok")


BROKEN = {
    "negative chunk": sending(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nok\r\n0\r\n\r\n"),
    "odd chunk": sending(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    "chunks broken off": sending(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok", hangs_up=True),
    "odd length": sending(b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nok"),
    "more than announced": sending(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokay"),
    "endless head": sending(b"HTTP/1.1 200 OK\r\nX: ", *[b"y" * 20_000] * 5),
    "no status": sending(b"HTTP/1.1 abc\r\n\r\n"),
}


@pytest.mark.parametrize("reply", BROKEN.values(), ids=BROKEN.keys())
async def test_broken_answers_are_told_apart(reply: Reply) -> None:
    async with OddServer(reply) as server:
        with pytest.raises(Broken):
            await ask(server.url)


async def test_slow_answer_is_no_silence_but_silence_is() -> None:
    drip = sending(b"HTTP/1.1 200 OK\r\n", *[b"A: b\r\n"] * 50, b"Content-Length: 0\r\n\r\n", pause_s=0.03)
    async with OddServer(drip) as server:
        assert await ask(server.url, timeout_s=1.0) == (200, b"")

    async def half(exchange: Exchange) -> None:
        await exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")
        await asyncio.sleep(3600)

    async with OddServer(half) as server:
        with pytest.raises(Silent):
            await ask(server.url, timeout_s=0.1)


async def test_no_more_connections_than_allowed_and_all_are_served() -> None:
    async def reply(exchange: Exchange) -> None:
        await asyncio.sleep(0.001)
        await exchange.answer(200, b"ok")

    async with OddServer(reply) as server:
        wire = Wire(server.url, limit=3)
        answers = await asyncio.gather(*(wire.ask("POST", "/x", b"{}", JSON, timeout_s=PATIENCE_S) for _ in range(20)))
        assert answers == [(200, b"ok")] * 20
        assert server.connections == 3
        await wire.close()


async def test_given_up_call_leaves_no_connection_behind() -> None:
    async def reply(exchange: Exchange) -> None:
        await asyncio.sleep(0.05)
        await exchange.answer(200, b"late")

    async with OddServer(reply) as server:
        wire = Wire(server.url, limit=1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await wire.ask("POST", "/x", b"{}", JSON, timeout_s=PATIENCE_S)
        assert await wire.ask("POST", "/x", b"{}", JSON, timeout_s=PATIENCE_S) == (200, b"late")
        assert server.connections == 2
        await wire.close()


@pytest.mark.parametrize("reply", [sending(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), Exchange.reset])
def test_same_on_uvloop(reply: Reply) -> None:
    async def play() -> tuple[int, bytes] | str:
        async with OddServer(reply) as server:
            try:
                return await ask(server.url)
            except Broken:
                return "broken"

    assert uvloop.run(play()) == asyncio.run(play())


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that is its own authority, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@pytest.mark.parametrize("is_trusted", [True, False])
async def test_tls_with_a_trusted_certificate_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_trusted: bool
) -> None:
    path = certificate(tmp_path)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    async with OddServer(sending(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), tls=context) as server:
        if is_trusted:
            assert await ask(server.url) == (200, b"ok")
        else:
            with pytest.raises(NeverWritten):
                await ask(server.url)
            assert server.seen == []


@pytest.mark.parametrize("origin", ["", "api.telegram.org", "ftp://api.telegram.org", "https://"])
def test_address_must_be_one(origin: str) -> None:
    with pytest.raises(ValueError):
        Wire(origin)
