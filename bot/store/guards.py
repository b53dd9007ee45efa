"""What is looked at before a database file is touched. Nothing here repairs: it says what is wrong, once (G03, G04)."""

from __future__ import annotations

import fcntl
import os
import struct
from pathlib import Path

from bot.errors import UnusableStore
from bot.store.files import opened

#: The WAL-reset bug corrupts files silently from 3.7.0 on; fixed in 3.51.3 and in these older lines (M5).
_FIXED = (3, 51, 3)
_FIXED_LINES = ((3, 44, 6), (3, 50, 7))

_WAL_HEADER_BYTES = 32
_FRAME_HEADER_BYTES = 24
_INDEX_HEADER_BYTES = 48
#: "A version number of 3007000", https://sqlite.org/walformat.html section 2.1.
_INDEX_VERSION = 3_007_000


def check_library(version: tuple[int, ...]) -> None:
    """Refuse a SQLite with the WAL-reset bug."""
    line = next((fixed for fixed in _FIXED_LINES if version[:2] == fixed[:2]), _FIXED)
    if version < line:
        raise UnusableStore(
            f"SQLite {'.'.join(map(str, version))} can corrupt its log when several connections use it: "
            "install the locked requirements, which bring 3.51.3 or later."
        )


def check_presence(path: Path) -> None:
    """Refuse to look into a database that is not there: whoever only asks must neither make one nor hear "nothing"."""
    if not path.exists():
        raise UnusableStore(
            f"There is no database {path}: go to the folder of the guichet, or say in DATABASE_URL where it is."
        )


def check_file(path: Path) -> None:
    """Refuse what cannot be a database: a folder, a file or folder without the right to write."""
    if path.is_dir():
        raise UnusableStore(f"The database {path} is a folder: move it away, or restore a backup.")
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        raise UnusableStore(f"The database {path} cannot be written: check its owner and rights.")
    if not path.parent.is_dir():
        raise UnusableStore(f"The folder {path.parent} is not there: make it, or say in DATABASE_URL where it is.")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise UnusableStore(f"The folder {path.parent} cannot be written: check its owner and rights.")


def check_log(path: Path) -> None:
    """Refuse a write-ahead log that is shorter than what was committed into it.

    SQLite takes such a log for a crash in the middle of a write and silently forgets what is missing. But the index
    file beside it tells how many frames were committed, and it is written only after they were on the disk: when the
    index belongs to this log (same salts) and counts more frames than there are, somebody cut the log.
    """
    log, index = path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")
    try:
        head = index.read_bytes() if index.is_file() else b""
    except OSError:
        return
    copy = head[_INDEX_HEADER_BYTES : 2 * _INDEX_HEADER_BYTES]
    if len(head) < 2 * _INDEX_HEADER_BYTES + 4 or head[:_INDEX_HEADER_BYTES] != copy:
        return  # written half-way, or never: SQLite rebuilds it
    version, _, _, is_init, _, page, frames, _ = struct.unpack_from("=IIIBBHII", head)
    (folded,) = struct.unpack_from("=I", head, 2 * _INDEX_HEADER_BYTES)
    if version != _INDEX_VERSION or not is_init or frames <= folded:
        return  # everything is in the database file already
    size = log.stat().st_size if log.is_file() else 0
    page_bytes = (page & 0xFE00) + ((page & 0x0001) << 16)
    if size >= _WAL_HEADER_BYTES:
        with log.open("rb") as file:
            salts = file.read(_WAL_HEADER_BYTES)[16:24]
        if salts != head[32:40]:
            return  # another log: this index is stale
    if size < _WAL_HEADER_BYTES + frames * (_FRAME_HEADER_BYTES + page_bytes):
        raise UnusableStore(
            f"The log {log.name} beside the database was cut short and acknowledged work is missing from it: "
            "put the file back, or restore a backup with `guichet restore`."
        )


class Seat:
    """Held by the one process that serves a database; free again when it ends, however it ends.

    Others may open the database beside it, as the command line does; they leave alone what is in its memory.
    """

    def __init__(self, path: Path) -> None:
        """Raises UnusableStore when there is no sitting down, such as in a file of somebody else's."""
        seat = path.with_name(path.name + ".serving")
        try:
            self._descriptor = opened(seat, os.O_RDWR)
        except OSError as exc:
            raise UnusableStore(f"{seat} cannot be written ({exc.strerror}): check its owner and rights.") from exc
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.is_ours = True
        except OSError:
            self.is_ours = False

    def leave(self) -> None:
        """Let the next one sit down."""
        os.close(self._descriptor)
