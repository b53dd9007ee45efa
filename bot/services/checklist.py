"""Ticking an item in place: the state lives in the message's own buttons, nothing is stored (best-in-class 9)."""

from __future__ import annotations

from dataclasses import replace

from bot.core.events import Pressed
from bot.core.heard import FromNewcomer
from bot.core.ids import Token
from bot.core.messages import Rendered, RenderedButton
from bot.core.session import Session
from bot.ports import Commit, Delivery, Verb
from bot.services.desk import Desk

_TURNED = {"☐": "☑", "☑": "☐"}


async def turn_tick(
    desk: Desk, session: Session, event: Pressed, heard: FromNewcomer | None, *, row: int | None
) -> None:
    """Show the pressed box the other way round; the session does not change."""
    keyboard = () if heard is None else heard.keyboard
    turned = tuple(tuple(_turned(button, event.token) for button in line) for line in keyboard)
    deliveries: tuple[Delivery, ...] = ()
    # The page of a volatile answer stays one after it was left: its items say what the answer was (decision 9).
    button = await desk.button(event.token)
    is_volatile = session.shadow is not None or (button is not None and button.volatile)
    if turned != keyboard:
        edit = Delivery(
            verb=Verb.EDIT_BUTTONS,
            newcomer=session.newcomer,
            message_id=event.message_id,
            rendered=Rendered(text="", buttons=turned),
            volatile=is_volatile,
        )
        deliveries = (edit,)
    rows = await desk.store.commit(Commit(done=row, deliveries=deliveries, now=desk.clock()))
    desk.outgoing.offer(rows)


def _turned(button: RenderedButton, token: Token) -> RenderedButton:
    box = button.text[:1]
    if button.token != token or box not in _TURNED:
        return button
    return replace(button, text=_TURNED[box] + button.text[1:])
