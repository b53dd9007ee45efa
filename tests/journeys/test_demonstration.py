"""`python -m bot demo` as somebody meets it: addresses, answers, an end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import aiohttp

from bot.sandbox import SandboxClient
from bot.sandbox.client import text_of
from tests.journeys.flows import ROOT
from tests.journeys.nest import SECRET
from tests.patience import PATIENCE_S


async def demonstration(folder: Path, **more: str) -> Process:
    """The program in a process of its own, without the NLU service."""
    env = {
        **os.environ, "GUICHET_CHAT_PORT": "0", "GUICHET_PORT": "0", "NLU_URL": "http://127.0.0.1:9",
        "DATABASE_URL": f"sqlite:///{folder}/demo.db", "GUICHET_SECRET_KEY": SECRET, **more,
    }  # fmt: skip
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", env=env, cwd=ROOT, stdout=PIPE, stderr=PIPE
    )


async def ready(program: Process) -> dict[str, str]:
    """What it prints until the bot answers: a word, then the rest of the line."""
    assert program.stdout is not None
    said: dict[str, str] = {}
    async with asyncio.timeout(PATIENCE_S):
        while "Ready" not in said:
            name, _, rest = (await program.stdout.readline()).decode().strip().partition(" ")
            assert name, (await program.communicate())[1].decode()
            said[name] = rest.strip()
    return said


async def test_it_says_where_it_is_answers_and_ends_on_ctrl_c(tmp_path: Path) -> None:
    program = await demonstration(tmp_path)
    said = await ready(program)
    async with aiohttp.ClientSession() as http, http.get(said["Health"]) as health:
        assert (health.status, (await health.json())["ready"]) == (200, True)
    async with SandboxClient(said["Chat"]) as client:
        fatou = await client.newcomer("Fatou")
        await fatou.start()
        assert "Choisissez votre langue" in text_of(await fatou.reply())
        assert await client.violations() == []
    [core] = [
        line for line in Path("/proc", str(program.pid), "limits").read_text().splitlines() if "core file" in line
    ]
    assert core.split()[4:6] == ["0", "0"]  # a dump would hold keys and words (G17)
    program.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(program.communicate(), 15)
    assert program.returncode == 0
    assert "Traceback" not in err.decode() and out == b""


async def test_who_is_invented_after_a_restart_is_somebody_new(tmp_path: Path) -> None:
    """The database remembers everybody; a person invented today must not be greeted as one of yesterday."""
    asked = {}
    for name, language in (("Emma", "en"), ("Nadia", "fr")):
        program = await demonstration(tmp_path)
        async with SandboxClient((await ready(program))["Chat"]) as client:
            person = await client.newcomer(name, language_code=language)
            await person.start()
            asked[name] = text_of(await person.reply())
            if name == "Emma":
                await person.press("English")
                await person.reply()
        program.send_signal(signal.SIGINT)
        await asyncio.wait_for(program.communicate(), 15)
    assert "Choose your language" in asked["Emma"]
    assert "Choisissez votre langue" in asked["Nadia"]


async def test_a_restart_answers_also_after_more_updates_than_seconds(tmp_path: Path) -> None:
    """What the database has counted must lie below what the next sandbox counts, or everything is read as read."""
    for name in ("Fatou", "John"):
        program = await demonstration(tmp_path)
        async with SandboxClient((await ready(program))["Chat"]) as client:
            person = await client.newcomer(name)
            await person.start()
            assert text_of(await person.reply())
            for _ in range(100):
                await client.do("update", fields={"something_new": {}})
            await person.say("/menu")
            assert text_of(await person.reply())
        program.send_signal(signal.SIGINT)
        await asyncio.wait_for(program.communicate(), 15)


async def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        program = await demonstration(tmp_path, GUICHET_CHAT_PORT=str(port))
        _, err = await asyncio.wait_for(program.communicate(), 60)
    assert program.returncode == 2
    assert err.decode().splitlines() == [f"Port {port} is taken: stop the other program, or set GUICHET_CHAT_PORT."]
