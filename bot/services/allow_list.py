"""Who may act as an adviser from the start: the accounts in `GUICHET_ADVISER_IDS` (decision 11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from bot.core.ids import AccountId, AdviserId, TeamName
from bot.ports import AdviserRow, Store

#: Rows that come from the environment. Whoever leaves that list loses their rights; those invited otherwise do not.
PREFIX = "adviser-"


async def save_allow_list(store: Store, accounts: Sequence[AccountId], teams: tuple[TeamName, ...]) -> list[AdviserRow]:
    """Make the rows what the environment says. Gives those who are no longer on the list."""
    known = await store.advisers()
    of_account = {adviser.account: adviser for adviser in known}
    # An id is never given to somebody else: conversations hang on it.
    numbers = (AdviserId(f"{PREFIX}{number}") for number in count(1))
    free = (ident for ident in numbers if ident not in {adviser.id for adviser in known})
    for at, account in enumerate(accounts, start=1):
        present = of_account.get(account)
        if present is None:
            row = AdviserRow(id=next(free), account=account, name=f"Conseil {at}", teams=teams)
        else:
            row = replace(present, teams=teams, is_active=True)
        if row != present:
            await store.save_adviser(row)
    gone = [
        adviser
        for adviser in known
        if adviser.is_active and adviser.account not in accounts and adviser.id.startswith(PREFIX)
    ]
    for adviser in gone:
        await store.save_adviser(replace(adviser, is_active=False))
    return gone
