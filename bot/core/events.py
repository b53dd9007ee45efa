"""What happened in a conversation. A turn takes exactly one event."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from bot.core.ids import Locale, Token
from bot.core.messages import Action
from bot.core.understanding import Danger, Understanding


class Media(StrEnum):
    """What a message can be besides text; each has a polite answer of its own (A21)."""

    PHOTO = "photo"
    DOCUMENT = "document"
    VOICE = "voice"
    AUDIO = "audio"
    VIDEO = "video"
    VIDEO_NOTE = "video_note"
    STICKER = "sticker"
    ANIMATION = "animation"
    LOCATION = "location"
    LIVE_LOCATION = "live_location"
    VENUE = "venue"
    CONTACT = "contact"
    POLL = "poll"
    DICE = "dice"
    STORY = "story"
    GAME = "game"
    PAID_MEDIA = "paid_media"
    GIVEAWAY = "giveaway"
    INVOICE = "invoice"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """`/start`. `payload` is raw; the services verify a poster's signature and set `topic` and `locale` from it."""

    message_id: int = 0
    payload: str = ""
    #: What was written after the command instead of a payload: only danger is heard in it (F03).
    words: str = ""
    #: What the phone speaks: a proposal only.
    phone_locale: Locale | None = None
    #: The poster's topic and language, once verified.
    topic: str | None = None
    locale: Locale | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An utterance. Understanding, danger and language are added by the services before the turn."""

    text: str
    message_id: int
    understanding: Understanding | None = None
    danger: Danger | None = None
    #: The language of the text when it was detected and is not the chosen one.
    language: Locale | None = None
    phone_locale: Locale | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A button. `action` is None when the token is unknown, foreign or expired."""

    token: Token
    message_id: int
    action: Action | None = None
    #: The screen of the session that showed the button; older than the present one means stale.
    screen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Showed:
    """Something other than text. `caption` is what was written under it, if anything."""

    media: Media
    message_id: int
    caption: str = ""
    #: Set on the second and later parts of an album: answered once.
    album_continued: bool = False
    #: Of the caption; added by the services before the turn.
    danger: Danger | None = None
    understanding: Understanding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A position the person chose to send: degrees WGS 84, used in this turn only, never stored."""

    message_id: int
    latitude: float = field(repr=False)
    longitude: float = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """An earlier message was changed; `text` is its new text or caption. Never re-runs a flow (A24)."""

    message_id: int
    text: str
    #: Added by the services before the turn.
    danger: Danger | None = None
    understanding: Understanding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired:
    """A timer row came due."""

    name: str
    ref: str = ""


class HandoffNews(StrEnum):
    """What a handoff did that the conversation must know."""

    CLAIMED = "claimed"
    RELEASED = "released"
    RETURNED = "returned"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffMoved:
    """The handoff of this newcomer moved, by an adviser or a timer."""

    news: HandoffNews


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """The person blocked the bot (`reachable` false) or let it in again."""

    reachable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """Something was lost on purpose or by an outage (a volatile answer, expired presses): show the question again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPassedOn:
    """Something the person wrote to an adviser did not arrive there, or nobody knows."""

    #: It is of a kind that Telegram never lets be passed on: sent again it would not arrive either.
    never: bool = False


Event: TypeAlias = (
    Started | Said | Pressed | Showed | Located | Edited | TimerFired | HandoffMoved | Reached | Resumed | NotPassedOn
)
