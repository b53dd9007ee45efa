"""Papers are made in a process of their own, one at a time, and never leave a turn hanging."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.core.papers import Pair
from bot.documents.printer import Printer
from bot.errors import PaperError
from tests.documents.samples import CARD


async def test_a_card_comes_from_a_process_and_is_kept_for_the_next_person() -> None:
    printer = Printer()
    made = await printer.make(CARD)
    assert made.startswith(b"\x89PNG")
    assert await printer.make(CARD) is made


async def test_what_cannot_be_drawn_is_an_error_that_says_nothing_of_its_words() -> None:
    with pytest.raises(PaperError) as caught:
        await Printer().make(Pair(french="canari"))  # type: ignore[arg-type]
    assert "canari" not in str(caught.value)


async def test_the_process_that_draws_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:  # G17
    secrets = {"TELEGRAM_BOT_TOKEN": "canari-1", "GUICHET_SECRET_KEY": "canari-2", "DATABASE_URL": "canari-3"}
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    known = b""
    making = asyncio.create_task(Printer().make(CARD))
    while not making.done():
        for child in Path("/proc/self/task", str(os.getpid()), "children").read_text().split():
            with contextlib.suppress(OSError):  # ended meanwhile
                if b"bot.documents" in Path("/proc", child, "cmdline").read_bytes():
                    known = Path("/proc", child, "environ").read_bytes() or known
        await asyncio.sleep(0.005)
    assert (await making).startswith(b"\x89PNG")
    assert b"PATH=" in known
    assert b"canari" not in known


async def test_a_process_that_hangs_is_ended() -> None:
    with pytest.raises(PaperError, match="no paper in time"):
        await Printer(timeout_s=0.001).make(CARD)


def test_the_guichet_itself_never_loads_the_layout_library() -> None:
    code = "import sys, bot.bootstrap; print(sorted({'fpdf', 'PIL', 'fontTools', 'pypdfium2'} & sys.modules.keys()))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
