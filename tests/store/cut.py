"""A backup or a restore that is killed at one line: `python -m tests.store.cut MODULE FUNCTION backup|restore …`.

The function is the line: when it is called, the process is gone.
"""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.store import keys_from
from bot.store.backup import Backup, back_up, restore

KEYS = keys_from(bytes(range(32)))


def killed(at: str, *work: object) -> None:
    """Run until `module:function` is called, which it must be."""
    command = [sys.executable, "-m", "tests.store.cut", *at.split(":"), *map(str, work)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr


def main(module: str, function: str, what: str, *paths: str) -> None:
    def cut(*_: Any, **__: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    target = importlib.import_module(module)
    for name in function.split(".")[:-1]:
        target = getattr(target, name)
    setattr(target, function.rpartition(".")[2], cut)
    first, second, *rest = map(Path, paths)
    if what == "backup":
        back_up(first, second, KEYS, now=datetime.fromisoformat(str(rest[0])))
    else:
        restore(Backup(data=second, keys=rest[0]), first, KEYS)


if __name__ == "__main__":
    main(*sys.argv[1:])
