"""The translations of one language as compact tables: what is kept in memory while the guichet runs."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from sys import intern
from typing import TypeAlias
from zlib import crc32

from bot.core.ids import Locale
from bot.errors import Told
from bot.i18n.places import placeholder_problem
from bot.i18n.plurals import categories, chooser, header, is_whole
from bot.i18n.pofile import PoEntry, PoFile
from bot.i18n.told import LocaleFileError

#: Between a step and one of its choices, in a context.
CHOICE = ".choice."

#: A file that loses more than this share of its sentences at once was cut, not edited.
_CUT_SHARE = 0.2
_CONTEXT_END = "\x04"

#: Size and modification time of a file, as it was when read.
Stamp: TypeAlias = tuple[int, int]


def key_of(context: str, source: str) -> str:
    """What a translation is kept under: the context, and a short mark of the source so that a changed one is missed.

    The same key in thirty languages is one string in memory.
    """
    return intern(f"{context}{_CONTEXT_END}{crc32(source.encode()):08x}")


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of this file, None when it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_size, found.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The translations into one language that may be shown: none empty, fuzzy, or critical in a check."""

    texts: Mapping[str, str] = field(default_factory=dict)
    #: Plural sentences: all forms of the language, in the order of its categories.
    plurals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unreviewed: frozenset[str] = frozenset()
    fuzzy: frozenset[str] = frozenset()
    plural_header: str = "nplurals=1; plural=0;"
    #: What is left out because its reader would be harmed, a line each: where, and what is wrong.
    wrong: tuple[Told, ...] = ()

    @property
    def form(self) -> Callable[[int], int]:
        """Count → place of its plural form."""
        return chooser(self.plural_header)[1]

    def __contains__(self, key: str) -> bool:
        return key in self.texts or key in self.plurals


def catalogue_of(file: PoFile, path: Path, locale: Locale, before: Catalogue | None = None) -> Catalogue:
    """What may be shown of a PO file. Raises LocaleFileError, also when much of what was there `before` is gone.

    What a check finds critical is left out as what is not translated: the next language of the chain says it.
    """
    _cut(path, file, before)
    plural_header = file.header.get("Plural-Forms") or header(locale)
    try:
        needed, _ = chooser(plural_header)
    except ValueError as exc:
        said = f"{path}: la ligne Plural-Forms du début est fausse. Effacez-la : la langue a la sienne."
        raise LocaleFileError(f"{path}: {exc}", said) from exc
    if needed != len(categories(locale)) or not is_whole(plural_header):
        # The forms that are there are those of the language, whatever a tool wrote above them.
        plural_header = header(locale)
        needed = len(categories(locale))
    texts: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    unreviewed, fuzzy = set(), set()
    wrong: list[Told] = []
    present = [entry for entry in file.entries if not entry.is_obsolete]
    alike = set(collisions(present))
    for entry in present:
        key = key_of(entry.context, entry.sources[0])
        if entry.is_fuzzy:
            fuzzy.add(key)
            continue
        if not any(text.strip() for text in entry.strings):
            continue
        if problem := problem_of(entry, needed, alike):
            wrong.append(problem.after(f"{path.as_posix()}:{entry.line}: {entry.context}"))
            continue
        if len(entry.sources) > 1:
            plurals[key] = entry.strings
        else:
            texts[key] = entry.strings[0]
        if entry.is_unreviewed:
            unreviewed.add(key)
    return Catalogue(texts, plurals, frozenset(unreviewed), frozenset(fuzzy), plural_header, tuple(wrong))


def problem_of(entry: PoEntry, forms: int, alike: Container[str]) -> Told | None:
    """Why an entry that has words is not shown, or nothing. `alike`: the contexts of `collisions`."""
    needed = forms if len(entry.sources) > 1 else 1
    there = sum(bool(text.strip()) for text in entry.strings)
    if not there == len(entry.strings) == needed:
        return Told(
            f"{needed} plural forms are needed, {there} are there",
            f"il faut {needed} formes du pluriel, il y en a {there}. Remplissez-les toutes.",
        )
    if entry.context in alike:
        return Told(
            f'another choice of its step reads "{entry.strings[0]}" too',
            f"un autre choix de la même question dit aussi « {entry.strings[0]} ». Distinguez-les.",
        )
    return placeholder_problem(entry.sources, entry.strings)


def _cut(path: Path, file: PoFile, before: Catalogue | None) -> None:
    """Refuse a file that was emptied or cut between two entries: our tools keep what is not used as obsolete."""
    if not file.entries:
        raise LocaleFileError(
            f"{path}: holds no sentence; was it saved half-way?",
            f"{path}: aucune phrase dans ce fichier. Enregistrez-le de nouveau en entier.",
        )
    if before is None:
        return
    there = {entry.context for entry in file.entries}
    known = {key.partition(_CONTEXT_END)[0] for key in (*before.texts, *before.plurals)}
    if len(known - there) > _CUT_SHARE * len(known):
        gone, all_of_them = len(known - there), len(known)
        raise LocaleFileError(
            f"{path}: {gone} of {all_of_them} sentences are gone; was it saved half-way?",
            f"{path}: {gone} phrases sur {all_of_them} ont disparu. Enregistrez le fichier de nouveau en entier.",
        )


def collisions(entries: Iterable[PoEntry]) -> Iterator[str]:
    """The contexts of choices of one step that read the same, all of them: nobody could tell which to tap."""
    seen: dict[tuple[str, str], str] = {}
    for entry in entries:
        step, sign, _ = entry.context.partition(CHOICE)
        if not sign or entry.is_fuzzy or not entry.is_translated:
            continue
        first = seen.setdefault((step, entry.strings[0].casefold().strip()), entry.context)
        if first != entry.context:
            yield from (first, entry.context)
