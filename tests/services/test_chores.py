"""Work that breaks is told of and begun again; it is never silently gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.services.chores import Chores
from tests.services.post import until


class Work:
    """Breaks the first few times, then goes on until it is cut off."""

    def __init__(self, breaks: int) -> None:
        self.breaks = breaks
        self.begun = 0
        self.is_cut_off = False

    async def __call__(self) -> None:
        self.begun += 1
        if self.begun <= self.breaks:
            raise KeyError("canari")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.is_cut_off = True
            raise


@pytest.fixture
async def stop() -> AsyncIterator[asyncio.Event]:
    one = asyncio.Event()
    yield one
    one.set()


def chores_with(stop: asyncio.Event, *, sound_after_s: float = 60.0) -> Chores:
    return Chores(stop, first_pause_s=0.001, sound_after_s=sound_after_s)


async def test_broken_work_is_begun_again_and_named_until_it_is_sound(
    stop: asyncio.Event, caplog: pytest.LogCaptureFixture
) -> None:
    chores, work = chores_with(stop, sound_after_s=0.2), Work(breaks=3)
    chores.begin(work, "intake")
    await until(lambda: work.begun == 4)
    assert chores.broken == {"intake": "KeyError"}
    await until(lambda: chores.broken == {})
    assert caplog.text.count("chore.broken name=intake reason=KeyError") == 3
    assert "canari" not in caplog.text
    stop.set()
    await chores.end(unfinished=frozenset({"intake"}))
    assert work.is_cut_off


async def test_work_that_ends_by_itself_is_not_begun_again(stop: asyncio.Event) -> None:
    done: list[str] = []
    chores = chores_with(stop)

    async def once() -> None:
        done.append("once")
        if len(done) == 1:
            raise OSError("no")

    chores.begin(once, "names")
    await until(lambda: len(done) == 2)
    await chores.end(unfinished=frozenset())
    assert (done, chores.broken) == (["once", "once"], {})


async def test_nothing_is_begun_again_while_stopping(stop: asyncio.Event) -> None:
    chores, work = Chores(stop, first_pause_s=3600), Work(breaks=9)
    chores.begin(work, "intake")
    await until(lambda: work.begun == 1)
    stop.set()
    async with asyncio.timeout(10):  # the pause takes half a minute at least
        await chores.end(unfinished=frozenset())
    assert work.begun == 1
