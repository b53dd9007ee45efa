"""What a flow file may contain: one table of keys, from which files are checked and the JSON Schema is exported.

`check` looks at shape only (keys, lists, numbers, dates, the form of ids); what the words mean is looked up later.
docs/reference/flow-language.md explains every key; a test keeps it complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias

from bot.flow.graph import AnswerKind
from bot.flow.issues import Issue, issue, nearest
from bot.flow.source import Items, Node, Table, Text


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

YES = frozenset({"yes", "true"})
NO = frozenset({"no", "false"})

_TEXT = Scalar()
_FLAG = Scalar(form=Form.FLAG)
_NAME = Scalar(form=Form.NAME)
_ID = Scalar(form=Form.ID)
_FLOW = Scalar(form=Form.FLOW)
_CONDITION = ConditionShape()


def _one_or_more(item: Scalar) -> Either:
    return Either(shapes=(item, ListOf(item=item)))


CHOICE = Record(
    name="choice",
    keys={
        "label": Key(shape=_TEXT, doc="Text of the button, at most 40 characters.", required=True),
        "icon": Key(shape=_TEXT, doc="Emoji shown before the label; not translated."),
        "goto": Key(shape=_ID, doc="Step this choice leads to, or `end`, or `menu`."),
        "start": Key(shape=_FLOW, doc="Flow this choice begins, without coming back."),
        "words": Key(shape=_one_or_more(_TEXT), doc="Other words that mean this choice when written."),
    },
)
ASK = Record(
    name="ask",
    keys={
        "slot": Key(shape=_ID, doc="Name under which the answer is kept. Without it the choices only lead somewhere."),
        "kind": Key(
            shape=Scalar(form=Form.WORD, words=tuple(AnswerKind)),
            doc="What is waited for: choice (default when there are choices), yes_no, number, date, text, language.",
        ),
        "at_least": Key(shape=Scalar(form=Form.NUMBER), doc="Smallest number taken (kind: number)."),
        "at_most": Key(shape=Scalar(form=Form.NUMBER), doc="Largest number taken (kind: number)."),
        "max_length": Key(
            shape=Scalar(form=Form.NUMBER, least=1, most=2000),
            doc="Longest text kept, in characters (kind: text); 500 when not given.",
        ),
    },
)
SERVICES = Record(
    name="services",
    keys={
        "need": Key(shape=_NAME, doc="A need of the directory's vocabulary.", required=True),
        "near": Key(shape=_ID, doc="Slot that holds a district; the nearest services come first."),
        "limit": Key(shape=Scalar(form=Form.NUMBER, least=1, most=6), doc="How many cards, 3 when not given."),
    },
)
REMIND = Record(
    name="remind",
    keys={
        "after_days": Key(
            shape=Scalar(form=Form.NUMBER, least=1, most=365), doc="Days until the reminder.", required=True
        ),
        "text": Key(shape=_TEXT, doc="What the reminder says.", required=True),
    },
)
CASE = Record(
    name="case",
    keys={
        "when": Key(shape=_CONDITION, doc="The condition of this case.", required=True),
        "goto": Key(shape=_ID, doc="Step it leads to, or `end`, or `menu`."),
        "start": Key(shape=_FLOW, doc="Flow it begins, without coming back."),
    },
)
STEP = Record(
    name="step",
    keys={
        "id": Key(
            shape=_ID,
            doc="Name of the step: stable, because people wait on it and translations hang on it.",
            required=True,
        ),
        "when": Key(shape=_CONDITION, doc="The step is skipped, to the next in the file, when this does not hold."),
        "say": Key(shape=_one_or_more(_TEXT), doc="One text, or several as paragraphs of one message."),
        "ask": Key(
            shape=Either(shapes=(Scalar(form=Form.ID, may_be_empty=True), ASK)),
            doc="Wait for an answer and keep it under this name. Empty or absent: the choices only lead somewhere.",
        ),
        "choices": Key(
            shape=MapOf(keys="choice id", value=Either(shapes=(_TEXT, CHOICE))), doc="At most six buttons, by their id."
        ),
        "services": Key(shape=Either(shapes=(_NAME, ListOf(item=_NAME), SERVICES)), doc="Show cards of the directory."),
        "checklist": Key(shape=ListOf(item=_TEXT), doc="Show things to tick."),
        "remind": Key(shape=REMIND, doc="Offer a reminder; `say` is the offer."),
        "call": Key(shape=_FLOW, doc="Walk another flow, then come back here."),
        "branch": Key(shape=ListOf(item=CASE), doc="Go where the first condition that holds leads."),
        "handoff": Key(shape=_NAME, doc="Hand over to a person of this queue of config.yml."),
        "do": Key(shape=_NAME, doc="Run one of the guichet's own commands."),
        "volatile": Key(shape=_FLAG, doc="yes: from here to the flow's end nothing reaches a disk."),
        "otherwise": Key(
            shape=_ID, doc="Where a written answer that fits no choice goes; for a branch, where everything else goes."
        ),
        "goto": Key(shape=_ID, doc="Step that comes next, or `end`, or `menu`; the next in the file when not given."),
        "start": Key(shape=_FLOW, doc="Flow that comes next, without coming back."),
    },
)
STARTS_ON = Record(
    name="starts_on",
    keys={
        "intents": Key(shape=_one_or_more(_NAME), doc="Intents of nlu/intents.yml that this flow answers."),
        "keywords": Key(shape=_one_or_more(_TEXT), doc="Exact words that begin this flow, translated like sentences."),
        "topic": Key(shape=Scalar(form=Form.TOPIC), doc="Topic of posters and links (`/start` payload)."),
    },
)
PLURAL = Record(
    name="plural",
    keys={
        "one": Key(shape=_TEXT, doc="The sentence for one.", required=True),
        "many": Key(shape=_TEXT, doc="The sentence for several; contains {count}.", required=True),
    },
)
FLOW = Record(
    name="flow",
    keys={
        "flow": Key(shape=_FLOW, doc="`area.name`, the same as the folder and the file.", required=True),
        "title": Key(shape=_TEXT, doc="At most 32 characters, shown in menus.", required=True),
        "icon": Key(shape=_TEXT, doc="Emoji shown before the title."),
        "about": Key(shape=_TEXT, doc="What the flow is for; for admins, never shown to a newcomer."),
        "reviewed": Key(shape=Scalar(form=Form.DATE), doc="Day an adviser last read the whole flow."),
        "review_days": Key(
            shape=Scalar(form=Form.NUMBER, least=1, most=1000), doc="Days a review is good for, 180 when not given."
        ),
        "owner": Key(shape=_TEXT, doc="Team that keeps the flow true."),
        "sources": Key(
            shape=_one_or_more(Scalar(form=Form.SOURCE)), doc="Where the facts come from: an address, then a note."
        ),
        "starts_on": Key(shape=STARTS_ON, doc="What begins this flow."),
        "safety": Key(shape=_FLAG, doc="yes: begun at once, shows numbers before it asks, up to 600 characters."),
        "asks_if_helped": Key(shape=_FLAG, doc="yes: asks at its end whether it helped."),
        "long": Key(shape=_FLAG, doc="yes: messages up to 600 characters, for the reason given in `about`."),
        "steps": Key(shape=ListOf(item=STEP), doc="The steps, in order.", required=True),
    },
)
PHRASES = Record(
    name="phrases",
    keys={
        "flow": Key(shape=_FLOW, doc="`_system.name`, the same as the file."),
        "title": Key(shape=_TEXT, doc="What these phrases are about; for admins."),
        "about": FLOW.keys["about"],
        "owner": FLOW.keys["owner"],
        "reviewed": FLOW.keys["reviewed"],
        "long": FLOW.keys["long"],
        "phrases": Key(
            shape=MapOf(keys="phrase name", value=Either(shapes=(_TEXT, PLURAL))),
            doc="Sentences the guichet says by itself, by name.",
            required=True,
        ),
    },
)
#: Every record, in the order the reference explains them.
RECORDS = (FLOW, STARTS_ON, STEP, ASK, CHOICE, CASE, SERVICES, REMIND, PHRASES, PLURAL)


def check(node: Node, shape: Shape, *, path: str, key: str, line: int, step: str | None = None) -> Iterator[Issue]:
    """What is wrong with the shape of this node. `line` is that of its key."""
    match shape, node:
        case ConditionShape(), _:
            return
        case Either(shapes=shapes), _:
            fitting = next((one for one in shapes if _fits(node, one)), shapes[-1])
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
            if any(nearest(other, [name]) for other in node.values if other not in shape.keys):
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
        case Form.SOURCE if not re.match(r"https?://[^\s/]+\.\S+", value):
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


# --- export for editors ----------------------------------------------------------------------------------------


def json_schema() -> dict[str, Any]:
    """The table as a JSON Schema (draft 2020-12), for completion and checks in editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A flow file of the guichet unique",
        "oneOf": [{"$ref": "#/$defs/flow"}, {"$ref": "#/$defs/phrases"}],
        "$defs": {
            **{record.name: _record_schema(record) for record in RECORDS},
            "condition": {"type": "object", "minProperties": 1},
        },
    }


def _record_schema(record: Record) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name, key in record.keys.items() if key.required],
        "properties": {name: {**_shape_schema(key.shape), "description": key.doc} for name, key in record.keys.items()},
    }


def _shape_schema(shape: Shape) -> dict[str, Any]:
    match shape:
        case Scalar():
            return _scalar_schema(shape)
        case ListOf(item=item):
            return {"type": "array", "minItems": 1, "items": _shape_schema(item)}
        case MapOf(keys=keys, value=value):
            pattern = PHRASE_NAME if keys == "phrase name" else PATTERNS[Form.ID][0]
            names = {"pattern": f"^{pattern.pattern}$"}
            return {
                "type": "object",
                "minProperties": 1,
                "propertyNames": names,
                "additionalProperties": _shape_schema(value),
            }
        case Record(name=name):
            return {"$ref": f"#/$defs/{name}"}
        case Either(shapes=shapes):
            return {"anyOf": [_shape_schema(one) for one in shapes]}
        case ConditionShape():
            return {"$ref": "#/$defs/condition"}


def _scalar_schema(shape: Scalar) -> dict[str, Any]:
    match shape.form:
        case Form.FLAG:
            return {"enum": ["yes", "no", True, False]}
        case Form.NUMBER:
            return {"type": "integer", "minimum": shape.least, "maximum": shape.most}
        case Form.DATE:
            return {"type": "string", "format": "date"}
        case Form.SOURCE:
            return {"type": "string", "pattern": "^https?://"}
        case Form.WORD:
            return {"enum": list(shape.words)}
        case Form.TEXT:
            # Editors type what we keep as text: a label may be 112 or a word that YAML takes for true.
            return {"type": ["string", "number", "boolean"]}
        case _:
            return {"type": "string", "pattern": f"^{PATTERNS[shape.form][0].pattern}$"}
