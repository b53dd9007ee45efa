"""Sentences for translators: every one, with its context, its line and a comment."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract as babel_extract

from bot.core.phrases import Phrase
from bot.flow.book import load
from bot.flow.extract import phrases_in, phrases_of
from tests.flow.known import KNOWN
from tests.flow.written import write

BODY = """
title: Manger
starts_on: {keywords: [faim]}
steps:
  - id: who
    say: [Pour qui ?, Dites-le.]
    ask: who
    choices:
      me: Pour moi
      you: {label: Pour vous, words: [toi]}
  - id: papers
    when: {who: me}
    checklist: [Une carte]
    goto: end
  - {id: nudge, say: Un rappel ?, remind: {after_days: 2, text: Et alors ?}}
"""
EXPECTED = [
    (4, "a.one/title", "Manger"),
    (5, "a.one/keyword", "faim"),
    (8, "a.one/who.say", "Pour qui ?"),
    (8, "a.one/who.say.2", "Dites-le."),
    (11, "a.one/who.choice.me", "Pour moi"),
    (12, "a.one/who.choice.you", "Pour vous"),
    (12, "a.one/who.word.you", "toi"),
    (15, "a.one/papers.item.1", "Une carte"),
    (17, "a.one/nudge.say", "Un rappel ?"),
    (17, "a.one/nudge.remind", "Et alors ?"),
]


def test_every_sentence_of_a_folder_is_found_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, "a.one", BODY)

    found = list(phrases_in(tmp_path))

    assert [(line, phrase.key, phrase.text) for phrase, _, line, _ in found] == EXPECTED
    assert {path for _, path, _, _ in found} == {f"{tmp_path.name}/a/one.yml"}
    assert found[4][3] == "a.one, étape who : texte d'un bouton : 40 caractères au plus"


def test_a_book_says_the_same_sentences_as_its_folder(tmp_path: Path) -> None:
    write(tmp_path, "a.one", BODY)
    book = load(tmp_path, KNOWN).book

    said = {(phrase.key, phrase.text) for phrase, *_ in phrases_of(book)}

    assert said == {(key, text) for _, key, text in EXPECTED}


def test_babel_extracts_contexts_lines_comments_and_plurals(tmp_path: Path) -> None:
    source = write(tmp_path, "a.one", BODY).read_bytes()

    found = list(babel_extract("bot.flow.extract:extract", BytesIO(source)))

    assert [(line, context, message) for line, message, _, context in found] == EXPECTED
    assert found[0][2] == ["a.one : titre d'un parcours, dans les menus : 32 caractères au plus"]

    plural = b"phrases:\n  waiting: {one: '{count} personne', many: '{count} personnes'}\n"
    ((line, message, comments, context),) = babel_extract("bot.flow.extract:extract", BytesIO(plural))
    assert (line, message, context) == (2, ("{count} personne", "{count} personnes"), "system/waiting")
    assert comments == ["_system.phrases : phrase du guichet lui-même"]


def test_files_that_are_no_flows_have_no_sentences() -> None:
    assert list(babel_extract("bot.flow.extract:extract", BytesIO(b"bus_fare: {value: 3}\n"))) == []
    assert list(babel_extract("bot.flow.extract:extract", BytesIO(b"a: [broken\n"))) == []


def test_phrases_are_what_the_engine_will_say(tmp_path: Path) -> None:
    write(tmp_path, "a.one", BODY)
    phrases = [phrase for phrase, *_ in phrases_in(tmp_path)]
    assert phrases[0] == Phrase(key="a.one/title", text="Manger")
