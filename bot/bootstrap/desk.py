"""The desk: every port that a use case may reach for, filled with the adapter that serves it here."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from bot.channel.outline import outline
from bot.config import Environment, Settings, TeamSettings, TelegramSettings
from bot.conversation.guide import Guide
from bot.core.heard import Heard
from bot.core.ids import ChatId, Locale, TeamName, Token
from bot.data import Data
from bot.directory import hours as directory_hours
from bot.documents.printer import Printer
from bot.flow.graph import FlowBook
from bot.i18n.languages import SOURCE
from bot.nlu import language as nlu_language
from bot.ports import Clock, Hours, Messenger, Nlu, Store
from bot.services.desk import Desk, Outgoing, Poster, Team
from bot.services.memory import Memory
from bot.services.pacing import Pace
from bot.services.posters import poster_in


class _BelgianHours:
    """`Hours` over the directory's evaluation of OSM expressions."""

    def open_now(self, expression: str, at: datetime) -> bool:
        return directory_hours.open_now(expression, at)

    def next_opening(self, expression: str, at: datetime) -> datetime | None:
        return directory_hours.next_opening(expression, at)


def desk(
    data: Data,
    *,
    settings: Settings,
    environment: Environment,
    store: Store,
    messenger: Messenger,
    outgoing: Outgoing,
    nlu: Nlu,
    memory: Memory,
    clock: Clock,
    guide: Callable[[], Guide],
    book: Callable[[], FlowBook],
    read: Callable[[bytes], Heard],
    signing: bytes,
) -> Desk:
    """Put the desk together. `guide` and `book` follow the edits of flows; `signing` verifies poster codes."""
    keywords = data.keywords(book)
    cards = data.cards()
    languages = data.catalogues.languages

    def poster(payload: str) -> Poster | None:
        return poster_in(payload, signing, locales=[language.locale for language in languages])

    def nearest(tag: str) -> Locale:
        offered = {language.locale for language in guide().languages}
        found = languages.nearest(tag)
        return next((one for one in languages.chain(found) if one in offered), SOURCE) if found else SOURCE

    hours: Hours = _BelgianHours()
    return Desk(
        store=store,
        messenger=messenger,
        outgoing=outgoing,
        nlu=nlu,
        clock=clock,
        settings=settings,
        guide=guide,
        catalogues=data.catalogues,
        cards=lambda: cards,
        papers=Printer(),
        living=data.living,
        hours=hours,
        teams={TeamName(name): _team(name, one, environment) for name, one in settings.teams.items()},
        read=read,
        outline=outline,
        danger=data.danger,
        keywords=keywords.understand,
        knows=data.vocabulary(book).knows,
        language_of=nlu_language.language_of,
        nearest_locale=nearest,
        poster=poster,
        new_token=lambda: Token(secrets.token_urlsafe(16)),
        new_id=lambda: secrets.token_hex(12),
        memory=memory,
    )


def pace(settings: TelegramSettings) -> Pace:
    """How fast Telegram may be written to, as the settings say."""
    return Pace(
        chat_per_s=settings.chat_per_s,
        chat_burst=settings.chat_burst,
        group_per_min=settings.group_per_min,
        global_per_s=settings.global_per_s,
    )


def _team(name: str, settings: TeamSettings, environment: Environment) -> Team:
    chat = environment.team_chats.get(name)
    return Team(
        name=TeamName(name),
        title=settings.title or name,
        chat=None if chat is None else ChatId(chat),
        relays=settings.relay == "full",
        hours=settings.hours,
        queues=settings.queues,
    )
