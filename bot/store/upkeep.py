"""Advisers, published flows, and how long the queues have waited."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import orjson

from bot.core.ids import AdviserId, FlowId, NewcomerId, Revision
from bot.handoff.machine import State
from bot.ports import AdviserRow, AuditLine, QueueAges
from bot.store import audit
from bot.store.engine import Tx
from bot.store.records import adviser_in, adviser_out, day_of, instant, micros
from bot.store.vault import Vault


def advisers(tx: Tx, vault: Vault) -> list[AdviserRow]:
    rows = tx.rows("SELECT id, body, is_active FROM advisers ORDER BY id")
    return [
        adviser_in(ident, vault.open(tx, None, "advisers", "body", ident, bytes(body)), is_active)
        for ident, body, is_active in rows
    ]


def save_adviser(tx: Tx, vault: Vault, adviser: AdviserRow, now: datetime) -> None:
    """Add an adviser, or replace them by id; the audit trail says who may answer since when."""
    before = tx.row("SELECT is_active FROM advisers WHERE id = ?", (adviser.id,))
    if (before is not None and bool(before[0])) is not adviser.is_active:
        audit.write(tx, (AuditLine(event="listed" if adviser.is_active else "unlisted", who=adviser.id),), now)
    body = vault.seal(tx, None, "advisers", "body", adviser.id, adviser_out(adviser))
    tx.run(
        "INSERT INTO advisers (id, lookup, body, is_active) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
        " SET lookup = excluded.lookup, body = excluded.body, is_active = excluded.is_active",
        (adviser.id, vault.lookup(adviser.account), body, int(adviser.is_active)),
    )


def drop_adviser(tx: Tx, ident: AdviserId) -> None:
    """Delete an adviser; nothing happens when there is none."""
    tx.run("DELETE FROM advisers WHERE id = ?", (ident,))


def gaps(tx: Tx, vault: Vault) -> list[tuple[str, str, int]]:
    """Language, masked words and how often they were said."""
    said = Counter(
        (str(locale), vault.open(tx, None, "gaps", "body", ident, bytes(body)).decode())
        for ident, locale, body in tx.rows("SELECT id, locale, body FROM gaps")
    )
    return [(locale, words, number) for (locale, words), number in said.most_common()]


def keep_flow(tx: Tx, flow: FlowId, revision: Revision, source: bytes, now: datetime) -> None:
    """Keep the source of a published revision; the same one twice is kept once."""
    tx.run(
        "INSERT INTO flows (flow, revision, source, kept_day) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (flow, revision) DO UPDATE SET kept_day = excluded.kept_day",
        (flow, revision, source, day_of(now)),
    )


def revisions_of(tx: Tx, vault: Vault, after: str, limit: int) -> tuple[str, set[tuple[str, str]]]:
    """The revisions that some sessions stand in, a page of sessions at a time; where the next page begins.

    Only opening the sessions tells: a readable list of who is in which flow would say too much (decision 9).
    """
    rows = tx.rows("SELECT newcomer, body FROM sessions WHERE newcomer > ? ORDER BY newcomer LIMIT ?", (after, limit))
    used: set[tuple[str, str]] = set()
    for ident, body in rows:
        newcomer = NewcomerId(ident)
        raw = orjson.loads(vault.open(tx, newcomer, "sessions", "body", ident, bytes(body)))
        for position in (raw["durable"], raw["paused"]):
            for frames in () if position is None else (position["frames"], *position["trail"]):
                used.update((frame[0], frame[1]) for frame in frames)
    return (rows[-1][0] if len(rows) == limit else "", used)


def sources(tx: Tx, wanted: set[tuple[str, str]]) -> list[tuple[FlowId, Revision, bytes]]:
    """The kept sources among the wanted revisions."""
    found = []
    for flow, revision in sorted(wanted):
        row = tx.row("SELECT source FROM flows WHERE flow = ? AND revision = ?", (flow, revision))
        if row is not None:
            found.append((FlowId(flow), Revision(revision), bytes(row[0])))
    return found


def mark(tx: Tx, name: str, at: datetime) -> None:
    """Note an instant under a name, over what was noted before."""
    tx.run(
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (f"at:{name}", str(micros(at))),
    )


def marked(tx: Tx, name: str) -> datetime | None:
    """The instant last noted under a name."""
    row = tx.row("SELECT value FROM meta WHERE name = ?", (f"at:{name}",))
    return None if row is None else instant(int(row[0]))


def seen_between(
    tx: Tx, vault: Vault, since: datetime, until: datetime, after: str, limit: int
) -> tuple[str, list[NewcomerId]]:
    """Who was last heard of in this time, a page of sessions at a time; where the next page begins."""
    rows = tx.rows(
        "SELECT newcomer, body FROM sessions WHERE newcomer > ? AND saved_day >= ? ORDER BY newcomer LIMIT ?",
        (after, day_of(since), limit),
    )
    seen: list[NewcomerId] = []
    for ident, body in rows:
        newcomer = NewcomerId(ident)
        raw = orjson.loads(vault.open(tx, newcomer, "sessions", "body", ident, bytes(body)))
        if raw["seen_at"] is not None and since <= datetime.fromisoformat(raw["seen_at"]) <= until:
            seen.append(newcomer)
    return (rows[-1][0] if len(rows) == limit else "", seen)


def queue_ages(tx: Tx, now: datetime) -> QueueAges:
    """How long the oldest of each queue has waited."""
    at = micros(now)

    def age(sql: str, *values: object) -> float | None:
        row = tx.row(sql, values)
        return None if row is None or row[0] is None else max(0.0, (at - row[0]) / 1e6)

    return QueueAges(
        inbox_s=age("SELECT min(received_at) FROM inbox WHERE state = 0"),
        outbox_s=age("SELECT min(created_at) FROM outbox WHERE state < 3"),
        timers_s=age("SELECT min(due_at) FROM timers WHERE due_at <= ?", at),
        handoffs_s=age("SELECT min(opened_at) FROM handoffs WHERE state = ?", State.WAITING.value),
    )
