"""The name of one state of a flow: a digest of what a conversation can notice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum

from bot.core.ids import Revision
from bot.flow.graph import Flow


def revision_of(flow: Flow) -> Revision:
    """The first 12 hex digits of the SHA-256 of what a conversation can notice: not lines, dates, sources or paths."""
    unseen = {"line", "revision", "reviewed", "sources", "path"}
    digest = hashlib.sha256()
    for part in _flat(flow, unseen):
        digest.update(part.encode())
        digest.update(b"\x00")
    return Revision(digest.hexdigest()[:12])


def _flat(value: object, unseen: set[str]) -> Iterator[str]:
    """A value as a run of texts that is the same in every process: sets in order, no reprs."""
    if isinstance(value, Enum):
        yield f"={value.value}"
    elif is_dataclass(value):
        yield f"({type(value).__name__}"
        for one in fields(value):
            if one.name not in unseen:
                yield from _flat(getattr(value, one.name), unseen)
        yield ")"
    elif isinstance(value, Mapping):
        yield "{"
        for key, inner in value.items():
            yield str(key)
            yield from _flat(inner, unseen)
        yield "}"
    elif isinstance(value, tuple):
        yield "["
        for inner in value:
            yield from _flat(inner, unseen)
        yield "]"
    elif isinstance(value, frozenset):
        yield from _flat(tuple(sorted(value)), unseen)
    else:
        yield f"{type(value).__name__}={value}"
