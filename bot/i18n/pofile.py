"""One PO file as compact tables, and the compiled copy that makes the next start fast.

Reading 3,000 messages with Babel takes about 0.1 s; thirty languages would cost a cold start. What was read is
therefore kept as JSON beside the database, stamped with size and time of the file it came from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from pathlib import Path
from sys import intern
from typing import TYPE_CHECKING
from zlib import crc32

from bot.core.ids import Locale
from bot.i18n.languages import cldr
from bot.i18n.plurals import chooser, header
from bot.i18n.sources import LocaleFileError

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

#: A translator comment that begins so (or a flag of this name) marks a translation no person has read yet.
UNREVIEWED = "unreviewed"
#: Changed with the form of the compiled copy.
_FORM = 1

#: Size and modification time of a file, as it was when read.
Stamp = tuple[int, int]


def key_of(context: str, source: str) -> str:
    """What a translation is kept under: the context, and a short mark of the source so that a changed one is missed.

    The same key in thirty languages is one string in memory.
    """
    return intern(f"{context}\x04{crc32(source.encode()):08x}")


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of this file, None when it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_size, found.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The translations into one language that may be shown: none empty, none fuzzy."""

    texts: Mapping[str, str] = field(default_factory=dict)
    #: Plural sentences: all forms of the language, in the order of its categories.
    plurals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unreviewed: frozenset[str] = frozenset()
    fuzzy: frozenset[str] = frozenset()
    plural_header: str = "nplurals=1; plural=0;"

    @property
    def form(self) -> Callable[[int], int]:
        """Count → place of its plural form."""
        return chooser(self.plural_header)[1]

    def __contains__(self, key: str) -> bool:
        return key in self.texts or key in self.plurals


def forms_of(message: Message) -> tuple[str, ...]:
    """The translations of a message: one, or all its plural forms; an absent one is empty."""
    if isinstance(message.string, str):
        return (message.string,)
    return tuple(form or "" for form in message.string or ("",))


def is_unreviewed(message: Message) -> bool:
    """Whether a translation is marked as not read by a person."""
    return UNREVIEWED in message.flags or any(line.strip().startswith(UNREVIEWED) for line in message.user_comments)


def read_po_file(path: Path, locale: Locale) -> Catalog:
    """The PO file as Babel sees it. Raises LocaleFileError."""
    from babel.messages.pofile import PoFileError, read_po

    try:
        body = path.read_bytes()
        last = body.rstrip().rpartition(b"\n")[2].strip()
        if last and not last.startswith(b"#") and not (last.endswith(b'"') and last.count(b'"') > 1):
            raise LocaleFileError(f"{path}: ends in the middle of a line; was it saved half-way?")
        return read_po(BytesIO(body), locale=cldr(locale), abort_invalid=True)
    except (OSError, ValueError, PoFileError) as exc:
        raise LocaleFileError(f"{path}: cannot be read as a PO file ({exc})") from exc


def previous_sources(path: Path) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Context and sentence → the sentence its fuzzy translation was made for, which Babel does not read (`#|`)."""
    from babel.messages.pofile import read_po

    found = {}
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8", errors="replace")):
        before = "\n".join(re.findall(r"^#\| ?(.*)$", block, re.MULTILINE))
        if "msgid" not in before:
            continue
        forms = 'msgstr[0] ""' if "msgid_plural" in before else 'msgstr ""'
        old = _only(read_po(StringIO(f"{before}\n{forms}\n")))
        new = _only(read_po(StringIO(block)))
        if old is not None and new is not None:
            found[new.context or "", sources_of(new)[0]] = sources_of(old)
    return found


def _only(catalog: Catalog) -> Message | None:
    return next((message for message in catalog if message.id), None)


def sources_of(message: Message) -> tuple[str, ...]:
    """The sentence, with its plural if it has one."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def read_catalogue(path: Path, locale: Locale) -> Catalogue:
    """Read a PO file with Babel. Raises LocaleFileError when it cannot be read."""
    catalog = read_po_file(path, locale)
    plural_header = header(locale)
    if catalog.num_plurals != chooser(plural_header)[0]:
        plural_header = f"nplurals={catalog.num_plurals}; plural={catalog.plural_expr};"
    needed = chooser(plural_header)[0]
    texts: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    unreviewed, fuzzy = set(), set()
    for message in catalog:
        if not message.id:
            continue
        key = key_of(message.context or "", sources_of(message)[0])
        if message.fuzzy:
            fuzzy.add(key)
            continue
        if isinstance(message.id, str):
            if not isinstance(message.string, str) or not message.string.strip():
                continue
            texts[key] = message.string
        else:
            forms = forms_of(message)
            if len(forms) != needed or not all(form.strip() for form in forms):
                continue
            plurals[key] = forms
        if is_unreviewed(message):
            unreviewed.add(key)
    return Catalogue(texts, plurals, frozenset(unreviewed), frozenset(fuzzy), plural_header)


def read_compiled(path: Path, stamp: Stamp) -> Catalogue | None:
    """The compiled copy, or None when it is absent, damaged, older than the PO file or of another form."""
    try:
        raw = json.loads(path.read_bytes())
        if raw["form"] != _FORM or tuple(raw["stamp"]) != stamp:
            return None
        return Catalogue(
            {intern(key): text for key, text in raw["texts"].items()},
            {intern(key): tuple(forms) for key, forms in raw["plurals"].items()},
            frozenset(map(intern, raw["unreviewed"])),
            frozenset(map(intern, raw["fuzzy"])),
            raw["plural_header"],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_compiled(path: Path, stamp: Stamp, catalogue: Catalogue) -> None:
    """Keep a compiled copy. Best effort: a folder that cannot be written costs speed, nothing else."""
    body = {
        "form": _FORM,
        "stamp": stamp,
        "texts": catalogue.texts,
        "plurals": catalogue.plurals,
        "unreviewed": sorted(catalogue.unreviewed),
        "fuzzy": sorted(catalogue.fuzzy),
        "plural_header": catalogue.plural_header,
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
        part.replace(path)
    except OSError:
        return
