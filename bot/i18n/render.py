"""Phrases and messages to text in the reader's language: values, isolation, bold spans, all in one place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from bot.core.ids import Locale, Token
from bot.core.messages import (
    LABEL_LIMIT,
    THIRD_LIMIT,
    Action,
    Author,
    Block,
    Button,
    Items,
    Message,
    Open,
    Rendered,
    RenderedButton,
    ServiceCards,
)
from bot.core.phrases import LanguageName, Phrase, Value, Verbatim
from bot.i18n.bidi import RLM, after_icon, first_strong, isolated, settled, verbatim, without_controls, without_marks
from bot.i18n.catalogues import Catalogues
from bot.i18n.formats import date_text, duration_text, instant_text, name_for_reader, number_text, time_text
from bot.i18n.languages import Direction
from bot.i18n.places import PLACE
from bot.i18n.text import Text

#: Between the paragraphs of a message.
PARAGRAPHS = "\n\n"

#: Shown before what did not come from the reviewed catalogue (product.md, "Honest content").
MARKS = {Author.BOT: "", Author.ADVISER: "👤"}

#: Stands for `**` while values are put in, so that a person's own asterisks stay asterisks (private use area).
_BOLD = "\ue000"
#: What a placeholder shows when its value is missing, and a label where it was cut: a gap one sees, never an error.
_GAP = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A rendered message, and what the caller needs for its notes to the reader."""

    rendered: Rendered
    locales: frozenset[Locale]
    unreviewed: bool


#: Cards of the directory for one place in a message: blocks to render, or finished text.
Expand: TypeAlias = Callable[[ServiceCards, Locale], Sequence[Block | Text]]
#: Makes and remembers the token of a button.
TokenFor: TypeAlias = Callable[[Action], Token]


def render_phrase(phrase: Phrase, locale: Locale, catalogues: Catalogues) -> Text:
    """One phrase as text in the reader's language, its `**bold**` as spans."""
    if phrase.values or phrase.plural is not None:
        return _finish(_raw(phrase, locale, catalogues))
    # Labels and most sentences have no values: they are the same for everybody who reads this language.
    key = (phrase.key, phrase.text, locale)
    text = catalogues.settled.get(key)
    if text is None:
        text = catalogues.settled[key] = _finish(_raw(phrase, locale, catalogues))
    return text


def plain(phrase: Phrase, locale: Locale, catalogues: Catalogues) -> str:
    """One phrase as plain text: for labels and for comparing."""
    return render_phrase(phrase, locale, catalogues).text


def render(
    message: Message,
    locale: Locale,
    catalogues: Catalogues,
    *,
    expand: Expand,
    token_for: TokenFor,
) -> Shown:
    """A message in one language: blocks as paragraphs, buttons with their tokens, its maker's mark in front."""
    paragraphs: list[Text] = []
    for block in message.blocks:
        if isinstance(block, ServiceCards):
            paragraphs += [
                part if isinstance(part, Text) else _block(part, locale, catalogues) for part in expand(block, locale)
            ]
        else:
            paragraphs.append(_block(block, locale, catalogues))
    body = joined([part for part in paragraphs if part.text.strip()], PARAGRAPHS)
    if mark := MARKS[message.author]:
        turned = first_strong(body.text) is Direction.RIGHT_TO_LEFT
        body = joined([Text(text=f"{RLM}{mark}" if turned else mark), body], " ")
    labels: list[Text] = []
    rows = tuple(
        part
        for row in message.buttons
        for part in _fitting(tuple(_button(button, locale, catalogues, token_for, labels) for button in row))
    )
    return Shown(
        rendered=Rendered(text=body.text, buttons=rows, bold=body.bold),
        locales=body.locales.union(*(label.locales for label in labels)),
        unreviewed=body.unreviewed or any(label.unreviewed for label in labels),
    )


def joined(parts: Iterable[Text], between: str) -> Text:
    """Texts one after the other; bold spans move with them."""
    texts: list[str] = []
    bold: list[tuple[int, int]] = []
    offset = 0
    locales: frozenset[Locale] = frozenset()
    unreviewed = False
    for part in parts:
        if texts:
            offset += utf16(between)
        bold += [(offset + start, length) for start, length in part.bold]
        texts.append(part.text)
        offset += utf16(part.text)
        locales |= part.locales
        unreviewed = unreviewed or part.unreviewed
    return Text(text=between.join(texts), bold=tuple(bold), locales=locales, unreviewed=unreviewed)


def utf16(text: str) -> int:
    """Length in UTF-16 units, as Telegram counts offsets."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _block(block: Block, locale: Locale, catalogues: Catalogues) -> Text:
    match block:
        case Phrase():
            return render_phrase(block, locale, catalogues)
        case Items():
            lines = [_raw(item, locale, catalogues) for item in block.items]
            return joined([_finish(replace(line, text=f"{block.mark} {line.text}")) for line in lines], "\n")
        case ServiceCards():
            return Text(text="")


def _button(
    button: Button, locale: Locale, catalogues: Catalogues, token_for: TokenFor, labels: list[Text]
) -> RenderedButton:
    label = render_label(button.label, locale, catalogues)
    labels.append(label)
    text = after_icon(button.icon, label.text)
    if isinstance(button.action, Open):
        return RenderedButton(text=text, url=button.action.url)
    return RenderedButton(text=text, token=token_for(button.action))


def _fitting(row: tuple[RenderedButton, ...]) -> tuple[tuple[RenderedButton, ...], ...]:
    """A row of three with a word too long for a third of a phone's width goes into two rows: a label that is cut short
    says nothing to those who need it most."""
    if len(row) < 3 or max(len(without_marks(button.text)) for button in row) <= THIRD_LIMIT:
        return (row,)
    return (row[:2], *_fitting(row[2:]))


def render_label(label: Phrase, locale: Locale, catalogues: Catalogues) -> Text:
    """The words of a button. Its longest value gives way when they would be longer than phones show: what was written
    for the button stays."""
    whole = render_phrase(label, locale, catalogues)
    over = len(without_marks(whole.text)) - LABEL_LIMIT
    if over <= 0 or not label.values:
        return whole
    said = {name: _value_alone(value, locale, catalogues) for name, value in label.values.items()}
    longest = max(said, key=lambda name: len(said[name]))
    cut = _cut(said[longest], max(0, len(said[longest]) - over))
    return render_phrase(label.having(**{longest: Verbatim(text=cut)}), locale, catalogues)


def _value_alone(value: Value, locale: Locale, catalogues: Catalogues) -> str:
    return without_marks(plain(Phrase(key="", text="{value}", values={"value": value}), locale, catalogues))


def _cut(text: str, length: int) -> str:
    """The beginning of a text, to the end of a word where there is one, and a sign that it went on."""
    kept = text[: max(0, length - len(_GAP))]
    if not text[len(kept) :][:1].isspace() and " " in kept:
        kept = kept.rpartition(" ")[0]
    return kept.rstrip(" -–—,:;(/&") + _GAP


@dataclass(frozen=True, slots=True, kw_only=True)
class _Raw:
    """A sentence with its values in and its bold signs still inside."""

    text: str
    direction: Direction
    locales: frozenset[Locale]
    unreviewed: bool


def _raw(phrase: Phrase, locale: Locale, catalogues: Catalogues) -> _Raw:
    if not phrase.key and (alone := _alone(phrase)) is not None:
        direction = first_strong(alone) or catalogues.languages[locale].direction
        return _Raw(text=alone, direction=direction, locales=frozenset(), unreviewed=False)
    wording = catalogues.text_of(phrase, locale)
    # Without a key there is nothing to translate: signs around values are in no language, and read as the reader reads.
    direction = catalogues.languages[wording.locale if phrase.key else locale].direction
    locales = {wording.locale} if phrase.key else set()
    unreviewed = wording.unreviewed

    def value_at(found: re.Match[str]) -> str:
        nonlocal unreviewed
        value = phrase.values.get(found.group(1))
        if isinstance(value, Phrase):
            inner = _raw(value, locale, catalogues)
            locales.update(inner.locales)
            unreviewed = unreviewed or inner.unreviewed
            return inner.text if inner.direction is direction else isolated(inner.text, direction)
        return _GAP if value is None else _value(value, wording.locale, direction, catalogues)

    text = PLACE.sub(value_at, wording.text.replace("**", _BOLD))
    return _Raw(text=text, direction=direction, locales=frozenset(locales), unreviewed=unreviewed)


def _alone(phrase: Phrase) -> str | None:
    """The text of a phrase that is no sentence but one value (a name, a person's words): it has its own direction."""
    place = PLACE.fullmatch(phrase.text)
    match phrase.values.get(place.group(1)) if place else None:
        case Verbatim(text=text) | str(text):
            return without_controls(text.replace(_BOLD, ""))
        case _:
            return None


def _value(value: Value, locale: Locale, direction: Direction, catalogues: Catalogues) -> str:
    languages = catalogues.languages
    match value:
        case Verbatim():
            return verbatim(value.text.replace(_BOLD, ""), direction)
        case str():
            return isolated(value.replace(_BOLD, ""), direction)
        case LanguageName(tag=tag):
            return isolated(name_for_reader(tag, locale, languages), direction)
        case bool() | int():
            return number_text(int(value), locale, languages)
        case datetime():
            return instant_text(value, locale, languages)
        case date():
            return date_text(value, locale, languages)
        case time():
            return time_text(value, locale, languages)
        case timedelta():
            return duration_text(value, locale, languages)
        case Phrase():
            raise TypeError("a phrase inside a phrase is rendered before its values")


def _finish(raw: _Raw) -> Text:
    """Settle the directions, then take the bold signs out and count where they were."""
    pieces = settled(raw.text, raw.direction).split(_BOLD)
    bold: list[tuple[int, int]] = []
    offset = 0
    for place, piece in enumerate(pieces):
        length = utf16(piece)
        # An odd sign at the end opens nothing.
        if place % 2 and length and place < len(pieces) - 1:
            bold.append((offset, length))
        offset += length
    return Text(text="".join(pieces), bold=tuple(bold), locales=raw.locales, unreviewed=raw.unreviewed)
