"""An utterance: danger first, then a person who holds, commands, the waiting question, and what was understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.conversation import commands, walk
from bot.conversation.answers import Answer, Refusal, answer_to, button_in_words, command_meant, consent, taken
from bot.conversation.fear import Fear, feared
from bot.conversation.screens import OFFERS, go, navigation, offers, on_offer, own_name, system, waiting_rows
from bot.conversation.turn import Draft
from bot.core.effects import NoteGap, RelayText
from bot.core.events import Edited, Said
from bot.core.ids import FlowId, Locale
from bot.core.messages import Begin, Button, Command, Message, Speak
from bot.core.phrases import Verbatim
from bot.core.session import Hold, Offer, Veil
from bot.core.understanding import Danger, Understanding
from bot.flow.graph import AnswerKind, Ask, Handoff, Remind, ToFlow

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


def said(draft: Draft, event: Said) -> None:
    """Take an utterance, in this order of precedence (reliability.md F03, C08; product.md "Ask")."""
    session = draft.session
    if event.danger is not None:
        _danger(draft, event, _card_of(draft, event.danger))
        return
    fear = feared(event.understanding, draft.guide)
    if fear is not None and fear.is_likely:
        _danger(draft, event, fear.flow)
        return
    if session.hold is Hold.HELD:
        _held(draft, event)
        return
    command = command_meant(event.text, session, draft.guide)
    if command is not None:
        draft.session = replace(session, misses=0)
        commands.run(draft, command)
        return
    if _took_offer(draft, event):
        return
    if session.is_lost and not (session.veil is Veil.ADVISER and session.hold is Hold.WAITING):
        # What this answers is forgotten: it is no answer to the question before, which is shown again (decision 9).
        walk.ask(draft)
        return
    if not session.is_lost and _answered(draft, event):
        if fear is not None:
            draft.tell(_named(draft, fear))
        return
    if session.hold is Hold.WAITING:
        _added(draft, event, fear)
        return
    _understood(draft, event, fear)
    _offer_language(draft, event)


def danger_added(draft: Draft, event: Edited) -> None:
    """Words of danger that an edit brought in: the card, and a line of its own for the adviser; nobody moves (A24)."""
    assert event.danger is not None
    if draft.session.hold is not Hold.NONE:
        draft.start(RelayText(text=event.text, message_id=event.message_id, danger=True))
    commands.card_only(draft, _card_of(draft, event.danger))


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


def _card_of(draft: Draft, danger: Danger) -> FlowId:
    return draft.guide.flow_of(danger.intent) or commands.FLOWS[Command.EMERGENCY]


def _danger(draft: Draft, event: Said, flow: FlowId) -> None:
    """The card at once, whoever has the conversation and wherever it stands: also inside the flow of that danger."""
    if draft.session.hold is not Hold.NONE:
        draft.start(RelayText(text=event.text, message_id=event.message_id, danger=True))
    if draft.session.hold is Hold.HELD:
        commands.emergency(draft, flow)
        return
    offered = {language.locale for language in draft.guide.languages}
    if not draft.session.locale_chosen and event.language in offered:
        assert event.language is not None
        draft.session = replace(draft.session, locale=event.language)
    commands.emergency(draft, flow)
    _offer_language(draft, event)


def _held(draft: Draft, event: Said) -> None:
    """A person has the conversation: the bot is silent, but a slash command or a button's label is an order to it."""
    command = button_in_words(event.text, draft.session, draft.guide)
    if command is None and event.text.startswith("/"):
        command = draft.guide.words.command(event.text, draft.session.locale)
    if command is not None:
        commands.run(draft, command)
        return
    if not _answered_aside(draft, event):
        draft.start(RelayText(text=event.text, message_id=event.message_id))


def _answered_aside(draft: Draft, event: Said) -> bool:
    """Whether the words are the whole label of an answer to what the bot asked last, beside the adviser.

    A shorter word for it, such as "yes", may be meant for the adviser: it goes there, and the question is shown again.
    """
    frames, words, locale = draft.session.position.frames, draft.guide.words, draft.session.locale
    if not frames or frames[-1].flow not in commands.FLOWS_WHILE_HELD:
        return False
    _, step = walk.waiting(draft)
    match step.act:
        case Ask(kind=AnswerKind.LANGUAGE):
            languages = draft.guide.languages
            named = words.label(event.text, [(own_name(language),) for language in languages], locale)
            if named is not None:
                commands.speak(draft, languages[named].locale)
            return named is not None
        case Ask(choices=choices):
            named = words.label(event.text, [(choice.label,) for choice in choices], locale)
            if named is not None:
                walk.answered(draft, choices[named].id)
            elif words.label(event.text, [choice.words for choice in choices], locale) is not None:
                walk.show(draft)
            return named is not None
        case _:
            return False


def _added(draft: Draft, event: Said, fear: Fear | None) -> None:
    """Words for the adviser who is waited for. What the guichet understands of them it offers meanwhile."""
    book, heard = draft.guide.book, event.understanding
    draft.start(RelayText(text=event.text, message_id=event.message_id))
    flow = None
    if heard is not None and heard.intent is not None and heard.confidence >= draft.guide.thresholds.sure_from:
        flow = draft.guide.flow_of(heard.intent)
    offered = offers(book, [] if flow is None or fear is not None else [flow])
    draft.tell(system(book, "handoff_added", buttons=(*offered, *waiting_rows(book))))
    if fear is not None:
        draft.tell(_named(draft, fear))


def _took_offer(draft: Draft, event: Said) -> bool:
    """Whether the utterance was about what the screen offered in front of the present question."""
    if draft.offered is None:
        return False
    match taken(draft.offered, event, draft.guide, draft.session.locale):
        case None:
            return False
        case Refusal():
            _missed(draft)
        case Begin(flow=flow) if flow in draft.guide.book.flows and draft.guide.book.flows[flow].safety:
            _danger(draft, event, flow)
        case action:
            commands.do(draft, action)
    return True


def _answered(draft: Draft, event: Said) -> bool:
    """Whether the utterance was an answer to the waiting question (and was taken as one)."""
    if not draft.session.position.frames:
        return False
    _, step = walk.waiting(draft)
    match step.act:
        case Ask() as ask:
            answer = answer_to(ask, event, draft.guide, draft.session.locale, draft.now.date())
        case Remind() if draft.session.hold is Hold.NONE:
            asked = Ask(slot=None, kind=AnswerKind.YES_NO)
            answer = answer_to(asked, event, draft.guide, draft.session.locale, draft.now.date())
        case Handoff() if draft.session.hold is Hold.NONE:
            answer = consent(event, draft.guide, draft.session.locale)
        case _:
            return False
    match answer:
        case Answer(value=value):
            draft.session = replace(draft.session, misses=0)
            if isinstance(step.act, Ask) and step.act.kind is AnswerKind.LANGUAGE:
                commands.speak(draft, Locale(value))
            else:
                walk.answered(draft, value)
            return True
        case Refusal(hint=hint):
            draft.tell(system(draft.guide.book, hint))
            walk.ask(draft)
            return True
        case None:
            return False


def _understood(draft: Draft, event: Said, fear: Fear | None) -> None:
    """Go to what was meant, offer what may have been meant, or say that it was not understood."""
    heard = event.understanding
    sure, possible = draft.guide.thresholds.sure_from, draft.guide.thresholds.offer_from
    if heard is None or heard.intent is None:
        _otherwise_or_miss(draft, event)
    elif fear is not None:
        # Never "not understood"; and whoever was not in danger finds what they asked for beside it.
        draft.tell(_named(draft, fear, [flow for flow in _candidates(draft, heard) if flow != fear.flow]))
    elif heard.confidence >= sure:
        _go_to(draft, heard.intent, event)
    elif heard.confidence >= possible and (candidates := _candidates(draft, heard)):
        draft.tell(_offered(draft, candidates, "did_you_mean"))
    else:
        _otherwise_or_miss(draft, event)


def _named(draft: Draft, fear: Fear, others: Sequence[FlowId] | None = None) -> Message:
    """The number to call, for a danger that is only feared; and what may have been meant, unless that is clear."""
    phrases = ("maybe_danger",) if others is None else ("maybe_danger", "did_you_mean")
    message = replace(_offered(draft, [fear.flow, *(others or ())], *phrases), vital=True)
    if others is None and draft.offer is not None:
        draft.offer = replace(draft.offer, is_beside=True)
    return message


def _offered(draft: Draft, flows: Sequence[FlowId], *phrases: str) -> Message:
    """A message that offers flows to somebody who was half understood."""
    book = draft.guide.book
    rows = offers(book, flows)
    listed = on_offer(rows)
    draft.session = replace(draft.session, misses=0)
    draft.offer = Offer(listed=listed, yes=listed[0].action if len(listed) == 1 else None)
    return system(book, *phrases, buttons=(*rows, *navigation(draft.session, book)))


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
            _missed(draft)
        else:
            _begin(draft, flow)
    elif intent in _BARE:
        if not draft.session.position.frames:
            walk.ask(draft)
        elif not _led_otherwise(draft):
            _missed(draft)
    else:
        _otherwise_or_miss(draft, event)


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
    _missed(draft)


def _led_otherwise(draft: Draft) -> bool:
    """Whether the waiting step has a branch for what is no answer to it (and it was taken)."""
    if not draft.session.position.frames:
        return False
    flow, step = walk.waiting(draft)
    if not isinstance(step.act, Ask) or step.act.otherwise is None:
        return False
    draft.session = replace(draft.session, misses=0)
    walk.lead(draft, flow, step.act.otherwise)
    return True


def _missed(draft: Draft) -> None:
    """Once "I did not understand" and the present question, then topics and a person."""
    misses = draft.session.misses + 1
    draft.session = replace(draft.session, misses=misses)
    book = draft.guide.book
    if misses >= 2:
        _tell_topics(draft, "topics")
        return
    look = ((go(book, Command.SEARCH, "nav_search", "🔎"),),) if commands.SEARCH in book.flows else ()
    draft.tell(system(book, "not_understood", buttons=look))
    walk.ask(draft)
    draft.session = replace(draft.session, misses=misses)  # the menu begun for want of a question is no success


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


def _offer_language(draft: Draft, event: Said) -> None:
    """They wrote in another language than chosen: one tap switches, nothing switches alone."""
    language = next((known for known in draft.guide.languages if known.locale == event.language), None)
    if language is None or language.locale == draft.session.locale:
        return
    book, name = draft.guide.book, Verbatim(text=language.name)
    switch = Button(label=own_name(language), icon="🌍", action=Speak(locale=language.locale))
    draft.tell(Message(blocks=(book.phrase("language_offer").having(language=name),), buttons=((switch,),)))
    # Asked last, so "yes" is about it; a number is still about what stands above: an offer, or the present question.
    draft.offer = replace(draft.offer or Offer(is_beside=True), yes=Speak(locale=language.locale), no=None)
