"""What a turn asks for besides messages. Effects are carried out by the services in the turn's own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from bot.core.ids import FlowId, ServiceId
from bot.core.messages import ServiceCards
from bot.core.papers import StageState
from bot.core.phrases import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenHandoff:
    """Ask for a person. `summary` is what the newcomer agreed to share: flow and answers as phrases, or nothing."""

    #: The subject an adviser reads in the topic's name; a queue of config.yml.
    queue: str
    flow: FlowId | None
    summary: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TellWaiting:
    """Say that the request is there already, and from when on somebody can answer it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayText:
    """Give the person's words to the adviser (or the waiting topic)."""

    text: str
    message_id: int
    #: Words of danger were found: the topic is alerted.
    danger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseAlarm:
    """A button of danger was pressed: the topic is alerted as by words of danger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayMedia:
    """Give a photo, document, voice note or position to the adviser, by reference."""

    message_id: int
    caption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayEdit:
    """Tell the adviser that an earlier message was changed."""

    message_id: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndHandoff:
    """The newcomer ends the conversation with the adviser, or stops waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTimer:
    """Come back with `TimerFired(name, ref)` at `due_at` (aware UTC). The same name and ref replace the older one."""

    name: str
    due_at: datetime
    ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTimers:
    """Forget the timers of this name, or all with an empty name."""

    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """Erase the person everywhere (reliability.md part 4, section 5) and show a receipt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowData:
    """Show what is kept (`export` false) or send it as a file."""

    export: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeCard:
    """Send a picture to show at a counter: of a flow's line and papers, or of one service."""

    line: Phrase | None = None
    bring: tuple[Phrase, ...] = ()
    service: ServiceId | None = None
    #: Follows from a volatile answer: drawn and sent from memory, never written to disk (decision 9).
    volatile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of the way: its pathways, each finished or not; None for those whose end is never noted."""

    title: Phrase
    state: StageState
    steps: tuple[tuple[Phrase, bool | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeSteps:
    """Send the way as a picture of steps, before the words that go with it."""

    stages: tuple[Stage, ...]
    #: Finished pathways and all that are noted; None without the consent to note them.
    progress: tuple[int, int] | None = None
    volatile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One chapter of the booklet: addresses, and lists of things to bring."""

    title: Phrase
    services: tuple[ServiceCards, ...] = ()
    lists: tuple[tuple[Phrase, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeBooklet:
    """Send the pocket booklet as a file."""

    chapters: tuple[Chapter, ...]
    volatile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteGap:
    """An utterance was not understood: keep its masked words without author, for the review list."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """Put the answers of a flow with those of others, without author: choices as they are, free words to be masked."""

    flow: FlowId
    #: Slot → id of the choice, yes/no, or number.
    answers: Mapping[str, str]
    #: Slot → what was written freely.
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Add one to a faceless daily figure, such as `flow.begun` of a flow."""

    figure: str
    label: str


Effect: TypeAlias = (
    OpenHandoff
    | TellWaiting
    | RelayText
    | RaiseAlarm
    | RelayMedia
    | RelayEdit
    | EndHandoff
    | StartTimer
    | CancelTimers
    | Forget
    | ShowData
    | MakeCard
    | MakeSteps
    | MakeBooklet
    | NoteGap
    | Submit
    | Count
)
