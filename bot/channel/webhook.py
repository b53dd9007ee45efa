"""The route Telegram pushes updates to: told "arrived" only after they are stored (A13–A15)."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Sequence
from typing import Final, Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channel.feed import UPDATE_LIMIT_BYTES
from bot.channel.outline import outline
from bot.channel.read import arrival, loads
from bot.errors import StoreError
from bot.ports import Arrival, Clock

log = logging.getLogger(__name__)

#: Source: https://core.telegram.org/bots/api#setwebhook.
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
#: Telegram sends a body at once; who takes longer is not Telegram.
BODY_TIMEOUT_S: Final = 10.0
#: Within Telegram's own patience, so that our answer is the one it hears.
STORE_TIMEOUT_S: Final = 20.0
#: Honoured by Telegram's sender (reliability.md part 1).
RETRY_AFTER_S: Final = 5


class Accepts(Protocol):
    """What keeps arrivals: `Intake.accept`."""

    def __call__(
        self, arrivals: Sequence[Arrival], *, odd: Sequence[bytes] = (), offset: int | None = None
    ) -> Awaitable[object]: ...


def webhook_route(
    path: str,
    *,
    secret: str,
    accept: Accepts,
    clock: Clock,
    body_timeout_s: float = BODY_TIMEOUT_S,
    store_timeout_s: float = STORE_TIMEOUT_S,
) -> Route:
    """The route for `path`. `secret` must not be empty: whoever knows the address could speak for Telegram."""
    if not secret:
        raise ValueError("a webhook needs a secret")
    expected = secret.encode()

    async def receive(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, expected):
            return Response(status_code=403)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return Response(status_code=415)
        try:
            async with asyncio.timeout(body_timeout_s):
                body = await _body(request)
        except TimeoutError:
            return Response(status_code=408, headers={"Connection": "close"})
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return Response(status_code=413, headers={"Connection": "close"})
        return await _keep(body, accept, clock, store_timeout_s)

    return Route(path, receive, methods=["POST"], name="webhook")


async def _body(request: Request) -> bytes | None:
    """The body, or None when it is too large to be an update."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > UPDATE_LIMIT_BYTES:
        return None
    pieces = bytearray()
    async for piece in request.stream():
        pieces += piece
        if len(pieces) > UPDATE_LIMIT_BYTES:
            return None
    return bytes(pieces)


async def _keep(body: bytes, accept: Accepts, clock: Clock, timeout_s: float) -> Response:
    try:
        known = arrival(loads(body), received_at=clock())
    except (ValueError, RecursionError):
        known = None
    # What cannot be read is set aside and taken as arrived: sent again for a day it would stay as it is.
    keeping = asyncio.ensure_future(accept((known,)) if known is not None else accept((), odd=(outline(body),)))
    try:
        async with asyncio.timeout(timeout_s):
            # Only our waiting ends: a commit on its way to the disk is written all the same, and what is written has
            # to be handed on as well, because Telegram's next try will be a repeat.
            await asyncio.shield(keeping)
    except (StoreError, TimeoutError):
        log.error("webhook.not_stored")
        return Response(status_code=503, headers={"Retry-After": str(RETRY_AFTER_S)})
    return Response(status_code=200)
