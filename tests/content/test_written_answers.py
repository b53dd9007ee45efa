"""What people write instead of touching a button goes where the button goes, and never elsewhere."""

from __future__ import annotations

import pytest

from bot.core.ids import FlowId, Locale
from bot.core.messages import Begin, ServiceCards
from bot.services.rehearsal import Rehearsal, Stage
from bot.talk import MORNING

WOMAN = "sans-logis-femmes"
MAN = "thermos-abri-nuit"


@pytest.mark.parametrize(
    ("locale", "said", "shown"),
    [
        ("fr", "je suis une femme", WOMAN),
        ("fr", "femme seule", WOMAN),
        ("fr", "pour moi et mes enfants", WOMAN),
        ("fr", "moi et ma fille", WOMAN),
        ("fr", "je suis un homme", MAN),
        ("fr", "pour moi", None),
        ("en", "I am a woman", WOMAN),
        ("en", "for me and my two children", WOMAN),
        ("en", "I'm a man", MAN),
        ("en", "for me", None),
        ("ar", "أنا امرأة", WOMAN),
        ("ar", "لي ولأطفالي", WOMAN),
        ("ar", "أنا رجل", MAN),
        ("ar", "لي", None),
    ],
)
def test_who_needs_a_bed_is_not_guessed(locale: str, said: str, shown: str | None, stage: Stage) -> None:
    """A woman who answers "for me" is not sent to a shelter for men: that is asked again."""
    rehearsal = Rehearsal.begin(stage, Locale(locale), MORNING)
    rehearsal.do(Begin(flow=FlowId("besoins.sleep_tonight")))
    heard = rehearsal.say(said)
    cards = [
        one
        for message in heard.said
        for block in message.blocks
        if isinstance(block, ServiceCards)
        for one in block.ids
    ]
    assert [one for one in cards if one in (WOMAN, MAN)] == ([] if shown is None else [shown])
