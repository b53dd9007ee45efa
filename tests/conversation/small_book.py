"""A small guichet for these tests: the flows beside this file, system phrases that are called what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from bot.conversation.guide import Guide, OfferedLanguage
from bot.conversation.system import PHRASES
from bot.core.ids import Locale
from bot.core.messages import Block, Button, ServiceCards
from bot.core.phrases import Phrase
from bot.core.understanding import Danger
from bot.data import Data
from bot.flow.book import load
from bot.flow.graph import FlowBook
from bot.flow.known import Known
from bot.i18n.render import Text
from bot.services.rehearsal import Rehearsal, Stage

FLOWS = Path(__file__).parent / "flows"
NOW = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
LANGUAGES = (
    OfferedLanguage(locale=Locale("fr"), name="Français"),
    OfferedLanguage(locale=Locale("en"), name="English"),
    OfferedLanguage(locale=Locale("ar"), name="العربية"),
)
COMMANDS = {"talk_to_human", "change_language", "privacy_forget"}
INTENTS = {"room", "part", "secret", "words", "emergency", "violence", *COMMANDS}


def small_book(folder: Path = FLOWS) -> FlowBook:
    """The flows of this folder. They have no issues but missing reviews and sources."""
    known = Known(intents=INTENTS, services={"shelter"}, facts=(), queues={"accueil"}, today=date(2026, 3, 14))
    loaded = load(folder, known)
    assert [one for one in loaded.issues if one.is_critical] == []
    names = {
        name: Phrase(key=f"system/{name}", text=" ".join([name, *(f"{{{place}}}" for place in sorted(places))]))
        for name, places in PHRASES.items()
    }
    return replace(loaded.book, system=names, facts={"session_days": 30})


class Shelters:
    """A directory of one service."""

    def blocks(self, cards: ServiceCards, locale: Locale, now: datetime) -> Sequence[Block | Text]:
        return [Text(text=f"card of {', '.join(cards.ids) or 'the nearest'}{' in full' if cards.whole else ''}")]

    def details(self, cards: ServiceCards, label: Phrase, now: datetime) -> tuple[tuple[Button, ...], ...]:
        return ()

    def maps(self, cards: ServiceCards, label: Phrase, now: datetime) -> tuple[tuple[Button, ...], ...]:
        return ()

    def numbers(self, cards: ServiceCards, now: datetime) -> tuple[str, ...]:
        return ()


def small_stage(data: Data, book: FlowBook | None = None) -> Stage:
    """A stage over the small book; words and languages are the real ones, danger is the word DANGER."""
    guide = Guide(book=book or small_book(), words=data.words, languages=LANGUAGES)
    cards = Shelters()
    return Stage(
        guide=lambda: guide,
        catalogues=data.catalogues,
        cards=lambda: cards,
        danger=lambda text: Danger(intent="emergency", locale="fr", phrase="danger") if "DANGER" in text else None,
        keywords=lambda text, locale, language: None,
    )


def somebody(stage: Stage) -> Rehearsal:
    """A person who knows the guichet and speaks French."""
    return Rehearsal.begin(stage, Locale("fr"), NOW)
