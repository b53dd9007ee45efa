"""Faults on purpose: what a network and a busy server do to a bot, by a seed or by a list.

A fault before the call is done leaves no trace; a fault after it leaves the message in the chat and the
bot without an answer. The ledger says which calls were really done, whatever the bot was told.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Fault(StrEnum):
    """One way in which a call can go wrong."""

    RESET_BEFORE = "reset_before"  # connection gone, nothing done
    RESET_AFTER = "reset_after"  # done, then the connection is gone
    TIMEOUT_AFTER = "timeout_after"  # done, then silence
    FLOOD = "flood"  # 429 with retry_after, nothing done
    SERVER_ERROR = "server_error"  # 500 as JSON, nothing done
    BAD_GATEWAY = "bad_gateway"  # 502 as an HTML page, nothing done
    HTML_AFTER = "html_after"  # done, then a 502 page
    TRUNCATED = "truncated"  # done, then half of the answer


#: Faults after which the call has been done.
DONE_ANYWAY = frozenset({Fault.RESET_AFTER, Fault.TIMEOUT_AFTER, Fault.HTML_AFTER, Fault.TRUNCATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultScript:
    """Which calls fail: by chance with a seed, or the n-th counted call from 1."""

    seed: int = 0
    #: Fault → share of calls, 0 to 1 in total.
    rates: Mapping[Fault, float] = field(default_factory=dict)
    #: Number of the call → fault; wins over chance.
    at: Mapping[int, Fault] = field(default_factory=dict)
    #: Only these methods, or all but the ones that fetch updates when empty.
    methods: frozenset[str] = frozenset()
    #: How long a timeout stays silent, in seconds, unless the bot hangs up before.
    silence_s: float = 30.0
    retry_after_s: int = 1

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> FaultScript:
        """Read the body of `POST /sandbox/faults`; an unknown fault raises ValueError."""
        return cls(
            seed=int(raw.get("seed", 0)),
            rates={Fault(name): float(rate) for name, rate in raw.get("rates", {}).items()},
            at={int(number): Fault(name) for number, name in raw.get("at", {}).items()},
            methods=frozenset(raw.get("methods", ())),
            silence_s=float(raw.get("silence_s", 30.0)),
            retry_after_s=int(raw.get("retry_after_s", 1)),
        )


class Faults:
    """Plays a script, call by call."""

    def __init__(self, script: FaultScript | None = None) -> None:
        self.script = script
        self._count = 0
        self._chance = random.Random(script.seed if script else 0)

    def play(self, script: FaultScript | None) -> None:
        """Start a script from its first call, or stop with None."""
        self.__init__(script)  # type: ignore[misc]

    def next(self, method: str) -> Fault | None:
        """The fault of this call, if it has one."""
        script = self.script
        if script is None:
            return None
        if script.methods:
            if method not in script.methods:
                return None
        elif method in {"getUpdates", "getMe"}:
            return None
        self._count += 1
        if self._count in script.at:
            return script.at[self._count]
        if not script.rates:
            return None
        throw = self._chance.random()
        for fault, rate in script.rates.items():
            if throw < rate:
                return fault
            throw -= rate
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that reached the stand-in."""

    number: int
    at: float
    method: str
    #: What the bot asked for; uploads are left out.
    parameters: Mapping[str, Any]
    #: 200 when it was done, otherwise Telegram's error code.
    status: int
    #: Id of the message it made or changed, when there is one.
    message_id: int | None = None
    fault: Fault | None = None
    description: str = ""


class Ledger:
    """Every call but the fetching of updates, in order, as far back as `keep`."""

    def __init__(self, keep: int = 200_000) -> None:
        self.count = 0
        self._calls: deque[Call] = deque(maxlen=keep)

    def __iter__(self) -> Iterator[Call]:
        return iter(self._calls)

    def add(self, **facts: Any) -> None:
        """Write a call down."""
        self.count += 1
        self._calls.append(Call(number=self.count, **facts))

    def after(self, number: int) -> list[dict[str, Any]]:
        """The calls later than `number`, as JSON."""
        return [asdict(call) for call in self._calls if call.number > number]
