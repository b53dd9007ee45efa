"""A handoff and its moves, as a table one can read aloud."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.core.ids import AdviserId, ChatId, HandoffId, Locale, NewcomerId, TeamName
from bot.errors import IllegalMove


class State(StrEnum):
    """Where a handoff stands."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    RETURNED = "returned"
    CLOSED = "closed"


class Move(StrEnum):
    """What can be done to a handoff."""

    CLAIM = "claim"
    RELEASE = "release"
    RETURN = "return"
    CLOSE = "close"
    #: The newcomer leaves: stops waiting, or ends the conversation.
    LEAVE = "leave"


NEXT = {
    (State.WAITING, Move.CLAIM): State.CLAIMED,
    (State.WAITING, Move.RETURN): State.RETURNED,  # an adviser sends it back to the bot unclaimed
    (State.WAITING, Move.CLOSE): State.CLOSED,
    (State.WAITING, Move.LEAVE): State.CLOSED,
    (State.CLAIMED, Move.RELEASE): State.WAITING,
    (State.CLAIMED, Move.RETURN): State.RETURNED,  # back to the flow, after the handoff step
    (State.CLAIMED, Move.CLOSE): State.CLOSED,
    (State.CLAIMED, Move.LEAVE): State.CLOSED,
}

OPEN = frozenset({State.WAITING, State.CLAIMED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """One request for a person. Speaks of the newcomer by a code name only."""

    id: HandoffId
    #: What everybody calls it, such as `Mésange 42`; says nothing about the person.
    code: str
    newcomer: NewcomerId
    team: TeamName
    #: The team's forum group; rewritten when the group migrates.
    chat: ChatId | None
    state: State
    #: Counts the saves.
    version: int
    locale: Locale
    #: Subject: a queue of config.yml, such as `besoins`.
    queue: str
    #: What the newcomer agreed to share, rendered in French, one line each.
    summary: tuple[str, ...] = ()
    adviser: AdviserId | None = None
    #: The forum topic, once open.
    thread: int | None = None
    #: The pinned first message of the topic, edited as the state moves.
    card_message: int | None = None
    opened_at: datetime
    claimed_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Not returned and not closed."""
        return self.state in OPEN


def moved(handoff: Handoff, move: Move, *, now: datetime, adviser: AdviserId | None = None) -> Handoff:
    """The handoff after this move. `adviser` is who claims; other moves keep or drop the holder by themselves.

    Raises IllegalMove when the table has no such move, such as a second claim.
    """
    state = NEXT.get((handoff.state, move))
    if state is None:
        raise IllegalMove(handoff.state, move)
    return replace(
        handoff,
        state=state,
        version=handoff.version + 1,
        adviser=adviser if move is Move.CLAIM else (handoff.adviser if state not in OPEN else None),
        claimed_at=now if move is Move.CLAIM else (None if state is State.WAITING else handoff.claimed_at),
        ended_at=None if state in OPEN else now,
    )
