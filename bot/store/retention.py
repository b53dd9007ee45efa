"""Rows leave when their time is over (reliability.md, part 4, section 2). In small bites, so that nobody waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.core.ids import ChatId, FlowId, HandoffId, NewcomerId, Revision
from bot.ports import Delivery, Verb
from bot.store import outbox
from bot.store.audit import HOUR
from bot.store.claims import Claims
from bot.store.engine import Tx
from bot.store.erasure import erase
from bot.store.memory import Memory
from bot.store.records import DAY, micros
from bot.store.vault import Vault

#: Days that a kind of row is kept when the settings say nothing.
LIMITS_DAYS: Mapping[str, int] = {
    "person": 90,
    "session": 30,
    "case": 30,
    "idle_case": 90,
    "inbox_ids": 8,
    "sent": 3,
    "quarantine": 30,
    "gaps": 365,
    "submissions": 365,
    "audit": 365,
    "flows": 120,
    "tombstones": 90,
}
#: Rows, and people or cases with all that is theirs, deleted in one transaction: a few milliseconds.
ROWS, PEOPLE = 100, 5


def oldest_month(now: datetime, limits_days: Mapping[str, int]) -> str:
    """The month (`2026-11`) from which on tombstones are kept."""
    days = {**LIMITS_DAYS, **limits_days}["tombstones"]
    return f"{now - timedelta(days=days):%Y-%m}"


def purge(
    tx: Tx, vault: Vault, memory: Memory, claims: Claims, now: datetime, limits_days: Mapping[str, int]
) -> tuple[Counter[str], bool]:
    """Take one bite: how many rows by table, and whether there is more. Killed half-way, the next one goes on (I04)."""
    limits = {**LIMITS_DAYS, **limits_days}
    at = micros(now)
    today = at // DAY
    counts: Counter[str] = Counter()

    def before(kind: str) -> int:
        return at - limits[kind] * DAY

    cases = _over(tx, before("case"), before("idle_case"))
    for handoff, chat, thread in cases:
        counts += _drop_handoff(tx, handoff)
        if chat is not None and thread is not None:
            # The topic goes with its case, also when the timer that should have deleted it was lost.
            delivery = Delivery(verb=Verb.DELETE_TOPIC, chat=ChatId(chat), thread=thread)
            outbox.queue(tx, vault, memory, claims, (delivery,), now)
    leaving = tx.rows(
        "SELECT id FROM people WHERE seen_day < ?"
        " AND NOT EXISTS (SELECT 1 FROM handoffs h WHERE h.newcomer = people.id) LIMIT ?",
        (today - limits["person"], PEOPLE),
    )
    for (ident,) in leaving:
        counts += Counter(erase(tx, vault, memory, NewcomerId(ident), None))
    has_more = len(cases) == PEOPLE or len(leaving) == PEOPLE
    for table, key, condition, value in (
        ("sessions", "newcomer", "saved_day < ?", today - limits["session"]),
        ("inbox", "id", "state = 1 AND received_at < ?", before("inbox_ids")),
        ("outbox", "id", "state > 2 AND done_at < ?", before("sent")),
        ("quarantine", "id", "kept_day < ?", today - limits["quarantine"]),
        ("gaps", "id", "noted_day < ?", today - limits["gaps"]),
        ("submissions", "id", "noted_day < ?", today - limits["submissions"]),
        ("audit", "id", "at_hour < ?", before("audit") // HOUR),
        ("tombstones", "mark", "month < ?", oldest_month(now, limits_days)),
    ):
        rows = f"SELECT {key} FROM {table} WHERE {condition} LIMIT ?"
        counts[table] += (gone := tx.run(f"DELETE FROM {table} WHERE {key} IN ({rows})", (value, ROWS)))
        has_more = has_more or gone == ROWS
    keyboards = tx.rows(
        "SELECT id FROM keyboards WHERE made_day < ? ORDER BY id LIMIT ?", (today - limits["session"], ROWS)
    )
    for (keyboard,) in keyboards:
        counts["buttons"] += tx.run("DELETE FROM buttons WHERE keyboard = ?", (keyboard,))
        counts["keyboards"] += tx.run("DELETE FROM keyboards WHERE id = ?", (keyboard,))
    return +counts, has_more or len(keyboards) == ROWS


def purge_flows(
    tx: Tx, now: datetime, limits_days: Mapping[str, int], in_use: set[tuple[FlowId, Revision]]
) -> Counter[str]:
    """Delete old revisions that nobody stands in. The newest of each flow is published again at every start."""
    before = micros(now) // DAY - {**LIMITS_DAYS, **limits_days}["flows"]
    old = tx.rows("SELECT flow, revision FROM flows WHERE kept_day < ?", (before,))
    unused = [(flow, revision) for flow, revision in old if (flow, revision) not in in_use]
    for flow, revision in unused:
        tx.run("DELETE FROM flows WHERE flow = ? AND revision = ?", (flow, revision))
    return +Counter({"flows": len(unused)})


def _over(tx: Tx, ended_before: int, idle_before: int) -> list[tuple[HandoffId, int | None, int | None]]:
    """Handoffs that ended long ago, or are open and silent for long, with the topic of each."""
    rows = tx.rows(
        "SELECT id, chat, thread FROM handoffs h WHERE ended_at < ? OR (ended_at IS NULL AND opened_at < ?"
        " AND NOT EXISTS (SELECT 1 FROM handoff_log l WHERE l.handoff = h.id AND l.at >= ?)) LIMIT ?",
        (ended_before, idle_before, idle_before, PEOPLE),
    )
    return [(HandoffId(ident), chat, thread) for ident, chat, thread in rows]


def _drop_handoff(tx: Tx, handoff: HandoffId) -> Counter[str]:
    buttons = "keyboard IN (SELECT id FROM keyboards WHERE handoff = ?)"
    counts = Counter({"buttons": tx.run(f"DELETE FROM buttons WHERE {buttons}", (handoff,))})
    for table in ("keyboards", "timers", "mirrors", "handoff_log", "outbox"):
        counts[table] += tx.run(f"DELETE FROM {table} WHERE handoff = ?", (handoff,))
    counts["handoffs"] += tx.run("DELETE FROM handoffs WHERE id = ?", (handoff,))
    return +counts
