"""Which kind of message a raw message is (A21). Nothing is fetched and no file name is used (A22, A23)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.core.events import Media

#: In this order: an animation also comes as a document, a venue also as a location.
_FIELDS: Final = (
    ("animation", Media.ANIMATION),
    ("photo", Media.PHOTO),
    ("live_photo", Media.PHOTO),
    ("voice", Media.VOICE),
    ("video_note", Media.VIDEO_NOTE),
    ("video", Media.VIDEO),
    ("audio", Media.AUDIO),
    ("document", Media.DOCUMENT),
    ("sticker", Media.STICKER),
    ("venue", Media.VENUE),
    ("location", Media.LOCATION),
    ("contact", Media.CONTACT),
    ("poll", Media.POLL),
    ("dice", Media.DICE),
    ("story", Media.STORY),
    ("game", Media.GAME),
    ("paid_media", Media.PAID_MEDIA),
    ("checklist", Media.OTHER),
    ("rich_message", Media.OTHER),
    ("invoice", Media.INVOICE),
    ("giveaway", Media.GIVEAWAY),
    ("giveaway_winners", Media.GIVEAWAY),
)

#: Every other field that a message may carry without being a message from somebody: envelope and form.
_ENVELOPE: Final = frozenset(
    {
        "message_id",
        "message_thread_id",
        "direct_messages_topic",
        "from",
        "sender_chat",
        "sender_boost_count",
        "sender_business_bot",
        "sender_tag",
        "date",
        "business_connection_id",
        "chat",
        "forward_origin",
        "forward_from",
        "forward_from_chat",
        "forward_date",
        "is_topic_message",
        "is_automatic_forward",
        "reply_to_message",
        "external_reply",
        "quote",
        "reply_to_story",
        "via_bot",
        "edit_date",
        "has_protected_content",
        "is_from_offline",
        "is_paid_post",
        "media_group_id",
        "author_signature",
        "paid_star_count",
        "effect_id",
        "has_media_spoiler",
        "show_caption_above_media",
        "reply_markup",
        "entities",
        "caption",
        "caption_entities",
        "link_preview_options",
    }
)


def media_of(message: Mapping[str, Any]) -> Media | None:
    """The kind of content besides text, or None."""
    for name, media in _FIELDS:
        if message.get(name) is not None:
            if media is Media.LOCATION and (message["location"] or {}) and _is_live(message["location"]):
                return Media.LIVE_LOCATION
            return media
    return None


def service_kind(message: Mapping[str, Any]) -> str | None:
    """Telegram's name for a message without content, such as `pinned_message`; None when there is nothing at all."""
    return next((name for name in message if name not in _ENVELOPE), None)


def _is_live(location: Any) -> bool:
    return type(location) is dict and location.get("live_period") is not None
