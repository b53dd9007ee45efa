"""Amounts, deadlines and dates that a French sentence states by itself.

They change with the law, so a sentence names a dated fact instead (`flows/facts.yml`), and the checks refuse these.
"""

from __future__ import annotations

import re

_UNITS = r"(?:€|euros?\b|eur\b|%|jours?\b|semaines?\b|mois\b|heures?\b|h\b|minutes?\b)"
#: Two and more in words; "a month" and "a week" are too common in harmless sentences.
_WORDS = (
    r"(?:deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt|trente|quarante"
    r"|cinquante|soixante|cents?|mille|dizaine de|quinzaine de|vingtaine de|trentaine de|centaine d[e’'])"
)
_MONTHS = r"(?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)\b"
_AMOUNT = re.compile(
    rf"(?<![\w{{.])\d(?:[\d.,\s]{{0,10}}\d)?\s?{_UNITS}"
    rf"|\b{_WORDS}(?:[\s-](?:et[\s-])?(?:{_WORDS}|une?))*\s?(?:jours|semaines|mois|heures|minutes|euros)\b"
    # Years of age sort people; years to wait, to stay or to be late are the law's.
    rf"|\b(?:pendant|depuis|après|avant|dans les|au moins)\s(?:\d{{1,2}}|{_WORDS})\s(?:ans|années)\b"
    rf"|\b(?:\d{{1,2}}|{_WORDS})\s(?:ans|années) de (?:séjour|résidence|travail)\b"
    rf"|\beur\s?\d|\b(?:1er|\d{{1,2}})\s{_MONTHS}",
    re.IGNORECASE,
)
#: Not deadlines: "open day and night" in other words.
_AROUND_THE_CLOCK = re.compile(r"24\s?(?:h|heures)\s?(?:sur|/)\s?24|7\s?(?:j|jours)\s?(?:sur|/)\s?7", re.IGNORECASE)


def bare_amounts(sentence: str) -> list[str]:
    """Every amount, deadline or date that is written out in a sentence, in its order."""
    return [found.group().strip() for found in _AMOUNT.finditer(_AROUND_THE_CLOCK.sub("", sentence))]
