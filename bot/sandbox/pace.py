"""Telegram's limits on how much a bot may send, and when to say "too many requests".

Source: https://core.telegram.org/bots/faq (one message a second to one chat with short bursts, twenty a
minute to one group, about thirty a second overall). The exact numbers are not published.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.refusal import flood


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one bot may send; 0 switches a limit off."""

    #: Messages a second to one private chat, and how many may come at once.
    chat_per_s: float = 1.0
    chat_burst: int = 5
    #: Messages in any 60 seconds to one group.
    group_per_min: int = 20
    #: Messages a second to all chats together.
    overall_per_s: float = 30.0
    #: After this long a pressed button can no longer be answered.
    query_lifetime_s: float = 150.0
    #: Only messages younger than this can be deleted for both sides.
    delete_within_s: float = 48 * 3600.0

    @classmethod
    def off(cls) -> Limits:
        """No limit on the number of messages, for benchmarks and for tests of other things."""
        return cls(chat_per_s=0, group_per_min=0, overall_per_s=0)


class _Bucket:
    """Tokens that come back at a steady rate."""

    __slots__ = ("at", "tokens")

    def __init__(self, tokens: float, at: float) -> None:
        self.tokens = tokens
        self.at = at

    def wait_s(self, rate: float, most: float, now: float) -> float:
        self.tokens = min(most, self.tokens + (now - self.at) * rate)
        self.at = now
        return 0.0 if self.tokens >= 1 else (1 - self.tokens) / rate


class Pace:
    """Counts what was sent and refuses what comes too early."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self.limits = limits
        self._clock = clock
        self._chats: dict[int, _Bucket] = {}
        self._groups: defaultdict[int, deque[float]] = defaultdict(deque)
        self._overall = _Bucket(max(1.0, limits.overall_per_s), clock())

    def take(self, chat_id: int, *, is_group: bool, count: int = 1) -> None:
        """Count `count` messages to a chat, or raise Refusal 429 and count nothing."""
        limits = self.limits
        now = self._clock()
        wait_s = 0.0
        bucket: _Bucket | None = None
        sent: deque[float] | None = None
        if is_group and limits.group_per_min:
            sent = self._groups[chat_id]
            while sent and sent[0] <= now - 60:
                sent.popleft()
            if len(sent) + count > limits.group_per_min:
                wait_s = sent[0] + 60 - now if sent else 60
        elif not is_group and limits.chat_per_s:
            most = float(limits.chat_burst)
            bucket = self._chats.get(chat_id)
            if bucket is None:
                bucket = self._chats[chat_id] = _Bucket(most, now)
            wait_s = bucket.wait_s(limits.chat_per_s, most, now)
        if limits.overall_per_s:
            wait_s = max(wait_s, self._overall.wait_s(limits.overall_per_s, limits.overall_per_s, now))
        if wait_s > 0:
            raise flood(max(1, math.ceil(wait_s)))
        if sent is not None:
            sent.extend([now] * count)
        if bucket is not None:
            bucket.tokens -= count
        self._overall.tokens -= count
