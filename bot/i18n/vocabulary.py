"""The words that the guichet itself uses in a language: nobody can be known by them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator

from bot.core.ids import Locale
from bot.core.phrases import Phrase
from bot.i18n.catalogues import Catalogues
from bot.i18n.choices import Fold
from bot.i18n.languages import SOURCE

#: What joins the parts of a word: «l'école», «rendez-vous», «oui/non», and the bars between words that people type.
_JOINTS = re.compile(r"[\s'’ʼ\-/|]+")


class Vocabulary:
    """The words of the flows, the directory and the catalogues, of each language when it is first asked for.

    A sentence that is edited while the guichet runs adds its words at the next start.
    """

    def __init__(self, catalogues: Catalogues, sentences: Callable[[], Iterable[Phrase]], fold: Fold) -> None:
        """`sentences` are the French ones; `fold` gives one spelling to the ways of typing a word."""
        self._catalogues = catalogues
        self._sentences = sentences
        self._fold = fold
        self._words: dict[Locale, frozenset[str]] = {}

    def knows(self, word: str, locale: Locale) -> bool:
        """Whether each part of the word is one of the guichet's, in this language or in those it falls back to."""
        chain = self._catalogues.languages.chain(locale)
        return all(any(self._fold(part) in self._of(one) for one in chain) for part in _parts(word))

    def _of(self, locale: Locale) -> frozenset[str]:
        known = self._words.get(locale)
        if known is None:
            # Written small: what always has a capital is a name, of a street or a service at best.
            parts = {part for text in self._texts(locale) for part in _parts(text) if part == part.lower()}
            known = self._words[locale] = frozenset(self._fold(part) for part in parts)
        return known

    def _texts(self, locale: Locale) -> Iterator[str]:
        if locale == SOURCE:
            for phrase in self._sentences():
                yield phrase.text
                yield phrase.plural or ""
            return
        catalogue = self._catalogues.of(locale)
        yield from catalogue.texts.values()
        for forms in catalogue.plurals.values():
            yield from forms


def _parts(text: str) -> list[str]:
    """The words of a text without what stands around them."""
    return [part for piece in _JOINTS.split(text) if (part := _bare(piece))]


def _bare(piece: str) -> str:
    begin, end = 0, len(piece)
    while begin < end and unicodedata.category(piece[begin])[0] in "PSCZ":
        begin += 1
    while begin < end and unicodedata.category(piece[end - 1])[0] in "PSCZ":
        end -= 1
    return piece[begin:end]
