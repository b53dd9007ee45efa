"""The queue of updates between Telegram and the bot: kept until confirmed, or until they expire.

Source: `Client.cpp` of the official server: messages and edits live 24 hours, button presses 150 seconds;
a second `getUpdates` ends the first with 409; the same offset asked again within half a second gives one
update only; kinds outside `allowed_updates` are never queued.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.refusal import conflict

MESSAGE_LIFE_S, PRESS_LIFE_S = 86_400.0, 150.0
#: Not sent unless asked for by name.
SILENT_KINDS = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One update that waits for the bot."""

    id: int
    kind: str
    update: dict[str, Any]
    expires_at: float


class UpdateQueue:
    """Updates in order, given out until the bot confirms them."""

    def __init__(self, clock: Callable[[], float], *, first_id: int = 1, is_strict: bool = True) -> None:
        self.next_id = first_id
        self.allowed: frozenset[str] | None = None
        self.webhook_active = False
        #: Called with each new entry while a webhook takes them.
        self.on_entry: Callable[[Entry], None] | None = None
        self._clock = clock
        self._is_strict = is_strict
        self._pending: OrderedDict[int, Entry] = OrderedDict()
        self._waiter: asyncio.Future[bool] | None = None
        self._last_poll = (0, -1.0)

    def __len__(self) -> int:
        return len(self._pending)

    def push(self, kind: str, payload: Any, *, life_s: float = MESSAGE_LIFE_S) -> int | None:
        """Queue an update; None when the bot did not ask for this kind."""
        if kind not in self.allowed if self.allowed is not None else kind in SILENT_KINDS:
            return None
        return self.push_raw({kind: payload}, kind, life_s=life_s)

    def push_raw(self, fields: dict[str, Any], kind: str = "unknown", *, life_s: float = MESSAGE_LIFE_S) -> int:
        """Queue an update of any shape, for tests of what the bot does with strange ones."""
        entry = Entry(self.next_id, kind, {"update_id": self.next_id, **fields}, self._clock() + life_s)
        self.next_id += 1
        self._pending[entry.id] = entry
        if self.on_entry is not None:
            self.on_entry(entry)
        elif self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(True)
        return entry.id

    def entries(self) -> list[Entry]:
        """What waits now, expired updates taken out."""
        now = self._clock()
        for entry in [one for one in self._pending.values() if one.expires_at <= now]:
            del self._pending[entry.id]
        return list(self._pending.values())

    def drop(self, entry_id: int) -> None:
        """Forget one update: it was delivered or expired."""
        self._pending.pop(entry_id, None)

    def clear(self) -> None:
        """Forget everything that waits (`drop_pending_updates`)."""
        self._pending.clear()

    async def poll(self, *, offset: int, limit: int, timeout_s: float) -> list[dict[str, Any]]:
        """`getUpdates`: confirm what is below `offset`, then give what waits or wait for it."""
        if self.webhook_active:
            raise conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(False)
        self._confirm(offset)
        limit = self._politely(offset, limit)
        found = self._first(limit)
        if found or timeout_s <= 0:
            return found
        waiter = self._waiter = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout_s):
                if not await waiter:
                    raise conflict(
                        "terminated by other getUpdates request; make sure that only one bot instance is running"
                    )
        except TimeoutError:
            return []
        finally:
            if self._waiter is waiter:
                self._waiter = None
        return self._first(limit)

    def interrupt(self) -> None:
        """End a poll that waits, because a webhook was set or the sandbox stops."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(False)

    def _politely(self, offset: int, limit: int) -> int:
        now = self._clock()
        last_offset, last_at = self._last_poll
        self._last_poll = (offset, now)
        is_repeat = self._is_strict and offset == last_offset and offset > 0 and now - last_at < 0.5 and last_at >= 0
        return 1 if is_repeat and self._pending else limit

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self._pending) > -offset:
                self._pending.popitem(last=False)
            return
        while self._pending and next(iter(self._pending)) < offset:
            self._pending.popitem(last=False)

    def _first(self, limit: int) -> list[dict[str, Any]]:
        now = self._clock()
        found: list[dict[str, Any]] = []
        expired: list[int] = []
        for entry in self._pending.values():
            if entry.expires_at <= now:
                expired.append(entry.id)
            elif len(found) < limit:
                found.append(entry.update)
            else:
                break
        for entry_id in expired:
            del self._pending[entry_id]
        return found
