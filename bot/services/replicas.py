"""Several replicas on one store: one of them polls, and each takes up what fell to it (A16, G11, G12)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final

from bot.errors import StoreError
from bot.ports import Store
from bot.services.pauses import nap

log = logging.getLogger(__name__)

#: How often is looked for what another replica stored for us, or left when it died.
LOOK_EVERY_S: Final = 2.0
#: Arrivals looked at in doing so: the oldest, and after them the next.
LOOK_AT: Final = 1000
#: How often the one that polls says that it still does; whoever waits asks as often. A sixth of a lease.
POLL_HELD_EVERY_S: Final = 10.0
#: Whoever could not say so for this long does not poll any more, before another one begins.
POLL_GIVEN_UP_S: Final = 40.0
#: The role of the one that polls.
POLL: Final = "poll"


async def take_over(*looks: Callable[[], Awaitable[object]]) -> None:
    """Look for what fell to this process, again and again, until cancelled."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        for look in looks:
            try:
                await look()
            except StoreError as exc:
                log.warning("replicas.waiting reason=%s", type(exc).__name__)


async def poll_in_turn(
    store: Store,
    poll: Callable[[asyncio.Event], Awaitable[None]],
    *,
    stop: asyncio.Event,
    held_every_s: float = POLL_HELD_EVERY_S,
) -> None:
    """Poll while no other replica does, until `stop` is set. `poll` ends when the event that it is given is set."""
    while not stop.is_set():
        try:
            is_ours = await store.hold(POLL)
        except StoreError:
            is_ours = False
        if not is_ours:
            await nap(stop, held_every_s)
            continue
        log.info("replicas.polling")
        over = asyncio.Event()
        holding = asyncio.create_task(_hold(store, over, stop, held_every_s))
        try:
            await poll(over)
        finally:
            holding.cancel()
            await asyncio.gather(holding, return_exceptions=True)


async def _hold(store: Store, over: asyncio.Event, stop: asyncio.Event, held_every_s: float) -> None:
    """Keep the role; `over` is set when it is lost, or not wanted any more."""
    held_at = time.monotonic()
    try:
        while not stop.is_set():
            await nap(stop, held_every_s)
            try:
                if not await store.hold(POLL):
                    log.warning("replicas.not_polling")
                    return
                held_at = time.monotonic()
            except StoreError:
                if time.monotonic() - held_at > POLL_GIVEN_UP_S:
                    return
    finally:
        over.set()
