"""Files of flows: read strictly, with what is wrong as issues."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bot import strict_yaml
from bot.flow.issues import Issue, issue
from bot.strict_yaml import Node, Trap


def read_file(path: Path, shown: str) -> tuple[Node | None, tuple[Issue, ...]]:
    """The tree of one file; `shown` is the path that issues name. Never reads more than the limit."""
    root, traps = strict_yaml.read_file(path)
    return root, _issues(traps, shown)


def read(source: bytes, path: str) -> tuple[Node | None, tuple[Issue, ...]]:
    """The tree of one file and what is wrong with it. The tree is None when it cannot be trusted at all."""
    root, traps = strict_yaml.read(source)
    return root, _issues(traps, path)


def _issues(traps: Iterable[Trap], path: str) -> tuple[Issue, ...]:
    return tuple(issue(path, trap.line, trap.code, **dict(trap.values)) for trap in traps)
