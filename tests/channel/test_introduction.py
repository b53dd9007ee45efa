"""What Telegram shows before the first message is told once, at a pace, and whatever the network does (B04, B05)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.channel.introduction import Introduction, introduce
from bot.channel.transport import Transport
from bot.sandbox import Limits, RunningSandbox, start_sandbox
from bot.sandbox.faults import Fault, FaultScript

FRENCH = Introduction(language=None, commands=[("menu", "Voir le menu")], description="Bonjour !", about="Aide")
KURDISH = Introduction(language="ku", commands=[("menu", "Menuyê bibîne")], description="Silav!", about="Alîkarî")
METHODS = ("MyCommands", "MyDescription", "MyShortDescription")


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with await start_sandbox(limits=Limits.off(), is_strict_poll=False) as one:
        yield one


@pytest.fixture
async def transport(sandbox: RunningSandbox) -> AsyncIterator[Transport]:
    one = Transport(sandbox.token, sandbox.api_url)
    yield one
    await one.close()


class Slept:
    """Time that does not pass."""

    def __init__(self) -> None:
        self.spans: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.spans.append(seconds)


def asked(sandbox: RunningSandbox) -> list[str]:
    return [call.method for call in sandbox.api.ledger]


async def shown(transport: Transport, language: str | None) -> list[Any]:
    told = {} if language is None else {"language_code": language}
    return [await transport.call(f"get{name}", told) for name in METHODS]


async def test_only_what_is_not_shown_yet_is_told(sandbox: RunningSandbox, transport: Transport) -> None:
    sleep = Slept()
    assert await introduce(transport, [FRENCH, KURDISH], sleep=sleep) == 6
    assert len(sleep.spans) == len(asked(sandbox)) == 12 and set(sleep.spans) == {0.2}
    assert await shown(transport, "ku") == [
        [{"command": "menu", "description": "Menuyê bibîne"}],
        {"description": "Silav!"},
        {"short_description": "Alîkarî"},
    ]
    before = len(asked(sandbox))
    assert await introduce(transport, [FRENCH, KURDISH], sleep=sleep) == 0
    again = Introduction(language=None, commands=[("menu", "Voir le menu")], description="Bonsoir !", about="Aide")
    assert await introduce(transport, [again, KURDISH], sleep=sleep) == 1
    assert [method for method in asked(sandbox)[before:] if method.startswith("set")] == ["setMyDescription"]


async def test_what_telegram_puts_off_is_told_later_and_what_it_refuses_is_left_out(
    sandbox: RunningSandbox, transport: Transport
) -> None:
    sleep = Slept()
    script = FaultScript(at={2: Fault.FLOOD, 3: Fault.RESET_BEFORE, 6: Fault.BAD_GATEWAY}, retry_after_s=7)
    sandbox.api.faults.play(script)
    too_long = Introduction(language="fa", commands=[("menu", "x")], description="y" * 600, about="z")
    assert await introduce(transport, [FRENCH, too_long], sleep=sleep) == 5
    assert sorted({7.0, 30.0} & set(sleep.spans)) == [7.0, 30.0]
    assert await shown(transport, None) == [
        [{"command": "menu", "description": "Voir le menu"}],
        {"description": "Bonjour !"},
        {"short_description": "Aide"},
    ]
    assert await shown(transport, "fa") == [
        [{"command": "menu", "description": "x"}],
        {"description": ""},
        {"short_description": "z"},
    ]
