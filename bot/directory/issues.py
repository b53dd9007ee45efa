"""Wrong data in the directory or the facts: where, what and the way out (style: `file:line: text [code]`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Issue:
    """One mistake in a file. The codes are explained in `docs/reference/directory.md`."""

    path: str
    line: int
    code: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text} [{self.code}]"


#: Every code this room can give; a test keeps one broken file and one line of the reference for each.
CODES = (
    "bad-yaml",
    "yaml-alias",
    "yaml-tag",
    "duplicate-key",
    "not-a-list",
    "not-a-map",
    "unknown-field",
    "missing-field",
    "bad-choice",
    "bad-id",
    "duplicate-id",
    "unknown-word",
    "unknown-fact",
    "unknown-district",
    "bad-phone",
    "bad-email",
    "bad-url",
    "bad-language",
    "bad-coordinates",
    "bad-hours",
    "bad-date",
    "bad-number",
    "too-long",
    "confidential-address",
    "no-source",
    "future-date",
    "wrong-category",
)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A way out to add to a sentence: the nearest known word, or nothing."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f' Did you mean "{near[0]}"?' if near else ""
