"""What is kept of an update that nobody's could be said of: its shape, to mend the reading by, and not one value.

It has no owner whose key would seal it and whose erasure would find it.
"""

from __future__ import annotations

import re
from typing import Any, Final

import orjson

from bot.channel.read import loads

#: Bytes that are looked at; a larger update is not one of Telegram's.
LIMIT_BYTES: Final = 64 * 1024
#: Levels, and parts of each level, that are told of.
DEPTH: Final = 8
PARTS: Final = 40
#: A field as the Bot API names them; any other name may be somebody's words.
_FIELD: Final = re.compile(r"[a-z][a-z_]{0,39}")


def outline(payload: bytes) -> bytes:
    """Names of fields and kinds of values as JSON; of what is no JSON only the size."""
    shape: Any = None
    if len(payload) <= LIMIT_BYTES:
        try:
            shape = _shape(loads(payload), DEPTH)
        except (ValueError, RecursionError):
            shape = "not JSON"
    return orjson.dumps({"bytes": len(payload), "shape": shape})


def _shape(value: Any, depth: int) -> Any:
    match value:
        case dict() | list() if depth == 0:
            return "..."
        case dict():
            parts = list(value.items())[:PARTS]
            return {_named(name): _shape(part, depth - 1) for name, part in parts}
        case list():
            return [_shape(part, depth - 1) for part in value[:PARTS]]
        case None:
            return None
        case _:
            return type(value).__name__


def _named(name: str) -> str:
    return name if _FIELD.fullmatch(name) else "?"
