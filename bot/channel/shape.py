"""Take JSON apart without trusting its shape. A value of another type than documented raises `Misshapen`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from bot.core.ids import ChatId

#: Standings of who is not in a chat. A tuple, because what is looked up may be any JSON, and not hashable.
OUTSIDE: Final = ("left", "kicked")


class Misshapen(Exception):
    """A value is not what the Bot API documents. `reason` names the field, never its content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def as_object(value: Any) -> Mapping[str, Any]:
    """A JSON object."""
    if type(value) is not dict:
        raise Misshapen("not an object")
    return cast(Mapping[str, Any], value)


def as_int(value: Any) -> int:
    """A whole number within 64 bits, as Telegram's ids are."""
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise Misshapen("not an id")
    return value


def as_text(value: Any) -> str:
    """Text, without the NULs and lone surrogates that no store takes (H05)."""
    if type(value) is not str:
        raise Misshapen("not a text")
    if value.isascii():
        return value.replace("\0", "")
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "")


def peek(value: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """The object in this field, or None when there is none."""
    inner = value.get(name)
    return inner if type(inner) is dict else None


def chat_of(value: Mapping[str, Any]) -> tuple[ChatId, bool]:
    """The chat of a message or a membership change, and whether it is private."""
    chat = as_object(value.get("chat"))
    return ChatId(as_int(chat.get("id"))), chat.get("type") == "private"


def thread_of(message: Mapping[str, Any]) -> int | None:
    """The forum topic. Replies in ordinary groups carry a thread id too, but are no topic messages."""
    if message.get("is_topic_message") is not True:
        return None
    thread = message.get("message_thread_id")
    return thread if type(thread) is int and thread > 1 else None


def text_of(message: Mapping[str, Any]) -> str:
    """Text or caption; empty when there is neither."""
    value = message.get("text")
    if value is None:
        value = message.get("caption")
    return "" if value is None else as_text(value)
