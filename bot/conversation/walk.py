"""Walking a flow: from where a step leads to the next thing to wait for."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import reminders, roadmap
from bot.conversation.answers import waiting_step
from bot.conversation.booklet import booklet
from bot.conversation.conditions import holds
from bot.conversation.fills import cards_for, filled
from bot.conversation.positions import before, frame_on, pathway_in, root_of, trail_from
from bot.conversation.requests import pathway_beneath, queue_of, summary_of
from bot.conversation.screens import card_offer, checklist, choices, go, navigation, share_choices
from bot.conversation.turn import Draft
from bot.core.effects import Count, Forget, OpenHandoff, RaiseAlarm, ShowData, Submit, TellWaiting
from bot.core.ids import FlowId, StepId
from bot.core.messages import Button, Command, Go, Message, ShowCard
from bot.core.phrases import Phrase
from bot.core.session import Frame, Hold, Position, Veil
from bot.errors import StepGone
from bot.flow.graph import (
    SUBMIT,
    AnswerKind,
    Ask,
    Branch,
    Call,
    Card,
    Checklist,
    Do,
    Exit,
    Flow,
    Handoff,
    Next,
    Remind,
    ShowServices,
    Step,
    ToFlow,
    ToStep,
)

#: Steps visited before a turn must wait; a checked flow never comes near it (D07).
MAX_STEPS = 100
WELCOME = FlowId("_system.welcome")
MENU = FlowId("_system.menu")
HELPED = FlowId("_system.helped")
PERSON = FlowId("_system.person")


def begin(draft: Draft, flow_id: FlowId) -> None:
    """Leave whatever is being walked and begin this flow. A flow of the pathways that is left is kept as paused."""
    if draft.session.shadow is not None:
        # What was said after a volatile answer must not be joined to words that reach a disk.
        draft.close()
    session, book = draft.session, draft.guide.book
    flow = book.flows[flow_id]
    # The position after a volatile answer would reveal it: only the durable one may be offered again or gone back to.
    pathway = pathway_in(session.durable)
    if pathway is not None and pathway.frames[-1].flow != flow_id:
        session = replace(session, paused=pathway)
    elif session.paused is not None and session.paused.frames and session.paused.frames[0].flow == flow_id:
        session = replace(session, paused=None)
    entered = Position(frames=(frame_on(flow, flow.first),), trail=trail_from(session.durable))
    draft.session = replace(session, durable=entered, shadow=None, misses=0)
    draft.start(Count(figure="flow.begun", label=flow_id))
    walk(draft)


def stand_on_menu(draft: Draft) -> None:
    """Wait on the menu's question without showing it: what comes next is asked from there."""
    menu = draft.guide.book.flows[MENU]
    draft.session = draft.session.at(Position(frames=(frame_on(menu, menu.first),)))


def call(draft: Draft, flow_id: FlowId) -> None:
    """Walk a flow on top of the present one, and come back to its question afterwards.

    One that is being walked already begins anew, without what was put on top of it: what is asked for always comes,
    and the frames never grow by asking.
    """
    flow = draft.guide.book.flows[flow_id]
    here = before(draft.session.position, flow_id)
    draft.session = draft.session.at(
        replace(here, frames=(*here.frames, frame_on(flow, flow.first)), trail=trail_from(here))
    )
    walk(draft)


def first_words(draft: Draft, flow_id: FlowId) -> Message:
    """What the first step of a flow says and shows, to be told aside: nothing is asked and nobody moves."""
    flow = draft.guide.book.flows[flow_id]
    step = flow.steps[flow.first]
    aside = Draft(session=draft.session, guide=draft.guide, now=draft.now, safety=flow.safety)
    aside.say(*(filled(phrase, aside) for phrase in step.say))
    if isinstance(step.act, ShowServices):
        aside.say(cards_for(step.act, aside))
    aside.close()
    return aside.messages[0]


def answered(draft: Draft, value: str) -> None:
    """Keep this answer of the waiting step and walk on."""
    flow, step = waiting(draft)
    here = draft.session.position
    match step.act:
        case Ask(slot=slot) as ask:
            answers = here.answers if slot is None else {**here.answers, slot: value}
            draft.session = draft.session.at(replace(here, answers=answers, trail=trail_from(here)))
            lead(draft, flow, _leads(ask, value, step))
        case Remind() as remind:
            if value == "yes":
                reminders.propose(draft, remind, step)
            lead(draft, flow, step.leads)
        case Handoff():
            share(draft, value)
        case _:
            lead(draft, flow, step.leads)


def lead(draft: Draft, flow: Flow, target: Next) -> None:
    """Go where a step leads and walk on from there."""
    match target:
        case ToStep(step=step):
            _stand_on(draft, flow, step)
        case ToFlow(flow=flow_id):
            other = draft.guide.book.flows.get(flow_id)
            if other is None:  # an older revision leads to a flow that is gone
                begin(draft, MENU)
                return
            if other.safety and not flow.safety and draft.session.hold is not Hold.NONE:
                draft.start(RaiseAlarm())
            here = draft.session.position
            draft.session = draft.session.at(replace(here, frames=(*here.frames[:-1], frame_on(other, other.first))))
            draft.start(Count(figure="flow.begun", label=flow_id))
        case Exit.MENU:
            begin(draft, MENU)
            return
        case Exit.END:
            _leave(draft, flow)
            return
    walk(draft)


def walk(draft: Draft) -> None:
    """Visit steps until one waits or the flow is over."""
    _unveil(draft)
    while draft.steps < MAX_STEPS:
        draft.steps += 1
        flow, step = waiting(draft)
        if _skipped(step, draft):
            target: Next = step.leads
        else:
            if step.volatile and draft.session.shadow is None:
                _enter_shadow(draft)
            draft.safety = flow.safety
            draft.say(*(filled(phrase, draft) for phrase in step.say))
            reached = _act(draft, flow, step)
            if reached is None:
                return
            target = reached
        if isinstance(target, ToStep):
            _stand_on(draft, flow, target.step)
        else:
            lead(draft, flow, target)
            return
    # Only a graph that escaped the checker gets here: say so rather than spin, and stand nowhere.
    draft.pending.clear()
    draft.session = replace(draft.session, durable=Position(), shadow=None)
    draft.tell(
        Message(blocks=(draft.guide.book.phrase("apology"),), buttons=navigation(draft.session, draft.guide.book))
    )


def ask(draft: Draft) -> None:
    """Show the question of the waiting step again, or the menu when nothing is waited for. Silent while held."""
    if draft.session.hold is Hold.HELD:
        return
    _unveil(draft)
    if not draft.session.position.frames:
        begin(draft, MENU)
        return
    flow, step = waiting(draft)
    draft.safety = flow.safety
    if isinstance(step.act, Handoff) and draft.session.hold is Hold.WAITING:
        # Asked for already, never twice. Only the desk knows whether it is open, and whether anybody sees the request.
        draft.start(TellWaiting())
        return
    if _waits(step):
        show(draft)
    else:
        lead(draft, flow, step.leads)


def details(draft: Draft) -> bool:
    """Say in whole what the services shown last are, and ask the present question again; False when there are none."""
    book = draft.guide.book
    flows = [(frame.step, book.flow(frame.flow, frame.revision)) for frame in draft.session.position.shown]
    steps = [flow.step(step) for step, flow in flows if flow is not None]
    shown = [step.act for step in steps if step is not None and isinstance(step.act, ShowServices)]
    for services in shown:
        draft.tell(Message(blocks=(replace(cards_for(services, draft), whole=True),)))
    if shown:
        ask(draft)
    return bool(shown)


def show(draft: Draft) -> None:
    """Say what the waiting step asks, whoever has the conversation."""
    flow, step = waiting(draft)
    draft.say(*(filled(phrase, draft) for phrase in step.say))
    _act(draft, flow, step)


def share(draft: Draft, value: str) -> None:
    """Ask for a person, with the summary or without it, or not at all."""
    flow, step = waiting(draft)
    if value == "cancel":
        # Declining is no answer: it takes back the tap that led here.
        if flow.id == PERSON:
            lead(draft, flow, Exit.END)
        else:
            back(draft)
        return
    beneath = pathway_beneath(draft)
    summary = summary_of(draft) if value == "share" else ()
    act = step.act
    assert isinstance(act, Handoff)
    queue = (queue_of(draft) if flow.id == PERSON else None) or act.queue
    draft.start(OpenHandoff(queue=queue, flow=None if beneath is None else beneath.id, summary=summary))
    draft.session = replace(draft.session, hold=Hold.WAITING, misses=0)


def after_handoff(draft: Draft, *, was_answered: bool = True) -> None:
    """A person no longer has the conversation: go on after the handoff step, or ask what was asked before.

    Where nobody ever answered there is nothing to go on from: the question that led to the person is asked again.
    The step may lie beneath a question that was asked meanwhile. It must not be come back to: it would open a second
    handoff.
    """
    here = draft.session.position
    for at, frame in reversed(list(enumerate(here.frames))):
        flow, step = _step_of(frame, draft)
        if not isinstance(step.act, Handoff):
            continue
        above = here.frames[at + 1 :]
        if above and flow.id == PERSON:
            draft.session = draft.session.at(replace(here, frames=(*here.frames[:at], *above)))
            break
        trail = tuple(frames for frames in here.trail if frame not in frames)
        draft.session = draft.session.at(replace(here, frames=here.frames[: at + 1], trail=trail))
        if was_answered or flow.id == PERSON:
            lead(draft, flow, step.leads)
        else:
            back(draft)
        return
    ask(draft)


def back(draft: Draft) -> None:
    """Return to the question before; its answer can be given anew, the others stay."""
    session, here = draft.session, draft.session.position
    if not here.trail:
        begin(draft, MENU)
        return
    frames = here.trail[-1]
    before = replace(here, frames=frames, trail=here.trail[:-1], shown=())
    if _has_its_answers(here, frames, draft):
        draft.session = session.at(before)
    elif session.paused is not None and root_of(session.paused.frames) == root_of(frames):
        draft.session = replace(session, paused=None).at(replace(before, answers=session.paused.answers))
    else:
        # Its answers are gone: its questions are asked anew.
        draft.session = session.at(replace(before, frames=()))
        begin(draft, frames[0].flow if frames[0].flow in draft.guide.book.flows else MENU)
        return
    ask(draft)


def waiting(draft: Draft) -> tuple[Flow, Step]:
    """The flow and step the conversation stands on. Raises StepGone when no kept revision has it."""
    return _step_of(draft.session.position.frames[-1], draft)


def _step_of(frame: Frame, draft: Draft) -> tuple[Flow, Step]:
    flow = draft.guide.book.flow(frame.flow, frame.revision)
    step = None if flow is None else flow.step(frame.step)
    if flow is None or step is None:
        raise StepGone(frame.flow, frame.step)
    return flow, step


def is_at_handoff(draft: Draft) -> bool:
    """Whether the conversation stands on a request for a person."""
    step = waiting_step(draft.session, draft.guide)
    return step is not None and isinstance(step.act, Handoff)


def _unveil(draft: Draft) -> None:
    """A question is about to be shown: what is said from now on is said to it."""
    draft.session = replace(draft.session, veil=Veil.NONE)


def _act(draft: Draft, flow: Flow, step: Step) -> Next | None:
    """Do what the step does; None when the turn waits here, else where it leads."""
    frame, book = draft.session.position.frames[-1], draft.guide.book
    match step.act:
        case None:
            return step.leads
        case Ask() as asking:
            rows = choices(step, asking, frame, draft.session, draft.guide)
            draft.close((*rows, *_ways_out(draft, flow)))
            return None
        case ShowServices() as show:
            draft.say(cards_for(show, draft))
            draft.shown = (*draft.shown, frame)
            draft.session = draft.session.at(replace(draft.session.position, shown=draft.shown))
            return step.leads
        case Checklist(items=items):
            draft.close(checklist(items))
            return step.leads
        case Card():
            if not step.say:
                draft.say(book.phrase("card_offer"))
            shown = ShowCard(flow=frame.flow, step=step.id, volatile=draft.session.shadow is not None)
            draft.close(card_offer(book, shown))
            return step.leads
        case Remind():
            yes_no = choices(step, Ask(slot=None, kind=AnswerKind.YES_NO), frame, draft.session, draft.guide)
            own = ((go(book, Command.REMINDER, "reminder_choose", "⏰"),),) if reminders.REMINDER in book.flows else ()
            draft.close((*yes_no, *own, *navigation(draft.session, book)))
            return None
        case Handoff():
            return _offer_handoff(draft, flow, step)
        case Call(flow=called):
            target = book.flows.get(called)
            if target is None:  # an older revision calls a flow that is gone
                return step.leads
            here = draft.session.position
            draft.session = draft.session.at(replace(here, frames=(*here.frames, frame_on(target, target.first))))
            return ToStep(step=target.first)
        case Branch(cases=cases, otherwise=otherwise):
            answers = draft.session.position.answers
            return next((target for condition, target in cases if holds(condition, answers)), otherwise)
        case Do(command=command) if command == SUBMIT:
            return _submit(draft, flow, step)
        case Do(command=command):
            return _run(draft, Command(command), step)


def _offer_handoff(draft: Draft, flow: Flow, step: Step) -> Next | None:
    """Ask whether the summary may be shared; with nothing to share, ask for a person at once."""
    summary = summary_of(draft)
    if not summary:
        share(draft, "alone")
        draft.close()
        return None
    book = draft.guide.book
    lines = Phrase(
        key="",
        text="\n".join(f"{{line{at}}}" for at in range(len(summary))),
        values={f"line{at}": line for at, line in enumerate(summary)},
    )
    draft.say(book.phrase("share_ask").having(summary=lines))
    draft.close(share_choices(draft.session.position.frames[-1], step, book))
    return None


def _run(draft: Draft, command: Command, step: Step) -> Next:
    match command:
        case Command.MY_DATA:
            draft.start(ShowData())
        case Command.EXPORT_DATA:
            draft.start(ShowData(export=True))
        case Command.FORGET:
            draft.start(Forget())
        case Command.ROADMAP:
            draft.start(roadmap.picture(draft.session, draft.guide.book))
            words, rows = roadmap.told(draft.session, draft.guide.book)
            draft.say(*words)
            draft.close(rows)
        case Command.KEEP_ROADMAP:
            agreed = draft.session.consents | {roadmap.CONSENT}
            draft.session = replace(draft.session, consents=agreed)
        case Command.DROP_ROADMAP:
            agreed = draft.session.consents - {roadmap.CONSENT}
            draft.session = replace(draft.session, consents=agreed, done=())
        case Command.SET_REMINDER:
            reminders.choose(draft)
        case Command.BOOKLET:
            draft.start(booklet(draft.session, draft.guide.book))
        case Command.MENU:
            return Exit.MENU
        case _:
            # The checker allows only commands that have a meaning inside a flow.
            raise AssertionError(command)
    return step.leads


def _submit(draft: Draft, flow: Flow, step: Step) -> Next:
    """Hand the answers of this flow over without their author. They leave the session, and "back" stops here: what was
    said is nobody's from now on, and is said once. Nothing of a volatile conversation is handed over."""
    here = draft.session.durable
    if draft.session.shadow is not None:
        return step.leads
    asked = {one.act.slot: one.act.kind for one in flow.steps.values() if isinstance(one.act, Ask) and one.act.slot}
    told = {slot: here.answers[slot] for slot in asked if slot in here.answers}
    free = {slot for slot in told if asked[slot] in (AnswerKind.TEXT, AnswerKind.DATE, AnswerKind.TIME)}
    answers = {slot: answer for slot, answer in told.items() if slot not in free}
    draft.start(Submit(flow=flow.id, answers=answers, words={slot: told[slot] for slot in told if slot in free}))
    left = {slot: answer for slot, answer in here.answers.items() if slot not in told}
    draft.session = draft.session.at(replace(here, answers=left, trail=()))
    return step.leads


def _leave(draft: Draft, flow: Flow) -> None:
    """The flow is over: back to the caller's step or question, or the end of the conversation for now."""
    here = draft.session.position
    frames = here.frames[:-1]
    if not frames:
        _finish(draft, flow)
        return
    draft.session = draft.session.at(replace(here, frames=frames))
    caller, step = waiting(draft)
    if isinstance(step.act, Call) or (isinstance(step.act, Remind) and flow.id == reminders.REMINDER):
        lead(draft, caller, step.leads)
    else:
        draft.close()
        ask(draft)


def _finish(draft: Draft, flow: Flow) -> None:
    session = draft.session
    agreed = roadmap.CONSENT in session.consents and session.shadow is None
    kept = agreed and roadmap.is_noted(flow.id, draft.guide.book)
    done = (*session.done, flow.id) if kept and flow.id not in session.done else session.done
    draft.start(Count(figure="flow.finished", label=flow.id))
    if flow.asks_if_helped and session.shadow is None:
        # What is finished is not kept as paused: nobody is asked to go on with it.
        draft.session = replace(session, done=done, durable=Position(trail=trail_from(session.position)))
        draft.close()
        begin(draft, HELPED)
        return
    last_rows = _last_rows(draft)
    draft.close(last_rows)
    ended = Position(answers=session.durable.answers, trail=trail_from(session.durable))
    draft.session = replace(draft.session, durable=ended, shadow=None, done=done)
    if not draft.messages and session.hold is Hold.NONE and all(isinstance(one, Count) for one in draft.effects):
        begin(draft, MENU)  # a tap is never answered by silence


def _last_rows(draft: Draft) -> tuple[tuple[Button, ...], ...]:
    """What can be done after the last words of a flow."""
    book, session = draft.guide.book, draft.session
    rows = navigation(session, book)
    if session.paused is None:
        return rows
    paused = book.flows.get(session.paused.frames[0].flow)
    if paused is None:
        return rows
    label = book.phrase("nav_resume").having(title=paused.title)
    return ((Button(label=label, icon="↩️", action=Go(command=Command.RESUME)),), *rows)


def _ways_out(draft: Draft, flow: Flow) -> tuple[tuple[Button, ...], ...]:
    """Back, menu and person; on the menu itself what it does not offer."""
    book = draft.guide.book
    if flow.id == MENU:
        return ((go(book, Command.PERSON, "nav_person", "👤"), go(book, Command.LANGUAGE, "nav_language", "🌍")),)
    return navigation(draft.session, book)


def otherwise(draft: Draft, flow: Flow, ask: Ask, step: StepId) -> None:
    """Stand on the question that takes what fits no choice of this one; a choice made before no longer holds."""
    _drop(draft, ask)
    _stand_on(draft, flow, step)


def lead_otherwise(draft: Draft, flow: Flow, ask: Ask) -> None:
    """Go where words lead that fit no choice; a choice made before no longer holds."""
    assert ask.otherwise is not None
    _drop(draft, ask)
    lead(draft, flow, ask.otherwise)


def _drop(draft: Draft, ask: Ask) -> None:
    here = draft.session.position
    answers = {slot: answer for slot, answer in here.answers.items() if slot != ask.slot}
    draft.session = draft.session.at(replace(here, answers=answers))


def _stand_on(draft: Draft, flow: Flow, step: StepId) -> None:
    here = draft.session.position
    frame = here.frames[-1]
    if frame.flow == flow.id:
        draft.session = draft.session.at(replace(here, frames=(*here.frames[:-1], replace(frame, step=step))))


def _enter_shadow(draft: Draft) -> None:
    """From here on only memory holds where the person stands; the durable position stays at the question before."""
    session = draft.session
    draft.close()
    kept = session.durable
    frames = kept.trail[-1] if kept.trail else ()
    draft.session = replace(
        session, shadow=session.durable, durable=replace(kept, frames=frames, trail=kept.trail[:-1])
    )


def _leads(ask: Ask, value: str, step: Step) -> Next:
    for choice in ask.choices:
        if choice.id == value and choice.leads is not None:
            return choice.leads
    return step.leads


def _skipped(step: Step, draft: Draft) -> bool:
    """Whether the step's condition does not hold. A reminder is a row: after a volatile answer none is offered."""
    if isinstance(step.act, Remind) and draft.session.shadow is not None:
        return True
    return step.when is not None and not holds(step.when, draft.session.position.answers)


def _has_its_answers(here: Position, frames: tuple[Frame, ...], draft: Draft) -> bool:
    """Whether the answers at hand are those of the flow that is gone back to, or it keeps none."""
    if root_of(here.frames) == root_of(frames) or (not here.frames and here.answers):
        return True
    flow = draft.guide.book.flow(frames[0].flow, frames[0].revision)
    return flow is None or not any(isinstance(step.act, Ask) and step.act.slot for step in flow.steps.values())


def _waits(step: Step) -> bool:
    return isinstance(step.act, Ask | Remind | Handoff | Checklist)
