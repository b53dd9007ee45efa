"""The published description of the Bot API, compiled into checks of requests and results.

Source: `botapi-10.1.json` beside this file (see `botapi-10.1.LICENSE`). Fields in that file that look like
constants ("Type of the reaction, always "emoji"") are read from their descriptions, because the
description has no other place for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

DESCRIPTION = Path(__file__).with_name("botapi-10.1.json")

_CONSTANT = re.compile(r"(?:must be|always) \W?([a-z_0-9]+)\W?$")
_TRUE = frozenset({"true", "True", "1", "yes", "t"})
_FALSE = frozenset({"false", "False", "0", "no", "f", ""})

#: Gives the typed value back, or raises Mismatch.
Reader = Callable[[Any, str], Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a multipart request."""

    name: str
    mime: str
    content: bytes


class Mismatch(Exception):
    """A request or a result does not have the described shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodSpec:
    """One method of the API: how to read its parameters and what it gives back."""

    name: str
    readers: Mapping[str, Reader]
    required: frozenset[str]
    result: Reader

    def read(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Turn the fields of a request, as JSON or as form strings, into typed values.

        Parts that an `attach://` reference names are not fields and must be taken out before.
        Raises Mismatch naming the first field that is unknown, missing or of a wrong type.
        """
        values: dict[str, Any] = {}
        for key, value in raw.items():
            reader = self.readers.get(key)
            if reader is None:
                raise Mismatch(f"{key} is not a field of {self.name}")
            if value is not None:
                values[key] = reader(value, key)
        if not self.required <= values.keys():
            missing = ", ".join(sorted(self.required - values.keys()))
            raise Mismatch(f"{missing} is required by {self.name}")
        return values


class Description:
    """All methods and types, each compiled when it is first asked for."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.version: str = raw["version"]
        self._types: Mapping[str, Any] = raw["types"]
        self._raw_methods: Mapping[str, Any] = raw["methods"]
        self._names = {name.lower(): name for name in self._raw_methods}
        self._methods: dict[str, MethodSpec] = {}
        self._readers: dict[str, Reader] = {}

    def method(self, name: str) -> MethodSpec | None:
        """The method of this name in any case, as Telegram reads it, or None."""
        known = self._methods.get(name)
        if known is None:
            proper = self._names.get(name.lower())
            if proper is None:
                return None
            known = self._methods[name] = self._compile(self._raw_methods[proper])
        return known

    def check(self, type_name: str, value: Any) -> None:
        """Raise Mismatch when a value is not of this type of the API, such as "Update"."""
        self._reader(type_name)(value, type_name)

    def field_text(self, type_name: str, field_name: str) -> str:
        """What the description says of one field of a type."""
        fields = self._types[type_name]["fields"]
        return str(next(field["description"] for field in fields if field["name"] == field_name))

    def _compile(self, raw: Mapping[str, Any]) -> MethodSpec:
        fields = raw.get("fields", ())
        return MethodSpec(
            name=raw["name"],
            readers={field["name"]: self._parameter(tuple(field["types"])) for field in fields},
            required=frozenset(field["name"] for field in fields if field["required"]),
            result=self._union(tuple(raw["returns"])),
        )

    def _parameter(self, types: tuple[str, ...]) -> Reader:
        """A top-level field: it may arrive as a typed JSON value, or as text in a form."""
        typed = self._union(types)
        is_text = "String" in types
        if types == ("String",):
            return typed
        if types == ("Integer",):
            return _read_integer
        if types == ("Boolean",):
            return _read_boolean
        if types == ("Integer", "String"):
            return _read_id

        def read(value: Any, path: str) -> Any:
            if type(value) is str and not is_text:
                try:
                    value = orjson.loads(value)
                except orjson.JSONDecodeError as exc:
                    raise Mismatch(f"{path} is not JSON: {exc}") from exc
            return typed(value, path)

        return read

    def _union(self, types: tuple[str, ...]) -> Reader:
        if len(types) == 1:
            return self._reader(types[0])
        readers = [self._reader(one) for one in types]

        def read(value: Any, path: str) -> Any:
            problems = []
            for reader in readers:
                try:
                    return reader(value, path)
                except Mismatch as exc:
                    problems.append(str(exc))
            # The alternative that got furthest into the value is the one that was meant.
            raise Mismatch(max(problems, key=_depth))

        return read

    def _reader(self, name: str) -> Reader:
        known = self._readers.get(name)
        if known is None:
            if name in _SCALARS:
                known = _SCALARS[name]
            elif name.startswith("Array of "):
                known = _array(self._reader(name.removeprefix("Array of ")))
            else:
                known = self._object(name)
            self._readers[name] = known
        return known

    def _object(self, name: str) -> Reader:
        raw = self._types[name]
        if "subtypes" in raw:
            return self._alternatives(tuple(raw["subtypes"]), name)
        fields: dict[str, Reader] = {}
        required = frozenset(field["name"] for field in raw.get("fields", ()) if field["required"])

        def read(value: Any, path: str) -> Any:
            if type(value) is not dict:
                raise Mismatch(f"{path} must be {name}, not {_kind(value)}")
            if not fields:  # compiled at first use: types of the API refer to each other in circles
                for field in raw.get("fields", ()):
                    fields[field["name"]] = self._field(field)
            for key, item in value.items():
                reader = fields.get(key)
                if reader is None:
                    raise Mismatch(f"{path}.{key} is not a field of {name}")
                reader(item, f"{path}.{key}")
            if not required <= value.keys():
                raise Mismatch(f"{path}.{', '.join(sorted(required - value.keys()))} is required by {name}")
            return value

        return read

    def _field(self, field: Mapping[str, Any]) -> Reader:
        constant = _CONSTANT.search(field["description"])
        if constant is None or field["name"] not in {"type", "source", "status"}:
            return self._union(tuple(field["types"]))
        wanted = constant.group(1)

        def read(value: Any, path: str) -> Any:
            if value != wanted:
                raise Mismatch(f'{path} must be "{wanted}"')
            return value

        return read

    def _alternatives(self, names: tuple[str, ...], name: str) -> Reader:
        constants: dict[str, str] = {}
        for one in names:
            for field in self._types[one].get("fields", ()):
                constant = _CONSTANT.search(field["description"])
                if constant and field["name"] in {"type", "source", "status"}:
                    constants[constant.group(1)] = one

        def read(value: Any, path: str) -> Any:
            if type(value) is not dict:
                raise Mismatch(f"{path} must be {name}, not {_kind(value)}")
            mark = value.get("type") or value.get("source") or value.get("status")
            if constants and mark is not None:
                if mark not in constants:
                    raise Mismatch(f'{path} is of the unknown kind "{mark}" of {name}')
                return self._reader(constants[mark])(value, path)
            return self._union(names)(value, path)

        return read


@cache
def description() -> Description:
    """The description in this folder, read once."""
    return Description(orjson.loads(DESCRIPTION.read_bytes()))


def _depth(problem: str) -> int:
    """How far into a value the path at the start of a problem leads."""
    path = problem.partition(" ")[0]
    return path.count(".") + path.count("[")


def _kind(value: Any) -> str:
    return {str: "a string", int: "a number", float: "a number", bool: "a boolean", list: "an array"}.get(
        type(value), "an object"
    )


def _read_integer(value: Any, path: str) -> int:
    if type(value) is int:
        return value
    if type(value) is str:
        try:
            return int(value)
        except ValueError:
            pass
    raise Mismatch(f"{path} must be an integer")


def _read_boolean(value: Any, path: str) -> bool:
    if type(value) is bool:
        return value
    if type(value) is str:
        if value in _TRUE:
            return True
        if value in _FALSE:
            return False
    raise Mismatch(f"{path} must be a boolean")


def _read_id(value: Any, path: str) -> int | str:
    if type(value) is int:
        return value
    if type(value) is str:
        return int(value) if value.lstrip("-").isdecimal() else value
    raise Mismatch(f"{path} must be an integer or a string")


def _array(item: Reader) -> Reader:
    def read(value: Any, path: str) -> Any:
        if type(value) is not list:
            raise Mismatch(f"{path} must be an array, not {_kind(value)}")
        for index, one in enumerate(value):
            item(one, f"{path}[{index}]")
        return value

    return read


def _scalar(name: str, *kinds: type) -> Reader:
    def read(value: Any, path: str) -> Any:
        if type(value) not in kinds:
            raise Mismatch(f"{path} must be {name}, not {_kind(value)}")
        return value

    return read


_SCALARS: dict[str, Reader] = {
    "Integer": _scalar("Integer", int),
    "Float": _scalar("Float", float, int),
    "String": _scalar("String", str),
    "Boolean": _scalar("Boolean", bool),
    "True": _scalar("True", bool),
    "InputFile": _scalar("InputFile", Upload),
}
