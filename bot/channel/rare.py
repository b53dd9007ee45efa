"""The rarer verbs of the outbox."""

from __future__ import annotations

from typing import Any

from telegram.error import BadRequest, Forbidden

from bot.channel.outcome import is_not_modified, is_not_there, is_topic_closed, is_topic_gone
from bot.channel.payload import entities, form_of, keyboard, message_of, title_of, topic_of
from bot.channel.transport import Attached, Transport
from bot.core.split import CAPTION_UNITS, split
from bot.errors import DeliveryError
from bot.ports import OutboxRow, Receipt, Verb


async def do_rarely(transport: Transport, row: OutboxRow, chat: int) -> Receipt:
    """Make the call of this row. What is already as asked counts as done."""
    try:
        return await _done(transport, row, chat)
    except BadRequest as exc:
        verb = row.delivery.verb
        done = (
            is_not_modified(exc)
            or (verb in {Verb.DELETE, Verb.EDIT_BUTTONS} and is_not_there(exc))
            or (verb is Verb.DELETE_TOPIC and is_topic_gone(exc))
        )
        if done:
            return Receipt(message_id=row.delivery.message_id)
        if is_topic_closed(exc) and (thread := topic_of(row)) is not None:
            # Closed by hand while the conversation goes on (C11).
            await transport.call("reopenForumTopic", {"chat_id": chat, "message_thread_id": thread})
            return await _done(transport, row, chat)
        raise
    except Forbidden:
        if row.delivery.verb is Verb.LEAVE:
            return Receipt()
        raise


async def _done(transport: Transport, row: OutboxRow, chat: int) -> Receipt:
    match row.delivery.verb:
        case Verb.EDIT_BUTTONS:
            changed: dict[str, Any] = {"chat_id": chat, "message_id": message_of(row)}
            if row.delivery.rendered is not None and row.delivery.rendered.buttons:
                changed["reply_markup"] = keyboard(row.delivery.rendered)
            await transport.call("editMessageReplyMarkup", changed)
            return Receipt(message_id=row.delivery.message_id)
        case Verb.COPY:
            return await _copy(transport, row, chat)
        case Verb.SEND_FILE:
            return await _send_file(transport, row, chat)
        case Verb.DELETE:
            await transport.call("deleteMessage", {"chat_id": chat, "message_id": message_of(row)})
            return Receipt(message_id=row.delivery.message_id)
        case Verb.OPEN_TOPIC:
            named = {"chat_id": chat, "name": title_of(row)}
            return Receipt(thread=await transport.call_for_id("createForumTopic", named, "message_thread_id"))
        case Verb.LEAVE:
            await transport.call("leaveChat", {"chat_id": chat})
            return Receipt()
        case _:
            return await _change_topic(transport, row, chat)


async def _change_topic(transport: Transport, row: OutboxRow, chat: int) -> Receipt:
    thread = row.thread if row.thread is not None else row.delivery.thread
    if thread is None:
        raise DeliveryError("no topic", permanent=True)
    topic = {"chat_id": chat, "message_thread_id": thread}
    match row.delivery.verb:
        case Verb.RENAME_TOPIC:
            await transport.call("editForumTopic", {**topic, "name": title_of(row)})
        case Verb.CLOSE_TOPIC:
            await transport.call("closeForumTopic", topic)
        case Verb.DELETE_TOPIC:
            await transport.call("deleteForumTopic", topic)
        case verb:
            raise DeliveryError(f"no way to {verb}", permanent=True)
    return Receipt(thread=thread)


async def _copy(transport: Transport, row: OutboxRow, chat: int) -> Receipt:
    """Copy, never forward: a forward shows the account (reliability.md part 4, section 4)."""
    delivery = row.delivery
    if delivery.copy_from is None or row.source is None:
        raise DeliveryError("nothing to copy", permanent=True)
    payload = {"chat_id": chat, "from_chat_id": row.source, "message_id": delivery.copy_from, **form_of(row)}
    # Without one, the words that are there already stay.
    if delivery.rendered is not None and (caption := delivery.rendered.text.strip()):
        payload["caption"] = caption
    return Receipt(message_id=await transport.call_for_id("copyMessage", payload))


async def _send_file(transport: Transport, row: OutboxRow, chat: int) -> Receipt:
    delivery = row.delivery
    if delivery.file_bytes is None:
        raise DeliveryError("no file to send", permanent=True)
    payload = {"chat_id": chat, **form_of(row)}
    if delivery.rendered is not None:
        caption, bold = split(delivery.rendered.text, delivery.rendered.bold, CAPTION_UNITS)[0]
        if caption:
            payload["caption"] = caption
        if bold:
            payload["caption_entities"] = entities(bold)
    as_photo = delivery.is_photo and delivery.newcomer is not None
    method, field = ("sendPhoto", "photo") if as_photo else ("sendDocument", "document")
    file = Attached(field=field, name=delivery.file_name or "guichet.txt", content=delivery.file_bytes)
    return Receipt(message_id=await transport.call_for_id(method, payload, attached=file))
