"""What happened in the sandbox, numbered, for whoever watches: the chat page, a test, a benchmark."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any


class Journal:
    """A list of happenings that can be waited on. The oldest are forgotten after `keep`."""

    def __init__(self, keep: int = 50_000) -> None:
        self.seq = 0
        self._entries: deque[dict[str, Any]] = deque(maxlen=keep)
        self._waiters: set[asyncio.Future[None]] = set()

    def add(self, kind: str, **facts: Any) -> None:
        """Write one happening down and wake who waits."""
        self.seq += 1
        self._entries.append({"seq": self.seq, "kind": kind, **facts})
        if self._waiters:
            for waiter in self._waiters:
                if not waiter.done():
                    waiter.set_result(None)
            self._waiters.clear()

    def after(self, seq: int) -> list[dict[str, Any]]:
        """Everything later than `seq` that is still kept, in order."""
        missing = self.seq - seq
        if missing <= 0:
            return []
        if missing >= len(self._entries):
            return list(self._entries)
        # Taken from the end: a watcher is usually only a few entries behind.
        return [self._entries[index] for index in range(-missing, 0)]

    async def wait(self, seq: int, timeout_s: float) -> list[dict[str, Any]]:
        """As `after`, but wait up to `timeout_s` seconds for something to happen."""
        found = self.after(seq)
        if found or timeout_s <= 0:
            return found
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            async with asyncio.timeout(timeout_s):
                await waiter
        except TimeoutError:
            pass
        finally:
            self._waiters.discard(waiter)
        return self.after(seq)
