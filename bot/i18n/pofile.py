"""Read a PO file: every entry with its state, its notes and its line. Format: GNU gettext manual, "PO Files".

Our own reader because catalogues are read while people wait: it is several times as fast as Babel's, keeps the previous
sentence of a fuzzy entry, and refuses a file that was saved half-way. A test holds it against Babel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot import ordinary_file
from bot.i18n.told import LocaleFileError, unreadable

#: A translator comment that begins so (or a flag of this name) marks a translation no person has read yet.
UNREVIEWED = "unreviewed"

_ESCAPED = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
#: What is wrong with a line → the same for who translates.
_CAUSES = {
    "a quotation mark is missing": 'il manque un guillemet droit (")',
    "a text that belongs to nothing": "un texte sans msgid ni msgstr devant lui",
    "neither a keyword nor a text": (
        "elle doit commencer par #, msgid ou msgstr, avec des guillemets droits (\"). Effacez ce qui reste d'une fusion"
        " (<<<<<<<, =======, >>>>>>>)"
    ),
}
_TWICE = "la même ligne y est deux fois ; il manque peut-être une ligne vide entre deux phrases"
_KEYWORD = re.compile(r'(msgctxt|msgid|msgid_plural|msgstr|msgstr\[\d\])\s*(".*)')


@dataclass(slots=True)
class PoEntry:
    """One entry. `sources` and `strings` are one text, or the forms of a plural."""

    line: int
    context: str = ""
    sources: tuple[str, ...] = ()
    strings: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()
    #: Comments of translators, one a line.
    notes: tuple[str, ...] = ()
    #: Comments for translators, wrapped lines joined.
    comment: str = ""
    #: Where the sentence stands: `path:line`, the first of them.
    place: str = ""
    #: The sentence that a fuzzy translation was made for.
    previous: tuple[str, ...] = ()
    is_obsolete: bool = False

    @property
    def is_fuzzy(self) -> bool:
        """Not to be shown: its sentence changed, or its translator was not sure."""
        return "fuzzy" in self.flags

    @property
    def is_translated(self) -> bool:
        """Every form has its words."""
        return all(text.strip() for text in self.strings)

    @property
    def is_unreviewed(self) -> bool:
        """No person has read the translation."""
        return UNREVIEWED in self.flags or any(note.startswith(UNREVIEWED) for note in self.notes)


@dataclass(frozen=True, slots=True)
class PoFile:
    """A file, read."""

    header: Mapping[str, str]
    entries: tuple[PoEntry, ...]


def read_po_file(path: Path) -> PoFile:
    """All entries in order, obsolete ones too. Raises LocaleFileError, with the line, when it cannot be read."""
    try:
        text = ordinary_file.bytes_of(path).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except OSError as exc:
        raise unreadable(path, exc) from exc
    except UnicodeDecodeError as exc:
        at = exc.object.count(b"\n", 0, exc.start) + 1
        raise LocaleFileError(
            f"{path}:{at}: is not UTF-8; save the file again as UTF-8",
            f"{path}:{at}: n'est pas en UTF-8. Enregistrez le fichier de nouveau, en UTF-8.",
        ) from exc
    reader = _Reader()
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            reader.take(line.strip(), number)
        except ValueError as exc:
            raise LocaleFileError(
                f"{path}:{number}: cannot be read as a PO file ({exc})",
                f"{path}:{number}: cette ligne n'est pas d'un fichier PO : {_CAUSES.get(str(exc), _TWICE)}.",
            ) from exc
    if reader.is_open:
        raise LocaleFileError(
            f"{path}:{number}: ends in the middle of an entry; was it saved half-way?",
            f"{path}:{number}: le fichier finit au milieu d'une phrase. Enregistrez-le de nouveau en entier.",
        )
    reader.close()
    return PoFile(reader.header, tuple(reader.entries))


@dataclass(slots=True)
class _Reader:
    entries: list[PoEntry] = field(default_factory=list)
    header: dict[str, str] = field(default_factory=dict)
    _fields: dict[str, list[str]] = field(default_factory=dict)
    _before: dict[str, list[str]] = field(default_factory=dict)
    _notes: list[str] = field(default_factory=list)
    _comments: list[str] = field(default_factory=list)
    _flags: list[str] = field(default_factory=list)
    _places: list[str] = field(default_factory=list)
    _last: list[str] | None = None
    _line: int = 0
    _obsolete: bool = False

    @property
    def is_open(self) -> bool:
        """A sentence was begun, or announced by a comment, and has no translation yet."""
        begun = self._fields or self._before or self._notes or self._comments or self._flags or self._places
        return bool(begun) and not self._has_string

    @property
    def _has_string(self) -> bool:
        return "msgstr" in self._fields or "msgstr[0]" in self._fields

    def take(self, line: str, number: int) -> None:
        """Read one line. Raises ValueError."""
        if line.startswith('"'):
            if self._last is None:
                raise ValueError("a text that belongs to nothing")
            self._last.append(_unquoted(line))
        elif not line:
            if self._has_string:
                self.close()
        elif line.startswith("#"):
            self._comment(line, number)
        else:
            self._keyword(line, number, self._fields)

    def close(self) -> None:
        """Finish the entry."""
        fields = {name: "".join(parts) for name, parts in self._fields.items()}
        if "msgid" in fields:
            self._add(fields)
        self._fields, self._before, self._last = {}, {}, None
        self._notes, self._comments, self._flags, self._places = [], [], [], []
        self._obsolete = False

    def _add(self, fields: Mapping[str, str]) -> None:
        if not fields["msgid"] and "msgctxt" not in fields:
            pairs = (line.partition(":") for line in fields.get("msgstr", "").split("\n") if ":" in line)
            self.header = {name.strip(): value.strip() for name, _, value in pairs}
            return
        self.entries.append(
            PoEntry(
                line=self._line,
                context=fields.get("msgctxt", ""),
                sources=_sources(fields),
                strings=tuple(text for name, text in sorted(fields.items()) if name.startswith("msgstr")),
                flags=frozenset(self._flags),
                notes=tuple(self._notes),
                comment=" ".join(self._comments),
                place=self._places[0] if self._places else "",
                previous=_sources({name: "".join(parts) for name, parts in self._before.items()}),
                is_obsolete=self._obsolete,
            )
        )

    def _comment(self, line: str, number: int) -> None:
        kind, rest = line[1:2], line[2:].strip()
        if kind == "~":
            before = rest.startswith("|")
            self._obsolete = self._quoted_in_comment(rest.lstrip("| "), number, before) or self._obsolete
            return
        if self._has_string:
            self.close()
        match kind:
            case "|":
                self._quoted_in_comment(rest, number, before=True)
            case ",":
                self._flags += [flag.strip() for flag in rest.split(",")]
            case ":":
                self._places += rest.split()
            case ".":
                self._comments.append(rest)
            case _:
                self._notes.append(line[1:].strip())

    def _quoted_in_comment(self, text: str, number: int, before: bool) -> bool:
        if text.startswith('"') and self._last is not None:
            self._last.append(_unquoted(text))
        elif text:
            self._keyword(text, number, self._before if before else self._fields)
        return not before

    def _keyword(self, line: str, number: int, fields: dict[str, list[str]]) -> None:
        found = _KEYWORD.fullmatch(line)
        if found is None:
            raise ValueError("neither a keyword nor a text")
        name = found[1]
        if name in ("msgctxt", "msgid") and self._has_string:
            self.close()
            fields = self._fields
        if name == "msgid" and fields is self._fields:
            self._line = number
        if name in fields:
            raise ValueError(f"{name} twice")
        self._last = fields[name] = [_unquoted(found[2])]


def _sources(fields: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(fields[name] for name in ("msgid", "msgid_plural") if name in fields)


def _unquoted(text: str) -> str:
    if len(text) < 2 or not text.endswith('"') or (text.endswith('\\"') and not text.endswith('\\\\"')):
        raise ValueError("a quotation mark is missing")
    inner = text[1:-1]
    return inner if "\\" not in inner else _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), inner)
