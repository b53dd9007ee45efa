"""Faceless daily figures. Each replica adds to a row of its own, so that none waits for another."""

from __future__ import annotations

from bot.store.claims import Claims
from bot.store.engine import Tx


def add(tx: Tx, claims: Claims, figure: str, label: str, amount: int, day: int) -> None:
    """Add to today's figure."""
    tx.do(
        "INSERT INTO counts (counted_day, figure, label, slot, n) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (counted_day, figure, label, slot) DO UPDATE SET n = counts.n + excluded.n",
        (day, figure, label, claims.slot, amount),
    )


def figures(tx: Tx, since_day: int) -> list[tuple[int, str, str, int]]:
    """Day (since 1970), figure, label and number, of all replicas together."""
    rows = tx.rows(
        "SELECT counted_day, figure, label, CAST(sum(n) AS BIGINT) FROM counts WHERE counted_day >= ?"
        " GROUP BY counted_day, figure, label ORDER BY counted_day, figure, label",
        (since_day,),
    )
    return [(day, figure, label, number) for day, figure, label, number in rows]
