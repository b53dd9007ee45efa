"""A turn, and the hand that writes it: the session as it becomes, what is said, what is started."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.conversation.ages import with_age
from bot.conversation.guide import Guide
from bot.core.effects import Effect
from bot.core.local_time import local_day
from bot.core.messages import Block, Button, Command, Go, Message
from bot.core.phrases import Phrase
from bot.core.session import Frame, Offer, Session

#: A message to a newcomer, characters of the French source; safety and legal pages may have more (product.md).
MESSAGE_LENGTH = 300
LONG_MESSAGE_LENGTH = 600

Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One event in: the new session, the messages to say in order, the effects to start."""

    session: Session
    messages: tuple[Message, ...] = ()
    effects: tuple[Effect, ...] = ()


@dataclass(slots=True)
class Draft:
    """A turn being made. Lives inside one call of `advance` and is never seen outside the conversation room."""

    session: Session
    guide: Guide
    now: datetime
    messages: list[Message] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    #: What the screen had in front of the present question when the event came, and what it has after this turn.
    offered: Offer | None = None
    offer: Offer | None = None
    #: Blocks said but not yet part of a message.
    pending: list[Block] = field(default_factory=list)
    #: Inside a safety flow: messages are vital and may be longer.
    safety: bool = False
    #: Steps visited in this turn.
    steps: int = 0
    #: Those of them that showed services.
    shown: tuple[Frame, ...] = ()

    def say(self, *blocks: Block) -> None:
        """Add paragraphs to the message being made; a full message is closed first."""
        limit = LONG_MESSAGE_LENGTH if self.safety else MESSAGE_LENGTH
        if self.pending and self._length((*self.pending, *blocks)) > limit:
            self.close()
        self.pending.extend(blocks)

    def close(self, buttons: Rows = ()) -> None:
        """Make one message of what was said, with these buttons; with nothing to say they go under the last words."""
        if self.pending:
            blocks, self.pending = self._aged(self.pending), []
            self.tell(Message(blocks=blocks, buttons=buttons, vital=self.safety))
        elif buttons and self.messages and not _has_commands(self.messages[-1]):
            last = self.messages.pop()
            self.tell(replace(last, buttons=(*last.buttons, *buttons)))

    def tell(self, message: Message) -> None:
        """Add a whole message. After a volatile answer it is volatile too."""
        self.close()
        self.messages.append(replace(message, volatile=message.volatile or self.session.shadow is not None))
        if message.buttons:
            self.session = replace(self.session, screen=self.session.screen + 1)

    def start(self, effect: Effect) -> None:
        """Start an effect."""
        self.effects.append(effect)

    def done(self) -> Turn:
        """The finished turn."""
        self.close()
        return Turn(session=self.session, messages=tuple(self.messages), effects=tuple(self.effects))

    def _aged(self, blocks: Sequence[Block]) -> tuple[Block, ...]:
        """With a note on old figures; in danger nothing stands beside what to do."""
        return tuple(blocks) if self.safety else with_age(blocks, self.guide.book, local_day(self.now))

    def _length(self, blocks: Sequence[Block]) -> int:
        is_noted = len(self._aged(blocks)) > len(blocks)
        note = self.guide.book.old_facts if is_noted else None
        return _length(blocks) + (0 if note is None else len(f"⚠️ {note.text}"))


def _has_commands(message: Message) -> bool:
    return any(
        isinstance(button.action, Go) and button.action.command is not Command.NO_REMINDERS
        for row in message.buttons
        for button in row
    )


def _length(blocks: Sequence[Block]) -> int:
    return sum(len(block.text) for block in blocks if isinstance(block, Phrase))
