"""What a person can ask at any moment: menu, back, language, a person, my data, erase…"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.conversation import walk
from bot.conversation.booklet import booklet
from bot.conversation.guide import OfferedLanguage
from bot.conversation.reminders import REMINDER, TIMER, read, take_back
from bot.conversation.screens import held_rows, navigation, number_to_call, offers, on_offer, system
from bot.conversation.turn import Draft
from bot.core.effects import CancelTimers, EndHandoff, RaiseAlarm, ShowData, TellWaiting
from bot.core.ids import FlowId, Locale
from bot.core.messages import Begin, Command, Go, Message, ShowReminder, Speak
from bot.core.phrases import LanguageName
from bot.core.session import Hold, Offer, Offerable, Position, Veil
from bot.flow.graph import AnswerKind, Ask, FlowBook

SEARCH = FlowId("_system.search")

#: Commands that are flows of their own.
FLOWS = {
    Command.MENU: walk.MENU,
    Command.EMERGENCY: FlowId("urgence.danger"),
    Command.HELP: FlowId("_system.help"),
    Command.PRIVACY: FlowId("_system.privacy"),
    Command.ROADMAP: FlowId("_system.roadmap"),
    Command.SEARCH: SEARCH,
}

#: Commands walked on top of the present question, which is asked again afterwards.
CALLS = {
    Command.PERSON: walk.PERSON,
    Command.LANGUAGE: FlowId("_system.language"),
    Command.FORGET: FlowId("_system.forget"),
    Command.MY_DATA: FlowId("_system.my_data"),
    Command.REMINDER: REMINDER,
}

#: What still works while an adviser has the conversation; everything else is kept for later (C08).
WHILE_HELD = frozenset(
    {
        Command.LEAVE,
        Command.STAY,
        Command.EMERGENCY,
        Command.FORGET,
        Command.MY_DATA,
        Command.PRIVACY,
        Command.LANGUAGE,
        Command.NO_REMINDERS,
    }
)
#: Flows of those commands, whose questions can be answered by a tap while an adviser has the conversation.
FLOWS_WHILE_HELD = frozenset({CALLS[one] for one in WHILE_HELD & CALLS.keys()} | {FLOWS[Command.PRIVACY]})


def do(draft: Draft, action: Offerable) -> None:
    """Do what a button that is never stale says, pressed or named."""
    match action:
        case Go(command=command):
            run(draft, command)
        case Speak(locale=locale):
            speak(draft, locale)
        case ShowReminder(ref=ref):
            read(draft, ref)
        case Begin(flow=flow) if flow in draft.guide.book.flows:
            walk.begin(draft, flow)
        case Begin():
            walk.ask(draft)


def run(draft: Draft, command: Command) -> None:
    """Do what the command says, wherever the conversation stands."""
    if command is Command.EMERGENCY:
        alarm(draft)
    if draft.session.hold is Hold.HELD:
        _run_while_held(draft, command)
    else:
        _run(draft, command)


def _run_while_held(draft: Draft, command: Command) -> None:
    """Few things, each on top of the conversation with the adviser: nothing is asked afterwards."""
    if command not in WHILE_HELD:
        held_notice(draft)
    elif command is Command.EMERGENCY:
        emergency(draft, FLOWS[command])
    elif command in FLOWS:
        walk.call(draft, FLOWS[command])
    else:
        _run(draft, command)


def alarm(draft: Draft) -> None:
    """Tell an adviser who is there or waited for that the person asked for the page of a danger."""
    if draft.session.hold is not Hold.NONE:
        draft.start(RaiseAlarm())


def emergency(draft: Draft, flow: FlowId) -> None:
    """The card of a danger, whatever else is going on."""
    if flow in draft.guide.book.flows and draft.session.hold is not Hold.HELD:
        walk.begin(draft, flow)
    else:
        card_only(draft, flow)


def card_only(draft: Draft, flow: FlowId) -> None:
    """What a safety flow says first, without its questions: nobody moves. Without such a flow at least the number."""
    book = draft.guide.book
    draft.tell(walk.first_words(draft, flow) if flow in book.flows else number_to_call(book))


def _run(draft: Draft, command: Command) -> None:
    if command is Command.EMERGENCY:
        emergency(draft, FLOWS[command])
        return
    if command in FLOWS:
        flow = FLOWS[command]
        walk.begin(draft, flow if flow in draft.guide.book.flows else walk.MENU)
        return
    if command in CALLS:
        _call(draft, command)
        return
    match command:
        case Command.START | Command.REPEAT:
            walk.ask(draft)
        case Command.DETAILS:
            if not walk.details(draft):
                walk.ask(draft)
        case Command.BACK:
            walk.back(draft)
        case Command.STOP:
            stop(draft)
        case Command.NO_REMINDERS:
            take_back(draft)
        case Command.RESUME:
            resume(draft)
        case Command.LEAVE:
            leave(draft)
        case Command.STAY:
            pass
        case Command.EXPORT_DATA:
            draft.start(ShowData(export=True))
        case Command.BOOKLET:
            draft.start(booklet(draft.session, draft.guide.book))
        case _:
            walk.ask(draft)


def _call(draft: Draft, command: Command) -> None:
    if command is Command.PERSON and draft.session.hold is Hold.WAITING:
        draft.start(TellWaiting())
        return
    flow = CALLS[command]
    if command is Command.REMINDER and (draft.session.shadow is not None or flow not in draft.guide.book.flows):
        # A reminder is a row: it is not asked for on top of a volatile answer.
        walk.begin(draft, flow if flow in draft.guide.book.flows else walk.MENU)
        return
    walk.call(draft, flow)


def stop(draft: Draft) -> None:
    """Stop what is going on: waiting for a person, the flow, the reminders; nothing is asked any more."""
    session, book = draft.session, draft.guide.book
    told: tuple[str, ...] = ("stopped",)
    if session.hold is Hold.WAITING:
        draft.start(EndHandoff())
        told = ("handoff_left", "stopped")
    draft.session = replace(
        session, durable=Position(), shadow=None, veil=Veil.NONE, paused=None, misses=0, hold=Hold.NONE
    )
    draft.start(CancelTimers(name=TIMER))
    draft.tell(system(book, *told, buttons=navigation(draft.session, book, back=False)))


def resume(draft: Draft) -> None:
    """Go back to the flow that was left for another."""
    session = draft.session
    if session.paused is None:
        walk.ask(draft)
        return
    draft.session = replace(session, durable=session.paused, shadow=None, paused=None)
    walk.ask(draft)


def leave(draft: Draft) -> None:
    """End the conversation with the adviser, or stop waiting."""
    was_answered = draft.session.hold is Hold.HELD
    if draft.session.hold is Hold.NONE:
        walk.ask(draft)
        return
    draft.start(EndHandoff())
    draft.session = replace(draft.session, hold=Hold.NONE)
    draft.tell(system(draft.guide.book, "handoff_left"))
    walk.after_handoff(draft, was_answered=was_answered)


def speak(draft: Draft, locale: Locale) -> None:
    """Switch to a language and show the present question in it."""
    offered = {language.locale: language for language in draft.guide.languages}
    language = offered.get(locale)
    if language is None:
        walk.ask(draft)
        return
    draft.session = replace(draft.session, locale=locale, locale_chosen=True)
    book = draft.guide.book
    frames = draft.session.position.frames
    if frames:
        _, step = walk.waiting(draft)
        if isinstance(step.act, Ask) and step.act.kind is AnswerKind.LANGUAGE:
            if frames[-1].flow == CALLS[Command.LANGUAGE]:
                draft.tell(_changed(book, language))
            if frames[-1].flow == walk.WELCOME:
                # The notice comes next, in the language that was chosen.
                draft.session = replace(draft.session, welcomed=True)
            walk.answered(draft, locale)
            return
    draft.tell(_changed(book, language))
    offer = draft.offered
    flows = [] if offer is None else [one.action.flow for one in offer.listed if isinstance(one.action, Begin)]
    meant = [flow for flow in flows if flow in book.flows]
    if offer is not None and offer.phrases and offer.yes == Speak(locale=locale) and meant:
        # What led to the offer of this language was half understood: it is not lost by taking the offer.
        draft.tell(offer_flows(draft, meant, *offer.phrases))
        return
    walk.ask(draft)


def offer_flows(draft: Draft, flows: Sequence[FlowId], *phrases: str) -> Message:
    """A message that offers flows to somebody who was half understood; vital when it names a danger."""
    book = draft.guide.book
    rows = offers(book, flows)
    listed = on_offer(rows)
    draft.session = replace(draft.session, misses=0)
    draft.offer = Offer(listed=listed, yes=listed[0].action if len(listed) == 1 else None, phrases=phrases)
    buttons = (*rows, *navigation(draft.session, book))
    return replace(system(book, *phrases, buttons=buttons), vital="maybe_danger" in phrases)


def _changed(book: FlowBook, language: OfferedLanguage) -> Message:
    return Message(blocks=(book.phrase("language_changed").having(language=LanguageName(tag=language.locale)),))


def held_notice(draft: Draft) -> None:
    """Say that a person has the conversation, and how to end it."""
    book = draft.guide.book
    draft.tell(system(book, "held_notice", buttons=held_rows(book)))
