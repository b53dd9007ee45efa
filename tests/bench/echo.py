"""The yardstick: a bare python-telegram-bot that answers every text with the same text.

`python -m tests.bench.echo TOKEN API_URL [own|aiohttp|fast]`: on the library's own transport, on one over aiohttp as
decision 5 measured it, or on the guichet's.
"""

from __future__ import annotations

import sys
from typing import Any

import aiohttp
from telegram import Update
from telegram.error import NetworkError
from telegram.ext import Application, ContextTypes, MessageHandler, filters
from telegram.request import BaseRequest, RequestData

from bot.channel.transport import Transport


class OverOurs(BaseRequest):
    """The guichet's transport under the library's typed client."""

    def __init__(self, token: str, api_url: str) -> None:
        self._transport = Transport(token, api_url)

    @property
    def read_timeout(self) -> float:
        """Seconds."""
        return 30.0

    async def initialize(self) -> None:
        """Connections are made when they are needed."""

    async def shutdown(self) -> None:
        """Close them."""
        await self._transport.close()

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, **_: Any
    ) -> tuple[int, bytes]:
        """One call."""
        body = request_data.parameters if request_data else {}
        return await self._transport.call_raw(url.rpartition("/")[2], body, read_timeout_s=30.0)


class OverAiohttp(BaseRequest):
    """The transport that decision 5 began with: what a careful bot would use today."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds."""
        return 30.0

    async def initialize(self) -> None:
        """Open the session on the running loop."""
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=256))

    async def shutdown(self) -> None:
        """Close it."""
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, **_: Any
    ) -> tuple[int, bytes]:
        """One call."""
        assert self._session is not None
        body = request_data.json_parameters if request_data else None
        try:
            async with self._session.request(method, url, data=body) as answer:
                return answer.status, await answer.read()
        except aiohttp.ClientError as exc:
            raise NetworkError("no answer") from exc


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer."""
    assert update.message is not None and update.message.text is not None
    await update.message.reply_text(update.message.text)


def main(token: str, api_url: str, transport: str) -> None:
    """Poll for ever."""
    builder: Any = Application.builder().token(token).base_url(f"{api_url}/bot").concurrent_updates(256)
    if transport == "own":
        builder = builder.connection_pool_size(256)
    else:
        import uvloop

        uvloop.install()
        made = (OverAiohttp() if transport == "aiohttp" else OverOurs(token, api_url) for _ in range(2))
        builder = builder.request(next(made)).get_updates_request(next(made))
    application = builder.build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling(drop_pending_updates=False, poll_interval=0.0)


if __name__ == "__main__":
    main(*sys.argv[1:4])
