"""Poster codes: a `/start` payload that opens the bot in one language at one topic, signed so that it is ours.

Telegram allows 64 characters of A–Z, a–z, 0–9, _ and - (https://core.telegram.org/bots/features#deep-linking).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Collection

from bot.core.ids import Locale
from bot.services.desk import Poster

#: Characters of the signature: 72 bits, enough for something that only picks a page.
SIGNATURE = 12


def payload_of(key: bytes, *, topic: str = "", locale: Locale | None = None) -> str:
    """`topic_locale_signature`; an empty topic is the welcome, no locale lets the phone decide."""
    body = f"{topic}_{locale or ''}"
    return f"{body}_{_signature(key, body)}"


def poster_in(payload: str, key: bytes, *, locales: Collection[Locale]) -> Poster | None:
    """What a payload says; None when we did not sign it."""
    # By length: a signature may itself hold the separator.
    body, signature = payload[: -SIGNATURE - 1], payload[-SIGNATURE:]
    topic, separator, locale = body.partition("_")
    if not separator or not hmac.compare_digest(signature.encode(), _signature(key, body).encode()):
        return None
    known = Locale(locale) if locale in locales else None
    return Poster(topic=topic or None, locale=known)


def _signature(key: bytes, body: str) -> str:
    digest = hmac.new(key, b"poster:" + body.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest)[:SIGNATURE].decode()
