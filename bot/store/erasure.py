"""Forgetting: a person at their wish, rows when their time is over (reliability.md, part 4, sections 2 and 5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import orjson

from bot.core.ids import FlowId, HandoffId, NewcomerId, Revision
from bot.store import handoffs
from bot.store.engine import Tx
from bot.store.inbox import lane_of
from bot.store.memory import Memory
from bot.store.people import chat_of
from bot.store.records import DAY, HANDOFF_COLUMNS, delivery_in, instant, micros, plain
from bot.store.vault import Vault

_OF_HANDOFF = "handoff IN (SELECT id FROM handoffs WHERE newcomer = ?)"
_WIPED = "UPDATE inbox SET state = 1, payload = NULL, newcomer = NULL, natural_key = NULL, lane = ''"
#: In this order: what points at something goes before it.
_ERASED: tuple[tuple[str, str], ...] = (
    ("person_keys", "newcomer = ?"),
    ("inbox", "lane = 'n:' || ? AND state = 0"),
    ("timers", f"newcomer = ? OR {_OF_HANDOFF}"),
    ("buttons", f"keyboard IN (SELECT id FROM keyboards WHERE newcomer = ? OR {_OF_HANDOFF})"),
    ("keyboards", f"newcomer = ? OR {_OF_HANDOFF}"),
    ("outbox", f"lane = 'n:' || ? OR {_OF_HANDOFF}"),
    ("mirrors", _OF_HANDOFF),
    ("handoff_log", _OF_HANDOFF),
    ("handoffs", "newcomer = ?"),
    ("quarantine", "newcomer = ?"),
    ("sessions", "newcomer = ?"),
    ("people", "id = ?"),
)


def erase(tx: Tx, vault: Vault, memory: Memory, newcomer: NewcomerId, month: str | None) -> dict[str, int]:
    """Delete a person's key and rows; counts by table. With `month`, a tombstone keeps them erased after a restore.

    Idempotent: nothing is found the second time. Ids of arrivals stay, without owner or words, against repeats.
    """
    counts = {}
    for table, condition in _ERASED:
        verb = _WIPED if table == "inbox" else f"DELETE FROM {table}"
        touched = tx.run(f"{verb} WHERE {condition}", (newcomer,) * condition.count("?"))
        if touched:
            counts[table] = touched
    if month is not None:
        tx.run(
            "INSERT INTO tombstones (mark, month) VALUES (?, ?) ON CONFLICT (mark) DO NOTHING",
            (vault.tombstone(newcomer, month), month),
        )
    vault.forget(newcomer)

    def drop() -> None:
        vault.forget(newcomer)
        memory.forget(newcomer)

    tx.afterwards.append(drop)
    return counts


def replay(tx: Tx, vault: Vault, memory: Memory, marks: Mapping[bytes, str]) -> int:
    """Erase again whoever a restored backup brought back (G08); how many there were."""
    if not marks:
        return 0
    months = sorted(set(marks.values()))
    erased = 0
    for (ident,) in tx.rows("SELECT id FROM people"):
        newcomer = NewcomerId(ident)
        month = next((month for month in months if vault.tombstone(newcomer, month) in marks), None)
        if month is not None:
            erase(tx, vault, memory, newcomer, month)
            erased += 1
    for mark, month in marks.items():
        tx.run("INSERT INTO tombstones (mark, month) VALUES (?, ?) ON CONFLICT (mark) DO NOTHING", (mark, month))
    return erased


def tombstones(tx: Tx) -> dict[bytes, str]:
    return {bytes(mark): month for mark, month in tx.rows("SELECT mark, month FROM tombstones")}


# --- retention -------------------------------------------------------------------------------------------------------

#: Days that a kind of row is kept when the settings say nothing (reliability.md, part 4, section 2).
LIMITS_DAYS: Mapping[str, int] = {
    "person": 90,
    "session": 30,
    "case": 30,
    "idle_case": 90,
    "inbox_ids": 8,
    "sent": 3,
    "quarantine": 30,
    "gaps": 365,
    "flows": 120,
    "tombstones": 90,
}


def purge(tx: Tx, vault: Vault, memory: Memory, now: datetime, limits_days: Mapping[str, int]) -> dict[str, int]:
    """Delete what is past its time. Each part stands alone, so that a purge cut short goes on the next time (I04)."""
    limits = {**LIMITS_DAYS, **limits_days}
    at = micros(now)
    today = at // DAY
    counts: dict[str, int] = {}

    def note(table: str, touched: int) -> None:
        if touched:
            counts[table] = counts.get(table, 0) + touched

    def before(kind: str) -> int:
        return at - limits[kind] * DAY

    for ident in _over(tx, before("case"), before("idle_case")):
        for table, touched in _drop_handoff(tx, ident).items():
            note(table, touched)
    leaving = tx.rows(
        "SELECT id FROM people WHERE seen_day < ?"
        " AND NOT EXISTS (SELECT 1 FROM handoffs h WHERE h.newcomer = people.id)",
        (today - limits["person"],),
    )
    for (ident,) in leaving:
        for table, touched in erase(tx, vault, memory, NewcomerId(ident), None).items():
            note(table, touched)
    for table, condition, value in (
        ("sessions", "saved_day < ?", today - limits["session"]),
        ("inbox", "state = 1 AND received_at < ?", before("inbox_ids")),
        ("outbox", "state > 2 AND done_at < ?", before("sent")),
        ("buttons", "keyboard IN (SELECT id FROM keyboards WHERE made_day < ?)", today - limits["session"]),
        ("keyboards", "made_day < ?", today - limits["session"]),
        ("quarantine", "kept_day < ?", today - limits["quarantine"]),
        ("gaps", "noted_day < ?", today - limits["gaps"]),
        ("tombstones", "month < ?", f"{instant(before('tombstones')):%Y-%m}"),
    ):
        note(table, tx.run(f"DELETE FROM {table} WHERE {condition}", (value,)))
    return counts


def purge_flows(
    tx: Tx, now: datetime, limits_days: Mapping[str, int], in_use: set[tuple[FlowId, Revision]]
) -> dict[str, int]:
    """Delete old revisions that nobody stands in. The newest of each flow is published again at every start."""
    before = micros(now) // DAY - {**LIMITS_DAYS, **limits_days}["flows"]
    old = tx.rows("SELECT flow, revision FROM flows WHERE kept_day < ?", (before,))
    unused = [(flow, revision) for flow, revision in old if (flow, revision) not in in_use]
    for flow, revision in unused:
        tx.run("DELETE FROM flows WHERE flow = ? AND revision = ?", (flow, revision))
    return {"flows": len(unused)} if unused else {}


def _over(tx: Tx, ended_before: int, idle_before: int) -> list[HandoffId]:
    """Handoffs that ended long ago, or are open and silent for long."""
    rows = tx.rows(
        "SELECT id FROM handoffs h WHERE ended_at < ? OR (ended_at IS NULL AND opened_at < ?"
        " AND NOT EXISTS (SELECT 1 FROM handoff_log l WHERE l.handoff = h.id AND l.at >= ?))",
        (ended_before, idle_before, idle_before),
    )
    return [HandoffId(row[0]) for row in rows]


def _drop_handoff(tx: Tx, handoff: HandoffId) -> dict[str, int]:
    buttons = "keyboard IN (SELECT id FROM keyboards WHERE handoff = ?)"
    counts = {"buttons": tx.run(f"DELETE FROM buttons WHERE {buttons}", (handoff,))}
    for table in ("keyboards", "timers", "mirrors", "handoff_log"):
        counts[table] = tx.run(f"DELETE FROM {table} WHERE handoff = ?", (handoff,))
    # A topic that is still to be deleted keeps its delivery; the topic itself is gone from the record.
    counts["outbox"] = tx.run("DELETE FROM outbox WHERE handoff = ?", (handoff,))
    counts["handoffs"] = tx.run("DELETE FROM handoffs WHERE id = ?", (handoff,))
    return counts


# --- what is kept ----------------------------------------------------------------------------------------------------


def data_of(tx: Tx, vault: Vault, memory: Memory, newcomer: NewcomerId) -> dict[str, object]:
    """Everything kept about a person, by table, opened."""
    found: dict[str, object] = {}

    def show(table: str, rows: list[dict[str, object]]) -> None:
        if rows:
            found[table] = rows

    person = tx.row("SELECT first_day, seen_day FROM people WHERE id = ?", (newcomer,))
    if person is None:
        return found
    first, seen = (instant(day * DAY).date().isoformat() for day in person)
    account = chat_of(tx, vault, memory, newcomer)
    show("people", [{"id": newcomer, "account": account, "first_seen": first, "last_seen": seen}])
    for version, body in tx.rows("SELECT version, body FROM sessions WHERE newcomer = ?", (newcomer,)):
        opened = orjson.loads(vault.open(tx, newcomer, "sessions", "body", newcomer, bytes(body)))
        show("sessions", [{"version": version, **opened}])
    show("inbox", _inbox_of(tx, vault, newcomer))
    show("outbox", _outbox_of(tx, vault, newcomer))
    keyboards = tx.rows("SELECT id, screen, body FROM keyboards WHERE newcomer = ? ORDER BY id", (newcomer,))
    show(
        "keyboards",
        [
            {
                "screen": screen,
                "actions": list(
                    orjson.loads(vault.open(tx, newcomer, "keyboards", "body", ident, bytes(body))).values()
                ),
            }
            for ident, screen, body in keyboards
        ],
    )
    timers = tx.rows("SELECT id, body, due_at FROM timers WHERE newcomer = ? ORDER BY due_at", (newcomer,))
    rows: list[dict[str, object]] = []
    for ident, body, due_at in timers:
        name, ref = orjson.loads(vault.open(tx, newcomer, "timers", "body", ident, bytes(body)))
        rows.append({"name": name, "ref": ref, "due_at": instant(due_at).isoformat()})
    show("timers", rows)
    mine = tx.rows(f"SELECT {HANDOFF_COLUMNS} FROM handoffs WHERE newcomer = ? ORDER BY opened_at", (newcomer,))
    known = [handoffs.one(tx, vault, HandoffId(row[0])) for row in mine]
    show("handoffs", [plain(handoff) for handoff in known if handoff is not None])
    show("handoff_log", [plain(line) for row in mine for line in handoffs.log_of(tx, vault, HandoffId(row[0]))])
    aside = tx.rows("SELECT id, body, reason, kept_day FROM quarantine WHERE newcomer = ?", (newcomer,))
    show(
        "quarantine",
        [
            {"body": vault.open(tx, newcomer, "quarantine", "body", ident, bytes(body)).decode("utf-8", "replace")}
            for ident, body, _, _ in aside
        ],
    )
    return found


def _inbox_of(tx: Tx, vault: Vault, newcomer: NewcomerId) -> list[dict[str, object]]:
    rows = tx.rows(
        "SELECT id, payload, received_at FROM inbox WHERE lane = ? AND state = 0 ORDER BY id", (lane_of(newcomer),)
    )
    return [
        {
            "received_at": instant(received_at).isoformat(),
            "payload": None
            if payload is None
            else vault.open(tx, newcomer, "inbox", "payload", ident, bytes(payload)).decode("utf-8", "replace"),
        }
        for ident, payload, received_at in rows
    ]


def _outbox_of(tx: Tx, vault: Vault, newcomer: NewcomerId) -> list[dict[str, object]]:
    rows = tx.rows(
        f"SELECT id, verb, body, created_at, message_id FROM outbox WHERE lane = ? OR {_OF_HANDOFF} ORDER BY id",
        (lane_of(newcomer), newcomer),
    )
    shown: list[dict[str, object]] = []
    for ident, verb, body, created_at, message_id in rows:
        text = None
        if body is not None:
            rendered = delivery_in(vault.open(tx, newcomer, "outbox", "body", ident, bytes(body))).rendered
            text = None if rendered is None else rendered.text
        at = instant(created_at).isoformat()
        shown.append({"verb": verb, "created_at": at, "message_id": message_id, "text": text})
    return shown
