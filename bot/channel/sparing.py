"""What of an update is kept until its turn: no names, no quoted messages, no places and numbers on any disk.

A press carries the whole message it belongs to, and a reply the message it answers: either may hold what a volatile
step showed (decision 9). Positions and contact cards are for memory only (decision 10).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.channel.shape import hidden_links, holds_boxes

#: Of people and chats, what is read from them (`read_private`, `read_group`).
_PERSON: Final = ("id", "is_bot", "language_code")
_CHAT: Final = ("id", "type", "is_forum")
_ID: Final = ("id",)
_TOPIC: Final = ("name",)
#: Of what a field holds, the parts that are read. Of any other object or list only that it is there: the name of a
#: file, a whole message that somebody pinned, the options of a poll.
_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "from": _PERSON,
    "chat": _CHAT,
    "sender_chat": _CHAT,
    "reply_to_message": ("message_id", "forum_topic_created"),
    "new_chat_member": ("status", "is_member", "can_manage_topics", "can_delete_messages", "user"),
    "user": _ID,
    "left_chat_member": _ID,
    "forum_topic_created": _TOPIC,
    "forum_topic_edited": _TOPIC,
}
#: Lists of people.
_PEOPLE: Final = ("new_chat_members",)
#: Quoted and forwarded content, never read.
_QUOTES: Final = frozenset(
    {"external_reply", "quote", "reply_to_story", "forward_origin", "forward_from", "forward_from_chat",
     "author_signature"}
)  # fmt: skip
#: Formatting and mentions of people, of which only links behind words are read.
_ENTITIES: Final = ("entities", "caption_entities")
#: Of the message a button belongs to.
_OF_PRESSED: Final = ("message_id", "message_thread_id", "is_topic_message", "date")
_PLACES: Final = ("location", "venue", "contact")


def spared(update: Mapping[str, Any]) -> dict[str, Any]:
    """The update without what nobody reads. Whatever its shape, a reader hears the same from it."""
    return {kind: _body(kind, body) if type(body) is dict else body for kind, body in update.items()}


def is_for_memory_only(update: Mapping[str, Any]) -> bool:
    """A position or a contact card, also when a message that holds one is changed."""
    for kind in ("message", "edited_message"):
        body = update.get(kind)
        if type(body) is dict and any(body.get(name) is not None for name in _PLACES):
            return True
    return False


def _body(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    if kind != "callback_query":
        return _message(body)
    pressed = body.get("message")
    lean = {name: _small(name, value) for name, value in body.items() if name != "message"}
    if type(pressed) is dict:
        kept = {name: pressed[name] for name in _OF_PRESSED if name in pressed}
        chat = {"chat": _small("chat", pressed["chat"])} if "chat" in pressed else {}
        # A checklist is ticked in its keyboard; any other would tell which question was asked, also a volatile one.
        markup = pressed.get("reply_markup")
        boxes = {"reply_markup": markup} if holds_boxes(markup) else {}
        lean["message"] = {**chat, **kept, **boxes}
    elif "message" in body:
        lean["message"] = pressed
    return lean


def _message(body: dict[str, Any]) -> dict[str, Any]:
    kept = {name: _small(name, value) for name, value in body.items() if name not in (*_QUOTES, *_ENTITIES)}
    return kept | {name: links for name in _ENTITIES if (links := hidden_links(body.get(name)))}


def _small(name: str, value: Any) -> Any:
    """What is read of a field. A position is read whole, and never stored."""
    if name == "location" or type(value) not in (dict, list):
        return value
    if type(value) is list:
        return [_small("user", person) for person in value] if name in _PEOPLE else []
    return {part: _small(part, value[part]) for part in _PARTS.get(name, ()) if part in value}
