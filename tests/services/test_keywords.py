"""Exact keywords: what is heard while the model is away."""

from __future__ import annotations

from bot.core.ids import FlowId, Locale
from bot.core.phrases import Phrase
from bot.flow.book import FlowFile, assemble
from bot.flow.forbidden import Rules, spelled
from bot.services.keywords import Keywords
from tests.flow.known import KNOWN

ARABIC = Locale("ar")
EAT = b"""flow: besoins.eat
title: Manger
starts_on: {keywords: [faim]}
steps:
  - {id: a, say: Voici.}
"""


def test_a_translated_keyword_is_heard_from_its_edit_on() -> None:
    book = assemble(
        [FlowFile(shown="flows/besoins/eat.yml", flow=FlowId("besoins.eat"), source=EAT)], KNOWN, Rules()
    ).book
    words, edition = {"faim": "أكل|طعام"}, [0]

    def text_of(phrase: Phrase, locale: Locale) -> str:
        return words.get(phrase.text, phrase.text) if locale == ARABIC else phrase.text

    keywords = Keywords(
        lambda: book, text_of=text_of, fold=spelled, by_heart=lambda *_: None, edition=lambda: edition[0]
    )

    def heard() -> list[bool]:
        return [keywords.understand(text, ARABIC) is not None for text in ("أكل", "قرقوشة", "faim")]

    assert heard() == [True, False, True]
    words["faim"], edition[0] = "قرقوشة|طعام", 1
    assert heard() == [False, True, True]
