"""The name of one state of a flow: a digest of what a conversation can notice."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass

from bot.core.ids import Revision
from bot.core.phrases import Phrase
from bot.flow.graph import Flow

#: No conversation notices when only these change.
_UNSEEN = frozenset({"line", "revision", "reviewed", "sources", "path", "person"})
#: Fields that flows did not always have: left out while they say nothing, so that revisions people stand in stay known.
_LATER = frozenset({"within_days", "words", "span", "counts"})
_SEEN: dict[type, tuple[str, ...]] = {}


def revision_of(flow: Flow) -> Revision:
    """The first 12 hex digits of the SHA-256 of the flow, the same in every process."""
    form = json.dumps(_plain(flow), ensure_ascii=False, separators=(",", ":"), default=_plain)
    return Revision(hashlib.sha256(form.encode()).hexdigest()[:12])


def _plain(value: object) -> object:
    """What `json` cannot write by itself, as lists: sets in order, dataclasses as name and fields."""
    if isinstance(value, Phrase):
        return [value.key, value.text, value.plural]
    if isinstance(value, frozenset):
        return sorted(value)
    assert is_dataclass(value)
    kind = type(value)
    if kind not in _SEEN:
        _SEEN[kind] = tuple(one.name for one in fields(value) if one.name not in _UNSEEN)
    said = ((name, getattr(value, name)) for name in _SEEN[kind])
    return [kind.__name__, *(given for name, given in said if given is not None or name not in _LATER)]
