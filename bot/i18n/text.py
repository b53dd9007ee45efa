"""A finished piece of text in one language."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.ids import Locale


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A piece of text in one language, with what its reader should be told about it."""

    text: str
    #: Bold spans as (offset, length) in UTF-16 units, as Telegram counts.
    bold: tuple[tuple[int, int], ...] = ()
    #: The languages its sentences are really in, after fallbacks.
    locales: frozenset[Locale] = frozenset()
    #: One of its sentences is a draft that no person has read.
    unreviewed: bool = False
