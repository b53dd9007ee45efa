"""Utterances that were not understood, kept without author or time and with everything personal masked."""

from __future__ import annotations

import re

from bot.core.ids import Locale
from bot.ports import Gap
from bot.services.parts import Parts

#: More words than this are a story, not a question: nothing of it is kept.
WORDS = 12

_LINK = re.compile(r"\S*(?:https?://|www\.|@)\S*")
_NUMBER = re.compile(r"\w*\d[\w.\-/]*")


def noted(text: str, locale: Locale) -> Parts:
    """The masked words of a short utterance; nothing of a long one."""
    words = masked(text).split()
    if not words or len(words) > WORDS:
        return Parts()
    return Parts(gaps=(Gap(locale=locale, words=" ".join(words)),))


def masked(text: str) -> str:
    """The words without links, addresses and numbers; capitalised words inside a sentence may be names: masked too."""
    plain = _NUMBER.sub("#", _LINK.sub("#", text))
    words = plain.split()
    kept = [word if at == 0 or not word[:1].isupper() else "#" for at, word in enumerate(words)]
    return " ".join(kept).casefold()
