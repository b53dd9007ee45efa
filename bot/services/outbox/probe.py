"""Whether the channel answers at all, before something is sent for the last time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from bot.errors import DeliveryError
from bot.ports import Messenger
from bot.services.pauses import Pause

#: Pauses between two questions to a channel that does not answer, first and longest.
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 5.0


class Probe:
    """What may be repeated only once (B03) would be lost to the same outage as the first try, a second later."""

    def __init__(
        self, messenger: Messenger, *, monotonic: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._messenger = messenger
        self._monotonic = monotonic
        self._sleep = sleep
        self._one_asks = asyncio.Lock()
        self._answered_at = float("-inf")

    async def passed(self) -> None:
        """Wait until the channel has answered something, asked now or later; those who wait share one question."""
        since = self._monotonic()
        pause = Pause(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        async with self._one_asks:
            while self._answered_at < since:
                asked_at = self._monotonic()
                if await self._answers():
                    self._answered_at = asked_at
                else:
                    await self._sleep(pause.next_s())

    async def _answers(self) -> bool:
        try:
            await self._messenger.probe()
        except DeliveryError as exc:
            # A refusal is an answer; what it means for the call itself is for the call to find out.
            return exc.unauthorised or exc.retry_after_s is not None or exc.permanent
        return True
