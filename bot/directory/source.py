"""Files of the directory: read strictly, with what is wrong as issues."""

from __future__ import annotations

from pathlib import Path

from bot import strict_yaml
from bot.directory.issues import Issue, issue
from bot.strict_yaml import Node


def read(path: Path, shown: str) -> tuple[Node | None, list[Issue]]:
    """The tree of one file and what is wrong with it; None when it cannot be trusted at all.

    `shown` is the path that issues name.
    """
    root, traps = strict_yaml.read_file(path)
    return root, [issue(shown, trap.line, trap.code, **dict(trap.values)) for trap in traps]
