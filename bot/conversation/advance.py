"""One event in, one turn out. The only door into a conversation."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.conversation import commands, reminders, walk
from bot.conversation.answers import answer_to
from bot.conversation.fear import feared
from bot.conversation.guide import Guide
from bot.conversation.said import danger_added, own_variant, said
from bot.conversation.screens import card_offer, go, language_page, languages_shown, navigation, system, waiting_rows
from bot.conversation.turn import Draft, Turn
from bot.conversation.understood import named, resume_offer
from bot.core.effects import CancelTimers, MakeCard, RelayEdit, RelayMedia, RelayText
from bot.core.events import (
    Edited,
    Event,
    HandoffMoved,
    HandoffNews,
    Located,
    Media,
    NotPassedOn,
    Pressed,
    Reached,
    Resumed,
    Said,
    Showed,
    Started,
    TimerFired,
)
from bot.core.ids import FlowId, StepId
from bot.core.local_time import local_day
from bot.core.messages import (
    Begin,
    Choose,
    Command,
    Go,
    Message,
    Open,
    Page,
    ServiceCards,
    ShowCard,
    ShowReminder,
    ShowService,
    ShowServiceCard,
    Speak,
    Tick,
)
from bot.core.phrases import Phrase
from bot.core.session import Hold, Offer, Offered, Session, Veil
from bot.errors import StepGone
from bot.flow.graph import AnswerKind, Ask, Card, Handoff, Remind, ShowServices, ToFlow

#: Flows that the program begins by itself.
BEGUN = frozenset({walk.WELCOME, walk.MENU, walk.HELPED, *commands.FLOWS.values(), *commands.CALLS.values()})

#: Within this time a second press of the same button is the same press: a spinner makes people tap again.
TWICE: Final = timedelta(seconds=10)

#: Media with an answer of their own; the others share one (A21).
_MEDIA_PHRASES = {
    Media.PHOTO: "media_photo",
    Media.DOCUMENT: "media_document",
    Media.VOICE: "media_voice",
    Media.AUDIO: "media_voice",
    Media.VIDEO_NOTE: "media_voice",
    Media.LIVE_LOCATION: "media_location",
    Media.CONTACT: "media_contact",
}

#: What Telegram copies for nobody. Source: https://core.telegram.org/bots/api#copymessage.
_NEVER_COPIED: Final = frozenset({Media.PAID_MEDIA, Media.GIVEAWAY, Media.INVOICE})


def advance(session: Session, event: Event, guide: Guide, *, now: datetime) -> Turn:
    """Take one event and say where the conversation stands next.

    Pure: the same arguments always give the same turn. `now` is an aware UTC instant. A step that no kept revision
    has any more is no error here: the person is told that the page changed and the flow begins again.
    """
    if _is_pressed_twice(session, event, now):
        return Turn(session=session)
    draft = Draft(session=session.offering(None), guide=guide, now=now, offered=session.position.offer)
    before = draft.session.position
    try:
        _take(draft, event)
    except StepGone as gone:
        _recover(draft, gone)
    turn = draft.done()
    is_as_before = not turn.messages and turn.session.position == before
    after = turn.session.offering(draft.offered if is_as_before else draft.offer)
    return replace(turn, session=replace(after, seen_at=now, veil=_veil(draft, before=session)))


def _is_pressed_twice(session: Session, event: Event, now: datetime) -> bool:
    """The first press has moved on already (D04). A later one is meant, like any old button: it must be answered."""
    if not isinstance(event, Pressed) or event.token != session.last_token or session.seen_at is None:
        return False
    return abs(now - session.seen_at) < TWICE


def _veil(draft: Draft, *, before: Session) -> Veil:
    """Who hears what is said next. What was forgotten stays so until a question is shown."""
    session = draft.session
    if session.shadow is None:
        return session.veil if before.is_lost else Veil.NONE
    is_heard = session.hold is Hold.HELD or (session.hold is Hold.WAITING and walk.is_at_handoff(draft))
    return Veil.ADVISER if is_heard else Veil.BOT


def _take(draft: Draft, event: Event) -> None:
    if isinstance(event, Started | Said | Showed | Located):
        # A button pressed again after this is meant.
        draft.session = replace(draft.session, last_token=None)
    match event:
        case Started():
            _started(draft, event)
        case Said():
            _welcomed(draft, event)
            said(draft, event)
        case Pressed():
            _pressed(draft, event)
        case Showed():
            _showed(draft, event)
        case Located():
            _located(draft, event)
        case Edited():
            _edited(draft, event)
        case TimerFired(name=name, ref=ref):
            _timer(draft, name, ref)
        case HandoffMoved(news=news):
            _handoff_moved(draft, news)
        case Reached(reachable=reachable):
            draft.session = replace(draft.session, reachable=reachable)
            if not reachable:
                draft.start(CancelTimers())
        case NotPassedOn(never=never):
            if draft.session.hold is not Hold.NONE:
                phrase = "handoff_cannot_pass_on" if never else "handoff_not_passed_on"
                draft.tell(replace(system(draft.guide.book, phrase), vital=True))
        case Resumed():
            if draft.session.hold is not Hold.HELD:
                walk.ask(draft)


def _started(draft: Draft, event: Started) -> None:
    if draft.session.hold is Hold.HELD:
        commands.held_notice(draft)
        return
    offered = {language.locale for language in draft.guide.languages}
    if event.locale in offered:
        draft.session = replace(draft.session, locale=event.locale, locale_chosen=True)
    elif event.phone_locale in offered and not draft.session.locale_chosen:
        draft.session = replace(draft.session, locale=event.phone_locale)
    flow = draft.guide.book.by_topic.get(event.topic or "")
    if flow is not None:
        _notice(draft)
        walk.begin(draft, flow)
    elif not draft.session.welcomed:
        walk.begin(draft, walk.WELCOME)
    elif draft.session.durable.frames and not draft.session.durable.frames[0].flow.startswith("_system."):
        resume_offer(draft)
    else:
        walk.begin(draft, walk.MENU)


def _welcomed(draft: Draft, event: Said) -> None:
    """Somebody who writes before /start, or instead of choosing a language, gets the short notice with the answer."""
    if draft.session.welcomed or event.danger is not None or _names_language(draft, event):
        return
    offered = {language.locale for language in draft.guide.languages}
    written = own_variant(event.language, event.phone_locale or draft.session.locale)
    spoken = written if written in offered else event.phone_locale
    if not draft.session.locale_chosen and spoken is not None and spoken in offered:
        draft.session = replace(draft.session, locale=spoken)
    _notice(draft)
    frames = draft.session.position.frames
    if frames and frames[-1].flow == walk.WELCOME and written == draft.session.locale:
        # Whoever writes instead of choosing a language has shown theirs: it is not asked for again.
        walk.stand_on_menu(draft)


def _names_language(draft: Draft, event: Said) -> bool:
    """Whether it answers the question of the welcome, which has a notice of its own after it."""
    frames = draft.session.position.frames
    if not frames or frames[-1].flow != walk.WELCOME:
        return False
    _, step = walk.waiting(draft)
    if not isinstance(step.act, Ask):
        return False
    return answer_to(step.act, event, draft.guide, draft.session.locale, local_day(draft.now)) is not None


def _notice(draft: Draft) -> None:
    if not draft.session.welcomed and draft.session.hold is Hold.NONE:
        book = draft.guide.book
        draft.tell(Message(blocks=(book.phrase("notice").having(days=book.facts["session_days"]),)))
        draft.session = replace(draft.session, welcomed=True)


def _pressed(draft: Draft, event: Pressed) -> None:
    draft.session = replace(draft.session, last_token=event.token)
    match event.action:
        case Go() | Speak() | ShowReminder():
            if isinstance(event.action, Go) and event.action.command is not Command.EMERGENCY:
                _notice(draft)
            commands.do(draft, event.action)
        case ShowService(service=service):
            cards = ServiceCards(ids=(service,), whole=True)
            rows = card_offer(draft.guide.book, ShowServiceCard(service=service))
            draft.tell(Message(blocks=(cards,), buttons=(*rows, *navigation(draft.session, draft.guide.book))))
        case ShowServiceCard(service=service):
            draft.start(MakeCard(service=service, volatile=draft.session.shadow is not None))
        case ShowCard(flow=flow, step=step, volatile=volatile):
            _show_card(draft, flow, step, volatile=volatile or draft.session.shadow is not None)
        case Choose(flow=flow, step=step, choice=choice) if flow in commands.FLOWS_WHILE_HELD:
            _chose(draft, flow, step, choice)
        case Choose() | Begin() if (danger := _danger_behind(draft, event.action)) is not None:
            commands.alarm(draft)
            commands.emergency(draft, danger)
        case _ if draft.session.hold is Hold.HELD and not isinstance(event.action, Page | Tick | Open):
            commands.held_notice(draft)
        case Choose(flow=flow, step=step, choice=choice):
            _chose(draft, flow, step, choice)
        case Begin():
            commands.do(draft, event.action)
        case Page(of=_, number=number):
            _turn_page(draft, number)
        case Tick() | Open():
            pass  # the channel turns the tick in the message's own buttons; nothing of it is known here
        case None:
            draft.tell(system(draft.guide.book, "button_expired"))
            walk.ask(draft)


def _danger_behind(draft: Draft, action: Choose | Begin) -> FlowId | None:
    """The safety flow behind a button that is no answer to the present question: 🆘 on a menu of yesterday, or of
    before an adviser came. It is how people who do not write say that they are in danger: it is never too old (F03).
    """
    flows = draft.guide.book.flows
    if isinstance(action, Begin):
        behind: FlowId | None = action.flow
    else:
        if draft.session.hold is not Hold.HELD and _is_asked(draft, action.flow, action.step, action.choice):
            return None
        flow = flows.get(action.flow)
        step = None if flow is None else flow.step(action.step)
        offered = step.act.choices if step is not None and isinstance(step.act, Ask) else ()
        leads = next((choice.leads for choice in offered if choice.id == action.choice), None)
        behind = leads.flow if isinstance(leads, ToFlow) else None
    return behind if behind is not None and behind in flows and flows[behind].safety else None


def _turn_page(draft: Draft, number: int) -> None:
    """Another page of the picker, in place; a written number counts its buttons while a language is asked for."""
    book, languages = draft.guide.book, draft.guide.languages
    rows = (*language_page(draft.session, draft.guide, number), *navigation(draft.session, book))
    draft.tell(replace(system(book, "language_pick", buttons=rows), in_place=True))
    asked = walk.waiting(draft)[1].act if draft.session.position.frames else None
    if isinstance(asked, Ask) and asked.kind is AnswerKind.LANGUAGE:
        listed = [
            Offered(label=Phrase(key="", text=language.name), action=Speak(locale=language.locale))
            for language in languages_shown(languages, draft.session.locale, number)
        ]
        draft.offer = Offer(listed=tuple(listed))


def _show_card(draft: Draft, flow_id: FlowId, step_id: StepId, *, volatile: bool) -> None:
    """The card of a step, wherever the conversation stands by now."""
    flow = draft.guide.book.flows.get(flow_id)
    step = None if flow is None else flow.step(step_id)
    if step is None or not isinstance(step.act, Card):
        draft.tell(system(draft.guide.book, "button_expired"))
        walk.ask(draft)
        return
    draft.start(MakeCard(line=step.act.line, bring=step.act.bring, volatile=volatile))


def _chose(draft: Draft, flow: FlowId, step: StepId, choice: str) -> None:
    if _is_asked(draft, flow, step, choice):
        draft.session = replace(draft.session, misses=0)
        walk.answered(draft, choice)
    elif draft.session.hold is Hold.HELD:
        # No question stands open beside the adviser: that of the old keyboard is asked again, never silence (I01).
        walk.call(draft, flow)
    else:
        walk.ask(draft)  # an old keyboard: the present question, never a jump (D03)


def _is_asked(draft: Draft, flow: FlowId, step: StepId, choice: str) -> bool:
    """Whether the conversation waits on this step and the choice is one of its answers now."""
    frames = draft.session.position.frames
    if not frames or (frames[-1].flow, frames[-1].step) != (flow, step):
        return False
    _, waiting = walk.waiting(draft)
    is_open = draft.session.hold is Hold.NONE or not isinstance(waiting.act, Handoff)
    return is_open and _offers(waiting.act, choice)


def _offers(act: object, choice: str) -> bool:
    match act:
        case Ask(choices=choices) if choices:
            return any(offered.id == choice for offered in choices)
        case Ask() | Remind():
            return choice in ("yes", "no")
        case Handoff():
            return choice in ("share", "alone", "cancel")
        case _:
            return False


def _showed(draft: Draft, event: Showed) -> None:
    book, fear = draft.guide.book, feared(event, draft.guide)
    if fear is not None and fear.is_likely:
        words = Said(text=event.caption, message_id=event.message_id)
        said(draft, replace(words, danger=event.danger, understanding=event.understanding))
        if draft.session.hold is not Hold.NONE:
            draft.start(RelayMedia(message_id=event.message_id))
    elif event.media is Media.CONTACT:
        _notice(draft)
        rows = navigation(draft.session, book) if draft.session.hold is Hold.NONE else ()
        draft.tell(system(book, "media_contact", buttons=rows))
    elif draft.session.hold is not Hold.NONE and event.media in _NEVER_COPIED:
        if event.caption:
            draft.start(RelayText(text=event.caption, message_id=event.message_id))
        draft.tell(system(book, "handoff_cannot_pass_on"))
    elif draft.session.hold is not Hold.NONE:
        draft.start(RelayMedia(message_id=event.message_id, caption=event.caption))
        if draft.session.hold is Hold.WAITING and not event.album_continued:
            draft.tell(system(book, "handoff_media_added"))
    elif not event.album_continued:
        _notice(draft)
        name = _MEDIA_PHRASES.get(event.media, "media_other")
        # Who sends a voice note may be unable to write: the way to help is a tap away.
        urgent = go(book, Command.EMERGENCY, "nav_emergency", "🆘")
        draft.tell(system(book, name, buttons=((urgent,), *navigation(draft.session, book))))
    if fear is not None and not fear.is_likely and draft.session.hold is not Hold.HELD:
        draft.tell(named(draft, fear))


def _edited(draft: Draft, event: Edited) -> None:
    fear = feared(event, draft.guide)
    if fear is not None and fear.is_likely:
        danger_added(draft, event, fear.flow)
    elif draft.session.hold is not Hold.NONE:
        draft.start(RelayEdit(message_id=event.message_id, text=event.text))


def _located(draft: Draft, event: Located) -> None:
    if draft.session.hold is not Hold.NONE:
        draft.start(RelayMedia(message_id=event.message_id))
        if draft.session.hold is Hold.WAITING:
            draft.tell(system(draft.guide.book, "handoff_media_added"))
        return
    _notice(draft)
    cards = replace(_present_services(draft), near_point=(event.latitude, event.longitude))
    book = draft.guide.book
    rows = navigation(draft.session, book)
    draft.tell(Message(blocks=(book.phrase("nearest"), cards), buttons=rows, volatile=True))


def _present_services(draft: Draft) -> ServiceCards:
    """What the pathway the person is in shows: its need, else the services it names; all of them without a pathway."""
    if not draft.session.position.frames:
        return ServiceCards()
    flow, _ = walk.waiting(draft)
    shown = [step.act for step in flow.steps.values() if isinstance(step.act, ShowServices)]
    need = next((one.need for one in shown if one.need is not None), None)
    return ServiceCards(need=need, ids=() if need else tuple(dict.fromkeys(name for one in shown for name in one.ids)))


def _timer(draft: Draft, name: str, ref: str) -> None:
    if name == reminders.TIMER and draft.session.hold is not Hold.HELD:
        reminders.ring(draft, ref)


def _handoff_moved(draft: Draft, news: HandoffNews) -> None:
    book = draft.guide.book
    match news:
        case HandoffNews.CLAIMED:
            draft.session = replace(draft.session, hold=Hold.HELD)
            end = go(book, Command.LEAVE, "held_leave", "🔚")
            draft.tell(system(book, "handoff_claimed", buttons=((end,),)))
        case HandoffNews.RELEASED:
            draft.session = replace(draft.session, hold=Hold.WAITING)
            draft.tell(system(book, "handoff_released", buttons=waiting_rows(book)))
        case HandoffNews.RETURNED | HandoffNews.CLOSED if draft.session.hold is Hold.WAITING:
            # Nobody will answer: that must be said, and there is nothing of which to ask whether it helped
            # (best-in-class 17).
            draft.session = replace(draft.session, hold=Hold.NONE)
            draft.tell(system(book, "handoff_closed_waiting"))
            walk.after_handoff(draft, was_answered=False)
        case HandoffNews.RETURNED:
            draft.session = replace(draft.session, hold=Hold.NONE)
            draft.tell(system(book, "handoff_returned"))
            walk.after_handoff(draft)
        case HandoffNews.CLOSED:
            draft.session = replace(draft.session, hold=Hold.NONE)
            draft.tell(system(book, "handoff_closed"))
            walk.begin(draft, walk.HELPED)


def _recover(draft: Draft, gone: StepGone) -> None:
    """The page a person was on is gone in every kept revision: begin its flow again, or the menu.

    What the turn did before it found out stays: a handoff that ended has ended.
    """
    was_volatile = draft.session.shadow is not None
    draft.pending.clear()
    draft.tell(system(draft.guide.book, "step_gone"))
    here = replace(draft.session.durable, frames=(), trail=())
    draft.session = replace(draft.session, durable=here, shadow=None, paused=None)
    flow = FlowId(gone.flow)
    known = flow in draft.guide.book.flows and not was_volatile
    walk.begin(draft, flow if known else walk.MENU)
