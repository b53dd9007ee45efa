"""What a written answer means to the step that waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.conversation.guide import Guide
from bot.conversation.screens import held_rows, waiting_rows
from bot.core.events import Said
from bot.core.ids import Locale
from bot.core.messages import Command, Go
from bot.core.session import Hold, Session
from bot.flow.graph import AnswerKind, Ask, Step

#: Intents that mean yes and no in any language, for a yes/no step.
_YES_NO_INTENTS = {"affirm": "yes", "deny": "no"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer in its stored form: a choice id, `yes`/`no`, digits, an ISO date, free words."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """It was meant as an answer but cannot be taken; `hint` names the system phrase that says why."""

    hint: str


def answer_to(ask: Ask, said: Said, guide: Guide, locale: Locale, today: date) -> Answer | Refusal | None:
    """The answer in these words; None when they are not one and may mean something else."""
    match ask.kind:
        case AnswerKind.CHOICE:
            return _choice(ask, said.text, guide, locale)
        case AnswerKind.YES_NO:
            return _yes_no(ask, said, guide, locale)
        case AnswerKind.NUMBER:
            return _number(ask, said.text, guide, locale)
        case AnswerKind.DATE:
            return _date(ask, said.text, guide, locale, today)
        case AnswerKind.TEXT:
            text = said.text.strip()
            return Answer(value=text) if len(text) <= ask.max_length else Refusal(hint="answer_too_long")
        case AnswerKind.LANGUAGE:
            return _language(said.text, guide, locale)


def command_meant(text: str, session: Session, guide: Guide) -> Command | None:
    """The command that the text is, or that is on a button which it names.

    An answer of the waiting question goes before a word that is a command only elsewhere: « Huy » is a town.
    """
    button = button_in_words(text, session, guide)
    command = button or guide.words.command(text, session.locale)
    if button is not None or guide.words.command(text, session.locale, from_elsewhere=False) is not None:
        return command
    step = waiting_step(session, guide)
    choices = step.act.choices if step is not None and isinstance(step.act, Ask) else ()
    labels = [(choice.label, *choice.words) for choice in choices]
    return command if guide.words.label(text, labels, session.locale) is None else None


def waiting_step(session: Session, guide: Guide) -> Step | None:
    """The step that waits for an answer; None when there is none, or no kept revision has it."""
    frames = session.position.frames
    flow = guide.book.flow(frames[-1].flow, frames[-1].revision) if frames else None
    return None if flow is None else flow.step(frames[-1].step)


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


def _choice(ask: Ask, text: str, guide: Guide, locale: Locale) -> Answer | None:
    labels = [(choice.label, *choice.words) for choice in ask.choices]
    index = guide.words.choice(text, labels, locale)
    return None if index is None else Answer(value=ask.choices[index].id)


def _yes_no(ask: Ask, said: Said, guide: Guide, locale: Locale) -> Answer | None:
    if ask.choices and (found := _choice(ask, said.text, guide, locale)) is not None:
        return found
    meant = guide.words.yes_no(said.text, locale)
    if meant is not None:
        return Answer(value="yes" if meant else "no")
    heard = said.understanding
    if heard is not None and heard.intent in _YES_NO_INTENTS and heard.confidence >= guide.thresholds.sure_from:
        return Answer(value=_YES_NO_INTENTS[heard.intent])
    return None


def _number(ask: Ask, text: str, guide: Guide, locale: Locale) -> Answer | Refusal | None:
    number = guide.words.number(text, locale)
    if number is None:
        return None
    if (ask.at_least is not None and number < ask.at_least) or (ask.at_most is not None and number > ask.at_most):
        return Refusal(hint="number_out_of_range")
    return Answer(value=str(number))


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
    number = guide.words.number(text)
    if number is not None and 1 <= number <= len(guide.languages):
        return Answer(value=guide.languages[number - 1].locale)
    return None
