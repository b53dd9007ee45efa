"""A phrase: a sentence to translate plus its values. Nothing here is a translation; `bot.i18n` renders it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Verbatim:
    """Text shown as it is, in its own direction: a phone number, a link, a code name, a person's own words."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageName:
    """A language of the guichet, called as its reader calls it: `anglais` for `en` in French."""

    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One sentence of flows/ in French, on its way to a reader.

    `key` is the gettext context (`msgctxt`), such as `besoins.sleep_tonight/women.say` or `system/not_understood`;
    `text` the French source (`msgid`) with `{named}` placeholders. With `plural`, the value `count` picks the form.
    """

    key: str
    text: str
    plural: str | None = None
    values: Mapping[str, Value] = field(default_factory=dict)

    def having(self, **values: Value) -> Phrase:
        """The same sentence with these values added."""
        return replace(self, values={**self.values, **values})


#: What may stand in a placeholder. Dates are aware instants or plain dates, formatted for the reader's locale;
#: text is isolated for right-to-left scripts; a phrase is rendered first.
Value: TypeAlias = str | int | date | datetime | time | timedelta | Phrase | Verbatim | LanguageName
