"""Outbox rows as the store would hand them over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.core.ids import ChatId, HandoffId, Lane, NewcomerId
from bot.core.messages import Rendered
from bot.ports import Delivery, Fate, OutboxRow, Verb

NOW = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
AMINA = NewcomerId("amina")
TALK = HandoffId("talk")


def to_newcomer(
    chat: int, text: str = "Bonjour", *, verb: Verb = Verb.SEND, ident: int = 1, **fields: Any
) -> OutboxRow:
    """A row for a private chat."""
    fields.setdefault("rendered", Rendered(text=text))
    row = {name: fields.pop(name) for name in ("fate", "source") if name in fields}
    return _row(ident, chat, Delivery(verb=verb, newcomer=AMINA, **fields), **row)


def to_team(
    chat: int, text: str = "Bonjour", *, thread: int | None, verb: Verb = Verb.SEND, ident: int = 1, **fields: Any
) -> OutboxRow:
    """A row for a topic of a team's group."""
    fields.setdefault("rendered", Rendered(text=text))
    row = {name: fields.pop(name) for name in ("fate", "source") if name in fields}
    delivery = Delivery(verb=verb, chat=ChatId(chat), handoff=fields.pop("handoff", TALK), **fields)
    return _row(ident, chat, delivery, thread=thread, **row)


def _row(ident: int, chat: int, delivery: Delivery, **fields: Any) -> OutboxRow:
    fields.setdefault("fate", Fate.WAITING)
    return OutboxRow(
        id=ident,
        lane=Lane("lane"),
        delivery=delivery,
        tries=0,
        created_at=NOW,
        chat=ChatId(chat),
        **fields,
    )
