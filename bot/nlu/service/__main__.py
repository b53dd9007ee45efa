"""`python -m bot.nlu.service`: install → train → serve, each only when needed; one line a step on stdout.

Exit codes: 0 ended as asked · 2 the files or the installation are wrong · 3 no Python 3.10 · 4 the port is taken.
"""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from bot.dotenv import read_dotenv
from bot.errors import SettingsError
from bot.nlu.service.child import ChildGone, Worker
from bot.nlu.service.environment import NO_PYTHON, is_ready, ready_environment
from bot.nlu.service.front import Front
from bot.nlu.service.models import Accepted, accepted, private_copy, seal_key
from bot.nlu.service.project import Project
from bot.nlu.service.training import train

#: Where the bot looks when `NLU_URL` is not set.
ADDRESS = "http://127.0.0.1:5005"

#: What the bot reads in `.env` too: both ends of one wire must be told the same.
SHARED = ("NLU_URL", "NLU_TOKEN")

#: Waits between two starts of a worker that keeps ending, seconds; the last one repeats.
PATIENCE_S = (0.5, 2.0, 8.0, 20.0)


class PortTaken(SettingsError):
    """Somebody else listens there already."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and run until a signal."""
    parser = argparse.ArgumentParser(prog="python -m bot.nlu.service", description="Install, train and serve the NLU.")
    parser.add_argument("--folder", type=Path, default=Path("nlu"), help="the Rasa project (nlu)")
    parser.add_argument("--state", type=Path, default=Path("var"), help="where the key of the model seals is (var)")
    parser.add_argument("--port", type=int, help="on 127.0.0.1 (that of NLU_URL, or 5005)")
    parser.add_argument("--train-only", action="store_true", help="train if anything changed, then stop")
    parser.add_argument("--until-stdin-ends", action="store_true", help="stop when whoever started it is gone")
    chosen = parser.parse_args(arguments)
    try:
        env = shared_settings()
        service = Service(Project(folder=chosen.folder), seal_key(chosen.state), env.get("NLU_TOKEN") or None)
        if chosen.train_only:
            asyncio.run(service.prepare())
        else:
            asyncio.run(service.run(chosen.port or _port(env), until_stdin_ends=chosen.until_stdin_ends))
    except SettingsError as exc:
        print(f"nlu: unavailable – {exc}", flush=True)
        return 4 if isinstance(exc, PortTaken) else 3 if str(exc) == NO_PYTHON else 2
    except (KeyboardInterrupt, asyncio.CancelledError):
        pass
    return 0


def shared_settings(path: Path = Path(".env")) -> Mapping[str, str]:
    """What the environment, or else `.env`, says of the wire between bot and NLU. Raises SettingsError.

    No other secret is taken from the file. One that this user may not read is none: the service may run as another
    user than the guichet.
    """
    said = read_dotenv(path) if os.access(path, os.R_OK) else {}
    return {name: value.strip() for name in SHARED if (value := os.environ.get(name, said.get(name)))}


def _port(env: Mapping[str, str]) -> int:
    """Raises SettingsError."""
    try:
        return urlsplit(env.get("NLU_URL") or ADDRESS).port or 5005
    except ValueError as exc:
        raise SettingsError("NLU_URL ends with a port that is none.") from exc


async def _cancelled_with_stdin(task: asyncio.Task[None]) -> None:
    """A pipe closes with the process at its other end, however that one ended: no signal need reach us."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()
    task.cancel()


class Service:
    """The whole of it: one front, at most one worker, at most one training."""

    def __init__(self, project: Project, key: bytes, token: str | None) -> None:
        self._project = project
        self._key = key
        self._front = Front(token)
        self._said = ""

    def say(self, state: str) -> None:
        """Tell the operator, and whoever asks for the status."""
        self._front.state = state
        if state != self._said:
            print(f"nlu: {state}", flush=True)
        self._said = state

    async def prepare(self) -> Accepted:
        """Install and train what is not there yet; the model to load."""
        await ready_environment(self._project, self.say)
        current = self._current()
        if current is not None:
            self.say(f"model {current.name} is up to date")
            return current
        record = await train(self._project, self._key, self.say)
        self.say(f"trained {record.name} in {record.seconds} s")
        return record

    async def run(self, port: int, *, until_stdin_ends: bool = False) -> None:
        """Serve until cancelled; parsing is refused, not delayed, while there is no model."""
        task = asyncio.current_task()
        assert task is not None
        # Kept in a name, or it would be collected before it ends.
        watch = asyncio.create_task(_cancelled_with_stdin(task)) if until_stdin_ends else None
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        runner = web.AppRunner(self._front.app(), access_log=None, handle_signals=False)
        await runner.setup()
        try:
            try:
                await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
            except OverflowError as exc:
                raise SettingsError(f"port {port} is none: they go from 0 to 65535.") from exc
            except OSError as exc:
                raise PortTaken(f"port {port} of 127.0.0.1 is taken; another NLU may be serving already.") from exc
            await self._keep_serving(f"http://127.0.0.1:{port}")
        finally:
            if watch is not None:
                watch.cancel()
            await runner.cleanup()

    def _current(self) -> Accepted | None:
        """The accepted model of the files as they are now, when its file is still there."""
        content = self._project.content()
        fits = (one for one in accepted(self._project.models, self._key) if one.content == content)
        return next((one for one in fits if (self._project.models / one.name).is_file()), None)

    async def _keep_serving(self, address: str) -> None:
        """An older model answers while a newer one is trained; a worker that ends is started again."""
        older = asyncio.create_task(self._serve_older(address)) if self._current() is None else None
        try:
            record = await self.prepare()
        finally:
            if older is not None:
                older.cancel()
                with suppress(asyncio.CancelledError):
                    await older
        await self._serve(record, address)

    async def _serve_older(self, address: str) -> None:
        for record in accepted(self._project.models, self._key)[:1]:
            if is_ready(self._project):  # a model of other packages may not load, or load and lie
                with suppress(SettingsError):
                    await self._serve(record, address)

    async def _serve(self, record: Accepted, address: str) -> None:
        failures = 0
        while True:
            with tempfile.TemporaryDirectory(prefix="guichet-nlu-") as folder:
                model = await asyncio.to_thread(private_copy, self._project.models, record, Path(folder))
                if model is None:
                    (self._project.models / record.name).unlink(missing_ok=True)
                    raise SettingsError(
                        f"the model {record.name} is not the one that was trained here; it was put aside."
                    )
                with suppress(ChildGone):
                    self.say("loading")
                    worker = await Worker.start(self._project, model, Path(folder))
                    failures = 0
                    await self._while_alive(worker, record, address)
            self.say("worker ended, starting it again")
            await asyncio.sleep(PATIENCE_S[min(failures, len(PATIENCE_S) - 1)])
            failures += 1

    async def _while_alive(self, worker: Worker, record: Accepted, address: str) -> None:
        self._front.worker, self._front.model = worker, record.name
        self.say(f"ready {address}")
        try:
            await worker.gone()
        finally:
            self._front.worker = None
            await worker.stop()


if __name__ == "__main__":
    sys.exit(main())
