"""Reminders: at the moment that a flow proposes or the person chooses, by day, and without a subject until it is read.

What a reminder is about travels in the timer's `ref` and then in the button that shows it: both are sealed under the
person's key, told by `/mesdonnees` and gone with the person. Whoever sees the phone reads only that there is one (I11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from bot.conversation.screens import begin, go, navigation, on_offer
from bot.conversation.turn import Draft
from bot.core.effects import CancelTimers, StartTimer
from bot.core.ids import FlowId, StepId
from bot.core.local_time import BRUSSELS, local_day
from bot.core.messages import Button, Command, Message, ShowReminder
from bot.core.phrases import Phrase, Verbatim
from bot.core.session import Hold, Offer
from bot.flow.graph import Remind, Step

TIMER = "reminder"
#: Asks for the day, the hour and the words.
REMINDER = FlowId("_system.reminder")
#: Its slots, dropped once the reminder is set. A choice of a day is `in_<days>`, of an hour `at_<hour>`.
DAY, DATE, HOUR, TIME, WORDS = "reminder_day", "reminder_date", "reminder_hour", "reminder_time", "reminder_words"
SLOTS = frozenset({DAY, DATE, HOUR, TIME, WORDS})
#: How far ahead; as long as an idle conversation is kept (I11).
FURTHEST = timedelta(days=30)

#: No reminder rings from this hour in the evening to this one in the morning; it comes at nine (best-in-class, 23).
NIGHT_FROM, NIGHT_TO, MORNING = 21, 8, time(9)
#: Begins the `ref` of a reminder in the person's own words; a flow's is `area.flow/step`.
_OWN = "own"


def by_day(at: datetime) -> datetime:
    """The same instant, or the next morning in Liège when it falls in the night."""
    local = at.astimezone(BRUSSELS)
    if NIGHT_TO <= local.hour < NIGHT_FROM:
        return at
    day = local.date() + timedelta(days=1 if local.hour >= NIGHT_FROM else 0)
    return datetime.combine(day, MORNING, BRUSSELS).astimezone(at.tzinfo)


def propose(draft: Draft, remind: Remind, step: Step) -> None:
    """Set the reminder of this step, after the days that the flow says."""
    frame = draft.session.position.frames[-1]
    due_at = by_day(draft.now + timedelta(days=remind.after_days))
    draft.start(StartTimer(name=TIMER, due_at=due_at, ref=f"{frame.flow}/{step.id}"))
    _promise(draft, draft.guide.book.phrase("reminder_set").having(when=local_day(due_at)))


def choose(draft: Draft) -> None:
    """Set the reminder that was described. The words leave the conversation at once, and "back" stops here."""
    here = draft.session.position
    due_at = moment(here.answers, draft.now)
    words = here.answers.get(WORDS, "")
    page = "" if words else _page_beneath(draft)
    draft.start(StartTimer(name=TIMER, due_at=due_at, ref=page or f"{_OWN}/{due_at:%Y-%m-%dT%H:%M}/{words}"))
    _promise(draft, draft.guide.book.phrase("reminder_chosen").having(when=due_at))
    left = {slot: answer for slot, answer in here.answers.items() if slot not in SLOTS}
    draft.session = draft.session.at(replace(here, answers=left, trail=()))


def take_back(draft: Draft) -> None:
    """No reminder any more. Nothing else ends: neither the pathway, nor a request for a person."""
    draft.start(CancelTimers(name=TIMER))
    book, session = draft.guide.book, draft.session
    rows = navigation(session, book) if session.hold is Hold.NONE else ()
    draft.tell(Message(blocks=(book.phrase("stopped"),), buttons=rows))


def _promise(draft: Draft, told: Phrase) -> None:
    """When the reminder comes, with the one tap that takes it back (best-in-class 23)."""
    draft.tell(Message(blocks=(told,), buttons=(_stop(draft),)))


def _stop(draft: Draft) -> tuple[Button, ...]:
    return (go(draft.guide.book, Command.NO_REMINDERS, "reminder_stop", "🔕"),)


def ring(draft: Draft, ref: str) -> None:
    """A reminder came due: say that there is one, and nothing of it. Nothing at all when its page is gone; one that was
    only edited, also in this step, still has what was promised for this day.
    """
    book, session = draft.guide.book, draft.session
    kind, _, _ = ref.partition("/")
    if kind != _OWN and FlowId(kind) not in book.flows:
        return
    rows: list[tuple[Button, ...]] = []
    if kind != _OWN or _words(ref):
        rows.append((Button(label=book.phrase("reminder_read"), icon="👁️", action=ShowReminder(ref=ref)),))
    rows.append(_stop(draft))
    draft.tell(Message(blocks=(book.phrase("reminder_now"),), buttons=(*rows, *navigation(session, book))))
    draft.offer = Offer(listed=on_offer(rows))


def read(draft: Draft, ref: str) -> None:
    """What the reminder is about, to the one who asked for it."""
    book, session = draft.guide.book, draft.session
    stop = _stop(draft)
    if ref.partition("/")[0] == _OWN:
        draft.offer = Offer(listed=on_offer((stop,)))
        blocks = (book.phrase("reminder_words").having(text=Verbatim(text=_words(ref))),)
        draft.tell(Message(blocks=blocks, buttons=(stop, *navigation(session, book))))
        return
    flow = book.flows.get(FlowId(ref.partition("/")[0]))
    if flow is None:
        draft.tell(Message(blocks=(book.phrase("step_gone"),), buttons=navigation(session, book)))
        return
    page = (begin(flow),)
    draft.offer = Offer(listed=on_offer((page, stop)))
    step = _step(draft, ref)
    told = book.phrase("step_gone") if step is None else book.phrase("reminder").having(text=step.text)
    draft.tell(Message(blocks=(told,), buttons=(page, stop, *navigation(session, book))))


def moment(answers: Mapping[str, str], now: datetime) -> datetime:
    """The chosen moment, by day and at most `FURTHEST` ahead; one that has passed meanwhile comes within the hour."""
    local = now.astimezone(BRUSSELS)
    days = answers.get(DAY, "").removeprefix("in_")
    if DATE in answers and not days.isdigit():
        day = datetime.fromisoformat(answers[DATE]).date()
    else:
        day = local.date() + timedelta(days=int(days) if days.isdigit() else 1)
    chosen = answers.get(HOUR, "").removeprefix("at_")
    at = datetime.combine(day, _hour(chosen if chosen.isdigit() else answers.get(TIME, "")), BRUSSELS)
    soonest, latest = now + timedelta(hours=1), now + FURTHEST
    return by_day(min(max(at.astimezone(UTC), soonest), latest))


def _hour(told: str) -> time:
    """`9` of a choice, `10:30` of what was written; the morning when there is none."""
    try:
        return time.fromisoformat(told.zfill(2))
    except ValueError:
        return MORNING


def _page_beneath(draft: Draft) -> str:
    """The `ref` of the flow's own reminder when its moment is being chosen."""
    frames = draft.session.position.frames
    if len(frames) < 2:
        return ""
    frame = frames[-2]
    flow = draft.guide.book.flow(frame.flow, frame.revision)
    step = None if flow is None else flow.step(frame.step)
    return f"{frame.flow}/{frame.step}" if step is not None and isinstance(step.act, Remind) else ""


def _step(draft: Draft, ref: str) -> Remind | None:
    flow_id, _, step_id = ref.partition("/")
    flow = draft.guide.book.flows.get(FlowId(flow_id))
    step = None if flow is None else flow.step(StepId(step_id))
    return step.act if step is not None and isinstance(step.act, Remind) else None


def _words(ref: str) -> str:
    return ref.split("/", 2)[2]
