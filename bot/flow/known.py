"""What the rest of the guichet knows, for the names and values that flow files mention."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from bot.core.messages import Command
from bot.flow.forbidden import spelled
from bot.flow.graph import SUBMIT

#: Commands that mean something in the middle of a flow; the others are buttons of every screen.
FLOW_COMMANDS = frozenset(
    {
        Command.MENU,
        Command.MY_DATA,
        Command.EXPORT_DATA,
        Command.FORGET,
        Command.ROADMAP,
        Command.KEEP_ROADMAP,
        Command.DROP_ROADMAP,
        Command.BOOKLET,
        Command.SET_REMINDER,
    }
)


def _as_written(text: str) -> str:
    # Of a picture alone nothing is left to spell: it stands for itself, or all pictures would be one word.
    return spelled(text) or text.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Names that exist outside flows/, and the day it is. None: not checked."""

    intents: Collection[str]
    services: Collection[str]
    facts: Collection[str]
    queues: Collection[str]
    today: date
    #: The vocabulary of needs of the directory.
    needs: Collection[str] | None = None
    #: Name of every system phrase the code says → the placeholders it fills.
    system: Mapping[str, Collection[str]] | None = None
    #: Flows that the code itself begins.
    flows: Collection[str] = ()
    #: Flows in force until now: what another flow claims too stays theirs.
    running: Collection[str] = ()
    #: Texts that must never be published, such as the street of a refuge.
    secrets: Collection[str] = ()
    #: Kinds of issue that are critical here although the table says warning.
    critical: Collection[str] = ()
    #: How words are compared where people write them: the same spelling for accents, capitals, punctuation.
    fold: Callable[[str], str] = _as_written
    #: Whether a whole text answers questions anywhere: yes, no, a number.
    is_answer: Callable[[str], bool] = str.isdecimal
    commands: Collection[str] = tuple(sorted({*FLOW_COMMANDS, SUBMIT}))
