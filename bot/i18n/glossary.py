"""Belgian words that stay French in every language, each with one plain line of explanation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.core.ids import Locale
from bot.core.phrases import Phrase
from bot.i18n.sources import read_mapping, texts_at, wrong_at

_KEYS = frozenset({"means", "also", "official"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One word of `locales/glossary.yml`."""

    word: str
    #: One line in plain French; translated under the context `glossary/<word>`.
    means: Phrase
    #: Other French forms: plurals, feminines, long names.
    also: tuple[str, ...] = ()
    #: What another official language of Belgium calls it on its own papers: accepted in that language.
    official: Mapping[Locale, str]

    def stands_in(self, text: str) -> bool:
        """Whether the word or one of its forms is in a text."""
        return any(_stands(form, text) for form in (self.word, *self.also))

    def is_kept(self, translation: str, locale: Locale) -> bool:
        """Whether a translation still has the word, or its official name in this language."""
        official = self.official.get(locale)
        return self.stands_in(translation) or (official is not None and official.casefold() in translation.casefold())


@dataclass(frozen=True, slots=True)
class Glossary:
    """All terms, in file order."""

    terms: tuple[Term, ...]

    @classmethod
    def load(cls, path: Path) -> Glossary:
        """Read `glossary.yml`. Raises LocaleFileError."""
        return cls(tuple(_term(word, fields, path) for word, fields in read_mapping(path).items()))

    def __iter__(self) -> Iterator[Term]:
        return iter(self.terms)

    def within(self, text: str) -> tuple[Term, ...]:
        """The terms that stand in a text: what a reader may want explained."""
        return tuple(term for term in self.terms if term.stands_in(text))


def _stands(form: str, text: str) -> bool:
    # An acronym keeps its capitals, so that « ONE » is not « one »; a plain word may begin a sentence. The letters
    # around are looked at in Latin only: Arabic and Amharic write their own particles onto a French word.
    flags = re.IGNORECASE if form == form.lower() else re.NOFLAG
    return re.search(rf"(?<![A-Za-z0-9À-ɏ]){re.escape(form)}(?![A-Za-zÀ-ɏ])", text, flags) is not None


def _term(word: str, fields: object, path: Path) -> Term:
    if isinstance(fields, str):
        fields = {"means": fields}
    if not isinstance(fields, dict) or not isinstance(fields.get("means"), str):
        raise wrong_at(
            path,
            word,
            f'"{word}" needs one line that says what it means',
            f"« {word} » attend une ligne qui dit ce que c'est (« means »).",
        )
    if unknown := sorted(fields.keys() - _KEYS):
        known = ", ".join(sorted(_KEYS))
        raise wrong_at(
            path,
            word,
            f'"{word}" has an unknown key "{unknown[0]}"; known: {known}',
            f"« {word} » a une clé inconnue, « {unknown[0]} ». Il y a : {known}.",
        )
    official = fields.get("official", {})
    if not isinstance(official, dict) or not all(isinstance(name, str) for name in official.values()):
        raise wrong_at(
            path,
            word,
            f'"{word}": "official" maps a language to its name, such as {{nl: OCMW}}',
            f"« official » de « {word} » attend une langue et le nom qu'elle lui donne, comme {{nl: OCMW}}.",
        )
    return Term(
        word=word,
        means=Phrase(key=f"glossary/{word}", text=fields["means"]),
        also=texts_at(fields, "also", path, under=word),
        official={Locale(tag): name for tag, name in official.items()},
    )
