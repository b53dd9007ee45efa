"""Turn one stored event of a newcomer into a new session and queued messages: all of it, or nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from time import perf_counter

from bot.conversation.advance import advance
from bot.conversation.reminders import by_day
from bot.conversation.turn import Turn
from bot.conversation.wants import wants_keywords, wants_understanding
from bot.core.effects import (
    CancelTimers,
    Count,
    Effect,
    EndHandoff,
    Forget,
    MakeBooklet,
    MakeCard,
    MakeSteps,
    NoteGap,
    OpenHandoff,
    RaiseAlarm,
    RelayEdit,
    RelayMedia,
    RelayText,
    ShowData,
    StartTimer,
    Submit,
    TellWaiting,
)
from bot.core.events import Edited, Event, NotPassedOn, Pressed, Reached, Resumed, Said, Showed, Started, TimerFired
from bot.core.heard import FromNewcomer
from bot.core.ids import NewcomerId
from bot.core.local_time import local_day
from bot.core.messages import Message, Tick
from bot.core.session import Hold, Session
from bot.errors import Conflict
from bot.handoff.machine import State
from bot.ports import Commit, InboxRow
from bot.services import checklist, data, erasure, gaps, handover, outages, papers, submissions
from bot.services.desk import Desk
from bot.services.parts import Parts
from bot.services.say import spoken

log = logging.getLogger(__name__)

#: Times a turn is decided anew because somebody else saved the session or the handoff meanwhile.
TRIES = 5
#: A reminder that comes due while a person has the conversation is looked at again after this.
HELD_REMINDER_WAITS = timedelta(hours=1)


async def take_newcomer_turn(desk: Desk, row: InboxRow, heard: FromNewcomer) -> None:
    """One stored update of a private chat."""
    assert row.newcomer is not None
    await take_event(desk, row.newcomer, heard.event, row=row.id, heard=heard)


def nobodys_press(desk: Desk, heard: FromNewcomer) -> str:
    """What is told to a tap of somebody who is not known, such as the second one on "erase everything"."""
    locale = desk.nearest_locale(heard.phone_locale or "")
    return desk.catalogues.text_of(desk.guide().book.phrase("button_gone"), locale).text


async def take_forgotten(desk: Desk, row: InboxRow) -> None:
    """A volatile answer that a restart forgot: the question before it is shown again."""
    assert row.newcomer is not None
    await take_event(desk, row.newcomer, Resumed(), row=row.id)


async def take_event(
    desk: Desk,
    newcomer: NewcomerId,
    event: Event,
    *,
    row: int | None = None,
    timer: int | None = None,
    heard: FromNewcomer | None = None,
    is_late: bool = False,
    joined: Sequence[int] = (),
    notice: Message | None = None,
    is_acknowledged: bool = False,
) -> None:
    """Any event of this newcomer; `row` or `timer` is what is answered by it, `is_late` after an outage.

    In a flood: `joined` are older rows that the event holds too, `notice` goes before what the bot says, and with
    `is_acknowledged` the person knows already that words for an adviser are passed on.
    """
    began = perf_counter()
    event = await _read(desk, event, newcomer)
    for _ in range(TRIES):
        now = desk.clock()
        session = await _held_by_somebody(desk, await session_of(desk, newcomer, heard, now))
        if isinstance(event, TimerFired) and (due_at := _later(session, now)) is not None:
            later = StartTimer(name=event.name, ref=event.ref, due_at=due_at)
            await desk.store.commit(Commit(done_timer=timer, timers=(later,), timers_of=newcomer, now=now))
            return
        if isinstance(event, Pressed) and isinstance(event.action, Tick):
            await checklist.turn_tick(desk, session, event, heard, row=row)
            return
        understood = await _understood(desk, event, session)
        turn = advance(session, understood, desk.guide(), now=now)
        if any(isinstance(effect, Forget) for effect in turn.effects):
            await erasure.erase(desk, session, None if heard is None else heard.account)
            return
        is_late = is_late or outages.is_late(heard, now)
        if is_late:
            turn = outages.admitted(desk, turn, now)
        turn = _in_a_flood(turn, notice, is_acknowledged=is_acknowledged)
        if isinstance(event, Resumed | NotPassedOn | TimerFired):
            # Nothing was heard of the person.
            turn = replace(turn, session=replace(turn.session, seen_at=session.seen_at))
        more = await _told_to_advisers(desk, turn, session, event, now)
        try:
            await save(desk, turn, session, now=now, row=row, joined=joined, timer=timer, event=event, with_parts=more)
        except Conflict:
            desk.memory.drop(newcomer)
            continue
        if is_late:
            desk.memory.told_late(newcomer, now)
        log.info(
            "turn.taken newcomer=%s event=%s ms=%.1f",
            newcomer[:8],
            type(event).__name__,
            (perf_counter() - began) * 1000,
        )
        return
    raise Conflict(f"{TRIES} times")


def _in_a_flood(turn: Turn, notice: Message | None, *, is_acknowledged: bool) -> Turn:
    """The turn with what a flood adds to it and takes from it; see `take_event`."""
    if notice is not None and not any(message.vital for message in turn.messages):
        turn = replace(turn, messages=(notice, *turn.messages))
    if is_acknowledged and any(isinstance(effect, RelayText | RelayMedia) for effect in turn.effects):
        turn = replace(turn, messages=tuple(message for message in turn.messages if message.vital))
    return turn


async def _told_to_advisers(desk: Desk, turn: Turn, before: Session, event: Event, now: datetime) -> Parts:
    """What whoever holds the conversation learns of it: gone, back, or in another language."""
    told = Parts()
    if isinstance(event, Reached) and event.reachable != before.reachable:
        told = await handover.reached(desk, before, now, reachable=event.reachable)
    if Hold.NONE not in (before.hold, turn.session.hold) and turn.session.locale != before.locale:
        told += await handover.spoken_in(desk, turn.session)
    return told


async def _held_by_somebody(desk: Desk, session: Session) -> Session:
    """The session as it is when its handoff is gone, such as by retention: the bot must not stay silent for ever."""
    if session.hold is Hold.NONE or await desk.store.open_handoff_of(session.newcomer) is not None:
        return session
    return replace(session, hold=Hold.NONE)


async def session_of(desk: Desk, newcomer: NewcomerId, heard: FromNewcomer | None, now: datetime) -> Session:
    """The session as saved, with what memory holds of its volatile part; a new one for a new person."""
    session = desk.memory.session(newcomer)
    if session is None:
        session = await desk.store.session_of(newcomer)
    if session is None:
        phone = None if heard is None else heard.phone_locale
        # A conversation with a person may outlive what the bot remembers.
        handoff = await desk.store.open_handoff_of(newcomer)
        hold = Hold.NONE if handoff is None else Hold.HELD if handoff.state is State.CLAIMED else Hold.WAITING
        session = Session(newcomer=newcomer, locale=desk.nearest_locale(phone or ""), hold=hold)
    shadow = desk.memory.shadow(newcomer, now)
    return session if session.shadow == shadow else replace(session, shadow=shadow)


async def save(
    desk: Desk,
    turn: Turn,
    before: Session,
    *,
    now: datetime,
    row: int | None = None,
    joined: Sequence[int] = (),
    timer: int | None = None,
    event: Event | None = None,
    with_parts: Parts | None = None,
) -> None:
    """Carry out a turn in one transaction, then hand its messages to the sender. Raises Conflict: nothing was done."""
    effects = await _carried_out(desk, turn, now)
    pressed = event.message_id if isinstance(event, Pressed) else None
    messages = (*effects.first, *turn.messages, *effects.messages)
    session, said = spoken(desk, messages, turn.session, pressed_message=pressed)
    parts = said + replace(effects, first=(), messages=()) + (with_parts or Parts())
    if isinstance(event, Resumed):
        parts = replace(parts, deliveries=tuple(replace(one, asked_again=True) for one in parts.deliveries))
    session = replace(session, version=before.version + 1)
    commit = Commit(
        done=row,
        joined=tuple(joined),
        done_timer=timer,
        session=session,
        expected_version=before.version,
        deliveries=(*parts.pictures, *parts.deliveries),
        buttons=parts.buttons,
        timers=parts.timers,
        cancelled_timers=parts.cancelled_timers,
        timers_of=session.newcomer,
        handoffs=parts.handoffs,
        log=parts.log,
        corrected=parts.corrected,
        gaps=parts.gaps,
        submissions=parts.submissions,
        audit=parts.audit,
        counts=parts.counts,
        now=now,
    )
    rows = await desk.store.commit(commit)
    desk.memory.keep(session, now)
    desk.memory.keep_buttons(parts.buttons, now)
    desk.outgoing.offer(rows)


async def _read(desk: Desk, event: Event, newcomer: NewcomerId) -> Event:
    """Add what only the store and the settings know: a token's meaning, a poster's topic."""
    if isinstance(event, Pressed):
        button = await desk.button(event.token)
        if button is None or button.newcomer != newcomer or isinstance(button.action, str):
            return event  # unknown or somebody else's: answered neutrally (D01, D02)
        return replace(event, action=button.action, screen=button.screen)
    if isinstance(event, Started):
        phone = None if event.phone_locale is None else desk.nearest_locale(event.phone_locale)
        poster = desk.poster(event.payload) if event.payload else None
        if poster is None:
            words = event.words or event.payload
            if (danger := desk.danger(words)) is not None:
                # « /start aidez-moi, il me frappe »: whoever was told to write /start may write the rest behind it.
                language = desk.language_of(words)
                return Said(
                    text=words, message_id=event.message_id, danger=danger, language=language, phone_locale=phone
                )
            return replace(event, phone_locale=phone)
        return replace(event, phone_locale=phone, topic=poster.topic, locale=poster.locale)
    if isinstance(event, Said):
        phone = None if event.phone_locale is None else desk.nearest_locale(event.phone_locale)
        danger = desk.danger(event.text)
        # The card comes in the language it was asked for in, or offers it.
        language = event.language if danger is None else desk.language_of(event.text)
        return replace(event, danger=danger, language=language, phone_locale=phone)
    if isinstance(event, Showed) and event.caption:
        return replace(event, danger=desk.danger(event.caption))
    if isinstance(event, Edited):
        return replace(event, danger=desk.danger(event.text))
    return event


async def _understood(desk: Desk, event: Event, session: Session) -> Event:
    """Ask the NLU, when the turn will want it; no transaction is open."""
    if isinstance(event, Showed | Edited):
        words = event.caption if isinstance(event, Showed) else event.text
        if event.danger is not None or not words.strip():
            return event
        # Of these only danger is heard.
        return replace(event, understanding=await desk.nlu.understand(words, session.locale))
    today = local_day(desk.clock())
    if not isinstance(event, Said) or not wants_understanding(session, event, desk.guide(), today=today):
        return event
    language = desk.language_of(event.text)
    understanding = await desk.nlu.understand(event.text, session.locale)
    if wants_keywords(understanding, session, desk.guide()):
        understanding = desk.keywords(event.text, session.locale, language) or understanding
    return replace(event, understanding=understanding, language=language)


async def _carried_out(desk: Desk, turn: Turn, now: datetime) -> Parts:
    """What the turn's effects add to its commit."""
    parts = Parts()
    for effect in turn.effects:
        parts += await _effect(desk, effect, turn.session, now)
    return parts


async def _effect(desk: Desk, effect: Effect, session: Session, now: datetime) -> Parts:
    match effect:
        case StartTimer():
            return Parts(timers=(effect,))
        case CancelTimers(name=""):
            # All that speak to the person; the day a topic is deleted stays.
            return Parts(cancelled_timers=("reminder", handover.SLOW))
        case CancelTimers(name=name):
            return Parts(cancelled_timers=(name,))
        case Count(figure=figure, label=label):
            return Parts(counts=((figure, label),))
        case NoteGap(text=text):
            # Off the loop: the first time in a language all of its sentences are looked through.
            return await asyncio.to_thread(gaps.noted, text, session.locale, desk.knows)
        case Submit():
            return submissions.kept(effect, session.locale)
        case OpenHandoff():
            return await handover.opened(desk, session, effect, now)
        case TellWaiting():
            return await handover.still_waiting(desk, session, now)
        case RelayText() | RelayMedia() | RelayEdit():
            return await handover.relayed(desk, session, effect, now)
        case RaiseAlarm():
            return await handover.alarmed(desk, session, now)
        case EndHandoff():
            return await handover.left(desk, session, now)
        case ShowData(export=export):
            return await data.shown(desk, session, export=export)
        case MakeCard():
            return await papers.card(desk, session, effect)
        case MakeSteps():
            return await papers.steps(desk, session, effect)
        case MakeBooklet():
            return await papers.booklet(desk, session, effect, now)
        case Forget():
            raise AssertionError("an erasure is not part of a commit")


async def take_timer(desk: Desk, newcomer: NewcomerId, timer: int, name: str, ref: str) -> None:
    """A reminder came due."""
    await take_event(desk, newcomer, TimerFired(name=name, ref=ref), timer=timer)


def _later(session: Session, now: datetime) -> datetime | None:
    """When a reminder that is due now is looked at again; None when it rings. While a person has the conversation it
    waits (C08), and whatever kept it, an outage or a talk until late, it does not ring at night (best-in-class 23).
    """
    due_at = by_day(now + HELD_REMINDER_WAITS if session.hold is Hold.HELD else now)
    return due_at if due_at > now else None
