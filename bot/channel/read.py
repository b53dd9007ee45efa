"""Read raw updates: first only whose they are (`arrival`), later, at the turn, what they say (`Reader.hear`).

Nothing here raises on any JSON value and nothing quotes what somebody wrote (A10–A12).
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

import orjson

from bot.channel.read_group import hear_group
from bot.channel.read_private import hear_private
from bot.channel.shape import OUTSIDE, Misshapen, as_int, as_object, chat_of, peek, thread_of
from bot.channel.sparing import is_for_memory_only, spared
from bot.core.heard import Heard, Ignored, Stranger, Unreadable
from bot.core.ids import AccountId, ChatId, Lane
from bot.ports import Arrival

log = logging.getLogger(__name__)

Json: TypeAlias = Mapping[str, Any]

#: What is asked for from Telegram. `chat_member` is not in its default set (reliability.md part 1).
KINDS: Final = ("message", "edited_message", "callback_query", "my_chat_member", "chat_member")
#: Albums whose first part is remembered.
_ALBUMS: Final = 1000


def loads(payload: bytes) -> Any:
    """JSON in, with a slower second try for what the fast reader refuses: lone surrogates, huge numbers.

    Raises ValueError for anything that is not JSON or too deep to be read.
    """
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError:
        try:
            return json.loads(payload.decode("utf-8", "replace"))
        except RecursionError:
            raise ValueError("too deep") from None


def arrival(raw: Any, *, received_at: datetime) -> Arrival | None:
    """Whose update this is, or None when not even that can be said. Of its content only what is read is kept."""
    try:
        update = as_object(raw)
        update_id = as_int(update.get("update_id"))
        if not 0 <= update_id < 2**63:
            return None
        natural_key, account, lane = _whose(update, update_id)
        edited = peek(update, "edited_message")
        return Arrival(
            update_id=update_id,
            natural_key=natural_key,
            account=account,
            lane=lane,
            payload=_dumped(spared(update)),
            received_at=received_at,
            volatile=account is not None and is_for_memory_only(update),
            edits=None if edited is None or account is None else as_int(edited.get("message_id")),
            says_nothing=_says_nothing(update, edited),
        )
    except Misshapen:
        return None
    except Exception as exc:  # too deep, or a bug here: must not stop what others send (A10)
        log.error("update.unread reason=%s", type(exc).__name__)
        return None


def _says_nothing(update: Json, edited: Json | None) -> bool:
    """Whether nobody is begun with by this: who has erased everything taps on what is still there, lets a live position
    run on, and blocks the bot with the chat that they delete."""
    is_live = edited is not None and edited.get("location") is not None
    return is_live or any(peek(update, kind) is not None for kind in ("callback_query", "my_chat_member"))


def _dumped(update: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(update)
    except orjson.JSONEncodeError:  # half a character, a huge number
        return json.dumps(update).encode()


def _whose(update: Json, update_id: int) -> tuple[str, AccountId | None, Lane | None]:
    for kind in ("message", "edited_message"):
        if (message := peek(update, kind)) is not None:
            return _whose_message(message, kind)
    if (query := peek(update, "callback_query")) is not None:
        key = f"press:{query.get('id')}"
        sender = as_int(as_object(query.get("from")).get("id"))
        message = peek(query, "message")
        if message is None:  # of an inline message, which the bot never makes
            return key, None, Lane("odd")
        chat, is_private = chat_of(message)
        return (key, AccountId(sender), None) if is_private else (key, None, _topic(chat, message))
    for kind in ("my_chat_member", "chat_member"):
        if (change := peek(update, kind)) is not None:
            chat, is_private = chat_of(change)
            status = peek(change, "new_chat_member") or {}
            member = peek(status, "user") or {}
            key = f"{kind}:{chat}:{member.get('id')}:{change.get('date')}:{status.get('status')}"
            return (key, AccountId(chat), None) if is_private else (key, None, Lane(f"group:{chat}"))
    return f"update:{update_id}", None, Lane("odd")


def _whose_message(message: Json, kind: str) -> tuple[str, AccountId | None, Lane | None]:
    chat, is_private = chat_of(message)
    key = f"{kind}:{chat}:{as_int(message.get('message_id'))}"
    if kind == "edited_message":
        # Two edits within a second share their date: what was written tells them apart.
        words = str(message.get("text") or message.get("caption") or "").encode("utf-8", "replace")
        key += f":{message.get('edit_date')}:{hashlib.blake2b(words, digest_size=6).hexdigest()}"
    return (key, AccountId(chat), None) if is_private else (key, None, _topic(chat, message))


def _topic(chat: ChatId, message: Json) -> Lane:
    return Lane(f"topic:{chat}:{thread_of(message) or 0}")


class Reader:
    """Turns stored payloads into what was heard. Remembers only which albums it has seen the start of."""

    def __init__(self, *, bot_id: int, username: str, is_team: Callable[[ChatId], bool]) -> None:
        self._bot_id = bot_id
        self._mention = re.compile(rf"^(/\w+)@{re.escape(username)}\b", re.IGNORECASE) if username else None
        self._is_team = is_team
        self._albums: OrderedDict[str, int] = OrderedDict()

    def hear(self, payload: bytes) -> Heard:
        """What this update says. The same payload heard again says the same."""
        try:
            return self.hear_update(loads(payload))
        except Misshapen as exc:
            return Unreadable(reason=exc.reason)
        except (ValueError, RecursionError):
            return Unreadable(reason="not JSON")
        except Exception as exc:  # a bug here must not stop anybody's lane (A10)
            return Unreadable(reason=type(exc).__name__)

    def hear_update(self, raw: Any) -> Heard:
        """As `hear`, from JSON that was read. Raises Misshapen."""
        update = as_object(raw)
        # Whatever else a newer server puts beside it, or leaves empty (A11).
        kind = next((name for name in _HEARABLE if peek(update, name) is not None), None)
        if kind is None:
            return Ignored(kind=next((name for name in update if name != "update_id"), "empty")[:40])
        body = as_object(update[kind])
        place = body if kind != "callback_query" else peek(body, "message")
        if place is None:
            return Ignored(kind="callback_query.inline")
        chat, is_private = chat_of(place)
        if is_private:
            return hear_private(kind, body, strip=self._strip, is_continued=self._is_continued)
        if not self._is_team(chat):
            old = body.get("migrate_from_chat_id")
            if old is None or not self._is_team(ChatId(as_int(old))):
                return _stranger(kind, body, chat)
        return hear_group(kind, body, bot_id=self._bot_id, strip=self._strip)

    def _strip(self, text: str) -> str:
        """`/menu@our_bot` as `/menu`; a command for another bot stays as it is."""
        return text if self._mention is None else self._mention.sub(r"\1", text, count=1)

    def _is_continued(self, message: Json) -> bool:
        """A later part of an album, which is answered once (A21)."""
        album = message.get("media_group_id")
        if not isinstance(album, str):
            return False
        message_id = as_int(message.get("message_id"))
        first = self._albums.setdefault(album, message_id)
        while len(self._albums) > _ALBUMS:
            self._albums.popitem(last=False)
        return first != message_id


_HEARABLE: Final = (*KINDS, "channel_post", "edited_channel_post")


def _stranger(kind: str, body: Json, chat: ChatId) -> Heard:
    if kind == "my_chat_member":
        status = (peek(body, "new_chat_member") or {}).get("status")
        return Stranger(chat=chat, is_inside=status not in OUTSIDE)
    return Stranger(chat=chat)
