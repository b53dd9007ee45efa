"""One training run in a child process, and the model it makes."""

import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bot.errors import SettingsError
from bot.nlu.service.child import end, spawn
from bot.nlu.service.models import Accepted, accept
from bot.nlu.service.project import Project

#: 90 s is what a training takes at most on two cores; a machine ten times slower still gets there.
LONGEST_S = 1200.0

#: Private memory the training may take, megabytes: eighty thousand examples need three gigabytes for a minute.
MEMORY_MB = 4000

#: Vectors of the training sentences, written by the embedding component.
VECTORS = "vectors.npz"


async def train(
    project: Project,
    key: bytes,
    say: Callable[[str], None],
    *,
    longest_s: float = LONGEST_S,
    memory_mb: int = MEMORY_MB,
) -> Accepted:
    """Train on the files as they are now and accept the result.

    Raises SettingsError, one sentence for the operator, when the files are refused or Rasa fails.
    """
    objections = project.objections()
    if objections:
        more = f" (and {len(objections) - 1} more)" if len(objections) > 1 else ""
        raise SettingsError(f"the NLU was not trained: {objections[0]}{more}")
    content = project.content()
    with tempfile.TemporaryDirectory(prefix="guichet-nlu-") as folder:
        home = Path(folder)
        # The child reads a copy that nobody edits while it trains.
        shutil.copytree(project.data, home / "data")
        started_s = time.monotonic()
        ticker = asyncio.create_task(_tell_time(say))
        process = await spawn(
            project,
            home,
            "train.py",
            str(project.config.absolute()),
            str(home / "data"),
            folder,
            "model",
            str(memory_mb),
        )
        try:
            async with asyncio.timeout(longest_s):
                said, _ = await process.communicate()
        except TimeoutError:
            raise SettingsError(f"the NLU's training took longer than {longest_s:.0f} s and was stopped.") from None
        finally:
            ticker.cancel()
            await end(process)
        trained = home / "model.tar.gz"
        if process.returncode or not trained.is_file() or trained.is_symlink():
            raise SettingsError(_complaint(said))
        seconds = round(time.monotonic() - started_s, 1)
        if (home / VECTORS).is_file() and not (
            home / VECTORS
        ).is_symlink():  # for the next training; its components check it before they believe it
            project.models.mkdir(parents=True, exist_ok=True)
            shutil.move(home / VECTORS, project.models / VECTORS)
        return accept(project.models, key, trained, content, seconds)


def _complaint(said: bytes) -> str:
    """Rasa's own last word, where it left one."""
    try:
        reason = str(json.loads(said.splitlines()[-1])["error"])[:300]
    except (ValueError, KeyError, IndexError, TypeError):
        reason = "Rasa ended without a model; look at the newest file under nlu/data/"
    return f"the NLU could not be trained: {reason}"


async def _tell_time(say: Callable[[str], None]) -> None:
    passed_s = 0
    while True:
        say(f"training ({passed_s} s)")
        await asyncio.sleep(5)
        passed_s += 5
