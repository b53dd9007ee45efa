"""Processes of the NLU's own Python: started clean, asked through a pipe, never trusted."""

import asyncio
import itertools
import json
import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.nlu.service.project import Project

#: Private memory one child may take, megabytes. Serving has 1,400 resident, shared pages included.
MEMORY_MB = 2500

#: A parse takes 15 ms, the longest text some hundreds; a worker that needs this long is stuck.
STUCK_S = 10.0

#: Loading TensorFlow and the model takes 8 to 25 s on two cores.
LOADING_S = 180.0

#: A reply is 2 kB.
LINE_BYTES = 65_536


class ChildGone(Exception):
    """The process ended, or was ended because it did not answer; start another one."""


def clean_environment(home: Path, threads: int) -> dict[str, str]:
    """All a child gets to know: nothing of the bot's environment, so no token, no key, no address."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
        "TMPDIR": str(home),
        "MPLCONFIGDIR": str(home),
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": str(threads),
        # Threads that wait must sleep: spinning ones made a parse ten times slower as soon as the bot was busy too.
        "OMP_WAIT_POLICY": "PASSIVE",
        "OPENBLAS_NUM_THREADS": str(threads),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_MAX_CACHE_SIZE": "0",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",
        "NLU_NEW_VECTORS": str(home / "vectors.npz"),
    }


async def spawn(project: Project, home: Path, *arguments: str, threads: int = 2) -> asyncio.subprocess.Process:
    """Start the NLU's Python in its own folder and process group, with nothing open but three pipes."""
    return await asyncio.create_subprocess_exec(
        str(project.python.absolute()),
        "-W",
        "ignore",
        *arguments,
        cwd=project.folder,
        env=clean_environment(home, threads),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # nothing a library says about a text may be kept
        limit=LINE_BYTES,
        start_new_session=True,
    )


async def end(process: asyncio.subprocess.Process) -> None:
    """Kill a child and whatever it started, and wait until it is gone."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


class Worker:
    """The process that reads people's words: one question at a time, answers in order."""

    def __init__(self, process: asyncio.subprocess.Process, sandbox: tuple[str, ...]) -> None:
        self._process = process
        self._ids = itertools.count(1)
        self._turn = asyncio.Lock()
        #: What it gave up; see nlu/sandbox.py.
        self.sandbox = sandbox

    @classmethod
    async def start(cls, project: Project, model: Path, home: Path, *, memory_mb: int = MEMORY_MB) -> "Worker":
        """Start it and wait until it has loaded `model`. Raises ChildGone when it cannot."""
        process = await spawn(project, home, "worker.py", str(model), str(memory_mb), threads=1)
        try:
            async with asyncio.timeout(LOADING_S):
                first = await _line(process)
        except (TimeoutError, ChildGone) as exc:
            await end(process)
            raise ChildGone("the model could not be loaded") from exc
        except asyncio.CancelledError:
            await end(process)
            raise
        return cls(process, tuple(first["ready"]["sandbox"]))

    @property
    def pid(self) -> int:
        """Of the process, for measuring."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.returncode is None

    async def parse(self, text: str) -> Mapping[str, Any]:
        """The reply for one text. Raises ChildGone, and ends the process, when it is stuck or out of step."""
        async with self._turn:
            number = next(self._ids)
            assert self._process.stdin is not None
            try:
                async with asyncio.timeout(STUCK_S):
                    self._process.stdin.write(json.dumps({"id": number, "text": text}).encode() + b"\n")
                    await self._process.stdin.drain()
                    answer = await _line(self._process)
            except (TimeoutError, ConnectionError, asyncio.CancelledError, ChildGone) as exc:
                # Also when cancelled: its answer would be taken for the answer to the next question.
                await end(self._process)
                if isinstance(exc, asyncio.CancelledError):
                    raise
                raise ChildGone("no answer") from exc
            if answer.get("id") != number or not isinstance(answer.get("reply"), dict):
                await end(self._process)
                raise ChildGone("an answer out of step")
            reply: Mapping[str, Any] = answer["reply"]
            return reply

    async def gone(self) -> None:
        """Wait until it has ended."""
        await self._process.wait()

    async def stop(self) -> None:
        """End it."""
        await end(self._process)


async def _line(process: asyncio.subprocess.Process) -> dict[str, Any]:
    assert process.stdout is not None
    try:
        line = await process.stdout.readline()
        said = json.loads(line)
    except ValueError as exc:  # not JSON, or longer than LINE_BYTES
        raise ChildGone("not an answer") from exc
    if not isinstance(said, dict):
        raise ChildGone("not an answer")
    return said
