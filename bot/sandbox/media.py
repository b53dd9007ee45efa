"""Attachments: what a photo, a voice message or a document looks like in a message."""

from __future__ import annotations

import struct
from typing import Any

from bot.sandbox.refusal import bad
from bot.sandbox.spec import Upload
from bot.sandbox.world import StoredFile, World

#: Source: https://core.telegram.org/bots/api#sending-files and #getfile.
UPLOAD_LIMIT_BYTES, PHOTO_LIMIT_BYTES, DOWNLOAD_LIMIT_BYTES = 50_000_000, 10_000_000, 20_000_000

#: Kind of attachment → folder of its files, which is also part of their ids.
FOLDERS = {
    "photo": "photos",
    "document": "documents",
    "voice": "voice",
    "audio": "music",
    "video": "videos",
    "animation": "animations",
    "video_note": "video_notes",
    "sticker": "stickers",
}


def attach(world: World, kind: str, source: Upload | str, details: dict[str, Any] | None = None) -> dict[str, Any]:
    """The part of a message that holds a file: a new one, or one known by its id."""
    if isinstance(source, Upload):
        limit = PHOTO_LIMIT_BYTES if kind == "photo" else UPLOAD_LIMIT_BYTES
        if len(source.content) > limit:
            raise bad(f"file of size {len(source.content)} bytes is too big for a {kind}; the maximum size is {limit}")
        if not source.content:
            raise bad("file must be non-empty")
        file = world.store(source.content, name=source.name or kind, mime=source.mime, folder=FOLDERS[kind])
    else:
        known = world.files.get(source)
        if known is None:
            if source.startswith(("http://", "https://")):
                raise bad("failed to get HTTP URL content")  # the sandbox fetches nothing from outside
            raise bad("wrong remote file identifier specified: Wrong string length")
        file = known
    return {kind: describe(kind, file, details or {})}


def describe(kind: str, file: StoredFile, details: dict[str, Any]) -> Any:
    """The object Telegram puts into a message for a stored file."""
    base: dict[str, Any] = {
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.content),
    }
    match kind:
        case "photo":
            width, height = size_of_picture(file.content)
            return [base | {"width": width, "height": height}]
        case "document":
            return base | {"file_name": file.name, "mime_type": file.mime}
        case "voice":
            return base | {"duration": int(details.get("duration", 3)), "mime_type": file.mime}
        case "audio":
            return base | {"duration": int(details.get("duration", 3)), "mime_type": file.mime, "file_name": file.name}
        case "video" | "animation":
            return base | {"duration": int(details.get("duration", 3)), "width": 640, "height": 360}
        case "video_note":
            return base | {"duration": int(details.get("duration", 3)), "length": 240}
        case "sticker":
            flags = {"type": "regular", "is_animated": False, "is_video": False}
            return base | {"width": 512, "height": 512, "emoji": details.get("emoji", "🙂")} | flags
    raise bad(f"unknown kind of file {kind}")


def size_of_picture(content: bytes) -> tuple[int, int]:
    """Width and height in pixels of a PNG, GIF or JPEG; 800 × 600 when it cannot be read."""
    if content[:8] == b"\x89PNG\r\n\x1a\n" and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return int(width), int(height)
    if content[:4] == b"GIF8" and len(content) >= 10:
        width, height = struct.unpack("<HH", content[6:10])
        return int(width), int(height)
    if content[:2] == b"\xff\xd8":
        at = 2
        while at + 9 < len(content) and content[at] == 0xFF:
            marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
            if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
                height, width = struct.unpack(">HH", content[at + 5 : at + 9])
                return int(width), int(height)
            at += 2 + length
    return 800, 600
