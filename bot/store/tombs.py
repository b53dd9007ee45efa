"""The file of tombstones: who was erased, as marks that only the key can read, outside the database.

A backup that is put back brings erased people back; this file, kept beside a SQLite file or in the guichet's folder for
a server, and never part of a backup of it, erases them again before anything is served (G08).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.store.files import opened


class Tombs:
    """Lines of `month mark`, in hex. A line that a crash cut short is ignored and written again by the next start."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, marks: Mapping[bytes, str]) -> None:
        """Append durably what is not there."""
        if not marks:
            return
        with self._alone():
            known = self.read()
            # A leading newline closes a line that a crash cut short.
            lines = "".join(f"\n{month} {mark.hex()}\n" for mark, month in marks.items() if mark not in known)
            if not lines:
                return
            descriptor = opened(self.path, os.O_WRONLY | os.O_APPEND)
            try:
                os.write(descriptor, lines.encode())
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def read(self) -> dict[bytes, str]:
        """Mark → month."""
        if not self.path.exists():
            return {}
        marks = {}
        for line in self.path.read_text(encoding="ascii", errors="replace").splitlines():
            month, _, mark = line.partition(" ")
            if len(month) == 7 and len(mark) == 64:
                with contextlib.suppress(ValueError):  # a byte that the disk has spoilt
                    marks[bytes.fromhex(mark)] = month
        return marks

    def keep_since(self, month: str, known: Mapping[bytes, str]) -> None:
        """Drop the marks of earlier months, which no backup needs any more, whole or not at all.

        `known`: those of the database, which another process may have made. They join; none that only the file has is
        dropped before its time, for the database may have been replaced.
        """
        with self._alone():
            kept = {mark: of for mark, of in {**self.read(), **known}.items() if of >= month}
            text = "".join(f"{of} {mark.hex()}\n" for mark, of in kept.items())
            if text == (self.path.read_text(encoding="ascii", errors="replace") if self.path.exists() else ""):
                return
            draft = self.path.with_name(self.path.name + ".new")
            with os.fdopen(opened(draft, os.O_WRONLY | os.O_TRUNC), "wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """The command line may erase while the guichet does; the folder's own entry is on the disk afterwards."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            with contextlib.suppress(OSError):  # some network disks lock no folders
                fcntl.flock(folder, fcntl.LOCK_EX)
            yield
            os.fsync(folder)
        finally:
            os.close(folder)
