"""A whole guichet in this process, against the stand-in for Telegram, with a clock that a test moves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from bot.bootstrap import Guichet
from bot.config import Environment, FloodSettings, Settings, TelegramSettings, read_environment, read_settings
from bot.core.ids import AccountId, NewcomerId
from bot.data import Data, Places
from bot.handoff.machine import Handoff
from bot.sandbox import Limits, RunningSandbox, SandboxClient, start_sandbox
from bot.sandbox.client import Message, Seat, labels_of, text_of
from bot.store import KeptStore
from tests.journeys.flows import ROOT, flows_in
from tests.journeys.nest import environment
from tests.patience import PATIENCE_S

#: A Monday morning, the offices are open.
MORNING = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


class Now:
    """The clock of the guichet and of Telegram."""

    def __init__(self, at: datetime = MORNING) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **span: float) -> None:
        """Some time passes at once."""
        self.at += timedelta(**span)


@cache
def settings_without_pace() -> Settings:
    """The project's settings; what is tested here is order, not patience."""
    telegram = TelegramSettings(chat_per_s=0, chat_burst=100, group_per_min=0, global_per_s=0, poll_timeout_s=20)
    return replace(read_settings(ROOT / "config.yml"), telegram=telegram, flood=FloodSettings(texts_per_min=0))


@dataclass(slots=True)
class Office:
    """The guichet with everything around it. `open` and `close` it as often as needed: what is stored stays."""

    folder: Path
    data: Data
    sandbox: RunningSandbox
    client: SandboxClient
    now: Now
    env: dict[str, str]
    settings: Settings = field(default_factory=settings_without_pace)
    guichet: Guichet | None = None

    async def open(self, **changes: str) -> Guichet:
        """Start a guichet; `changes` are further environment variables."""
        self.env |= changes
        guichet = Guichet(self.settings, self.environment, clock=self.now, env=self.env, data=self.data)
        self.guichet = guichet
        await guichet.start()
        return guichet

    async def close(self) -> None:
        """Stop it as `Ctrl-C` does."""
        if self.guichet is not None:
            guichet, self.guichet = self.guichet, None
            await guichet.stop()

    async def reopen(self) -> Guichet:
        """Another process: memory is gone, the disk stays."""
        await self.close()
        return await self.open()

    @property
    def environment(self) -> Environment:
        return read_environment(self.env, self.settings)

    @property
    def running(self) -> Guichet:
        assert self.guichet is not None
        return self.guichet

    @property
    def store(self) -> KeptStore:
        store = self.running.store
        assert isinstance(store, KeptStore)
        return store

    async def settled(self, *, is_calm: Callable[[], bool] = lambda: True) -> None:
        """Until everything that happened was taken and everything said was sent."""
        deadline = time.monotonic() + PATIENCE_S
        calm = 0
        while calm < 3:
            if time.monotonic() > deadline:
                ages = await self.store.queue_ages(self.now())
                raise AssertionError(f"not settled: {len(self.sandbox.world.updates)} updates wait, {ages}")
            calm = calm + 1 if await self._is_calm() and is_calm() else 0
            await asyncio.sleep(0.005)

    async def settled_intake(self) -> None:
        """Until what happened is stored, taken or not."""
        while len(self.sandbox.world.updates):  # noqa: ASYNC110
            await asyncio.sleep(0.005)

    async def _is_calm(self) -> bool:
        guichet = self.running
        if len(self.sandbox.world.updates) or not guichet.dispatcher.is_idle or guichet.sender.is_busy:
            return False
        ages = await self.store.queue_ages(self.now())
        return ages.inbox_s is None and ages.outbox_s is None

    async def look_at_timers(self) -> None:
        """What came due is taken now instead of in some seconds."""
        await self.running.timers.look()
        await self.settled()

    # people

    async def run_for(self, hours: int, *, step: int = 1) -> None:
        """The guichet runs on and looks at its timers every `step` hours: no clock jumps."""
        for _ in range(0, hours, step):
            self.now.pass_by(hours=step)
            await self.look_at_timers()

    async def fatou(self, *, is_welcome: bool = True) -> Person:
        """Somebody who reads French; past the welcome unless said otherwise."""
        return await self.person("Fatou", "Français", is_welcome=is_welcome)

    async def person(self, name: str, language: str, *, is_welcome: bool = True) -> Person:
        """One of the invented newcomers, who has chosen this language."""
        person = Person(self, await self.client.newcomer(name))
        if is_welcome:
            await person.start()
            await person.press(language)
        return person

    async def adviser(self, name: str = "Claire") -> Adviser:
        """One of the advisers on the list."""
        return Adviser(self, await self.client.adviser(name))

    async def handoff(self) -> Handoff:
        """The newest request for a person."""
        found = await self.store.handoffs(only_open=False)
        return found[-1]

    async def topic(self) -> dict[str, Any]:
        """The newest topic of the advisers' group."""
        return (await self.client.topics())[-1]

    async def calls(self, method: str) -> list[dict[str, Any]]:
        """What the bot asked Telegram for with this method, and got."""
        return [call for call in await self.client.ledger() if call["method"] == method and call["status"] == 200]


class Person:
    """A newcomer at a phone. Every act waits until the guichet has done all that follows from it."""

    def __init__(self, office: Office, seat: Seat) -> None:
        self.office = office
        self.seat = seat
        self._read = 0

    @property
    def id(self) -> int:
        return self.seat.id

    async def start(self, payload: str = "") -> list[str]:
        """Press START; gives the answers."""
        await self.seat.start(payload)
        return await self.heard()

    async def say(self, text: str) -> list[str]:
        """Write a text, a second after whatever was before; gives the answers."""
        self.office.now.pass_by(seconds=1)
        await self.seat.say(text)
        return await self.heard()

    async def press(self, label: str) -> list[str]:
        """Press the latest button with this label; gives the answers."""
        await self.seat.press(label)
        return await self.heard()

    async def send(self, kind: str, **details: Any) -> list[str]:
        """Send a photo, a voice note, a position…; gives the answers."""
        await self.seat.send(kind, **details)
        return await self.heard()

    async def put(self, content: Mapping[str, Any]) -> list[str]:
        """Send anything Telegram knows; gives the answers."""
        await self.seat.put(content)
        return await self.heard()

    async def heard(self) -> list[str]:
        """The texts that have come since the last time this was asked."""
        await self.office.settled()
        found = [one for one in await self.messages() if one["message_id"] > self._read]
        if found:
            self._read = found[-1]["message_id"]
        return [text_of(message) for message in found]

    async def messages(self) -> list[Message]:
        """What the bot has written to this phone."""
        return [one for one in await self.seat.messages() if one["from"]["is_bot"]]

    async def labels(self) -> list[str]:
        """The buttons of the last message, in reading order."""
        return [label for row in labels_of((await self.messages())[-1]) for label in row]

    async def ask_for_a_person(self) -> list[str]:
        """Ask for an adviser with nothing to share."""
        return await self.say("/conseiller")

    async def newcomer(self) -> NewcomerId:
        """How the store calls this person."""
        found = await self.office.store.newcomer_by_account(AccountId(self.id))
        assert found is not None
        return found


class Adviser:
    """An adviser at a desk."""

    def __init__(self, office: Office, seat: Seat) -> None:
        self.office = office
        self.seat = seat

    async def sit_down(self, thread: int | None = None) -> None:
        """Open a topic, the newest if none is named."""
        self.seat.thread = thread if thread is not None else (await self.office.topic())["id"]

    async def say(self, text: str) -> Message:
        """Write into the topic."""
        message = await self.seat.say(text)
        await self.office.settled()
        return message

    async def press(self, label: str) -> str:
        """Press a button of the topic; gives the notice that Telegram shows."""
        pressed = await self.seat.press(label)
        notice = await self.seat.notice()
        await self.office.settled()
        assert pressed
        return notice

    async def take(self) -> None:
        """Sit down at the newest topic and take the conversation."""
        await self.sit_down()
        assert await self.press("Prendre") == "Vous avez pris la conversation."

    async def texts(self) -> list[str]:
        """What stands in the topic from the bot, oldest first."""
        return [text_of(one) for one in await self.seat.messages() if one["from"]["is_bot"] and text_of(one)]

    async def send(self, kind: str, **details: Any) -> Message:
        """Send a photo, a document…"""
        message = await self.seat.send(kind, **details)
        await self.office.settled()
        return message


async def found_office(folder: Path, data: Data, *, at: datetime = MORNING, **sandbox: Any) -> Office:
    """An office that is not open yet."""
    now = Now(at)
    running = await start_sandbox(
        limits=sandbox.pop("limits", Limits.off()), is_strict_poll=False, clock=lambda: now.at.timestamp(), **sandbox
    )
    client = SandboxClient(running.url, timeout_s=PATIENCE_S)
    await client.__aenter__()
    return Office(
        folder=folder,
        data=data,
        sandbox=running,
        client=client,
        now=now,
        env=environment(folder, running.api_url),
    )


def data_in(folder: Path) -> Data:
    """The shipped data, and flows of the tests' own that a test may edit."""
    places = Places(
        flows=flows_in(folder), locales=ROOT / "locales", nlu=ROOT / "nlu", state=folder, keys=folder / "keys"
    )
    return Data(places, settings_without_pace())
