"""The newcomer's side of a handover: ask for a person, be relayed, leave."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from bot.conversation.reminders import by_day
from bot.conversation.screens import waiting_rows
from bot.core.effects import OpenHandoff, RelayEdit, RelayMedia, RelayText, StartTimer
from bot.core.ids import HandoffId, TeamName
from bot.core.local_time import BRUSSELS, local_day
from bot.core.messages import Message
from bot.core.phrases import LanguageName, Phrase, Verbatim
from bot.core.session import Session
from bot.handoff.codes import code_name
from bot.handoff.machine import Handoff, Move, State, moved
from bot.handoff.waiting import BUSY_FROM_MIN, minutes_to_wait
from bot.i18n.render import plain
from bot.ports import Delivery, HandoffChange, LogLine, Verb
from bot.services import topics
from bot.services.desk import Desk, Team
from bot.services.groups import team_for, team_of
from bot.services.parts import Parts

SLOW = "handoff_slow"
IDLE = "handoff_idle"


async def opened(desk: Desk, session: Session, effect: OpenHandoff, now: datetime) -> Parts:
    """Make the handoff, open its topic, and tell the person honestly when somebody can answer."""
    present = await desk.store.open_handoff_of(session.newcomer)
    if present is not None:
        return await _again(desk, present, now)
    team = team_for(desk, effect.queue)
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
            messages=(Message(blocks=(told,), buttons=waiting_rows(desk.guide().book)),),
            handoffs=(HandoffChange(handoff=handoff, expected=0),),
            timers=(slow(desk, handoff, now),),
            counts=(("handoff.opened", handoff.queue),),
        )
        + topics.opened(desk, handoff, team)
    )  # fmt: skip


async def still_waiting(desk: Desk, session: Session, now: datetime) -> Parts:
    """Whoever asks again learns that the request is there, and while the office is closed when it opens (C10)."""
    present = await desk.store.open_handoff_of(session.newcomer)
    return Parts() if present is None else await _again(desk, present, now)


async def _again(desk: Desk, present: Handoff, now: datetime) -> Parts:
    already = desk.guide().book.phrase("handoff_already").having(code=Verbatim(text=present.code))
    told = await _nobody(desk, present) or closed(desk, present, now) or already
    return Parts(messages=(Message(blocks=(told,), buttons=waiting_rows(desk.guide().book)),))


async def _when(desk: Desk, handoff: Handoff, team: Team, others: list[Handoff], now: datetime) -> Phrase:
    if (honest := await _nobody(desk, handoff) or closed(desk, handoff, now)) is not None:
        return honest
    advisers = await _advisers(desk, team)
    minutes = minutes_to_wait(others, advisers=advisers, minutes_each=desk.settings.handoff.waiting_min_each)
    name = "handoff_waiting_busy" if minutes > BUSY_FROM_MIN else "handoff_waiting_open"
    return desk.guide().book.phrase(name).having(code=Verbatim(text=handoff.code), count=minutes)


async def _advisers(desk: Desk, team: Team) -> int:
    return sum(adviser.is_active and team.name in adviser.teams for adviser in await desk.store.advisers())


async def _nobody(desk: Desk, handoff: Handoff) -> Phrase | None:
    """That no adviser has this desk yet; None where one can answer. The request is kept for the day one can."""
    if handoff.chat is not None and await _advisers(desk, team_of(desk, handoff)):
        return None
    return desk.guide().book.phrase("handoff_nobody").having(code=Verbatim(text=handoff.code))


async def relayed(desk: Desk, session: Session, effect: RelayText | RelayMedia | RelayEdit, now: datetime) -> Parts:
    """The person's words, photo or correction to the topic, under the code; never by forward."""
    handoff = await desk.store.open_handoff_of(session.newcomer)
    if handoff is None:
        return Parts()
    team = team_of(desk, handoff)
    match effect:
        case RelayText(text=text, message_id=message_id, danger=danger):
            sent = words_line(desk, handoff, team, message_id, text, is_danger=danger)
            said = text
        case RelayMedia(message_id=message_id, caption=caption):
            sent = media_copy(handoff, message_id)
            said = _of_media(caption)
        case RelayEdit(message_id=message_id, text=text):
            return await _edited(desk, handoff, team, message_id, text, now)
    line = LogLine(handoff=handoff.id, author="newcomer", text=said, at=now, newcomer_message=message_id)
    deliveries = (sent,) if handoff.chat is not None and team.relays else ()
    return Parts(deliveries=deliveries, log=(line,))


async def alarmed(desk: Desk, session: Session, now: datetime) -> Parts:
    """That the person pressed 🆘, to the topic like words of danger: people who do not write say it so."""
    handoff = await desk.store.open_handoff_of(session.newcomer)
    if handoff is None:
        return Parts()
    team = team_of(desk, handoff)
    pressed = f"🆘 {plain(desk.guide().book.phrase('nav_emergency'), team.locale, desk.catalogues)}"
    line = LogLine(handoff=handoff.id, author="newcomer", text=pressed, at=now)
    sent = words_line(desk, handoff, team, None, pressed, is_danger=True)
    return Parts(deliveries=(sent,) if handoff.chat is not None and team.relays else (), log=(line,))


def words_line(
    desk: Desk, handoff: Handoff, team: Team, message: int | None, text: str, *, is_danger: bool
) -> Delivery:
    """What the person wrote, for the topic. Words of danger go before all that waits there."""
    name = "adviser_person_danger" if is_danger else "adviser_person_wrote"
    told = topics.line(desk, handoff, team, name, text=Verbatim(text=text))
    return replace(told, mirrors=message, vital=True, urgent=is_danger)


def media_copy(handoff: Handoff, message: int | None) -> Delivery:
    """A photo of the person or the like, for the topic."""
    return Delivery(verb=Verb.COPY, chat=handoff.chat, handoff=handoff.id, copy_from=message,
                    copy_of=handoff.newcomer, mirrors=message, vital=True)  # fmt: skip


async def _edited(desk: Desk, handoff: Handoff, team: Team, message_id: int, text: str, now: datetime) -> Parts:
    """The copy in the topic is changed in place; one that cannot be found is told anew (A24).

    Words that no adviser of this handoff was given stay unknown to them when they are changed.
    """
    told = [line for line in await desk.store.log_of(handoff.id) if line.newcomer_message == message_id]
    before = [line.text for line in told if line.author == "newcomer"]
    if not before:
        return Parts()
    kept = _of_media(text) if any(map(is_of_media, before)) else text
    line = LogLine(handoff=handoff.id, author="newcomer", text=kept, at=now, newcomer_message=message_id)
    if handoff.chat is None or not team.relays:
        return Parts(corrected=(line,))
    copies = await desk.store.counterparts(handoff.id, newcomer_message=message_id)
    sent = topics.line(desk, handoff, team, "adviser_person_edited", text=Verbatim(text=text))
    return Parts(deliveries=corrected(replace(sent, mirrors=message_id), copies), corrected=(line,))


def is_of_media(kept: str) -> bool:
    """Whether a line of the log stands for a picture or anything else that is no text."""
    return kept.startswith("[") and kept.endswith("]")


def _of_media(caption: str) -> str:
    return f"[{caption}]" if caption else "[…]"


def corrected(sent: Delivery, copies: Sequence[int]) -> tuple[Delivery, ...]:
    """What brings the copies of a message in line with its correction, part by part (C05).

    A part for which there is no copy yet follows as an answer to the last one; a copy too many is deleted.
    """
    parts = sent.parts()
    changed = [replace(part, verb=Verb.EDIT, message_id=copy) for part, copy in zip(parts, copies, strict=False)]
    more = [replace(part, message_id=copies[-1] if copies else None) for part in parts[len(copies) :]]
    surplus = [replace(sent, verb=Verb.DELETE, rendered=None, message_id=copy) for copy in copies[len(parts) :]]
    return (*changed, *more, *surplus)


async def left(desk: Desk, session: Session, now: datetime) -> Parts:
    """The person ends it: the adviser is told, the topic is closed."""
    handoff = await desk.store.open_handoff_of(session.newcomer)
    if handoff is None:
        return Parts()
    return ended(desk, moved(handoff, Move.LEAVE, now=now), told="adviser_person_left")


async def spoken_in(desk: Desk, session: Session) -> Parts:
    """The person reads another language now: so they are written to in it, and the advisers are told."""
    handoff = await desk.store.open_handoff_of(session.newcomer)
    if handoff is None or handoff.locale == session.locale:
        return Parts()
    after = replace(handoff, locale=session.locale, version=handoff.version + 1)
    parts = Parts(handoffs=(HandoffChange(handoff=after, expected=handoff.version),))
    team = team_of(desk, after)
    if after.chat is not None and team.relays:
        language = LanguageName(tag=after.locale)
        parts += Parts(deliveries=(topics.line(desk, after, team, "adviser_person_language", language=language),))
    return parts + topics.renewed(desk, after, team, name=await topics.name_of(desk, after.adviser))


async def reached(desk: Desk, session: Session, now: datetime, *, reachable: bool) -> Parts:
    """The adviser is told at once that the person blocked the bot, or let it in again (B06)."""
    handoff = await desk.store.open_handoff_of(session.newcomer)
    if handoff is None:
        return Parts()
    parts = Parts()
    if reachable and handoff.state is State.WAITING:
        parts += Parts(timers=(slow(desk, handoff, now),))
    team = team_of(desk, handoff)
    if handoff.chat is not None and team.relays:
        told = "adviser_person_back" if reachable else "adviser_person_blocked"
        parts += Parts(deliveries=(topics.line(desk, handoff, team, told),))
    return parts


def ended(desk: Desk, handoff: Handoff, *, told: str | None = None, name: str = "") -> Parts:
    """A handoff that was closed or returned, with its topic, its timer and the day its topic is deleted."""
    team = team_of(desk, handoff)
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
    """When it is admitted that nobody has answered yet (C09); a closed office is not expected to (C10)."""
    begins = opening(desk, team_of(desk, handoff), now)
    due_at = begins + timedelta(minutes=desk.settings.handoff.slow_after_min)
    return StartTimer(name=SLOW, due_at=due_at, ref=handoff.id)


def slow_again(desk: Desk, handoff: Handoff, now: datetime) -> StartTimer:
    """Both sides are told once a working day, and never woken for it (best-in-class 23)."""
    tomorrow = datetime.combine(local_day(now) + timedelta(days=1), time(), BRUSSELS)
    timer = slow(desk, handoff, tomorrow.astimezone(UTC))
    return replace(timer, due_at=by_day(timer.due_at))


def opening(desk: Desk, team: Team, now: datetime) -> datetime:
    """When somebody of the team is there next: `now` while it is open, or when no opening is known."""
    return (desk.hours.next_opening(team.hours, now) or now).astimezone(UTC)


def closed(desk: Desk, handoff: Handoff, now: datetime) -> Phrase | None:
    """That the office is closed and when it opens; None while it is open."""
    team = team_of(desk, handoff)
    if desk.hours.open_now(team.hours, now):
        return None
    told = desk.guide().book.phrase("handoff_waiting_closed").having(code=Verbatim(text=handoff.code))
    opens = desk.hours.next_opening(team.hours, now)
    return told if opens is None else told.having(opening=opens)
