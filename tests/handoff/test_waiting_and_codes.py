"""How long a person is told to wait, and what a request is called."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.handoff.codes import BIRDS, NUMBERS, code_name
from bot.handoff.machine import Handoff, State
from bot.handoff.waiting import minutes_to_wait
from tests.handoff.test_machine import CLAIMED, WAITING


def office(waiting: int, held: int) -> list[Handoff]:
    return [WAITING] * waiting + [CLAIMED] * held + [replace(CLAIMED, state=State.CLOSED)] * 3


@pytest.mark.parametrize(
    ("waiting", "held", "advisers", "minutes"),
    [
        (0, 0, 3, 5),
        (1, 0, 1, 10),
        (0, 2, 2, 5),
        (4, 2, 2, 25),
        (4, 2, 0, 50),
        (30, 0, 1, 300),
    ],
)
def test_waiting_time_grows_with_the_queue_and_shrinks_with_advisers(
    waiting: int, held: int, advisers: int, minutes: int
) -> None:
    assert minutes_to_wait(office(waiting, held), advisers=advisers, minutes_each=10) == minutes


def test_code_name_is_a_bird_and_a_number() -> None:
    assert code_name(lambda n: n - 1, ()) == "Verdier 99"


def test_code_name_that_is_taken_is_drawn_again() -> None:
    draws: Iterator[int] = iter([20, 32, 20, 32, 0, 0])
    assert code_name(lambda n: next(draws), {"Pic 42"}) == "Alouette 10"


def test_crowd_never_leaves_anybody_without_a_code() -> None:
    taken = {f"{bird} {number}" for bird in BIRDS for number in range(10, 10 + NUMBERS)}
    chance = random.Random(1)
    assert code_name(chance.randrange, taken) not in taken
