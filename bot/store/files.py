"""The files of the store: a database and what SQLite puts beside it, for their owner only."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

#: SQLite's files beside a database. A log that is left is played into whatever next has the name.
LOGS: Final = ("-wal", "-shm", "-journal")


def with_logs(path: Path) -> list[Path]:
    """A database and what SQLite puts beside it, the logs first."""
    return [path.with_name(path.name + suffix) for suffix in (*LOGS, "")]


def remove(path: Path) -> None:
    """Delete a database and its logs, if they are there."""
    for one in with_logs(path):
        one.unlink(missing_ok=True)


def create(path: Path) -> None:
    """An empty file for its owner only; SQLite gives its logs the same owner and rights."""
    os.close(opened(path, os.O_WRONLY))


def opened(path: Path, flags: int) -> int:
    """A descriptor of a file that is made if need be, for its owner only.

    What root makes belongs to whom the folder does: a backup or a `guichet forget` run by root must not leave a file
    that the guichet, under its own user, cannot open.
    """
    descriptor = os.open(path, flags | os.O_CREAT, 0o600)
    if os.geteuid() == 0 and os.fstat(descriptor).st_uid == 0:
        folder = path.parent.stat()
        with contextlib.suppress(OSError):  # a disk that knows no owners
            os.fchown(descriptor, folder.st_uid, folder.st_gid)
    return descriptor
