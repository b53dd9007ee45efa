"""The NLU's own Python: found, or fetched, then filled from the lock (decisions 1 and 2)."""

import asyncio
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.errors import SettingsError
from bot.nlu.service.project import Project

#: Rasa 3.6.21 runs on no later one.
VERSION = (3, 10)

NO_PYTHON = (
    "no Python 3.10 was found on PATH, under a pyenv root or through uv, and Rasa runs on no other: "
    "the bot goes on with keywords."
)

_PINNED = re.compile(r"^[A-Za-z0-9_.-]+==", re.MULTILINE)


async def ready_environment(project: Project, say: Callable[[str], None]) -> None:
    """Make `nlu/.venv` what the lock says; returns at once when it is already.

    Raises SettingsError, one sentence for the operator, when that cannot be done.
    """
    if is_ready(project):
        return
    say("installing")
    uv = find_uv()
    python = await asyncio.to_thread(find_python, uv)
    mark = _mark(project)
    mark.unlink(missing_ok=True)
    if not is_version(project.python):
        await _run(
            [uv, "venv", "--quiet", "--clear", "--python", str(python), str(mark.parent)], "make its environment"
        )
    sync = [uv, "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode", "--python", str(project.python)]
    progress = asyncio.create_task(_tell_progress(project, say))
    try:
        await _run([*sync, str(project.lock)], "install its packages")
    finally:
        progress.cancel()
    mark.write_text(_digest_of_lock(project), encoding="ascii")


def is_ready(project: Project) -> bool:
    """Whether the environment is there, whole, and of this lock."""
    mark = _mark(project)
    return project.python.exists() and mark.is_file() and mark.read_text(encoding="ascii") == _digest_of_lock(project)


def _mark(project: Project) -> Path:
    return project.folder / ".venv" / "installed"


def _digest_of_lock(project: Project) -> str:
    return hashlib.sha256(project.lock.read_bytes()).hexdigest()


def find_uv() -> str:
    """The uv beside the running interpreter, or on PATH."""
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.exists() else shutil.which("uv")
    if found is None:
        raise SettingsError("uv is not installed beside Python or on PATH, so the NLU cannot be installed.")
    return found


def find_python(uv: str) -> Path:
    """A Python 3.10: on PATH, under a pyenv root, known to uv, or fetched by uv, in this order."""
    for candidate in _candidates():
        if is_version(candidate):
            return candidate
    for verb in ("find", "install"):
        # `install` fetches it when the network allows; its own words would not help an operator.
        done = subprocess.run([uv, "python", verb, "3.10"], capture_output=True, text=True, timeout=600, check=False)
        if verb == "install" and done.returncode == 0:
            done = subprocess.run(
                [uv, "python", "find", "3.10"], capture_output=True, text=True, timeout=60, check=False
            )
        found = Path(done.stdout.strip())
        if done.returncode == 0 and done.stdout.strip() and is_version(found):
            return found
    raise SettingsError(NO_PYTHON)


def _candidates() -> Iterator[Path]:
    on_path = shutil.which("python3.10")
    if on_path:
        yield Path(on_path)
    for root in (os.environ.get("PYENV_ROOT"), Path.home() / ".pyenv"):
        if root:
            yield from sorted(Path(root).glob("versions/3.10*/bin/python"), reverse=True)


def is_version(python: Path) -> bool:
    """Whether this program is a working Python of the wanted version (a pyenv shim may be there and not work)."""
    asked = "import sys, ssl, ctypes; print(*sys.version_info[:2])"
    try:
        done = subprocess.run([str(python), "-c", asked], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.split() == [str(part) for part in VERSION]


async def _run(command: list[str], aim: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        _, complaint = await process.communicate()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise
    if process.returncode:
        last = complaint.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
        raise SettingsError(f"the NLU could not {aim}: {last[0].strip()}")


async def _tell_progress(project: Project, say: Callable[[str], None]) -> None:
    """Say how many of the packages are there; uv fetches first and unpacks at the end."""
    total = len(_PINNED.findall(project.lock.read_text(encoding="utf-8")))
    passed_s = 0
    while True:
        there = sum(1 for _ in project.folder.glob(".venv/lib/python3.10/site-packages/*.dist-info"))
        say(f"installing {min(99, 100 * there // max(total, 1))} % ({passed_s} s)")
        await asyncio.sleep(5)
        passed_s += 5
