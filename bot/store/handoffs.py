"""Handoffs, their log, and which message on one side mirrors which on the other."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.ids import ChatId, HandoffId, Lane, NewcomerId, TeamName, moved_lane
from bot.errors import Conflict
from bot.handoff.machine import OPEN, Handoff
from bot.ports import HandoffChange, LogLine, OutboxRow, Receipt, Verb
from bot.store.engine import Row, Tx
from bot.store.records import (
    HANDOFF_COLUMNS,
    handoff_in,
    handoff_out,
    line_author,
    line_in,
    line_out,
    micros,
    micros_or_none,
)
from bot.store.vault import Vault

_OPEN = "('" + "', '".join(sorted(state.value for state in OPEN)) + "')"
_SELECT = f"SELECT {HANDOFF_COLUMNS}, body FROM handoffs"
#: Verbs that make no sense once their topic is gone.
_TOPIC_VERBS = "('rename_topic', 'close_topic', 'delete_topic')"
_SAVED = "this handoff was saved meanwhile"


def save(tx: Tx, vault: Vault, change: HandoffChange) -> None:
    """Write a handoff over the version it was made from, else Conflict: of two claims, one wins (C01)."""
    handoff = change.handoff
    body = vault.seal(tx, handoff.newcomer, "handoffs", "body", handoff.id, handoff_out(handoff))
    if change.expected == 0:
        tx.do(
            "INSERT INTO handoffs (id, newcomer, team, chat, thread, card_message, state, version, body, opened_at,"
            " ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
            (
                handoff.id,
                handoff.newcomer,
                handoff.team,
                handoff.chat,
                handoff.thread,
                handoff.card_message,
                handoff.state.value,
                body,
                micros(handoff.opened_at),
                micros_or_none(handoff.ended_at),
            ),
            conflict=_SAVED,
        )
    else:
        # Thread and card belong to the deliveries, which may have set them since this version was read. Only a
        # transfer to another group starts over with them.
        tx.do(
            "UPDATE handoffs SET team = ?, state = ?, version = version + 1, body = ?, ended_at = ?,"
            " thread = CASE WHEN chat = ? THEN thread ELSE ? END,"
            " card_message = CASE WHEN chat = ? THEN card_message ELSE ? END, chat = ?"
            " WHERE id = ? AND version = ?",
            (
                handoff.team,
                handoff.state.value,
                body,
                micros_or_none(handoff.ended_at),
                handoff.chat,
                handoff.thread,
                handoff.chat,
                handoff.card_message,
                handoff.chat,
                handoff.id,
                change.expected,
            ),
            conflict=_SAVED,
        )


def expect(tx: Tx, handoff: HandoffId, version: int) -> None:
    """Conflict when the handoff has moved since this version; nobody moves it before the commit (C03)."""
    # Written, not only read: another replica that moves it now waits for this commit.
    tx.do("UPDATE handoffs SET version = version WHERE id = ? AND version = ?", (handoff, version), conflict=_SAVED)


def _opened(tx: Tx, vault: Vault, row: Row) -> Handoff:
    return handoff_in(row, vault.open(tx, NewcomerId(row[1]), "handoffs", "body", row[0], bytes(row[10])))


def one(tx: Tx, vault: Vault, handoff: HandoffId) -> Handoff | None:
    row = tx.row(f"{_SELECT} WHERE id = ?", (handoff,))
    return None if row is None else _opened(tx, vault, row)


def in_topic(tx: Tx, vault: Vault, chat: ChatId, thread: int) -> Handoff | None:
    """The newest handoff of a topic."""
    row = tx.row(f"{_SELECT} WHERE chat = ? AND thread = ? ORDER BY opened_at DESC LIMIT 1", (chat, thread))
    return None if row is None else _opened(tx, vault, row)


def open_of(tx: Tx, vault: Vault, newcomer: NewcomerId) -> Handoff | None:
    """The handoff of this newcomer that is not over."""
    row = tx.row(f"{_SELECT} WHERE newcomer = ? AND state IN {_OPEN} ORDER BY opened_at DESC LIMIT 1", (newcomer,))
    return None if row is None else _opened(tx, vault, row)


def topicless(tx: Tx, vault: Vault) -> list[Handoff]:
    """Open ones of a group without a topic, and without a delivery that waits to open one."""
    opening = "SELECT 1 FROM outbox WHERE outbox.handoff = handoffs.id AND verb = 'open_topic' AND outbox.state < 3"
    rows = tx.rows(
        f"{_SELECT} WHERE state IN {_OPEN} AND chat IS NOT NULL AND thread IS NULL AND NOT EXISTS ({opening})"
        " ORDER BY opened_at, id"
    )
    return [_opened(tx, vault, row) for row in rows]


def every(tx: Tx, vault: Vault, team: TeamName | None, only_open: bool) -> list[Handoff]:
    """Oldest first."""
    conditions, values = [], []
    if team is not None:
        conditions.append("team = ?")
        values.append(team)
    if only_open:
        conditions.append(f"state IN {_OPEN}")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return [_opened(tx, vault, row) for row in tx.rows(f"{_SELECT}{where} ORDER BY opened_at, id", values)]


# --- the log ---------------------------------------------------------------------------------------------------------


def _owner(tx: Tx, handoff: HandoffId) -> NewcomerId | None:
    row = tx.row("SELECT newcomer FROM handoffs WHERE id = ?", (handoff,))
    return None if row is None else NewcomerId(row[0])


def write_log(tx: Tx, vault: Vault, lines: Sequence[LogLine]) -> None:
    """Add lines; Conflict when the handoff is gone."""
    if not lines:
        return
    for ident, line in zip(tx.ids("handoff_log", len(lines)), lines, strict=True):
        owner = _owner(tx, line.handoff)
        if owner is None:
            raise Conflict("this handoff is gone")
        tx.do(
            "INSERT INTO handoff_log (id, handoff, body, at, newcomer_message, topic_message)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                ident,
                line.handoff,
                vault.seal(tx, owner, "handoff_log", "body", ident, line_out(line)),
                micros(line.at),
                line.newcomer_message,
                line.topic_message,
            ),
        )


def correct_log(tx: Tx, vault: Vault, lines: Sequence[LogLine]) -> None:
    """Put each line in the place of those that hold the same message of the person; Conflict when the handoff is gone.

    The words that were there are overwritten. Where there are none, they were taken away meanwhile: nothing is written.
    """
    for line in lines:
        owner = _owner(tx, line.handoff)
        if owner is None:
            raise Conflict("this handoff is gone")
        found = [
            ident
            for ident, body in tx.rows(
                "SELECT id, body FROM handoff_log WHERE handoff = ? AND newcomer_message = ? ORDER BY id",
                (line.handoff, line.newcomer_message),
            )
            if line_author(vault.open(tx, owner, "handoff_log", "body", ident, bytes(body))) == line.author
        ]
        for ident in found[1:]:
            tx.run("DELETE FROM handoff_log WHERE id = ?", (ident,))
        for ident in found[:1]:
            body = vault.seal(tx, owner, "handoff_log", "body", ident, line_out(line))
            tx.run("UPDATE handoff_log SET body = ? WHERE id = ?", (body, ident))


def log_of(tx: Tx, vault: Vault, handoff: HandoffId) -> list[LogLine]:
    owner = _owner(tx, handoff)
    rows = tx.rows(
        "SELECT id, body, at, newcomer_message, topic_message FROM handoff_log WHERE handoff = ? ORDER BY id",
        (handoff,),
    )
    return [
        line_in(handoff, vault.open(tx, owner, "handoff_log", "body", ident, bytes(body)), at, newcomers, topics)
        for ident, body, at, newcomers, topics in rows
    ]


# --- what a delivery that arrived changes ----------------------------------------------------------------------------


def arrived(tx: Tx, row: OutboxRow, receipt: Receipt) -> None:
    """A topic was opened or deleted, a card was pinned, a mirror was made."""
    delivery = row.delivery
    handoff = delivery.handoff
    if delivery.verb is Verb.OPEN_TOPIC and handoff is not None and receipt.thread is not None:
        tx.do("UPDATE handoffs SET thread = ?, card_message = NULL WHERE id = ?", (receipt.thread, handoff))
    elif delivery.verb is Verb.DELETE_TOPIC and handoff is not None:
        tx.do("UPDATE handoffs SET thread = NULL, card_message = NULL WHERE id = ?", (handoff,))
    elif delivery.is_card and handoff is not None and receipt.message_id is not None:
        tx.do("UPDATE handoffs SET card_message = ? WHERE id = ?", (receipt.message_id, handoff))
    if delivery.verb in (Verb.EDIT, Verb.DELETE):
        _follow(tx, row, receipt)
    elif delivery.mirrors is not None and receipt.message_id is not None:
        _mirror(tx, row, delivery.mirrors, receipt.message_id)


def _sides(row: OutboxRow) -> tuple[str, str]:
    """The columns of the message that a delivery leaves in its chat, and of the one on the other side."""
    if row.delivery.newcomer is not None:
        return "newcomer_message", "topic_message"
    return "topic_message", "newcomer_message"


def _mirror(tx: Tx, row: OutboxRow, original: int, copy: int) -> None:
    """Note which message on the other side is whose copy: one row for each part of a long text."""
    delivery = row.delivery
    handoff = delivery.handoff
    if handoff is None and delivery.newcomer is not None:
        found = tx.row(
            f"SELECT id FROM handoffs WHERE newcomer = ? AND state IN {_OPEN} ORDER BY opened_at DESC LIMIT 1",
            (delivery.newcomer,),
        )
        handoff = None if found is None else HandoffId(found[0])
    if handoff is None or _owner(tx, handoff) is None:
        return
    here, there = _sides(row)
    tx.do(f"INSERT INTO mirrors (handoff, {here}, {there}) VALUES (?, ?, ?)", (handoff, copy, original))
    tx.do(
        f"UPDATE handoff_log SET {here} = ? WHERE handoff = ? AND {there} = ? AND {here} IS NULL",
        (copy, handoff, original),
    )


def _follow(tx: Tx, row: OutboxRow, receipt: Receipt) -> None:
    """A copy that was sent anew is found under its new number; one that was deleted is found no more."""
    delivery = row.delivery
    if delivery.handoff is None or delivery.message_id is None:
        return
    here, _ = _sides(row)
    changed = (delivery.handoff, delivery.message_id)
    if delivery.verb is Verb.DELETE:
        tx.do(f"DELETE FROM mirrors WHERE handoff = ? AND {here} = ?", changed)
    elif receipt.message_id not in (None, delivery.message_id):
        tx.do(f"UPDATE mirrors SET {here} = ? WHERE handoff = ? AND {here} = ?", (receipt.message_id, *changed))


def counterparts(tx: Tx, handoff: HandoffId, newcomer_message: int | None, topic_message: int | None) -> list[int]:
    """The messages on the other side, in order: as many as a long text took parts."""
    wanted, given, value = (
        ("topic_message", "newcomer_message", newcomer_message)
        if newcomer_message is not None
        else ("newcomer_message", "topic_message", topic_message)
    )
    rows = tx.rows(f"SELECT {wanted} FROM mirrors WHERE handoff = ? AND {given} = ? ORDER BY id", (handoff, value))
    return [int(row[0]) for row in rows]


# --- groups that move, topics that die -------------------------------------------------------------------------------


def chat_moved(tx: Tx, old: ChatId, new: ChatId) -> None:
    """A group got a new id: rewrite it in handoffs and in every delivery that waits (B09)."""
    tx.do("UPDATE handoffs SET chat = ? WHERE chat = ?", (new, old))
    for (lane,) in tx.rows("SELECT DISTINCT lane FROM outbox WHERE chat = ? AND state < 3", (old,)):
        tx.do("UPDATE outbox SET lane = ? WHERE lane = ? AND state < 3", (moved_lane(Lane(lane), old, new), lane))
    tx.do("UPDATE outbox SET chat = ? WHERE chat = ? AND state < 3", (new, old))


def topic_lost(tx: Tx, handoff: HandoffId) -> None:
    """The topic is gone: what waits for it waits for the next one, what was about the topic itself is moot (B10).

    So are changes of its card: the next topic gets a new one.
    """
    tx.do("UPDATE handoffs SET thread = NULL, card_message = NULL WHERE id = ?", (handoff,))
    tx.do(
        "UPDATE outbox SET state = 4, body = NULL, reason = 'topic gone'"
        f" WHERE handoff = ? AND newcomer IS NULL AND state = 0 AND (verb IN {_TOPIC_VERBS} OR is_card = 1)",
        (handoff,),
    )
