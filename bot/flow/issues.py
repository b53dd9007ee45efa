"""Wrong data in a flow file: where, what, and the way out, in French and English. Nothing here is raised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from bot.core.one_line import one_line
from bot.flow.kinds import KINDS, Severity

Language = Literal["fr", "en"]

#: Written before the sentence when the issue sits in one step.
_AT_STEP = {"fr": "étape « {step} » : ", "en": 'step "{step}": '}
#: Written after it when a known name is near the unknown one.
_NEAR = {"fr": " Vouliez-vous dire « {near} » ?", "en": ' Did you mean "{near}"?'}


#: Names that are all compared with a misspelt one.
_MANY = 300


@dataclass(frozen=True, slots=True, order=True)
class Issue:
    """One mistake in one file. `code` is a key of `KINDS` and of docs/reference/issues.md.

    `values` fill the placeholders of the kind's sentence; `step` and `near` among them are said for every kind.
    """

    path: str
    #: 1 for the first line.
    line: int
    code: str
    values: tuple[tuple[str, str], ...] = ()
    #: A critical issue keeps its flow from being published; a warning only asks for a look.
    severity: Severity = Severity.CRITICAL

    @property
    def text(self) -> str:
        """The sentence in French, the language of the guichet's admins."""
        return self.said("fr")

    @property
    def is_critical(self) -> bool:
        """The flow of this file is not published."""
        return self.severity is Severity.CRITICAL

    def said(self, language: Language) -> str:
        """What is wrong and the way out, one or two sentences."""
        values = dict(self.values)
        kind = KINDS[self.code]
        sentence = (kind.fr if language == "fr" else kind.en).format_map(values)
        before = _AT_STEP[language].format_map(values) if "step" in values else ""
        after = _NEAR[language].format_map(values) if "near" in values else ""
        return before + sentence + after

    def shown(self, language: Language = "fr") -> str:
        """One line for a terminal: `path:line: sentence [code]`."""
        return one_line(f"{self.path}:{self.line}: {self.said(language)} [{self.code}]")

    def __str__(self) -> str:
        return self.shown()


def issue(
    path: str, line: int, code: str, *, step: str | None = None, near: str | None = None, **values: object
) -> Issue:
    """An issue of this kind, with the kind's own severity."""
    said = {name: str(value) for name, value in values.items()}
    if step:
        said["step"] = step
    if near:
        said["near"] = near
    return Issue(path, line, code, tuple(sorted(said.items())), KINDS[code].severity)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that was most probably meant, or None."""
    names = sorted(known)
    if len(names) > _MANY:
        # Only a hostile file has so many; comparing letters of all of them would take minutes.
        names = [name for name in names if name[:2] == word[:2] and abs(len(name) - len(word)) < 3][:_MANY]
    found = get_close_matches(word, names, n=1, cutoff=0.6)
    return found[0] if found else None
