"""The value of a dated fact as a phrase with its unit: « 30 jours », « 357 € (2024) », a date."""

from __future__ import annotations

from datetime import date

from bot.core.phrases import Phrase, Value, Verbatim
from bot.directory.facts import Fact, Facts, Unit
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


def values(facts: Facts, words: Vocabulary) -> dict[str, Value]:
    """What published facts put into sentences.

    `{fact.name}` is the bare value: the sentence writes the unit. `{fact.name.year}` is its year, where it has one;
    `{fact.name.full}` is the whole amount, « 357 € (2024) », and the only form for money without a year beside it.
    """
    found: dict[str, Value] = {}
    for name, fact in facts.items():
        if not fact.publish:
            continue
        found[f"{name}.full"] = amount(fact, words)
        if fact.year is not None:
            found[f"{name}.year"] = Verbatim(text=str(fact.year))
        if isinstance(fact.value, date):
            found[name] = fact.value
        else:
            is_whole = fact.value == fact.value.to_integral_value() and fact.value >= 0
            found[name] = int(fact.value) if is_whole else Verbatim(text=fact.text)
    return found
