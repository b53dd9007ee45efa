"""What is kept of an answer that is nobody's."""

from __future__ import annotations

from bot.core.effects import Submit
from bot.core.ids import FlowId, Locale
from bot.ports import Submission
from bot.services.parts import Parts
from bot.services.submissions import kept

VOICE = FlowId("voix.say")
DARI = Locale("fa")


def test_choices_stay_and_free_words_are_masked() -> None:
    said = Submit(flow=VOICE, answers={"kind": "missing"}, words={"words": "Demandez à Karim, 0470 12 34 56, a@b.be !"})
    answers = {"kind": "missing", "words": "demandez à # # # # #, # !"}
    assert kept(said, DARI) == Parts(submissions=(Submission(flow=VOICE, locale=DARI, answers=answers),))


def test_a_language_is_not_kept_without_words_to_read() -> None:
    said = Submit(flow=VOICE, answers={"kind": "missing"}, words={})
    assert kept(said, DARI) == Parts(submissions=(Submission(flow=VOICE, locale=None, answers={"kind": "missing"}),))


def test_nothing_said_is_nothing_kept() -> None:
    assert kept(Submit(flow=VOICE, answers={}, words={}), DARI) == Parts()
