"""Timers are rows: a restart forgets none, the same name and ref replace the older one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import orjson

from bot.core.effects import StartTimer
from bot.core.ids import HandoffId, NewcomerId
from bot.ports import TimerRow
from bot.store.claims import Claims
from bot.store.engine import Tx
from bot.store.records import dumps, instant, micros
from bot.store.vault import Vault


def _owner(newcomer: NewcomerId | None, handoff: HandoffId | None) -> str:
    if newcomer is not None:
        return f"n:{newcomer}"
    return "" if handoff is None else f"h:{handoff}"


def _alias(vault: Vault, owner: str, *names: str) -> bytes:
    """Under the owner's name: two people who wait for the same thing must not look alike."""
    return vault.alias("timer", "\0".join((owner, *names)))


def cancel(tx: Tx, vault: Vault, names: Sequence[str], newcomer: NewcomerId | None, handoff: HandoffId | None) -> None:
    """Drop timers by name; an empty name drops all of this owner."""
    owner = _owner(newcomer, handoff)
    for name in names:
        if name:
            tx.do("DELETE FROM timers WHERE owner = ? AND name = ?", (owner, _alias(vault, owner, name)))
        else:
            tx.do("DELETE FROM timers WHERE owner = ?", (owner,))


def start(
    tx: Tx, vault: Vault, timers: Sequence[StartTimer], newcomer: NewcomerId | None, handoff: HandoffId | None
) -> None:
    """Set timers. Name and ref may tell a subject, so they are sealed and found by a keyed alias."""
    owner = _owner(newcomer, handoff)
    for timer in timers:
        alias = _alias(vault, owner, timer.name, timer.ref)
        tx.do("DELETE FROM timers WHERE owner = ? AND alias = ?", (owner, alias))
        ident = tx.ids("timers")[0]
        body = vault.seal(tx, newcomer, "timers", "body", ident, dumps([timer.name, timer.ref]))
        tx.do(
            "INSERT INTO timers (id, owner, newcomer, handoff, name, alias, body, due_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (ident, owner, newcomer, handoff, _alias(vault, owner, timer.name), alias, body, micros(timer.due_at)),
        )


def finish(tx: Tx, timer: int) -> None:
    """The timer was answered. Conflict when it was already, or was cancelled meanwhile."""
    tx.do("DELETE FROM timers WHERE id = ?", (timer,), conflict="this timer is gone")


def due(tx: Tx, vault: Vault, claims: Claims, now: datetime, limit: int) -> list[TimerRow]:
    """Timers whose time has come, the oldest first."""
    rows = tx.rows(
        "SELECT id, newcomer, handoff, body, due_at FROM timers WHERE due_at <= ? ORDER BY due_at, id LIMIT ?",
        (micros(now), limit),
    )
    return [_opened(tx, vault, *row) for row in claims.timers(tx, rows)]


def _opened(tx: Tx, vault: Vault, ident: int, owner: str | None, handoff: str | None, body: bytes, at: int) -> TimerRow:
    newcomer = None if owner is None else NewcomerId(owner)
    name, ref = orjson.loads(vault.open(tx, newcomer, "timers", "body", ident, bytes(body)))
    return TimerRow(
        id=ident,
        newcomer=newcomer,
        handoff=None if handoff is None else HandoffId(handoff),
        name=name,
        ref=ref,
        due_at=instant(at),
    )
