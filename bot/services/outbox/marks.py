"""Durable notes about calls: before a call that it is about to be made, after it what became of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, ParamSpec, TypeVar

from bot.core.place import place
from bot.errors import Conflict, StoreError
from bot.ports import Store
from bot.services.pauses import Pause

log = logging.getLogger(__name__)

_P = ParamSpec("_P")
_T = TypeVar("_T")

#: How often news are told anew when the session they are about was saved meanwhile.
NEWS_TRIES: Final = 5


class Marks:
    """Makes notes, as often as the store needs: what is not noted would be sent twice or never."""

    def __init__(self, store: Store, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._store = store
        self._sleep = sleep
        self._waiting: list[tuple[int, asyncio.Future[bool]]] = []
        self._marker: asyncio.Task[None] | None = None

    async def begin(self, row: int) -> bool:
        """Note that a call is about to be made; many at once share one note.

        False when the row is not ours any more: erased meanwhile, or taken by another process.
        """
        noted: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, noted))
        if self._marker is None:
            self._marker = asyncio.create_task(self._mark())
        return await noted

    async def surely(self, act: Callable[_P, Awaitable[_T]], /, *args: _P.args, **named: _P.kwargs) -> _T:
        """Do it until the store can, and give what it gives."""
        pause = Pause(0.1, 10.0)
        while True:
            try:
                return await act(*args, **named)
            except StoreError:
                log.error("outbox.not_noted")
                await self._sleep(pause.next_s())

    async def told(self, act: Callable[..., Awaitable[None]], /, *args: object) -> None:
        """Tell the other services. What goes wrong there must not stop a lane."""
        for _ in range(NEWS_TRIES):
            try:
                await self.surely(act, *args)
            except Conflict:
                continue  # somebody saved the same session meanwhile
            except Exception as exc:
                log.error("delivery.news_failed error=%s at=%s", type(exc).__name__, place(exc))
            return
        log.error("delivery.news_failed error=Conflict")

    async def _mark(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                try:
                    await self.surely(self._store.mark_sending, [row for row, _ in batch])
                except Conflict:
                    await self._mark_one_by_one(batch)
                except Exception as exc:
                    log.error("delivery.bug marking error=%s at=%s", type(exc).__name__, place(exc))
                    _answer([noted for _, noted in batch], False)
                else:
                    _answer([noted for _, noted in batch], True)
        finally:
            self._marker = None

    async def _mark_one_by_one(self, batch: Sequence[tuple[int, asyncio.Future[bool]]]) -> None:
        for row, noted in batch:
            try:
                await self.surely(self._store.mark_sending, [row])
            except Conflict:
                _answer([noted], False)
            else:
                _answer([noted], True)


def _answer(futures: Sequence[asyncio.Future[bool]], answer: bool) -> None:
    for future in futures:
        if not future.done():
            future.set_result(answer)
