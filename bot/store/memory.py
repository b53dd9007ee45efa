"""What never reaches a disk (decision 9): volatile answers, texts, buttons. A restart forgets all of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from bot.core.ids import NewcomerId, Token
from bot.core.session import Session
from bot.ports import ButtonRow, Delivery

K = TypeVar("K")
V = TypeVar("V")


class Bounded(Generic[K, V]):
    """A mapping that forgets the entry that was put or used longest ago."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._lock = Lock()  # an engine may read on one thread and write on another

    def get(self, key: K) -> V | None:
        with self._lock:
            value = self._kept.get(key)
            if value is not None:
                self._kept.move_to_end(key)
            return value

    def put(self, key: K, value: V) -> None:
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            if len(self._kept) > self._limit:
                self._kept.popitem(last=False)

    def drop(self, key: K) -> None:
        with self._lock:
            self._kept.pop(key, None)

    def drop_where(self, matches: object) -> None:
        """Drop every entry whose value has this as its `newcomer`."""
        with self._lock:
            for key in [key for key, value in self._kept.items() if getattr(value, "newcomer", None) == matches]:
                del self._kept[key]


@dataclass(slots=True)
class Memory:
    """The volatile side of one process."""

    #: Payloads of waiting inbox rows that may not be stored.
    payloads: dict[int, bytes] = field(default_factory=dict)
    #: Sessions that stand in a volatile step, whole, by their newcomer.
    sessions: dict[NewcomerId, Session] = field(default_factory=dict)
    #: Volatile deliveries that were not sent yet.
    texts: dict[int, Delivery] = field(default_factory=dict)
    #: Recent deliveries of the ordinary kind, to spare opening them again.
    recent: Bounded[int, Delivery] = field(default_factory=lambda: Bounded(5_000))
    #: Volatile buttons. Bounded: a keyboard that nobody pressed for 50,000 buttons is stale.
    buttons: Bounded[Token, ButtonRow] = field(default_factory=lambda: Bounded(50_000))
    #: Telegram ids of people, opened.
    accounts: Bounded[NewcomerId, int] = field(default_factory=lambda: Bounded(20_000))

    def drop_payload(self, row: int) -> None:
        self.payloads.pop(row, None)

    def drop_text(self, row: int) -> None:
        self.texts.pop(row, None)
        self.recent.drop(row)

    def lose_sessions(self, now: datetime, after: timedelta) -> None:
        """Let go of sessions that nothing was heard of for so long, also when the clock was set back meanwhile."""
        for newcomer, session in list(self.sessions.items()):
            if session.seen_at is None or abs(now - session.seen_at) > after:
                self.sessions.pop(newcomer, None)

    def forget(self, newcomer: NewcomerId, payloads: Sequence[int], texts: Sequence[int]) -> None:
        """Drop everything about a person, and these rows of the inbox and the outbox."""
        self.sessions.pop(newcomer, None)
        self.accounts.drop(newcomer)
        self.buttons.drop_where(newcomer)
        for row in payloads:
            self.drop_payload(row)
        for row in texts:
            self.drop_text(row)
