"""`guichet export` and `guichet forget`: everything that is kept about one Telegram account, or its erasure."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from bot.cli.audit import operator_line
from bot.cli.premises import Premises
from bot.core.ids import AccountId
from bot.services.erasure import DELETABLE_FOR
from bot.store import KeptStore


def export(options: argparse.Namespace) -> int:
    """Everything kept about one Telegram account, as JSON."""

    premises = Premises()

    async def work(store: KeptStore) -> None:
        kept: dict[str, list[Any]] = {}
        for newcomer in await store.newcomers_with(AccountId(options.account)):
            await store.note(operator_line("export", newcomer))
            for table, rows in (await store.data_of(newcomer)).items():
                kept.setdefault(table, []).extend(rows)
        print(json.dumps(kept, ensure_ascii=False, indent=2, default=str))
        if not kept:
            print(await _nothing(store, premises), file=sys.stderr)

    premises.with_store(work)
    return 0


def forget(options: argparse.Namespace) -> int:
    """Erase one Telegram account everywhere (a request by letter)."""

    premises = Premises()

    async def work(store: KeptStore) -> None:
        since = datetime.now(UTC) - DELETABLE_FOR
        gone: Counter[str] = Counter()
        for newcomer in await store.newcomers_with(AccountId(options.account)):
            await store.note(operator_line("forget", newcomer))
            gone.update(await store.erase(newcomer, recalled_since=since))
        print(f"Erased: {json.dumps(gone)}" if gone else await _nothing(store, premises))

    premises.with_store(work)
    return 0


async def _nothing(store: KeptStore, premises: Premises) -> str:
    """What to say about somebody of whom nothing is there; where was looked belongs to it."""
    said = f"Nothing is kept about this account in {premises.where}."
    return said if await store.has_people() else f"{said} Nobody else is in it either: is it the right database?"
