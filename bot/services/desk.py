"""Everything a use case may reach for, put together once by `bot.bootstrap`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.config import Settings
from bot.conversation.guide import Guide
from bot.core.heard import Heard
from bot.core.ids import ChatId, Locale, TeamName, Token
from bot.core.messages import Block, Button, ServiceCards
from bot.core.phrases import Phrase
from bot.core.understanding import Danger, Understanding
from bot.i18n.catalogues import Catalogues
from bot.i18n.text import Text
from bot.ports import Clock, Hours, Messenger, Nlu, OutboxRow, Store
from bot.services.memory import Memory

TEAM_LOCALE = Locale("fr")


class Outgoing(Protocol):
    """The sender, as the other services see it."""

    def offer(self, rows: Sequence[OutboxRow]) -> None:
        """Rows that were just committed: send them as soon as the pace allows."""


class Cards(Protocol):
    """The directory, as blocks of a message."""

    def blocks(self, cards: ServiceCards, locale: Locale, now: datetime) -> Sequence[Block | Text]:
        """The cards in place of the block, nearest or first named first."""

    def details(self, cards: ServiceCards, label: Phrase, now: datetime) -> tuple[tuple[Button, ...], ...]:
        """A row with a button for the whole card of each service that `blocks` shows short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """What a verified poster code says."""

    topic: str | None
    locale: Locale | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """One team of advisers as it runs now."""

    name: TeamName
    title: str
    #: The forum group; None: this team works from the console only.
    chat: ChatId | None
    #: The conversation itself runs in the topic; false: only a code and a subject are told there (decision 11).
    relays: bool
    #: OSM opening_hours.
    hours: str
    queues: tuple[str, ...]
    #: What its advisers read.
    locale: Locale = TEAM_LOCALE


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The ports, the data and the settings, for the use cases."""

    store: Store
    messenger: Messenger
    outgoing: Outgoing
    nlu: Nlu
    clock: Clock
    settings: Settings
    #: The flows, words and languages of this moment; changes when flows are edited.
    guide: Callable[[], Guide]
    catalogues: Catalogues
    cards: Callable[[], Cards]
    hours: Hours
    teams: Mapping[TeamName, Team]
    #: Reads a stored payload.
    read: Callable[[bytes], Heard]
    #: Words of danger in any language (decision 4).
    danger: Callable[[str], Danger | None]
    #: Exact keywords, when the NLU is away.
    keywords: Callable[[str, Locale], Understanding | None]
    #: The language of a text of three words or more, when it is sure.
    language_of: Callable[[str], Locale | None]
    #: The offered language nearest to what a phone says.
    nearest_locale: Callable[[str], Locale]
    #: Verifies a poster code; None when it is not one of ours.
    poster: Callable[[str], Poster | None]
    new_token: Callable[[], Token]
    new_id: Callable[[], str]
    memory: Memory = field(default_factory=Memory)
