"""The walker: every reachable choice of every flow, and what every screen keeps to, in every language."""

from __future__ import annotations

import pytest

from bot.core.effects import CancelTimers, Count, NoteGap, StartTimer, Submit
from bot.core.ids import Locale
from bot.core.messages import LABEL_LIMIT, Choose, Command, Go, Message, Tick
from bot.core.phrases import Phrase
from bot.data import Data
from bot.flow.book import rules_of
from bot.flow.forbidden import fold
from bot.i18n.bidi import without_marks
from bot.i18n.places import places
from bot.i18n.render import plain, render_label
from bot.services.rehearsal import Stage
from tests.conftest import ROOT
from tests.content.walk import Walked, phrases_in

#: Reliability and product pages: choices of one question, characters of a message, of a safety or legal one.
CHOICES = 6
MESSAGE = 300
LONG_MESSAGE = 600
#: Effects that say nothing; every other one is answered by the service that carries it out.
SILENT = (CancelTimers, Count, NoteGap, StartTimer, Submit)
#: Every language that has a catalogue: a translation may be no longer than the French.
LOCALES = ["fr", *sorted(path.parts[-3] for path in (ROOT / "locales").glob("*/LC_MESSAGES/guichet.po"))]
#: Wider buttons are cut on small phones.
LABEL = 48


def commands(message: Message) -> set[Command]:
    return {button.action.command for row in message.buttons for button in row if isinstance(button.action, Go)}


def choices(message: Message) -> int:
    return sum(isinstance(button.action, Choose) for row in message.buttons for button in row)


def test_no_tap_is_a_dead_end(everything: Walked) -> None:
    """Every turn ends in a question, in a way out, or in something that answers by itself."""
    dead = [
        screen.where
        for screen in everything.screens
        if not (screen.said and screen.said[-1].buttons and commands(screen.said[-1]))
        and not any(choices(message) for message in screen.said)
        and not any(not isinstance(effect, SILENT) for effect in screen.effects)
    ]
    assert dead == []


def test_every_question_has_the_menu_and_a_person(everything: Walked) -> None:
    lost = [
        where
        for where, message in everything.messages()
        if choices(message) and not _is_share_question(message)
        if not {Command.MENU, Command.PERSON} <= commands(message) | _of_the_menu_itself(message)
    ]
    assert lost == []


def test_no_question_has_more_than_six_choices(everything: Walked) -> None:
    assert [where for where, message in everything.messages() if choices(message) > CHOICES] == []


def test_every_step_can_be_reached_by_some_answers(everything: Walked, stage: Stage) -> None:
    """A sentence that no walk ever says is a branch that nobody can take."""
    said = {phrase.key for _, message in everything.messages() for phrase in phrases_in(message)}
    silent = [
        phrase.key
        for flow in stage.guide().book.flows.values()
        for step in flow.steps.values()
        for phrase in step.say
        if phrase.key not in said
    ]
    assert silent == []


@pytest.mark.parametrize("locale", LOCALES)
def test_sentences_of_a_message_are_short(locale: str, everything: Walked, data: Data) -> None:
    long = []
    for where, message in everything.messages():
        texts = [plain(block, Locale(locale), data.catalogues) for block in message.blocks if isinstance(block, Phrase)]
        limit = LONG_MESSAGE if _may_be_long(message, data) else MESSAGE
        if sum(map(len, texts)) > limit:
            long.append((where, sum(map(len, texts)), texts[0][:40]))
    assert long == []


@pytest.mark.parametrize("locale", LOCALES)
def test_labels_fit_a_small_phone(locale: str, everything: Walked, data: Data) -> None:
    labels = {
        plain(button.label, Locale(locale), data.catalogues)
        for _, message in everything.messages()
        for row in message.buttons
        for button in row
        if not isinstance(button.action, Tick)
    }
    assert sorted(label for label in labels if len(label) > LABEL) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_title_in_a_label_does_not_make_it_too_long(locale: str, stage: Stage, data: Data) -> None:
    book = stage.guide().book
    resume = [book.phrase("nav_resume").having(title=flow.title) for flow in book.flows.values()]
    labels = [render_label(label, Locale(locale), data.catalogues).text for label in resume]
    assert [label for label in labels if len(without_marks(label)) > LABEL_LIMIT] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_no_placeholder_is_lost(locale: str, everything: Walked, data: Data) -> None:
    lost = []
    for where, message in everything.messages():
        for phrase in phrases_in(message):
            wanted = places(phrase.text) | places(data.catalogues.text_of(phrase, Locale(locale)).text)
            if missing := wanted - phrase.values.keys():
                lost.append((where, phrase.key, sorted(missing)))
            if "{" in plain(phrase, Locale(locale), data.catalogues):
                lost.append((where, phrase.key, ["{"]))
    assert lost == []


def test_nothing_forbidden_is_ever_on_a_screen(everything: Walked, data: Data) -> None:
    """The "must never" list of section 0, over whole messages as they are read, services and choices included."""
    rules, issues = rules_of(ROOT / "flows")
    assert issues == ()
    said = []
    for where, message in everything.messages():
        whole = " | ".join(fold(plain(phrase, Locale("fr"), data.catalogues)) for phrase in phrases_in(message))
        said += [
            (where, rule.said)
            for rule in rules.statements
            if rule.patterns.search(whole) and not rule.unless.search(whole)
        ]
    assert said == []


def _is_share_question(message: Message) -> bool:
    return any(isinstance(block, Phrase) and block.key == "system/share_ask" for block in message.blocks)


def _of_the_menu_itself(message: Message) -> set[Command]:
    """The main menu offers a person, and is the menu."""
    keys = [block.key for block in message.blocks if isinstance(block, Phrase)]
    return {Command.MENU} if "_system.menu/topics.say" in keys else set()


def _may_be_long(message: Message, data: Data) -> bool:
    """Safety pages, and pages whose file says `long: yes` and why."""
    keys = [block.key for block in message.blocks if isinstance(block, Phrase)]
    return message.vital or any(key.partition("/")[0] in LONG_FLOWS for key in keys)


#: Flows that say `long: yes`: legal notices.
LONG_FLOWS = frozenset(
    f"{path.parent.name}.{path.stem}"
    for path in (ROOT / "flows").glob("*/*.yml")
    if "\nlong: yes" in path.read_text(encoding="utf-8")
)
