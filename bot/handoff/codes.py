"""Code names of handoffs: a bird and a number, easy to say aloud, telling nothing about the person."""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import count

#: Birds of the Meuse valley. Names stay French in every language, like the names of places.
BIRDS = (
    "Alouette", "Bergeronnette", "Bruant", "Chardonneret", "Cigogne", "Coucou", "Fauvette", "Geai", "Grèbe", "Grive",
    "Hirondelle", "Huppe", "Linotte", "Loriot", "Martinet", "Merle", "Mésange", "Moineau", "Mouette", "Perdrix",
    "Pic", "Pinson", "Pipit", "Roitelet", "Rossignol", "Rouge-gorge", "Sarcelle", "Sittelle", "Tarin", "Verdier",
)  # fmt: skip
NUMBERS = 90
#: After so many draws in vain the numbers may be longer: a crowd must never leave somebody without a code.
DRAWS = 50


def code_name(below: Callable[[int], int], taken: Collection[str]) -> str:
    """A code that no open handoff bears; `below(n)` draws a number from 0 to n-1."""
    for draws in count():
        code = f"{BIRDS[below(len(BIRDS))]} {10 + below(NUMBERS * 10 ** (draws // DRAWS))}"
        if code not in taken:
            return code
    raise AssertionError("counting ends")
