"""A compiled copy of the lexicon, which makes the next start a second faster and thirty megabytes lighter.

Kept as JSON beside the database, the rows of numbers in it as base64, behind a line with its SHA-256: words of danger
are not read from a file that a disk has spoilt. Stamped with size and time of every file it came from, the code that
reads phrases included, so that nobody has to remember to throw it away.
"""

from __future__ import annotations

import contextlib
import sys
from array import array
from base64 import b64decode, b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from bot.nlu import folding, phrase_tree, phrases
from bot.nlu.phrase_tree import Edges, Groups, Stems, Tree
from bot.whole_file import sealed, unsealed, write_whole

#: What a phrase of a file says: intent, locale, the phrase itself.
Said: TypeAlias = tuple[str, str, str]
#: By which a copy knows the files that it came from, in the form JSON gives back.
Stamps: TypeAlias = list[list[str | int]]

#: Changed with the form of the copy; numbers are written as this machine has them.
_FORM = f"1 {sys.byteorder} {array('i').itemsize}"
_STEMS = ("whole", "head", "tail", "inside")
_CODE = tuple(Path(str(module.__file__)) for module in (folding, phrases, phrase_tree))


def stamps_of(paths: Sequence[Path]) -> Stamps:
    """Name, size and time of these files and of the code that reads them; to be taken before they are read."""
    return [[path.name, *_stamp(path)] for path in (*paths, *_CODE)]


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:  # gone: reading it makes an issue, and what has issues is not kept
        return (0, 0)
    return (found.st_size, found.st_mtime_ns)


def read_compiled(path: Path, stamps: Stamps, *, is_former: bool = False) -> tuple[list[Said], Tree] | None:
    """The compiled copy, or None when it is absent, damaged, of other files or of another form.

    `is_former`: a copy of what the lexicon was before will do, if the same code made it.
    """
    try:
        body = unsealed(path.read_bytes())
        if body is None:
            return None
        raw = orjson.loads(body)
        compared = slice(-len(_CODE) if is_former else 0, None)
        if raw["form"] != _FORM or raw["stamps"][compared] != stamps[compared]:
            return None
        said: list[Said] = [(intent, locale, phrase) for intent, locale, phrase in raw["said"]]
        tree = Tree(
            edges=Edges(*map(_row, raw["edges"])),
            ends=_groups(raw["ends"]),
            **{where: Stems(tuple(raw[where]["letters"]), _groups(raw[where]["symbols"])) for where in _STEMS},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError):
        return None
    return said, tree


def write_compiled(path: Path, stamps: Stamps, said: Sequence[Said], tree: Tree) -> None:
    """Keep a compiled copy. Best effort: a folder that cannot be written costs speed, nothing else."""
    edges = tree.edges
    raw: dict[str, Any] = {
        "form": _FORM,
        "stamps": stamps,
        "said": said,
        "edges": [_written(row) for row in (edges.symbol, edges.gap, edges.target, edges.first, edges.reach)],
        "ends": _groups_written(tree.ends),
    }
    for where in _STEMS:
        stems: Stems = getattr(tree, where)
        raw[where] = {"letters": stems.letters, "symbols": _groups_written(stems.symbols)}
    with contextlib.suppress(OSError):
        write_whole(path, sealed(orjson.dumps(raw)))


def _written(row: array[int]) -> list[str]:
    return [row.typecode, b64encode(row.tobytes()).decode("ascii")]


def _row(raw: Sequence[str]) -> array[int]:
    typecode, numbers = raw
    row = array(typecode)
    row.frombytes(b64decode(numbers, validate=True))
    return row


def _groups_written(groups: Groups) -> list[list[str]]:
    return [_written(groups.numbers), _written(groups.first)]


def _groups(raw: Sequence[Sequence[str]]) -> Groups:
    numbers, first = map(_row, raw)
    return Groups(numbers, first)
