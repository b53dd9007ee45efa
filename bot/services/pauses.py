"""How long to wait before something is tried again, and waiting that ends with the order to stop."""

from __future__ import annotations

import asyncio
import contextlib
import random


class Pause:
    """Growing pauses between tries, each drawn between half and all of its length so that tries spread out."""

    def __init__(self, first_s: float, longest_s: float) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._tries = 0

    def reset(self) -> None:
        """It worked again."""
        self._tries = 0

    def next_s(self) -> float:
        """How long to wait now."""
        span = min(self._longest_s, self._first_s * 2.0 ** min(self._tries, 16))
        self._tries += 1
        return span * random.uniform(0.5, 1.0)


async def nap(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but not past the order to stop."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
