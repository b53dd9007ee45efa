"""What is wrong with a file of `locales/`: in French for who translates, in English for the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.errors import DataError


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence in two languages, with path and, if known, line."""

    en: str
    fr: str

    def __str__(self) -> str:
        return self.en

    def said(self, language: Literal["fr", "en"]) -> str:
        """The sentence in this language."""
        return self.fr if language == "fr" else self.en

    def after(self, place: str) -> Told:
        """The same behind the place that it speaks of."""
        return Told(f"{place}: {self.en}", f"{place}: {self.fr}")


class LocaleFileError(DataError):
    """A file of `locales/` cannot be used; the text is the English sentence."""

    def __init__(self, en: str, fr: str = "") -> None:
        super().__init__(en)
        self.told = Told(en, fr or en)
