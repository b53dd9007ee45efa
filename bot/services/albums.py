"""An adviser's album is one message: none of it leaves before all of it is there (C07).

Telegram delivers each photo by itself, one right after the other, and the words may stand under any of them: a note
under the third makes a note of the first.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Final

from bot.core.heard import FromTeam
from bot.ports import InboxRow
from bot.services.advisers import note_in
from bot.services.desk import Desk

#: An album is whole when nothing more of it has come for so long; Telegram hands its parts over together.
STILL_S: Final = 0.6
#: However slowly it comes.
LONGEST_S: Final = 3.0
#: How often is looked for what came.
LOOK_S: Final = 0.05


class Albums:
    """Waits for the rest of albums, and remembers which are notes."""

    def __init__(self, desk: Desk, *, is_stopping: Callable[[], bool]) -> None:
        self._desk = desk
        self._is_stopping = is_stopping

    async def gather(self, rows: deque[InboxRow]) -> None:
        """Before the first row of a lane is taken: when an album begins with it, wait for its end."""
        album = self._album_of(rows[0])
        if album is None or self._desk.memory.is_whole(album):
            return
        is_note = False
        looked = 0
        began_s = still_s = time.monotonic()
        while not is_note and not self._is_stopping():
            fresh = [row for row in islice(rows, looked, None) if self._album_of(row) == album]
            looked = len(rows)
            is_note = any(self._is_note(row) for row in fresh)
            now_s = time.monotonic()
            still_s = now_s if fresh else still_s
            if now_s - still_s >= STILL_S or now_s - began_s >= LONGEST_S:
                break
            await asyncio.sleep(LOOK_S)
        self._desk.memory.keep_album(album, is_note=is_note)

    def _album_of(self, row: InboxRow) -> str | None:
        heard = self._heard(row)
        return None if heard is None or heard.is_edited else heard.album

    def _is_note(self, row: InboxRow) -> bool:
        heard = self._heard(row)
        return heard is not None and note_in(heard.text) is not None

    def _heard(self, row: InboxRow) -> FromTeam | None:
        heard = None if row.newcomer is not None or row.payload is None else self._desk.read(row.payload)
        return heard if isinstance(heard, FromTeam) else None
