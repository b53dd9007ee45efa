"""Code names of handoffs: a bird and a number, easy to say aloud, telling nothing about the person."""

from __future__ import annotations

from collections.abc import Callable, Collection

#: Birds of the Meuse valley. Names stay French in every language, like the names of places.
BIRDS = (
    "Alouette", "Bergeronnette", "Bruant", "Chardonneret", "Cigogne", "Coucou", "Fauvette", "Geai", "Grèbe", "Grive",
    "Hirondelle", "Huppe", "Linotte", "Loriot", "Martinet", "Merle", "Mésange", "Moineau", "Mouette", "Perdrix",
    "Pic", "Pinson", "Pipit", "Roitelet", "Rossignol", "Rouge-gorge", "Sarcelle", "Sittelle", "Tarin", "Verdier",
)  # fmt: skip
NUMBERS = 90


def code_name(below: Callable[[int], int], taken: Collection[str]) -> str:
    """A code that no open handoff bears; `below(n)` draws a number from 0 to n-1."""
    while True:
        code = f"{BIRDS[below(len(BIRDS))]} {10 + below(NUMBERS)}"
        if code not in taken:
            return code
