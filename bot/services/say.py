"""Messages to deliveries: put into the reader's language, with a token for every button."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from bot.conversation.guide import Guide
from bot.core.helplines import AT_ONCE
from bot.core.ids import Locale, NewcomerId, Token
from bot.core.messages import Action, Block, Message, Rendered, ServiceCards
from bot.core.phrases import Phrase, Verbatim
from bot.core.session import Session
from bot.i18n.catalogues import Catalogues
from bot.i18n.render import render
from bot.i18n.text import Text
from bot.ports import ButtonRow, Clock, Delivery, Verb
from bot.services.desk import Cards
from bot.services.parts import Parts

#: Numbers on one line of a small phone.
NUMBERS = 4


class Voice(Protocol):
    """What it takes to speak: the phrases, the catalogues, the directory, and fresh tokens. A desk has it all."""

    @property
    def guide(self) -> Callable[[], Guide]: ...
    @property
    def catalogues(self) -> Catalogues: ...
    @property
    def cards(self) -> Callable[[], Cards]: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def new_token(self) -> Callable[[], Token]: ...


def spoken(
    voice: Voice, messages: Sequence[Message], session: Session, *, pressed_message: int | None = None
) -> tuple[Session, Parts]:
    """The messages as deliveries to this newcomer, and the session that remembers what it was told."""
    parts = Parts()
    for message in _numbers_repeated(voice, messages):
        session, more = _one(voice, message, session, pressed_message)
        parts += more
    return session, parts


def _one(voice: Voice, message: Message, session: Session, pressed_message: int | None) -> tuple[Session, Parts]:
    buttons: list[ButtonRow] = []

    def token_for(action: Action) -> Token:
        token = voice.new_token()
        row = ButtonRow(
            token=token,
            newcomer=session.newcomer,
            handoff=None,
            action=action,
            screen=session.screen,
            volatile=message.volatile,
        )
        buttons.append(row)
        return token

    def expand(cards: ServiceCards, locale: Locale) -> Sequence[Block | Text]:
        return voice.cards().blocks(cards, locale, voice.clock())

    if not message.vital and any(isinstance(block, ServiceCards) for block in message.blocks):
        message = _with_details(voice, message)
    shown = render(message, session.locale, voice.catalogues, expand=expand, token_for=token_for)
    if shown.unreviewed and not message.vital and session.locale != session.draft_told:
        note = voice.guide().book.phrase("machine_draft")
        message = replace(message, blocks=(*message.blocks, note))
        session = replace(session, draft_told=session.locale)
        buttons.clear()
        shown = render(message, session.locale, voice.catalogues, expand=expand, token_for=token_for)
    edits = message.in_place and pressed_message is not None
    delivery = Delivery(
        verb=Verb.EDIT if edits else Verb.SEND,
        newcomer=session.newcomer,
        rendered=shown.rendered,
        message_id=pressed_message if edits else None,
        vital=message.vital,
        urgent=message.vital,
        volatile=message.volatile,
    )
    return session, Parts(deliveries=(delivery,), buttons=tuple(buttons))


def _with_details(voice: Voice, message: Message) -> Message:
    """A button for the whole card of each service that is shown short; for a map under a whole card."""
    book, cards = voice.guide().book, voice.cards()
    now = voice.clock()
    rows = tuple(
        row
        for block in message.blocks
        if isinstance(block, ServiceCards)
        for row in (
            cards.maps(block, book.phrase("nav_map"), now)
            if block.whole
            else cards.details(block, book.phrase("nav_details"), now)
        )
    )
    return replace(message, buttons=(*rows, *message.buttons))


def _numbers_repeated(voice: Voice, messages: Sequence[Message]) -> tuple[Message, ...]:
    """Above the choices of a safety flow once more the numbers that its words and services named in this turn: they are
    higher than a phone, and what is to be read first must not be off the screen when the choices are on it."""
    cards, now = voice.cards(), voice.clock()
    numbers: list[str] = []
    are_shown = False
    told: list[Message] = []
    for message in messages:
        shown = [block for block in message.blocks if isinstance(block, ServiceCards) and message.vital]
        said = [block.text for block in message.blocks if isinstance(block, Phrase) and message.vital]
        numbers += [number for text in said for number in AT_ONCE.findall(text)]
        numbers += [number for block in shown for number in cards.numbers(block, now)]
        are_shown = are_shown or bool(shown)
        if message.vital and message.buttons and are_shown and numbers:
            line = Verbatim(text=" · ".join(list(dict.fromkeys(numbers))[:NUMBERS]))
            repeated = Phrase(key="", text="☎️ **{numbers}**", values={"numbers": line})
            message = replace(message, blocks=(*message.blocks, repeated))
        told.append(message)
    return tuple(told)


def plain_delivery(voice: Voice, newcomer: NewcomerId, message: Message, locale: Locale) -> Delivery:
    """A message without buttons as one delivery."""
    return Delivery(verb=Verb.SEND, newcomer=newcomer, rendered=plain_message(voice, message, locale))


def plain_message(voice: Voice, message: Message, locale: Locale) -> Rendered:
    """A message without buttons and without services of the directory, in a language."""
    shown = render(message, locale, voice.catalogues, expand=lambda *_: (), token_for=lambda _: voice.new_token())
    return shown.rendered
