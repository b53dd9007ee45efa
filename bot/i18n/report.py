"""How far each language is, and what is wrong in its catalogue: counted and listed, never raised."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.core.ids import Locale
from bot.errors import Told
from bot.i18n.catalogues import concerns, is_typed
from bot.i18n.glossary import Glossary
from bot.i18n.languages import SOURCE, Language, Languages, Tier
from bot.i18n.merge import read_entries
from bot.i18n.places import placeholder_problem
from bot.i18n.plurals import categories
from bot.i18n.pofile import PoEntry
from bot.i18n.tables import CHOICE, collisions, problem_of
from bot.i18n.template import Sentence
from bot.i18n.told import LocaleFileError

#: A shipped language has at least this share of its sentences, and of these as many read by a person.
SHIPPED_SHARE = 0.98


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueIssue:
    """One thing wrong in a PO file, and the way out. `is_critical`: the sentence would harm its reader."""

    path: str
    line: int
    code: str
    text: Told
    is_critical: bool = False

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text.fr} [{self.code}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one language is. Counts are sentences of the template."""

    language: Language
    total: int = 0
    translated: int = 0
    #: Of the translated ones: drafts no person has read.
    unreviewed: int = 0
    fuzzy: int = 0
    missing: int = 0
    #: Sentences of `_system/` and `urgence/` that are not there; the language is offered at none.
    safety_missing: int = 0
    obsolete: int = 0
    issues: tuple[CatalogueIssue, ...] = ()

    @property
    def share(self) -> float:
        """Translated, 0 to 1."""
        return self.translated / self.total if self.total else 1.0


def progress_of(
    language: Language,
    path: Path,
    sentences: Sequence[Sentence],
    *,
    glossary: Glossary | None = None,
    fold: Callable[[str], str] = str.casefold,
    shown_path: str = "",
) -> Progress:
    """Count and check one language. `fold` decides which labels read the same; `shown_path` stands in issues."""
    name = shown_path or str(path)
    sentences = [one for one in sentences if concerns(one.phrase, language.locale)]
    if language.locale == SOURCE:
        return Progress(language=language, total=len(sentences), translated=len(sentences))
    try:
        kept = read_entries(path)
    except LocaleFileError as exc:
        line, told = _placed(exc.told, path)
        issue = CatalogueIssue(path=name, line=line, code="unreadable-catalogue", text=told, is_critical=True)
        missing = len(sentences)
        vital = sum(one.is_safety for one in sentences)
        return Progress(language=language, total=missing, missing=missing, safety_missing=vital, issues=(issue,))
    found = {(one.context, one.sources): one for one in kept}
    pairs = [(one, found.get((one.phrase.key, one.sources))) for one in sentences]
    shown = [(sentence, one) for sentence, one in pairs if one is not None and one.is_translated and not one.is_fuzzy]
    fuzzy = sum(one is not None and one.is_translated and one.is_fuzzy for _, one in pairs)
    used = {(sentence.phrase.key, sentence.sources) for sentence in sentences}
    # What is there and not shown as it is keeps a language from being offered as what is missing does.
    forms, alike = len(categories(language.locale)), set(collisions(one for _, one in shown))
    there = {(sentence.phrase.key, sentence.sources) for sentence, one in shown if not problem_of(one, forms, alike)}
    unreviewed = sum(one.is_unreviewed for _, one in shown)
    issues = [*_entry_issues(shown, language.locale, name), *_collisions(shown, name, fold)]
    if glossary is not None:
        issues += _lost_terms(shown, language.locale, name, glossary)
    result = Progress(
        language=language,
        total=len(pairs),
        translated=len(shown),
        unreviewed=unreviewed,
        fuzzy=fuzzy,
        missing=len(pairs) - len(shown) - fuzzy,
        safety_missing=sum(one.is_safety and (one.phrase.key, one.sources) not in there for one, _ in pairs),
        obsolete=sum((one.context, one.sources) not in used for one in kept),
        issues=tuple(sorted(issues, key=lambda issue: (issue.line, issue.code))),
    )
    reviewed_share = (len(shown) - unreviewed) / len(pairs) if pairs else 1.0
    if language.tier is Tier.SHIPPED and reviewed_share < SHIPPED_SHARE:
        share, least = f"{reviewed_share:.0%}", f"{SHIPPED_SHARE:.0%}"
        text = Told(
            f"shipped, but only {share} is translated and read by a person; beta below {least}",
            f"« shipped », mais {share} seulement est traduit et relu. En dessous de {least}, mettez « tier: beta ».",
        )
        early = CatalogueIssue(path=name, line=1, code="tier-too-high", text=text)
        return replace(result, issues=(early, *result.issues))
    return result


def progress(
    folder: Path,
    languages: Languages,
    sentences: Sequence[Sentence],
    *,
    glossary: Glossary | None = None,
    fold: Callable[[str], str] = str.casefold,
    only: Iterable[Locale] = (),
) -> tuple[Progress, ...]:
    """Every language, or those of `only`, in the order of the picker. `folder` is `locales/`."""
    wanted = set(only)
    return tuple(
        progress_of(
            language,
            folder / language.locale / "LC_MESSAGES" / "guichet.po",
            sentences,
            glossary=glossary,
            fold=fold,
            shown_path=f"{folder.name}/{language.locale}/LC_MESSAGES/guichet.po",
        )
        for language in languages
        if not wanted or language.locale in wanted
    )


def table(rows: Iterable[Progress]) -> str:
    """The report for a terminal: one language a line."""
    head = (
        f"{'language':22} {'tier':8} {'done':>5} {'draft':>6} {'fuzzy':>6} {'missing':>8} {'safety':>8} {'issues':>7}"
    )
    lines = [head]
    for row in rows:
        name = f"{row.language.locale} {row.language.french}"
        safety = "complete" if not row.safety_missing else f"-{row.safety_missing}"
        lines.append(
            f"{name:22} {row.language.tier:8} {row.share:>5.0%} {row.unreviewed:>6} {row.fuzzy:>6} {row.missing:>8}"
            f" {safety:>8} {len(row.issues):>7}"
        )
    return "\n".join(lines)


def _entry_issues(shown: Sequence[tuple[Sentence, PoEntry]], locale: Locale, path: str) -> Iterator[CatalogueIssue]:
    for sentence, one in shown:
        needed = len(categories(locale)) if len(sentence.sources) > 1 else 1
        if len(one.strings) != needed:
            there = len(one.strings)
            text = Told(
                f"{one.context}: {needed} plural forms are needed, {there} are there",
                f"{one.context}: il faut {needed} formes du pluriel, il y en a {there}. Remplissez-les toutes.",
            )
            yield CatalogueIssue(path=path, line=one.line, code="plural-forms", text=text, is_critical=True)
        elif problem := placeholder_problem(sentence.sources, one.strings):
            text = problem.after(one.context)
            yield CatalogueIssue(path=path, line=one.line, code="lost-placeholder", text=text, is_critical=True)


def _collisions(
    shown: Sequence[tuple[Sentence, PoEntry]], path: str, fold: Callable[[str], str]
) -> Iterator[CatalogueIssue]:
    """Two choices of one step that read the same: nobody could tell which to tap."""
    seen: dict[tuple[str, str], PoEntry] = {}
    for sentence, one in shown:
        step, sign, _ = sentence.phrase.key.partition(CHOICE)
        if not sign:
            continue
        first = seen.setdefault((step, fold(one.strings[0]).strip()), one)
        if first is not one:
            other = first.context.rpartition(".")[2]
            text = Told(
                f'{one.context} reads like {other}: "{one.strings[0]}"',
                f"{one.context}: se lit comme « {other} » : « {one.strings[0]} ». Distinguez-les.",
            )
            yield CatalogueIssue(path=path, line=one.line, code="label-collision", text=text, is_critical=True)


def _lost_terms(
    shown: Sequence[tuple[Sentence, PoEntry]], locale: Locale, path: str, glossary: Glossary
) -> Iterator[CatalogueIssue]:
    for sentence, one in shown:
        if is_typed(sentence.phrase):
            continue
        for term in glossary.within(" ".join(sentence.sources)):
            if not all(term.is_kept(form, locale) for form in one.strings):
                text = Told(
                    f'{one.context}: "{term.word}" stays in French (locales/glossary.yml)',
                    f"{one.context}: le mot « {term.word} » reste en français (locales/glossary.yml).",
                )
                yield CatalogueIssue(path=path, line=one.line, code="missing-term", text=text)


def _placed(told: Told, path: Path) -> tuple[int, Told]:
    """The line that a sentence about a file begins with, and the rest of it."""
    place = re.match(rf"{re.escape(str(path))}(?::(\d+))?: ", told.en)
    if place is None:
        return 1, told
    return int(place[1] or 1), Told(told.en[place.end() :], told.fr.removeprefix(place[0]))
