"""A conversation without a channel, a store or an NLU: what `guichet talk`, the transcripts and the walker play.

Between any two events the session goes through its stored form and back, so that nothing lives only in memory except
what is meant to.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.conversation.advance import advance
from bot.conversation.guide import Guide
from bot.conversation.wants import wants_keywords, wants_understanding
from bot.core.effects import Count, Effect, Forget
from bot.core.events import Edited, Event, Media, Pressed, Said, Showed
from bot.core.ids import Locale, NewcomerId, Token
from bot.core.local_time import local_day
from bot.core.messages import Action, Block, Button, Message, Rendered, ServiceCards
from bot.core.phrases import Phrase
from bot.core.session import Session
from bot.core.understanding import Danger, Understanding
from bot.i18n.bidi import without_marks
from bot.i18n.catalogues import Catalogues
from bot.i18n.text import Text
from bot.ports import ButtonRow
from bot.services.desk import Cards
from bot.services.say import spoken

NEWCOMER = NewcomerId("rehearsal")
NEW_LINE = "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a rehearsal needs; speaks like a desk."""

    guide: Callable[[], Guide]
    catalogues: Catalogues
    cards: Callable[[], Cards]
    danger: Callable[[str], Danger | None]
    keywords: Callable[[str, Locale, Locale | None], Understanding | None]

    def brief(self) -> Stage:
        """The same stage with the services of a message by their names only: cards have tests of their own."""
        return replace(self, cards=lambda: _Names(self.cards()))


@dataclass(frozen=True, slots=True)
class _Names:
    """Cards cut to their first line, without "details" buttons."""

    whole: Cards

    def blocks(self, cards: ServiceCards, locale: Locale, now: datetime) -> Sequence[Block | Text]:
        return [_first_line(block) for block in self.whole.blocks(cards, locale, now)]

    def details(self, cards: ServiceCards, label: Phrase, now: datetime) -> tuple[tuple[Button, ...], ...]:
        return ()

    def maps(self, cards: ServiceCards, label: Phrase, now: datetime) -> tuple[tuple[Button, ...], ...]:
        return ()

    def numbers(self, cards: ServiceCards, now: datetime) -> tuple[str, ...]:
        return self.whole.numbers(cards, now)


def _first_line(block: Block | Text) -> Block | Text:
    return Text(text=f"▪ {block.text.partition(NEW_LINE)[0]}") if isinstance(block, Text) else block


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one event led to."""

    messages: tuple[Rendered, ...]
    effects: tuple[Effect, ...]
    danger: Danger | None = None
    understanding: Understanding | None = None
    #: The understanding came from exact keywords.
    by_keyword: bool = False
    #: The same before translation.
    said: tuple[Message, ...] = ()


@dataclass(slots=True)
class Rehearsal:
    """One conversation being played; `now` is set by whoever plays it."""

    stage: Stage
    session: Session
    now: datetime
    actions: dict[Token, Action] = field(default_factory=dict)
    #: Buttons in the order they were shown, newest message last.
    shown: list[tuple[str, Token]] = field(default_factory=list)
    _message_id: int = 0
    _pressed: Token | None = None
    _random: random.Random = field(default_factory=lambda: random.Random(0))

    @classmethod
    def begin(cls, stage: Stage, locale: Locale, now: datetime, *, welcomed: bool = True) -> Rehearsal:
        """A person who has chosen a language and seen the notice, unless told otherwise."""
        session = Session(newcomer=NEWCOMER, locale=locale, locale_chosen=welcomed, welcomed=welcomed)
        return cls(stage=stage, session=replace(session, draft_told=locale), now=now)

    def say(self, text: str, understanding: Understanding | None = None, *, language: Locale | None = None) -> Heard:
        """Write something; without an understanding exact keywords are all there is."""
        self._message_id += 1
        danger, guide = self.stage.danger(text), self.stage.guide()
        said = Said(
            text=text, message_id=self._message_id, danger=danger, understanding=understanding, language=language
        )
        by_keyword = (
            understanding is None
            and wants_understanding(self.session, said, guide, today=local_day(self.now))
            and wants_keywords(None, self.session, guide)
        )
        if by_keyword:
            said = replace(said, understanding=self.stage.keywords(text, self.session.locale, language))
        return replace(self.take(said), by_keyword=by_keyword)

    def show(self, media: Media, caption: str = "", understanding: Understanding | None = None) -> Heard:
        """Send something else than a text."""
        danger = self.stage.danger(caption) if caption else None
        showed = Showed(media=media, message_id=0, caption=caption, danger=danger, understanding=understanding)
        return self.take(showed)

    def edit(self, text: str, understanding: Understanding | None = None) -> Heard:
        """Change what was written last."""
        danger = self.stage.danger(text)
        return self.take(Edited(message_id=self._message_id, text=text, danger=danger, understanding=understanding))

    def press(self, label: str) -> Heard:
        """Tap the newest button with this label, or with this icon. Raises LookupError when there is none."""
        self._pressed = self.token_of(label)
        return self.press_again()

    def press_again(self) -> Heard:
        """Tap the very button that was tapped last. Raises LookupError when none was."""
        if (token := self._pressed) is None:
            raise LookupError("no button was pressed yet")
        return self.take(Pressed(token=token, message_id=self._message_id, action=self.actions.get(token)))

    @property
    def has_pressed(self) -> bool:
        """Whether there is a button to tap again."""
        return self._pressed is not None

    def token_of(self, label: str) -> Token:
        """The newest button with this label, or with this icon. Raises LookupError when there is none."""
        meant = without_marks(label)
        for text, token in reversed(self.shown):
            icon, _, words = without_marks(text).partition(" ")
            if meant in (f"{icon} {words}".rstrip(), icon, words):
                return token
        raise LookupError(f"no button [{label}] is shown")

    def do(self, action: Action) -> Heard:
        """Press a button that carries this action."""
        return self.take(Pressed(token=self._token(), message_id=self._message_id, action=action))

    def take(self, event: Event) -> Heard:
        """Any event."""
        turn = advance(self.session, event, self.stage.guide(), now=self.now)
        session, parts = spoken(self._voice(), turn.messages, turn.session)
        session = replace(session, version=session.version + 1)
        is_erased = any(isinstance(effect, Forget) for effect in turn.effects)
        if is_erased:
            session = Session(newcomer=NEWCOMER, locale=session.locale, version=session.version)
        self.session = Session.restored(NEWCOMER, session.version, session.stored(), session.shadow)
        self._remember(parts.buttons)
        # After an erasure there is a receipt of the services instead of the turn's own words.
        deliveries = () if is_erased else parts.deliveries
        messages = tuple(delivery.rendered for delivery in deliveries if delivery.rendered is not None)
        for message in messages:
            self._message_id += 1
            self.shown += [(b.text, b.token) for row in message.buttons for b in row if b.token is not None]
        effects = tuple(effect for effect in turn.effects if not isinstance(effect, Count))
        said = event if isinstance(event, Said | Showed | Edited) else None
        return Heard(
            messages=messages,
            effects=effects,
            danger=None if said is None else said.danger,
            understanding=None if said is None else said.understanding,
            said=turn.messages,
        )

    def restart(self) -> None:
        """The process ended and began again: what was volatile is gone."""
        self.session = Session.restored(NEWCOMER, self.session.version, self.session.stored())

    def _remember(self, buttons: tuple[ButtonRow, ...]) -> None:
        for button in buttons:
            assert not isinstance(button.action, str)
            self.actions[button.token] = button.action

    def _voice(self) -> _Voice:
        return _Voice(
            guide=self.stage.guide,
            catalogues=self.stage.catalogues,
            cards=self.stage.cards,
            clock=lambda: self.now,
            new_token=self._token,
        )

    def _token(self) -> Token:
        return Token(f"{self._random.getrandbits(128):032x}"[:22])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Voice:
    guide: Callable[[], Guide]
    catalogues: Catalogues
    cards: Callable[[], Cards]
    clock: Callable[[], datetime]
    new_token: Callable[[], Token]
