"""Papers made in a process of their own: the event loop goes on, and the guichet's memory stays small."""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from collections import OrderedDict
from pathlib import Path
from typing import Final

from bot.core.papers import CounterCard, Paper
from bot.errors import PaperError

#: A slow machine under load takes a few seconds; more means that something hangs.
TIMEOUT_S: Final = 30.0
#: Where `bot` is found, wherever the guichet was started.
_ROOT: Final = Path(__file__).parents[2]
#: All of the environment that a drawing process gets to know: it needs no token, no key and no database.
_KNOWN: Final = ("PATH", "HOME", "TMPDIR", "LANG", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
_KNOWN_PREFIXES: Final = ("LC_", "PYTHON")
#: Cards kept in memory: they say nothing of a person, and many people show the same one. At most about 100 kB each.
_KEPT: Final = 32


class Printer:
    """`bot.ports.Papers` over `python -m bot.documents`. One paper is made at a time."""

    def __init__(self, *, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._turn = asyncio.Lock()
        self._kept: OrderedDict[Paper, bytes] = OrderedDict()

    async def make(self, paper: Paper) -> bytes:
        """The file of a paper. Raises PaperError when it cannot be drawn."""
        async with self._turn:
            if (kept := self._kept.get(paper)) is not None:
                self._kept.move_to_end(paper)
                return kept
            made = await self._made(paper)
            if isinstance(paper, CounterCard):
                self._kept[paper] = made
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            return made

    async def _made(self, paper: Paper) -> bytes:
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.documents",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
                cwd=_ROOT, env=_environment(),
            )  # fmt: skip
        except OSError as exc:
            raise PaperError(type(exc).__name__) from exc
        try:
            async with asyncio.timeout(self._timeout_s):
                made, _ = await process.communicate(pickle.dumps(paper))
        except TimeoutError as exc:
            raise PaperError("no paper in time") from exc
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode or not made:
            # What it would have said on its error stream could hold the person's words: only the code is told.
            raise PaperError(f"exit code {process.returncode}")
        return made


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name in _KNOWN or name.startswith(_KNOWN_PREFIXES)}
