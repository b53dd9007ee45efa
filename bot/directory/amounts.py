"""The value of a dated fact as a phrase with its unit: « 30 jours », « 357 € (2024) », a date."""

from __future__ import annotations

from datetime import date

from bot.core.phrases import Phrase, Verbatim
from bot.directory.facts import Fact, Unit
from bot.directory.vocabulary import Vocabulary


def amount(fact: Fact, words: Vocabulary) -> Phrase:
    """What stands in a sentence for `{fact.<name>}`. Amounts of money always carry their year."""
    key = f"fact.{fact.unit}"
    if isinstance(fact.value, date):
        return words.phrase(key, value=fact.value)
    if fact.unit.is_counted:
        return words.phrase(key, count=int(fact.value))
    value = int(fact.value) if fact.value == fact.value.to_integral_value() else Verbatim(text=fact.text)
    if fact.unit is Unit.EUR and fact.year is not None:
        # A year is no number to be grouped or localised.
        return words.phrase(key, value=value, year=Verbatim(text=str(fact.year)))
    return words.phrase(key, value=value)
