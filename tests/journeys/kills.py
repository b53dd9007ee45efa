"""Random SIGKILL while people write: nothing is lost, doubled or reordered without being flagged.

Used by the test (some hundred kills) and by the bench (thousands).
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import shutil
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bot.core.ids import AccountId
from bot.sandbox import Limits, RunningSandbox, doings, start_sandbox
from bot.sandbox.people import DEMO_TOKEN
from bot.services.timers import utc_now
from bot.store import KeptStore, load_keys, open_store
from bot.store.engine import Tx
from tests.journeys.nest import SECRET

#: Between a guichet's start and its end, in seconds; wide enough to reach every part of a turn.
LIFE_S = (0.03, 0.5)
PEOPLE = 12
#: On a busy machine a guichet may be still for seconds and not be done: then another one goes on, at most so often.
MOST_ENDS = 20
_ECHO = re.compile(r"reçu (\d+)")

ECHO_FLOW = """flow: besoins.echo
title: Écho
icon: 🔁
about: Pour les essais.
reviewed: 2026-11-23
sources: [https://example.org/]
starts_on: {keywords: [echo], topic: echo}
steps:
  - id: listen
    say: Écrivez un nombre.
    ask: {slot: words, kind: text}
  - id: repeat
    say: "reçu {words}"
  - id: over
    branch:
      - {when: {words: fini}, goto: end}
    otherwise: listen
"""


@dataclass(slots=True)
class Tally:
    """What came of all the numbers that were written."""

    kills: int = 0
    written: int = 0
    #: Numbers without any answer.
    unanswered: list[str] = field(default_factory=list)
    #: Numbers answered more than once.
    repeated: list[str] = field(default_factory=list)
    #: Numbers whose answer came before that of an earlier one.
    out_of_order: list[str] = field(default_factory=list)
    #: Sends that the guichet itself recorded as uncertain, and as sent again.
    uncertain: int = 0
    resent: int = 0
    #: Arrivals the store holds as taken, and as still to take.
    taken: int = 0
    left: int = 0

    @property
    def lost_unflagged(self) -> int:
        """Answers that never came and that nobody knows of."""
        return max(0, len(self.unanswered) - self.uncertain)

    @property
    def doubled_unflagged(self) -> int:
        """Answers that came twice and that nobody knows of."""
        return max(0, len(self.repeated) - self.resent - self.uncertain)


def flows_for(folder: Path) -> Path:
    """The guichet's own flows, and one that repeats what is written."""
    flows = folder / "flows"
    shutil.copytree("flows", flows)
    (flows / "besoins" / "echo.yml").write_text(ECHO_FLOW, encoding="utf-8")
    return flows


def config_for(folder: Path) -> None:
    """The project's settings at a pace that holds nobody up: what is tested is order, not patience."""
    settings = yaml.safe_load(Path("config.yml").read_text(encoding="utf-8"))
    settings["telegram"] = {"chat_per_s": 0, "chat_burst": 100, "group_per_min": 0, "global_per_s": 0}
    settings["flood"] = {"texts_per_min": 0}
    (folder / "config.yml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")


@asynccontextmanager
async def nest(folder: Path, sandbox: RunningSandbox) -> AsyncIterator[Nest]:
    """The warm parent of the guichets to come."""
    config_for(folder)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.journeys.nest", str(flows_for(folder)), str(folder), sandbox.api_url,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    here = Nest(process)
    assert await here.heard() == "ready"
    try:
        yield here
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


class Nest:
    """Commands to the warm parent."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def fork(self) -> int:
        """A new guichet; its process id."""
        await self._say("fork")
        return int(await self.heard())

    async def reap(self) -> None:
        """Wait for the end of the last one."""
        await self._say("reap")
        assert await self.heard() == "gone"

    async def heard(self) -> str:
        """The next line."""
        assert self._process.stdout is not None
        return (await self._process.stdout.readline()).decode().strip()

    async def _say(self, word: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n".encode())
        await self._process.stdin.drain()


async def kill_at_random(folder: Path, kills: int, *, seed: int = 0) -> Tally:
    """Let people write numbers while the guichet is killed again and again, then let it finish and count."""
    chance = random.Random(seed)
    tally = Tally()
    sandbox = await start_sandbox(limits=Limits.off(), is_strict_poll=False)
    written: dict[int, list[str]] = {}
    try:
        async with nest(folder, sandbox) as parent:
            people = [sandbox.world.invent(language_code="fr") for _ in range(PEOPLE)]
            child = await parent.fork()
            for person in people:
                written[person.id] = []
                doings.say(sandbox.world, person, "/start")
                doings.say(sandbox.world, person, "echo")
            await _quiet(sandbox, 1.0)
            while tally.kills < kills:
                await asyncio.sleep(chance.uniform(*LIFE_S))
                for person in chance.sample(people, 3):
                    tally.written += 1
                    number = str(tally.written)
                    written[person.id].append(number)
                    doings.say(sandbox.world, person, number)
                await asyncio.sleep(chance.uniform(0.0, 0.03))
                os.kill(child, signal.SIGKILL)
                await parent.reap()
                tally.kills += 1
                child = await parent.fork()
            for _ in range(MOST_ENDS):
                await _quiet(sandbox, 3.0)
                os.kill(child, signal.SIGTERM)
                await parent.reap()
                if await _is_done(folder, sandbox):
                    break
                child = await parent.fork()
        await _count(folder, sandbox, written, tally)
    finally:
        await sandbox.stop()
    return tally


async def _quiet(sandbox: RunningSandbox, seconds: float) -> None:
    """Until nothing has happened for a while."""
    while await sandbox.world.journal.wait(sandbox.world.journal.seq, seconds):
        pass


async def _is_done(folder: Path, sandbox: RunningSandbox) -> bool:
    """Whether nothing waits to be fetched, to be taken or to be sent, no guichet being there."""
    store = await opened(folder)
    try:
        ages = await store.queue_ages(utc_now())
    finally:
        await store.close()
    return not len(sandbox.world.updates) and ages.inbox_s is None and ages.outbox_s is None


async def _count(folder: Path, sandbox: RunningSandbox, written: dict[int, list[str]], tally: Tally) -> None:
    for person, numbers in written.items():
        answers = [
            found[1]
            for message in sandbox.world.chats[person].messages.values()
            if message["from"].get("is_bot")
            for found in _ECHO.finditer(message.get("text", ""))
        ]
        times = Counter(answers)
        tally.unanswered += [number for number in numbers if not times[number]]
        tally.repeated += [number for number in numbers if times[number] > 1]
        firsts = list(dict.fromkeys(answers))
        tally.out_of_order += [a for a, b in zip(firsts, sorted(firsts, key=int), strict=True) if a != b]
    store = await opened(folder)
    try:
        for person, numbers in written.items():
            newcomer = await store.newcomer_by_account(AccountId(person))
            assert newcomer is not None
            session = await store.session_of(newcomer)
            assert session is not None
            if numbers and session.position.answers.get("words") != numbers[-1]:
                tally.left += 1
        tally.left += len(await store.waiting())
        tally.uncertain, tally.resent = await store.engine.read(_flagged)
    finally:
        await store.close()


def _flagged(tx: Tx) -> tuple[int, int]:
    """Sends whose fate is unknown, and sends made once more and marked as such (bot/store/outbox.py)."""
    row = tx.row("SELECT count(*) FILTER (WHERE state = 5), count(*) FILTER (WHERE is_repeat = 1) FROM outbox")
    assert row is not None
    return int(row[0]), int(row[1])


async def opened(folder: Path) -> KeptStore:
    """The store as the last guichet left it."""
    keys = load_keys(folder / "guichet.key", may_create=False, environment={"GUICHET_SECRET_KEY": SECRET})
    return await open_store(f"sqlite:///{folder}/guichet.db", keys, bot=DEMO_TOKEN.partition(":")[0])
