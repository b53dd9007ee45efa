"""Everything a use case may reach for, put together once by `bot.bootstrap`."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.config import Settings
from bot.conversation.guide import Guide
from bot.core.heard import Heard
from bot.core.ids import ChatId, Locale, NewcomerId, ServiceId, TeamName, Token
from bot.core.messages import Block, Button, ServiceCards
from bot.core.papers import BookletEntry
from bot.core.phrases import Phrase
from bot.core.understanding import Danger, Understanding
from bot.directory.living import Living
from bot.i18n.catalogues import Catalogues
from bot.i18n.languages import SOURCE
from bot.i18n.text import Text
from bot.ports import ButtonRow, Clock, Hours, Messenger, Nlu, OutboxRow, Papers, Store
from bot.services.memory import Memory

TEAM_LOCALE = SOURCE


class Outgoing(Protocol):
    """The sender, as the other services see it."""

    def offer(self, rows: Sequence[OutboxRow]) -> None:
        """Rows that were just committed: send them as soon as the pace allows."""

    def is_late(self, newcomer: NewcomerId, *, by: int) -> bool:
        """Whether so many messages to this person, or more, have not left yet."""

    def look(self) -> None:
        """Rows were committed that nobody offers: read the store soon."""

    def moved(self, old: ChatId, new: ChatId) -> None:
        """A group has a new id: what is about to be sent goes there, before whatever is queued from now on."""

    def let_in(self, chat: ChatId) -> None:
        """A group gave back what the bot needs there: what waits for that is tried at once (B08)."""


class Cards(Protocol):
    """The directory, as blocks of a message."""

    def blocks(self, cards: ServiceCards, locale: Locale, now: datetime) -> Sequence[Block | Text]:
        """The cards in place of the block, nearest or first named first."""

    def details(self, cards: ServiceCards, label: Phrase, now: datetime) -> tuple[tuple[Button, ...], ...]:
        """A row with a button for the whole card of each service that `blocks` shows short."""

    def maps(self, cards: ServiceCards, label: Phrase, now: datetime) -> tuple[tuple[Button, ...], ...]:
        """A row with a link to a map for each service whose place may be known."""

    def numbers(self, cards: ServiceCards, now: datetime) -> tuple[str, ...]:
        """A number for each service that somebody can call now, as people read it aloud."""


class Shelf(Cards, Protocol):
    """The directory, as messages and papers show it."""

    def counter(self, service: ServiceId) -> tuple[str, tuple[Phrase, ...]] | None:
        """Its name, and the papers it asks for; None when it is gone."""

    def pages(self, cards: ServiceCards, locale: Locale, now: datetime) -> tuple[BookletEntry, ...]:
        """The same services as entries of a booklet: what stays true without network."""


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
    #: Ids the group had before: buttons of that time still come from there (B09).
    former_chats: frozenset[ChatId] = frozenset()
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
    cards: Callable[[], Shelf]
    papers: Papers
    #: Services and dated facts, as they are and as advisers confirmed them.
    living: Living
    hours: Hours
    #: As the settings say, but for groups that have moved since.
    teams: MutableMapping[TeamName, Team]
    #: Reads a stored payload.
    read: Callable[[bytes], Heard]
    #: What may be kept of a payload that nobody's key seals: its shape.
    outline: Callable[[bytes], bytes]
    #: Words of danger in any language (decision 4).
    danger: Callable[[str], Danger | None]
    #: Exact keywords, when the NLU is away: of the person's language, and of the one that the words are in.
    keywords: Callable[[str, Locale, Locale | None], Understanding | None]
    #: Whether a word is one that the guichet uses itself in this language.
    knows: Callable[[str, Locale], bool]
    #: The language of a text of three words or more, when it is sure.
    language_of: Callable[[str], Locale | None]
    #: The offered language nearest to what a phone says.
    nearest_locale: Callable[[str], Locale]
    #: Verifies a poster code; None when it is not one of ours.
    poster: Callable[[str], Poster | None]
    new_token: Callable[[], Token]
    new_id: Callable[[], str]
    memory: Memory = field(default_factory=Memory)

    async def button(self, token: Token) -> ButtonRow | None:
        """What a token means; None when it is unknown, forged or past its retention. Raises StoreError."""
        return self.memory.button(token) or await self.store.button(token)
