"""Deliveries: queued with the turn that made them, taken one a lane, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.core.ids import ChatId, Lane, NewcomerId, group_lane, lane_of
from bot.ports import Delivery, Fate, OutboxRow, Receipt, Verb
from bot.store.claims import Claims
from bot.store.engine import Row, Tx
from bot.store.memory import Memory
from bot.store.people import chat_of, present_chat_of
from bot.store.records import delivery_in, delivery_out, instant, micros
from bot.store.vault import Gone, Vault

#: States of a row; below `SENT` it is unfinished and holds back its lane.
WAITING, SENDING, SENT, REFUSED, UNCERTAIN, LOST = 0, 2, 3, 4, 5, 6
#: How far apart the ranks are in a lane: further than any number of a row.
_APART = 10**15
#: Verbs that leave a message of the bot in the chat; a change of one that is gone is sent anew (B11).
_SPEAKING = (Verb.SEND, Verb.COPY, Verb.SEND_FILE, Verb.EDIT)

_COLUMNS = (
    "o.id, o.lane, o.newcomer, o.chat, o.handoff, o.verb, o.body, o.is_volatile, o.is_card, o.state, o.tries,"
    " o.is_repeat, o.created_at, h.newcomer, h.chat, h.thread, h.card_message"
)


def queue(
    tx: Tx, vault: Vault, memory: Memory, claims: Claims, deliveries: Sequence[Delivery], now: datetime
) -> list[OutboxRow]:
    """Put deliveries at the end of their lanes, text frozen. Raises Gone for a person who was erased.

    Each part of a long text is a row: what became of it is known for each message by itself (B13).
    """
    parts = [part for delivery in deliveries for part in delivery.parts()]
    idents = tx.ids("outbox", len(parts)) if parts else ()
    pairs = zip(idents, parts, strict=True)
    return [_queued(tx, vault, memory, claims, ident, given, now) for ident, given in pairs]


def _queued(
    tx: Tx, vault: Vault, memory: Memory, claims: Claims, ident: int, delivery: Delivery, now: datetime
) -> OutboxRow:
    owner, thread = delivery.newcomer, delivery.thread
    if delivery.handoff is not None:
        topic = tx.row("SELECT newcomer, chat, thread FROM handoffs WHERE id = ?", (delivery.handoff,))
        if topic is None:
            raise Gone("this handoff is gone")
        owner, thread = NewcomerId(topic[0]), thread or topic[2]
        if delivery.newcomer is None and delivery.chat is None:
            delivery = replace(delivery, chat=topic[1])
    chat = delivery.chat if delivery.newcomer is None else present_chat_of(tx, vault, memory, delivery.newcomer)
    if chat is None:
        raise Gone("there is nobody to send this to")
    lane = _lane(vault, delivery, chat)
    body = None
    if not delivery.volatile:
        body = vault.seal(tx, owner, "outbox", "body", ident, delivery_out(delivery))
    tx.do(
        "INSERT INTO outbox (id, lane, place, newcomer, chat, handoff, verb, body, is_volatile, is_card, mirrors,"
        " state, tries, is_repeat, created_at, holder, held_until)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?, ?)",
        (
            ident,
            lane,
            ident + delivery.rank * _APART,
            delivery.newcomer,
            _group(delivery.chat),
            delivery.handoff,
            delivery.verb.value,
            body,
            int(delivery.volatile),
            int(delivery.is_card),
            delivery.mirrors,
            micros(now),
            *claims.stamp,
        ),
    )
    kept = memory.texts.__setitem__ if delivery.volatile else memory.recent.put
    tx.afterwards.append(lambda: kept(ident, delivery))
    return OutboxRow(
        id=ident,
        lane=lane,
        delivery=delivery,
        fate=Fate.WAITING,
        tries=0,
        created_at=now,
        chat=chat,
        thread=thread,
    )


def _group(chat: ChatId | None) -> int | None:
    """The chat if it is a group's. A private chat's number is a person's and stays in the sealed body."""
    return chat if chat is not None and chat < 0 else None


def _lane(vault: Vault, delivery: Delivery, chat: ChatId) -> Lane:
    """One lane a destination: a person, a topic, a group without topics."""
    if delivery.newcomer is not None:
        return lane_of(delivery.newcomer)
    if chat > 0:
        return Lane("p:" + vault.alias("lane", str(chat)).hex())
    return group_lane(chat, delivery.handoff if delivery.thread is None else delivery.thread)


#: The first unfinished row of each lane. A row being sent holds back its lane; so does the wait
#: for a topic that is not open.
_HEADS = (
    "WITH heads AS (SELECT lane, min(place) AS place FROM outbox WHERE state < 3 GROUP BY lane)"
    f" SELECT {_COLUMNS} FROM heads"
    " JOIN outbox o ON o.lane = heads.lane AND o.place = heads.place AND o.state < 3"
    " LEFT JOIN handoffs h ON h.id = o.handoff"
    " WHERE o.state = 0"
    " AND (o.handoff IS NULL OR o.newcomer IS NOT NULL OR o.verb = 'open_topic' OR h.thread IS NOT NULL)"
    " AND NOT EXISTS (SELECT 1 FROM outbox s WHERE s.lane = o.lane AND s.state < 3 AND s.state = 2)"
    " ORDER BY o.id LIMIT ?"
)


def take(tx: Tx, vault: Vault, memory: Memory, claims: Claims, limit: int) -> list[OutboxRow]:
    """Rows to send now, at most one a lane."""
    # A volatile text comes into memory once its commit is on the disk, a moment after other readers can see the row:
    # read in between, it would have nothing to say. Whoever made the commit hands it on.
    heads = [row for row in tx.rows(_HEADS, (limit,)) if not row[7] or row[0] in memory.texts]
    rows = claims.deliveries(tx, heads)
    return [opened(tx, vault, memory, row) for row in rows]


def opened(tx: Tx, vault: Vault, memory: Memory, row: Row) -> OutboxRow:
    """The delivery of a row, with everything the channel must know resolved."""
    (ident, lane, newcomer, chat, handoff, verb, body, is_volatile, is_card, state, tries, is_repeat) = row[:12]
    created_at, handoff_of, handoff_chat, thread, card = row[12:]
    owner = handoff_of if handoff_of is not None else newcomer
    delivery = memory.texts.get(ident) or memory.recent.get(ident)
    if delivery is None and body is not None:
        delivery = delivery_in(vault.open(tx, owner, "outbox", "body", ident, bytes(body)))
    if delivery is None:
        delivery = Delivery(verb=Verb(verb), newcomer=newcomer, chat=chat, handoff=handoff, volatile=bool(is_volatile))
    if chat is not None and delivery.chat != chat:
        delivery = replace(delivery, chat=ChatId(chat))
    if is_card and delivery.verb is Verb.EDIT:
        delivery = replace(delivery, message_id=card) if card is not None else replace(delivery, verb=Verb.SEND)
    source = None
    if delivery.copy_from is not None:
        source = (handoff_chat or chat) if delivery.copy_of is None else chat_of(tx, vault, memory, delivery.copy_of)
    return OutboxRow(
        id=ident,
        lane=Lane(lane),
        delivery=delivery,
        fate=_fate(state, is_repeat),
        tries=tries,
        created_at=instant(created_at),
        chat=delivery.chat if newcomer is None else chat_of(tx, vault, memory, newcomer),
        thread=None if newcomer is not None else delivery.thread or thread,
        source=source,
    )


def _fate(state: int, is_repeat: int) -> Fate:
    if state == LOST:
        return Fate.REFUSED
    if state == SENDING:
        return Fate.SENDING
    return Fate.UNCERTAIN if is_repeat else Fate.WAITING


def arrived(tx: Tx, memory: Memory, row: OutboxRow, receipt: Receipt, at: datetime) -> None:
    """Keep the message id, wipe the text. Raises Conflict for a row that has its fate, or was erased meanwhile."""
    tx.do(
        "UPDATE outbox SET state = 3, body = NULL, reason = NULL, done_at = ?, message_id = coalesce(?, message_id)"
        " WHERE id = ? AND state < 3",
        (micros(at), receipt.message_id, row.id),
        conflict="this delivery is not under way",
    )
    tx.afterwards.append(lambda: memory.drop_text(row.id))


def retry(tx: Tx, row: int) -> None:
    """Did not arrive: wait in place."""
    tx.do("UPDATE outbox SET state = 0 WHERE id = ? AND state < 3", (row,))


def refuse(tx: Tx, memory: Memory, row: int, reason: str, now: datetime) -> None:
    """Will never arrive: wipe the text."""
    tx.do(
        "UPDATE outbox SET state = 4, body = NULL, reason = ?, done_at = ? WHERE id = ? AND state NOT IN (3, 4, 5)",
        (reason, micros(now), row),
    )
    tx.afterwards.append(lambda: memory.drop_text(row))


def doubt(tx: Tx, memory: Memory, row: int, again: bool, now: datetime) -> bool:
    """May have arrived. Sent once more if asked, but never more than once (B03); true when it will be.

    A topic is opened again as often as it takes: without it nobody would ever see what waits for it.
    """
    if again and tx.run(
        "UPDATE outbox SET state = 0, is_repeat = 1"
        " WHERE id = ? AND state < 3 AND (is_repeat = 0 OR verb = 'open_topic')",
        (row,),
    ):
        return True
    tx.run(
        "UPDATE outbox SET state = 5, body = NULL, reason = 'uncertain', done_at = ? WHERE id = ? AND state < 3",
        (micros(now), row),
    )
    tx.afterwards.append(lambda: memory.drop_text(row))
    return False


def interrupted(tx: Tx, vault: Vault, memory: Memory, claims: Claims) -> list[OutboxRow]:
    """What a dead process left: calls whose end it did not see, and volatile texts that it took along."""
    claims.orphans(tx)
    sql = (
        f"SELECT {_COLUMNS} FROM outbox o LEFT JOIN handoffs h ON h.id = o.handoff"
        " WHERE (o.state = 2 OR o.state = 6) AND (o.holder IS NULL OR o.holder = ?) ORDER BY o.id"
    )
    return [opened(tx, vault, memory, row) for row in tx.rows(sql, (claims.slot,))]


def left_behind(tx: Tx, vault: Vault, memory: Memory, claims: Claims) -> list[OutboxRow]:
    """The same of other replicas only: what this one is sending right now is its own business."""
    taken = claims.orphans(tx)
    if not taken:
        return []
    sql = f"SELECT {_COLUMNS} FROM outbox o LEFT JOIN handoffs h ON h.id = o.handoff WHERE o.id = ANY(?) ORDER BY o.id"
    return [opened(tx, vault, memory, row) for row in tx.rows(sql, (taken,))]


def lose_volatile(tx: Tx) -> None:
    """At start-up: volatile texts that waited are gone with the process that held them."""
    tx.run("UPDATE outbox SET state = 6 WHERE state = 0 AND is_volatile = 1")


def recall(
    tx: Tx, vault: Vault, memory: Memory, claims: Claims, row: OutboxRow, receipt: Receipt, now: datetime
) -> None:
    """Take back what a call left in a chat although its row was erased while it was under way."""
    if row.chat is None or tx.row("SELECT 1 FROM outbox WHERE id = ?", (row.id,)) is not None:
        return
    if row.delivery.verb in _SPEAKING and receipt.message_id is not None:
        left = Delivery(verb=Verb.DELETE, chat=row.chat, message_id=receipt.message_id)
    elif row.delivery.verb is Verb.OPEN_TOPIC and receipt.thread is not None:
        left = Delivery(verb=Verb.DELETE_TOPIC, chat=row.chat, thread=receipt.thread)
    else:
        return
    queue(tx, vault, memory, claims, (left,), now)


def recalls(tx: Tx, vault: Vault, memory: Memory, newcomer: NewcomerId, since: datetime) -> list[Delivery]:
    """The deletion of the bot's own messages in the private chat and of the person's topics, by number."""
    chat = chat_of(tx, vault, memory, newcomer)
    topics = tx.rows(
        "SELECT chat, thread FROM handoffs WHERE newcomer = ? AND chat IS NOT NULL AND thread IS NOT NULL"
        " ORDER BY opened_at",
        (newcomer,),
    )
    return [
        *(Delivery(verb=Verb.DELETE, chat=chat, message_id=message) for message in spoken_since(tx, newcomer, since)),
        *(Delivery(verb=Verb.DELETE_TOPIC, chat=ChatId(group), thread=thread) for group, thread in topics),
    ]


def spoken_since(tx: Tx, newcomer: NewcomerId, since: datetime) -> list[int]:
    """The bot's own messages in the private chat."""
    marks = ", ".join("?" for _ in _SPEAKING)
    rows = tx.rows(
        "SELECT message_id FROM outbox WHERE lane = ? AND state = 3 AND done_at >= ? AND message_id IS NOT NULL"
        f" AND verb IN ({marks}) GROUP BY message_id ORDER BY min(id)",
        (lane_of(newcomer), micros(since), *(verb.value for verb in _SPEAKING)),
    )
    return [row[0] for row in rows]
