"""The database that a restore replaced: a way back, for a while.

It holds everybody in full, also those who are erased later, so it goes as soon as somebody is: no copy that the
guichet made by itself may outlive an erasure.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

#: How long it is kept when nobody is erased: as long as the keys of backups.
ASIDE_DAYS: Final = 7


class Aside:
    """The files `….before-restore` beside a database."""

    def __init__(self, database: Path) -> None:
        # A log that is left beside another database would be played into it, so it moves along.
        self._files = [database.with_name(database.name + suffix) for suffix in ("-wal", "-shm", "")]

    def put(self) -> None:
        """Move the database aside, in the place of an older one; its days count from now."""
        if any(path.exists() for path in self._files):
            self.drop()
        for path in self._files:
            if path.exists():
                path.replace(_aside(path))
                os.utime(_aside(path))

    def drop(self) -> None:
        """Delete what is there."""
        for path in self._files:
            _aside(path).unlink(missing_ok=True)

    def drop_old(self, now: datetime) -> None:
        """Delete what has been there for longer than its days."""
        before = (now - timedelta(days=ASIDE_DAYS)).timestamp()
        if any(_aside(path).stat().st_mtime < before for path in self._files if _aside(path).exists()):
            self.drop()


def _aside(path: Path) -> Path:
    return path.with_name(path.name + ".before-restore")
