"""A flow file on its way to the graph: what was read, what it mentions, and the sentences it says, with their lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.ids import FlowId, StepId
from bot.core.phrases import Phrase
from bot.flow.graph import Flow
from bot.flow.issues import Issue


class Names(StrEnum):
    """What a mentioned name is the name of."""

    STEP = "step"
    FLOW = "flow"
    INTENT = "intent"
    SERVICE = "service"
    NEED = "need"
    QUEUE = "queue"
    COMMAND = "command"
    SLOT = "slot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A name that must exist somewhere."""

    of: Names
    name: str
    line: int
    step: StepId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotUse:
    """A condition that looks at a slot: with these words, or with a number."""

    slot: str
    line: int
    step: StepId
    words: tuple[str, ...] = ()
    compares: bool = False


class Role(StrEnum):
    """What a sentence is, which decides its limits."""

    TITLE = "title"
    KEYWORD = "keyword"
    SAY = "say"
    LABEL = "label"
    WORD = "word"
    ITEM = "item"
    REMINDER = "reminder"
    #: The line of a card for a counter.
    CARD = "card"
    #: A system phrase.
    PHRASE = "phrase"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A phrase as it stands in a file."""

    phrase: Phrase
    line: int
    role: Role
    step: StepId | None = None


@dataclass(slots=True, kw_only=True)
class Draft:
    """One file, as far as it could be read. Filled by `bot.flow.compile`, judged by the checks, then thrown away."""

    path: str
    id: FlowId
    #: None when the file is so wrong that no graph can be made of it, and for files of system phrases.
    flow: Flow | None = None
    issues: list[Issue] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    slot_uses: list[SlotUse] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    #: Name → sentence of a file with `phrases:`.
    phrases: dict[str, Sentence] = field(default_factory=dict)
    #: Id → line of every step whose id can be read, also of those with mistakes inside.
    step_lines: dict[StepId, int] = field(default_factory=dict)
    #: Card → the step whose checklist it takes its papers from, and the line that says so.
    brings: dict[StepId, tuple[StepId, int]] = field(default_factory=dict)
    #: Some steps could not be read: what hangs together over all steps cannot be judged.
    has_holes: bool = False
    #: Lines of top-level keys, for issues about the whole flow.
    lines: Mapping[str, int] = field(default_factory=dict)
    #: Messages may have 600 characters.
    is_long: bool = False
    #: A review is good for half a year unless the flow says otherwise.
    review_days: int = 180

    @property
    def is_broken(self) -> bool:
        """Not to be published."""
        return any(found.is_critical for found in self.issues)
