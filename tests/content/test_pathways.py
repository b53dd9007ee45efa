"""The table of pathways says what the files say; every intent leads somewhere."""

from __future__ import annotations

import pytest
import yaml

from bot.cli.talk import MORNING
from bot.core.ids import FlowId, Locale
from bot.core.messages import Begin
from bot.data import Data
from bot.pathways import PAGE, page
from bot.services.rehearsal import Rehearsal, Stage
from tests.conftest import ROOT

#: Answered by the guichet itself, in the middle of whatever is being said (bot/conversation/said.py).
BY_ITSELF = {"greet", "thanks", "goodbye", "who_are_you", "affirm", "deny", "out_of_scope", "my_roadmap"}


def test_page_is_true(stage: Stage, data: Data) -> None:
    written = (ROOT / PAGE).read_text(encoding="utf-8")
    assert written == page(stage.guide().book, data), "write it anew with: python -m bot.pathways"


def test_every_intent_of_the_register_leads_somewhere(stage: Stage) -> None:
    register = yaml.safe_load((ROOT / "nlu" / "intents.yml").read_text(encoding="utf-8"))["intents"]
    assert sorted(register.keys() - stage.guide().book.by_intent.keys() - BY_ITSELF) == []


@pytest.mark.parametrize("page", ["🪪", "🧾"])
@pytest.mark.parametrize(
    ("locale", "spared"),
    [
        ("fr", ("turque", "certains accords", "Je n'ai pas la liste", "mi-temps", "handicap", "autre région")),
        (
            "en",
            ("Turkish", "certain agreements", "I do not have the list", "half-time", "disability", "another region"),
        ),
        ("ar", ("التركية", "بعض الاتفاقيات", "ليست عندي قائمة", "بنصف دوام", "إعاقة", "منطقة أخرى")),
    ],
)
def test_nobody_reads_that_the_path_is_compulsory_without_who_is_spared(
    locale: str, spared: tuple[str, ...], page: str, stage: Stage
) -> None:
    said = duty_page(page, locale, stage)
    assert [words for words in spared if words not in said] == []


@pytest.mark.parametrize("page", ["🪪", "🇪🇺"])
@pytest.mark.parametrize(
    ("locale", "outside"),
    [
        ("fr", ("Union européenne", "Norvège", "Suisse", "sa famille")),
        ("en", ("European Union", "Norway", "Switzerland", "their family")),
        ("ar", ("الاتحاد الأوروبي", "النرويج", "سويسرا", "لعائلته")),
    ],
)
def test_the_family_of_a_european_reads_that_the_path_is_not_compulsory(
    locale: str, outside: tuple[str, ...], page: str, stage: Stage
) -> None:
    said = duty_page(page, locale, stage)
    assert [words for words in outside if words not in said] == []


def duty_page(page: str, locale: str, stage: Stage) -> str:
    """What `cripel.parcours` says to somebody who asks whether they must, on the page with this icon."""
    rehearsal = Rehearsal.begin(stage, Locale(locale), MORNING)
    rehearsal.do(Begin(flow=FlowId("cripel.parcours")))
    rehearsal.press("❓")
    return "\n".join(message.text for message in rehearsal.press(page).messages)
