"""Erase a person everywhere, and say what was erased (reliability.md part 4, section 5)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.core.ids import AccountId, ChatId
from bot.core.messages import Message, Rendered
from bot.core.session import Session
from bot.ports import Delivery, Verb
from bot.services.data import counts, lines
from bot.services.desk import Desk
from bot.services.say import plain_message

log = logging.getLogger(__name__)

#: Telegram lets a bot delete its messages for two days (Bot API, deleteMessage).
DELETABLE_FOR = timedelta(hours=48)


async def erase(desk: Desk, session: Session, account: AccountId | None) -> None:
    """Everything of this person, in one transaction with the receipt; a kill before it leaves the order in the inbox.

    The bot's own recent messages, the forum topic and the receipt are called by number afterwards, from rows that no
    longer know whose they are.
    """
    newcomer = session.newcomer
    kept = await desk.store.data_of(newcomer)
    farewell: list[Delivery] = []
    if account is not None:
        receipt = _receipt(desk, session, kept)
        farewell.append(Delivery(verb=Verb.SEND, chat=ChatId(account), rendered=receipt, vital=True))
    await desk.store.erase(newcomer, farewell=farewell, recalled_since=desk.clock() - DELETABLE_FOR)
    desk.memory.forget(newcomer)
    desk.outgoing.look()
    log.info("newcomer.erased tables=%d", len(kept))


def _receipt(desk: Desk, session: Session, kept: Mapping[str, Any]) -> Rendered:
    book = desk.guide().book
    remains = (book.phrase("forgotten_remains"), book.phrase("forgotten_telegram"))
    told = (book.phrase("forgotten"), *lines(counts(kept), book, "forgotten_line"), *remains)
    return plain_message(desk, Message(blocks=told), session.locale)
