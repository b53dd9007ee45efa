"""Arrivals: stored before they are confirmed, each once, in the order of their lane."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import orjson

from bot.core.ids import Lane, NewcomerId, lane_of
from bot.core.session import Veil
from bot.ports import Arrival, InboxRow
from bot.store.claims import Claims
from bot.store.counts import add
from bot.store.engine import Row, Tx
from bot.store.memory import Memory
from bot.store.people import newcomer_of, welcome
from bot.store.records import day_of, instant, micros
from bot.store.vault import Vault

WAITING, DONE = 0, 1
#: Where updates go that belong to nobody; they too are taken in order.
ODD = Lane("odd")


def keep(
    tx: Tx, vault: Vault, memory: Memory, claims: Claims, arrivals: Sequence[Arrival], offset: int | None
) -> list[InboxRow]:
    """Store what is new; a repeat, by update id or by natural key, changes nothing (A06, A07)."""
    rows = []
    for arrival in arrivals:
        row = _kept(tx, vault, memory, arrival)
        if row is not None:
            rows.append(row)
    repeats = len(arrivals) - len(rows)
    if repeats:
        add(tx, claims, "arrival.repeat", "", repeats, day_of(arrivals[0].received_at))
    if offset is not None:
        tx.do(
            "INSERT INTO meta (name, value) VALUES ('offset', ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (str(offset),),
        )
    return claims.kept(tx, rows)


def _kept(tx: Tx, vault: Vault, memory: Memory, arrival: Arrival) -> InboxRow | None:
    natural = vault.alias("arrival", arrival.natural_key)
    newcomer = None
    lane = arrival.lane or ODD
    if arrival.account is not None:
        newcomer = newcomer_of(tx, vault, arrival.account, day_of(arrival.received_at))
        if newcomer is None and not arrival.says_nothing:
            # A repeat of something that an erased person said must not bring them back.
            known = "SELECT id FROM inbox WHERE update_id = ? OR natural_key = ?"
            if tx.row(known, (arrival.update_id, natural)) is not None:
                return None
            newcomer = welcome(tx, vault, arrival.account, day_of(arrival.received_at))
        if newcomer is not None:
            lane = lane_of(newcomer)
    ident = tx.ids("inbox")[0]
    # A tap or a block of somebody who is not known any more: its number stays against repeats, nothing of the person.
    is_nobodys = arrival.account is not None and newcomer is None
    is_stored = arrival.payload is not None and not is_nobodys and not _is_volatile(tx, vault, arrival, newcomer)
    sealed = vault.seal(tx, newcomer, "inbox", "payload", ident, arrival.payload or b"") if is_stored else None
    made = tx.run(
        "INSERT INTO inbox (id, update_id, natural_key, lane, newcomer, payload, state, received_at)"
        " VALUES (?, ?, ?, ?, ?, ?, 0, ?) ON CONFLICT DO NOTHING",
        (ident, arrival.update_id, natural, lane, newcomer, sealed, micros(arrival.received_at)),
    )
    if not made:
        return None
    if arrival.payload is not None and not is_stored:
        payload = arrival.payload
        tx.afterwards.append(lambda: memory.payloads.__setitem__(ident, payload))
    return InboxRow(id=ident, lane=lane, newcomer=newcomer, payload=arrival.payload, received_at=arrival.received_at)


def _is_volatile(tx: Tx, vault: Vault, arrival: Arrival, newcomer: NewcomerId | None) -> bool:
    """Whether the payload may be kept in memory only (decisions 9 and 10)."""
    if arrival.volatile:
        return True
    if newcomer is None:
        return False
    if arrival.edits is not None and not _has_adviser(tx, newcomer, arrival.edits):
        return True
    return _is_veiled(tx, vault, newcomer)


def _has_adviser(tx: Tx, newcomer: NewcomerId, message: int) -> bool:
    """An adviser has this message of the person: a correction of it must survive. Any other changes nothing (A24)."""
    told = (
        "SELECT 1 FROM handoff_log l JOIN handoffs h ON h.id = l.handoff"
        " WHERE h.newcomer = ? AND l.newcomer_message = ? LIMIT 1"
    )
    return tx.row(told, (newcomer, message)) is not None


def _is_veiled(tx: Tx, vault: Vault, newcomer: NewcomerId) -> bool:
    """What this person says now may answer a volatile step. The stored session tells, also after a restart and to any
    replica."""
    row = tx.row("SELECT body FROM sessions WHERE newcomer = ?", (newcomer,))
    if row is None:
        return False
    stored = orjson.loads(vault.open(tx, newcomer, "sessions", "body", newcomer, bytes(row[0])))
    return Veil(stored.get("veil", Veil.NONE)) is Veil.BOT


def offset(tx: Tx) -> int | None:
    """The offset of the last `keep`."""
    row = tx.row("SELECT value FROM meta WHERE name = 'offset'")
    return None if row is None else int(row[0])


def waiting(tx: Tx, vault: Vault, memory: Memory, claims: Claims, limit: int) -> list[InboxRow]:
    """Rows that are not done and ours to take, oldest first."""
    lanes = claims.lanes(tx)
    ours, values = ("", ()) if lanes is None else (" AND lane = ANY(?)", (lanes,))
    sql = f"SELECT id, lane, newcomer, payload, received_at FROM inbox WHERE state = 0{ours} ORDER BY id LIMIT ?"
    return [_opened(tx, vault, memory, row) for row in tx.rows(sql, (*values, limit))]


def _opened(tx: Tx, vault: Vault, memory: Memory, row: Row) -> InboxRow:
    ident, lane, owner, sealed, received_at = row
    newcomer = None if owner is None else NewcomerId(owner)
    if sealed is None:
        payload = memory.payloads.get(ident)
    else:
        payload = vault.open(tx, newcomer, "inbox", "payload", ident, bytes(sealed))
    return InboxRow(id=ident, lane=Lane(lane), newcomer=newcomer, payload=payload, received_at=instant(received_at))


def finish(tx: Tx, memory: Memory, row: int) -> None:
    """The row is done: words and owner are wiped, the id stays against repeats. Conflict when it was done already."""
    tx.do(
        "UPDATE inbox SET state = 1, payload = NULL, newcomer = NULL, lane = '' WHERE id = ? AND state = 0",
        (row,),
        conflict="this inbox row is done",
    )
    tx.afterwards.append(lambda: memory.drop_payload(row))


def set_aside(
    tx: Tx, vault: Vault, memory: Memory, claims: Claims, payload: bytes, reason: str, row: int | None, now: datetime
) -> None:
    """Keep an update that could not be read, sealed under its person's key if it has a person (A10).

    Nothing is kept of a row that was done or erased meanwhile, or that is another replica's now; of a volatile one, not
    its words.
    """
    owner = None
    if row is not None:
        found = tx.row("SELECT newcomer, payload FROM inbox WHERE id = ? AND state = 0", (row,))
        if found is None or not claims.may_drop(tx, row):
            return
        owner = None if found[0] is None else NewcomerId(found[0])
        payload = b"" if found[1] is None else payload
        finish(tx, memory, row)
    ident = tx.ids("quarantine")[0]
    sealed = vault.seal(tx, owner, "quarantine", "body", ident, payload)
    tx.run(
        "INSERT INTO quarantine (id, newcomer, body, reason, kept_day) VALUES (?, ?, ?, ?, ?)",
        (ident, owner, sealed, reason, day_of(now)),
    )
