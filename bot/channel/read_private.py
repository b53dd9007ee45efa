"""What a newcomer's update says. Every kind of message has a defined result (A21, A24)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from bot.channel.media import media_of, service_kind
from bot.channel.shape import OUTSIDE, Misshapen, as_int, as_object, as_text, chat_of, holds_boxes, peek, text_of
from bot.core.events import Edited, Located, Media, Pressed, Reached, Said, Showed, Started
from bot.core.heard import FromNewcomer, Heard, Ignored, NewcomerEvent
from bot.core.ids import AccountId, Locale, Token
from bot.core.messages import RenderedButton

#: Source: https://core.telegram.org/bots/features#deep-linking.
_START: Final = re.compile(r"^/start(?:\s+|$)", re.IGNORECASE)
_PAYLOAD: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
#: The year 3000: a later date is none.
_LATEST_S: Final = 32_503_680_000
_LANGUAGE: Final = re.compile(r"^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}$")


def hear_private(
    kind: str,
    body: Mapping[str, Any],
    *,
    strip: Callable[[str], str],
    is_continued: Callable[[Mapping[str, Any]], bool],
) -> Heard:
    """Read an update of a private chat."""
    if kind == "callback_query":
        return _pressed(body)
    account = AccountId(chat_of(body)[0])
    if kind == "my_chat_member":
        status = (peek(body, "new_chat_member") or {}).get("status")
        return FromNewcomer(account=account, event=Reached(reachable=status not in OUTSIDE))
    if kind == "edited_message":
        event = _edited(body)
    elif kind == "message":
        event = _message(body, strip, is_continued)
    else:
        return Ignored(kind=f"private.{kind}")
    if isinstance(event, Ignored):
        return event
    return FromNewcomer(account=account, event=event, phone_locale=_phone_locale(body), sent_at=_sent_at(body))


def _message(
    message: Mapping[str, Any], strip: Callable[[str], str], is_continued: Callable[[Mapping[str, Any]], bool]
) -> NewcomerEvent | Ignored:
    message_id = as_int(message.get("message_id"))
    locale = _phone_locale(message)
    if message.get("text") is not None:
        text = strip(text_of(message).strip())
        if start := _START.match(text):
            rest = text[start.end() :]
            payload = rest if _PAYLOAD.fullmatch(rest) else ""
            words = "" if payload else rest
            return Started(message_id=message_id, payload=payload, words=words, phone_locale=locale)
        return Said(text=text, message_id=message_id, phone_locale=locale)
    media = media_of(message)
    if media is Media.LOCATION or (media is Media.VENUE and message.get("location") is not None):
        # Of a venue only where it is, which Telegram says as of any other place that somebody chose.
        return _located(message, message_id)
    if media is not None:
        # A contact's content is not even read (decision 10).
        return Showed(
            media=media, message_id=message_id, caption=text_of(message), album_continued=is_continued(message)
        )
    service = service_kind(message)
    if service in _CONTENT_LATER or service is None:
        # A kind of message newer than this program: answered like any other that cannot be read (A11).
        return Showed(media=Media.OTHER, message_id=message_id)
    return Ignored(kind=f"service.{service}"[:60])


#: Content for which Telegram sends a message with nothing that an older program knows.
_CONTENT_LATER: Final = frozenset({"unsupported"})


def _located(message: Mapping[str, Any], message_id: int) -> NewcomerEvent:
    location = as_object(message.get("location"))
    latitude, longitude = location.get("latitude"), location.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        raise Misshapen("location without a position")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Misshapen("location out of the world")
    return Located(message_id=message_id, latitude=float(latitude), longitude=float(longitude))


def _edited(message: Mapping[str, Any]) -> NewcomerEvent | Ignored:
    if message.get("location") is not None:
        # A live position moves by edits, every few seconds: nothing is made of it.
        return Ignored(kind="edited_message.location")
    return Edited(message_id=as_int(message.get("message_id")), text=text_of(message).strip())


def _pressed(query: Mapping[str, Any]) -> Heard:
    sender = as_object(query.get("from"))
    message = as_object(query.get("message"))
    data = query.get("data")
    return FromNewcomer(
        account=AccountId(as_int(sender.get("id"))),
        # A game button has no data; its token is unknown like any forged one.
        event=Pressed(
            token=Token(as_text(data)[:64] if data is not None else ""), message_id=as_int(message.get("message_id"))
        ),
        callback_id=as_text(query.get("id")),
        phone_locale=_phone_locale(query),
        keyboard=_keyboard(message),
    )


def _keyboard(message: Mapping[str, Any]) -> tuple[tuple[RenderedButton, ...], ...]:
    """The buttons of a checklist as they are shown now: it is ticked in them."""
    rows = (peek(message, "reply_markup") or {}).get("inline_keyboard")
    if type(rows) is not list or not holds_boxes(message.get("reply_markup")):
        return ()
    return tuple(tuple(_button(button) for button in row if type(button) is dict) for row in rows if type(row) is list)


def _button(button: Mapping[str, Any]) -> RenderedButton:
    text = as_text(button.get("text"))
    if button.get("url") is not None:
        return RenderedButton(text=text, url=as_text(button["url"]))
    return RenderedButton(text=text, token=Token(as_text(button.get("callback_data"))))


def _sent_at(message: Mapping[str, Any]) -> datetime | None:
    seconds = message.get("edit_date") or message.get("date")
    return datetime.fromtimestamp(seconds, UTC) if type(seconds) is int and 0 < seconds < _LATEST_S else None


def _phone_locale(body: Mapping[str, Any]) -> Locale | None:
    code = (peek(body, "from") or {}).get("language_code")
    return Locale(code) if isinstance(code, str) and _LANGUAGE.match(code) else None
