"""The turn: what it reads, and the one transaction in which it is written, all of it or nothing."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

import orjson

from bot.core.ids import HandoffId, NewcomerId, Token
from bot.core.session import Session
from bot.ports import ButtonRow, Commit, Gap, OutboxRow
from bot.store import audit, checks, handoffs, inbox, outbox, submissions, timers
from bot.store.claims import Claims
from bot.store.counts import add
from bot.store.engine import Tx
from bot.store.memory import Memory
from bot.store.records import action_in, action_out, day_of, dumps
from bot.store.vault import Vault

_SAVED = "this session was saved meanwhile"


def session_of(tx: Tx, vault: Vault, memory: Memory, newcomer: NewcomerId) -> Session | None:
    """The session, with its volatile part as long as this process remembers it."""
    row = tx.row("SELECT version, body FROM sessions WHERE newcomer = ?", (newcomer,))
    if row is None:
        return None
    version, body = row
    remembered = memory.sessions.get(newcomer)
    if remembered is not None and remembered.version == version:
        return remembered
    return Session.restored(newcomer, version, vault.open(tx, newcomer, "sessions", "body", newcomer, bytes(body)))


def button(tx: Tx, vault: Vault, memory: Memory, token: Token) -> ButtonRow | None:
    """What a token means; None when it is unknown, forged or past its retention."""
    volatile = memory.buttons.get(token)
    if volatile is not None:
        return volatile
    row = tx.row(
        "SELECT k.id, k.newcomer, k.handoff, k.screen, k.body FROM buttons b JOIN keyboards k ON k.id = b.keyboard"
        " WHERE b.alias = ?",
        (_alias(vault, token),),
    )
    if row is None:
        return None
    ident, owner, handoff, screen, body = row
    newcomer = None if owner is None else NewcomerId(owner)
    actions = orjson.loads(vault.open(tx, newcomer, "keyboards", "body", ident, bytes(body)))
    if token not in actions:
        return None
    return ButtonRow(
        token=token,
        newcomer=newcomer,
        handoff=None if handoff is None else HandoffId(handoff),
        action=action_in(actions[token]),
        screen=screen,
    )


def write(tx: Tx, vault: Vault, memory: Memory, claims: Claims, commit: Commit, now: datetime) -> list[OutboxRow]:
    """Everything of one turn. Raises Conflict when any part of it was decided on something that has changed."""
    now = commit.now or now
    if commit.done is not None:
        for row in (*commit.joined, commit.done):
            lane = claims.begin_turn(tx, row)
            inbox.finish(tx, memory, row)
        claims.end_turn(tx, lane)
    if commit.done_timer is not None:
        timers.finish(tx, commit.done_timer)
    if commit.session is not None:
        _save_session(tx, vault, memory, commit.session, commit.expected_version or 0, now)
    if commit.handoff_expected is not None:
        handoffs.expect(tx, *commit.handoff_expected)
    for change in commit.handoffs:
        handoffs.save(tx, vault, change)
    _set_timers(tx, vault, commit)
    _offer(tx, vault, memory, commit.buttons, now)
    handoffs.write_log(tx, vault, commit.log)
    handoffs.correct_log(tx, vault, commit.corrected)
    _note(tx, vault, commit.gaps, now)
    submissions.keep(tx, vault, commit.submissions, now)
    checks.write(tx, commit.checks)
    audit.write(tx, commit.audit, now)
    for figure, label in sorted(commit.counts):  # in one order, so that two replicas cannot wait for each other
        add(tx, claims, figure, label, 1, day_of(now))
    return outbox.queue(tx, vault, memory, claims, commit.deliveries, now)


def _save_session(tx: Tx, vault: Vault, memory: Memory, session: Session, expected: int, now: datetime) -> None:
    newcomer = session.newcomer
    body = vault.seal(tx, newcomer, "sessions", "body", newcomer, session.stored())
    if expected == 0:
        # Through `people`, so that nothing is written about somebody who was erased.
        tx.do(
            "INSERT INTO sessions (newcomer, version, body, saved_day) SELECT id, 1, ?, ? FROM people WHERE id = ?"
            " ON CONFLICT (newcomer) DO NOTHING",
            (body, day_of(now), newcomer),
            conflict=_SAVED,
        )
    else:
        tx.do(
            "UPDATE sessions SET version = version + 1, body = ?, saved_day = ? WHERE newcomer = ? AND version = ?",
            (body, day_of(now), newcomer, expected),
            conflict=_SAVED,
        )
    kept = replace(session, version=expected + 1) if session.shadow is not None else None

    def remember() -> None:
        if kept is None:
            memory.sessions.pop(newcomer, None)
        else:
            memory.sessions[newcomer] = kept

    tx.afterwards.append(remember)


def _set_timers(tx: Tx, vault: Vault, commit: Commit) -> None:
    if not commit.cancelled_timers and not commit.timers:
        return
    newcomer = commit.timers_of
    if newcomer is None and commit.session is not None:
        newcomer = commit.session.newcomer
    # Without a newcomer a timer belongs to the handoff that the commit is about.
    handoff = commit.handoffs[0].handoff.id if newcomer is None and commit.handoffs else None
    timers.cancel(tx, vault, commit.cancelled_timers, newcomer, handoff)
    timers.start(tx, vault, commit.timers, newcomer, handoff)


def _alias(vault: Vault, token: str) -> int:
    """63 bits: a small key keeps the index of buttons dense. The sealed keyboard names its tokens in full."""
    return int.from_bytes(vault.alias("token", token)[:8], "big") >> 1


def _offer(tx: Tx, vault: Vault, memory: Memory, buttons: Sequence[ButtonRow], now: datetime) -> None:
    stored = [row for row in buttons if not row.volatile]
    for (newcomer, handoff, screen), rows in groupby(stored, key=lambda row: (row.newcomer, row.handoff, row.screen)):
        _keyboard(tx, vault, newcomer, handoff, screen, list(rows), now)
    volatile = [row for row in buttons if row.volatile]
    if volatile:

        def remember() -> None:
            for row in volatile:
                memory.buttons.put(row.token, row)

        tx.afterwards.append(remember)


def _keyboard(
    tx: Tx,
    vault: Vault,
    newcomer: NewcomerId | None,
    handoff: HandoffId | None,
    screen: int,
    rows: Sequence[ButtonRow],
    now: datetime,
) -> None:
    """One sealed row for all the buttons of a screen, and a short alias for each."""
    ident = tx.ids("keyboards")[0]
    body = dumps({row.token: action_out(row.action) for row in rows})
    tx.do(
        "INSERT INTO keyboards (id, newcomer, handoff, screen, body, made_day) VALUES (?, ?, ?, ?, ?, ?)",
        (ident, newcomer, handoff, screen, vault.seal(tx, newcomer, "keyboards", "body", ident, body), day_of(now)),
    )
    tx.run_many(
        "INSERT INTO buttons (alias, keyboard) VALUES (?, ?)", [(_alias(vault, row.token), ident) for row in rows]
    )


def _note(tx: Tx, vault: Vault, gaps: Sequence[Gap], now: datetime) -> None:
    """Words without their author: a random key, so that not even their order tells who was here (best-in-class 18)."""
    for gap in gaps:
        ident = secrets.token_hex(16)
        body = vault.seal(tx, None, "gaps", "body", ident, gap.words.encode("utf-8", "replace"))
        tx.do(
            "INSERT INTO gaps (id, locale, body, noted_day) VALUES (?, ?, ?, ?)",
            (ident, gap.locale, body, day_of(now)),
        )
