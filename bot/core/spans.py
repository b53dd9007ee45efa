"""Which numbers an answer stands for: « 6 à 17 ans » is 6 and more, below 18."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The whole numbers with `at_least` ≤ number < `below`; each side may be open."""

    at_least: int | None = None
    below: int | None = None

    def __contains__(self, number: int) -> bool:
        return (self.at_least is None or self.at_least <= number) and (self.below is None or number < self.below)

    def meets(self, other: Span) -> bool:
        """Whether a number is in both."""
        least = max(self.at_least or 0, other.at_least or 0)
        return all(below is None or least < below for below in (self.below, other.below))
