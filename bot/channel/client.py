"""Makes the calls of outbox rows at Telegram."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Final

from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot.channel.outcome import has_no_text, is_not_modified, is_not_there, is_topic_closed, outcome
from bot.channel.payload import (
    REPEAT_MARK,
    as_new,
    entities,
    keyboard,
    marked,
    topic_of,
    typed_entities,
    typed_keyboard,
    words_of,
)
from bot.channel.rare import do_rarely
from bot.channel.transport import Transport
from bot.core.messages import Rendered
from bot.core.split import CAPTION_UNITS, split
from bot.errors import DeliveryError
from bot.ports import Fate, OutboxRow, Receipt, Verb

__all__ = ["REPEAT_MARK", "Identity", "TelegramMessenger"]

log = logging.getLogger(__name__)

_NO_PREVIEW: Final = {"is_disabled": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the bot is at Telegram."""

    id: int
    username: str


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
        self._public: set[int] = set()
        # PTB writes what it sends to its log at DEBUG.
        logging.getLogger("telegram").setLevel(logging.WARNING)

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
        return Identity(id=int(me["id"]), username=str(me.get("username", "")))

    async def is_private(self, chat: int) -> bool:
        """Whether only members can read this group; what is to be sent into one that is public waits from now on (C15).

        Raises TelegramError, `ChatMigrated` when the group has a new id. That newcomers to the group see what was
        written before cannot be helped: Telegram offers no other history in a group with topics.
        """
        group = await self.bot.get_chat(chat)
        is_private = not group.username and not group.active_usernames
        (self._public.discard if is_private else self._public.add)(chat)
        return is_private

    async def probe(self) -> None:
        """See `Messenger`."""
        await self.identity()

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
        if row.chat in self._public:
            raise DeliveryError("group is public", unreachable=True)
        try:
            match row.delivery.verb:
                case Verb.SEND:
                    return await self._send(row, row.chat)
                case Verb.EDIT:
                    return await self._edit(row, row.chat)
                case _:
                    return await do_rarely(self.bot, row, row.chat)
        except TelegramError as exc:
            raise outcome(exc) from None

    async def _send(self, row: OutboxRow, chat: int) -> Receipt:
        rendered = words_of(row)
        part = (rendered.text, rendered.bold)
        text, bold = part if row.fate is not Fate.UNCERTAIN else marked(part)
        delivery = row.delivery
        payload: dict[str, Any] = {"chat_id": chat, "text": text, "link_preview_options": _NO_PREVIEW}
        if bold:
            payload["entities"] = entities(bold)
        if rendered.buttons:
            payload["reply_markup"] = keyboard(rendered)
        if delivery.silent:
            payload["disable_notification"] = True
        if delivery.newcomer is None:
            payload["protect_content"] = True
            if (thread := topic_of(row)) is not None:
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
        return Receipt(message_id=int(sent["message_id"]))

    async def _edit(self, row: OutboxRow, chat: int) -> Receipt:
        """Change a message in place; sent anew when it cannot be changed any more (B11)."""
        message_id = row.delivery.message_id
        rendered = words_of(row)
        if message_id is None:
            return await self._send(as_new(row), chat)
        payload: dict[str, Any] = {
            "chat_id": chat,
            "message_id": message_id,
            "text": rendered.text,
            "link_preview_options": _NO_PREVIEW,
        }
        if rendered.bold:
            payload["entities"] = entities(rendered.bold)
        if rendered.buttons:
            payload["reply_markup"] = keyboard(rendered)
        try:
            await self.transport.call("editMessageText", payload)
        except BadRequest as exc:
            if is_not_modified(exc):
                return Receipt(message_id=message_id)
            if has_no_text(exc):
                return await self._edit_caption(rendered, chat, message_id)
            if is_not_there(exc):
                return await self._send(as_new(row), chat)
            raise
        return Receipt(message_id=message_id)

    async def _edit_caption(self, rendered: Rendered, chat: int, message_id: int) -> Receipt:
        """The message is a photo or a file: its words are its caption."""
        caption, bold = split(rendered.text, rendered.bold, CAPTION_UNITS)[0]
        try:
            await self.bot.edit_message_caption(
                chat_id=chat,
                message_id=message_id,
                caption=caption,
                caption_entities=typed_entities(bold),
                reply_markup=typed_keyboard(rendered),
            )
        except BadRequest as exc:
            if not is_not_modified(exc):
                raise
        return Receipt(message_id=message_id)
