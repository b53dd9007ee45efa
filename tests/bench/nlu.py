"""An NLU that answers at once: what is measured is the guichet. Set NLU_URL to measure with the real service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

_ANSWER = {
    "intent": {"name": "find_housing", "confidence": 0.93},
    "intent_ranking": [{"name": "find_housing", "confidence": 0.93}],
    "entities": [],
}


@asynccontextmanager
async def stub_nlu() -> AsyncIterator[str]:
    """The address of a server that speaks Rasa's `POST /model/parse`."""

    async def parse(request: web.Request) -> web.Response:
        asked = await request.json()
        return web.json_response({**_ANSWER, "text": asked["text"]})

    app = web.Application()
    app.router.add_post("/model/parse", parse)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        sockets = site._server.sockets if site._server is not None else ()  # type: ignore[attr-defined]
        yield f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    finally:
        await runner.cleanup()
