"""What an arrival turns out to be once it is read: the channel's reading, in the guichet's own words.

A reading says what happened and whose it is; whether a group is one of ours or an account may act is not decided here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from bot.core.events import Edited, Located, Media, Pressed, Reached, Said, Showed, Started
from bot.core.ids import AccountId, ChatId, Locale, Token
from bot.core.messages import RenderedButton

#: What a newcomer can do in the private chat, before understanding is added.
NewcomerEvent: TypeAlias = Started | Said | Pressed | Showed | Located | Edited | Reached


@dataclass(frozen=True, slots=True, kw_only=True)
class FromNewcomer:
    """Something happened in a private chat."""

    account: AccountId = field(repr=False)
    event: NewcomerEvent
    #: To stop the spinner of a pressed button.
    callback_id: str | None = None
    #: What the phone speaks (BCP 47 as Telegram sends it), a proposal only.
    phone_locale: Locale | None = None
    #: When it was written or changed, by Telegram's clock; None for what bears no date, such as a press.
    sent_at: datetime | None = None
    #: A press: the buttons of its message as they are shown now.
    keyboard: tuple[tuple[RenderedButton, ...], ...] = ()


class Speaker(StrEnum):
    """As whom somebody writes in a group. Only `PERSON` can be an adviser (A27)."""

    PERSON = "person"
    ANONYMOUS_ADMIN = "anonymous_admin"
    CHANNEL = "channel"
    BOT = "bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class FromTeam:
    """A message, or a changed message, in a group."""

    chat: ChatId
    #: The forum topic; None in General and in groups without topics.
    thread: int | None
    account: AccountId = field(repr=False)
    message_id: int
    #: Text or caption, commands without the bot's name.
    text: str = field(repr=False)
    media: Media | None = None
    #: The message it answers by Telegram's "reply", unless that is only the head of the topic.
    reply_to: int | None = None
    is_edited: bool = False
    speaker: Speaker = Speaker.PERSON
    #: Made with another bot's inline mode.
    via_bot: bool = False
    #: Telegram's mark of the album this is a part of; usually only the first part has words.
    album: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamPressed:
    """A button under one of the bot's messages in a group."""

    chat: ChatId
    thread: int | None
    account: AccountId = field(repr=False)
    token: Token
    callback_id: str
    message_id: int


class TopicChange(StrEnum):
    """What was done to a topic by hand or by the bot. Telegram does not tell of a deletion."""

    CREATED = "created"
    RENAMED = "renamed"
    CLOSED = "closed"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicChanged:
    """A topic was made, renamed, closed or reopened."""

    chat: ChatId
    thread: int | None
    account: AccountId = field(repr=False)
    change: TopicChange
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersChanged:
    """People joined or left a group, as `chat_member` or as a service message (both may come)."""

    chat: ChatId
    accounts: tuple[AccountId, ...] = field(repr=False)
    joined: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BotMembership:
    """What the bot is allowed in a group changed."""

    chat: ChatId
    #: Telegram's word: `administrator`, `member`, `restricted`, `left`, `kicked`.
    status: str
    is_forum: bool = False
    can_manage_topics: bool = False
    can_delete_messages: bool = False

    @property
    def is_inside(self) -> bool:
        """The bot can still read the group."""
        return self.status not in {"left", "kicked"}


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMigrated:
    """A group became a supergroup and has a new id (B09)."""

    old: ChatId
    new: ChatId


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """A group or channel that is not a team's: to be left without a word (A26)."""

    chat: ChatId
    #: False when the update says that the bot is out already.
    is_inside: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """Something that needs no answer. `kind` is Telegram's name for it, to count; nothing of its content."""

    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Not what it should be. `reason` names the shape that was missed, nothing of its content."""

    reason: str


Heard: TypeAlias = (
    FromNewcomer
    | FromTeam
    | TeamPressed
    | TopicChanged
    | MembersChanged
    | BotMembership
    | GroupMigrated
    | Stranger
    | Ignored
    | Unreadable
)
