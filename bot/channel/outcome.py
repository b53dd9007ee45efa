"""What an error of a call means for the message: certainly not sent, refused for ever, or nobody knows.

The texts are those of the official Bot API server (`telegram-bot-api/Client.cpp`), lower case.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channel.transport import BadAnswer, Lost, NeverSent
from bot.errors import DeliveryError

#: The person or group cannot be written to, although Telegram says 400 and not 403.
_GONE: Final = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated", "user_is_blocked")
_TOPIC_GONE: Final = ("message thread not found", "topic_deleted", "topic_id_invalid", "thread not found")
#: The group took a right away from the bot; it may give it back (B08).
_NO_RIGHT: Final = (
    "not enough rights",
    "chat_write_forbidden",
    "need administrator rights",
    "chat_admin_required",
    "chat_send_plain_forbidden",
    "the chat is not a forum",
    "have no rights to send a message",
)
_NOT_MODIFIED: Final = ("message is not modified", "topic_not_modified")
_NOT_THERE: Final = (
    "message to edit not found",
    "message can't be edited",
    "message to delete not found",
    "message can't be deleted",
    "message_id_invalid",
    "message identifier is not specified",
)


def is_not_modified(error: TelegramError) -> bool:
    """It already is as asked: a success (B11)."""
    return _says(error, _NOT_MODIFIED)


def is_not_there(error: TelegramError) -> bool:
    """The message to change is gone or too old: to be sent anew (B11)."""
    return _says(error, _NOT_THERE)


def has_no_text(error: TelegramError) -> bool:
    """The message to change is a photo or a file."""
    return _says(error, ("there is no text in the message to edit",))


def is_topic_gone(error: TelegramError) -> bool:
    """The topic was deleted by hand, or archived past Telegram's million (B10)."""
    return _says(error, _TOPIC_GONE)


def is_topic_closed(error: TelegramError) -> bool:
    """The topic was closed by hand (C11)."""
    return _says(error, ("topic_closed",))


def outcome(error: TelegramError) -> DeliveryError:
    """The class of this failure, without anything of the message in its text."""
    match error:
        case RetryAfter():
            wait = error.retry_after
            seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
            return DeliveryError("too many requests", retry_after_s=seconds)
        case ChatMigrated():
            return DeliveryError("group has a new id", migrated_to=error.new_chat_id)
        case InvalidToken():
            return DeliveryError("token refused", unauthorised=True)
        case Forbidden():
            return DeliveryError("forbidden", permanent=True, unreachable=True)
        case BadRequest():
            return _refused(error)
        case Conflict():
            return DeliveryError("conflict")
        case NeverSent():
            return DeliveryError(f"not sent: {error.message}")
        case BadAnswer() | Lost() | TimedOut():
            return DeliveryError(f"no answer: {error.message}", uncertain=True)
        case NetworkError() if error.__cause__ is None:
            # A 5xx that Telegram itself explained, so it did nothing; a gateway's own page is a `BadAnswer` (B05).
            return DeliveryError("server error")
        case _:
            return DeliveryError(f"odd answer: {type(error).__name__}", uncertain=True)


def _refused(error: BadRequest) -> DeliveryError:
    if is_topic_gone(error):
        return DeliveryError("topic gone", topic_gone=True)
    if _says(error, _GONE):
        return DeliveryError("chat gone", permanent=True, unreachable=True)
    if _says(error, _NO_RIGHT):
        return DeliveryError("right missing", unreachable=True)
    return DeliveryError(f"refused: {_reason(error)}", permanent=True)


def _reason(error: TelegramError) -> str:
    """The start of Telegram's own words, which for some refusals go on to quote the message."""
    return error.message.split(":", 1)[0][:60]


def _says(error: TelegramError, texts: tuple[str, ...]) -> bool:
    said = error.message.lower()
    return any(text in said for text in texts)
