"""The messages of a conversation: a step's words, its choices, and the way back, home and to a person on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.conversation.guide import Guide, OfferedLanguage
from bot.conversation.turn import Rows
from bot.core.ids import FlowId, Locale
from bot.core.messages import (
    Action,
    Begin,
    Block,
    Button,
    Choose,
    Command,
    Go,
    Message,
    Page,
    ShowCard,
    ShowReminder,
    ShowServiceCard,
    Speak,
    Tick,
)
from bot.core.phrases import Phrase, Verbatim
from bot.core.session import Frame, Offered, Session
from bot.flow.graph import AnswerKind, Ask, Flow, FlowBook, Step

#: Languages on one page of the picker.
LANGUAGES_A_PAGE = 6
#: Flows in "did you mean" (product.md).
OFFERS = 3
#: Whether the summary may go to the adviser: choice → the phrase on its button and its icon, as they stand.
SHARE = {"share": ("share_yes", "✅"), "alone": ("share_no", "👤"), "cancel": ("share_cancel", "↩️")}
#: The same choices in other words than those on the button.
SHARE_WORDS = {"alone": "share_no_words"}


def navigation(session: Session, book: FlowBook, *, back: bool = True) -> Rows:
    """Back, menu, person: on every screen of the bot."""
    buttons = [go(book, Command.MENU, "nav_menu", "🏠"), go(book, Command.PERSON, "nav_person", "👤")]
    if back and session.position.trail:
        buttons.insert(0, go(book, Command.BACK, "nav_back", "⬅️"))
    return (tuple(buttons),)


def go(book: FlowBook, command: Command, phrase: str, icon: str) -> Button:
    """A button for a command."""
    return Button(label=book.phrase(phrase), icon=icon, action=Go(command=command))


def choices(step: Step, ask: Ask, frame: Frame, session: Session, guide: Guide) -> Rows:
    """The rows of answers of an asking step; short ones share a row."""
    if ask.kind is AnswerKind.LANGUAGE:
        return language_page(session, guide, 0)
    if ask.kind is AnswerKind.YES_NO and not ask.choices:
        yes, no = guide.book.phrase("yes"), guide.book.phrase("no")
        return ((_choice(frame, step, "yes", yes, "✅"), _choice(frame, step, "no", no, "❌")),)
    return tuple((_choice(frame, step, choice.id, choice.label, choice.icon),) for choice in ask.choices)


def share_choices(frame: Frame, step: Step, book: FlowBook) -> Rows:
    """Whether the summary may go to the adviser."""
    return tuple((_choice(frame, step, choice, book.phrase(name), icon),) for choice, (name, icon) in SHARE.items())


def language_page(session: Session, guide: Guide, page: int) -> Rows:
    """One page of the picker: the present language first, every language by its own name."""
    shown = [
        Button(label=own_name(language), action=Speak(locale=language.locale))
        for language in languages_shown(guide.languages, session.locale, page)
    ]
    rows: Rows = tuple(tuple(shown[at : at + 2]) for at in range(0, len(shown), 2))
    if len(guide.languages) > LANGUAGES_A_PAGE:
        following = (page + 1) if (page + 1) * LANGUAGES_A_PAGE < len(guide.languages) else 0
        more = Button(label=guide.book.phrase("nav_more"), icon="🌍", action=Page(of="languages", number=following))
        rows = (*rows, (more,))
    return rows


def languages_shown(languages: Sequence[OfferedLanguage], first: Locale, page: int) -> list[OfferedLanguage]:
    """The languages on one page of the picker, as they stand there: all as listed, with the present one in front."""
    ordered = sorted(languages, key=lambda language: language.locale != first)
    return ordered[page * LANGUAGES_A_PAGE : (page + 1) * LANGUAGES_A_PAGE]


def own_name(language: OfferedLanguage) -> Phrase:
    """The name of a language in itself: the same in every catalogue, so it needs no translation."""
    return Phrase(key="", text="{name}", values={"name": Verbatim(text=language.name)})


def waiting_rows(book: FlowBook) -> Rows:
    """What can be done while waiting for a person."""
    return (
        (go(book, Command.LEAVE, "waiting_leave", "✖️"),),
        (go(book, Command.EMERGENCY, "nav_emergency", "🆘"), go(book, Command.MENU, "nav_menu", "🏠")),
    )


def held_rows(book: FlowBook) -> Rows:
    """What can be done while a person has the conversation."""
    return ((go(book, Command.LEAVE, "held_leave", "🔚"),), (go(book, Command.STAY, "held_stay", "💬"),))


def offers(book: FlowBook, flows: Sequence[FlowId]) -> Rows:
    """A button for each flow."""
    return tuple((begin(book.flows[flow]),) for flow in flows[:OFFERS])


def begin(flow: Flow) -> Button:
    """A button that begins a flow."""
    return Button(label=flow.title, icon=flow.icon, action=Begin(flow=flow.id))


def on_offer(rows: Sequence[tuple[Button, ...]]) -> tuple[Offered, ...]:
    """The buttons of these rows as things on offer, in the order of the screen."""
    return tuple(
        Offered(label=button.label, action=button.action)
        for row in rows
        for button in row
        if isinstance(button.action, Begin | Go | Speak | ShowReminder)
    )


def checklist(items: Sequence[Phrase]) -> Rows:
    """Items to tick; the box is part of the button, so the message itself keeps what is ticked."""
    return tuple((Button(label=item, icon="☐", action=Tick(item=at)),) for at, item in enumerate(items))


def card_offer(book: FlowBook, card: ShowCard | ShowServiceCard) -> Rows:
    """The button for a card to show at a counter."""
    return ((Button(label=book.phrase("card_show"), icon="🪪", action=card),),)


def number_to_call(book: FlowBook) -> Message:
    """What is said to somebody in danger when no card can be shown: the number."""
    return replace(system(book, "maybe_danger"), vital=True)


def system(book: FlowBook, *names: str, buttons: Rows = (), blocks: tuple[Block, ...] = ()) -> Message:
    """A message of system phrases."""
    return Message(blocks=(*(book.phrase(name) for name in names), *blocks), buttons=buttons)


def _choice(frame: Frame, step: Step, choice: str, label: Phrase, icon: str) -> Button:
    action: Action = Choose(flow=frame.flow, step=step.id, choice=choice)
    return Button(label=label, icon=icon, action=action)
