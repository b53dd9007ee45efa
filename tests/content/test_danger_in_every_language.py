"""Whatever language is spoken: words of danger bring a card that can be read, in one message, before any question."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

import pytest
import yaml

from bot.cli.talk import MORNING
from bot.core.ids import Locale
from bot.core.messages import Message
from bot.core.phrases import Phrase
from bot.data import Data
from bot.directory.extract import alerts_of
from bot.flow.extract import shown_in_danger
from bot.i18n.bidi import without_marks
from bot.i18n.languages import Languages, Tier
from bot.i18n.messages import po_path
from bot.i18n.template import read_template
from bot.nlu.language import language_of
from bot.services.rehearsal import Rehearsal, Stage
from tests.conftest import ROOT

FLOWS = {
    "emergency": "urgence.danger",
    "violence": "urgence.violence",
    "suicide_crisis": "urgence.suicide",
    "child_alone": "urgence.child_alone",
    "exploitation": "urgence.exploitation",
    "arrest_or_detention": "urgence.arrest",
}
#: What to call, in the order of the card, on a working morning.
NUMBERS = {
    "emergency": "112 · 101 · 070 24 52 45",
    "violence": "112 · 101 · 107 · 0800 30 030",
    "suicide_crisis": "107 · 112",
    "child_alone": "112 · 103 · 116000",
    "exploitation": "112 · 078 05 58 00",
    "arrest_or_detention": "112 · 04 222 10 12",
}
#: Pixels that the bars of a messenger leave of a phone of 360×640; of a row of buttons; of a line, and its characters.
LEFT, ROW, LINE, WIDTH = 640 - 24 - 56 - 48, 50, 21, 36
#: Whose words somebody is taught by: Dari is written like Persian.
TAUGHT_AS = {"fa-AF": "fa"}
#: Those whose translation has begun and that mean to be offered; of a draft nothing is asked yet.
LOCALES = sorted(
    language.locale
    for language in Languages.load(ROOT / "locales" / "languages.yml")
    if language.tier is not Tier.DRAFT and po_path(ROOT / "locales", language.locale).exists()
)


@cache
def sentences(locale: str) -> dict[str, list[str]]:
    """What people write in danger, by kind: what the model is taught."""
    found: dict[str, list[str]] = {}
    path = ROOT / "nlu" / "data" / TAUGHT_AS.get(locale, locale) / "safety.yml"
    if not path.exists():
        pytest.fail(f"{path} is not there: no language is offered without words of danger (add-a-language.md, step 5)")
    for item in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
        found.setdefault(item["intent"], []).extend(line[2:] for line in item["examples"].splitlines())
    return found


@pytest.mark.parametrize("intent", FLOWS)
@pytest.mark.parametrize("locale", LOCALES)
def test_the_card_comes_first_and_in_the_persons_language(locale: str, intent: str, stage: Stage, data: Data) -> None:
    rehearsal = Rehearsal.begin(stage, Locale(locale), MORNING, welcomed=False)
    heard = rehearsal.say(next(heard_as(intent, locale, data)))
    assert rehearsal.session.position.frames[-1].flow == FLOWS[intent]
    assert heard.said[0].vital
    assert getattr(heard.said[0].blocks[0], "key", None) == f"{FLOWS[intent]}/card.say"  # what is asked comes below
    assert languages_of(heard.said[0], locale, data) == {locale}


@pytest.mark.parametrize("locale", LOCALES)
def test_alerts_on_the_cards_of_danger_are_in_the_persons_language(locale: str, stage: Stage, data: Data) -> None:
    shown = shown_in_danger(stage.guide().book.flows.values())
    alerts = alerts_of(data.directory, shown)
    assert {"directory/ecoute-violences-conjugales.alert", "directory/tele-accueil-107.alert"} <= {
        alert.key for alert in alerts
    }
    assert {data.catalogues.text_of(alert, Locale(locale)).locale for alert in alerts} == {locale}


def test_translators_are_told_which_alerts_belong_to_danger(stage: Stage, data: Data) -> None:
    alerts = alerts_of(data.directory, shown_in_danger(stage.guide().book.flows.values()))
    template = read_template(ROOT / "locales" / "guichet.pot")
    marked = {one.phrase.key for one in template if one.is_safety and one.phrase.key.startswith("directory/")}
    assert marked == {alert.key for alert in alerts}


@pytest.mark.parametrize("intent", FLOWS)
@pytest.mark.parametrize("locale", LOCALES)
def test_number_to_call_is_in_view_together_with_the_choices(
    locale: str, intent: str, stage: Stage, data: Data
) -> None:
    rehearsal = Rehearsal.begin(stage, Locale(locale), MORNING)
    heard = rehearsal.say(next(heard_as(intent, locale, data)))
    screen = heard.messages[-1]
    line = screen.text.rpartition("\n")[2]
    assert without_marks(line) == f"☎️ {NUMBERS[intent]}"
    assert [
        screen.text.encode("utf-16-le")[2 * at : 2 * (at + length)].decode("utf-16-le")
        for at, length in screen.bold[-1:]
    ] == [line.partition(" ")[2]]
    assert len(line) <= WIDTH
    assert LINE + ROW * len(screen.buttons) <= LEFT


def test_number_of_a_closed_line_is_that_of_who_answers_in_its_place(stage: Stage) -> None:
    night = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
    heard = Rehearsal.begin(stage, Locale("fr"), night).say("mon mari me frappe")
    assert heard.messages[-1].text.rpartition("\n")[2] == "☎️ 112 · 101 · 107"


@pytest.mark.parametrize("locale", [locale for locale in LOCALES if locale not in TAUGHT_AS])
def test_who_never_chose_a_language_reads_the_card_in_the_one_they_wrote(locale: str, stage: Stage, data: Data) -> None:
    written = (text for intent in FLOWS for text in heard_as(intent, locale, data) if language_of(text) == locale)
    rehearsal = Rehearsal.begin(stage, Locale("de"), MORNING, welcomed=False)
    heard = rehearsal.say(text := next(written), language=language_of(text))
    assert languages_of(heard.said[0], locale, data) == {locale}


def heard_as(intent: str, locale: str, data: Data) -> Iterator[str]:
    """Sentences of this danger that the lexicon hears as such."""
    return (text for text in sentences(locale)[intent] if (found := data.danger(text)) and found.intent == intent)


def languages_of(message: Message, locale: str, data: Data) -> set[str]:
    """The languages its sentences are really in, read by somebody who speaks `locale`."""
    phrases = [block for block in message.blocks if isinstance(block, Phrase)]
    return {data.catalogues.text_of(phrase, Locale(locale)).locale for phrase in phrases}
