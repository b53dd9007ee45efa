"""The newcomer's side of a handover: ask for a person, be relayed, leave."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.effects import OpenHandoff, RelayEdit, RelayMedia, RelayText, StartTimer
from bot.core.ids import HandoffId, TeamName
from bot.core.messages import Button, Command, Go, Message
from bot.core.phrases import Phrase, Verbatim
from bot.core.session import Session
from bot.handoff.codes import code_name
from bot.handoff.machine import Handoff, Move, State, moved
from bot.handoff.waiting import BUSY_FROM_MIN, minutes_to_wait
from bot.i18n.render import plain
from bot.ports import Delivery, HandoffChange, LogLine, Verb
from bot.services import topics
from bot.services.desk import Desk, Team
from bot.services.parts import Parts

SLOW = "handoff_slow"
IDLE = "handoff_idle"


def team_of(desk: Desk, queue: str) -> Team:
    """The team that answers this queue, else the first."""
    return next((team for team in desk.teams.values() if queue in team.queues), next(iter(desk.teams.values())))


async def opened(desk: Desk, session: Session, effect: OpenHandoff, now: datetime) -> Parts:
    """Make the handoff, open its topic, and tell the person honestly when somebody can answer."""
    book = desk.guide().book
    present = await desk.store.open_handoff_of(session.newcomer)
    if present is not None:
        again = book.phrase("handoff_already").having(code=Verbatim(text=present.code))
        return Parts(messages=(Message(blocks=(again,), buttons=_while_waiting(desk)),))
    team = team_of(desk, effect.queue)
    others = await desk.store.handoffs(team.name)
    handoff = Handoff(
        id=HandoffId(desk.new_id()),
        code=code_name(secrets.randbelow, {other.code for other in others}),
        newcomer=session.newcomer,
        team=TeamName(team.name),
        chat=team.chat,
        state=State.WAITING,
        version=1,
        locale=session.locale,
        queue=effect.queue,
        summary=tuple(plain(line, team.locale, desk.catalogues) for line in effect.summary),
        opened_at=now,
    )
    told = await _when(desk, handoff, team, others, now)
    return (
        Parts(
            messages=(Message(blocks=(told,), buttons=_while_waiting(desk)),),
            handoffs=(HandoffChange(handoff=handoff, expected=0),),
            timers=(slow(desk, handoff, now),),
            counts=(("handoff.opened", handoff.queue),),
        )
        + topics.opened(desk, handoff, team)
    )  # fmt: skip


async def _when(desk: Desk, handoff: Handoff, team: Team, others: list[Handoff], now: datetime) -> Phrase:
    book, code = desk.guide().book, Verbatim(text=handoff.code)
    if not desk.hours.open_now(team.hours, now):
        opening = desk.hours.next_opening(team.hours, now)
        closed = book.phrase("handoff_waiting_closed").having(code=code)
        return closed if opening is None else closed.having(opening=opening)
    advisers = sum(adviser.is_active and team.name in adviser.teams for adviser in await desk.store.advisers())
    minutes = minutes_to_wait(others, advisers=advisers, minutes_each=desk.settings.handoff.waiting_min_each)
    name = "handoff_waiting_busy" if minutes > BUSY_FROM_MIN else "handoff_waiting_open"
    return book.phrase(name).having(code=code, minutes=minutes)


async def relayed(desk: Desk, session: Session, effect: RelayText | RelayMedia | RelayEdit, now: datetime) -> Parts:
    """The person's words, photo or correction to the topic, under the code; never by forward."""
    handoff = await desk.store.open_handoff_of(session.newcomer)
    if handoff is None:
        return Parts()
    team = desk.teams[handoff.team]
    match effect:
        case RelayText(text=text, message_id=message_id, danger=danger):
            name = "adviser_person_danger" if danger else "adviser_person_wrote"
            sent = topics.line(desk, handoff, team, name, text=Verbatim(text=text))
            said = text
        case RelayMedia(message_id=message_id, caption=caption):
            sent = Delivery(verb=Verb.COPY, chat=handoff.chat, handoff=handoff.id, copy_from=message_id,
                            copy_of=session.newcomer)  # fmt: skip
            said = f"[{caption}]" if caption else "[…]"
        case RelayEdit(message_id=message_id, text=text):
            return await _edited(desk, handoff, team, message_id, text, now)
    line = LogLine(handoff=handoff.id, author="newcomer", text=said, at=now, newcomer_message=message_id)
    deliveries = (replace(sent, mirrors=message_id),) if handoff.chat is not None and team.relays else ()
    return Parts(deliveries=deliveries, log=(line,))


async def _edited(desk: Desk, handoff: Handoff, team: Team, message_id: int, text: str, now: datetime) -> Parts:
    """The copy in the topic is changed in place; one that cannot be found is told anew (A24).

    Words that no adviser of this handoff was given stay unknown to them when they are changed.
    """
    said = await desk.store.log_of(handoff.id)
    if not any(line.author == "newcomer" and line.newcomer_message == message_id for line in said):
        return Parts()
    line = LogLine(handoff=handoff.id, author="newcomer", text=text, at=now, newcomer_message=message_id)
    if handoff.chat is None or not team.relays:
        return Parts(log=(line,))
    copy = await desk.store.counterpart(handoff.id, newcomer_message=message_id)
    sent = topics.line(desk, handoff, team, "adviser_person_edited", text=Verbatim(text=text))
    if copy is not None:
        sent = replace(sent, verb=Verb.EDIT, message_id=copy)
    return Parts(deliveries=(sent,), log=(line,))


async def left(desk: Desk, session: Session, now: datetime) -> Parts:
    """The person ends it: the adviser is told, the topic is closed."""
    handoff = await desk.store.open_handoff_of(session.newcomer)
    if handoff is None:
        return Parts()
    return ended(desk, moved(handoff, Move.LEAVE, now=now), told="adviser_person_left")


async def reached(desk: Desk, session: Session, now: datetime, *, reachable: bool) -> Parts:
    """The adviser is told at once that the person blocked the bot, or let it in again (B06)."""
    handoff = await desk.store.open_handoff_of(session.newcomer)
    if handoff is None:
        return Parts()
    parts = Parts()
    if reachable and handoff.state is State.WAITING:
        parts += Parts(timers=(slow(desk, handoff, now),))
    team = desk.teams[handoff.team]
    if handoff.chat is not None and team.relays:
        told = "adviser_person_back" if reachable else "adviser_person_blocked"
        parts += Parts(deliveries=(topics.line(desk, handoff, team, told),))
    return parts


def ended(desk: Desk, handoff: Handoff, *, told: str | None = None, name: str = "") -> Parts:
    """A handoff that was closed or returned, with its topic, its timer and the day its topic is deleted."""
    team = desk.teams[handoff.team]
    parts = Parts(
        handoffs=(HandoffChange(handoff=handoff, expected=handoff.version - 1),),
        cancelled_timers=(SLOW, IDLE),
        counts=((f"handoff.{handoff.state}", handoff.queue),),
    )
    if handoff.chat is not None and team.relays:
        if told is not None:
            parts += Parts(deliveries=(topics.line(desk, handoff, team, told),))
        assert handoff.ended_at is not None
        due_at = handoff.ended_at + timedelta(days=desk.settings.handoff.topic_kept_days)
        parts += Parts(timers=(StartTimer(name="topic_delete", due_at=due_at, ref=handoff.id),))
    return parts + topics.renewed(desk, handoff, team, name=name)


def idle(desk: Desk, handoff: Handoff, now: datetime) -> StartTimer:
    """An adviser who falls silent must not keep anybody from being answered (C09); each reply sets it anew."""
    due_at = now + timedelta(minutes=desk.settings.handoff.idle_release_min)
    return StartTimer(name=IDLE, due_at=due_at, ref=handoff.id)


def slow(desk: Desk, handoff: Handoff, now: datetime) -> StartTimer:
    """When it is admitted that nobody has answered yet (C09)."""
    return StartTimer(name=SLOW, due_at=now + timedelta(minutes=desk.settings.handoff.slow_after_min), ref=handoff.id)


def _while_waiting(desk: Desk) -> tuple[tuple[Button, ...], ...]:
    book = desk.guide().book
    leave = Button(label=book.phrase("waiting_leave"), icon="✖️", action=Go(command=Command.LEAVE))
    danger = Button(label=book.phrase("nav_emergency"), icon="🆘", action=Go(command=Command.EMERGENCY))
    menu = Button(label=book.phrase("nav_menu"), icon="🏠", action=Go(command=Command.MENU))
    return ((leave,), (danger, menu))
