"""A YAML file read strictly: every scalar stays text, every node keeps its line, and every trap is said.

Ordinary YAML turns `no` into False, `12:30:45` into a number and 300 bytes of aliases into gigabytes. Here the parser's
events are taken one by one into a small tree of our own: nothing is guessed, nothing is expanded, and reading stops at
the first event that goes too deep or too far. Flows and directory are read by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import yaml

from bot import ordinary_file

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml: ten times faster, the same grammar

#: A file is some hundred lines; more is an accident or an attack (reliability.md, M12).
LIMIT_BYTES = 256 * 1024
LIMIT_DEPTH = 32
#: Values in one file; 256 KiB of `[],[],…` would be 87,000 and most of a second.
LIMIT_NODES = 10_000

#: Nobody mends a file from a longer list; the rest is not read.
LIMIT_TRAPS = 50

#: Control characters, line ends that only YAML knows, marks that turn the direction of the text around them, and what
#: nobody sees: a word with such a character in it is another word. Single marks of direction and joiners are text.
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u180e\u200b\u2028\u2029\u202a-\u202e\u2060-\u2064\u2066-\u2069"
    "\ufeff\ufffe\uffff]"
)

#: Code → the sentence in French and in English: what is wrong, then the way out. `{name}` are values of the trap.
TRAPS: Final[dict[str, dict[Literal["fr", "en"], str]]] = {
    "unreadable-file": {
        "fr": "ne peut pas être lu ({raison}). Remettez-le, ou un fichier que le guichet peut lire.",
        "en": "cannot be read ({reason}). Put it back, or a file that the guichet may read.",
    },
    "too-big": {
        "fr": "ce fichier est trop grand (limite : {limit}). Coupez-le en plusieurs fichiers.",
        "en": "this file is too big (limit: {limit}). Split it into several files.",
    },
    "not-utf8": {
        "fr": (
            "cette ligne n'est pas du texte brut en UTF-8. Enregistrez le fichier en texte brut (pas en document Word "
            "ni RTF), avec l'encodage UTF-8."
        ),
        "en": (
            "this line is not plain text in UTF-8. Save the file as plain text (no Word or RTF document), with the "
            "UTF-8 encoding."
        ),
    },
    "byte-order-mark": {
        "fr": (
            "le fichier commence par une marque invisible (BOM). Enregistrez-le en « UTF-8 » et non « UTF-8 avec BOM »."
        ),
        "en": 'the file begins with an invisible mark (BOM). Save it as "UTF-8", not "UTF-8 with BOM".',
    },
    "windows-line-ends": {
        "fr": "les fins de ligne sont celles de Windows (CRLF). Choisissez « LF » dans votre éditeur et enregistrez.",
        "en": 'the line ends are those of Windows (CRLF). Choose "LF" in your editor and save.',
    },
    "control-character": {
        "fr": "un caractère invisible ({character}) se cache dans cette ligne. Effacez-le et retapez le mot.",
        "en": "an invisible character ({character}) hides in this line. Delete it and type the word again.",
    },
    "empty-file": {
        "fr": "ce fichier est vide. Remplissez-le ou supprimez-le.",
        "en": "this file is empty. Fill it or delete it.",
    },
    "yaml-syntax": {
        "fr": (
            "le YAML est illisible à partir d'ici ({raison}). Vérifiez les deux-points, les guillemets et "
            "les retraits ; un texte avec « : » ou « # » se met entre guillemets."
        ),
        "en": (
            "the YAML cannot be read from here on ({reason}). Check colons, quotes and indents; a text with "
            '": " or " #" goes between quotes.'
        ),
    },
    "merge-conflict": {
        "fr": (
            "« {mark} » reste d'une fusion de deux versions (git). Gardez les bonnes lignes, et effacez celles qui "
            "commencent par <<<<<<<, ======= et >>>>>>>."
        ),
        "en": (
            '"{mark}" is left from a merge of two versions (git). Keep the right lines, and delete those that begin '
            "with <<<<<<<, ======= and >>>>>>>."
        ),
    },
    "yaml-tab": {
        "fr": "cette ligne commence par une tabulation. Remplacez-la par des espaces.",
        "en": "this line begins with a tab. Replace it with spaces.",
    },
    "yaml-anchor": {
        "fr": "« &{name} » est une ancre YAML. Retirez-la ; un texte qui commence par & se met entre guillemets.",
        "en": '"&{name}" is a YAML anchor. Remove it; a text that begins with & goes between quotes.',
    },
    "yaml-alias": {
        "fr": (
            "« *{name} » est un renvoi YAML. Écrivez la valeur en entier ; un texte qui commence par * se "
            "met entre guillemets."
        ),
        "en": '"*{name}" is a YAML alias. Write the value out; a text that begins with * goes between quotes.',
    },
    "yaml-tag": {
        "fr": (
            "« {tag} » est une étiquette de type YAML. Retirez-la ; un texte qui commence par ! se met "
            "entre guillemets."
        ),
        "en": '"{tag}" is a YAML type tag. Remove it; a text that begins with ! goes between quotes.',
    },
    "yaml-merge": {
        "fr": "« << » recopie une autre partie du fichier. Écrivez les clés en entier.",
        "en": '"<<" copies another part of the file. Write the keys out.',
    },
    "yaml-directive": {
        "fr": "le fichier commence par une directive (« % »). Supprimez cette ligne.",
        "en": 'the file begins with a directive ("%"). Delete this line.',
    },
    "two-documents": {
        "fr": "« --- » commence un deuxième document. Mettez-le dans un fichier à lui.",
        "en": '"---" begins a second document. Put it into a file of its own.',
    },
    "too-deep": {
        "fr": "plus de {limit} niveaux l'un dans l'autre. Réduisez les retraits.",
        "en": "more than {limit} levels inside one another. Reduce the indents.",
    },
    "duplicate-key": {
        "fr": "« {key} » est écrit deux fois (d'abord ligne {first}). Gardez-en un seul.",
        "en": '"{key}" is written twice (first on line {first}). Keep one.',
    },
    "key-not-text": {
        "fr": "une clé doit être un mot suivi de deux-points.",
        "en": "a key must be one word followed by a colon.",
    },
}

#: What libyaml complains of → what it most often comes from, in French.
_CAUSES: Final[dict[str, str]] = {
    "block sequence entries are not allowed in this context": "un « - » qui n'est pas au début d'une ligne",
    "could not find expected ':'": "pas de « : » suivi d'une espace",
    "did not find expected ',' or ']'": "il manque une virgule, ou « ] »",
    "did not find expected ',' or '}'": "il manque une virgule, ou « } »",
    "did not find expected '-' indicator": "un retrait faux, ou il manque « - »",
    "did not find expected <document start>": "« ... » a mis fin au fichier",
    "did not find expected alphabetic or numeric character": "un texte qui commence par * ou & sans guillemets",
    "did not find expected comment or line break": "après | ou >, le texte commence à la ligne suivante",
    "did not find expected key": "un guillemet, un crochet ou une accolade de trop, ou un retrait faux",
    "did not find expected node content": "une valeur manque",
    "found character that cannot start any token": "un texte qui commence par %, @ ou ` sans guillemets",
    "found unexpected end of stream": "un guillemet ouvert ici n'est pas fermé",
    "found unknown escape character": "« \\ » entre guillemets doubles : écrivez-le deux fois",
    "mapping keys are not allowed in this context": "un texte qui commence par ? sans guillemets",
    "mapping values are not allowed in this context": "un « : » de trop, ou un retrait faux",
}
_NOT_CLOSED = "found unexpected end of stream"
#: Whose complaint comes lines later, where the next thing begins: the mistake is where it began.
_SEEN_LATE = frozenset({_NOT_CLOSED, "could not find expected ':'"})
#: Where only spaces may stand, something that looks like one: typed on a French keyboard, or copied from a page.
_FALSE_SPACE = re.compile("[ -]*(?:[a-z0-9_]+ ?:)?([\u00a0\u2000-\u200a\u202f\u205f\u3000])")
_MERGE_MARK = re.compile("^(?:<{7} .*|={7}|>{7} .*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar as it is written, without any typing; empty when nothing was."""

    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    values: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """A map from text to nodes, with the line of each key."""

    values: dict[str, Node]
    lines: dict[str, int]
    line: int

    def get(self, key: str) -> Node | None:
        """The node under this key, or None."""
        return self.values.get(key)


Node: TypeAlias = Text | Items | Table


@dataclass(frozen=True, slots=True, order=True)
class Trap:
    """One thing that is wrong with a file, before anybody looks at what it says."""

    #: 1 for the first line.
    line: int
    #: A key of `TRAPS`.
    code: str
    #: Fill the placeholders of its sentence.
    values: tuple[tuple[str, str], ...] = ()


def _trap(line: int, code: str, **values: object) -> Trap:
    return Trap(line, code, tuple(sorted((name, str(value)) for name, value in values.items())))


def bytes_of(path: Path) -> bytes:
    """What a file holds, up to one byte more than the limit. Raises OSError."""
    return ordinary_file.bytes_of(path, LIMIT_BYTES + 1)


def read_file(path: Path) -> tuple[Node | None, tuple[Trap, ...]]:
    """The tree of one file, and its traps. Never reads more than the limit."""
    try:
        source = bytes_of(path)
    except OSError as exc:
        return None, (unreadable(exc),)
    return read(source)


def unreadable(exc: OSError) -> Trap:
    """That a file cannot be read, and why."""
    return _trap(1, "unreadable-file", reason=ordinary_file.reason(exc, "en"), raison=ordinary_file.reason(exc, "fr"))


def read(source: bytes) -> tuple[Node | None, tuple[Trap, ...]]:
    """The tree of one file and what is wrong with it. The tree is None when it cannot be trusted at all."""
    text, traps = _decoded(source)
    if text is None:
        return None, traps
    builder = _Builder()
    try:
        # The events come one by one: a hostile rest of the file is never looked at.
        loader = _Loader(text)
        try:
            while (event := loader.get_event()) is not None:
                if not builder.take(event) or len(builder.traps) >= LIMIT_TRAPS:
                    return None, tuple(builder.traps)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as exc:
        return None, (*builder.traps, _syntax_trap(exc, text, builder.long_quote))
    except yaml.YAMLError as exc:  # pragma: no cover - reader errors are found by `_decoded` before
        return None, (*builder.traps, _unreadable(1, str(exc).splitlines()[0]))
    if builder.root is None and not builder.traps:
        builder.traps.append(_trap(1, "empty-file"))
    return builder.root, tuple(builder.traps)


def _decoded(source: bytes) -> tuple[str | None, tuple[Trap, ...]]:
    if len(source) > LIMIT_BYTES:
        return None, (_trap(1, "too-big", limit=f"{LIMIT_BYTES // 1024} KiB"),)
    traps: list[Trap] = []
    if source.startswith(b"\xef\xbb\xbf"):
        traps.append(_trap(1, "byte-order-mark"))
        source = source[3:]
    if source.startswith(b"{\\rtf"):
        return None, (*traps, _trap(1, "not-utf8"))
    try:
        text = source.decode("utf-8")
    except UnicodeDecodeError as exc:
        line = source.count(b"\n", 0, exc.start) + 1
        return None, (*traps, _trap(line, "not-utf8"))
    if (end := text.find("\r")) >= 0:
        traps.append(_trap(text.count("\n", 0, end) + 1, "windows-line-ends"))
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        traps.append(_invisible(line, found.group()))
    if found := _MERGE_MARK.search(text):
        traps.append(_trap(text.count("\n", 0, found.start()) + 1, "merge-conflict", mark=found.group()[:40]))
    return (None, tuple(traps)) if traps else (text, ())


def _invisible(line: int, character: str) -> Trap:
    return _trap(line, "control-character", character=f"U+{ord(character):04X}")


def _unreadable(line: int, problem: str, more: str = "") -> Trap:
    said = _CAUSES.get(problem, problem)
    return _trap(
        line, "yaml-syntax", reason=problem + more, raison=said + more.replace("opened on line", "ouvert ligne")
    )


def _syntax_trap(exc: yaml.MarkedYAMLError, text: str, long_quote: tuple[int, int]) -> Trap:
    """What is wrong where libyaml stopped; `long_quote` are the lines of the last quoted text of several lines."""
    mark = exc.problem_mark or exc.context_mark
    line = mark.line + 1 if mark else 1
    began = exc.context_mark.line + 1 if exc.context_mark else line
    problem = exc.problem or exc.context or "?"
    lines = text.split("\n")
    # libyaml stops at a tab, or at the key after it: look at the indentation of both lines.
    for number in dict.fromkeys((line, line - 1, began)):
        if not 0 < number <= len(lines):
            continue
        written = lines[number - 1]
        if "\t" in written[: len(written) - len(written.lstrip())]:
            return _trap(number, "yaml-tab")
        if found := _FALSE_SPACE.match(written):
            return _invisible(number, found[1])
    if problem in _SEEN_LATE:
        return _unreadable(began, problem)
    if long_quote[1] == line:
        # The mark that was to open the next text has closed one that was opened lines before.
        return _unreadable(long_quote[0], _NOT_CLOSED)
    is_list = problem.startswith("did not find expected ','") and began != line
    return _unreadable(line, problem, f", opened on line {began}" if is_list else "")


class _Open:
    """A list or map whose end has not come yet."""

    __slots__ = ("key", "key_line", "line", "lines", "pairs", "values")

    def __init__(self, line: int, *, is_map: bool) -> None:
        self.line = line
        self.values: list[Node] = []
        self.pairs: dict[str, Node] | None = {} if is_map else None
        self.lines: dict[str, int] = {}
        #: The key that waits for its value; None when a key comes next.
        self.key: str | None = None
        self.key_line = 0

    def closed(self) -> Node:
        if self.pairs is None:
            return Items(tuple(self.values), self.line)
        return Table(self.pairs, self.lines, self.line)


class _Builder:
    """Takes parser events, keeps the tree and the traps."""

    def __init__(self) -> None:
        self.traps: list[Trap] = []
        self.root: Node | None = None
        self._open: list[_Open] = []
        self._count = 0
        self._documents = 0
        #: First and last line of the last quoted text of several lines.
        self.long_quote = (0, 0)

    def take(self, event: Any) -> bool:
        """Take one event; False: stop, the rest of the file must not be read."""
        kind, line = type(event), event.start_mark.line + 1
        if kind is yaml.ScalarEvent:
            self._marks(event, line)
            if event.style in ("'", '"') and event.end_mark.line + 1 > line:
                self.long_quote = (line, event.end_mark.line + 1)
            return self._counted(line) and self._put(
                Text(event.value.strip(), line), plain="" if event.style else event.value
            )
        if kind in (yaml.SequenceEndEvent, yaml.MappingEndEvent):
            return self._put(self._open.pop().closed())
        if kind in (yaml.SequenceStartEvent, yaml.MappingStartEvent):
            self._marks(event, line)
            if len(self._open) >= LIMIT_DEPTH:
                self._say(line, "too-deep", limit=LIMIT_DEPTH)
                return False
            self._open.append(_Open(line, is_map=kind is yaml.MappingStartEvent))
            return self._counted(line)
        if kind is yaml.AliasEvent:
            self._say(line, "yaml-alias", name=event.anchor)
            return self._counted(line) and self._put(Text("", line))
        return self._document(event, line) if kind is yaml.DocumentStartEvent else True

    def _document(self, event: Any, line: int) -> bool:
        self._documents += 1
        if self._documents > 1:
            self._say(line, "two-documents")
            return False
        if event.version or event.tags:
            self._say(1, "yaml-directive")
        return True

    def _counted(self, line: int) -> bool:
        self._count += 1
        if self._count > LIMIT_NODES:
            self._say(line, "too-big", limit=f"{LIMIT_NODES} valeurs")
            return False
        return True

    def _marks(self, event: Any, line: int) -> None:
        if event.anchor is not None:
            self._say(line, "yaml-anchor", name=event.anchor)
        if event.tag is not None:
            self._say(line, "yaml-tag", tag=event.tag)

    def _put(self, node: Node, *, plain: str = "") -> bool:
        """Add the node; `plain` is a text without quotes, with the spaces around it."""
        if not self._open:
            self.root = None if isinstance(node, Text) and not node.value else node
            return True
        top = self._open[-1]
        if top.pairs is None:
            top.values.append(node)
        elif top.key is None:
            self._key(top, node, plain=plain)
        else:
            if top.key not in top.pairs:
                top.pairs[top.key] = node
                top.lines[top.key] = top.key_line
            top.key = None
        return True

    def _key(self, top: _Open, node: Node, *, plain: str) -> None:
        top.key_line = node.line
        top.key = node.value if isinstance(node, Text) else ""
        if not top.key:
            self._say(node.line, "key-not-text")
        elif plain and top.key == "<<":
            self._say(node.line, "yaml-merge")
        elif found := _FALSE_SPACE.match(plain):
            self.traps.append(_invisible(node.line, found[1]))
        elif top.key in top.lines:
            self._say(node.line, "duplicate-key", key=top.key, first=top.lines[top.key])

    def _say(self, line: int, code: str, **values: object) -> None:
        self.traps.append(_trap(line, code, **values))


def texts(node: Node | None) -> Iterator[Text]:
    """The scalars of a list, or the one scalar itself: `words: a` and `words: [a]` mean the same."""
    if isinstance(node, Text):
        yield node
    elif isinstance(node, Items):
        yield from (child for child in node.values if isinstance(child, Text))
