"""The pace, in a time that moves only when everybody waits (B04, B16, B17, H01)."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import defaultdict
from collections.abc import Awaitable, Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.services.pacing import Pace, Pacer

AMINA, BORIS, GROUP = 5, 6, -100


class Time:
    """A clock and its sleepers. `run` moves it on whenever nothing else can happen."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = itertools.count()

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._count), future))
        await future

    async def run(self, *work: Awaitable[object]) -> None:
        tasks = [asyncio.ensure_future(one) for one in work]
        while not all(task.done() for task in tasks):
            for _ in range(5):
                await asyncio.sleep(0)
            if self._sleepers:
                at, _, future = heapq.heappop(self._sleepers)
                self.now = max(self.now, at)
                future.set_result(None)
        await asyncio.gather(*tasks)


async def departures(pace: Pace, *chats: int, before: Callable[[Pacer, Time], None] | None = None) -> list[float]:
    """When one message to each of these chats leaves, all asked for at once; seconds from the start."""
    time = Time()
    pacer = Pacer(pace, monotonic=time, sleep=time.sleep)
    if before is not None:
        before(pacer, time)
    left: dict[int, float] = {}

    async def one(number: int, chat: int) -> None:
        await pacer.turn(chat)
        left[number] = round(time.now - 1000.0, 6)

    await time.run(*(one(number, chat) for number, chat in enumerate(chats)))
    return [left[number] for number in range(len(chats))]


async def test_a_few_at_once_then_one_a_second() -> None:
    pace = Pace(chat_per_s=1, chat_burst=3, global_per_s=0)
    assert await departures(pace, *[AMINA] * 5) == [0, 0, 0, 1, 2]


async def test_one_chat_does_not_slow_another() -> None:
    pace = Pace(chat_per_s=1, chat_burst=1, global_per_s=0)
    assert await departures(pace, AMINA, AMINA, BORIS, AMINA) == [0, 1, 0, 2]


async def test_group_has_its_own_pace() -> None:
    pace = Pace(group_per_min=20, global_per_s=0)
    assert await departures(pace, *[GROUP] * 8) == [0, 0, 0, 0, 0, 4, 8, 12]


async def test_all_together() -> None:
    left = await departures(Pace(global_per_s=30), *range(1, 101))
    assert left == sorted(left)
    assert all(sum(at <= other < at + 1 for other in left) <= 30 for at in left)
    assert left[-1] < 4.5


async def test_what_is_urgent_waits_for_nobody_else_and_is_counted() -> None:
    time = Time()
    pacer = Pacer(Pace(global_per_s=30), monotonic=time, sleep=time.sleep)
    left: list[tuple[float, int]] = []

    async def one(chat: int, *, is_urgent: bool = False) -> None:
        await pacer.turn(chat, is_urgent=is_urgent)
        left.append((round(time.now - 1000.0, 6), chat))

    others = range(10, 310)
    await time.run(*(one(chat) for chat in others), one(AMINA, is_urgent=True), one(BORIS))
    assert (0, AMINA) in left
    # A place was left for it: the next one goes where the one after next would have.
    alone = await departures(Pace(global_per_s=30), *others, AMINA, BORIS)
    assert {chat: at for at, chat in left}[BORIS] == alone[-1]


async def test_no_limits() -> None:
    pace = Pace(chat_per_s=0, group_per_min=0, global_per_s=0)
    assert set(await departures(pace, *[AMINA, GROUP] * 200)) == {0.0}


async def test_b04_told_to_wait_waits_exactly_and_then_goes_one_by_one() -> None:
    pace = Pace(chat_per_s=1, chat_burst=3, global_per_s=0)
    left = await departures(pace, AMINA, AMINA, BORIS, before=lambda pacer, time: pacer.hold(AMINA, 17))
    assert left == [17, 18, 0]


async def test_b04_who_was_waiting_when_told_waits_anew() -> None:
    time = Time()
    pacer = Pacer(Pace(chat_per_s=1, chat_burst=1, global_per_s=0), monotonic=time, sleep=time.sleep)
    left: list[float] = []

    async def one() -> None:
        await pacer.turn(AMINA)
        left.append(time.now - 1000.0)

    async def told() -> None:
        await time.sleep(0.5)
        pacer.hold(AMINA, 30)

    await time.run(one(), one(), one(), told())
    assert left == [0, 30.5, 31.5]


async def test_b04_many_told_within_moments_means_all() -> None:
    def flood(pacer: Pacer, time: Time) -> None:
        for chat in range(1, 5):
            pacer.hold(chat, 9)

    assert await departures(Pace(global_per_s=0), 77, before=flood) == [9]
    assert await departures(Pace(global_per_s=0), 77, before=lambda pacer, time: pacer.hold(1, 9)) == [0]


async def test_what_is_not_counted_waits_only_when_told() -> None:
    time = Time()
    pacer = Pacer(Pace(chat_per_s=1, chat_burst=1), monotonic=time, sleep=time.sleep)
    waited: list[bool] = []

    async def many() -> None:
        for _ in range(5):
            waited.append(await pacer.unhurried(AMINA))  # noqa: PERF401 - one after the other is the point
        pacer.hold(AMINA, 3)
        waited.append(await pacer.unhurried(AMINA))

    await time.run(many())
    assert (waited, time.now) == ([False] * 5 + [True], 1003.0)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from([1, 2, 3, -1, -2]), st.floats(0, 20)), max_size=80),
    st.lists(st.tuples(st.sampled_from([1, 2, -1]), st.floats(0, 20), st.integers(1, 15)), max_size=3),
)
def test_no_limit_and_no_hold_is_ever_broken(
    asked: list[tuple[int, float]], holds: list[tuple[int, float, int]]
) -> None:
    pace = Pace(chat_per_s=1, chat_burst=3, group_per_min=20, global_per_s=6)
    left: defaultdict[int, list[float]] = defaultdict(list)
    held: list[tuple[int, float, float]] = []

    async def play() -> None:
        time = Time()
        pacer = Pacer(pace, monotonic=time, sleep=time.sleep)

        async def one(chat: int, after: float) -> None:
            await time.sleep(after)
            await pacer.turn(chat)
            left[chat].append(time.now)

        async def hold(chat: int, after: float, seconds: int) -> None:
            await time.sleep(after)
            pacer.hold(chat, seconds)
            held.append((chat, time.now, time.now + seconds))

        await time.run(*(one(*ask) for ask in asked), *(hold(*told) for told in holds))

    asyncio.run(play())
    tiny = 1e-6
    for chat, times in left.items():
        assert times == sorted(times)
        span, most = (60.0, 20) if chat < 0 else (1.0, 4)
        assert all(sum(at <= other < at + span - tiny for other in times) <= most for at in times)
        for told, begin, end in held:
            assert told != chat or not any(begin + tiny < at < end - tiny for at in times)
    every = sorted(at for times in left.values() for at in times)
    assert all(sum(at <= other < at + 1 - tiny for other in every) <= 6 for at in every)
    assert len(every) == len(asked)
