"""What a written answer means to the step that waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.conversation.guide import Guide
from bot.conversation.screens import SHARE, SHARE_WORDS, held_rows, languages_shown, waiting_rows
from bot.conversation.signs import choice_shown
from bot.core.events import Said
from bot.core.ids import Locale, StepId
from bot.core.messages import Command, Go, Speak
from bot.core.session import Hold, Offer, Offerable, Session
from bot.flow.graph import AnswerKind, Ask, Flow, Step, ToStep

#: Questions whose answers cannot be mistaken for something else.
_MEASURED = frozenset({AnswerKind.NUMBER, AnswerKind.DATE, AnswerKind.TIME})
#: Intents that mean yes and no in any language, for a yes/no step.
_YES_NO_INTENTS = {"affirm": True, "deny": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer in its stored form: a choice id, `yes`/`no`, digits, an ISO date, an hour (`10:30`), free words."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """It was meant as an answer but cannot be taken; `hint` names the system phrase that says why."""

    hint: str


def answer_to(ask: Ask, said: Said, guide: Guide, locale: Locale, today: date) -> Answer | Refusal | None:
    """The answer in these words; None when they are not one and may mean something else."""
    match ask.kind:
        case AnswerKind.CHOICE:
            return _choice(ask, said, guide, locale)
        case AnswerKind.YES_NO:
            return _yes_no(ask, said, guide, locale)
        case AnswerKind.NUMBER:
            return _number(ask, said.text, guide, locale)
        case AnswerKind.DATE:
            return _date(ask, said.text, guide, locale, today)
        case AnswerKind.TIME:
            return _time(ask, said.text, guide, locale)
        case AnswerKind.TEXT:
            text = said.text.strip()
            return Answer(value=text) if len(text) <= ask.max_length else Refusal(hint="answer_too_long")
        case AnswerKind.LANGUAGE:
            return _language(said.text, guide, locale)


def answer_beyond(flow: Flow, ask: Ask, said: Said, guide: Guide, locale: Locale, today: date) -> StepId | None:
    """The question that takes what fits no choice, when these words answer it: « lundi » is "another day" and the day.

    Free words are not taken so: they fit anything. Nor is what must be reached by walking: a volatile step, or one with
    a condition.
    """
    if not isinstance(ask.otherwise, ToStep):
        return None
    step = flow.step(ask.otherwise.step)
    if step is None or step.volatile or step.when is not None:
        return None
    if not isinstance(step.act, Ask) or step.act.kind not in _MEASURED:
        return None
    answer = answer_to(step.act, said, guide, locale, today)
    # « at 3 o'clock » is an hour also where the night is refused: that question says why.
    return None if answer is None else step.id


def consent(said: Said, guide: Guide, locale: Locale) -> Answer | None:
    """Whether the summary may go to an adviser: `share`, `alone` or `cancel`.

    A bare "no" may mean "no summary" or "no adviser": it sends nothing, whatever the labels begin with.
    """
    meant = guide.words.yes_no(said.text, locale)
    if meant is None:
        names = [[name, SHARE_WORDS.get(choice, name)] for choice, (name, _) in SHARE.items()]
        index = guide.words.choice(said.text, [[guide.book.phrase(one) for one in both] for both in names], locale)
        if index is not None:
            return Answer(value=list(SHARE)[index])
        meant = _heard_yes_no(said, guide)
    return None if meant is None else Answer(value="share" if meant else "cancel")


def taken(offer: Offer, said: Said, guide: Guide, locale: Locale) -> Offerable | Refusal | None:
    """What of an offer is meant; None when it may be something else.

    A number or a "yes" that fits nothing on offer is refused: it must not answer a question that the offer hides.
    """
    if isinstance(offer.yes, Speak) and guide.words.language(said.text, locale) == offer.yes.locale:
        return offer.yes
    index = guide.words.choice(said.text, [(one.label,) for one in offer.listed], locale)
    if index is not None:
        return offer.listed[index].action
    if not offer.is_beside and len(said.text.split()) == 1 and guide.words.number(said.text, locale) is not None:
        return Refusal(hint="not_understood")
    meant = guide.words.yes_no(said.text, locale)
    if meant is None:
        meant = _heard_yes_no(said, guide)
    if meant is None:
        return None
    if meant:
        return offer.yes or Refusal(hint="not_understood")
    return offer.no or Go(command=Command.REPEAT)


def command_meant(text: str, session: Session, guide: Guide) -> Command | None:
    """The command that the text is, or that is on a button which it names.

    An answer of the waiting question goes before a word that is a command only elsewhere: « Huy » is a town.
    """
    button = button_in_words(text, session, guide)
    command = button or guide.words.command(text, session.locale)
    if command is Command.DETAILS:
        return command if _is_about_services(text, session, guide) else None
    if button is not None or guide.words.command(text, session.locale, from_elsewhere=False) is not None:
        return command
    step = waiting_step(session, guide)
    choices = step.act.choices if step is not None and isinstance(step.act, Ask) else ()
    labels = [(choice.label, *choice.words) for choice in choices]
    return command if guide.words.label(text, labels, session.locale) is None else None


def _is_about_services(text: str, session: Session, guide: Guide) -> bool:
    """Whether « where? » and « how much? » ask the bot, and name none of the answers that it offers."""
    if session.hold is not Hold.NONE:
        return False
    step = waiting_step(session, guide)
    ask = step.act if step is not None and isinstance(step.act, Ask) else None
    if ask is None or ask.kind is AnswerKind.TEXT:
        return ask is None
    labels = [(choice.label, *choice.words) for choice in ask.choices]
    return guide.words.choice(text, labels, session.locale) is None


def waiting_step(session: Session, guide: Guide) -> Step | None:
    """The step that waits for an answer; None when there is none, or no kept revision has it."""
    flow = waiting_flow(session, guide)
    return None if flow is None else flow.step(session.position.frames[-1].step)


def waiting_flow(session: Session, guide: Guide) -> Flow | None:
    """The flow of that step."""
    frames = session.position.frames
    return guide.book.flow(frames[-1].flow, frames[-1].revision) if frames else None


def button_in_words(text: str, session: Session, guide: Guide) -> Command | None:
    """The command of a button beside a conversation with a person, or beside waiting for one, that the text names.

    Nothing but its whole label: whatever else is said then is said to the person.
    """
    if session.hold is Hold.NONE:
        return None
    rows = held_rows(guide.book) if session.hold is Hold.HELD else waiting_rows(guide.book)
    buttons = [button for row in rows for button in row]
    named = guide.words.label(text, [(button.label,) for button in buttons], session.locale)
    action = None if named is None else buttons[named].action
    return action.command if isinstance(action, Go) else None


def _choice(ask: Ask, said: Said, guide: Guide, locale: Locale) -> Answer | None:
    """A choice by its words, or a yes or no of any language for the one choice that says yes or no.

    In the language that it is written in, another one than the person's, only the whole label or word of a choice.
    """
    labels = [(choice.label, *choice.words) for choice in ask.choices]
    if guide.words.speaks_from_sunrise(said.text, locale):
        # « saa 3 » is neither the third choice nor the one that says three.
        index = guide.words.label(said.text, labels, locale)
        return None if index is None else Answer(value=ask.choices[index].id)
    spans = [choice.span for choice in ask.choices] if ask.counts else ()
    index = guide.words.choice(said.text, labels, locale, spans)
    if index is None:
        meant = guide.words.yes_no(said.text, locale)
        if meant is None and _heard_yes_no(said, guide) is False:
            meant = False  # a yes is never taken from a guess: there are choices that erase
        if meant is not None:
            index = guide.words.choice(guide.book.phrase("yes" if meant else "no").text, labels, locale)
    if index is None and said.language is not None:
        index = guide.words.label(said.text, labels, said.language)
    if index is None:
        index = choice_shown(said.text, ask.choices)
    return None if index is None else Answer(value=ask.choices[index].id)


def _yes_no(ask: Ask, said: Said, guide: Guide, locale: Locale) -> Answer | None:
    if ask.choices and (found := _choice(ask, said, guide, locale)) is not None:
        return found
    meant = guide.words.yes_no(said.text, locale)
    if meant is None:
        meant = _heard_yes_no(said, guide)
    return None if meant is None else Answer(value="yes" if meant else "no")


def _heard_yes_no(said: Said, guide: Guide) -> bool | None:
    """Whether the model is sure that it was a yes or a no."""
    heard = said.understanding
    if heard is None or heard.confidence < guide.thresholds.sure_from:
        return None
    return _YES_NO_INTENTS.get(heard.intent or "")


def _number(ask: Ask, text: str, guide: Guide, locale: Locale) -> Answer | Refusal | None:
    number = guide.words.number(text, locale)
    if number is None:
        return None
    if (ask.at_least is not None and number < ask.at_least) or (ask.at_most is not None and number > ask.at_most):
        return Refusal(hint="number_out_of_range")
    return Answer(value=str(number))


def _time(ask: Ask, text: str, guide: Guide, locale: Locale) -> Answer | Refusal | None:
    found = guide.words.time(text, locale)
    if found is None:
        # An hour all the same, which may be another: it is asked for again, and leads nowhere else.
        return Refusal(hint="number_out_of_range") if guide.words.speaks_of_hour(text, locale) else None
    if not (ask.at_least or 0) <= found.hour <= (23 if ask.at_most is None else ask.at_most):
        return Refusal(hint="number_out_of_range")
    return Answer(value=f"{found:%H:%M}")


def _date(ask: Ask, text: str, guide: Guide, locale: Locale, today: date) -> Answer | Refusal | None:
    found = guide.words.date(text, locale, today)
    if found is None:
        return None
    if ask.within_days is not None and not 0 < (found - today).days <= ask.within_days:
        return Refusal(hint="date_out_of_range")
    return Answer(value=found.isoformat())


def _language(text: str, guide: Guide, locale: Locale) -> Answer | None:
    named = guide.words.language(text, locale)
    if named is not None and any(language.locale == named for language in guide.languages):
        return Answer(value=named)
    shown = languages_shown(guide.languages, locale, 0)
    # Nothing but the number of a button: « my card ends in 3 weeks » is no wish to speak the third language.
    index = guide.words.choice(text, [()] * len(shown), locale)
    return None if index is None else Answer(value=shown[index].locale)
