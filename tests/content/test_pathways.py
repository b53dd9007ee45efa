"""The table of pathways says what the files say; every intent leads somewhere."""

from __future__ import annotations

import yaml

from bot.bootstrap import Data
from bot.coverage import PAGE, page
from bot.services.rehearsal import Stage
from tests.conftest import ROOT

#: Answered by the guichet itself, in the middle of whatever is being said (bot/conversation/said.py).
BY_ITSELF = {"greet", "thanks", "goodbye", "who_are_you", "affirm", "deny", "out_of_scope", "my_roadmap"}


def test_page_is_true(stage: Stage, data: Data) -> None:
    written = (ROOT / PAGE).read_text(encoding="utf-8")
    assert written == page(stage.guide().book, data), "write it anew with: python -m bot.coverage"


def test_every_intent_of_the_register_leads_somewhere(stage: Stage) -> None:
    register = yaml.safe_load((ROOT / "nlu" / "intents.yml").read_text(encoding="utf-8"))["intents"]
    assert sorted(register.keys() - stage.guide().book.by_intent.keys() - BY_ITSELF) == []
