"""Take JSON apart without trusting its shape. A value of another type than documented raises `Misshapen`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from bot.core.ids import ChatId

#: Standings of who is not in a chat. A tuple, because what is looked up may be any JSON, and not hashable.
OUTSIDE: Final = ("left", "kicked")


#: Of a link behind words, what is read.
_LINK: Final = ("type", "offset", "length", "url")
#: Links of one message that are read, and the longest: what somebody writes must not flood a topic.
_LINKS, _LONGEST_ADDRESS, _LONGEST = 20, 1000, 10_000
#: How an item of a checklist is marked (`conversation.screens`).
BOXES: Final = ("☐", "☑")
_SCHEMES: Final = ("http://", "https://", "mailto:", "tel:")


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
    """Text or caption, with the addresses of links that are hidden behind words; empty when there is neither."""
    value, entities = message.get("text"), message.get("entities")
    if value is None:
        value, entities = message.get("caption"), message.get("caption_entities")
    if value is None:
        return ""
    return as_text(value) if type(entities) is not list else _with_addresses(as_text(value), entities)


def holds_boxes(markup: Any) -> bool:
    """Whether a keyboard is that of a checklist: one of its buttons begins with a box, ticked or not."""
    rows = markup.get("inline_keyboard") if type(markup) is dict else None
    buttons = [button for row in rows if type(row) is list for button in row] if type(rows) is list else []
    texts = [button.get("text") for button in buttons if type(button) is dict]
    return any(type(text) is str and text.startswith(BOXES) for text in texts)


def hidden_links(entities: Any) -> list[dict[str, Any]]:
    """The links behind words among a message's entities, and nothing else of them."""
    if type(entities) is not list:
        return []
    found = [one for one in entities if type(one) is dict and one.get("type") == "text_link"]
    return [{name: one.get(name) for name in _LINK} for one in found if _is_link(one)][:_LINKS]


def _is_link(entity: Mapping[str, Any]) -> bool:
    url, numbers = entity.get("url"), (entity.get("offset"), entity.get("length"))
    is_placed = all(type(number) is int and 0 <= number <= _LONGEST for number in numbers)
    return is_placed and type(url) is str and len(url) <= _LONGEST_ADDRESS and url.startswith(_SCHEMES)


def _with_addresses(text: str, entities: list[Any]) -> str:
    """Formatting does not travel, an address must: the words it lies behind would lead nowhere."""
    # Telegram counts in UTF-16 units.
    raw = text.encode("utf-16-le")
    for link in sorted(hidden_links(entities), key=lambda one: -(one["offset"] + one["length"])):
        begin, end = 2 * link["offset"], 2 * (link["offset"] + link["length"])
        words, url = raw[begin:end].decode("utf-16-le", "replace"), as_text(link["url"])
        if words.strip().rstrip("/") not in {url.rstrip("/"), url.split("://")[-1].rstrip("/")}:
            raw = raw[:end] + f" ({url})".encode("utf-16-le") + raw[end:]
    return raw.decode("utf-16-le", "replace")
