"""Read the small YAML files of `locales/`: every scalar is text (`no` stays a word), a wrong shape is one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from bot.errors import DataError

# The C loader reads the words of twenty languages in milliseconds; `BaseLoader` types nothing.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class LocaleFileError(DataError):
    """A file of `locales/` cannot be used; the text is one sentence with path and, if known, line."""


def read_mapping(path: Path) -> Mapping[str, object]:
    """The mapping in this file. Raises LocaleFileError."""
    try:
        loaded = yaml.load(path.read_bytes(), _LOADER)
    except OSError as exc:
        raise LocaleFileError(f"{path}: cannot be read ({exc.strerror})") from exc
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        line = "" if mark is None else f":{mark.line + 1}"
        problem = getattr(exc, "problem", None) or str(exc).partition("\n")[0]
        raise LocaleFileError(f"{path}{line}: not YAML ({problem})") from exc
    if not isinstance(loaded, dict):
        raise LocaleFileError(f"{path}: a mapping is expected")
    return loaded


def texts_at(raw: Mapping[str, object], key: str, path: Path) -> tuple[str, ...]:
    """The list of texts under `key`, empty when it is not there."""
    value = raw.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise LocaleFileError(f'{path}: "{key}" must be a list of words, such as [one, two]')
    return tuple(value)
