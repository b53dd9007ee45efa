"""What the guichet says: a message is phrases on their way out, with buttons that carry actions."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from bot.core.ids import FlowId, Locale, ServiceId, StepId, Token
from bot.core.phrases import Phrase

#: Characters of a button's label, without its icon: phones cut longer ones.
LABEL_LIMIT = 40
#: Characters of a label, with its icon, that a third of a phone's width shows.
THIRD_LIMIT = 10


class Author(StrEnum):
    """Who made a sentence; shown to its reader when it is not the reviewed catalogue."""

    BOT = "bot"
    ADVISER = "adviser"


class Command(StrEnum):
    """What a person can ask at any moment, by a button, a slash command or a word in their language."""

    START = "start"
    MENU = "menu"
    LANGUAGE = "language"
    EMERGENCY = "emergency"
    ROADMAP = "roadmap"
    #: Note which flows are walked to an end; stop and forget those that were noted.
    KEEP_ROADMAP = "keep_roadmap"
    DROP_ROADMAP = "drop_roadmap"
    #: Look something up in the directory.
    SEARCH = "search"
    #: Choose the moment and the words of a reminder; set the one that was described.
    REMINDER = "reminder"
    SET_REMINDER = "set_reminder"
    #: Take back every reminder; the conversation stays where it is.
    NO_REMINDERS = "no_reminders"
    #: The pocket booklet.
    BOOKLET = "booklet"
    PERSON = "person"
    HELP = "help"
    MY_DATA = "my_data"
    EXPORT_DATA = "export_data"
    FORGET = "forget"
    PRIVACY = "privacy"
    BACK = "back"
    STOP = "stop"
    REPEAT = "repeat"
    #: The services shown last, whole: where they are, when they are open, what they cost.
    DETAILS = "details"
    #: Go back to the flow that was left for another.
    RESUME = "resume"
    #: Leave the adviser, or stop waiting for one.
    LEAVE = "leave"
    #: Stay with the adviser: closes a notice.
    STAY = "stay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose:
    """Answer the step that offered this choice; stale once the conversation has moved on."""

    flow: FlowId
    step: StepId
    choice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """Do a command; never stale."""

    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """Begin a flow; never stale."""

    flow: FlowId


@dataclass(frozen=True, slots=True, kw_only=True)
class Speak:
    """Switch to a language; never stale."""

    locale: Locale


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Turn a page of a long list (languages, services) in place; stale once the conversation has moved on."""

    of: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Tick or untick an item of a checklist. The state lives in the message's own buttons, nowhere else."""

    item: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Open a link."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowService:
    """Show the whole card of one service; never stale."""

    service: ServiceId


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCard:
    """Show the card for a counter that this step offers; never stale. `volatile`: it was offered in memory only."""

    flow: FlowId
    step: StepId
    volatile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowServiceCard:
    """Show a card for the counter of one service; never stale."""

    service: ServiceId


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowReminder:
    """Show what a reminder is about; never stale. `ref` is the timer's: a flow's step, or the person's own words."""

    ref: str = field(repr=False)


Action: TypeAlias = (
    Choose | Go | Begin | Speak | Page | Tick | Open | ShowService | ShowCard | ShowServiceCard | ShowReminder
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A label with its icon, and what pressing it means."""

    label: Phrase
    action: Action
    icon: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCards:
    """A place in a message where cards of the directory are put in when it is rendered."""

    ids: tuple[ServiceId, ...] = ()
    #: A need of the directory's vocabulary; used when `ids` is empty.
    need: str | None = None
    #: What the person looks for, in words; used when `ids` is empty.
    words: str | None = field(default=None, repr=False)
    #: A district or commune the person chose, to sort by distance.
    near: str | None = None
    #: Degrees WGS 84 of a position that was just sent: (latitude, longitude). Such a message is volatile.
    near_point: tuple[float, float] | None = None
    limit: int = 3
    #: The whole card instead of its few lines with a "details" button.
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list of phrases, each on a line of its own with its mark."""

    items: tuple[Phrase, ...]
    mark: str = "•"


Block: TypeAlias = Phrase | ServiceCards | Items


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to the newcomer, before translation. Blocks become paragraphs, in order."""

    blocks: tuple[Block, ...]
    #: Rows of buttons, the choices first, navigation last.
    buttons: tuple[tuple[Button, ...], ...] = ()
    author: Author = Author.BOT
    #: Follows from a volatile answer: rendered and sent from memory, never written to disk (decision 9).
    volatile: bool = False
    #: Safety-critical: sent once more, marked, when its fate is unknown (B02).
    vital: bool = False
    #: Replaces the message the pressed button belongs to, where that is still possible.
    in_place: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedButton:
    """A button with its text in the reader's language; exactly one of `token` and `url` is set."""

    text: str
    token: Token | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A message in one language, ready for a channel: plain text, bold spans as (offset, length) in UTF-16 units."""

    text: str
    buttons: tuple[tuple[RenderedButton, ...], ...] = ()
    bold: tuple[tuple[int, int], ...] = ()
