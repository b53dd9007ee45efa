"""The last good files of a folder, kept in one file beside the database: served when today's cannot be.

Behind a line with its SHA-256, as the compiled lexicon is: what a disk has spoilt is not served.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path

from bot.whole_file import sealed, unsealed, write_whole

log = logging.getLogger(__name__)


class KeptFiles:
    """Name of a file → its bytes, as they were when they were last without a mistake."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, bytes]:
        """What was kept; nothing when there is no copy yet or it is damaged."""
        try:
            body = unsealed(self._path.read_bytes())
            if body is None:
                return {}
            return {name: text.encode("utf-8", "surrogateescape") for name, text in json.loads(body).items()}
        except (OSError, ValueError, AttributeError):
            return {}

    def write(self, files: Mapping[str, bytes]) -> None:
        """Keep these instead of what was kept. Best effort: a folder that cannot be written is said in the log."""
        texts = {name: source.decode("utf-8", "surrogateescape") for name, source in files.items()}
        whole = sealed(json.dumps(texts, sort_keys=True).encode())
        try:
            if self._path.exists() and self._path.read_bytes() == whole:
                return
            write_whole(self._path, whole)
        except OSError as exc:
            log.warning("kept.not_written file=%s reason=%s", self._path.name, type(exc).__name__)
