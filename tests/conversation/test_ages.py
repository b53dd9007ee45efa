"""A figure that nobody has vouched for lately is shown as one to be checked (product.md, "Honest content")."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation.turn import Draft
from bot.core.ids import Locale, NewcomerId
from bot.core.phrases import Phrase
from bot.core.session import Session
from bot.services.rehearsal import Stage
from tests.conversation.small_book import NOW

OLD, FRESH = Phrase(key="a", text="Cela coûte {fact.fee.full}."), Phrase(key="b", text="Il faut {fact.days} jours.")
CLOSING = Phrase(key="c", text="Au revoir.")
NOTE = "⚠️ À vérifier"


@pytest.fixture
def draft(small: Stage) -> Draft:
    guide = small.guide()
    today = NOW.date()
    book = replace(
        guide.book,
        facts_until={"fee": today - timedelta(days=1), "days": today},
        old_facts=Phrase(key="system/card.stale_short", text="À vérifier"),
    )
    session = Session(newcomer=NewcomerId("n"), locale=Locale("fr"))
    return Draft(session=session, guide=replace(guide, book=book), now=NOW)


def shown(draft: Draft) -> list[list[str]]:
    """The paragraphs of each message; the note with what it says."""
    return [
        [
            block.text.replace("{note}", note.text)
            if isinstance(block, Phrase) and isinstance(note := block.values.get("note"), Phrase)
            else getattr(block, "text", "")
            for block in message.blocks
        ]
        for message in draft.done().messages
    ]


def test_the_note_stands_beneath_the_last_old_figure_of_a_message(draft: Draft) -> None:
    draft.say(OLD)
    draft.say(FRESH, CLOSING)
    assert shown(draft) == [[OLD.text, NOTE, FRESH.text, CLOSING.text]]


def test_a_figure_of_today_needs_no_note(draft: Draft) -> None:
    draft.say(FRESH, CLOSING)
    assert shown(draft) == [[FRESH.text, CLOSING.text]]


def test_nothing_stands_beside_what_to_do_in_danger(draft: Draft) -> None:
    draft.safety = True
    draft.say(OLD)
    assert shown(draft) == [[OLD.text]]


def test_the_note_counts_for_the_length_of_a_message(draft: Draft) -> None:
    long = Phrase(key="d", text="x" * (300 - len(OLD.text) - len(NOTE) + 1))
    draft.say(OLD)
    draft.say(long)
    assert shown(draft) == [[OLD.text, NOTE], [long.text]]
