"""What the rows of the store are written through: one transaction, on whichever engine.

The modules beside this one (`inbox`, `turn`, `outbox`…) are plain functions over a `Tx`. An engine runs them: SQLite in
groups on one connection, PostgreSQL on several. SQL is written once, with `?` for parameters, in the part of the
language that both engines share.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

#: One row, as the driver gives it: text, int, bytes or None. What a column means is settled in `records`.
Row: TypeAlias = Any
Parameters: TypeAlias = Sequence[object]

T = TypeVar("T")


class Tx(Protocol):
    """A transaction that is open. What a function wrote through it is kept or dropped as a whole."""

    #: Told after the commit, in order; not told when this part was rolled back. For what lives in memory.
    afterwards: list[Callable[[], None]]

    def rows(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Run a query and fetch everything."""

    def row(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """Run a query and fetch its first row."""

    def run(self, sql: str, parameters: Parameters = ()) -> int:
        """Run a statement; how many rows it touched."""

    def do(self, sql: str, parameters: Parameters = (), *, conflict: str = "", touches: int = 1) -> None:
        """Run a statement whose result nobody waits for: an engine may send it together with the next ones.

        With `conflict`, the transaction fails with that Conflict unless exactly so many rows were touched.
        """

    def run_many(self, sql: str, many: Sequence[Parameters]) -> None:
        """Run a statement once for each set of parameters."""

    def ids(self, table: str, count: int = 1) -> Sequence[int]:
        """The next ids of a table. Known before the row is written, because they are part of what is sealed."""


class Engine(Protocol):
    """Runs transactions. Raises StoreError when it cannot now, and what the function itself raised."""

    #: Several processes serve the same newcomers: lanes and deliveries are leased.
    shared: bool

    @property
    def is_first(self) -> bool:
        """What an earlier process left is ours to take up: no other one is serving from it."""

    @property
    def is_writable(self) -> bool:
        """What was last to be written is durable; False from the first refusal on, such as by a full disk."""

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run in a transaction and return once it is durable."""

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run over what is committed."""

    async def clean(self) -> None:
        """Leave no trace of deleted rows in the files of the engine, as far as it can reach them."""

    async def close(self) -> None:
        """Finish what was begun and let go."""
