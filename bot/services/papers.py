"""What a person takes away: finished words for the printer, and the file as a delivery.

A paper that cannot be drawn is no reason to say nothing: the card's words come as a message, for the others an apology.
"""

from __future__ import annotations

import logging
from datetime import datetime

from bot.core.effects import Chapter, MakeBooklet, MakeCard, MakeSteps
from bot.core.ids import Locale
from bot.core.local_time import local_day
from bot.core.messages import Items, Message, Rendered
from bot.core.papers import (
    Booklet,
    BookletEntry,
    BookletLine,
    BookletPart,
    CounterCard,
    Pair,
    Paper,
    StageRow,
    StepsPicture,
)
from bot.core.phrases import Phrase, Verbatim
from bot.core.session import Session
from bot.errors import PaperError
from bot.i18n.languages import SOURCE
from bot.i18n.render import render_phrase
from bot.ports import Delivery, Verb
from bot.services.desk import Desk
from bot.services.parts import Parts

log = logging.getLogger(__name__)

#: Entries of a booklet: about sixteen small pages and well under 300 kB.
MOST_ENTRIES = 40


async def card(desk: Desk, session: Session, effect: MakeCard) -> Parts:
    """A picture for a counter. Its French comes from the flow or the directory itself, never from a translation."""
    book, locale = desk.guide().book, session.locale
    line, bring = effect.line, effect.bring
    if effect.service is not None:
        found = desk.cards().counter(effect.service)
        if found is None:
            return Parts(messages=(Message(blocks=(book.phrase("button_expired"),)),))
        name, bring = found
        line = book.phrase("card_service").having(name=Verbatim(text=name))
    assert line is not None
    made = CounterCard(
        heading=_text(desk, book.phrase("card_heading"), SOURCE),
        line=_pair(desk, line, locale),
        bring_title=_pair(desk, book.phrase("card_bring"), locale),
        bring=tuple(_pair(desk, paper, locale) for paper in bring),
        speaks=Pair(french="") if locale == SOURCE else _pair(desk, book.phrase("card_speaks"), locale),
    )
    delivery = await _file(desk, session, made, "guichet.png", "card_caption", volatile=effect.volatile)
    if delivery is not None:
        return Parts(deliveries=(delivery,))
    words = [_verbatim(text) for text in (made.line.french, made.line.own) if text]
    papers = tuple(_verbatim(f"{pair.french} · {pair.own}" if pair.own else pair.french) for pair in made.bring)
    return Parts(messages=(Message(blocks=(*words, Items(items=papers)), volatile=effect.volatile),))


async def steps(desk: Desk, session: Session, effect: MakeSteps) -> Parts:
    """The way as a picture, ahead of the words."""
    book, locale = desk.guide().book, session.locale
    progress = ""
    if effect.progress is not None:
        finished, total = effect.progress
        progress = _text(desk, book.phrase("roadmap_progress").having(count=finished, total=total), locale)
    made = StepsPicture(
        title=_text(desk, book.phrase("roadmap_title"), locale),
        stages=tuple(
            StageRow(
                title=_text(desk, stage.title, locale),
                state=stage.state,
                steps=tuple((_text(desk, title, locale), done) for title, done in stage.steps),
            )
            for stage in effect.stages
        ),
        progress=progress,
    )
    delivery = await _file(desk, session, made, "parcours.png", "roadmap_caption", volatile=effect.volatile)
    return Parts() if delivery is None else Parts(pictures=(delivery,))


async def booklet(desk: Desk, session: Session, effect: MakeBooklet, now: datetime) -> Parts:
    """The pocket booklet as a PDF."""
    book, locale = desk.guide().book, session.locale
    seen: set[BookletEntry] = set()
    parts = tuple(part for chapter in effect.chapters if (part := _part(desk, chapter, locale, now, seen)) is not None)
    made = Booklet(
        title=_text(desk, book.phrase("booklet_title"), locale),
        intro=_text(desk, book.phrase("booklet_intro"), locale),
        parts=parts,
        made_on=_text(desk, book.phrase("booklet_made_on").having(date=local_day(now)), locale),
    )
    delivery = await _file(desk, session, made, "carnet.pdf", "booklet_caption", volatile=effect.volatile)
    if delivery is None:
        return Parts(messages=(Message(blocks=(book.phrase("apology"),)),))
    return Parts(deliveries=(delivery,))


def _part(desk: Desk, chapter: Chapter, locale: Locale, now: datetime, seen: set[BookletEntry]) -> BookletPart | None:
    """One chapter, without the entries that an earlier one has; None when nothing is left of it."""
    entries: list[BookletEntry] = []
    for wanted in chapter.services:
        entries += desk.cards().pages(wanted, locale, now)
    title = _text(desk, desk.guide().book.phrase("booklet_list"), locale)
    for items in chapter.lists:
        lines = tuple(BookletLine(text=_text(desk, item, locale)) for item in items)
        entries.append(BookletEntry(title=title, lines=lines, is_list=True))
    fresh = [entry for entry in dict.fromkeys(entries) if entry not in seen][: MOST_ENTRIES - len(seen)]
    seen.update(fresh)
    return BookletPart(title=_text(desk, chapter.title, locale), entries=tuple(fresh)) if fresh else None


async def _file(
    desk: Desk, session: Session, paper: Paper, name: str, caption: str, *, volatile: bool
) -> Delivery | None:
    """The paper as a delivery; None when it could not be drawn."""
    try:
        body = await desk.papers.make(paper)
    except PaperError as exc:
        log.error("paper.not_made kind=%s reason=%s", type(paper).__name__, exc)
        return None
    return Delivery(
        verb=Verb.SEND_FILE,
        newcomer=session.newcomer,
        rendered=Rendered(text=_text(desk, desk.guide().book.phrase(caption), session.locale)),
        file_name=name,
        file_bytes=body,
        is_photo=name.endswith(".png"),
        volatile=volatile,
    )


def _pair(desk: Desk, phrase: Phrase, locale: Locale) -> Pair:
    """The sentence in French and, where the catalogue has it, in the reader's language; each names that language."""
    languages = desk.catalogues.languages
    french = _text(desk, phrase.having(language=Verbatim(text=languages[locale].french)), SOURCE)
    if locale == SOURCE:
        return Pair(french=french)
    own = render_phrase(phrase.having(language=Verbatim(text=languages[locale].name)), locale, desk.catalogues)
    return Pair(french=french, own="" if SOURCE in own.locales else own.text)


def _text(desk: Desk, phrase: Phrase, locale: Locale) -> str:
    return render_phrase(phrase, locale, desk.catalogues).text


def _verbatim(text: str) -> Phrase:
    return Phrase(key="", text="{text}", values={"text": Verbatim(text=text)})
