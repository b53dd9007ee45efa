"""Bring a catalogue up to date with the template, and put translations in, without losing anybody's work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.core.ids import Locale
from bot.errors import Told
from bot.i18n.places import placeholder_problem
from bot.i18n.plurals import categories
from bot.i18n.pofile import UNREVIEWED, PoEntry, read_po_file
from bot.i18n.template import Entry, Sentence, read_template, sentence_of, write_catalogue

#: Written above a draft that no person has read; taking the line out is the review.
DRAFT_NOTE = f"{UNREVIEWED}: draft, not read by a person yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated:
    """What an update did to one catalogue."""

    kept: int
    fuzzy: int
    reused: int
    missing: int


def read_entries(path: Path) -> tuple[PoEntry, ...]:
    """All entries of a PO file, obsolete ones too; none when there is no file. Raises LocaleFileError."""
    return read_po_file(path).entries if path.exists() else ()


def merged(sentences: Sequence[Sentence], kept: Sequence[PoEntry]) -> tuple[list[Entry], list[Entry]]:
    """The entries of the catalogue from now on, and the translations no sentence uses any more.

    A changed sentence keeps its translation as fuzzy, with the sentence it was made for. A sentence that moved, or
    that stands elsewhere too, takes the translation it has there, as unreviewed, when there is only one.
    """
    exact = {(one.context, one.sources): one for one in kept}
    wanted = {(one.phrase.key, one.sources) for one in sentences}
    of_context: dict[str, list[PoEntry]] = {}
    of_source: dict[tuple[str, ...], list[PoEntry]] = {}
    for one in kept:
        if one.is_translated:
            if (one.context, one.sources) not in wanted:
                of_context.setdefault(one.context, []).append(one)
            if not one.is_fuzzy:
                of_source.setdefault(one.sources, []).append(one)
    entries = [_entry(sentence, exact, of_context, of_source) for sentence in sentences]
    used = {(entry.sentence.phrase.key, entry.previous) for entry in entries if entry.previous}
    obsolete = [
        Entry(sentence=sentence_of(one), strings=one.strings, fuzzy=one.is_fuzzy, notes=list(one.notes))
        for one in kept
        if one.is_translated and (one.context, one.sources) not in wanted and (one.context, one.sources) not in used
    ]
    return entries, obsolete


def update_catalogue(path: Path, locale: Locale, sentences: Sequence[Sentence], *, everything: bool = False) -> Updated:
    """Rewrite one language's file from the template's sentences. Raises LocaleFileError.

    `everything`: with the sentences that have no translation, for somebody who opens the file to translate it. Once in,
    they stay; a file that never had them, such as one filled with drafts, is a fifth as long without.
    """
    kept = read_entries(path)
    entries, obsolete = merged(sentences, kept)
    _write(path, locale, entries, obsolete, everything=everything or _has_gaps(kept))
    return Updated(
        kept=sum(bool(entry.strings) and not entry.fuzzy for entry in entries),
        fuzzy=sum(entry.fuzzy for entry in entries),
        reused=sum(_REUSED in entry.notes for entry in entries),
        missing=sum(not entry.strings for entry in entries),
    )


def fill_catalogue(
    path: Path,
    template: Path,
    locale: Locale,
    translations: Iterable[Mapping[str, object]],
    *,
    unreviewed: bool,
    replace: bool = False,
) -> list[str]:
    """Put translations in; one sentence for each that was refused. Raises LocaleFileError.

    A translation is a mapping with `context`, `source` and `translation` (a text, or a list of plural forms). One that
    is there and was read by a person stays, unless `replace`.
    """
    kept = read_entries(path)
    entries, obsolete = merged(read_template(template), kept)
    by_key = {(entry.sentence.phrase.key, entry.sentence.phrase.text): entry for entry in entries}
    refused = []
    for given in translations:
        name = f"{given.get('context')}: {given.get('source')}"
        entry = by_key.get((str(given.get("context", "")), str(given.get("source", ""))))
        forms = _forms(given.get("translation"))
        if entry is None:
            refused.append(f"{name}: cette phrase n'existe pas (extract, puis missing donnent celles qui existent)")
        elif problem := _problem(entry, forms, locale):
            refused.append(f"{name}: {problem.fr}")
        elif replace or not entry.strings or entry.fuzzy or _is_draft(entry):
            entry.strings, entry.fuzzy, entry.previous = forms, False, ()
            entry.notes = [note for note in entry.notes if not note.strip().startswith(UNREVIEWED)]
            entry.notes += [DRAFT_NOTE] if unreviewed else []
        else:
            refused.append(f"{name}: une traduction relue est déjà là (--replace la remplace)")
    _write(path, locale, entries, obsolete, everything=_has_gaps(kept))
    return refused


def _has_gaps(kept: Sequence[PoEntry]) -> bool:
    return any(not one.is_translated and not one.is_obsolete for one in kept)


def _write(
    path: Path, locale: Locale, entries: Sequence[Entry], obsolete: Sequence[Entry], *, everything: bool
) -> None:
    write_catalogue(path, locale, [entry for entry in entries if everything or entry.strings], obsolete)


_REUSED = f"{UNREVIEWED}: taken from the same sentence elsewhere"


def _entry(
    sentence: Sentence,
    exact: Mapping[tuple[str, tuple[str, ...]], PoEntry],
    of_context: Mapping[str, Sequence[PoEntry]],
    of_source: Mapping[tuple[str, ...], Sequence[PoEntry]],
) -> Entry:
    here = exact.get((sentence.phrase.key, sentence.sources))
    if here is not None and any(text.strip() for text in here.strings):
        return Entry(
            sentence=sentence, strings=here.strings, fuzzy=here.is_fuzzy, notes=list(here.notes), previous=here.previous
        )
    changed = of_context.get(sentence.phrase.key, ())
    if len(changed) == 1 and len(changed[0].sources) == len(sentence.sources):
        old = changed[0]
        return Entry(sentence=sentence, strings=old.strings, fuzzy=True, notes=list(old.notes), previous=old.sources)
    elsewhere = of_source.get(sentence.sources, ())
    if len({one.strings for one in elsewhere}) == 1:
        return Entry(sentence=sentence, strings=elsewhere[0].strings, notes=[_REUSED])
    return Entry(sentence=sentence)


def _forms(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(str(form) for form in value) if isinstance(value, list) else ()


def _is_draft(entry: Entry) -> bool:
    return any(note.strip().startswith(UNREVIEWED) for note in entry.notes)


def _problem(entry: Entry, forms: tuple[str, ...], locale: Locale) -> Told | None:
    source = entry.sentence.sources
    needed = len(categories(locale)) if len(source) > 1 else 1
    if len(forms) != needed or not all(form.strip() for form in forms):
        names = ", ".join(categories(locale))
        if len(source) > 1:
            return Told(f"{needed} plural forms ({names}) expected", f"il faut {needed} formes du pluriel ({names}).")
        return Told("one text expected", "il faut un seul texte.")
    return placeholder_problem(source, forms)
