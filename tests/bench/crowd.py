"""A crowd of invented newcomers inside the stand-in: each answers as soon as it is answered."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox import doings
from bot.sandbox.people import Person
from bot.sandbox.world import World

#: What a person does next, given the bot's last message.
Act = Callable[[World, Person, dict[str, Any]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a crowd measured."""

    turns: int
    seconds: float
    #: Seconds from doing something to the first message of the answer.
    waits_s: tuple[float, ...]

    @property
    def turns_per_s(self) -> float:
        return self.turns / self.seconds

    def percentile_ms(self, share: float) -> float:
        """Milliseconds."""
        ordered = sorted(self.waits_s)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000

    @property
    def p50_ms(self) -> float:
        return statistics.median(self.waits_s) * 1000


@dataclass(slots=True)
class _Member:
    person: Person
    left: int
    since: float = 0.0
    is_waiting: bool = False


@dataclass(slots=True)
class Crowd:
    """People who take turns with the bot until everyone has had `turns`."""

    world: World
    people: int
    turns: int
    act: Act
    language_code: str = "fr"
    _members: dict[int, _Member] = field(default_factory=dict)

    async def run(self, *, timeout_s: float = 120) -> Result:
        """All at once; returns when every turn was answered. Raises TimeoutError."""
        for _ in range(self.people):
            person = self.world.invent(language_code=self.language_code)
            self._members[person.id] = _Member(person=person, left=self.turns)
        await self._greet(timeout_s)
        waits: list[float] = []
        seq = self.world.journal.seq
        began = time.perf_counter()
        for member in self._members.values():
            self._go(member, self._last(member))
        async with asyncio.timeout(timeout_s):
            while any(member.left or member.is_waiting for member in self._members.values()):
                entries = await self.world.journal.wait(seq, 5.0)
                for entry in entries:
                    seq = entry["seq"]
                    member = self._answered(entry)
                    if member is None:
                        continue
                    waits.append(time.perf_counter() - member.since)
                    member.is_waiting = False
                    if member.left:
                        self._go(member, entry["message"])
        return Result(turns=len(waits), seconds=time.perf_counter() - began, waits_s=tuple(waits))

    async def _greet(self, timeout_s: float) -> None:
        """Everybody presses "start" first; that is not measured."""
        seq = self.world.journal.seq
        waiting = set(self._members)
        for member in self._members.values():
            doings.say(self.world, member.person, "/start")
            member.is_waiting = True
        async with asyncio.timeout(timeout_s):
            while waiting:
                for entry in await self.world.journal.wait(seq, 5.0):
                    seq = entry["seq"]
                    member = self._answered(entry)
                    if member is not None:
                        member.is_waiting = False
                        waiting.discard(member.person.id)
        await asyncio.sleep(0.5)

    def _answered(self, entry: dict[str, Any]) -> _Member | None:
        if entry["kind"] not in ("message", "edited"):
            return None
        member = self._members.get(entry["chat"])
        message = entry.get("message") or {}
        if member is None or not member.is_waiting or not message.get("from", {}).get("is_bot"):
            return None
        return member

    def _go(self, member: _Member, message: dict[str, Any]) -> None:
        member.left -= 1
        member.is_waiting = True
        member.since = time.perf_counter()
        self.act(self.world, member.person, message)

    def _last(self, member: _Member) -> dict[str, Any]:
        messages = self.world.chats[member.person.id].messages
        return next(m for m in reversed(list(messages.values())) if m["from"].get("is_bot"))


def say(text: str) -> Act:
    """Write the same words each time."""

    def act(world: World, person: Person, _: dict[str, Any]) -> None:
        doings.say(world, person, text)

    return act


def there_and_back(world: World, person: Person, message: dict[str, Any]) -> None:
    """Tap a topic of the main menu, then "menu", and so on: ordinary turns, each kept on disk."""
    chat = world.chats[person.id]
    for one in (message, *reversed(list(chat.messages.values()))):
        rows = one.get("reply_markup", {}).get("inline_keyboard", ())
        if rows:
            home = next((b for row in rows for b in row if b["text"].startswith("🏠 ")), None)
            button = rows[1][0] if home is None else home
            doings.press(world, person, person.id, one["message_id"], button["callback_data"])
            return
    raise LookupError("no button")
