"""Our French stays plain: sentences of at most fifteen words at the median, in every area."""

from __future__ import annotations

from collections import defaultdict
from statistics import median

import pytest

from bot.services.rehearsal import Stage
from tests.content.readability import MEDIAN_WORDS, REPORT, report, sentences_of, split


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Appelez le 112. C'est gratuit !", ["Appelez le 112.", "C'est gratuit !"]),
        ("**1. Prenez** la lettre. 2. Lisez-la.", ["Prenez la lettre.", "Lisez-la."]),
        ("Le soir : Appelez.", ["Le soir :", "Appelez."]),
        ("Numéro {fact.phone}.", ["Numéro {fact.phone}."]),
    ],
)
def test_paragraphs_are_split_into_sentences(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


def test_sentences_are_short_in_every_area(stage: Stage) -> None:
    words = defaultdict(list)
    for sentence in sentences_of(stage.guide().book.flows.values()):
        words[sentence.area].append(sentence.words)
    assert {area: median(counts) for area, counts in words.items() if median(counts) > MEDIAN_WORDS} == {}


def test_report_says_what_the_flows_say(stage: Stage) -> None:
    assert REPORT.read_text(encoding="utf-8") == report(stage.guide().book), (
        "write it anew with: python -m tests.content.readability"
    )
