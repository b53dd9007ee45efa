"""Whether a summary may go to an adviser is never mistaken, in any language."""

from __future__ import annotations

import pytest

from bot.conversation.answers import Answer, consent
from bot.conversation.screens import SHARE
from bot.core.events import Said
from bot.core.ids import Locale
from bot.data import Data
from bot.i18n.languages import SOURCE
from bot.i18n.render import plain
from bot.services.rehearsal import Stage


def meant(text: str, locale: Locale, stage: Stage) -> Answer | None:
    return consent(Said(text=text, message_id=1), stage.guide(), locale)


def languages(data: Data) -> list[Locale]:
    return [language.locale for language in data.catalogues.languages]


def test_no_word_for_no_sends_anything(stage: Stage, data: Data) -> None:
    said = {
        (locale, word): meant(word, locale, stage)
        for locale in languages(data)
        for word, is_yes in data.words.by_locale[locale].yes_no.items()
        if not is_yes
    }
    assert {one for one, answer in said.items() if answer != Answer(value="cancel")} == set()


@pytest.mark.parametrize("choice", SHARE)
def test_every_label_is_understood_in_its_language(choice: str, stage: Stage, data: Data) -> None:
    name, _ = SHARE[choice]
    said = {
        locale: meant(plain(stage.guide().book.phrase(name), locale, data.catalogues), locale, stage)
        for locale in languages(data)
    }
    assert {locale for locale, answer in said.items() if answer != Answer(value=choice)} == set()


@pytest.mark.parametrize("text", ["pas de résumé", "non, sans résumé", "sans resume"])
def test_no_summary_is_no_refusal(text: str, stage: Stage) -> None:
    assert meant(text, SOURCE, stage) == Answer(value="alone")
