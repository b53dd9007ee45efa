"""Messages to deliveries: put into the reader's language, with a token for every button."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.core.ids import Locale, NewcomerId, Token
from bot.core.messages import Action, Block, Message, ServiceCards
from bot.core.session import Session
from bot.i18n.render import Text, render
from bot.ports import ButtonRow, Delivery, Verb
from bot.services.desk import Desk
from bot.services.parts import Parts


def spoken(
    desk: Desk, messages: Sequence[Message], session: Session, *, pressed_message: int | None = None
) -> tuple[Session, Parts]:
    """The messages as deliveries to this newcomer, and the session that remembers what it was told."""
    parts = Parts()
    for message in messages:
        session, more = _one(desk, message, session, pressed_message)
        parts += more
    return session, parts


def _one(desk: Desk, message: Message, session: Session, pressed_message: int | None) -> tuple[Session, Parts]:
    buttons: list[ButtonRow] = []

    def token_for(action: Action) -> Token:
        token = desk.new_token()
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
        return desk.cards().blocks(cards, locale, desk.clock())

    if not message.vital and any(isinstance(block, ServiceCards) for block in message.blocks):
        message = _with_details(desk, message)
    shown = render(message, session.locale, desk.catalogues, expand=expand, token_for=token_for)
    if shown.unreviewed and not message.vital and session.locale != session.draft_told:
        note = desk.guide().book.phrase("machine_draft")
        message = replace(message, blocks=(*message.blocks, note))
        session = replace(session, draft_told=session.locale)
        buttons.clear()
        shown = render(message, session.locale, desk.catalogues, expand=expand, token_for=token_for)
    edits = message.in_place and pressed_message is not None
    delivery = Delivery(
        verb=Verb.EDIT if edits else Verb.SEND,
        newcomer=session.newcomer,
        rendered=shown.rendered,
        message_id=pressed_message if edits else None,
        vital=message.vital,
        volatile=message.volatile,
    )
    return session, Parts(deliveries=(delivery,), buttons=tuple(buttons))


def _with_details(desk: Desk, message: Message) -> Message:
    """A button for the whole card of each service that is shown short."""
    book, cards = desk.guide().book, desk.cards()
    now = desk.clock()
    rows = tuple(
        row
        for block in message.blocks
        if isinstance(block, ServiceCards) and not block.whole
        for row in cards.details(block, book.phrase("nav_details"), now)
    )
    return replace(message, buttons=(*rows, *message.buttons))


def plain_delivery(desk: Desk, newcomer: NewcomerId, message: Message, locale: Locale) -> Delivery:
    """A message without buttons as one delivery."""
    shown = render(message, locale, desk.catalogues, expand=lambda *_: (), token_for=lambda _: desk.new_token())
    return Delivery(verb=Verb.SEND, newcomer=newcomer, rendered=shown.rendered)


def joined(parts: Iterable[Parts]) -> Parts:
    """All parts in order."""
    total = Parts()
    for part in parts:
        total += part
    return total
