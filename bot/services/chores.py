"""Work that goes on as long as the guichet runs: what breaks is told of and begun again, never silently gone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from bot.core.place import place
from bot.services.pauses import Pause, nap

log = logging.getLogger(__name__)

#: Before broken work is begun again, first and longest.
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0
#: Work that has held this long since it was begun again is sound.
SOUND_AFTER_S: Final = 60.0


class Chores:
    """Does pieces of work side by side until each ends by itself or `stop` is set."""

    def __init__(
        self, stop: asyncio.Event, *, first_pause_s: float = FIRST_PAUSE_S, sound_after_s: float = SOUND_AFTER_S
    ) -> None:
        self._stop = stop
        self._first_pause_s = first_pause_s
        self._sound_after_s = sound_after_s
        self._tasks: set[asyncio.Task[None]] = set()
        #: Name of the work → type of the error it broke with, until it is sound again.
        self.broken: dict[str, str] = {}

    def begin(self, work: Callable[[], Awaitable[None]], name: str) -> None:
        """Have this done from now on. Work that can be begun again from its first line, and stops when cancelled."""
        task = asyncio.get_running_loop().create_task(self._keep_up(work, name), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def end(self, *, unfinished: frozenset[str]) -> None:
        """Wait for the work to end, `stop` being set; work with one of these names is cut off."""
        running = list(self._tasks)
        for task in running:
            if task.get_name() in unfinished:
                task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _keep_up(self, work: Callable[[], Awaitable[None]], name: str) -> None:
        loop = asyncio.get_running_loop()
        pause = Pause(self._first_pause_s, LONGEST_PAUSE_S)
        while not self._stop.is_set():
            sound = loop.call_later(self._sound_after_s, self._is_sound, name, pause)
            try:
                await work()
            except Exception as exc:
                # The type and place only: the text of an exception may quote what somebody wrote.
                log.error("chore.broken name=%s reason=%s at=%s", name, type(exc).__name__, place(exc))
                self.broken[name] = type(exc).__name__
            else:
                self._is_sound(name, pause)
                return
            finally:
                sound.cancel()
            await nap(self._stop, pause.next_s())

    def _is_sound(self, name: str, pause: Pause) -> None:
        self.broken.pop(name, None)
        pause.reset()
