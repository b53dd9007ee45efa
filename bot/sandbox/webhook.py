"""Delivery of updates to the bot's own address.

Source: `WebhookActor.cpp` of the official server: one queue per chat for messages and edits, another per
person for button presses; a failing update blocks only its own queue; the delay doubles from one second to
a random 60–120 seconds; a `Retry-After` of up to an hour is honoured.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from bot.sandbox.updates import Entry, UpdateQueue

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAddress:
    """What setWebhook was given."""

    url: str
    secret: str = ""
    max_connections: int = 40


class Webhook:
    """Posts waiting updates to one address, in order within each lane."""

    def __init__(
        self, address: WebhookAddress, queue: UpdateQueue, clock: Callable[[], float], *, first_retry_s: float = 1.0
    ) -> None:
        self.address = address
        self.last_error = ""
        self.last_error_at = 0
        self._queue = queue
        self._clock = clock
        self._first_retry_s = first_retry_s
        self._chance = random.Random(0)
        self._lanes: dict[str, deque[Entry]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(address.max_connections)
        self._http: aiohttp.ClientSession | None = None

    def start(self) -> None:
        """Take over what waits in the queue and everything that comes."""
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        self._queue.webhook_active = True
        self._queue.on_entry = self._take
        self._queue.interrupt()
        for entry in self._queue.entries():
            self._take(entry)

    async def stop(self) -> None:
        """Stop posting; what was not delivered stays in the queue."""
        self._queue.webhook_active = False
        self._queue.on_entry = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()

    def _take(self, entry: Entry) -> None:
        lane = _lane(entry)
        waiting = self._lanes.get(lane)
        if waiting is not None:
            waiting.append(entry)
            return
        self._lanes[lane] = deque([entry])
        task = asyncio.create_task(self._run(lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, lane: str) -> None:
        waiting = self._lanes[lane]
        while waiting:
            await self._deliver(waiting[0])
            waiting.popleft()
        del self._lanes[lane]

    async def _deliver(self, entry: Entry) -> None:
        delay_s = self._first_retry_s
        while True:
            problem, wish_s = await self._post(entry)
            wait_s = wish_s or delay_s
            if not problem or self._clock() + wait_s > entry.expires_at:
                self._queue.drop(entry.id)
                return
            self.last_error, self.last_error_at = problem, int(self._clock())
            await asyncio.sleep(wait_s)
            delay_s = min(delay_s * 2, self._chance.uniform(60, 120))

    async def _post(self, entry: Entry) -> tuple[str, float]:
        """Gives what went wrong, empty for nothing, and how long the other side wants us to wait."""
        headers = {"Content-Type": "application/json"}
        if self.address.secret:
            headers[SECRET_HEADER] = self.address.secret
        assert self._http is not None
        try:
            async with (
                self._slots,
                self._http.post(self.address.url, data=orjson.dumps(entry.update), headers=headers) as answer,
            ):
                if answer.status < 300:
                    return "", 0.0
                wish = answer.headers.get("Retry-After", "")
                wish_s = min(float(wish), 3600.0) if wish.isdecimal() else 0.0
                return f"Wrong response from the webhook: {answer.status} {answer.reason}", wish_s
        except (aiohttp.ClientError, TimeoutError) as exc:
            return f"Connection failed: {type(exc).__name__}", 0.0


def _lane(entry: Entry) -> str:
    payload: dict[str, Any] = entry.update.get(entry.kind) or {}
    if entry.kind == "callback_query":
        return f"person {payload['from']['id']}"
    if isinstance(payload, dict) and isinstance(payload.get("chat"), dict):
        return f"chat {payload['chat'].get('id')}"
    return f"alone {entry.id}"
