"""`python -m bot.flow.check flows [--english]`: the issues of a folder of flows, one a line. Exit 1 if any is critical.

Looks the names up in the files beside the folder; `guichet check` does the same with the settings and the catalogues.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bot.core.local_time import local_day
from bot.flow.book import load
from bot.flow.known import Known
from bot.flow.source import read_file
from bot.ordinary_file import files_in
from bot.strict_yaml import Items, Node, Table, Text, texts


def main(arguments: list[str] | None = None) -> int:
    """Print the issues and a last line that counts them."""
    parser = argparse.ArgumentParser(prog="python -m bot.flow.check", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("flows"))
    parser.add_argument("--english", action="store_true", help="issues in English instead of French")
    options = parser.parse_args(arguments)
    loaded = load(options.folder, known_beside(options.folder))
    for found in loaded.issues:
        print(f"{'✗' if found.is_critical else '·'} {found.shown('en' if options.english else 'fr')}")
    critical = sum(found.is_critical for found in loaded.issues)
    print(
        f"{len(loaded.book.flows)} flows, {len(loaded.book.system)} system phrases, {critical} critical,"
        f" {len(loaded.issues) - critical} warnings"
    )
    return 1 if critical else 0


def known_beside(folder: Path) -> Known:
    """What the files around this folder define, read without judging them."""
    root = folder.resolve().parent
    directory = [node for path in files_in(folder / "directory") if (node := _tree(path))]
    return Known(
        intents=_keys_under(_tree(root / "nlu" / "intents.yml"), "intents"),
        services={word for node in directory for word in _ids(_at(node, "services"))},
        facts={
            # Each fact also has its whole amount and its year, as `bot.directory.amounts.values` says.
            *(form for name in _ids(_tree(folder / "facts.yml")) for form in (name, f"{name}.full", f"{name}.year")),
            # How long things are kept is a setting that sentences may name.
            *(f"{kept}_days" for kept in _keys_under(_tree(root / "config.yml"), "retention")),
        },
        queues=_queues(_at(_tree(root / "config.yml"), "teams")),
        needs={
            word.removeprefix("need.")
            for word in _keys_under(_tree(folder / "_system" / "directory.yml"), "phrases")
            if word.startswith("need.")
        }
        or None,
        today=local_day(datetime.now(UTC)),
    )


def _tree(path: Path) -> Node | None:
    return read_file(path, path.name)[0] if path.is_file() else None


def _at(node: Node | None, key: str) -> Node | None:
    return node.get(key) if isinstance(node, Table) else None


def _keys_under(node: Node | None, key: str) -> set[str]:
    """Keys of the map, or ids of the list, called `key`."""
    found = _at(node, key)
    if isinstance(found, Items):
        return set(_ids(found))
    return set(found.values) if isinstance(found, Table) else set()


def _queues(teams: Node | None) -> set[str]:
    found = teams.values.values() if isinstance(teams, Table) else ()
    return {text.value for team in found for text in texts(_at(team, "queues"))}


def _ids(node: Node | None) -> Iterator[str]:
    """`id:` of every entry of a list, or the keys of a map of entries."""
    if isinstance(node, Items):
        for one in node.values:
            if isinstance(one, Table) and isinstance(found := one.get("id") or one.get("name"), Text):
                yield found.value
    elif isinstance(node, Table):
        yield from node.values


if __name__ == "__main__":
    sys.exit(main())
