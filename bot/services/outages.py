"""What people are told after an outage (A17): once, and never before the card of danger."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.conversation.turn import Turn
from bot.core.heard import FromNewcomer
from bot.core.messages import Message
from bot.core.session import Hold
from bot.services.desk import Desk

#: An answer that comes later than this after the words it answers owes an excuse.
LATE_FROM = timedelta(minutes=10)


def is_late(heard: FromNewcomer | None, now: datetime) -> bool:
    """Whether what is answered now was written long ago."""
    return heard is not None and heard.sent_at is not None and now - heard.sent_at > LATE_FROM


def admitted(desk: Desk, turn: Turn, now: datetime) -> Turn:
    """The same turn, with an excuse for the delay before its first words when it is due."""
    is_danger = any(message.vital for message in turn.messages)
    is_held = turn.session.hold is Hold.HELD
    if not turn.messages or is_danger or is_held or desk.memory.is_told_late(turn.session.newcomer, now):
        return turn
    excuse = Message(blocks=(desk.guide().book.phrase("delayed"),))
    return replace(turn, messages=(excuse, *turn.messages))
