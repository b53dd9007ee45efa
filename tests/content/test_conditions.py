"""Conditions that decide what a person may do are told whole, in every language that tells them."""

from __future__ import annotations

import pytest

from bot.cli.talk import MORNING
from bot.core.ids import FlowId, Locale
from bot.core.messages import Begin
from bot.i18n.merge import read_entries
from bot.services.rehearsal import Rehearsal, Stage
from tests.conftest import ROOT


@pytest.mark.parametrize(("locale", "union"), [("en", ("Union", "EU")), ("ar", ("الاتحاد", "EU"))])
def test_rights_of_the_union_are_not_said_of_europe(locale: str, union: tuple[str, ...]) -> None:
    """An Albanian, a Moldovan, a Georgian are Europeans too."""
    wider = [
        entry.context
        for entry in read_entries(ROOT / "locales" / locale / "LC_MESSAGES" / "guichet.po")
        if any("Union européenne" in text for text in entry.sources)
        if entry.is_translated and not any(word in entry.strings[0] for word in union)
    ]
    assert wider == []


def test_a_child_of_any_school_age_reads_of_the_daspa_class_and_its_conditions(stage: Stage) -> None:
    rehearsal = Rehearsal.begin(stage, Locale("fr"), MORNING)
    for age in ("🎨", "🎒", "🤐"):
        rehearsal.do(Begin(flow=FlowId("besoins.school")))
        said = "\n".join(message.text for message in rehearsal.press(age).messages)
        assert "DASPA, de 2 ans et demi à 18 ans" in said
        assert "Il y a des conditions" in said


def test_to_come_by_choice_is_not_to_volunteer() -> None:
    """In English a volunteer works unpaid, for which the law asks for legal residence."""
    said = {
        entry.context
        for entry in read_entries(ROOT / "locales" / "en" / "LC_MESSAGES" / "guichet.po")
        if entry.context.startswith(("cripel.", "directory/cripel"))
        if any("volunteer" in text for text in entry.strings)
    }
    assert said == set()
