"""What is put on paper or in a picture: finished words and their places, nothing about how they are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The same words for the person at the counter (French) and for the reader; `own` is empty when both are one."""

    french: str
    own: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterCard:
    """A card to show at a desk: why somebody comes, in large French, above their own language. Becomes a PNG."""

    #: What the card is for the clerk, such as « À lire au guichet ».
    heading: str
    line: Pair
    bring_title: Pair
    #: The papers asked for; empty when none are known.
    bring: tuple[Pair, ...] = ()
    #: What language the person speaks.
    speaks: Pair = Pair(french="")


class StageState(StrEnum):
    """How far somebody is with one stage of the way."""

    DONE = "done"
    NOW = "now"
    LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """One stage, with its pathways: finished, to do, or (None) never noted."""

    title: str
    state: StageState
    steps: tuple[tuple[str, bool | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsPicture:
    """The way from the first needs to the social economy, as steps. Becomes a PNG."""

    title: str
    stages: tuple[StageRow, ...]
    #: Such as « 3 étapes faites sur 14 »; empty without the consent to keep them.
    progress: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookletLine:
    """One line of an entry; with an address it can be tapped."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookletEntry:
    """An address with its lines, or a list to tick (`is_list`)."""

    title: str
    lines: tuple[BookletLine, ...]
    is_list: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BookletPart:
    """Entries under one heading."""

    title: str
    entries: tuple[BookletEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Booklet:
    """Addresses, maps and lists to keep for when there is no network. Becomes a PDF of small pages."""

    title: str
    intro: str
    parts: tuple[BookletPart, ...]
    #: The day it was made, in the reader's words; opening hours change.
    made_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PosterSheet:
    """A page to hang in an office: what it is about, and a code that opens the bot at the right place. An A5 PDF."""

    #: Name of the language in itself, such as `ትግርኛ`.
    language: str
    title: Pair
    invitation: Pair
    #: The address behind the code.
    link: str
    office: str = ""


Paper: TypeAlias = CounterCard | StepsPicture | Booklet | PosterSheet
