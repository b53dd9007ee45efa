"""Copies of the database that are being made: gone when they are not finished, whatever ended the program.

A copy that a kill left half-way holds everybody in full, out of reach of every erasure. So what is being made is noted
beside the database before its first byte, wherever it is made; a start, an erasure and the next copy remove what is
noted there and not being made any more.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from bot.errors import UnusableStore
from bot.store.files import create, opened, remove, with_logs

log = logging.getLogger(__name__)


class Drafts:
    """Drafts out of, or for, one database. Their list is held as long as they are being made."""

    def __init__(self, database: Path) -> None:
        self._list = database.with_name(database.name + ".drafts")
        #: Where a restore makes its draft; earlier versions noted it nowhere.
        self.restoring = database.with_name(database.name + ".restoring")

    @contextlib.contextmanager
    def made(self, *drafts: Path) -> Iterator[None]:
        """Empty files that only their owner can read, for as long as this is open; what was not moved away then goes.

        Raises UnusableStore when another program is making a copy, OSError when there is no making files there.
        """
        descriptor = self._held()
        if descriptor is None:
            raise UnusableStore(f"A backup or a restore of {self._list.stem} is under way: wait for its end.")
        try:
            self._drop(descriptor)
            _note(descriptor, drafts)
            try:
                for draft in drafts:
                    remove(draft)
                    create(draft)
                yield
            finally:
                self._drop(descriptor)
        finally:
            os.close(descriptor)

    def drop_left(self) -> None:
        """Remove what a killed program left; what cannot be removed now is logged, and tried again the next time."""
        try:
            self._drop_left()
        except OSError as exc:
            log.error("store.draft_left reason=%s", type(exc).__name__)

    def _drop_left(self) -> None:
        if not self._list.exists() and not any(path.exists() for path in with_logs(self.restoring)):
            return
        descriptor = self._held()
        if descriptor is None:
            return  # not left: being made
        try:
            self._drop(descriptor)
        finally:
            os.close(descriptor)

    def _held(self) -> int | None:
        """The list, locked; None while somebody else holds it. It is emptied and never deleted: the lock is on it."""
        descriptor = opened(self._list, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor

    def _drop(self, descriptor: int) -> None:
        remove(self.restoring)
        noted = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        left = []
        for draft in (Path(os.fsdecode(name)) for name in noted.split(b"\0") if name):
            try:
                if not draft.parent.is_dir():
                    raise FileNotFoundError(str(draft.parent))  # a disk that is not there now may hold it
                remove(draft)
            except OSError as exc:
                log.error("store.draft_left reason=%s", type(exc).__name__)
                left.append(draft)
        _note(descriptor, left)


def _note(descriptor: int, drafts: tuple[Path, ...] | list[Path]) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, b"\0".join(os.fsencode(draft.absolute()) for draft in drafts), 0)
    os.fsync(descriptor)
