"""`guichet audit`: who of the staff took, gave back, exported or erased what, and in which hour."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot.cli.premises import Premises
from bot.core.ids import NewcomerId
from bot.core.local_time import BRUSSELS
from bot.ports import AuditLine, AuditRow
from bot.store import KeptStore

#: As much of an id as the log writes.
SHOWN = 8


def operator_line(event: str, newcomer: NewcomerId) -> AuditLine:
    """What an operator does with a command to one person, under the number of their account on this machine."""
    return AuditLine(event=event, who=f"operator:{os.getuid()}", about=newcomer)


def as_lines(rows: Sequence[AuditRow], names: Mapping[str, str]) -> list[str]:
    """A line each, oldest first. `names`: id → name of those who are advisers still."""
    return [
        "\t".join(
            (
                f"{row.at.astimezone(BRUSSELS):%Y-%m-%d %Hh}",
                row.event,
                f"{row.who} ({names[row.who]})" if row.who in names else row.who,
                row.about[:SHOWN] or "-",
            )
        )
        for row in rows
    ]


def audit(options: argparse.Namespace) -> int:
    """Print the trail of the last days."""
    since = datetime.now(UTC) - timedelta(days=options.days)

    async def read(store: KeptStore) -> list[str]:
        names = {str(adviser.id): adviser.name for adviser in await store.advisers()}
        return as_lines(await store.audit(since), names)

    lines = Premises().with_store(read)
    print("\n".join(lines) or f"Nothing was taken, exported or erased in the last {options.days} days.")
    return 0
