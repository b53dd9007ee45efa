"""When the next message may leave: Telegram's limits per chat, per group and overall, on the monotonic clock (H01).

Source of the limits: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

#: So many chats that are told to wait within so short a time mean that the bot as a whole is too fast.
_CROWD: Final = 4
_CROWD_WITHIN_S: Final = 3.0
#: Gates of chats that were quiet are dropped when there are more than this.
_MOST_GATES: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What may leave; 0 switches a limit off."""

    #: Messages a second to one private chat, and how many may leave at once.
    chat_per_s: float = 1.0
    chat_burst: int = 3
    #: Messages a minute to one group.
    group_per_min: float = 20.0
    #: Messages a second to everybody together.
    global_per_s: float = 30.0


class Gate:
    """A token bucket that gives out slots in the order in which they are asked for."""

    __slots__ = ("burst", "full_at", "held_until", "holds", "interval_s")

    def __init__(self, interval_s: float, burst: int) -> None:
        self.interval_s = interval_s
        self.burst = burst
        #: When the bucket will be full of free slots again if nothing more is asked for.
        self.full_at = 0.0
        self.held_until = 0.0
        #: Counts the holds: slots given out before one mean nothing after it.
        self.holds = 0

    def slot_s(self, now: float) -> float:
        """Take the next slot; seconds until it begins."""
        begin = max(now, self.held_until)
        full_at = max(self.full_at, begin)
        self.full_at = full_at + self.interval_s
        return max(begin - now, full_at - (self.burst - 1) * self.interval_s - now)

    def hold(self, until: float) -> None:
        """Nothing leaves before `until`, and then one by one."""
        self.held_until = max(self.held_until, until)
        self.holds += 1
        self.full_at = self.held_until + (self.burst - 1) * self.interval_s

    def is_idle(self, now: float) -> bool:
        """Nothing would be different if this gate were made anew."""
        return self.full_at <= now and self.held_until <= now


class Pacer:
    """All gates of one bot. Times are seconds of `monotonic`."""

    def __init__(
        self,
        pace: Pace,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._pace = pace
        self._monotonic = monotonic
        self._sleep = sleep
        self._chats: dict[int, Gate] = {}
        self._all = _even(pace.global_per_s, 1.0, share=6)
        self._told: deque[tuple[float, int]] = deque(maxlen=64)

    async def turn(
        self, chat: int, *, is_urgent: bool = False, sleep: Callable[[float], Awaitable[None]] | None = None
    ) -> bool:
        """Wait until a message to this chat may leave; whether there was anything to wait for.

        What is urgent waits for its own chat only: after an outage thousands of answers may be before it. It is counted
        all the same, so that the others leave a place for it. `sleep` may end the wait by raising.
        """
        sleep = sleep or self._sleep
        gate = self._gate(chat)
        waited = False
        while True:
            holds = gate.holds + self._all.holds
            wait_s = gate.slot_s(self._monotonic())
            if wait_s > 0:
                waited = True
                await sleep(wait_s)
                if gate.holds + self._all.holds != holds:
                    continue
            wait_s = self._all.slot_s(self._monotonic())
            if is_urgent:
                wait_s = self._all.held_until - self._monotonic()
            if wait_s > 0:
                waited = True
                await sleep(wait_s)
            if gate.holds + self._all.holds == holds:
                return waited

    async def unhurried(self, chat: int) -> bool:
        """Wait only for holds: for calls that Telegram does not count as messages."""
        waited = False
        while (wait_s := self.held_s(chat)) > 0:
            waited = True
            await self._sleep(wait_s)
        return waited

    def held_s(self, chat: int) -> float:
        """Seconds until the hold on this chat ends; not above 0 when there is none."""
        return max(self._gate(chat).held_until, self._all.held_until) - self._monotonic()

    def hold(self, chat: int, seconds: float) -> None:
        """Telegram said how long to wait: this chat waits, or all of them when many were told (B04)."""
        now = self._monotonic()
        self._gate(chat).hold(now + seconds)
        self._told.append((now, chat))
        if len({told for at, told in self._told if at > now - _CROWD_WITHIN_S}) >= _CROWD:
            self._told.clear()
            self._all.hold(now + seconds)

    def hold_all(self, seconds: float) -> None:
        """Nothing can be sent at all for now."""
        self._all.hold(self._monotonic() + seconds)

    def _gate(self, chat: int) -> Gate:
        gate = self._chats.get(chat)
        if gate is None:
            if len(self._chats) >= _MOST_GATES:
                now = self._monotonic()
                self._chats = {known: old for known, old in self._chats.items() if not old.is_idle(now)}
            gate = self._chats[chat] = self._new_gate(is_group=chat < 0)
        return gate

    def _new_gate(self, *, is_group: bool) -> Gate:
        pace = self._pace
        if not is_group:
            return Gate(1 / pace.chat_per_s if pace.chat_per_s else 0.0, max(1, pace.chat_burst))
        return _even(pace.group_per_min, 60.0, share=4)


def _even(most: float, within_s: float, *, share: int) -> Gate:
    """A gate through which no span of `within_s` sees more than `most`: a share at once, the rest evenly spaced."""
    if not most:
        return Gate(0.0, 1)
    burst = max(1, int(most / share))
    return Gate(within_s / max(most - burst, most / 2), burst)
