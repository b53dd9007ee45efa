"""The second state machine: one holder, every move of the table, and no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.ids import AdviserId, ChatId, HandoffId, Locale, NewcomerId, TeamName
from bot.errors import IllegalMove
from bot.handoff.machine import NEXT, OPEN, Handoff, Move, State, moved

NOON = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=7)
ANNA, BEN = AdviserId("anna"), AdviserId("ben")
WAITING = Handoff(
    id=HandoffId("h1"),
    code="Mésange 42",
    newcomer=NewcomerId("n1"),
    team=TeamName("accueil"),
    chat=ChatId(-100),
    state=State.WAITING,
    version=1,
    locale=Locale("ar"),
    queue="besoins",
    opened_at=NOON,
)
CLAIMED = replace(WAITING, state=State.CLAIMED, version=2, adviser=ANNA, claimed_at=LATER)
IN = {
    State.WAITING: WAITING,
    State.CLAIMED: CLAIMED,
    State.RETURNED: replace(CLAIMED, state=State.RETURNED, ended_at=LATER),
    State.CLOSED: replace(CLAIMED, state=State.CLOSED, ended_at=LATER),
}


def test_claim_notes_who_and_when() -> None:
    assert moved(WAITING, Move.CLAIM, now=LATER, adviser=ANNA) == CLAIMED


def test_second_claim_is_refused() -> None:
    """Two advisers tap "take": one has it."""
    with pytest.raises(IllegalMove) as refused:
        moved(CLAIMED, Move.CLAIM, now=LATER, adviser=BEN)
    assert (refused.value.state, refused.value.move) == (State.CLAIMED, Move.CLAIM)


def test_released_handoff_is_nobodys_and_waits_again() -> None:
    assert moved(CLAIMED, Move.RELEASE, now=LATER) == replace(WAITING, version=3)


@pytest.mark.parametrize(
    ("move", "state"), [(Move.RETURN, State.RETURNED), (Move.CLOSE, State.CLOSED), (Move.LEAVE, State.CLOSED)]
)
def test_end_keeps_who_had_it(move: Move, state: State) -> None:
    assert moved(CLAIMED, move, now=LATER) == replace(CLAIMED, state=state, version=3, ended_at=LATER)


@pytest.mark.parametrize(
    ("move", "state"), [(Move.RETURN, State.RETURNED), (Move.CLOSE, State.CLOSED), (Move.LEAVE, State.CLOSED)]
)
def test_unclaimed_handoff_can_end(move: Move, state: State) -> None:
    assert moved(WAITING, move, now=LATER) == replace(WAITING, state=state, version=2, ended_at=LATER)


@pytest.mark.parametrize(("state", "move"), [pair for pair in product(State, Move) if pair not in NEXT])
def test_move_that_is_not_in_the_table_is_refused(state: State, move: Move) -> None:
    with pytest.raises(IllegalMove):
        moved(IN[state], move, now=LATER, adviser=BEN)


def test_what_has_ended_never_moves_again() -> None:
    assert {state for state, _ in NEXT} == OPEN


@settings(max_examples=200, derandomize=True)
@given(moves=st.lists(st.tuples(st.sampled_from(list(Move)), st.sampled_from([ANNA, BEN])), max_size=12))
def test_whatever_is_tried_the_books_stay_true(moves: list[tuple[Move, AdviserId]]) -> None:
    handoff = WAITING
    for number, (move, adviser) in enumerate(moves):
        try:
            after = moved(handoff, move, now=NOON + timedelta(minutes=number), adviser=adviser)
        except IllegalMove:
            continue
        assert after.version == handoff.version + 1
        assert (after.adviser is not None and after.claimed_at is not None) or after.state is not State.CLAIMED
        assert after.state is not State.WAITING or (after.adviser, after.claimed_at) == (None, None)
        assert after.is_open is (after.ended_at is None)
        assert (after.code, after.newcomer, after.queue) == (WAITING.code, WAITING.newcomer, WAITING.queue)
        handoff = after
