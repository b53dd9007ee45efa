"""An utterance: danger first, then a person who holds, commands, the waiting question, and what was understood."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import commands, walk
from bot.conversation.answers import (
    Answer,
    Refusal,
    answer_beyond,
    answer_to,
    button_in_words,
    command_meant,
    consent,
    taken,
)
from bot.conversation.fear import Fear, feared
from bot.conversation.screens import offers, own_name, system, waiting_rows
from bot.conversation.turn import Draft
from bot.conversation.understood import missed, named, understood
from bot.core.effects import RelayText
from bot.core.events import Edited, Said
from bot.core.ids import FlowId, Locale
from bot.core.local_time import local_day
from bot.core.messages import Begin, Button, Command, Message, Speak
from bot.core.phrases import LanguageName
from bot.core.session import Hold, Offer, Veil
from bot.flow.graph import AnswerKind, Ask, Handoff, Remind


def said(draft: Draft, event: Said) -> None:
    """Take an utterance, in this order of precedence (reliability.md F03, C08; product.md "Ask")."""
    session = draft.session
    fear = feared(event, draft.guide)
    if fear is not None and fear.is_likely:
        _danger(draft, event, fear.flow)
        return
    if session.hold is Hold.HELD:
        _held(draft, event)
        return
    command = command_meant(event.text, session, draft.guide)
    if command is Command.DETAILS:
        if walk.details(draft):
            draft.session = replace(draft.session, misses=0)
        else:
            missed(draft)
        return
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
            draft.tell(named(draft, fear))
        return
    if session.hold is Hold.WAITING:
        _added(draft, event, fear)
        return
    understood(draft, event, fear)
    _offer_language(draft, event)


def own_variant(written: str | None, own: Locale) -> Locale | None:
    """The language that words are in, for somebody whose phone or choice is `own`: Dari is written like Persian."""
    if written is None:
        return None
    return own if own.startswith(f"{written}-") else Locale(written)


def danger_added(draft: Draft, event: Edited, flow: FlowId) -> None:
    """Danger that an edit brought in: the card, and a line of its own for the adviser; nobody moves (A24)."""
    if draft.session.hold is not Hold.NONE:
        draft.start(RelayText(text=event.text, message_id=event.message_id, danger=True))
    commands.card_only(draft, flow)


def _danger(draft: Draft, event: Said, flow: FlowId) -> None:
    """The card at once, whoever has the conversation and wherever it stands: also inside the flow of that danger."""
    if draft.session.hold is not Hold.NONE:
        draft.start(RelayText(text=event.text, message_id=event.message_id, danger=True))
    if draft.session.hold is Hold.HELD:
        commands.emergency(draft, flow)
        return
    offered = {language.locale for language in draft.guide.languages}
    written = own_variant(event.language, event.phone_locale or draft.session.locale)
    if not draft.session.locale_chosen and written is not None and written in offered:
        draft.session = replace(draft.session, locale=written)
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
            chosen = words.label(event.text, [(own_name(language),) for language in languages], locale)
            if chosen is not None:
                commands.speak(draft, languages[chosen].locale)
            return chosen is not None
        case Ask(choices=choices):
            chosen = words.label(event.text, [(choice.label,) for choice in choices], locale)
            if chosen is not None:
                walk.answered(draft, choices[chosen].id)
            elif words.label(event.text, [choice.words for choice in choices], locale) is not None:
                walk.show(draft)
            return chosen is not None
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
        draft.tell(named(draft, fear))


def _took_offer(draft: Draft, event: Said) -> bool:
    """Whether the utterance was about what the screen offered in front of the present question."""
    if draft.offered is None:
        return False
    match taken(draft.offered, event, draft.guide, draft.session.locale):
        case None:
            return False
        case Refusal():
            missed(draft)
        case Begin(flow=flow) if flow in draft.guide.book.flows and draft.guide.book.flows[flow].safety:
            _danger(draft, event, flow)
        case action:
            commands.do(draft, action)
    return True


def _answered(draft: Draft, event: Said) -> bool:
    """Whether the utterance was an answer to the waiting question (and was taken as one)."""
    if not draft.session.position.frames:
        return False
    flow, step = walk.waiting(draft)
    match step.act:
        case Ask() as ask:
            answer = answer_to(ask, event, draft.guide, draft.session.locale, local_day(draft.now))
            if answer is None:
                beyond = answer_beyond(flow, ask, event, draft.guide, draft.session.locale, local_day(draft.now))
                if beyond is not None:
                    walk.otherwise(draft, flow, ask, beyond)
                    return _answered(draft, event)
        case Remind() if draft.session.hold is Hold.NONE:
            asked = Ask(slot=None, kind=AnswerKind.YES_NO)
            answer = answer_to(asked, event, draft.guide, draft.session.locale, local_day(draft.now))
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


def _offer_language(draft: Draft, event: Said) -> None:
    """They wrote in another language than chosen: one tap switches, nothing switches alone."""
    language = next((known for known in draft.guide.languages if known.locale == event.language), None)
    if language is None or language.locale == draft.session.locale:
        return
    if own_variant(language.locale, draft.session.locale) == draft.session.locale:
        return  # whoever chose Dari did not change language
    book, name = draft.guide.book, LanguageName(tag=language.locale)
    switch = Button(label=own_name(language), icon="🌍", action=Speak(locale=language.locale))
    draft.tell(Message(blocks=(book.phrase("language_offer").having(language=name),), buttons=((switch,),)))
    # Asked last, so "yes" is about it; a number is still about what stands above: an offer, or the present question.
    draft.offer = replace(draft.offer or Offer(is_beside=True), yes=Speak(locale=language.locale), no=None)
