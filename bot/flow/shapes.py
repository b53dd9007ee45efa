"""Shapes of a flow file: what a key can hold, and the check that a file holds it.

Only shape is looked at here (keys, lists, numbers, dates, the form of ids); what the words mean is looked up later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import TypeAlias

from bot.flow.issues import Issue, issue, nearest
from bot.strict_yaml import Items, Node, Table, Text


class Form(StrEnum):
    """What a scalar is."""

    TEXT = "text"
    FLAG = "flag"
    NUMBER = "number"
    DATE = "date"
    SOURCE = "source"
    #: A slot or step or choice id.
    ID = "id"
    FLOW = "flow"
    TOPIC = "topic"
    #: One of the shape's own words.
    WORD = "word"
    #: A name that another file defines (intent, service, need, queue, command).
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """One value. `least` and `most` bound a number."""

    form: Form = Form.TEXT
    words: tuple[str, ...] = ()
    may_be_empty: bool = False
    least: int = 0
    most: int = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf:
    """A list of at least one."""

    item: Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class MapOf:
    """Ids of the author's own, each with a value of this shape."""

    keys: str
    value: Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of a record: what it holds, and what it is for, in English for editors."""

    shape: Shape
    doc: str
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A map whose keys are known."""

    name: str
    keys: Mapping[str, Key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """One of several shapes, told apart by being a scalar, a list or a map."""

    shapes: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class ConditionShape:
    """A condition; `bot.flow.conditions` reads it."""


Shape: TypeAlias = Scalar | ListOf | MapOf | Record | Either | ConditionShape

#: The form of each kind of id, and how to say it in French.
PATTERNS: Mapping[Form, tuple[re.Pattern[str], str]] = {
    Form.ID: (re.compile(r"[a-z][a-z0-9_]{0,39}"), "a-z, 0-9, _ (40 au plus, une lettre d'abord)"),
    Form.FLOW: (
        re.compile(r"_?[a-z][a-z0-9_]{0,39}\.[a-z][a-z0-9_]{0,39}"),
        "domaine.nom, comme besoins.sleep_tonight",
    ),
    Form.TOPIC: (re.compile(r"[a-z0-9-]{1,20}"), "a-z, 0-9, - (20 au plus)"),
    Form.NAME: (re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}"), "lettres sans accent, chiffres, . _ -"),
}
#: Names of system phrases: `not_understood`, `card.for_whom`.
PHRASE_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,59}")

#: An address, or a document of the guichet's own collection, as in the directory.
_SOURCE = re.compile(r"https?://[^\s/]+\.\S+|document:[a-z0-9-]+")

YES = frozenset({"yes", "true"})
NO = frozenset({"no", "false"})


def check(node: Node, shape: Shape, *, path: str, key: str, line: int, step: str | None = None) -> Iterator[Issue]:
    """What is wrong with the shape of this node. `line` is that of its key."""
    match shape, node:
        case ConditionShape(), _:
            return
        case Either(shapes=shapes), _:
            # Lines of `key: value` where a text belongs are most often a text with ": " or "{" and no quotes.
            otherwise = shapes[0] if isinstance(node, Table) else shapes[-1]
            fitting = next((one for one in shapes if _fits(node, one)), otherwise)
            yield from check(node, fitting, path=path, key=key, line=line, step=step)
        case Scalar(), Text():
            yield from _scalar(node, shape, path, key, step)
        case Scalar(), _:
            yield issue(path, line, "not-text", step=step, key=key)
        case ListOf(item=item), Items(values=values):
            if not values:
                yield issue(path, line, "empty-value", step=step, key=key)
            for value in values:
                yield from check(value, item, path=path, key=key, line=value.line, step=step)
        case ListOf(), _:
            yield _missing(node, path, line, key, step) or issue(path, line, "not-a-list", step=step, key=key)
        case MapOf(), Table(values=pairs):
            if not pairs:
                yield issue(path, line, "empty-value", step=step, key=key)
            for name, value in pairs.items():
                yield from _map_key(name, shape, path, node.lines[name], step)
                yield from check(value, shape.value, path=path, key=name, line=node.lines[name], step=step)
        case Record(), Table():
            yield from _record(node, shape, path, step)
        case _:
            yield _missing(node, path, line, key, step) or issue(path, line, "not-a-map", step=step, key=key)


def flag(node: Node | None) -> bool:
    """Whether a checked flag says yes; no when it is not given."""
    return isinstance(node, Text) and node.value.lower() in YES


def _fits(node: Node, shape: Shape) -> bool:
    match node:
        case Text():
            return isinstance(shape, Scalar)
        case Items():
            return isinstance(shape, ListOf)
        case Table():
            return isinstance(shape, Record | MapOf)


def _missing(node: Node, path: str, line: int, key: str, step: str | None) -> Issue | None:
    """`steps:` with nothing after it is empty rather than of the wrong kind."""
    if isinstance(node, Text) and not node.value:
        return issue(path, line, "empty-value", step=step, key=key)
    return None


def _record(node: Table, shape: Record, path: str, step: str | None) -> Iterator[Issue]:
    for name, value in node.values.items():
        line = node.lines[name]
        if name not in shape.keys:
            near = nearest(name, shape.keys)
            keys = ", ".join(shape.keys)
            yield issue(path, line, "unknown-key", step=step, near=near, key=name, where=shape.name, keys=keys)
        else:
            yield from check(value, shape.keys[name].shape, path=path, key=name, line=line, step=step)
    for name, key in shape.keys.items():
        if key.required and name not in node.values:
            # A misspelt key is said once, not also as the missing one.
            if any(nearest(other, [name]) for other in islice(node.values, 50) if other not in shape.keys):
                continue
            yield issue(path, node.line, "missing-key", step=step, key=name, where=shape.name)


def _map_key(name: str, shape: MapOf, path: str, line: int, step: str | None) -> Iterator[Issue]:
    if shape.keys == "phrase name":
        if not PHRASE_NAME.fullmatch(name):
            yield issue(path, line, "bad-id", step=step, value=name, wanted="a-z, 0-9, . _ -")
        return
    pattern, wanted = PATTERNS[Form.ID]
    if not pattern.fullmatch(name):
        yield issue(path, line, "bad-id", step=step, value=name, wanted=wanted)


def _scalar(node: Text, shape: Scalar, path: str, key: str, step: str | None) -> Iterator[Issue]:
    value, line = node.value, node.line
    if not value:
        if not shape.may_be_empty:
            yield issue(path, line, "empty-value", step=step, key=key)
        return
    match shape.form:
        case Form.FLAG if value.lower() not in YES | NO:
            yield issue(path, line, "not-yes-or-no", step=step, key=key, value=value)
        case Form.NUMBER if not _is_number(value, shape.least, shape.most):
            yield issue(path, line, "not-a-number", step=step, key=key, value=value, least=shape.least, most=shape.most)
        case Form.DATE if as_date(value) is None:
            yield issue(path, line, "bad-date", step=step, value=value)
        case Form.SOURCE if not _SOURCE.match(value):
            yield issue(path, line, "bad-source", step=step, value=value)
        case Form.WORD if value not in shape.words:
            near, words = nearest(value, shape.words), ", ".join(shape.words)
            yield issue(path, line, "unknown-word", step=step, near=near, key=key, value=value, words=words)
        case Form.ID | Form.FLOW | Form.TOPIC | Form.NAME:
            pattern, wanted = PATTERNS[shape.form]
            if not pattern.fullmatch(value):
                yield issue(path, line, "bad-id", step=step, value=value, wanted=wanted)
        case _:
            return


def _is_number(value: str, least: int, most: int) -> bool:
    return re.fullmatch(r"[0-9]{1,7}", value) is not None and least <= int(value) <= most


def as_date(value: str) -> date | None:
    """An ISO date, or None."""
    try:
        return date.fromisoformat(value) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) else None
    except ValueError:
        return None
