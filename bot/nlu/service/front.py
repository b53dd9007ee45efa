"""The only door to the NLU: `POST /model/parse` and `GET /status` on 127.0.0.1, nothing else (F07).

The replies have the shape of Rasa's HTTP API, so the bot cannot tell this from a plain Rasa server; the rest
of that API (loading models from anywhere, training, conversations) does not exist here.
"""

import asyncio
import hmac
import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.nlu.service.child import ChildGone, Worker

#: 512 characters of any script, escaped, and some room.
LIMIT_BYTES = 8_192

#: Longer texts cost CPU and add nothing (F06); the bot cuts them too, others might not.
TEXT_LENGTH = 512

#: Beyond this many waiting questions an answer would come too late for the bot's 800 ms anyway.
CROWD = 32

#: Names a program on this machine uses; any other means a web page was tricked into calling us.
HOSTS = frozenset({"127.0.0.1", "localhost"})


@dataclass(slots=True)
class Front:
    """What is known at this moment, and the answers given from it."""

    #: The query parameter or bearer token asked for; None: everybody on this machine may ask.
    token: str | None
    #: Such as `training (40 s)`; see `GET /status`.
    state: str = "starting"
    worker: Worker | None = None
    model: str | None = None
    waiting: int = 0

    def app(self) -> web.Application:
        """The two routes."""
        app = web.Application(client_max_size=LIMIT_BYTES, middlewares=[self._guard])
        app.router.add_post("/model/parse", self._parse)
        app.router.add_get("/status", self._status)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        try:
            host = request.url.host
        except ValueError:  # such as half an IPv6 address
            host = None
        if host not in HOSTS:
            return _failure(403, "WrongHost")
        if not self._may_ask(request):
            return _failure(401, "NotAuthenticated")
        try:
            answer: web.StreamResponse = await handler(request)
        except web.HTTPException as exc:
            return _failure(exc.status, exc.reason.replace(" ", ""))
        return answer

    def _may_ask(self, request: web.Request) -> bool:
        if self.token is None:
            return True
        shown = request.query.get("token") or request.headers.get("Authorization", "").removeprefix("Bearer ")
        # Bytes that are no UTF-8 arrive as half surrogates.
        return hmac.compare_digest(shown.encode("utf-8", "surrogatepass"), self.token.encode())

    async def _parse(self, request: web.Request) -> web.StreamResponse:
        if request.content_type != "application/json":
            return _failure(415, "NotJson")
        try:
            asked = json.loads(await request.read())
            text = asked["text"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return _failure(400, "BadRequest")
        if not isinstance(text, str):
            return _failure(400, "BadRequest")
        worker = self.worker
        if worker is None or not worker.is_alive:
            return _failure(503, "NotReady")
        if self.waiting >= CROWD:
            return _failure(503, "Crowded")
        self.waiting += 1
        try:
            # Shielded: a caller who hangs up must not leave an answer in the pipe.
            reply = await asyncio.shield(worker.parse(text[:TEXT_LENGTH]))
        except ChildGone:
            return _failure(503, "NotReady")
        finally:
            self.waiting -= 1
        return web.json_response({"text": "", **reply})

    async def _status(self, _: web.Request) -> web.StreamResponse:
        is_ready = self.worker is not None and self.worker.is_alive
        return web.json_response(
            {
                "model_file": self.model,
                "model_id": self.model,
                "num_active_training_jobs": int(self.state.startswith("training")),
                "ready": is_ready,
                "state": self.state,
                "sandbox": list(self.worker.sandbox) if self.worker else [],
                "waiting": self.waiting,
            }
        )


def _failure(status: int, reason: str) -> web.StreamResponse:
    return web.json_response({"status": "failure", "reason": reason, "code": status}, status=status)
