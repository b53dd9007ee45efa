"""Makes the calls of outbox rows at Telegram."""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any, Final

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, MessageEntity, ReplyParameters
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.channel.outcome import is_not_modified, is_not_there, is_topic_closed, is_topic_gone, outcome
from bot.channel.split import CAPTION_UNITS, LIMIT_UNITS, Part, split
from bot.channel.transport import Transport
from bot.core.messages import Rendered
from bot.errors import DeliveryError
from bot.ports import Fate, OutboxRow, Receipt, Verb

log = logging.getLogger(__name__)

#: Put before a message that may be there already (B02). A sign, not a sentence: it is read in every language.
REPEAT_MARK: Final = "↻ "
#: Source: https://core.telegram.org/bots/api#createforumtopic.
TITLE_CHARS: Final = 128
_NO_PREVIEW: Final = {"is_disabled": True}
#: Long messages whose parts are remembered between tries.
_PARTIAL: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the bot is at Telegram."""

    id: int
    username: str
    #: Off when the bot is no admin: then it does not see what advisers write.
    reads_all_group_messages: bool


@dataclass(slots=True)
class _Progress:
    """Which parts of a long message arrived, in one process."""

    done: set[int]
    first: int | None = None


class TelegramMessenger:
    """The channel of decision 5: `Messenger` over the Bot API.

    Sending, editing and answering presses go as hand-made JSON, without building PTB's objects for the answers; the
    rarer verbs use PTB's typed `Bot`.
    """

    def __init__(self, token: str, api_url: str, *, transport: Transport | None = None) -> None:
        self.transport = transport or Transport(token, api_url)
        root = api_url.rstrip("/")
        self.bot = Bot(
            token,
            base_url=f"{root}/bot",
            base_file_url=f"{root}/file/bot",
            request=self.transport,
            get_updates_request=self.transport,
        )
        # PTB writes what it sends to its log at DEBUG.
        logging.getLogger("telegram").setLevel(logging.WARNING)
        self._partial: OrderedDict[int, _Progress] = OrderedDict()

    async def open(self) -> None:
        """Open the connection pool."""
        await self.transport.initialize()

    async def close(self) -> None:
        """Close the connection pool."""
        await self.transport.shutdown()

    async def identity(self) -> Identity:
        """Ask who we are; the first call of a start. Raises `DeliveryError`."""
        try:
            me = await self.transport.call("getMe", {})
        except TelegramError as exc:
            raise outcome(exc) from None
        return Identity(
            id=int(me["id"]),
            username=str(me.get("username", "")),
            reads_all_group_messages=bool(me.get("can_read_all_group_messages")),
        )

    async def answer_press(self, callback_id: str, text: str | None = None) -> None:
        """Stop the spinner. Best effort: the action itself was taken or refused before (B12)."""
        payload: dict[str, Any] = {"callback_query_id": callback_id}
        if text:
            payload["text"] = text[:200]
        try:
            await self.transport.call("answerCallbackQuery", payload)
        except TelegramError as exc:
            log.debug("press.unanswered error=%s", type(exc).__name__)

    async def deliver(self, row: OutboxRow) -> Receipt:
        """Make the call of this row; see `Messenger`."""
        if row.chat is None:
            raise DeliveryError("nobody to write to", permanent=True, unreachable=True)
        try:
            match row.delivery.verb:
                case Verb.SEND:
                    return await self._send(row, row.chat)
                case Verb.EDIT:
                    return await self._edit(row, row.chat)
                case _:
                    return await self._do(row, row.chat)
        except TelegramError as exc:
            raise outcome(exc) from None

    async def _send(self, row: OutboxRow, chat: int) -> Receipt:
        rendered = _rendered(row)
        parts = split(rendered.text, rendered.bold, LIMIT_UNITS - len(REPEAT_MARK))
        if len(parts) > 1:
            return await self._send_parts(row, chat, rendered, parts)
        return Receipt(message_id=await self._send_one(row, chat, parts[0], rendered))

    async def _send_parts(self, row: OutboxRow, chat: int, rendered: Rendered, parts: list[Part]) -> Receipt:
        """Parts in order. A refused or uncertain one never drops the later ones; a retry sends what is missing."""
        progress = self._partial.pop(row.id, None) or _Progress(done=set())
        failure: DeliveryError | None = None
        for number, part in enumerate(parts):
            if number in progress.done:
                continue
            try:
                last = rendered if number == len(parts) - 1 else replace(rendered, buttons=())
                message_id = await self._send_one(row, chat, part, last)
            except TelegramError as exc:
                failure = outcome(exc)
                if not failure.uncertain and not (failure.permanent and not failure.unreachable):
                    break  # nothing was sent, and nothing else would be now: go on from here later
            else:
                progress.done.add(number)
                progress.first = progress.first or message_id
        if failure is None:
            return Receipt(message_id=progress.first)
        if not failure.permanent:
            self._partial[row.id] = progress
            while len(self._partial) > _PARTIAL:
                self._partial.popitem(last=False)
        raise failure

    async def _send_one(self, row: OutboxRow, chat: int, part: Part, rendered: Rendered) -> int:
        text, bold = part if row.fate is not Fate.UNCERTAIN else _marked(part)
        delivery = row.delivery
        payload: dict[str, Any] = {"chat_id": chat, "text": text, "link_preview_options": _NO_PREVIEW}
        if bold:
            payload["entities"] = _entities(bold)
        if rendered.buttons:
            payload["reply_markup"] = _keyboard(rendered)
        if delivery.silent:
            payload["disable_notification"] = True
        if delivery.newcomer is None:
            payload["protect_content"] = True
            if (thread := _thread(row)) is not None:
                payload["message_thread_id"] = thread
        if delivery.message_id is not None:
            payload["reply_parameters"] = {"message_id": delivery.message_id, "allow_sending_without_reply": True}
        try:
            sent = await self.transport.call("sendMessage", payload)
        except BadRequest as exc:
            if not is_topic_closed(exc) or "message_thread_id" not in payload:
                raise
            # Closed by hand while the conversation goes on: open it, as an adviser would have to (C11).
            await self.bot.reopen_forum_topic(chat, payload["message_thread_id"])
            sent = await self.transport.call("sendMessage", payload)
        return int(sent["message_id"])

    async def _edit(self, row: OutboxRow, chat: int) -> Receipt:
        """Change a message in place; sent anew when it cannot be changed any more (B11)."""
        message_id = row.delivery.message_id
        rendered = _rendered(row)
        parts = split(rendered.text, rendered.bold)
        if message_id is None or len(parts) > 1:
            return await self._send(_as_new(row), chat)
        text, bold = parts[0]
        payload: dict[str, Any] = {
            "chat_id": chat,
            "message_id": message_id,
            "text": text,
            "link_preview_options": _NO_PREVIEW,
        }
        if bold:
            payload["entities"] = _entities(bold)
        if rendered.buttons:
            payload["reply_markup"] = _keyboard(rendered)
        try:
            await self.transport.call("editMessageText", payload)
        except BadRequest as exc:
            if is_not_modified(exc):
                return Receipt(message_id=message_id)
            if is_not_there(exc):
                return await self._send(_as_new(row), chat)
            raise
        return Receipt(message_id=message_id)

    async def _do(self, row: OutboxRow, chat: int) -> Receipt:
        """The rarer verbs, by PTB's typed client. What is already as asked counts as done."""
        try:
            return await self._typed(row, chat)
        except BadRequest as exc:
            verb = row.delivery.verb
            done = (
                is_not_modified(exc)
                or (verb in {Verb.DELETE, Verb.EDIT_BUTTONS} and is_not_there(exc))
                or (verb is Verb.DELETE_TOPIC and is_topic_gone(exc))
            )
            if done:
                return Receipt(message_id=row.delivery.message_id)
            raise
        except Forbidden:
            if row.delivery.verb is Verb.LEAVE:
                return Receipt()
            raise

    async def _typed(self, row: OutboxRow, chat: int) -> Receipt:
        bot = self.bot
        delivery = row.delivery
        thread = row.thread if row.thread is not None else delivery.thread
        match delivery.verb:
            case Verb.EDIT_BUTTONS:
                await bot.edit_message_reply_markup(
                    chat_id=chat, message_id=_message(row), reply_markup=_markup(delivery.rendered)
                )
                return Receipt(message_id=delivery.message_id)
            case Verb.COPY:
                return await self._copy(row, chat)
            case Verb.SEND_FILE:
                return await self._send_file(row, chat)
            case Verb.DELETE:
                await bot.delete_message(chat, _message(row))
                return Receipt(message_id=delivery.message_id)
            case Verb.OPEN_TOPIC:
                topic = await bot.create_forum_topic(chat, _title(row))
                return Receipt(thread=topic.message_thread_id)
            case Verb.LEAVE:
                await bot.leave_chat(chat)
                return Receipt()
            case _ if thread is None:
                raise DeliveryError("no topic", permanent=True)
            case Verb.RENAME_TOPIC:
                await bot.edit_forum_topic(chat, thread, name=_title(row))
            case Verb.CLOSE_TOPIC:
                await bot.close_forum_topic(chat, thread)
            case Verb.REOPEN_TOPIC:
                await bot.reopen_forum_topic(chat, thread)
            case Verb.DELETE_TOPIC:
                await bot.delete_forum_topic(chat, thread)
            case verb:
                raise DeliveryError(f"no way to {verb}", permanent=True)
        return Receipt(thread=thread)

    async def _copy(self, row: OutboxRow, chat: int) -> Receipt:
        """Copy, never forward: a forward shows the account (reliability.md part 4, section 4)."""
        delivery = row.delivery
        if delivery.copy_from is None or row.source is None:
            raise DeliveryError("nothing to copy", permanent=True)
        to_team = delivery.newcomer is None
        copied = await self.bot.copy_message(
            chat_id=chat,
            from_chat_id=row.source,
            message_id=delivery.copy_from,
            message_thread_id=_thread(row) if to_team else None,
            protect_content=to_team or None,
            disable_notification=delivery.silent or None,
            reply_markup=_markup(delivery.rendered),
            reply_parameters=_reply(row),
        )
        return Receipt(message_id=copied.message_id)

    async def _send_file(self, row: OutboxRow, chat: int) -> Receipt:
        delivery = row.delivery
        if delivery.file_bytes is None:
            raise DeliveryError("no file to send", permanent=True)
        to_team = delivery.newcomer is None
        caption = ""
        bold: tuple[tuple[int, int], ...] = ()
        if delivery.rendered is not None:
            caption, bold = split(delivery.rendered.text, delivery.rendered.bold, CAPTION_UNITS)[0]
        sent = await self.bot.send_document(
            chat_id=chat,
            document=InputFile(delivery.file_bytes, filename=delivery.file_name or "guichet.txt", attach=False),
            caption=caption or None,
            caption_entities=[MessageEntity(MessageEntity.BOLD, offset, length) for offset, length in bold] or None,
            message_thread_id=_thread(row) if to_team else None,
            protect_content=to_team or None,
            disable_notification=delivery.silent or None,
            reply_markup=_markup(delivery.rendered),
            reply_parameters=_reply(row),
        )
        return Receipt(message_id=sent.message_id)


def _rendered(row: OutboxRow) -> Rendered:
    rendered = row.delivery.rendered
    if rendered is None or not rendered.text.strip():
        raise DeliveryError("nothing to say", permanent=True)
    return rendered


def _marked(part: Part) -> Part:
    """A part that may be there already."""
    text, bold = part
    return REPEAT_MARK + text, tuple((offset + len(REPEAT_MARK), length) for offset, length in bold)


def _as_new(row: OutboxRow) -> OutboxRow:
    """The same message as a new one; what it should have replaced is not replied to."""
    return replace(row, delivery=replace(row.delivery, verb=Verb.SEND, message_id=None))


def _thread(row: OutboxRow) -> int | None:
    """The topic to write in. General is written to by leaving the topic out; its id 1 is refused."""
    thread = row.thread if row.thread is not None else row.delivery.thread
    if thread is None and row.delivery.handoff is not None:
        # Never in General, where it would be read out of its conversation (B10).
        raise DeliveryError("topic not open", topic_gone=True)
    return None if thread == 1 else thread


def _entities(bold: tuple[tuple[int, int], ...]) -> list[dict[str, Any]]:
    return [{"type": "bold", "offset": offset, "length": length} for offset, length in bold]


def _keyboard(rendered: Rendered) -> dict[str, Any]:
    return {
        "inline_keyboard": [
            [
                {"text": button.text, "url": button.url}
                if button.url is not None
                else {"text": button.text, "callback_data": button.token}
                for button in buttons
            ]
            for buttons in rendered.buttons
        ]
    }


def _markup(rendered: Rendered | None) -> InlineKeyboardMarkup | None:
    if rendered is None or not rendered.buttons:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(button.text, url=button.url, callback_data=button.token) for button in buttons]
            for buttons in rendered.buttons
        ]
    )


def _reply(row: OutboxRow) -> ReplyParameters | None:
    message_id = row.delivery.message_id
    return None if message_id is None else ReplyParameters(message_id, allow_sending_without_reply=True)


def _message(row: OutboxRow) -> int:
    if row.delivery.message_id is None:
        raise DeliveryError("no message meant", permanent=True)
    return row.delivery.message_id


def _title(row: OutboxRow) -> str:
    title = (row.delivery.title or "").strip()
    if not title:
        raise DeliveryError("topic without a title", permanent=True)
    return title[:TITLE_CHARS]
