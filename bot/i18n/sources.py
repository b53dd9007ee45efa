"""Read the small YAML files of `locales/`: every scalar is text (`no` stays a word), a wrong shape is one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.i18n.told import LocaleFileError

# The C loader reads the words of twenty languages in milliseconds; `BaseLoader` types nothing.
_Base: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class _WrittenTwice(yaml.MarkedYAMLError):
    """A key stands twice in one mapping: YAML would take the last without a word and lose what the first says."""


class _Loader(_Base):  # type: ignore[misc]
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        first: dict[str, int] = {}
        for key, _ in node.value:
            word = str(key.value)
            if word in first:
                problem = f'"{word}" is written twice (first on line {first[word]}): keep one'
                raise _WrittenTwice(problem=problem, problem_mark=key.start_mark)
            first[word] = key.start_mark.line + 1
        mapping: dict[object, object] = super().construct_mapping(node, deep)
        return mapping


def read_mapping(path: Path) -> Mapping[str, object]:
    """The mapping in this file. Raises LocaleFileError."""
    try:
        loaded = yaml.load(path.read_bytes(), _Loader)
    except OSError as exc:
        raise LocaleFileError(
            f"{path}: cannot be read ({exc.strerror})", f"{path}: ne peut pas être lu ({exc.strerror})."
        ) from exc
    except _WrittenTwice as exc:
        line = "" if exc.problem_mark is None else f":{exc.problem_mark.line + 1}"
        said = f"{path}{line}: une clé est écrite deux fois. Gardez-en une seule."
        raise LocaleFileError(f"{path}{line}: {exc.problem}", said) from exc
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        line = "" if mark is None else f":{mark.line + 1}"
        problem = getattr(exc, "problem", None) or str(exc).partition("\n")[0]
        raise LocaleFileError(
            f"{path}{line}: not YAML ({problem})",
            f"{path}{line}: le YAML est illisible. Vérifiez deux-points, guillemets, crochets et retraits ; enregistrez"
            " en UTF-8.",
        ) from exc
    if not isinstance(loaded, dict):
        raise LocaleFileError(f"{path}: a mapping is expected", f"{path}: il faut des lignes « clé: valeur ».")
    return loaded


def texts_at(raw: Mapping[str, object], key: str, path: Path) -> tuple[str, ...]:
    """The list of texts under `key`, empty when it is not there."""
    value = raw.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        place = place_of(path, key)
        raise LocaleFileError(
            f'{place}: "{key}" must be a list of words, such as [one, two]',
            f"{place}: « {key} » attend une liste de mots, comme [un, deux].",
        )
    return tuple(value)


def place_of(path: Path, key: str) -> str:
    """`path:line` of a key at the margin of this file; the path alone where there is none."""
    lines = path.read_text(encoding="utf-8-sig", errors="replace").split("\n")
    found = next((number for number, line in enumerate(lines, start=1) if line.partition(":")[0].rstrip() == key), None)
    return str(path) if found is None else f"{path}:{found}"
