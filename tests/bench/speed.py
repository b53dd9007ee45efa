"""Turns a second and waiting times, of a bare echo bot and of the guichet, against the same stand-in."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import statistics
import sys
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox import ADVISER_CHAT_ID, ADVISER_IDS, Limits, RunningSandbox, start_sandbox
from bot.sandbox.people import DEMO_TOKEN
from tests.bench.crowd import Act, Crowd, Result
from tests.journeys.kills import config_for

PEOPLE, TURNS = 200, 10
#: For one person alone.
LONE_TURNS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """One line of the table."""

    name: str
    burst: Result
    lone: Result
    #: Resident memory of the bot's process after the burst, MiB.
    resident_mib: float


async def measure(name: str, command: list[str], act: Act, env: Mapping[str, str], *, people: int = PEOPLE) -> Speed:
    """Start a bot on a fresh stand-in and let crowds loose on it."""
    async with _sandbox() as sandbox:
        filled = [part.replace("{api}", sandbox.api_url).replace("{token}", DEMO_TOKEN) for part in command]
        async with running(filled, {**env, "TELEGRAM_API_URL": sandbox.api_url}) as process:
            lone = await Crowd(world=sandbox.world, people=1, turns=LONE_TURNS, act=act).run()
            burst = await Crowd(world=sandbox.world, people=people, turns=TURNS, act=act).run()
            return Speed(name=name, burst=burst, lone=lone, resident_mib=resident_mib(process.pid))


@contextlib.asynccontextmanager
async def _sandbox() -> AsyncIterator[RunningSandbox]:
    sandbox = await start_sandbox(limits=Limits.off(), is_strict_poll=False)
    try:
        yield sandbox
    finally:
        await sandbox.stop()


@contextlib.asynccontextmanager
async def running(command: list[str], env: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of our own, ended by its id."""
    process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **env}, stderr=None,
                                                   stdout=asyncio.subprocess.DEVNULL)  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), 20)
        if process.returncode is None:
            process.kill()
            await process.wait()


def guichet_env(folder: Path, *, nlu_url: str = "http://127.0.0.1:9") -> dict[str, str]:
    """The environment of a guichet with everything of its own in `folder`."""
    config_for(folder)
    return {
        "TELEGRAM_BOT_TOKEN": DEMO_TOKEN,
        "TELEGRAM_ADVISER_CHAT_ID": str(ADVISER_CHAT_ID),
        "GUICHET_ADVISER_IDS": ",".join(map(str, ADVISER_IDS)),
        "DATABASE_URL": f"sqlite:///{folder}/guichet.db",
        "GUICHET_SECRET_KEY": "a passphrase for measuring only",
        "GUICHET_CONFIG": str(folder / "config.yml"),
        "GUICHET_PORT": "0",
        "NLU_URL": nlu_url,
        "GUICHET_LOG_LEVEL": "WARNING",
    }


def guichet() -> list[str]:
    """The command of production."""
    return [sys.executable, "-m", "bot", "run"]


def echo(transport: str) -> list[str]:
    """The yardstick's command; transports: see `echo.py`."""
    return [sys.executable, "-m", "tests.bench.echo", "{token}", "{api}", transport]


def disk_ms(folder: Path, tries: int = 200) -> float:
    """Median of one durable write of a page, milliseconds: what a promise costs at the least."""
    took = []
    with (folder / "page").open("wb", buffering=0) as file:
        for _ in range(tries):
            file.write(bytes(4096))
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - began)
    return statistics.median(took) * 1000


async def cold_start_s(env: Mapping[str, str]) -> float:
    """Seconds from starting the process to the first answer, with an empty database."""
    async with _sandbox() as sandbox:
        person = sandbox.world.invent(language_code="fr")
        from bot.sandbox import doings

        doings.say(sandbox.world, person, "/start")
        began = time.perf_counter()
        async with running(guichet(), {**env, "TELEGRAM_API_URL": sandbox.api_url}):
            seq = 0
            while True:
                for entry in await sandbox.world.journal.wait(seq, 30.0):
                    seq = entry["seq"]
                    sender = (entry.get("message") or {}).get("from", {})
                    if entry["kind"] == "message" and sender.get("is_bot"):
                        return time.perf_counter() - began


def resident_mib(pid: int) -> float:
    """Resident memory of a process (proc(5), VmRSS)."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
