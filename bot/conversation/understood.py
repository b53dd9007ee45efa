"""What an utterance was understood to mean: go there, offer what may have been meant, or say "not understood"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.conversation import commands, walk
from bot.conversation.fear import Fear
from bot.conversation.screens import OFFERS, go, navigation, on_offer, system
from bot.conversation.signs import flows_shown
from bot.conversation.turn import Draft
from bot.core.effects import NoteGap
from bot.core.events import Said
from bot.core.ids import FlowId
from bot.core.messages import Begin, Button, Command, Message
from bot.core.session import Offer
from bot.core.understanding import Understanding
from bot.flow.graph import Ask, ToFlow

#: A pause after which "hello" is answered by an offer to continue.
PAUSE = timedelta(hours=6)

#: Intents answered by a command.
_COMMANDS = {
    "talk_to_human": Command.PERSON,
    "change_language": Command.LANGUAGE,
    "my_roadmap": Command.ROADMAP,
    "privacy_forget": Command.PRIVACY,
}
#: Intents answered by a system phrase, and then the present question.
_SMALL_TALK = {"greet": "greet", "thanks": "thanks", "goodbye": "goodbye", "who_are_you": "who_are_you"}
#: Intents that are an answer to a question and mean nothing without one.
_BARE = frozenset({"affirm", "deny"})
#: Never proposed to somebody who may have meant something else: going back is spoken of only when it is asked for
#: (pathways_basic_needs.md, section 0, rule 8).
_ONLY_IF_MEANT = frozenset({"voluntary_return"})


def understood(draft: Draft, event: Said, fear: Fear | None) -> None:
    """Go to what was meant, offer what may have been meant, or say that it was not understood."""
    heard = event.understanding
    sure, possible = draft.guide.thresholds.sure_from, draft.guide.thresholds.offer_from
    if fear is None and not _is_courtesy(draft, heard) and (shown := flows_shown(event.text, draft.guide)):
        _show(draft, shown)
    elif heard is None or heard.intent is None:
        _otherwise_or_miss(draft, event)
    elif fear is not None:
        # Never "not understood"; and whoever was not in danger finds what they asked for beside it.
        draft.tell(named(draft, fear, [flow for flow in _candidates(draft, heard) if flow != fear.flow]))
    elif heard.confidence >= sure:
        _go_to(draft, heard.intent, event)
    elif heard.confidence >= possible and (candidates := _candidates(draft, heard)):
        draft.tell(commands.offer_flows(draft, candidates, "did_you_mean"))
    else:
        _otherwise_or_miss(draft, event)


def named(draft: Draft, fear: Fear, others: Sequence[FlowId] | None = None) -> Message:
    """The number to call, for a danger that is only feared; and what may have been meant, unless that is clear."""
    phrases = ("maybe_danger",) if others is None else ("maybe_danger", "did_you_mean")
    message = commands.offer_flows(draft, [fear.flow, *(others or ())], *phrases)
    if others is None and draft.offer is not None:
        draft.offer = replace(draft.offer, is_beside=True)
    return message


def missed(draft: Draft) -> None:
    """Once "I did not understand" and the present question, then topics and a person."""
    misses = draft.session.misses + 1
    draft.session = replace(draft.session, misses=misses)
    book = draft.guide.book
    is_danger = bool(draft.session.position.frames) and walk.waiting(draft)[0].safety
    if misses >= 2 and is_danger:
        # The page of a danger is not left for topics: its numbers and its question stand there again, and a person.
        draft.tell(walk.first_words(draft, draft.session.position.frames[-1].flow))
        walk.ask(draft)
        draft.session = replace(draft.session, misses=misses)
        return
    if misses >= 2:
        _tell_topics(draft, "topics")
        return
    look = ((go(book, Command.SEARCH, "nav_search", "🔎"),),) if commands.SEARCH in book.flows else ()
    # As urgent as the question after it: the outbox lets what is vital overtake what is not.
    draft.tell(replace(system(book, "not_understood", buttons=look), vital=is_danger))
    walk.ask(draft)
    draft.session = replace(draft.session, misses=misses)  # the menu begun for want of a question is no success


def resume_offer(draft: Draft) -> None:
    """After a while, or on /start in the middle of a flow: continue, or begin again."""
    book = draft.guide.book
    flow, _ = walk.waiting(draft)
    rows = (
        (go(book, Command.REPEAT, "resume_continue", "▶️"),),
        (go(book, Command.MENU, "resume_restart", "🏠"),),
    )
    draft.tell(Message(blocks=(book.phrase("resume_offer").having(title=flow.title),), buttons=rows))
    go_on, leave = on_offer(rows)
    draft.offer = Offer(listed=(go_on, leave), yes=go_on.action, no=leave.action)


def _go_to(draft: Draft, intent: str, event: Said) -> None:
    if intent == "out_of_scope":
        if not _command_nearly(draft, event):
            _tell_topics(draft, "out_of_scope")
    elif intent in _COMMANDS:
        commands.run(draft, _COMMANDS[intent])
    elif intent in _SMALL_TALK:
        _small_talk(draft, intent)
    elif (flow := draft.guide.flow_of(intent)) is not None:
        if _is_asked_in(draft, flow):
            missed(draft)
        else:
            _begin(draft, flow)
    elif intent in _BARE:
        if not draft.session.position.frames:
            walk.ask(draft)
        elif not _led_otherwise(draft):
            missed(draft)
    else:
        _otherwise_or_miss(draft, event)


def _is_courtesy(draft: Draft, heard: Understanding | None) -> bool:
    """Whether the model is sure of a greeting, thanks, a yes or a no: 🌻 may be a page, and may be a flower."""
    if heard is None or heard.confidence < draft.guide.thresholds.sure_from:
        return False
    return heard.intent in _SMALL_TALK or heard.intent in _BARE


def _show(draft: Draft, flows: Sequence[FlowId]) -> None:
    """The one flow that a picture is of, or those that share it."""
    if len(flows) == 1:
        _begin(draft, flows[0])
    else:
        draft.tell(commands.offer_flows(draft, flows[:OFFERS], "did_you_mean"))


def _is_asked_in(draft: Draft, flow: FlowId) -> bool:
    """Whether the waiting question is one of this flow: naming its subject again is no answer to it."""
    frames = draft.session.position.frames
    return bool(frames) and frames[-1].flow == flow


def _begin(draft: Draft, flow: FlowId) -> None:
    draft.session = replace(draft.session, misses=0)
    if _is_asked_in(draft, flow):
        walk.ask(draft)
    else:
        walk.begin(draft, flow)


def _small_talk(draft: Draft, intent: str) -> None:
    book, session = draft.guide.book, draft.session
    draft.session = replace(session, misses=0)
    frames = session.position.frames
    in_pathway = bool(frames) and not frames[0].flow.startswith("_system.")
    rested = session.seen_at is not None and draft.now - session.seen_at >= PAUSE
    if intent == "greet" and in_pathway and rested:
        resume_offer(draft)
        return
    if not frames or not in_pathway:
        rows = navigation(draft.session, book, back=False) if intent != "greet" else ()
        draft.tell(system(book, _SMALL_TALK[intent], buttons=rows))
        if intent == "greet":
            walk.begin(draft, walk.MENU)
        return
    draft.tell(system(book, _SMALL_TALK[intent]))
    if intent != "goodbye":
        walk.ask(draft)


def _candidates(draft: Draft, heard: Understanding) -> list[FlowId]:
    """The flows of the likeliest intents, each once."""
    found: list[FlowId] = []
    for intent, confidence in heard.ranking or ((heard.intent or "", heard.confidence),):
        if intent in _ONLY_IF_MEANT and intent != heard.intent:
            continue
        flow = draft.guide.flow_of(intent)
        if flow is None and intent in _COMMANDS:
            flow = commands.CALLS.get(_COMMANDS[intent]) or commands.FLOWS.get(_COMMANDS[intent])
        if flow is None or flow in found or flow not in draft.guide.book.flows or confidence < 0.05:
            continue
        found.append(flow)
        if len(found) == OFFERS:
            break
    return found


def _otherwise_or_miss(draft: Draft, event: Said) -> None:
    """Nothing fits: a command with a slip in it, the step's other-branch, else "I did not understand", then topics."""
    if _command_nearly(draft, event) or _led_otherwise(draft):
        return
    if draft.session.shadow is None:
        draft.start(NoteGap(text=event.text))
    missed(draft)


def _led_otherwise(draft: Draft) -> bool:
    """Whether the waiting step has a branch for what is no answer to it (and it was taken)."""
    if not draft.session.position.frames:
        return False
    flow, step = walk.waiting(draft)
    if not isinstance(step.act, Ask) or step.act.otherwise is None:
        return False
    draft.session = replace(draft.session, misses=0)
    walk.lead_otherwise(draft, flow, step.act)
    return True


def _command_nearly(draft: Draft, event: Said) -> bool:
    """Whether the words, which mean nothing else, are a command with a slip of the finger in it; then it was done."""
    command = draft.guide.words.command_nearly(event.text, draft.session.locale)
    if command is None:
        return False
    draft.session = replace(draft.session, misses=0)
    commands.run(draft, command)
    return True


def _tell_topics(draft: Draft, phrase: str) -> None:
    """The topics of the main menu as buttons, and a person."""
    book = draft.guide.book
    menu = book.flows[walk.MENU]
    first = menu.steps[menu.first]
    rows: tuple[tuple[Button, ...], ...] = ()
    if isinstance(first.act, Ask):
        rows = tuple(
            (Button(label=choice.label, icon=choice.icon, action=Begin(flow=choice.leads.flow)),)
            for choice in first.act.choices
            if isinstance(choice.leads, ToFlow)
        )
    rows = (*rows, (go(book, Command.PERSON, "nav_person", "👤"),))
    draft.tell(system(book, phrase, buttons=rows))
    draft.offer = Offer(listed=on_offer(rows))
