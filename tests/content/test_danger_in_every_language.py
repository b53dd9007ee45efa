"""Whatever language is spoken: words of danger bring a card that can be read, in one message, before any question."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
import yaml

from bot.bootstrap import Data
from bot.core.ids import Locale
from bot.core.messages import Message
from bot.core.phrases import Phrase
from bot.nlu.language import language_of
from bot.services.rehearsal import Rehearsal, Stage
from bot.talk import MORNING
from tests.conftest import ROOT

FLOWS = {
    "emergency": "urgence.danger",
    "violence": "urgence.violence",
    "suicide_crisis": "urgence.suicide",
    "child_alone": "urgence.child_alone",
    "exploitation": "urgence.exploitation",
    "arrest_or_detention": "urgence.arrest",
}
#: Whose words somebody is taught by: Dari is written like Persian.
TAUGHT_AS = {"fa-AF": "fa"}
LOCALES = sorted(path.parts[-3] for path in (ROOT / "locales").glob("*/LC_MESSAGES/guichet.po"))


@cache
def sentences(locale: str) -> dict[str, list[str]]:
    """What people write in danger, by kind: what the model is taught."""
    found: dict[str, list[str]] = {}
    path = ROOT / "nlu" / "data" / TAUGHT_AS.get(locale, locale) / "safety.yml"
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
