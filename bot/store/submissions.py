"""Answers without a person: a random key, the first day of the month, and nothing that says who, when or in what order.

A day would be too exact: with few people it can be set beside the day that a session was saved.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

import orjson

from bot.core.ids import FlowId, Locale
from bot.ports import Submission
from bot.store.engine import Tx
from bot.store.records import day_of
from bot.store.vault import Vault

#: Characters of a sealed body are a multiple of this, so that its length does not tell the answer.
_PADDED = 256


def keep(tx: Tx, vault: Vault, submissions: Sequence[Submission], now: datetime) -> None:
    """Add them, under the key of the guichet: no person's key ever touches them, so they outlive an erasure."""
    month = day_of(now.replace(day=1))
    for one in submissions:
        ident = secrets.token_hex(16)
        plain = orjson.dumps({"locale": one.locale, "answers": dict(one.answers)})
        plain += b" " * (-len(plain) % _PADDED)
        tx.run(
            "INSERT INTO submissions (id, flow, body, noted_day) VALUES (?, ?, ?, ?)",
            (ident, one.flow, vault.seal(tx, None, "submissions", "body", ident, plain), month),
        )


def of(tx: Tx, vault: Vault, flow: FlowId) -> list[Submission]:
    """All of one flow, in the order of their random keys."""
    found = []
    for ident, body in tx.rows("SELECT id, body FROM submissions WHERE flow = ? ORDER BY id", (flow,)):
        raw = orjson.loads(vault.open(tx, None, "submissions", "body", ident, bytes(body)))
        locale = None if raw["locale"] is None else Locale(raw["locale"])
        found.append(Submission(flow=flow, locale=locale, answers=raw["answers"]))
    return found
