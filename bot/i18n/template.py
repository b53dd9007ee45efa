"""The template `locales/guichet.pot`: every sentence to translate, once, with where it stands and what it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.ids import Locale
from bot.core.phrases import Phrase
from bot.i18n.catalogues import is_safety
from bot.i18n.plurals import header as plural_header
from bot.i18n.pofile import PoEntry, read_po_file
from bot.whole_file import write_whole

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

#: A comment for the translator that begins so marks a sentence of elsewhere that stands on the card of a safety flow.
IN_DANGER = "fiche d'urgence : "
#: Columns of a PO file.
_WIDTH = 100
#: What tools and translators write into a header and what must survive; the rest is written anew.
_NUMBERED = re.compile(r'^(#\| msgid(?:_plural)? )"@(\d+)@"$', re.MULTILINE)
_KEPT_HEADERS = re.compile(
    r'^"((?:Last-Translator|Language-Team|PO-Revision-Date|X-[A-Za-z-]+): [^"\\]*)\\n"$', re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence to translate, and where it stands."""

    phrase: Phrase
    #: Below the root of the project, such as `flows/besoins/eat.yml`.
    path: str = ""
    line: int = 0
    #: What kind of sentence it is, for its translator.
    comment: str = ""

    @property
    def is_safety(self) -> bool:
        """Whether a language cannot be offered without it."""
        return is_safety(self.phrase) or self.comment.startswith(IN_DANGER)

    @property
    def sources(self) -> tuple[str, ...]:
        """The French sentence, with its plural if it has one."""
        return (self.phrase.text,) if self.phrase.plural is None else (self.phrase.text, self.phrase.plural)


@dataclass(slots=True, kw_only=True)
class Entry:
    """One entry of a catalogue on its way to a file: a sentence, its translation, and the state of that."""

    sentence: Sentence
    strings: tuple[str, ...] = ()
    fuzzy: bool = False
    notes: list[str] = field(default_factory=list)
    #: The French sentence a fuzzy translation was made for.
    previous: tuple[str, ...] = ()


def write_template(sentences: Iterable[Sentence], path: Path) -> None:
    """Write the template: sorted by file and line, no dates, so that only real changes show in a diff."""
    entries = [Entry(sentence=sentence) for sentence in in_order(sentences)]
    write_whole(path, _header(None, "").encode() + _body(entries, None, ()))


def write_catalogue(path: Path, locale: Locale, entries: Sequence[Entry], obsolete: Sequence[Entry] = ()) -> None:
    """Write one language's PO file, keeping what translators wrote into its header."""
    before = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    header = _header(locale, before.partition("\n\n")[0])
    write_whole(path, header.encode() + _body(entries, locale, obsolete))


def read_template(path: Path) -> tuple[Sentence, ...]:
    """The sentences of the template, in order. Raises LocaleFileError."""
    return tuple(sentence_of(entry) for entry in read_po_file(path).entries if not entry.is_obsolete)


def sentence_of(entry: PoEntry) -> Sentence:
    """The sentence of an entry."""
    place, _, line = entry.place.rpartition(":")
    plural = entry.sources[1] if len(entry.sources) > 1 else None
    return Sentence(
        phrase=Phrase(key=entry.context, text=entry.sources[0], plural=plural),
        path=place if line.isdigit() else entry.place,
        line=int(line) if line.isdigit() else 0,
        comment=entry.comment,
    )


def in_order(sentences: Iterable[Sentence]) -> list[Sentence]:
    """Sorted by file, line and context; the same sentence in the same context once."""
    ordered = sorted(sentences, key=lambda one: (one.path, one.line, one.phrase.key))
    return list({(one.phrase.key, one.phrase.text): one for one in reversed(ordered)}.values())[::-1]


def _body(entries: Iterable[Entry], locale: Locale | None, obsolete: Iterable[Entry]) -> bytes:
    from babel.messages.pofile import escape, write_po

    # Babel folds an earlier sentence like a comment, through its quotation marks: it is written as a number first.
    before: list[str] = []
    numbered = []
    for entry in entries:
        tokens = tuple(f"@{len(before) + at}@" for at in range(len(entry.previous)))
        numbered.append(replace(entry, previous=tokens))
        before += entry.previous
    catalog = _catalog(numbered, locale)
    for message in _catalog(obsolete, locale):
        if message.id:
            catalog.obsolete[f"{message.context}\x04{message.id}"] = message
    body = BytesIO()
    write_po(body, catalog, width=_WIDTH, omit_header=True, include_previous=True)
    return _NUMBERED.sub(lambda found: found[1] + escape(before[int(found[2])]), body.getvalue().decode()).encode()


def _catalog(entries: Iterable[Entry], locale: Locale | None) -> Catalog:
    from babel.messages.catalog import Catalog

    catalog = Catalog()
    # As many forms are written as the catalogue believes its language has.
    catalog.mime_headers = [("Plural-Forms", plural_header(locale or "fr"))]
    for entry in entries:
        sentence = entry.sentence
        sources = sentence.sources
        plural = len(sources) > 1
        forms = entry.strings or (("",) * _form_count(locale) if plural else ("",))
        message = catalog.add(
            sources if plural else sources[0],
            forms if plural else forms[0],
            locations=[(sentence.path, sentence.line)] if sentence.path else [],
            flags=["fuzzy"] if entry.fuzzy else [],
            auto_comments=[sentence.comment] if sentence.comment else [],
            user_comments=entry.notes,
            previous_id=entry.previous if entry.fuzzy else (),
            context=sentence.phrase.key or None,
        )
        # « 50 % de » is not a Python format.
        message.flags.discard("python-format")
    return catalog


def _form_count(locale: Locale | None) -> int:
    return int(plural_header(locale or "fr").partition("=")[2].partition(";")[0])


def _header(locale: Locale | None, before: str) -> str:
    fields = ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
    title = "Every sentence of the guichet, in French."
    if locale is not None:
        title = f"The guichet in {locale}. Write translations only: docs/howto/add-a-language.md says how."
        fields = [
            f"Language: {locale}",
            *fields,
            f"Plural-Forms: {plural_header(locale)}",
            *_KEPT_HEADERS.findall(before),
        ]
    lines = "".join(f'"{one}\\n"\n' for one in fields)
    return f'# {title}\nmsgid ""\nmsgstr ""\n{lines}\n'
