"""A file of `locales/` that cannot be used: in French for who translates, in English for the log."""

from __future__ import annotations

from pathlib import Path

from bot.errors import DataError
from bot.ordinary_file import reason


class LocaleFileError(DataError):
    """A file of `locales/` cannot be used; the text is the English sentence."""


def unreadable(path: Path, exc: OSError) -> LocaleFileError:
    """That the system does not let this file be read, and why."""
    return LocaleFileError(
        f"{path}: cannot be read ({reason(exc)})", f"{path}: ne peut pas être lu ({reason(exc, 'fr')})."
    )
