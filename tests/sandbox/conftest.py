"""A running stand-in with a clock that stands still, and a bare caller whose answers are checked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import aiohttp
import pytest

from bot.sandbox import Limits, RunningSandbox, SandboxClient, start_sandbox
from bot.sandbox.spec import description
from tests.patience import PATIENCE_S

Call = Callable[..., Coroutine[Any, Any, Any]]


class HandClock:
    """A clock that moves when told to."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> HandClock:
    return HandClock(1_790_000_000.0)


@pytest.fixture
async def sandbox(clock: HandClock) -> AsyncIterator[RunningSandbox]:
    async with await start_sandbox(
        limits=Limits.off(), clock=clock, is_strict_poll=False, webhook_first_retry_s=0.01
    ) as running:
        yield running


@pytest.fixture
async def client(sandbox: RunningSandbox) -> AsyncIterator[SandboxClient]:
    async with SandboxClient(sandbox.url, timeout_s=PATIENCE_S) as one:
        yield one


@pytest.fixture
async def call(sandbox: RunningSandbox) -> AsyncIterator[Call]:
    """Call a method with JSON fields; a good result must have the described shape. A refusal comes as its body."""
    async with aiohttp.ClientSession() as http:

        async def one(method: str, /, **fields: Any) -> Any:
            async with http.post(f"{sandbox.api_url}/bot{sandbox.token}/{method}", json=fields) as answer:
                body = await answer.json()
            if not body["ok"]:
                assert body["error_code"] == answer.status
                return body
            spec = description().method(method)
            assert spec is not None
            spec.result(body["result"], method)
            return body["result"]

        yield one


def refused(code: int, text: str, **parameters: int) -> dict[str, Any]:
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": text}
    return body | {"parameters": parameters} if parameters else body
