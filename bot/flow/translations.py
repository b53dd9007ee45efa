"""Whether translations say the same things as the French: placeholders, bold, buttons told apart, keywords."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.core.ids import FlowId, Locale
from bot.core.messages import LABEL_LIMIT
from bot.flow.draft import Draft, Role, Sentence
from bot.flow.issues import Issue, issue
from bot.flow.sentences import placeholders

#: Between several translations of one keyword or word.
BETWEEN_WORDS = "|"
#: Translations run longer than French; a button is cut by phones, not by Telegram.
TRANSLATED_LABEL_LIMIT = LABEL_LIMIT + 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """One entry of a PO file that may be shown: not empty, not fuzzy."""

    locale: Locale
    #: `msgctxt` and `msgid`.
    key: str
    source: str
    #: One text, or every plural form.
    texts: tuple[str, ...]
    path: str
    line: int


def check_translations(drafts: Mapping[FlowId, Draft], translations: Iterable[Translation]) -> Iterator[Issue]:
    """Issues of translations of sentences that the flows really say; the others are not shown and not judged."""
    said = {(one.phrase.key, one.phrase.text): (draft, one) for draft in drafts.values() for one in draft.sentences}
    labels: dict[tuple[Locale, FlowId, str, str], int] = {}
    keywords: dict[tuple[Locale, str], FlowId] = {}
    for translation in translations:
        draft, sentence = said.get((translation.key, translation.source), (None, None))
        if draft is None or sentence is None:
            continue
        yield from _placeholders(translation, sentence)
        if sentence.role is Role.LABEL:
            yield from _label(translation, draft, sentence, labels)
        if sentence.role is Role.KEYWORD:
            yield from _keyword(translation, draft, keywords)


def _placeholders(translation: Translation, sentence: Sentence) -> Iterator[Issue]:
    path, line, locale = translation.path, translation.line, translation.locale
    phrase = sentence.phrase
    wanted = placeholders(phrase.text) | (placeholders(phrase.plural) if phrase.plural else frozenset())
    # A form for one or two may leave the count out; the last form, of any number, may not.
    needed = placeholders(phrase.plural or phrase.text)
    for name in sorted(needed - placeholders(translation.texts[-1])):
        yield issue(path, line, "lost-placeholder", locale=locale, name=name)
    found = frozenset().union(*map(placeholders, translation.texts))
    for name in sorted(found - wanted):
        yield issue(path, line, "added-placeholder", locale=locale, name=name)
    bold = phrase.text.count("**")
    if any(text.count("**") != bold for text in translation.texts) and phrase.plural is None:
        yield issue(path, line, "translated-markup", locale=locale)


def _label(
    translation: Translation, draft: Draft, sentence: Sentence, labels: dict[tuple[Locale, FlowId, str, str], int]
) -> Iterator[Issue]:
    text, locale = translation.texts[0], translation.locale
    mark = (locale, draft.id, str(sentence.step), text.casefold())
    if labels.setdefault(mark, translation.line) != translation.line:
        yield issue(translation.path, translation.line, "label-collision", locale=locale, label=text)
    if len(text) > TRANSLATED_LABEL_LIMIT:
        yield issue(
            translation.path,
            translation.line,
            "translated-label-too-long",
            locale=locale,
            length=len(text),
            limit=TRANSLATED_LABEL_LIMIT,
        )


def _keyword(translation: Translation, draft: Draft, keywords: dict[tuple[Locale, str], FlowId]) -> Iterator[Issue]:
    for word in (one.strip() for one in translation.texts[0].split(BETWEEN_WORDS)):
        other = keywords.setdefault((translation.locale, word.casefold()), draft.id)
        if other != draft.id:
            yield issue(
                translation.path,
                translation.line,
                "translated-keyword-clash",
                locale=translation.locale,
                name=word,
                other=other,
            )
