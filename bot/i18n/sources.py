"""Read the small YAML files of `locales/`: every scalar is text (`no` stays a word), a wrong shape is one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.i18n.told import LocaleFileError, unreadable
from bot.ordinary_file import bytes_of

# The C loader reads the words of twenty languages in milliseconds; `BaseLoader` types nothing.
_Base: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class _WrittenTwice(yaml.MarkedYAMLError):
    """A key stands twice in one mapping: YAML would take the last without a word and lose what the first says."""

    def __init__(self, word: str, first: int, mark: yaml.Mark) -> None:
        super().__init__(
            problem=f'"{word}" is written twice (first on line {first}): keep one',
            problem_mark=mark,
        )
        self.word = word
        self.first = first


class _Loader(_Base):  # type: ignore[misc]
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        first: dict[str, int] = {}
        for key, _ in node.value:
            word = str(key.value)
            if word in first:
                raise _WrittenTwice(word, first[word], key.start_mark)
            first[word] = key.start_mark.line + 1
        mapping: dict[object, object] = super().construct_mapping(node, deep)
        return mapping


def read_mapping(path: Path) -> Mapping[str, object]:
    """The mapping in this file. Raises LocaleFileError."""
    try:
        loaded = yaml.load(bytes_of(path).decode("utf-8-sig"), _Loader)
    except OSError as exc:
        raise unreadable(path, exc) from exc
    except UnicodeDecodeError as exc:
        at = exc.object.count(b"\n", 0, exc.start) + 1
        raise LocaleFileError(
            f"{path}:{at}: is not UTF-8; save the file again as UTF-8",
            f"{path}:{at}: n'est pas en UTF-8. Enregistrez le fichier de nouveau, en UTF-8.",
        ) from exc
    except _WrittenTwice as exc:
        line = "" if exc.problem_mark is None else f":{exc.problem_mark.line + 1}"
        said = f"{path}{line}: « {exc.word} » est écrit deux fois (d'abord ligne {exc.first}). Gardez-en un seul."
        raise LocaleFileError(f"{path}{line}: {exc.problem}", said) from exc
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        line = "" if mark is None else f":{mark.line + 1}"
        problem = getattr(exc, "problem", None) or str(exc).partition("\n")[0]
        raise LocaleFileError(
            f"{path}{line}: not YAML ({problem})",
            f"{path}{line}: le YAML est illisible. Vérifiez deux-points, guillemets, crochets et retraits (des"
            " espaces, pas de tabulation).",
        ) from exc
    if not isinstance(loaded, dict):
        raise LocaleFileError(f"{path}: a mapping is expected", f"{path}: il faut des lignes « clé: valeur ».")
    return loaded


def texts_at(raw: Mapping[str, object], key: str, path: Path, *, under: str = "") -> tuple[str, ...]:
    """The list of texts under `key`, empty when it is not there; `under`: the key at the margin that it belongs to."""
    value = raw.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise wrong_at(
            path,
            under or key,
            f'"{key}" must be a list of words, such as [one, two]',
            f"« {key} » attend une liste de mots, comme [un, deux].",
        )
    return tuple(value)


def wrong_at(path: Path, key: str, en: str, fr: str) -> LocaleFileError:
    """These sentences behind the place of a key at the margin of this file."""
    place = place_of(path, key)
    return LocaleFileError(f"{place}: {en}", f"{place}: {fr}")


def place_of(path: Path, key: str) -> str:
    """`path:line` of a key at the margin of this file; the path alone where there is none."""
    lines = path.read_text(encoding="utf-8-sig", errors="replace").split("\n")
    found = next((number for number, line in enumerate(lines, start=1) if line.partition(":")[0].rstrip() == key), None)
    return str(path) if found is None else f"{path}:{found}"
