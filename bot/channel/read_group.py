"""What an update of a team's group says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.channel.media import media_of, service_kind
from bot.channel.shape import OUTSIDE, as_int, as_object, as_text, chat_of, peek, text_of, thread_of
from bot.core.events import Media
from bot.core.heard import (
    BotMembership,
    FromTeam,
    GroupMigrated,
    Heard,
    Ignored,
    MembersChanged,
    Speaker,
    TeamPressed,
    TopicChange,
    TopicChanged,
)
from bot.core.ids import AccountId, ChatId, Token

#: Source: https://core.telegram.org/bots/api#message, "GroupAnonymousBot".
_ANONYMOUS_ADMIN: Final = 1087968824
_TOPIC_CHANGES: Final = {
    "forum_topic_created": TopicChange.CREATED,
    "forum_topic_edited": TopicChange.RENAMED,
    "forum_topic_closed": TopicChange.CLOSED,
    "forum_topic_reopened": TopicChange.REOPENED,
}


def hear_group(
    kind: str,
    body: Mapping[str, Any],
    *,
    bot_id: int,
    strip: Callable[[str], str],
) -> Heard:
    """Read an update of a group that is a team's."""
    match kind:
        case "callback_query":
            return _pressed(body)
        case "my_chat_member":
            return _membership(body)
        case "chat_member":
            return _member(body)
        case "message" | "edited_message":
            return _message(kind, body, bot_id, strip)
        case _:
            return Ignored(kind=f"group.{kind}")


def _message(kind: str, message: Mapping[str, Any], bot_id: int, strip: Callable[[str], str]) -> Heard:
    chat, _ = chat_of(message)
    media = media_of(message)
    if message.get("text") is None and media is None:
        return _service(message, chat, bot_id)
    sender = peek(message, "from") or {}
    sender_id = as_int(sender.get("id")) if sender else 0
    if sender_id == bot_id:
        return Ignored(kind="group.own_message")
    if kind == "edited_message" and media in {Media.LOCATION, Media.LIVE_LOCATION}:
        return Ignored(kind="edited_message.location")
    return FromTeam(
        chat=chat,
        thread=thread_of(message),
        account=AccountId(sender_id),
        message_id=as_int(message.get("message_id")),
        text=strip(text_of(message).strip()),
        media=media,
        reply_to=_reply_to(message),
        is_edited=kind == "edited_message",
        speaker=_speaker(message, sender, chat),
        via_bot=message.get("via_bot") is not None,
        album=_album(message),
    )


def _album(message: Mapping[str, Any]) -> str | None:
    album = message.get("media_group_id")
    return as_text(album)[:64] if album is not None else None


def _speaker(message: Mapping[str, Any], sender: Mapping[str, Any], chat: ChatId) -> Speaker:
    as_chat = peek(message, "sender_chat")
    if as_chat is not None:
        return Speaker.ANONYMOUS_ADMIN if as_chat.get("id") == chat else Speaker.CHANNEL
    if sender.get("id") == _ANONYMOUS_ADMIN:
        return Speaker.ANONYMOUS_ADMIN
    return Speaker.PERSON if sender.get("is_bot") is False else Speaker.BOT


def _reply_to(message: Mapping[str, Any]) -> int | None:
    """The message replied to. In a topic everything "replies" to the topic's head, which means nothing."""
    replied = peek(message, "reply_to_message")
    if replied is None or peek(replied, "forum_topic_created") is not None:
        return None
    return as_int(replied.get("message_id"))


def _service(message: Mapping[str, Any], chat: ChatId, bot_id: int) -> Heard:
    account = AccountId(as_int((peek(message, "from") or {}).get("id", 0)))
    for name, change in _TOPIC_CHANGES.items():
        if (topic := peek(message, name)) is not None:
            title = topic.get("name")
            return TopicChanged(
                chat=chat,
                thread=thread_of(message),
                account=account,
                change=change,
                title=as_text(title) if title is not None else None,
            )
    if message.get("migrate_to_chat_id") is not None:
        return GroupMigrated(old=chat, new=ChatId(as_int(message["migrate_to_chat_id"])))
    if message.get("migrate_from_chat_id") is not None:
        return GroupMigrated(old=ChatId(as_int(message["migrate_from_chat_id"])), new=chat)
    if isinstance(joined := message.get("new_chat_members"), list):
        accounts = [AccountId(as_int(as_object(member).get("id"))) for member in joined]
        others = tuple(account for account in accounts if account != bot_id)
        return MembersChanged(chat=chat, accounts=others, joined=True)
    if (gone := peek(message, "left_chat_member")) is not None:
        return MembersChanged(chat=chat, accounts=(AccountId(as_int(gone.get("id"))),), joined=False)
    return Ignored(kind=f"group.{service_kind(message)}"[:60])


def _member(change: Mapping[str, Any]) -> Heard:
    chat, _ = chat_of(change)
    member = as_object(change.get("new_chat_member"))
    user = as_object(member.get("user"))
    status = member.get("status")
    joined = status not in OUTSIDE and not (status == "restricted" and member.get("is_member") is False)
    return MembersChanged(chat=chat, accounts=(AccountId(as_int(user.get("id"))),), joined=joined)


def _membership(change: Mapping[str, Any]) -> Heard:
    chat, _ = chat_of(change)
    member = as_object(change.get("new_chat_member"))
    is_owner = member.get("status") == "creator"
    return BotMembership(
        chat=chat,
        status=as_text(member.get("status")),
        is_forum=as_object(change.get("chat")).get("is_forum") is True,
        can_manage_topics=is_owner or member.get("can_manage_topics") is True,
        can_delete_messages=is_owner or member.get("can_delete_messages") is True,
    )


def _pressed(query: Mapping[str, Any]) -> Heard:
    message = as_object(query.get("message"))
    chat, _ = chat_of(message)
    data = query.get("data")
    return TeamPressed(
        chat=chat,
        thread=thread_of(message),
        account=AccountId(as_int(as_object(query.get("from")).get("id"))),
        token=Token(as_text(data)[:64] if data is not None else ""),
        callback_id=as_text(query.get("id")),
        message_id=as_int(message.get("message_id")),
    )
