"""Forgetting a person, everywhere and for good (reliability.md, part 4, section 5)."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.ids import NewcomerId
from bot.store.engine import Tx
from bot.store.memory import Memory
from bot.store.vault import Vault

#: Rows of the handoffs of one person.
OF_HANDOFF = "handoff IN (SELECT id FROM handoffs WHERE newcomer = ?)"
_WIPED = "UPDATE inbox SET state = 1, payload = NULL, newcomer = NULL, natural_key = NULL, lane = ''"
#: In this order: what points at something goes before it.
ERASED: tuple[tuple[str, str], ...] = (
    ("person_keys", "newcomer = ?"),
    ("inbox", "lane = 'n:' || ? AND state = 0"),
    ("timers", f"newcomer = ? OR {OF_HANDOFF}"),
    ("buttons", f"keyboard IN (SELECT id FROM keyboards WHERE newcomer = ? OR {OF_HANDOFF})"),
    ("keyboards", f"newcomer = ? OR {OF_HANDOFF}"),
    ("outbox", f"lane = 'n:' || ? OR {OF_HANDOFF}"),
    ("mirrors", OF_HANDOFF),
    ("handoff_log", OF_HANDOFF),
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
    ours = "lane = 'n:' || ? AND state = 0"
    payloads = [row[0] for row in tx.rows(f"SELECT id FROM inbox WHERE {ours}", (newcomer,))]
    unsent = f"(lane = 'n:' || ? OR {OF_HANDOFF}) AND state < 3"
    texts = [row[0] for row in tx.rows(f"SELECT id FROM outbox WHERE {unsent}", (newcomer, newcomer))]
    for table, condition in ERASED:
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
        memory.forget(newcomer, payloads, texts)

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
