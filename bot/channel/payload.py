"""From an outbox row to the fields of a call."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from bot.core.messages import Rendered
from bot.core.split import Part
from bot.errors import DeliveryError
from bot.ports import OutboxRow, Verb

#: Put before a message that may be there already (B02). A sign, not a sentence: it is read in every language.
REPEAT_MARK: Final = "↻ "
#: Source: https://core.telegram.org/bots/api#createforumtopic.
TITLE_CHARS: Final = 128


def words_of(row: OutboxRow) -> Rendered:
    rendered = row.delivery.rendered
    if rendered is None or not rendered.text.strip():
        raise DeliveryError("nothing to say", permanent=True)
    return rendered


def marked(part: Part) -> Part:
    """A part that may be there already."""
    text, bold = part
    return REPEAT_MARK + text, tuple((offset + len(REPEAT_MARK), length) for offset, length in bold)


def as_new(row: OutboxRow) -> OutboxRow:
    """The same message as a new one; what it should have replaced is not replied to."""
    return replace(row, delivery=replace(row.delivery, verb=Verb.SEND, message_id=None))


def topic_of(row: OutboxRow) -> int | None:
    """The topic to write in. General is written to by leaving the topic out; its id 1 is refused."""
    thread = row.thread if row.thread is not None else row.delivery.thread
    if thread is None and row.delivery.handoff is not None:
        # Never in General, where it would be read out of its conversation (B10).
        raise DeliveryError("topic not open", topic_gone=True)
    return None if thread == 1 else thread


def entities(bold: tuple[tuple[int, int], ...]) -> list[dict[str, Any]]:
    return [{"type": "bold", "offset": offset, "length": length} for offset, length in bold]


def keyboard(rendered: Rendered) -> dict[str, Any]:
    return {
        "inline_keyboard": [
            [
                {"text": button.text, "url": button.url}
                if button.url is not None
                else {"text": button.text, "callback_data": button.token}
                for button in buttons
            ]
            for buttons in rendered.buttons
        ]
    }


def form_of(row: OutboxRow) -> dict[str, Any]:
    """What a call says of a new message besides its content: where it stands, its buttons, how it is shown."""
    delivery = row.delivery
    form: dict[str, Any] = {}
    if delivery.rendered is not None and delivery.rendered.buttons:
        form["reply_markup"] = keyboard(delivery.rendered)
    if delivery.silent:
        form["disable_notification"] = True
    if delivery.newcomer is None:
        form["protect_content"] = True
        if (thread := topic_of(row)) is not None:
            form["message_thread_id"] = thread
    if delivery.message_id is not None:
        form["reply_parameters"] = {"message_id": delivery.message_id, "allow_sending_without_reply": True}
    return form


def message_of(row: OutboxRow) -> int:
    if row.delivery.message_id is None:
        raise DeliveryError("no message meant", permanent=True)
    return row.delivery.message_id


def title_of(row: OutboxRow) -> str:
    title = (row.delivery.title or "").strip()
    if not title:
        raise DeliveryError("topic without a title", permanent=True)
    return title[:TITLE_CHARS]
