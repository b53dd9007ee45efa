"""The utterances that are never trained on: read, and sorted into the styles people write in.

Three sets. *Practice* (`nlu/tests/`) was looked at while pipelines and words were chosen. The *examination*
(`nlu/exam/`) was written by others from the register alone, and nothing was ever chosen by it; its harmless sentences
are hard on purpose. *Everyday* (`nlu/everyday/`) was written like it, at the difficulty of ordinary days.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

#: Locales whose own script is not Latin: Latin letters there are a transliteration.
OTHER_SCRIPTS = frozenset(
    {"ar", "fa", "fa-AF", "ps", "ur", "ckb", "ru", "uk", "ti", "am", "ka", "bn", "hy", "hi", "zh-Hans"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """One utterance and what it means; `intent` None: harmless words that sound like danger."""

    text: str
    locale: str
    intent: str | None

    @property
    def style(self) -> str:
        """How it is written."""
        letters = [letter for letter in self.text if letter.isalpha()]
        latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
        if self.locale in OTHER_SCRIPTS and latin > len(letters) / 2:
            return "in Latin letters"
        words = len(self.text.split())
        return "1–3 words" if words <= 3 else "4–8 words" if words <= 8 else "9–15 words" if words <= 15 else "a story"


def held_out(folder: Path) -> list[HeldOut]:
    """Everything of `nlu/tests/<locale>/<area>.yml`; files that begin with `_` hold something else."""
    return [one for path in sorted(folder.glob("*/*.yml")) if path.name[0] != "_" for one in _read(path)]


def hard_negatives(folder: Path) -> list[HeldOut]:
    """Everything of `nlu/tests/hard_negatives/<locale>.yml`."""
    return [
        HeldOut(text=str(text), locale=path.stem, intent=None)
        for path in sorted((folder / "hard_negatives").glob("*.yml"))
        for text in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    ]


def examination(folder: Path) -> tuple[list[HeldOut], list[HeldOut]]:
    """Everything of `nlu/exam/<locale>.yml`: what means something, and (`_harmless`) what only sounds like danger.

    `nlu/everyday/` has the same form.
    """
    meant: list[HeldOut] = []
    harmless: list[HeldOut] = []
    for path in sorted(folder.glob("*.yml")):
        for intent, texts in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader).items():
            is_harmless = intent == "_harmless"
            group = harmless if is_harmless else meant
            group += [HeldOut(text=text, locale=path.stem, intent=None if is_harmless else intent) for text in texts]
    return meant, harmless


def _read(path: Path) -> Iterator[HeldOut]:
    tree = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    if isinstance(tree, dict):
        for intent, texts in tree.items():
            for text in texts:
                yield HeldOut(text=str(text), locale=path.parent.name, intent=intent)
