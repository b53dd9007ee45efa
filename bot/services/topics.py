"""The topic of a handoff in the team's forum: its title, its card, and lines from the bot to advisers."""

from __future__ import annotations

from bot.core.ids import AdviserId, Token
from bot.core.messages import Author, Message, Rendered, RenderedButton
from bot.core.phrases import LanguageName, Phrase, Value, Verbatim
from bot.handoff.machine import Handoff, Move, State
from bot.ports import ButtonRow, Delivery, Verb
from bot.services.desk import Desk, Team
from bot.services.parts import Parts
from bot.services.say import plain_message

_MARKS = {State.WAITING: "⏳", State.CLAIMED: "💬", State.RETURNED: "🤖", State.CLOSED: "✅"}

#: What becomes of a message in the topic, by state.
_HOW = {
    State.WAITING: "adviser_how",
    State.CLAIMED: "adviser_how_claimed",
    State.RETURNED: "adviser_how_over",
    State.CLOSED: "adviser_how_over",
}

#: Buttons by state: phrase, icon, what it does (`note` only explains).
_BUTTONS = {
    State.WAITING: (("adviser_take", "✋", Move.CLAIM), ("adviser_return", "🤖", Move.RETURN),
                    ("adviser_close", "✅", Move.CLOSE), ("adviser_note", "📝", "note")),
    State.CLAIMED: (("adviser_release", "⏳", Move.RELEASE), ("adviser_return", "🤖", Move.RETURN),
                    ("adviser_close", "✅", Move.CLOSE), ("adviser_note", "📝", "note")),
    State.RETURNED: (),
    State.CLOSED: (),
}  # fmt: skip


def opened(desk: Desk, handoff: Handoff, team: Team) -> Parts:
    """Open a topic and pin down in its first message what advisers need to know."""
    if team.chat is None:
        return Parts()
    if not team.relays:
        names = _names(desk, handoff, team)
        return Parts(deliveries=(_to_general(desk, team, desk.guide().book.phrase("adviser_notify").having(**names)),))
    opening = Delivery(verb=Verb.OPEN_TOPIC, chat=team.chat, handoff=handoff.id, title=title(desk, handoff, team))
    return Parts(deliveries=(opening,)) + _card(desk, handoff, team, name="", verb=Verb.SEND)


def reopened(desk: Desk, handoff: Handoff, team: Team, *, name: str) -> Parts:
    """A topic in place of one that is gone; its card, in the present state, says so."""
    opening = Delivery(verb=Verb.OPEN_TOPIC, chat=handoff.chat, handoff=handoff.id, title=title(desk, handoff, team))
    again = desk.guide().book.phrase("adviser_new_topic").having(code=Verbatim(text=handoff.code))
    return Parts(deliveries=(opening,)) + _card(desk, handoff, team, again, name=name, verb=Verb.SEND)


def renewed(desk: Desk, handoff: Handoff, team: Team, *, name: str) -> Parts:
    """The title and the card after a move; a closed topic is closed."""
    if handoff.chat is None or not team.relays:
        return Parts()
    parts = _card(desk, handoff, team, name=name, verb=Verb.EDIT)
    renaming = Delivery(verb=Verb.RENAME_TOPIC, chat=handoff.chat, handoff=handoff.id, title=title(desk, handoff, team))
    parts += Parts(deliveries=(renaming,))
    if not handoff.is_open:
        closing = Delivery(verb=Verb.CLOSE_TOPIC, chat=handoff.chat, handoff=handoff.id)
        parts += Parts(deliveries=(closing,))
    return parts


def title(desk: Desk, handoff: Handoff, team: Team) -> str:
    """Mark of the state, code, language, subject: never anything about the person."""
    names = _names(desk, handoff, team)
    phrase = desk.guide().book.phrase("adviser_topic").having(mark=Verbatim(text=_MARKS[handoff.state]), **names)
    return told(desk, team, phrase).text


def line(desk: Desk, handoff: Handoff, team: Team, phrase_name: str, /, **values: Value) -> Delivery:
    """One line from the bot in the topic of a handoff; in General where a team has no topics (decision 11)."""
    phrase = desk.guide().book.phrase(phrase_name).having(**values)
    topic = handoff.id if team.relays else None
    return Delivery(verb=Verb.SEND, chat=handoff.chat, handoff=topic, rendered=told(desk, team, phrase))


def told(desk: Desk, team: Team, *phrases: Phrase) -> Rendered:
    """Phrases in the team's own language."""
    return plain_message(desk, Message(blocks=phrases, author=Author.BOT), team.locale)


def notice(desk: Desk, team: Team, phrase_name: str, /, **values: Value) -> str:
    """One sentence as plain text: what answers an adviser's press."""
    return told(desk, team, desk.guide().book.phrase(phrase_name).having(**values)).text


async def name_of(desk: Desk, adviser: AdviserId | None) -> str:
    """How advisers call each other; `?` for somebody who is an adviser no more."""
    return next((one.name for one in await desk.store.advisers() if one.id == adviser), "?")


def _to_general(desk: Desk, team: Team, phrase: Phrase) -> Delivery:
    return Delivery(verb=Verb.SEND, chat=team.chat, rendered=told(desk, team, phrase))


def _card(desk: Desk, handoff: Handoff, team: Team, *news: Phrase, name: str, verb: Verb) -> Parts:
    book = desk.guide().book
    state = book.phrase(f"adviser_state_{handoff.state}")
    how = book.phrase(_HOW[handoff.state])
    if handoff.state is State.CLAIMED:
        state, how = (phrase.having(name=Verbatim(text=name)) for phrase in (state, how))
    head = book.phrase("adviser_card").having(**_names(desk, handoff, team), opened=handoff.opened_at, state=state)
    shared = book.phrase("adviser_no_summary")
    if handoff.summary:
        shared = book.phrase("adviser_summary").having(summary=Verbatim(text="\n".join(handoff.summary)))
    text = told(desk, team, head, shared, how, *news)
    rows: list[tuple[RenderedButton, ...]] = []
    buttons: list[ButtonRow] = []
    for phrase, icon, does in _BUTTONS[handoff.state]:
        token = desk.new_token()
        rows.append((RenderedButton(text=f"{icon} {notice(desk, team, phrase)}", token=token),))
        buttons.append(_button(token, handoff, str(does)))
    rendered = Rendered(text=text.text, bold=text.bold, buttons=tuple(rows))
    delivery = Delivery(verb=verb, chat=handoff.chat, handoff=handoff.id, rendered=rendered, is_card=True)
    return Parts(deliveries=(delivery,), buttons=tuple(buttons))


def _button(token: Token, handoff: Handoff, action: str) -> ButtonRow:
    return ButtonRow(token=token, newcomer=None, handoff=handoff.id, action=action, screen=handoff.version)


def _names(desk: Desk, handoff: Handoff, team: Team) -> dict[str, Value]:
    book = desk.guide().book
    queue = book.system.get(f"queue_{handoff.queue}") or Phrase(key="", text="{n}", values={"n": handoff.queue})
    tag = handoff.locale
    # Who reads this may not know the script of the language's own name.
    language = Phrase(key="", text="{name} ({tag})", values={"name": LanguageName(tag=tag), "tag": Verbatim(text=tag)})
    return {
        "code": Verbatim(text=handoff.code),
        "language": language,
        "queue": queue,
    }
