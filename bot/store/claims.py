"""Whose turn it is, when several processes serve the same newcomers; and the plain answer when there is only one.

A lane, a delivery or a timer is leased: it has a holder and an instant up to which nobody else may touch it. The
holder's number is new with every start, so that a process that slept through the end of its lease is refused when it
wakes (G12). Claims are made in two statements, first the lock, then a fresh look: one statement would join a new lock
to an old snapshot (M6).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Protocol

from bot.core.ids import Lane
from bot.errors import Conflict
from bot.ports import InboxRow
from bot.store.engine import Row, Tx

#: Longer than any turn or call takes, shorter than a newcomer waits when a replica has died.
LEASE_S = 60.0


class Claims(Protocol):
    """What the rows of this process are."""

    @property
    def slot(self) -> int:
        """Number of this process among the replicas; 0 when it is alone."""

    @property
    def stamp(self) -> tuple[int | None, int | None]:
        """Put on new deliveries: holder and end of the lease."""

    def kept(self, tx: Tx, rows: list[InboxRow]) -> list[InboxRow]:
        """Of arrivals just stored, those that this process is to take now."""

    def lanes(self, tx: Tx) -> list[str] | None:
        """The lanes with waiting arrivals that are ours now; None for all."""

    def begin_turn(self, tx: Tx, row: int) -> Lane | None:
        """Raises Conflict when the arrival's lane is not ours, or an older arrival waits in it."""

    def end_turn(self, tx: Tx, lane: Lane | None) -> None:
        """The arrival is done: let go of the lane when it is empty."""

    def may_drop(self, tx: Tx, row: int) -> bool:
        """Whether this arrival is ours to set aside."""

    def deliveries(self, tx: Tx, rows: list[Row]) -> list[Row]:
        """Of rows that could be sent (their id comes first), those that are ours."""

    def begin_sending(self, tx: Tx, rows: Sequence[int]) -> None:
        """Note that calls are about to be made. Raises Conflict when one is not waiting, not ours, or not next."""

    def leave(self, tx: Tx) -> None:
        """This process stops: what it holds is free at once, for whoever takes its place."""

    def orphans(self, tx: Tx) -> list[int]:
        """Take over what processes that are gone left in the middle of sending; the rows."""

    def timers(self, tx: Tx, rows: list[Row]) -> list[Row]:
        """Of timers that are due (their id comes first), those that are ours."""

    def hold(self, tx: Tx, role: str) -> bool:
        """Whether this process has a role that only one may have, such as polling (A16)."""


class Alone:
    """One process has everything."""

    slot = 0
    stamp: tuple[int | None, int | None] = (None, None)

    def kept(self, tx: Tx, rows: list[InboxRow]) -> list[InboxRow]:
        return rows

    def lanes(self, tx: Tx) -> list[str] | None:
        return None

    def begin_turn(self, tx: Tx, row: int) -> Lane | None:
        return None

    def end_turn(self, tx: Tx, lane: Lane | None) -> None:
        return None

    def may_drop(self, tx: Tx, row: int) -> bool:
        return True

    def deliveries(self, tx: Tx, rows: list[Row]) -> list[Row]:
        return rows

    def begin_sending(self, tx: Tx, rows: Sequence[int]) -> None:
        for row in rows:
            tx.do(
                "UPDATE outbox SET state = 2, tries = tries + 1 WHERE id = ? AND state = 0",
                (row,),
                conflict="this delivery is not waiting",
            )

    def leave(self, tx: Tx) -> None:
        return None

    def orphans(self, tx: Tx) -> list[int]:
        return []

    def timers(self, tx: Tx, rows: list[Row]) -> list[Row]:
        return rows

    def hold(self, tx: Tx, role: str) -> bool:
        return True


class Leases:
    """One of several processes on a PostgreSQL server."""

    def __init__(self, name: str, *, lease_s: float = LEASE_S) -> None:
        """`name` is the same after a restart and no other replica's: its earlier leases end at once."""
        self.slot = 0
        self._name = name
        self._lease = int(lease_s * 1_000_000)
        self._server_at = 0
        self._ours_at = 0.0

    def start(self, tx: Tx) -> None:
        """Get a new number, void the leases of the number before, and learn the server's clock."""
        self.learn_clock(tx)
        dead = [row[0] for row in tx.rows("SELECT slot FROM replicas WHERE name = ? FOR UPDATE", (self._name,))]
        tx.run("DELETE FROM replicas WHERE name = ?", (self._name,))
        [(self.slot,)] = tx.rows("INSERT INTO replicas (name) VALUES (?) RETURNING slot", (self._name,))
        _let_go(tx, dead)

    def leave(self, tx: Tx) -> None:
        _let_go(tx, [self.slot])

    def learn_clock(self, tx: Tx) -> None:
        """Instants of leases are the server's: replicas need not agree on the time, nor keep it (H01)."""
        [(self._server_at,)] = tx.rows("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
        self._ours_at = time.monotonic()

    @property
    def _now(self) -> int:
        return self._server_at + int((time.monotonic() - self._ours_at) * 1_000_000)

    @property
    def stamp(self) -> tuple[int | None, int | None]:
        return self.slot, self._now + self._lease

    # arrivals

    def kept(self, tx: Tx, rows: list[InboxRow]) -> list[InboxRow]:
        ours = set(self._leased(tx, {row.lane for row in rows})) if rows else set()
        return [row for row in rows if row.lane in ours]

    def lanes(self, tx: Tx) -> list[str] | None:
        return self._leased(tx, {row[0] for row in tx.rows("SELECT DISTINCT lane FROM inbox WHERE state = 0")})

    def _leased(self, tx: Tx, lanes: set[Lane] | set[str]) -> list[str]:
        """Lease what is free or ours already. In one order, so that two replicas cannot wait for each other."""
        rows = tx.rows(
            "INSERT INTO lanes (lane, holder, until_at) SELECT unnest(?::text[]), ?, ?"
            " ON CONFLICT (lane) DO UPDATE SET holder = excluded.holder, until_at = excluded.until_at"
            " WHERE lanes.until_at < ? OR lanes.holder = excluded.holder RETURNING lane",
            (sorted(map(str, lanes)), *self.stamp, self._now),
        )
        return [row[0] for row in rows]

    def begin_turn(self, tx: Tx, row: int) -> Lane | None:
        found = tx.row(
            "SELECT i.lane, l.holder,"
            " EXISTS (SELECT 1 FROM inbox e WHERE e.lane = i.lane AND e.state = 0 AND e.id < i.id)"
            " FROM inbox i JOIN lanes l ON l.lane = i.lane WHERE i.id = ? AND i.state = 0 FOR UPDATE OF l",
            (row,),
        )
        if found is None or found[1] != self.slot:
            raise Conflict("this inbox row is done, or another replica has its lane")
        if found[2]:
            raise Conflict("an older arrival waits in this lane")
        return Lane(found[0])

    def end_turn(self, tx: Tx, lane: Lane | None) -> None:
        # The lane is locked since `begin_turn`: whoever stores an arrival into it now waits for our commit and finds
        # it free; whoever stored one before is seen by this statement.
        tx.do(
            "DELETE FROM lanes WHERE lane = ? AND holder = ?"
            " AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.lane = ? AND i.state = 0)",
            (lane, self.slot, lane),
        )

    def may_drop(self, tx: Tx, row: int) -> bool:
        held = tx.row("SELECT l.holder FROM inbox i JOIN lanes l ON l.lane = i.lane WHERE i.id = ?", (row,))
        return held is not None and held[0] == self.slot

    # deliveries

    def deliveries(self, tx: Tx, rows: list[Row]) -> list[Row]:
        ours = self._claimed(tx, "outbox", rows, "AND o.state = 0")
        # A fresh look: between reading and locking another replica may have sent what came before.
        still = tx.rows(
            "SELECT o.id FROM outbox o WHERE o.id = ANY(?) AND o.state = 0 AND NOT EXISTS (SELECT 1 FROM outbox e"
            " WHERE e.lane = o.lane AND e.state < 3 AND (e.place < o.place OR e.state = 2))",
            (ours,),
        )
        heads = {row[0] for row in still}
        return [row for row in rows if row[0] in heads]

    def _claimed(self, tx: Tx, table: str, rows: list[Row], condition: str = "") -> list[int]:
        if not rows:
            return []
        locked = tx.rows(
            f"SELECT o.id FROM {table} o WHERE o.id = ANY(?) {condition}"
            " AND (o.held_until IS NULL OR o.held_until < ? OR o.holder = ?) ORDER BY o.id FOR UPDATE SKIP LOCKED",
            ([row[0] for row in rows], self._now, self.slot),
        )
        ours = [row[0] for row in locked]
        if ours:
            tx.do(f"UPDATE {table} SET holder = ?, held_until = ? WHERE id = ANY(?)", (*self.stamp, ours))
        return ours

    def begin_sending(self, tx: Tx, rows: Sequence[int]) -> None:
        tx.do(
            "UPDATE outbox SET state = 2, tries = tries + 1, holder = ?, held_until = ?"
            " WHERE id = ANY(?) AND state = 0 AND (held_until IS NULL OR held_until < ? OR holder = ?)"
            " AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.lane = outbox.lane AND e.state < 3"
            " AND e.place < outbox.place AND e.id <> ALL(?))",
            (*self.stamp, list(rows), self._now, self.slot, list(rows)),
            conflict="one of these deliveries is not ours to send now",
            touches=len(set(rows)),
        )

    def orphans(self, tx: Tx) -> list[int]:
        gone = "held_until < ? AND holder <> ?"
        tx.run(f"UPDATE outbox SET state = 6 WHERE state = 0 AND is_volatile = 1 AND {gone}", (self._now, self.slot))
        # With a lease of our own: a third replica must not settle them too.
        taken = tx.rows(
            f"UPDATE outbox SET holder = ?, held_until = ? WHERE state IN (2, 6) AND {gone} RETURNING id",
            (*self.stamp, self._now, self.slot),
        )
        return [row[0] for row in taken]

    def timers(self, tx: Tx, rows: list[Row]) -> list[Row]:
        ours = set(self._claimed(tx, "timers", rows))
        return [row for row in rows if row[0] in ours]

    def hold(self, tx: Tx, role: str) -> bool:
        return bool(self._leased(tx, {f"role:{role}"}))


def _let_go(tx: Tx, slots: list[int]) -> None:
    """End the leases of these."""
    tx.run("UPDATE lanes SET until_at = 0 WHERE holder = ANY(?)", (slots,))
    tx.run("UPDATE outbox SET held_until = 0 WHERE holder = ANY(?) AND state < 3", (slots,))
    tx.run("UPDATE timers SET held_until = 0 WHERE holder = ANY(?)", (slots,))
