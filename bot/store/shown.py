"""What is kept about a person, opened: for `/mesdonnees`."""

from __future__ import annotations

import orjson

from bot.core.ids import HandoffId, NewcomerId, lane_of
from bot.store import handoffs
from bot.store.engine import Tx
from bot.store.erasure import OF_HANDOFF
from bot.store.memory import Memory
from bot.store.people import chat_of
from bot.store.records import DAY, HANDOFF_COLUMNS, delivery_in, instant, plain
from bot.store.vault import Vault


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
        f"SELECT id, verb, body, created_at, message_id FROM outbox WHERE lane = ? OR {OF_HANDOFF} ORDER BY id",
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
