"""The translators' desk: extract, update, report, check, and translations in and out as JSON.

`guichet messages` calls these; `python -m bot.i18n.messages` works from the template alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TextIO, TypeAlias

from bot.core.ids import Locale
from bot.core.phrases import Phrase
from bot.i18n.catalogues import concerns
from bot.i18n.glossary import Glossary
from bot.i18n.languages import SOURCE, Languages
from bot.i18n.merge import fill_catalogue, read_entries, update_catalogue
from bot.i18n.plurals import categories
from bot.i18n.report import Progress, progress, table
from bot.i18n.template import Sentence, in_order, read_template, write_template
from bot.i18n.told import LocaleFileError

#: Where everything is, below the root of the project.
LOCALES = Path("locales")
TEMPLATE = "guichet.pot"
#: What `bot.flow.extract.phrases_in` yields: phrase, file below the root, line, comment for the translator.
Found: TypeAlias = tuple[Phrase, str, int, str]
_TERM = "explication de « {word} », un mot belge qui reste en français"


def extract(found: Iterable[Found], folder: Path = LOCALES) -> int:
    """Write the template; how many sentences it has.

    The glossary's lines are added.
    """
    glossary = folder / "glossary.yml"
    terms = [
        Sentence(phrase=term.means, path=f"{folder.name}/glossary.yml", comment=_TERM.format(word=term.word))
        for term in (Glossary.load(glossary) if glossary.exists() else ())
    ]
    said = [Sentence(phrase=phrase, path=path, line=line, comment=comment) for phrase, path, line, comment in found]
    ordered = in_order([*said, *terms])
    write_template(ordered, folder / TEMPLATE)
    return len(ordered)


def update(folder: Path = LOCALES, only: Sequence[Locale] = (), out: TextIO = sys.stdout) -> None:
    """Bring every catalogue up to date with the template, or those of `only`. Raises LocaleFileError.

    A language asked for by name gets every sentence that is still to translate.
    """
    sentences = read_template(folder / TEMPLATE)
    for language in Languages.load(folder / "languages.yml"):
        locale = language.locale
        path = po_path(folder, locale)
        if locale == SOURCE or (only and locale not in only) or not (only or path.exists()):
            continue
        done = update_catalogue(path, locale, sentences, everything=bool(only))
        out.write(
            f"{locale}: {done.kept} translated, {done.fuzzy} fuzzy, {done.missing} missing"
            f" ({done.reused} taken from the same sentence elsewhere)\n"
        )


def report(folder: Path = LOCALES, only: Sequence[Locale] = ()) -> tuple[Progress, ...]:
    """How far each language is and what is wrong. Raises LocaleFileError."""
    languages = Languages.load(folder / "languages.yml")
    glossary = Glossary.load(folder / "glossary.yml")
    return progress(folder, languages, read_template(folder / TEMPLATE), glossary=glossary, only=only)


def missing(folder: Path, locale: Locale, *, drafts: bool = False, starts: str = "") -> list[dict[str, object]]:
    """What is still to translate, safety first: context, source, comment, and what is there already.

    `drafts`: also what no person has read yet. `starts`: only contexts that begin so, such as `urgence.`.
    """
    kept = {(one.context, one.sources): one for one in read_entries(po_path(folder, locale))}
    found = []
    for sentence in sorted(read_template(folder / TEMPLATE), key=lambda one: not one.is_safety):
        one = kept.get((sentence.phrase.key, sentence.sources))
        done = one is not None and one.is_translated and not one.is_fuzzy and not (drafts and one.is_unreviewed)
        if done or not concerns(sentence.phrase, locale) or not sentence.phrase.key.startswith(starts):
            continue
        item: dict[str, object] = {"context": sentence.phrase.key, "source": sentence.phrase.text}
        if sentence.phrase.plural is not None:
            item |= {"plural": sentence.phrase.plural, "forms": list(categories(locale))}
        if sentence.comment:
            item["comment"] = sentence.comment
        if one is not None and one.is_translated:
            item["present"] = list(one.strings) if len(one.strings) > 1 else one.strings[0]
        found.append(item)
    return found


def po_path(folder: Path, locale: Locale) -> Path:
    """The PO file of a language."""
    return folder / locale / "LC_MESSAGES" / "guichet.po"


def main(
    arguments: Sequence[str] | None = None,
    out: TextIO = sys.stdout,
    sentences: Callable[[], Iterable[Found]] | None = None,
    *,
    prog: str = "python -m bot.i18n.messages",
) -> int:
    """The command line of translators; 0 when nothing critical is wrong, 2 when it cannot be done.

    `sentences` finds those of the flows, for `extract`: this room does not know the flows. `prog`: how it is called.
    """
    asked = _parser(prog).parse_args(arguments)
    folder: Path = asked.folder
    try:
        _refuse_strangers(folder, asked)
        match asked.verb:
            case "extract":
                if sentences is None:
                    raise LocaleFileError("extract reads the flows: guichet messages extract")
                out.write(f"{extract(sentences(), folder)} sentences\n")
            case "update":
                update(folder, [Locale(tag) for tag in asked.locales], out)
            case "report" | "compile-check":
                return _report(folder, [Locale(tag) for tag in asked.locales], out, asked.verb == "report")
            case "missing":
                found = missing(folder, Locale(asked.locale), drafts=asked.drafts, starts=asked.starts)
                out.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n" if asked.json else _listed(found))
            case "fill":
                return _fill(folder, asked, out)
    except LocaleFileError as exc:
        out.write(f"{exc.told.fr}\n")
        return 2
    return 0


def _refuse_strangers(folder: Path, asked: argparse.Namespace) -> None:
    """Raises LocaleFileError for a language that is not on the list, or French where there is nothing to translate."""
    named = [*getattr(asked, "locales", ()), *([asked.locale] if "locale" in asked else ())]
    if not named:
        return
    path = folder / "languages.yml"
    languages = Languages.load(path)
    for tag in named:
        if tag not in languages:
            there = ", ".join(sorted(one.locale for one in languages))
            raise LocaleFileError(
                f'No language is called "{tag}" in {path}: add a line for it. There are: {there}.',
                f"Aucune langue ne s'appelle « {tag} » dans {path} : ajoutez-lui une ligne. Il y a : {there}.",
            )
        if tag == SOURCE and asked.verb in ("update", "missing", "fill"):
            raise LocaleFileError(
                "French is what is translated from: its sentences are in flows/ and in the glossary.",
                "On traduit à partir du français : ses phrases sont dans flows/ et dans le glossaire.",
            )


def _report(folder: Path, only: Sequence[Locale], out: TextIO, with_table: bool) -> int:
    rows = report(folder, only)
    issues = [issue for row in rows for issue in row.issues]
    for issue in issues:
        if with_table or issue.is_critical:
            out.write(f"{issue}\n")
    if with_table:
        out.write(table(rows) + "\n")
    return int(any(issue.is_critical for issue in issues))


def _fill(folder: Path, asked: argparse.Namespace, out: TextIO) -> int:
    try:
        given = json.loads(asked.file.read_bytes())
    except (OSError, ValueError) as exc:
        raise LocaleFileError(
            f"{asked.file}: cannot be read as JSON ({exc})", f"{asked.file}: ce n'est pas du JSON lisible ({exc})."
        ) from exc
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise LocaleFileError(
            f"{asked.file}: a list of {{context, source, translation}} is expected",
            f"{asked.file}: il faut une liste de {{context, source, translation}}.",
        )
    locale = Locale(asked.locale)
    refused = fill_catalogue(
        po_path(folder, locale),
        folder / TEMPLATE,
        locale,
        given,
        unreviewed=asked.unreviewed,
        replace=asked.replace,
    )
    for line in refused:
        out.write(f"refusé : {line}\n")
    out.write(f"{locale}: {len(given) - len(refused)} of {len(given)} taken\n")
    return int(bool(refused))


def _listed(found: Iterable[dict[str, object]]) -> str:
    return "".join(f"{item['context']}\t{item['source']}\n" for item in found)


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=prog, description="Translations, in and out.")
    parser.add_argument("--folder", type=Path, default=LOCALES, help="the folder of the languages")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="COMMAND")
    verbs.add_parser("extract", help="write the template from the flows and the glossary")
    for verb, said in (
        ("update", "bring catalogues up to date with the template"),
        ("report", "how far each language is, and every issue"),
        ("compile-check", "only what would harm a reader"),
    ):
        one = verbs.add_parser(verb, help=said, description=said)
        one.add_argument("locales", nargs="*", metavar="LOCALE", help="languages, such as ar fa-AF (all)")
    said = "what is still to translate, safety first"
    one = verbs.add_parser("missing", help=said, description=said)
    one.add_argument("locale", metavar="LOCALE", help="a language, such as ar")
    one.add_argument("--json", action="store_true", help="with comments, plural forms and what is there already")
    one.add_argument("--drafts", action="store_true", help="also what no person has read yet")
    one.add_argument("--starts", default="", help="only contexts that begin so, such as urgence.")
    said = "put translations in from a JSON file"
    one = verbs.add_parser("fill", help=said, description=said)
    one.add_argument("locale", metavar="LOCALE", help="a language, such as ar")
    one.add_argument("file", type=Path, metavar="FILE", help="a list of {context, source, translation}")
    one.add_argument("--unreviewed", action="store_true", help="drafts that no person has read")
    one.add_argument("--replace", action="store_true", help="also over translations that were read")
    return parser


if __name__ == "__main__":
    sys.exit(main())
