"""A bot that sends too much is told to wait, as long as needed and no longer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.sandbox import Limits
from bot.sandbox.pace import Pace
from bot.sandbox.refusal import Refusal
from tests.sandbox.conftest import HandClock


def wait_s(send: Callable[[], None]) -> int:
    with pytest.raises(Refusal) as caught:
        send()
    assert caught.value.body() == {
        "ok": False,
        "error_code": 429,
        "description": f"Too Many Requests: retry after {caught.value.parameters['retry_after']}",
        "parameters": caught.value.parameters,
    }
    return caught.value.parameters["retry_after"]


def test_one_chat_takes_a_burst_and_then_one_a_second(clock: HandClock) -> None:
    pace = Pace(Limits(chat_burst=3), clock)
    for _ in range(3):
        pace.take(1, is_group=False)
    assert wait_s(lambda: pace.take(1, is_group=False)) == 1
    pace.take(2, is_group=False)
    clock.now += 1
    pace.take(1, is_group=False)
    assert wait_s(lambda: pace.take(1, is_group=False)) == 1


def test_a_group_takes_twenty_in_any_minute(clock: HandClock) -> None:
    pace = Pace(Limits(), clock)
    for _ in range(20):
        pace.take(-1, is_group=True)
    assert wait_s(lambda: pace.take(-1, is_group=True)) == 60
    clock.now += 45
    assert wait_s(lambda: pace.take(-1, is_group=True)) == 15
    clock.now += 15
    pace.take(-1, is_group=True)


def test_thirty_a_second_to_everybody_together(clock: HandClock) -> None:
    pace = Pace(Limits(), clock)
    for chat in range(30):
        pace.take(chat, is_group=False)
    assert wait_s(lambda: pace.take(99, is_group=False)) == 1
    clock.now += 0.5
    for chat in range(100, 115):
        pace.take(chat, is_group=False)
    assert wait_s(lambda: pace.take(99, is_group=False)) == 1


def test_an_album_counts_each_of_its_messages(clock: HandClock) -> None:
    pace = Pace(Limits(), clock)
    pace.take(-1, is_group=True, count=15)
    assert wait_s(lambda: pace.take(-1, is_group=True, count=6)) == 60
    pace.take(-1, is_group=True, count=5)


def test_limits_can_be_off(clock: HandClock) -> None:
    pace = Pace(Limits.off(), clock)
    for _ in range(1000):
        pace.take(1, is_group=False)
        pace.take(-1, is_group=True)
