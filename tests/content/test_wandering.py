"""Somebody who taps and writes anything, anywhere in the shipped flows, in any order."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cli.talk import MORNING
from bot.core.ids import Locale
from bot.core.session import Session
from bot.flow.graph import Ask
from bot.i18n.render import utf16
from bot.services.rehearsal import NEWCOMER, Rehearsal, Stage
from bot.services.transcript import Input, step

TEXT_LIMIT = 4096
TYPED = st.sampled_from(
    [
        "menu",
        "retour",
        "/start",
        "/effacer",
        "/mesdonnees",
        "/parcours",
        "/aide",
        "/urgence",
        "/confidentialite",
        "/langue",
        "une personne",
        "stop",
        "oui",
        "3",
        "01/02/2026",
        "au secours",
        "mon mari me frappe",
        "médecin, abri de nuit",
        "blabla",
        "(photo)",
        "(claimed)",
        "(returned)",
        "(closed)",
        "(released)",
        "(restart)",
        "(after 8h)",
        "(again)",
        "(location 50.64 5.57)",
        "(in ar) أريد شيئا آخر",
    ]
)
#: A tap on one of the last buttons, counted from the newest; taps are most of what people do.
STEPS = st.lists(st.one_of(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), TYPED), min_size=5, max_size=30)


@pytest.mark.parametrize("locale", ["fr", "ar"])
@settings(max_examples=60, derandomize=True, suppress_health_check=list(HealthCheck))
@given(begins=st.integers(0, 10_000), steps=STEPS)
def test_nobody_gets_lost(locale: str, stage: Stage, begins: int, steps: list[int | str]) -> None:
    flows = list(stage.guide().book.flows)
    rehearsal = Rehearsal.begin(stage.brief(), Locale(locale), MORNING)
    for text in (f"(begin {flows[begins % len(flows)]})", *steps):
        if isinstance(text, int):
            if text >= len(rehearsal.shown):
                continue
            text = f"[{rehearsal.shown[-1 - text][0]}]"
        if text == "(again)" and not rehearsal.has_pressed:
            continue
        heard = step(rehearsal, Input(text=text))
        for message in heard.messages:
            assert message.text.strip()
            assert utf16(message.text) <= TEXT_LIMIT
        session = rehearsal.session
        kept = Session.restored(NEWCOMER, session.version, session.stored(), session.shadow)
        assert kept.durable == session.durable
        assert_nothing_volatile_is_kept(session, stage)


def assert_nothing_volatile_is_kept(session: Session, stage: Stage) -> None:
    """No step that asks something volatile, and no answer to it, is in what reaches a disk."""
    book = stage.guide().book
    for position in (session.durable, session.paused):
        if position is None:
            continue
        for frames in (position.frames, *position.trail):
            for frame in frames:
                flow = book.flow(frame.flow, frame.revision)
                found = None if flow is None else flow.step(frame.step)
                assert found is None or not found.volatile, (frame.flow, frame.step)
        for frame in position.frames:
            asked = [step for step in book.flows[frame.flow].steps.values() if isinstance(step.act, Ask)]
            hidden = {step.act.slot for step in asked if step.volatile} - {
                step.act.slot for step in asked if not step.volatile
            }
            assert not hidden & position.answers.keys()
