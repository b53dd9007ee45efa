"""The audit trail: who of the staff took, gave back, exported or erased what, and in which hour. Ids only, no text.

Lines are added and read, never changed; they leave with `retention.audit`. They are not chained by hashes: whoever
could rewrite the database holds the key that would sign the chain.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.ports import AuditLine, AuditRow
from bot.store.engine import Tx
from bot.store.records import instant, micros

#: Microseconds: an hour is as exact as the trail is.
HOUR = 3_600_000_000


def write(tx: Tx, lines: Iterable[AuditLine], now: datetime) -> None:
    """Add lines of this hour."""
    for line in lines:
        tx.do(
            "INSERT INTO audit (at_hour, who, event, about) VALUES (?, ?, ?, ?)",
            (micros(now) // HOUR, line.who, line.event, line.about),
        )


def rows(tx: Tx, since: datetime) -> list[AuditRow]:
    """All lines from this hour on, in the order in which they were written."""
    found = tx.rows(
        "SELECT at_hour, who, event, about FROM audit WHERE at_hour >= ? ORDER BY id", (micros(since) // HOUR,)
    )
    return [
        AuditRow(at=instant(hour * HOUR), who=str(who), event=str(event), about=str(about))
        for hour, who, event, about in found
    ]
