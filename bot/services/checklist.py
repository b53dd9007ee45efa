"""Ticking an item in place: the state lives in the message's own buttons, nothing is stored (best-in-class 9)."""

from __future__ import annotations

from collections.abc import Mapping
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
    """Show the pressed box the other way round; the session does not change.

    The pressed box is turned from how the person saw it; the others stay as they were last turned, which the message
    may not show yet: who ticks five items in a row is faster than the edits may leave.
    """
    now = desk.clock()
    keyboard = () if heard is None else heard.keyboard
    last = {button.token: button for line in desk.memory.list_in(session.newcomer, event.message_id) for button in line}
    turned = tuple(tuple(_turned(button, last, event.token) for button in line) for line in keyboard)
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
    rows = await desk.store.commit(Commit(done=row, deliveries=deliveries, now=now))
    desk.memory.keep_list(session.newcomer, event.message_id, turned, now)
    desk.outgoing.offer(rows)


def _turned(button: RenderedButton, last: Mapping[Token | None, RenderedButton], pressed: Token) -> RenderedButton:
    box = button.text[:1]
    if box not in _TURNED:
        return button
    if button.token != pressed:
        return last.get(button.token, button)
    return replace(button, text=_TURNED[box] + button.text[1:])
