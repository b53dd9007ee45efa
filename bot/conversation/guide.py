"""All that a turn may look things up in: immutable for the time of the turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Protocol

from bot.core.ids import FlowId, Locale
from bot.core.messages import Command
from bot.core.phrases import Phrase
from bot.core.spans import Span
from bot.core.understanding import FLOW
from bot.flow.graph import FlowBook


class Words(Protocol):
    """What short answers mean in each language. Pure: the same words always mean the same."""

    def command(self, text: str, locale: Locale, *, from_elsewhere: bool = True) -> Command | None:
        """A slash command or a whole utterance that is a command word, such as `menu` or `رجوع`; unless told otherwise
        also one of other languages than the person's, French and English."""

    def command_nearly(self, text: str, locale: Locale) -> Command | None:
        """A command word with a slip of the finger in it, for what means nothing else."""

    def yes_no(self, text: str, locale: Locale) -> bool | None: ...

    def number(self, text: str, locale: Locale | None = None) -> int | None:
        """Digits of any script, or a spelled small number."""

    def date(self, text: str, locale: Locale, today: date) -> date | None: ...

    def time(self, text: str, locale: Locale) -> time | None:
        """An hour of the day in figures or words, in the person's language, in French or in English."""

    def speaks_of_hour(self, text: str, locale: Locale) -> bool:
        """Whether it tells an hour, also one that `time` is not sure of."""

    def speaks_from_sunrise(self, text: str, locale: Locale) -> bool:
        """Whether it tells an hour as a language does that counts from sunrise."""

    def language(self, text: str, locale: Locale) -> Locale | None:
        """The language that is named, in whichever language."""

    def choice(
        self, text: str, labels: Sequence[Sequence[Phrase]], locale: Locale, spans: Sequence[Span | None] = ()
    ) -> int | None:
        """Index of the choice meant: by its number from 1, its label or one of its other words; where choices are
        quantities (`spans`, one for each choice), a number is what falls into one of them."""

    def label(self, text: str, labels: Sequence[Sequence[Phrase]], locale: Locale) -> int | None:
        """Index of the choice that the whole text names: nothing is guessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedLanguage:
    """A language that can be picked, by its own name."""

    locale: Locale
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Settings `nlu.sure_from` and `nlu.offer_from`: confidence, 0–1."""

    #: From here on the bot goes to the flow.
    sure_from: float = 0.55
    #: From here on it offers at most three choices.
    offer_from: float = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """The book of flows, the words, the languages and the thresholds of this moment."""

    book: FlowBook
    words: Words
    languages: tuple[OfferedLanguage, ...]
    thresholds: Thresholds = Thresholds()

    def flow_of(self, intent: str) -> FlowId | None:
        """The flow that answers an intent, or that is named by itself."""
        named = FlowId(intent.removeprefix(FLOW)) if intent.startswith(FLOW) else self.book.by_intent.get(intent)
        return named if named in self.book.flows else None

    def danger_flow(self, intent: str) -> FlowId | None:
        """The same, when it is a safety flow."""
        flow = self.flow_of(intent)
        return flow if flow is not None and self.book.flows[flow].safety else None
