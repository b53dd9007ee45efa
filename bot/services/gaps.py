"""Utterances that were not understood, kept without author or time and with everything personal masked."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.core.ids import Locale
from bot.ports import Gap
from bot.services.parts import Parts

#: More words than this are a story, not a question: nothing of it is kept.
WORDS = 12
#: Characters of a word; a longer one is no word of the guichet, whatever it is folded to.
WORD_LENGTH = 40
MASK = "#"

_LINK = re.compile(r"https?://|www\.|@", re.IGNORECASE)
# From the start of a word on, so that a text without end is looked at once and not once from each of its letters.
_NUMBER = re.compile(r"\b[^\W\d]*\d[\w.\-/]*")


def noted(text: str, locale: Locale, knows: Callable[[str, Locale], bool]) -> Parts:
    """The words of a short utterance that the guichet uses itself; nothing of a long one, or where none is left.

    Any other word may be a name, also in small letters, and nothing could find it again when its author is erased.
    """
    if len(text.split(maxsplit=WORDS)) > WORDS:
        return Parts()
    words = [word if len(word) <= WORD_LENGTH and knows(word, locale) else MASK for word in masked(text).split()]
    if all(word.strip("#.,;:!?") == "" for word in words):
        return Parts()
    return Parts(gaps=(Gap(locale=locale, words=" ".join(words)),))


def masked(text: str) -> str:
    """The words without links, addresses and numbers; capitalised words inside a sentence may be names: masked too."""
    plain = [MASK if _LINK.search(word) else _NUMBER.sub(MASK, word) for word in text.split()]
    kept = [word if at == 0 or not word[:1].isupper() else MASK for at, word in enumerate(plain)]
    return " ".join(kept).casefold()
