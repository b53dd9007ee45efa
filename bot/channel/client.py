"""Makes the calls of outbox rows at Telegram."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Final

from telegram.error import BadRequest, TelegramError

from bot.channel.outcome import has_no_text, is_not_modified, is_not_there, is_topic_closed, outcome
from bot.channel.payload import (
    REPEAT_MARK,
    as_new,
    entities,
    form_of,
    keyboard,
    marked,
    words_of,
)
from bot.channel.rare import do_rarely
from bot.channel.transport import BadAnswer, Transport
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

    Calls go as hand-made JSON, and of an answer only what is needed is read (decision 15).
    """

    def __init__(self, token: str, api_url: str, *, transport: Transport | None = None) -> None:
        self.transport = transport or Transport(token, api_url)
        self._public: set[int] = set()

    async def close(self) -> None:
        """Close every connection."""
        await self.transport.close()

    async def identity(self) -> Identity:
        """Ask who we are; the first call of a start. Raises `DeliveryError`."""
        try:
            me = await self._about("getMe")
        except TelegramError as exc:
            raise outcome(exc) from None
        return Identity(id=me["id"], username=str(me.get("username", "")))

    async def is_private(self, chat: int) -> bool:
        """Whether only members can read this group; what is to be sent into one that is public waits from now on (C15).

        Raises TelegramError, `ChatMigrated` when the group has a new id. That newcomers to the group see what was
        written before cannot be helped: Telegram offers no other history in a group with topics.
        """
        group = await self._about("getChat", chat_id=chat)
        is_private = not group.get("username") and not group.get("active_usernames")
        (self._public.discard if is_private else self._public.add)(chat)
        return is_private

    async def first_name(self, chat: int, account: int) -> str | None:
        """What this member of a group is called. Raises TelegramError."""
        member = await self.transport.call("getChatMember", {"chat_id": chat, "user_id": account})
        user = member.get("user") if type(member) is dict else None
        name = user.get("first_name") if type(user) is dict else None
        return name if type(name) is str else None

    async def _about(self, method: str, **asked: Any) -> dict[str, Any]:
        """An account or a chat. Raises TelegramError."""
        answer = await self.transport.call(method, asked)
        if type(answer) is not dict or type(answer.get("id")) is not int:
            raise BadAnswer("answer without id")
        return answer

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
        try:
            # Telegram does not say that a group was made private again: whatever waits for it asks.
            if row.chat in self._public and not await self.is_private(row.chat):
                raise DeliveryError("group is public", unreachable=True)
            match row.delivery.verb:
                case Verb.SEND:
                    return await self._send(row, row.chat)
                case Verb.EDIT:
                    return await self._edit(row, row.chat)
                case _:
                    return await do_rarely(self.transport, row, row.chat)
        except TelegramError as exc:
            raise outcome(exc) from None

    async def _send(self, row: OutboxRow, chat: int) -> Receipt:
        rendered = words_of(row)
        part = (rendered.text, rendered.bold)
        text, bold = part if row.fate is not Fate.UNCERTAIN else marked(part)
        payload = {"chat_id": chat, "text": text, "link_preview_options": _NO_PREVIEW, **form_of(row)}
        if bold:
            payload["entities"] = entities(bold)
        try:
            return Receipt(message_id=await self.transport.call_for_id("sendMessage", payload))
        except BadRequest as exc:
            if not is_topic_closed(exc) or "message_thread_id" not in payload:
                raise
            # Closed by hand while the conversation goes on: open it, as an adviser would have to (C11).
            await self.transport.call(
                "reopenForumTopic", {"chat_id": chat, "message_thread_id": payload["message_thread_id"]}
            )
            return Receipt(message_id=await self.transport.call_for_id("sendMessage", payload))

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
        payload: dict[str, Any] = {"chat_id": chat, "message_id": message_id, "caption": caption}
        if bold:
            payload["caption_entities"] = entities(bold)
        if rendered.buttons:
            payload["reply_markup"] = keyboard(rendered)
        try:
            await self.transport.call("editMessageCaption", payload)
        except BadRequest as exc:
            if not is_not_modified(exc):
                raise
        return Receipt(message_id=message_id)
