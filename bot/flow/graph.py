"""The checked graph a conversation walks: flows, steps, what a step does, where it leads. Frozen, no I/O.

`bot.flow.compile` builds it from flow files; `bot.conversation` only reads it. Every reference is resolved: a graph
that exists has no unknown step, no lost flow, no missing other-branch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from bot.core.ids import FlowId, Revision, ServiceId, StepId
from bot.core.phrases import Phrase, Value
from bot.core.spans import Span

# --- conditions: data, never an expression ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Is:
    """The slot's answer is one of these words."""

    slot: str
    words: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """The slot's answer is a number with `at_least` ≤ number < `below` (each side may be open)."""

    slot: str
    at_least: int | None = None
    below: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The slot has an answer."""

    slot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """The condition does not hold."""

    condition: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """Every condition holds."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """At least one condition holds."""

    conditions: tuple[Condition, ...]


Condition: TypeAlias = Is | Between | Known | Not | AllOf | AnyOf

# --- where a step leads ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ToStep:
    """Another step of the same flow."""

    step: StepId


@dataclass(frozen=True, slots=True, kw_only=True)
class ToFlow:
    """Leave for another flow and do not come back."""

    flow: FlowId


class Exit(StrEnum):
    """The ends of a flow: `END` returns to the caller or offers what next; `MENU` shows the main menu."""

    END = "end"
    MENU = "menu"


Next: TypeAlias = ToStep | ToFlow | Exit

# --- what a step does --------------------------------------------------------------------------------------------


class AnswerKind(StrEnum):
    """What an asking step waits for."""

    CHOICE = "choice"
    YES_NO = "yes_no"
    NUMBER = "number"
    DATE = "date"
    #: An hour of the day, its minutes too.
    TIME = "time"
    TEXT = "text"
    #: The language picker: its choices are the offered locales, not listed in the flow.
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer to tap. `leads` overrides the step's own next."""

    id: str
    label: Phrase
    icon: str = ""
    leads: Next | None = None
    #: More words that mean this choice, in French, translated like labels; matched exactly after folding.
    words: tuple[Phrase, ...] = ()
    #: The numbers that this choice stands for, when it is a quantity.
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Wait for an answer and keep it in `slot` (None: the choice only leads somewhere)."""

    slot: str | None
    kind: AnswerKind
    choices: tuple[Choice, ...] = ()
    #: True when the choices are quantities: a number is then never the place of a choice on the screen.
    counts: bool | None = None
    #: Inclusive bounds of a number, or of the hours of a time.
    at_least: int | None = None
    at_most: int | None = None
    #: A date is taken from tomorrow to so many days ahead; None: any day.
    within_days: int | None = None
    #: Longest free text kept, characters.
    max_length: int = 500
    #: Where a written answer that fits nothing goes; None: ask again, then offer topics and a person.
    otherwise: Next | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowServices:
    """Cards of the directory, by id, by need or by words, nearest first when the slot `near` is known."""

    ids: tuple[ServiceId, ...] = ()
    need: str | None = None
    #: A slot that holds what the person looks for.
    words: str | None = None
    near: str | None = None
    limit: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """Items to tick in place."""

    items: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Offer a picture to show at a counter: this line in large French, the person's language under it."""

    line: Phrase
    #: The papers asked for: the items of a checklist of the same flow.
    bring: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remind:
    """Offer a reminder (yes/no) after this many days, with this sentence; only with the person's tap."""

    after_days: int
    text: Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """Hand over to a person of this queue."""

    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Walk another flow, then come back to this step's next."""

    flow: FlowId


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Go where the first condition that holds leads, else `otherwise`."""

    cases: tuple[tuple[Condition, Next], ...]
    otherwise: Next


@dataclass(frozen=True, slots=True, kw_only=True)
class Do:
    """Run one of the guichet's own commands: `my_data`, `forget`, `roadmap`…; a value of `Command`, or `SUBMIT`."""

    command: str


#: `do: submit`: the answers of this flow go to the faceless store and leave the conversation.
SUBMIT = "submit"


Act: TypeAlias = Ask | ShowServices | Checklist | Card | Remind | Handoff | Call | Branch | Do


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: says, then acts, then leads on. A step whose condition does not hold is skipped."""

    id: StepId
    #: Line in the flow file, for issues and for the drawing.
    line: int
    say: tuple[Phrase, ...] = ()
    when: Condition | None = None
    act: Act | None = None
    leads: Next = Exit.END
    #: From here to the end of the flow nothing reaches a disk (decision 9).
    volatile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One flow file, checked."""

    id: FlowId
    revision: Revision
    title: Phrase
    icon: str
    steps: Mapping[StepId, Step]
    first: StepId
    #: Intents of nlu/intents.yml that begin this flow.
    intents: tuple[str, ...] = ()
    #: Exact words (French, translated) that begin it when the model is away.
    keywords: tuple[Phrase, ...] = ()
    #: `/start` payload topic.
    topic: str | None = None
    #: Safety flows: begun at once, by the lexicon too, and their messages are vital.
    safety: bool = False
    #: Ask "did this help?" at its end.
    asks_if_helped: bool = False
    #: The queue that is asked for a person from here; None: that of its own handoff, else of its area.
    person: str | None = None
    reviewed: date | None = None
    sources: tuple[str, ...] = ()
    #: Path below flows/, for issues and admins.
    path: str = ""

    def step(self, step: StepId) -> Step | None:
        """The step of this id, or None when it is gone."""
        return self.steps.get(step)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowBook:
    """All flows of one moment, older revisions that people are still in, and the system phrases.

    Immutable: publishing makes a new book; a running turn keeps the one it began with.
    """

    flows: Mapping[FlowId, Flow]
    #: (flow, revision) → a flow that was replaced or removed while sessions waited in it.
    older: Mapping[tuple[FlowId, Revision], Flow] = field(default_factory=dict)
    #: Name → phrase of flows/_system/*.yml, such as `not_understood`.
    system: Mapping[str, Phrase] = field(default_factory=dict)
    #: Intent → the flow that answers it.
    by_intent: Mapping[str, FlowId] = field(default_factory=dict)
    #: Poster topic → flow.
    by_topic: Mapping[str, FlowId] = field(default_factory=dict)
    #: Dated facts by name, for `{fact.name}` in sentences; numbers and dates are formatted for the reader.
    facts: Mapping[str, Value] = field(default_factory=dict)
    #: Fact → the last day on which somebody vouches for it; long ago when nobody does.
    facts_until: Mapping[str, date] = field(default_factory=dict)
    #: What is said where a fact is older than that.
    old_facts: Phrase | None = None

    def flow(self, flow: FlowId, revision: Revision | None = None) -> Flow | None:
        """The flow as it is now, or in the given revision if people are still in it."""
        current = self.flows.get(flow)
        if revision is None or (current is not None and current.revision == revision):
            return current
        return self.older.get((flow, revision))

    def phrase(self, name: str) -> Phrase:
        """A system phrase. The checker makes sure that every name used in the code exists."""
        return self.system[name]
