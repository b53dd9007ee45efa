"""A phrase and a locale to a sentence: the catalogues of `locales/`, and the way back to French."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.core.ids import Locale
from bot.core.phrases import Phrase
from bot.errors import Told
from bot.i18n.compiled import read_compiled, write_compiled
from bot.i18n.languages import SOURCE, Language, Languages, Tier
from bot.i18n.plurals import chooser, header
from bot.i18n.pofile import PoEntry, read_po_file
from bot.i18n.tables import Catalogue, Stamp, catalogue_of, key_of, stamp_of
from bot.i18n.text import Text
from bot.i18n.told import LocaleFileError

_LOG = logging.getLogger(__name__)

#: Sentences that must all be there before a language is offered: the guichet's own, and those of danger.
_SAFETY = ("system/", "_system.", "urgence.")
#: Of the guichet's own, those that fall back to French without harm: a new entry of a sub-menu must not take a whole
#: language away from the people who speak it (decision 7).
_NOT_VITAL = ("_system.menu_", "_system.roadmap/", "_system.district/", "system/catalogue_")
#: Read by advisers, who work in French and English.
_FOR_ADVISERS = "system/adviser_"
#: Read by public services in Liège, who work in French.
_FOR_BUYERS = "system/catalogue_"
_ADVISERS_READ = (SOURCE, Locale("en"))
#: Words that people type: good to have, never shown.
_TYPED = ("/keyword", ".word.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The sentence found for a phrase, its placeholders still open."""

    text: str
    #: The language it is really in: the one wished for, or one of its fallbacks.
    locale: Locale
    #: No person has read this translation yet.
    unreviewed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How far a language has come, counted over the phrases asked about."""

    locale: Locale
    total: int
    translated: int
    #: Of the translated ones, those a person has read.
    reviewed: int
    #: Not shown: the source changed, or a translator was not sure.
    fuzzy: int
    missing: int
    #: All sentences of `_system/` and `urgence/` are there.
    safety_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The languages a newcomer can pick, and those that have a catalogue, are no drafts and cannot be picked."""

    languages: tuple[Language, ...]
    #: What each of these lacks.
    withheld: Mapping[Locale, tuple[Phrase, ...]]


def is_safety(phrase: Phrase) -> bool:
    """Whether a language cannot be offered without this phrase."""
    key = phrase.key
    return key.startswith(_SAFETY) and not key.startswith((*_NOT_VITAL, _FOR_ADVISERS)) and not is_typed(phrase)


def is_typed(phrase: Phrase) -> bool:
    """Whether it is a word that people type, not a sentence that they read."""
    return any(mark in phrase.key for mark in _TYPED)


def concerns(phrase: Phrase, locale: Locale) -> bool:
    """Whether a language needs this phrase at all: what only advisers read stays in French and English."""
    if phrase.key.startswith(_FOR_BUYERS):
        return locale == SOURCE
    return locale in _ADVISERS_READ or not phrase.key.startswith(_FOR_ADVISERS)


class Catalogues:
    """All translations of one domain, each language read when it is first needed.

    Reading is not locked: two threads that need the same language at once read it twice, and the same tables win.
    """

    def __init__(
        self, folder: Path, languages: Languages, *, cache: Path | None, domain: str, keeps_entries: bool = False
    ) -> None:
        self.languages = languages
        self._folder = folder
        self._cache = cache
        self._domain = domain
        #: Sentences without values as they were rendered: (context, source, locale) → text.
        self.settled: dict[tuple[str, str, Locale], Text] = {}
        self._read: dict[Locale, tuple[Stamp | None, Catalogue]] = {}
        #: Files that cannot be read as they are now: why, one sentence.
        self._unreadable: dict[Locale, Told] = {}
        #: Entries of the files as they were read, for who checks them all; None: they are not kept.
        self._entries: dict[Locale, tuple[PoEntry, ...]] | None = {} if keeps_entries else None
        #: Another number whenever a language says something else than before.
        self.edition = 0

    @classmethod
    def load(
        cls, folder: Path, *, cache: Path | None = None, domain: str = "guichet", keeps_entries: bool = False
    ) -> Catalogues:
        """Read `languages.yml`; catalogues follow when asked for. `cache`: folder for compiled copies (`var/i18n`).

        `keeps_entries`: no file is read a second time for its `entries`, at the price of memory.
        """
        languages = Languages.load(folder / "languages.yml")
        return cls(folder, languages, cache=cache, domain=domain, keeps_entries=keeps_entries)

    def path_of(self, locale: Locale) -> Path:
        """The PO file of a language, which may not exist yet."""
        return self._folder / locale / "LC_MESSAGES" / f"{self._domain}.po"

    def of(self, locale: Locale) -> Catalogue:
        """The translations into one language; empty for French, an unknown one, and a file that never was whole."""
        known = self._read.get(locale)
        if known is None:
            known = self._read[locale] = self._load(locale, None)
        return known[1]

    def entries(self, locale: Locale) -> tuple[PoEntry, ...]:
        """Every entry of the file of a language, also what is not shown; none of a file that cannot be read."""
        kept = self._entries
        if kept is not None:
            self.of(locale)
            return kept.get(locale, ())
        path = self.path_of(locale)
        try:
            return read_po_file(path).entries if path.exists() else ()
        except LocaleFileError:
            return ()  # `issues` tells of it

    def refresh(self) -> tuple[Locale, ...]:
        """Read the languages again whose files changed, and name those that say something else now; a stat each.

        A file that cannot be read changes nothing, and the log says why.
        """
        edited = [locale for locale, (stamp, _) in self._read.items() if stamp_of(self.path_of(locale)) != stamp]
        fresh = {locale: self._load(locale, self._read[locale][1]) for locale in edited}
        changed = tuple(locale for locale, (_, found) in fresh.items() if found is not self._read[locale][1])
        self._read |= fresh
        if changed:
            self.settled.clear()
            self.edition += 1
        return changed

    @property
    def issues(self) -> tuple[Told, ...]:
        """Files and translations that are not shown as they are now, a line each, of every language."""
        found: list[Told] = []
        for language in self.languages:
            wrong = self.of(language.locale).wrong
            reason = self._unreadable.get(language.locale)
            found += wrong if reason is None else (reason,)
        return tuple(found)

    def text_of(self, phrase: Phrase, locale: Locale) -> Wording:
        """The sentence in the first language of the chain that has it; French always has."""
        key = key_of(phrase.key, phrase.text)
        for one in self.languages.chain(locale):
            if one == SOURCE:
                break
            catalogue = self.of(one)
            text = catalogue.texts.get(key) if phrase.plural is None else self._plural(catalogue, key, phrase)
            if text is not None:
                return Wording(text=text, locale=one, unreviewed=key in catalogue.unreviewed)
        return Wording(text=source_text(phrase), locale=SOURCE)

    def has(self, phrase: Phrase, locale: Locale) -> bool:
        """Whether this very language has the phrase, without its fallbacks."""
        return locale == SOURCE or key_of(phrase.key, phrase.text) in self.of(locale)

    def status(self, locale: Locale, phrases: Iterable[Phrase]) -> Status:
        """Count over `phrases` (those of the whole book, most often)."""
        catalogue = self.of(locale)
        total = translated = reviewed = fuzzy = 0
        safety_complete = True
        for phrase in phrases:
            if not concerns(phrase, locale):
                continue
            total += 1
            key = key_of(phrase.key, phrase.text)
            if locale == SOURCE or key in catalogue:
                translated += 1
                reviewed += key not in catalogue.unreviewed
                continue
            fuzzy += key in catalogue.fuzzy
            safety_complete = safety_complete and not is_safety(phrase)
        return Status(
            locale=locale,
            total=total,
            translated=translated,
            reviewed=reviewed,
            fuzzy=fuzzy,
            missing=total - translated - fuzzy,
            safety_complete=safety_complete,
        )

    def offer(self, phrases: Iterable[Phrase], *, shown_in_danger: Iterable[Phrase] = ()) -> Offer:
        """Offer the languages that are not drafts and have every sentence of safety.

        `shown_in_danger`: sentences of elsewhere that stand on the cards of safety flows.
        """
        vital = [*(phrase for phrase in phrases if is_safety(phrase)), *shown_in_danger]
        keys = [key_of(phrase.key, phrase.text) for phrase in vital]  # once, not once for each language
        languages: list[Language] = []
        withheld: dict[Locale, tuple[Phrase, ...]] = {}
        for language in self.languages:
            locale = language.locale
            if language.tier is Tier.DRAFT and locale != SOURCE:
                continue
            said = self.of(locale)
            lacks = tuple(one for one, key in zip(vital, keys, strict=True) if locale != SOURCE and key not in said)
            if not lacks:
                languages.append(language)
            elif self.path_of(locale).exists():
                withheld[locale] = lacks
        return Offer(languages=tuple(languages), withheld=withheld)

    @staticmethod
    def _plural(catalogue: Catalogue, key: str, phrase: Phrase) -> str | None:
        forms = catalogue.plurals.get(key)
        return None if forms is None else forms[catalogue.form(count_of(phrase))]

    def _load(self, locale: Locale, before: Catalogue | None) -> tuple[Stamp | None, Catalogue]:
        """The catalogue of this moment with the stamp of its file; of a damaged file what it was `before`."""
        path = self.path_of(locale)
        self._unreadable.pop(locale, None)
        stamp = stamp_of(path) if locale in self.languages else None
        if stamp is None:
            return None, Catalogue()
        compiled = None if self._cache is None else self._cache / f"{locale}.{self._domain}.json"
        if compiled is not None and (kept := read_compiled(compiled, stamp)) is not None:
            for one in kept.wrong:
                _LOG.error("catalogue.not_shown %s", one)
            return stamp, kept
        former = before or (None if compiled is None else read_compiled(compiled, None))
        try:
            file = read_po_file(path)
            if self._entries is not None:
                self._entries[locale] = file.entries
            catalogue = catalogue_of(file, path, locale, former)
        except LocaleFileError as exc:
            # A file saved half-way must not take a language away from those who speak it.
            served = "nothing of this language" if former is None else "what it was before"
            _LOG.error("catalogue.unreadable locale=%s served=%s reason=%s", locale, served, exc)
            self._unreadable[locale] = exc.told
            return stamp, former or Catalogue()
        for one in catalogue.wrong:
            _LOG.error("catalogue.not_shown %s", one)
        if compiled is not None:
            write_compiled(compiled, stamp, catalogue)
        return stamp, catalogue


def source_text(phrase: Phrase) -> str:
    """The French sentence, in the form its count takes."""
    if phrase.plural is None:
        return phrase.text
    return (phrase.text, phrase.plural)[chooser(header(SOURCE))[1](count_of(phrase))]


def count_of(phrase: Phrase) -> int:
    """The number that picks the plural form."""
    count = phrase.values.get("count", 0)
    return abs(count) if isinstance(count, int) else 0
