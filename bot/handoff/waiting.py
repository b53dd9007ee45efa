"""How long a newcomer will wait, said honestly."""

from __future__ import annotations

from collections.abc import Sequence

from bot.handoff.machine import Handoff, State

#: Above this, in minutes, the estimate is worth little: the person is told that it may last longer.
BUSY_FROM_MIN = 30


def minutes_to_wait(handoffs: Sequence[Handoff], *, advisers: int, minutes_each: int) -> int:
    """Minutes until somebody is likely to be free, a multiple of five and at least five.

    Everybody who waits takes one turn; advisers who hold a conversation are half-way through it on average.
    """
    waiting = sum(handoff.state is State.WAITING for handoff in handoffs)
    held = sum(handoff.state is State.CLAIMED for handoff in handoffs)
    turns = waiting + held / 2
    estimate = turns * minutes_each / max(1, advisers)
    return max(5, round(estimate / 5) * 5)
