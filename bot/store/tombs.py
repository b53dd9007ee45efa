"""The file of tombstones: who was erased, as marks that only the key can read, outside the database.

A backup that is put back brings erased people back; this file, kept beside the database and never part of a backup of
it, erases them again before anything is served (G08).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


class Tombs:
    """Lines of `month mark`, in hex. A line that a crash cut short is ignored and written again by the next start."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, marks: Mapping[bytes, str]) -> None:
        """Append durably."""
        if not marks:
            return
        is_new = not self.path.exists()
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            # A leading newline closes a line that a crash cut short.
            lines = (f"\n{month} {mark.hex()}\n" for mark, month in marks.items())
            os.write(descriptor, "".join(lines).encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def read(self) -> dict[bytes, str]:
        """Mark → month."""
        if not self.path.exists():
            return {}
        marks = {}
        for line in self.path.read_text(encoding="ascii", errors="replace").splitlines():
            month, _, mark = line.partition(" ")
            if len(month) == 7 and len(mark) == 64:
                marks[bytes.fromhex(mark)] = month
        return marks

    def keep_only(self, marks: Mapping[bytes, str]) -> None:
        """Drop the marks that no backup needs any more, whole or not at all."""
        draft = self.path.with_name(self.path.name + ".new")
        with draft.open("w", encoding="ascii") as file:
            file.writelines(f"{month} {mark.hex()}\n" for mark, month in marks.items())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)
