"""Conditions that decide what a person may do are told whole, in every language that tells them."""

from __future__ import annotations

import pytest

from bot.i18n.merge import read_entries
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
