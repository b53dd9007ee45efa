"""Dated facts: loading, showing, growing old."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bot.core.phrases import Phrase, Verbatim
from bot.directory.amounts import amount
from bot.directory.facts import Unit
from bot.directory.lookup import Directory
from bot.directory.service import Confidence, PartialDate


def test_a_fact_says_all_it_knows(directory: Directory) -> None:
    fact = directory.fact("fee_9bis")
    assert (fact.value, fact.unit, fact.year, fact.checked_on) == (Decimal(357), Unit.EUR, 2024, PartialDate(2024))
    assert fact.source.url.startswith("https://www.droitsquotidiens.be/")
    assert fact.publish


def test_an_unknown_fact_names_the_nearest(directory: Directory) -> None:
    with pytest.raises(KeyError, match="fee_9bis"):
        directory.fact("fee_9biss")


def test_amounts_carry_their_year_and_days_their_plural(directory: Directory) -> None:
    words = directory.vocabulary
    assert amount(directory.fact("fee_9bis"), words) == Phrase(
        key="system/fact.eur", text="{value} € ({year})", values={"value": 357, "year": Verbatim(text="2024")}
    )
    assert amount(directory.fact("ris_single"), words).values["value"] == Verbatim(text="1\u202f314,20")
    assert amount(directory.fact("amu_decision_days"), words) == Phrase(
        key="system/fact.days", text="{count} jour", plural="{count} jours", values={"count": 30}
    )
    assert amount(directory.fact("ukraine_until"), words).values == {"value": date(2027, 3, 4)}


def test_every_unit_has_a_sentence(directory: Directory) -> None:
    for fact in directory.facts.values():
        assert amount(fact, directory.vocabulary).text


def test_weak_facts_and_those_being_rewritten_are_not_published(directory: Directory) -> None:
    shown = [fact for fact in directory.facts.values() if fact.publish]
    assert {fact.confidence for fact in shown} == {Confidence.HIGH, Confidence.MEDIUM}
    assert [fact.name for fact in shown if fact.unit is Unit.EUR and fact.year is None] == []
    assert [fact.name for fact in shown if "background" in fact.source.url] == []
    hidden = {fact.name for fact in directory.facts.values() if not fact.publish}
    # The number of days to appeal is on the letter, and only there (the law is changing).
    assert {"appeal_usual_days", "appeal_shortest_days", "detention_months"} <= hidden


def test_a_fact_grows_stale_with_the_clock(directory: Directory) -> None:
    fact = directory.fact("tec_ticket")
    assert not fact.is_stale(date(2026, 12, 30))
    assert fact.is_stale(date(2027, 1, 15))
    assert directory.fact("path_start_months").is_stale(date(2020, 1, 1))  # undated: nobody vouches for it


def test_stale_things_are_listed_by_owner(directory: Directory) -> None:
    stale = directory.stale(date(2026, 11, 23))
    assert {"guichet", "cripel", "cpas", "forem"} <= set(stale)
    assert directory.by_id["cripel"] in stale["cripel"]
    assert directory.by_id["urgence-112"] not in stale["guichet"]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29)),
    ],
)
def test_a_partial_date_is_as_exact_as_its_source(text: str, first: date, last: date) -> None:
    found = PartialDate.parse(text)
    assert (found.first_day(), found.last_day(), str(found)) == (first, last, text)


@pytest.mark.parametrize("text", ["", "24", "2024-2", "2024-13", "2025-02-29", "2024-01-01-01", "2024/01", "٢٠٢٤"])
def test_what_is_not_a_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        PartialDate.parse(text)
