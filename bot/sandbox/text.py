"""Text as Telegram keeps it: plain words plus entities counted in UTF-16 units.

Source: https://core.telegram.org/bots/api#formatting-options and #messageentity.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from bot.sandbox.refusal import bad

#: In UTF-16 units, after entities were parsed.
TEXT_LIMIT, CAPTION_LIMIT, NOTICE_LIMIT = 4096, 1024, 200

Entity = dict[str, Any]

_TOKEN = re.compile(
    r"<(/?)([a-zA-Z0-9-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>|<|&(?:#\d+|#x[0-9a-fA-F]+|lt|gt|amp|quot);"
)
_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_PLAIN_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "code": "code", "pre": "pre", "blockquote": "blockquote",
}  # fmt: skip
#: What Telegram finds by itself in a text. A command is Latin letters, digits and underscores only.
_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"]+[^\s<>\".,;:!?)\]])"
    r"|(?P<email>(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?P<bot_command>(?<![\w/<>@])/[A-Za-z0-9_]{1,64}(?:@\w+)?(?![\w/]))"
    r"|(?P<mention>(?<![\w@/])@[A-Za-z]\w{3,31}\b)"
    r"|(?P<hashtag>(?<![\w#/])#[^\W\d]\w*)"
)


def units(text: str) -> int:
    """Length in UTF-16 units, as Telegram counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def settle(
    text: str, entities: list[Entity] | None, parse_mode: str | None, *, limit: int, is_caption: bool = False
) -> tuple[str, list[Entity]]:
    """Parse, trim and measure the text of a message.

    Gives the visible text and its entities. Raises Refusal for markup that does not parse, for an
    empty text that is not a caption, and for more than `limit` UTF-16 units.
    """
    marked: list[Entity] = []
    if entities:
        marked = [dict(entity) for entity in entities]
    elif parse_mode:
        if parse_mode.lower() != "html":
            if parse_mode.lower() in {"markdown", "markdownv2"}:
                raise bad(f"the sandbox does not read parse_mode {parse_mode}; send entities or HTML")
            raise bad("unsupported parse_mode")
        text, marked = parse_html(text)
    text, marked = _trim(text, marked)
    if not text and not is_caption:
        raise bad("message text is empty")
    if len(text) * 2 > limit and units(text) > limit:
        raise bad("message caption is too long" if is_caption else "message is too long")
    return text, sorted(marked + find_entities(text, marked), key=lambda one: (one["offset"], -one["length"]))


def parse_html(text: str) -> tuple[str, list[Entity]]:
    """Telegram's HTML to plain text and entities; raises Refusal in Telegram's words."""
    if "<" not in text and "&" not in text:
        return text, []
    reading = _Html()
    last = 0
    for match in _TOKEN.finditer(text):
        reading.write(text[last : match.start()])
        last = match.end()
        token = match.group(0)
        if token.startswith("&"):
            reading.write(unescape(token))
        elif token == "<":
            raise _unparsable("Unclosed start tag", text, match.start())
        elif match.group(1):
            reading.close(match.group(2).lower(), text, match.start())
        else:
            reading.open(match.group(2).lower(), match.group(3), text, match.start())
    reading.write(text[last:])
    if reading.stack:
        name = reading.stack[-1][0]
        raise bad(f"can't parse entities: Can't find end tag corresponding to start tag \"{name}\"")
    return "".join(reading.parts), reading.entities


@dataclass(slots=True)
class _Html:
    parts: list[str] = field(default_factory=list)
    at: int = 0
    stack: list[tuple[str, Entity]] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def write(self, text: str) -> None:
        self.parts.append(text)
        self.at += units(text)

    def open(self, name: str, rest: str, text: str, where: int) -> None:
        attributes = {
            key.lower(): unescape(quoted or single or bare or "")
            for key, quoted, single, bare in _ATTRIBUTE.findall(rest)
        }
        entity: Entity = {"type": "", "offset": self.at, "length": 0}
        if name in _PLAIN_TAGS:
            entity["type"] = _PLAIN_TAGS[name]
            if name == "blockquote" and "expandable" in attributes:
                entity["type"] = "expandable_blockquote"
            language = attributes.get("class", "").removeprefix("language-")
            if name == "code" and self.stack and self.stack[-1][1]["type"] == "pre" and language:
                self.stack[-1][1]["language"] = language
                entity["type"] = ""  # part of the block of code around it
        elif name == "span" and attributes.get("class") == "tg-spoiler":
            entity["type"] = "spoiler"
        elif name == "a":
            # A link without an address is plain text, as on Telegram.
            if attributes.get("href"):
                entity |= {"type": "text_link", "url": attributes["href"]}
        elif name == "tg-emoji" and attributes.get("emoji-id"):
            entity |= {"type": "custom_emoji", "custom_emoji_id": attributes["emoji-id"]}
        else:
            raise _unparsable(f'Unsupported start tag "{name}"', text, where)
        self.stack.append((name, entity))

    def close(self, name: str, text: str, where: int) -> None:
        if not self.stack:
            raise _unparsable("Unexpected end tag", text, where)
        opened, entity = self.stack.pop()
        if name and name != opened:
            raise _unparsable(f'Unmatched end tag, expected "</{opened}>", found "</{name}>"', text, where)
        entity["length"] = self.at - entity["offset"]
        if entity["type"] and entity["length"]:
            self.entities.append(entity)


def find_entities(text: str, marked: list[Entity] | None = None) -> list[Entity]:
    """Commands, addresses, mentions and hashtags that Telegram marks by itself."""
    if "/" not in text and "@" not in text and "#" not in text:
        return []
    taken = [(one["offset"], one["offset"] + one["length"]) for one in marked or ()]
    found: list[Entity] = []
    for match in _FOUND.finditer(text):
        start = units(text[: match.start()])
        length = units(match.group(0))
        if not any(start < end and begin < start + length for begin, end in taken):
            found.append({"type": match.lastgroup, "offset": start, "length": length})
    return found


def _trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    trimmed = text.strip()
    if len(trimmed) == len(text) or not entities:
        return trimmed, entities
    cut = units(text[: len(text) - len(text.lstrip())])
    whole = units(trimmed)
    kept: list[Entity] = []
    for entity in entities:
        start = max(entity["offset"] - cut, 0)
        end = min(entity["offset"] + entity["length"] - cut, whole)
        if end > start:
            kept.append(entity | {"offset": start, "length": end - start})
    return trimmed, kept


def _unparsable(what: str, text: str, where: int) -> Exception:
    return bad(f"can't parse entities: {what} at byte offset {len(text[:where].encode())}")
