"""A start that cannot go on says why in one sentence and leaves nothing behind; one that can, goes on."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path

import aiohttp
import pytest

from bot import __version__
from bot.bootstrap.introduction import introductions
from bot.errors import SettingsError, UnusableStore
from tests.journeys.conftest import Lines
from tests.journeys.flows import ROOT, WHO, WORDS
from tests.journeys.office import Office
from tests.patience import PATIENCE_S


async def refusal(office: Office, **changes: str) -> str:
    """What the operator reads; the same start succeeds afterwards, so nothing was left open."""
    with pytest.raises((SettingsError, UnusableStore)) as caught:
        await office.open(**changes)
    office.guichet = None
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def test_a_wrong_token_is_said(closed_office: Office) -> None:
    await closed_office.client.do("revoke")
    said = await refusal(closed_office)
    assert said == "Telegram refuses TELEGRAM_BOT_TOKEN: copy it again from BotFather."
    await closed_office.client.do("revoke", is_revoked=False)
    await closed_office.open()
    assert (await (await closed_office.fatou()).say("essai")) == [WHO]


async def test_a_taken_port_is_said(closed_office: Office) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = await refusal(closed_office, GUICHET_PORT=str(port))
        assert said == f"Port {port} is taken or not allowed: stop the other program, or set GUICHET_PORT."
    await closed_office.open()


async def test_a_lost_key_is_said_and_nothing_overwritten(closed_office: Office) -> None:
    await closed_office.open()
    fatou = await closed_office.fatou()
    await fatou.say("essai")
    await closed_office.close()
    key = closed_office.env.pop("GUICHET_SECRET_KEY")
    before = (closed_office.folder / "guichet.db").read_bytes()
    assert "key" in await refusal(closed_office)
    assert not (closed_office.folder / "keys" / "guichet.key").exists()
    assert "The key does not open" in await refusal(closed_office, GUICHET_SECRET_KEY="ab" * 32)
    assert (closed_office.folder / "guichet.db").read_bytes() == before
    await closed_office.open(GUICHET_SECRET_KEY=key)
    assert await fatou.press("Une femme") == [WORDS]


async def test_a_key_is_made_at_the_first_start_and_used_at_the_next(closed_office: Office) -> None:
    del closed_office.env["GUICHET_SECRET_KEY"]
    await closed_office.open()
    key = closed_office.folder / "keys" / "guichet.key"
    assert key.stat().st_mode & 0o077 == 0
    fatou = await closed_office.fatou()
    await fatou.say("essai")
    await closed_office.reopen()
    assert await fatou.press("Une femme") == [WORDS]


async def test_a_folder_that_cannot_be_written_is_said(closed_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, access = closed_office.folder, os.access
    # Whoever runs the tests may be root, for whom every folder is writable: the answer of the system is stood in for.
    monkeypatch.setattr(
        os, "access", lambda path, mode: not (Path(path) == folder and mode & os.W_OK) and access(path, mode)
    )
    assert "cannot be written" in await refusal(closed_office)


async def test_a_webhook_without_a_secret_is_refused(closed_office: Office) -> None:
    said = await refusal(closed_office, TELEGRAM_WEBHOOK_URL="https://guichet.example/telegram")
    assert "TELEGRAM_WEBHOOK_SECRET" in said


async def test_a_group_that_is_not_there_is_told_with_its_variable(closed_office: Office, logged: Lines) -> None:
    guichet = await closed_office.open(TELEGRAM_ADVISER_CHAT_ID="-1001")
    [told] = [line for line in logged.lines if "group.unreachable" in line]
    assert "is TELEGRAM_ADVISER_CHAT_ID its id, and is the bot in it as an administrator?" in told
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{guichet.web.port}/healthz") as answer:
        assert (await answer.json())["version"] == __version__


async def test_telegram_away_at_the_start_is_waited_for(closed_office: Office) -> None:
    away = asyncio.create_task(closed_office.sandbox.refuse_for(0.6))
    await asyncio.sleep(0)
    guichet = await closed_office.open()
    health = f"http://127.0.0.1:{guichet.web.port}/healthz"
    async with aiohttp.ClientSession() as http, http.get(health) as answer:
        assert (answer.status, (await answer.json())["telegram"]) == (200, "Telegram cannot be reached")
    await away
    fatou = await closed_office.fatou()
    assert await fatou.say("essai") == [WHO]
    async with aiohttp.ClientSession() as http, http.get(health) as answer:
        assert (answer.status, (await answer.json())["telegram"]) == (200, "ok")
    async with asyncio.timeout(PATIENCE_S):
        while not closed_office.sandbox.world.profile:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_telegram_away_for_a_while_loses_nothing(closed_office: Office) -> None:
    await closed_office.open()
    fatou = await closed_office.fatou()
    await fatou.say("essai")
    await fatou.seat.press("Une femme")
    await closed_office.sandbox.refuse_for(0.5)
    assert await fatou.heard() == [WORDS]


async def test_a_revoked_token_stops_sending_and_a_new_one_goes_on(closed_office: Office) -> None:
    await closed_office.open()
    fatou = await closed_office.fatou()
    await closed_office.client.do("revoke")
    await fatou.seat.say("essai")
    await closed_office.client.wait_for(lambda entry: entry["kind"] == "message")
    async with asyncio.timeout(PATIENCE_S):
        while not closed_office.running.intake.trouble:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert "TELEGRAM_BOT_TOKEN" in closed_office.running.intake.trouble
    await closed_office.close()
    await closed_office.client.do("revoke", is_revoked=False)
    await closed_office.open()
    assert (await fatou.heard())[-1] == WHO


async def test_the_command_line_says_one_sentence_and_ends(closed_office: Office) -> None:
    await closed_office.client.do("revoke")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run",
        env={**os.environ, **closed_office.env, "GUICHET_CONFIG": str(ROOT / "config.yml")},
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 2
    assert out == b""
    assert err.decode().splitlines()[-1] == "Telegram refuses TELEGRAM_BOT_TOKEN: copy it again from BotFather."
    assert "Traceback" not in err.decode()


async def test_every_language_that_telegram_can_show_has_its_list_of_commands(office: Office) -> None:
    told = introductions(office.running.live.guide(), office.data)
    shown = {one.language: one for one in told}
    offered = {language.locale for language in office.running.live.guide().languages}
    assert len(shown) == len(told)
    # French for everybody, Kurmanji for phones that say Kurdish; Dari has no two letters of its own.
    assert set(shown) >= {None, "en", "ar", "fa", "ps", "ti", "ku"} and "fr" not in shown
    assert {"fa-AF", "kmr"} <= offered and all(code is None or len(code) == 2 for code in shown)
    assert shown["ku"].description.startswith("Silav")
    menus = {one.commands[0][1] for one in told}
    assert all(len(one.commands) == 11 for one in told) and len(menus) > 15
