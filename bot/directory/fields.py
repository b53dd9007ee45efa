"""Takes typed values out of one table of a file; what does not fit becomes an issue and the value is absent."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from enum import StrEnum
from typing import TypeVar

from bot.core.amounts import bare_amounts
from bot.directory.issues import Issue, issue, nearest_name
from bot.directory.service import Answer
from bot.strict_yaml import Items, Table, Text, texts

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


class Fields:
    """One table, its file and the list that its issues join."""

    def __init__(self, table: Table, path: str, issues: list[Issue], line: int | None = None) -> None:
        self.table = table
        #: Where an issue about the whole table points: its own line, or that of the name above it.
        self.line = line or table.line
        self.path = path
        self.issues = issues

    def blame(
        self, field: str, code: str, *, near: str | None = None, line: int | None = None, **values: object
    ) -> None:
        """An issue on the line of one field (or of the table, when the field is absent)."""
        at = line or self.table.lines.get(field, self.line)
        self.issues.append(issue(self.path, at, code, near=near, **values))

    def only(self, known: Collection[str]) -> None:
        """Every other field is a slip of the pen."""
        for name in self.table.values:
            if name not in known:
                self.blame(name, "unknown-field", near=nearest_name(name, known), name=name)

    def text(self, name: str, *, required: bool = False, longest: int | None = None) -> str:
        """One scalar, or an empty text when it is absent."""
        node = self.table.values.get(name)
        if node is not None and not isinstance(node, Text):
            self.blame(name, "not-a-text", name=name)
            return ""
        value = node.value if node is not None else ""
        if required and not value:
            self.blame(name, "missing-field", name=name)
        if longest is not None and len(value) > longest:
            self.blame(name, "too-long", name=name, count=len(value), limit=longest)
        return value

    def sentence(self, name: str, *, required: bool = False, longest: int | None = None) -> str:
        """As `text`, for what people read: amounts and deadlines belong to the dated facts, which show their year."""
        value = self.text(name, required=required, longest=longest)
        for found in bare_amounts(value):
            self.blame(name, "bare-amount", name=name, found=found)
        return value

    def many(self, name: str, *, required: bool = False) -> list[Text]:
        """A list of scalars; a lone scalar counts as a list of one."""
        node = self.table.values.get(name)
        if isinstance(node, Table) or (
            isinstance(node, Items) and any(not isinstance(child, Text) for child in node.values)
        ):
            self.blame(name, "not-a-list", name=name)
            return []
        found = [text for text in texts(node) if text.value]
        if required and not found:
            self.blame(name, "missing-field", name=name)
        return found

    def choice(self, name: str, kind: type[E], default: E) -> E:
        """One word of a closed list."""
        value = self.text(name)
        if not value:
            return default
        try:
            return kind(value)
        except ValueError:
            self.blame(name, "bad-choice", name=name, value=value, options=", ".join(kind))
            return default

    def flag(self, name: str, default: bool) -> bool:
        """yes or no."""
        value = self.text(name)
        if value not in ("", Answer.YES, Answer.NO):
            self.blame(name, "bad-choice", name=name, value=value, options="yes, no")
        return default if value not in (Answer.YES, Answer.NO) else value == Answer.YES

    def words(self, name: str, kind: str, allowed: Collection[str], *, required: bool = False) -> tuple[str, ...]:
        """Keys of one kind of the vocabulary; an empty `allowed` is not checked."""
        found = self.many(name, required=required)
        for text in found:
            if allowed and text.value not in allowed:
                near = nearest_name(text.value, allowed)
                self.blame(name, "unknown-word", near=near, line=text.line, word=text.value, name=name, kind=kind)
        return tuple(text.value for text in found)

    def parsed(self, name: str, parse: Callable[[str], T], code: str) -> T | None:
        """One scalar read by `parse`, which raises ValueError."""
        value = self.text(name)
        if not value:
            return None
        try:
            return parse(value)
        except ValueError:
            self.blame(name, code, name=name, value=value)
            return None

    def matching(self, name: str, pattern: re.Pattern[str], code: str) -> str | None:
        """One scalar of a known shape."""

        def check(value: str) -> str:
            if not pattern.fullmatch(value):
                raise ValueError(value)
            return value

        return self.parsed(name, check, code)
