"""Which of the choices that are quantities a written number falls into: ages, people, square metres.

« 4 », « 4 ans » and « il a 4 ans » are four years; « 4 enfants » is no age, and « 8 mois » is less than a year. What
the choices count is read from their labels, by the names that CLDR has for units of measure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from bot.core.spans import Span
from bot.i18n.choices import Fold, choice_meant, key_of_words
from bot.i18n.numbers import numbers_in
from bot.i18n.units import DAY, MONTH, WEEK, YEAR, units_in, units_of

#: How many of them make a year: babies are counted in months.
_IN_A_YEAR = {MONTH: 12, WEEK: 52, DAY: 365}
#: Shorter words tell nothing; from here on `yaş` and `yaşında` are one unit.
_STEM_FROM = 3
#: `4ans`, `60m2`: a unit written onto its number.
_GLUED = re.compile(r"(?<=\d)(?=[^\W\d_])")
#: « elle a 4 », `he is 7`: with more words before it, nobody knows what is counted.
_WORDS_BEFORE = 3


def quantity_meant(
    text: str,
    labels: Sequence[Sequence[str]],
    spans: Sequence[Span | None],
    *,
    tags: Sequence[str],
    spelled: Mapping[str, int],
    fold: Fold,
) -> int | None:
    """Index of the one choice meant, where some choices are quantities; a number is never a place on the screen.

    `tags` are the languages in which units may be named, the person's own first; `spelled` are folded words for
    numbers.
    """
    said = _GLUED.sub(" ", key_of_words(text, fold)).split()
    numbers = numbers_in(text) or tuple(spelled[word] for word in said if word in spelled)
    if not numbers:
        return choice_meant(text, labels, number=None, fold=fold)
    keys = [[key_of_words(label, fold) for label in texts] for texts in labels]
    named = [index for index, texts in enumerate(keys) if any(_is_within(key, said) for key in texts)]
    if len(named) == 1:
        return named[0]
    sized = {index: texts for index, (texts, span) in enumerate(zip(keys, spans, strict=True)) if span is not None}
    others = [word for word in said if word not in spelled and not word.isdigit()]
    parts = _parts(others, sized.values(), tags, fold) or (
        1 if said[-1].isdigit() and len(said) <= _WORDS_BEFORE + 1 and _knows_units(tags[0], fold) else None
    )
    if parts is not None:
        fitting = {_fits(number // parts, spans) for number in numbers}
        index = fitting.pop()
        if index is not None and not fitting and not _speaks_for_another(index, others, sized, spans):
            return index
    # « 10 à 29 » is a part of one label. Nothing is forgiven: a slip in a number is another number.
    held = [index for index, texts in enumerate(keys) if any(set(said) <= {*key.split()} for key in texts)]
    return held[0] if len(said) > 1 and len(held) == 1 else None


def _is_within(key: str, said: Sequence[str]) -> bool:
    """Whether a whole label is in what is said: « plus de 100 » in « plus de 100 personnes »."""
    return bool(key) and f" {key} " in f" {' '.join(said)} "


def _fits(number: int, spans: Sequence[Span | None]) -> int | None:
    return next((index for index, span in enumerate(spans) if span is not None and number in span), None)


def _parts(others: Sequence[str], sized: Iterable[Sequence[str]], tags: Sequence[str], fold: Fold) -> int | None:
    """How many of what was said make one of what the labels count: 1, or 12 for months; None when it is not clear.

    `others` are the words said beside the number.
    """
    labels = [key for texts in sized for key in texts]
    units = units_of(tags, fold)
    counted = {units[word] for key in labels for word in key.split() if word in units}
    meant = {units[word] for word in others if word in units}
    if meant:
        if meant <= counted:
            return 1
        return _IN_A_YEAR.get(meant.pop()) if len(meant) == 1 and counted == {YEAR} else None
    after = _after_numbers(labels)
    if not others or not counted or any(_is_one_unit(word, unit) for word in others for unit in after):
        return 1
    return None


def _speaks_for_another(
    index: int, others: Sequence[str], sized: Mapping[int, Sequence[str]], spans: Sequence[Span | None]
) -> bool:
    """Whether a word is said that only another open end has: « moins de 18 ans » is not « 18 ans ou plus »."""
    words = {at: {word for key in texts for word in key.split()} for at, texts in sized.items()}
    alone = [word for word in others if len(word) >= _STEM_FROM and sum(word in one for one in words.values()) == 1]
    ends = [at for at in sized if (span := spans[at]) is not None and None in (span.at_least, span.below)]
    return any(word in words[at] for at in ends if at != index for word in alone)


def _after_numbers(labels: Iterable[str]) -> set[str]:
    """The words right after the numbers of labels."""
    pairs = (pair for label in labels for pair in pairwise(label.split()))
    return {other for one, other in pairs if one.isdigit() and not other.isdigit()}


def _is_one_unit(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= _STEM_FROM and longer.startswith(shorter)


def _knows_units(tag: str, fold: Fold) -> bool:
    """Whether a language's names for units are known, so that a number without one is a number of nothing else."""
    return MONTH in units_in(tag, fold).values()
