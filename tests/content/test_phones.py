"""Whoever is told to call is given a number, or told how to get one."""

from __future__ import annotations

import re

from bot.data import Data
from bot.flow.graph import ShowServices, Step
from bot.services.rehearsal import Stage

_CALL = re.compile(r"\b(?:r?appelez|appelle|téléphonez)\b", re.IGNORECASE)
#: The numbers that sentences may name, for they help at once.
_NUMBER = re.compile(r"\b(?:112|101|103|107|1733|116 000)\b")


def test_who_is_told_to_call_sees_a_number(stage: Stage, data: Data) -> None:
    """A card of the directory without a phone is no number; then the words say to ask an adviser."""
    phones = {service.id for service in data.directory.published() if service.phones}
    mute = [
        f"{flow.id}/{step.id}"
        for flow in stage.guide().book.flows.values()
        for step in flow.steps.values()
        if isinstance(step.act, ShowServices) and step.act.ids
        if tells_to_call(step) and not phones & set(step.act.ids)
    ]
    assert mute == []


def tells_to_call(step: Step) -> bool:
    said = " ".join(phrase.text for phrase in step.say)
    return _CALL.search(said) is not None and _NUMBER.search(said) is None
