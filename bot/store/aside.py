"""The database that a restore replaced: a way back, for a while.

It holds everybody in full, also those who are erased later, so it goes as soon as somebody is: no copy that the
guichet made by itself may outlive an erasure.
"""

from __future__ import annotations

import contextlib
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot.store.drafts import Drafts
from bot.store.files import with_logs

#: How long it is kept when nobody is erased: as long as the keys of backups.
ASIDE_DAYS: Final = 7


class Aside:
    """The files `….before-restore` beside a database, and the drafts of copies that were never finished."""

    def __init__(self, database: Path) -> None:
        self._database = database
        # A log that is left beside another database would be played into it, so it moves along.
        self._files = with_logs(database)
        self._drafts = Drafts(database)

    def put(self) -> None:
        """Have the database aside too, in the place of an older one; its days count from now.

        The file itself stays until it is replaced: a kill in between must not leave a place without a database.
        """
        if any(path.exists() for path in self._files):
            self._drop()
        for path in self._files:
            if path.exists():
                with contextlib.suppress(PermissionError):  # another's file, in a folder that is ours
                    path.chmod(0o600)
                (_link if path == self._database else os.replace)(path, _aside(path))
                os.utime(_aside(path))

    def drop(self) -> None:
        """Delete what is there."""
        self._drop()
        self.drop_unfinished()

    def drop_unfinished(self) -> None:
        """Delete what a killed backup or restore left."""
        self._drafts.drop_left()

    def _drop(self) -> None:
        for path in self._files:
            _aside(path).unlink(missing_ok=True)

    def drop_old(self, now: datetime) -> None:
        """Delete what has been there for longer than its days."""
        before = (now - timedelta(days=ASIDE_DAYS)).timestamp()
        if any(_aside(path).stat().st_mtime < before for path in self._files if _aside(path).exists()):
            self._drop()


def _aside(path: Path) -> Path:
    return path.with_name(path.name + ".before-restore")


def _link(path: Path, other: Path) -> None:
    try:
        os.link(path, other)
    except OSError:  # a disk that knows no second names
        path.replace(other)
