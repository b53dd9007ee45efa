"""The register of intents, `nlu/intents.yml`: what flows may answer, and what the model is believed to mean."""

from __future__ import annotations

from pathlib import Path

from bot.errors import DataError
from bot.flow.source import read_file
from bot.strict_yaml import Table


def intents_in(path: Path) -> frozenset[str]:
    """The intents of this register. Raises DataError: without them every flow and every answer would be refused."""
    tree, issues = read_file(path, path.as_posix())
    if issues:
        raise DataError(issues[0].shown("en"), issues[0].shown("fr"))
    found = tree.get("intents") if isinstance(tree, Table) else None
    if not isinstance(found, Table):
        raise DataError(
            f'{path}:1: "intents" must be a map from the name of each intent to what it means.',
            f"{path}:1: « intents » attend le nom de chaque intention, puis ce qu'elle veut dire, un par ligne.",
        )
    return frozenset(found.values)
