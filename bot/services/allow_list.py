"""Who may act as an adviser from the start: the accounts in `GUICHET_ADVISER_IDS` (decision 11)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace

from bot.core.ids import AccountId, AdviserId, TeamName
from bot.ports import AdviserRow, Store

#: Rows that come from the environment. Whoever leaves that list loses their rights; those invited otherwise do not.
PREFIX = "adviser-"


async def save_allow_list(store: Store, accounts: Sequence[AccountId], teams: tuple[TeamName, ...]) -> list[AdviserRow]:
    """Make the rows what the environment says.

    Gives those who are no longer on the list, with who was left by a kill: `advisers.let_go` takes them from there.
    """
    known = await store.advisers()
    of_account = {adviser.account: adviser for adviser in known}
    for at, account in enumerate(accounts, start=1):
        present = of_account.get(account)
        if present is None:
            # Drawn: conversations hang on it, and it must not come back when the row of who left is gone.
            ident = AdviserId(f"{PREFIX}{secrets.token_hex(6)}")
            row = AdviserRow(id=ident, account=account, name=f"Conseil {at}", teams=teams)
        else:
            row = replace(present, teams=teams, is_active=True)
        if row != present:
            await store.save_adviser(row)
    gone = [adviser for adviser in known if adviser.account not in accounts and adviser.id.startswith(PREFIX)]
    for adviser in gone:
        if adviser.is_active:
            await store.save_adviser(replace(adviser, is_active=False))
    return gone
