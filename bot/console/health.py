"""`GET /healthz`: alive, which version, ready, how long the oldest row of each queue has waited, what was set aside.

Nothing personal.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot import __version__
from bot.errors import StoreError
from bot.ports import QueueAges

_NLU: Mapping[bool | None, str] = {None: "not asked yet", True: "ok", False: "away: keywords answer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What a health page may ask for."""

    #: Ages of the queues; raises StoreError when the store cannot be used.
    queue_ages: Callable[[], Awaitable[QueueAges]]
    #: What was last to be kept was kept.
    is_writable: Callable[[], bool]
    #: Why nothing is fetched or sent, one sentence; empty when all is well.
    channel_trouble: Callable[[], str]
    #: Why files are not served as they are now, one sentence; empty when they are.
    flows_trouble: Callable[[], str]
    #: The NLU has answered lately; keywords answer otherwise. None: it has not been asked yet.
    nlu_answers: Callable[[], bool | None]
    #: Work that broke and was begun again lately: its name and the type of the error.
    broken: Callable[[], Mapping[str, str]]
    #: Updates that could not be read or taken, since the start (A10).
    set_aside: Callable[[], int]


def health_route(health: Health) -> Route:
    """200 when the guichet can take and keep messages, 503 otherwise; the body says which part is not well."""

    async def healthz(_: Request) -> JSONResponse:
        body: dict[str, object] = {"alive": True, "version": __version__}
        try:
            ages = await health.queue_ages()
        except StoreError:
            return JSONResponse({**body, "ready": False, "store": "cannot be used now"}, status_code=503)
        trouble, broken, is_writable = health.channel_trouble(), health.broken(), health.is_writable()
        is_ready = is_writable and not broken
        body |= {
            "ready": is_ready,
            "store": "ok" if is_writable else "cannot be written now: is the disk full?",
            "work": ", ".join(f"{name} broke: {reason}" for name, reason in sorted(broken.items())) or "ok",
            "telegram": trouble or "ok",
            "flows": health.flows_trouble() or "ok",
            "nlu": _NLU[health.nlu_answers()],
            "oldest_waiting_s": asdict(ages),
            "set_aside": health.set_aside(),
        }
        return JSONResponse(body, status_code=200 if is_ready else 503, headers={"cache-control": "no-store"})

    return Route("/healthz", healthz)
