"""Exact keywords: what the guichet understands by itself while the NLU is away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.core.ids import Locale
from bot.core.phrases import Phrase
from bot.core.understanding import FLOW, Understanding
from bot.flow.graph import FlowBook
from bot.i18n.languages import SOURCE

#: The whole utterance is a keyword.
WHOLE = 1.0
#: A keyword stands among other words, and only one flow's does.
WITHIN = 0.7
#: Keywords of several flows: offered, not guessed.
SEVERAL = 0.4


@dataclass(slots=True)
class _Index:
    book: FlowBook
    edition: int
    whole: dict[str, str]
    #: Keywords longest first, each as ` word word `.
    within: list[tuple[str, str]]


class Keywords:
    """Looks utterances up among the titles and keywords of all flows, in the person's language and in French."""

    def __init__(
        self,
        book: Callable[[], FlowBook],
        *,
        text_of: Callable[[Phrase, Locale], str],
        fold: Callable[[str], str],
        by_heart: Callable[[str, Locale], str | None],
        edition: Callable[[], int] = lambda: 0,
    ) -> None:
        """`by_heart`: the intent of a whole utterance that no flow needs to bear, such as a greeting.

        `edition` is another number whenever a translation changed.
        """
        self._by_heart = by_heart
        self._book = book
        self._text_of = text_of
        self._fold = fold
        self._edition = edition
        self._indexes: dict[Locale, _Index] = {}

    def understand(self, text: str, locale: Locale, language: Locale | None = None) -> Understanding | None:
        """The intent whose flow bears these words, or that they are known for; None when nothing is.

        They are looked up in the person's language, in the one they are written in, if that is known, and in French.
        """
        said = _words(self._fold(text))
        if not said.strip():
            return None
        found: list[str] = []
        for tongue in dict.fromkeys((locale, language or locale, SOURCE)):
            index = self._index(tongue)
            if intent := index.whole.get(said):
                return Understanding(intent=intent, confidence=WHOLE, ranking=((intent, WHOLE),))
            found += [intent for keyword, intent in index.within if keyword in said]
        if intent := self._by_heart(text, language or locale):
            return Understanding(intent=intent, confidence=WHOLE, ranking=((intent, WHOLE),))
        intents = list(dict.fromkeys(found))
        if not intents:
            return None
        confidence = WITHIN if len(intents) == 1 else SEVERAL
        return Understanding(
            intent=intents[0], confidence=confidence, ranking=tuple((intent, confidence) for intent in intents[:3])
        )

    def _index(self, locale: Locale) -> _Index:
        book, edition = self._book(), self._edition()
        index = self._indexes.get(locale)
        if index is None or index.book is not book or index.edition != edition:
            index = self._indexes[locale] = self._made(book, edition, locale)
        return index

    def _made(self, book: FlowBook, edition: int, locale: Locale) -> _Index:
        whole: dict[str, str] = {}
        for flow in book.flows.values():
            if flow.id.startswith("_system.") and not flow.intents:
                continue
            intent = flow.intents[0] if flow.intents else f"{FLOW}{flow.id}"
            for phrase in (flow.title, *flow.keywords):
                # A translator may give several words for one of ours.
                for word in self._text_of(phrase, locale).split("|"):
                    key = _words(self._fold(word))
                    if key.strip():
                        whole.setdefault(key, intent)
        within = sorted(whole.items(), key=lambda entry: -len(entry[0]))
        return _Index(book=book, edition=edition, whole=whole, within=within)


def _words(folded: str) -> str:
    """Words between single spaces, with a space on either side, so that only whole words match."""
    kept = "".join(char if char.isalnum() or char in "'’" else " " for char in folded)
    return f" {' '.join(kept.split())} "
