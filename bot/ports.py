"""What the guichet needs from the outside, a Protocol for each, and the records that cross them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

from bot.core.effects import StartTimer
from bot.core.ids import (
    AccountId,
    AdviserId,
    ChatId,
    EntryId,
    FlowId,
    HandoffId,
    Lane,
    Locale,
    NewcomerId,
    Revision,
    TeamName,
    Token,
)
from bot.core.messages import Action, Rendered
from bot.core.papers import Paper
from bot.core.session import Session
from bot.core.split import split
from bot.core.understanding import Understanding
from bot.handoff.machine import Handoff

#: Returns the present instant, aware UTC.
Clock: TypeAlias = Callable[[], datetime]


class Nlu(Protocol):
    """Makes sense of an utterance. Never raises; None when it is away, slow or wrong in form."""

    async def understand(self, text: str, locale: Locale) -> Understanding | None:
        """Within the time budget of the settings (800 ms)."""


# --- arrivals --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One raw update, read only as far as needed to know whose it is. Nothing of it may reach a log."""

    update_id: int
    #: (chat, message_id, kind, edit date) or the callback id: stops a message that comes under a new update id (A07).
    natural_key: str
    #: The private chat's person; None for an adviser topic, a membership change of a group, an odd update.
    account: AccountId | None
    #: Lane of an update that is not a newcomer's, such as `topic:-100123:45`; ignored when `account` is set.
    lane: Lane | None
    #: The update as JSON; None when there is nothing to keep of it but its id.
    payload: bytes | None
    received_at: datetime
    #: The payload may only be kept in memory: a position, a contact card.
    volatile: bool = False
    #: The message of the person that this changes: its new words are stored only when an adviser has it (A24).
    edits: int | None = None
    #: A tap, a block, a position that moves: of somebody unknown, such as a person just erased, it makes no person.
    says_nothing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    """A stored arrival that waits for its turn. `payload` None: a volatile answer that a restart forgot."""

    id: int
    lane: Lane
    newcomer: NewcomerId | None
    payload: bytes | None
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What one long poll brought."""

    arrivals: tuple[Arrival, ...] = ()
    #: Of updates that could not be read at all, what may be kept without an owner: to be quarantined (A10).
    odd: tuple[bytes, ...] = ()
    #: Where the next poll begins once these are stored; None when nothing came.
    offset: int | None = None
    #: Numbers that were left out since the last: presses that were too old, or what another program fetched (A09).
    missing: int = 0


class Feed(Protocol):
    """Where arrivals come from when nobody pushes them."""

    async def fetch(self, offset: int | None) -> Fetched:
        """Wait for updates from `offset` on. Raises `FeedError`."""

    async def listen_by_polling(self) -> None:
        """Have nothing pushed to anybody, so that `fetch` gets it. Raises `FeedError`."""


class Push(Protocol):
    """Where arrivals come from when they are pushed."""

    async def listen_by_webhook(self, url: str, secret: str) -> None:
        """Have updates pushed to `url`. Raises `FeedError`."""

    async def pushes_to(self, url: str) -> str:
        """Why nothing is pushed to `url`, one sentence, empty when all is well. Raises `FeedError`; with `pushed` when
        the webhook is another one or none.
        """


# --- the outbox ------------------------------------------------------------------------------------------------------


class Verb(StrEnum):
    """What the channel is asked to do. The channel's own method names stay in `bot/channel/`."""

    SEND = "send"
    EDIT = "edit"
    EDIT_BUTTONS = "edit_buttons"
    COPY = "copy"
    SEND_FILE = "send_file"
    DELETE = "delete"
    OPEN_TOPIC = "open_topic"
    RENAME_TOPIC = "rename_topic"
    CLOSE_TOPIC = "close_topic"
    DELETE_TOPIC = "delete_topic"
    LEAVE = "leave"


#: The rank of most deliveries.
ORDINARY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One call to make. Its text is frozen: a later edit of a flow does not change it (B18)."""

    verb: Verb
    #: To a newcomer; the store knows the chat behind it.
    newcomer: NewcomerId | None = None
    #: To a group (a team's forum), with the handoff whose topic is meant (None: General, or no forum).
    chat: ChatId | None = None
    handoff: HandoffId | None = None
    #: A topic by its number, for what must outlive its handoff (deleting it after an erasure).
    thread: int | None = None
    rendered: Rendered | None = None
    #: Message of the destination chat that an edit, delete or reply is about.
    message_id: int | None = None
    #: COPY: the message to copy and whose chat it is in (None: the team's group, when going to the newcomer). The text
    #: of `rendered` becomes its caption.
    copy_from: int | None = None
    #: COPY to a team: the newcomer whose private chat holds the message.
    copy_of: NewcomerId | None = None
    #: SEND_FILE: name, bytes and caption in `rendered`.
    file_name: str | None = None
    file_bytes: bytes | None = None
    #: SEND_FILE: the bytes are a picture, to be seen in the chat itself.
    is_photo: bool = False
    #: Title of a topic.
    title: str | None = None
    #: Sent once more, marked as possible repeat, when the fate of the first try is unknown (B02).
    vital: bool = False
    #: Goes before whatever else waits for this person or this topic: words and cards of danger stand in no queue.
    urgent: bool = False
    #: Shown because an earlier message may not have arrived: waits until the channel answers, is not shown once more.
    asked_again: bool = False
    #: The text is in memory only: after a restart the row has nothing to send and the question is asked again.
    volatile: bool = False
    #: The message of the person (or the adviser) that this one mirrors, so that edits can follow.
    mirrors: int | None = None
    silent: bool = False
    #: The handoff's card: a SEND becomes it once sent; an EDIT finds its message by itself (sent anew if none).
    is_card: bool = False

    @property
    def rank(self) -> int:
        """Its place in a lane, before numbers count: a topic's opening, its card or what is urgent, all else."""
        if self.verb is Verb.OPEN_TOPIC:
            return 0
        return 1 if self.urgent or (self.is_card and self.verb is Verb.SEND) else ORDINARY

    def parts(self) -> tuple[Delivery, ...]:
        """One delivery for each message that the text takes, the buttons under the last (B13).

        A change in place that has become too long for its message is sent anew.
        """
        said = self.rendered
        if said is None or self.verb not in (Verb.SEND, Verb.EDIT):
            return (self,)
        cut = split(said.text, said.bold)
        if len(cut) < 2:
            return (self,)
        parts = [
            replace(self, verb=Verb.SEND, message_id=None, is_card=False, rendered=Rendered(text=text, bold=bold))
            for text, bold in cut
        ]
        answered = self.message_id if self.verb is Verb.SEND else None
        parts[0] = replace(parts[0], message_id=answered, is_card=self.is_card)
        last = parts[-1].rendered
        assert last is not None
        parts[-1] = replace(parts[-1], rendered=replace(last, buttons=said.buttons))
        return tuple(parts)


class Fate(StrEnum):
    """What became of a delivery."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A delivery in its place in the order of one chat. `tries` counts calls that were begun."""

    id: int
    lane: Lane
    delivery: Delivery
    fate: Fate
    tries: int
    created_at: datetime
    #: The numeric chat to call, resolved by the store; None when the person is gone.
    chat: ChatId | None
    #: The handoff's topic, resolved when the row is taken; None for General or when the topic is not open yet.
    thread: int | None = None
    #: COPY: the chat that holds the message, resolved by the store like `chat`.
    source: ChatId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the channel answered to a delivery that arrived."""

    message_id: int | None = None
    #: OPEN_TOPIC: the new topic.
    thread: int | None = None


class Papers(Protocol):
    """Makes pictures and printed pages, away from the event loop."""

    async def make(self, paper: Paper) -> bytes:
        """The file of a paper: PNG or PDF, see `bot.core.papers`. Raises `PaperError`."""


class Hours(Protocol):
    """Opening hours of a team: OSM `opening_hours` with Belgian public holidays."""

    def open_now(self, expression: str, at: datetime) -> bool: ...

    def next_opening(self, expression: str, at: datetime) -> datetime | None:
        """The next moment from `at` on that is surely open; None when there is none within a year."""


class Messenger(Protocol):
    """The channel. Raises `DeliveryError` with the outcome class; anything else is a bug."""

    async def deliver(self, row: OutboxRow) -> Receipt:
        """Make the one call of this row."""

    async def probe(self) -> None:
        """Ask the channel something harmless, to learn whether it answers at all. Raises `DeliveryError`."""

    async def answer_press(self, callback_id: str, text: str | None = None) -> None:
        """Stop the spinner of a pressed button. Best effort: never raises, never retried (B12)."""


# --- buttons, handoffs, the rest of what a turn writes ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonRow:
    """What a token means. `volatile` rows are kept in memory only."""

    token: Token
    #: Whose button: a newcomer, or (adviser buttons) the handoff it acts on.
    newcomer: NewcomerId | None
    handoff: HandoffId | None
    #: A newcomer's action, or the name of a `Move` (adviser buttons).
    action: Action | str
    screen: int
    volatile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line of a human conversation, kept encrypted until its retention ends."""

    handoff: HandoffId
    #: `newcomer`, `adviser` or `note`.
    author: str
    text: str
    at: datetime
    #: Message ids in the person's chat and in the topic; filled when known.
    newcomer_message: int | None = None
    topic_message: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffChange:
    """A handoff as it is to be from now on. `expected` is the version read (0 to create); else `Conflict`."""

    handoff: Handoff
    expected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Words not understood, masked, with no author (best-in-class 18)."""

    locale: Locale
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The answers of somebody to one flow, with no author, time or order; free words are masked."""

    flow: FlowId
    #: Only where there are free words.
    locale: Locale | None
    answers: Mapping[str, str]


class Verdict(StrEnum):
    """What became of one entry of the directory that nobody vouched for."""

    #: It was put before its team.
    LISTED = "listed"
    #: An adviser: still right today.
    RIGHT = "right"
    #: An adviser: to be corrected in its file. Takes a confirmation back, as that takes this back.
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A verdict on an entry, on a day in Liège. Nothing of who gave it."""

    entry: EntryId
    verdict: Verdict
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """What is known of an entry: the last day of each verdict. Never both right and wrong."""

    entry: EntryId
    listed_on: date | None = None
    right_on: date | None = None
    wrong_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """What one of the staff did, for the audit trail: ids and the name of what happened, never a text."""

    #: `claim`, `release`, `return`, `close` of a conversation; `export`, `forget` of a person; `listed`, `unlisted`.
    event: str
    #: An adviser's id, or `operator:` and the number of an account on the machine.
    who: str
    #: The random id of the conversation or the person; empty when it is of neither.
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow(AuditLine):
    """A line of the trail with its hour, which is as exact as it is kept."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """Everything one turn changes: written in one transaction, all of it or nothing."""

    #: The inbox row that is finished by this; its payload is wiped.
    done: int | None = None
    #: Older rows of the same lane, in order, that are finished by this as well.
    joined: tuple[int, ...] = ()
    #: The new session and the version it was made from; `Conflict` when somebody saved meanwhile.
    session: Session | None = None
    expected_version: int | None = None
    deliveries: tuple[Delivery, ...] = ()
    buttons: tuple[ButtonRow, ...] = ()
    timers: tuple[StartTimer, ...] = ()
    #: Names of timers to drop; an empty string drops all of this newcomer's.
    cancelled_timers: tuple[str, ...] = ()
    #: The newcomer the timers belong to (None: the session's; without a session, the first handoff of this commit).
    timers_of: NewcomerId | None = None
    #: A timer row that this turn answers.
    done_timer: int | None = None
    handoffs: tuple[HandoffChange, ...] = ()
    #: The handoff this was decided on and its version, when it does not change it; `Conflict` when it has moved.
    handoff_expected: tuple[HandoffId, int] | None = None
    log: tuple[LogLine, ...] = ()
    #: In place of what was kept of the same message of the person: what they took out is gone (A24).
    corrected: tuple[LogLine, ...] = ()
    gaps: tuple[Gap, ...] = ()
    submissions: tuple[Submission, ...] = ()
    checks: tuple[Check, ...] = ()
    audit: tuple[AuditLine, ...] = ()
    #: (figure, label) pairs to add one to, for today.
    counts: tuple[tuple[str, str], ...] = ()
    now: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerRow:
    """A timer that came due."""

    id: int
    newcomer: NewcomerId | None
    handoff: HandoffId | None
    name: str
    ref: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviserRow:
    """A person on the allow-list."""

    id: AdviserId
    account: AccountId
    name: str
    teams: tuple[TeamName, ...]
    languages: tuple[Locale, ...] = ()
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueAges:
    """Seconds the oldest unfinished row has waited, per queue; None when the queue is empty."""

    inbox_s: float | None
    outbox_s: float | None
    timers_s: float | None
    handoffs_s: float | None


class Store(Protocol):
    """Everything that must survive. One writer; several commits share one transaction when they queue up.

    Every method raises `StoreError` when the store cannot be used now (disk full, locked): nothing was written then.
    """

    @property
    def is_writable(self) -> bool:
        """What was last to be written is durable; False from the first refusal on until something is written again."""

    @property
    def is_shared(self) -> bool:
        """Other processes may serve from it too: what falls to this one has to be asked for again and again."""

    # arrivals
    async def keep(self, arrivals: Sequence[Arrival], *, offset: int | None) -> list[InboxRow]:
        """Store new arrivals (repeats are dropped and counted) and the poll offset, durably, before returning."""

    async def offset(self) -> int | None:
        """The offset of the last `keep`."""

    async def waiting(self, limit: int = 1000) -> list[InboxRow]:
        """Rows not done, oldest first: what a restart has to do."""

    async def quarantine(self, payload: bytes, reason: str, row: int | None = None) -> None:
        """Set an update aside, encrypted; with `row`, that inbox row is done."""

    # the turn
    async def session_of(self, newcomer: NewcomerId) -> Session | None:
        """The stored session, or None for a newcomer who has none."""

    def lose_volatile(self, now: datetime, after: timedelta) -> None:
        """Let go of what memory alone holds of people of whom nothing was heard for so long (decision 9)."""

    async def button(self, token: Token) -> ButtonRow | None:
        """What a token means."""

    async def commit(self, commit: Commit) -> list[OutboxRow]:
        """Write it all or raise `Conflict`; returns the outbox rows it made, in order: several for a long text."""

    # delivery
    async def take_outbox(self, limit: int = 100) -> list[OutboxRow]:
        """Waiting rows whose time has come, oldest first, at most the first of each lane."""

    async def mark_sending(self, rows: Sequence[int]) -> None:
        """Durably note that calls are about to be made."""

    async def mark_sent(self, row: OutboxRow, receipt: Receipt, *, at: datetime) -> None:
        """Arrived: keep the message id, link the mirror, set a new topic's thread, wipe the text.

        When the row was erased while the call was under way, the deletion of what it left behind is queued instead.
        """

    async def mark_retry(self, row: int) -> None:
        """Certainly did not arrive: again later, in its place. None: whoever sends knows when (H01)."""

    async def mark_refused(self, row: int, *, reason: str) -> None:
        """Will never arrive."""

    async def mark_uncertain(self, row: int, *, again: bool) -> bool:
        """May have arrived. `again`: send once more, marked as a possible repeat; true when that will be done."""

    async def interrupted(self) -> list[OutboxRow]:
        """Rows a dead process left in SENDING."""

    async def left_behind(self) -> list[OutboxRow]:
        """As `interrupted`, of other replicas whose lease has run out meanwhile; each row is given to one, once."""

    # handoffs
    async def handoff(self, handoff: HandoffId) -> Handoff | None: ...

    async def handoff_in_topic(self, chat: ChatId, thread: int) -> Handoff | None: ...

    async def topicless(self) -> list[Handoff]:
        """Handoffs that are not over, of teams with a group, whose topic neither is open nor waits to be opened."""

    async def open_handoff_of(self, newcomer: NewcomerId) -> Handoff | None:
        """The handoff of this newcomer that is not over, if any."""

    async def handoffs(self, team: TeamName | None = None, *, only_open: bool = True) -> list[Handoff]: ...

    async def log_of(self, handoff: HandoffId) -> list[LogLine]: ...

    async def counterparts(
        self, handoff: HandoffId, *, newcomer_message: int | None = None, topic_message: int | None = None
    ) -> list[int]:
        """The messages on the other side that mirror this one, in order, for edits: several for a long text."""

    async def advisers(self) -> list[AdviserRow]: ...

    async def save_adviser(self, adviser: AdviserRow) -> None:
        """Add an adviser, or replace them by id; who may answer now, or no more, is a line of the audit trail."""

    async def drop_adviser(self, ident: AdviserId) -> None:
        """Delete what is kept of somebody who is an adviser no more."""

    async def team_chat_moved(self, old: ChatId, new: ChatId) -> None:
        """A group became a supergroup: rewrite it everywhere in one transaction (B09)."""

    async def topic_lost(self, handoff: HandoffId) -> None:
        """The topic is gone: forget its thread; parked deliveries wait for the new one (B10)."""

    # timers
    async def due_timers(self, now: datetime, limit: int = 100) -> list[TimerRow]: ...

    # people
    async def data_of(self, newcomer: NewcomerId) -> Mapping[str, Any]:
        """Everything kept about a person, by table, decrypted: for `/mesdonnees`."""

    async def erase(
        self, newcomer: NewcomerId, *, farewell: Sequence[Delivery] = (), recalled_since: datetime | None = None
    ) -> Mapping[str, int]:
        """Delete the person's key and rows everywhere and clean the file; counts by table. Idempotent.

        In the same transaction the deletion of the bot's messages since `recalled_since` and of the person's topics is
        queued, and after it `farewell`, such as a receipt. All of it names chats by number, not by newcomer, under the
        system key, and is wiped like everything when sent.
        """

    async def purge(self, now: datetime, limits_days: Mapping[str, int]) -> Mapping[str, int]:
        """Delete what is past its retention."""

    # answers of many
    async def submissions(self, flow: FlowId) -> list[Submission]:
        """What people answered together; nothing of who or when."""

    # the directory
    async def checks(self) -> list[CheckRow]:
        """What teams were asked of the directory and what they said, by entry."""

    # the audit trail
    async def audit(self, since: datetime) -> list[AuditRow]:
        """What the staff did from this hour on, in order."""

    # flows
    async def keep_flow(self, flow: FlowId, revision: Revision, source: bytes) -> None:
        """Keep the source of a published revision so that people inside can finish it after a restart."""

    async def flow_revisions_in_use(self) -> list[tuple[FlowId, Revision, bytes]]:
        """Revisions that some stored session still waits in."""

    # running
    async def hold(self, role: str) -> bool:
        """Whether this process has a role that only one may have, for a minute from now (A16)."""

    async def mark(self, name: str, at: datetime) -> None:
        """Note an instant under a name, such as the last contact with the channel."""

    async def marked(self, name: str) -> datetime | None:
        """The instant last noted under a name."""

    async def seen_between(self, since: datetime, until: datetime) -> list[NewcomerId]:
        """Who was last heard of in this time."""

    async def queue_ages(self, now: datetime) -> QueueAges: ...

    async def close(self) -> None: ...
