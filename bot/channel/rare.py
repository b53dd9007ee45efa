"""The rarer verbs of the outbox, by python-telegram-bot's typed client."""

from __future__ import annotations

from telegram import Bot, InputFile
from telegram.error import BadRequest, Forbidden

from bot.channel.outcome import is_not_modified, is_not_there, is_topic_closed, is_topic_gone
from bot.channel.payload import message_of, reply_to, title_of, topic_of, typed_entities, typed_keyboard
from bot.core.split import CAPTION_UNITS, split
from bot.errors import DeliveryError
from bot.ports import OutboxRow, Receipt, Verb


async def do_rarely(bot: Bot, row: OutboxRow, chat: int) -> Receipt:
    """The rarer verbs, by PTB's typed client. What is already as asked counts as done."""
    try:
        return await _typed(bot, row, chat)
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
            await bot.reopen_forum_topic(chat, thread)  # closed by hand while the conversation goes on (C11)
            return await _typed(bot, row, chat)
        raise
    except Forbidden:
        if row.delivery.verb is Verb.LEAVE:
            return Receipt()
        raise


async def _typed(bot: Bot, row: OutboxRow, chat: int) -> Receipt:
    delivery = row.delivery
    thread = row.thread if row.thread is not None else delivery.thread
    match delivery.verb:
        case Verb.EDIT_BUTTONS:
            await bot.edit_message_reply_markup(
                chat_id=chat, message_id=message_of(row), reply_markup=typed_keyboard(delivery.rendered)
            )
            return Receipt(message_id=delivery.message_id)
        case Verb.COPY:
            return await _copy(bot, row, chat)
        case Verb.SEND_FILE:
            return await _send_file(bot, row, chat)
        case Verb.DELETE:
            await bot.delete_message(chat, message_of(row))
            return Receipt(message_id=delivery.message_id)
        case Verb.OPEN_TOPIC:
            topic = await bot.create_forum_topic(chat, title_of(row))
            return Receipt(thread=topic.message_thread_id)
        case Verb.LEAVE:
            await bot.leave_chat(chat)
            return Receipt()
        case _ if thread is None:
            raise DeliveryError("no topic", permanent=True)
        case Verb.RENAME_TOPIC:
            await bot.edit_forum_topic(chat, thread, name=title_of(row))
        case Verb.CLOSE_TOPIC:
            await bot.close_forum_topic(chat, thread)
        case Verb.DELETE_TOPIC:
            await bot.delete_forum_topic(chat, thread)
        case verb:
            raise DeliveryError(f"no way to {verb}", permanent=True)
    return Receipt(thread=thread)


async def _copy(bot: Bot, row: OutboxRow, chat: int) -> Receipt:
    """Copy, never forward: a forward shows the account (reliability.md part 4, section 4)."""
    delivery = row.delivery
    if delivery.copy_from is None or row.source is None:
        raise DeliveryError("nothing to copy", permanent=True)
    to_team = delivery.newcomer is None
    # Without one, the words that are there already stay.
    caption = None if delivery.rendered is None else delivery.rendered.text.strip() or None
    copied = await bot.copy_message(
        chat_id=chat,
        from_chat_id=row.source,
        message_id=delivery.copy_from,
        caption=caption,
        message_thread_id=topic_of(row) if to_team else None,
        protect_content=to_team or None,
        disable_notification=delivery.silent or None,
        reply_markup=typed_keyboard(delivery.rendered),
        reply_parameters=reply_to(row),
    )
    return Receipt(message_id=copied.message_id)


async def _send_file(bot: Bot, row: OutboxRow, chat: int) -> Receipt:
    delivery = row.delivery
    if delivery.file_bytes is None:
        raise DeliveryError("no file to send", permanent=True)
    to_team = delivery.newcomer is None
    caption = ""
    bold: tuple[tuple[int, int], ...] = ()
    if delivery.rendered is not None:
        caption, bold = split(delivery.rendered.text, delivery.rendered.bold, CAPTION_UNITS)[0]
    name = delivery.file_name or "guichet.txt"
    file = InputFile(delivery.file_bytes, filename=name, attach=False)
    if delivery.is_photo and not to_team:
        photo = await bot.send_photo(
            chat_id=chat,
            photo=file,
            caption=caption or None,
            caption_entities=typed_entities(bold),
            disable_notification=delivery.silent or None,
            reply_markup=typed_keyboard(delivery.rendered),
        )
        return Receipt(message_id=photo.message_id)
    sent = await bot.send_document(
        chat_id=chat,
        document=file,
        caption=caption or None,
        caption_entities=typed_entities(bold),
        message_thread_id=topic_of(row) if to_team else None,
        protect_content=to_team or None,
        disable_notification=delivery.silent or None,
        reply_markup=typed_keyboard(delivery.rendered),
        reply_parameters=reply_to(row),
    )
    return Receipt(message_id=sent.message_id)
