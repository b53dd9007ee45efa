"""Which plural form a count takes, from CLDR, in the shape gettext files use.

Only categories that a whole number below a million reaches become forms: Russian gets three (its CLDR "other" is for
fractions), French two (its CLDR "many" is for round millions), Arabic all six.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable
from functools import cache

from bot.i18n.languages import cldr

#: CLDR's order of categories; forms of a catalogue follow it.
ORDER = ("zero", "one", "two", "few", "many", "other")
#: Enough whole numbers to meet every category but those for round millions.
_REACHED_BY = range(1001)


@cache
def categories(tag: str) -> tuple[str, ...]:
    """The CLDR categories this language tells apart for whole numbers, in the order of the forms."""
    rule = cldr(tag).plural_form
    reached = {rule(number) for number in _REACHED_BY}
    return tuple(category for category in ORDER if category in reached)


@cache
def header(tag: str) -> str:
    """The value of `Plural-Forms:` for a catalogue of this language."""
    from babel.plural import PluralRule, to_gettext

    known = categories(tag)
    rules = {name: text for name, text in cldr(tag).plural_form.rules.items() if name in known[:-1]}
    full = to_gettext(PluralRule(rules))
    expression = full.partition("plural=")[2].rstrip(";")
    return f"nplurals={len(known)}; plural={expression};"


def is_whole(header_value: str) -> bool:
    """Whether the rule names a form that there is for whatever count. Raises ValueError when it cannot be read."""
    forms, choose = chooser(header_value)
    try:
        return all(0 <= choose(number) < forms for number in _REACHED_BY)
    except (ArithmeticError, RecursionError):  # such as a division by the count
        return False


@cache
def chooser(header_value: str) -> tuple[int, Callable[[int], int]]:
    """How many forms, and which one a count takes. Raises ValueError when the header cannot be read."""
    count_text, _, expression = header_value.partition("plural=")
    digits = count_text.replace("nplurals=", "").strip(" ;")
    if not digits.isdecimal() or not expression:
        raise ValueError(f'"{header_value}" is not a Plural-Forms header')
    return int(digits), gettext.c2py(expression.strip().rstrip(";"))
