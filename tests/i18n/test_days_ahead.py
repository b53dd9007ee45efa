from datetime import date

import pytest

from bot.i18n.dates import date_in
from bot.nlu.folding import fold

MONDAY = date(2026, 3, 16)
NUMBERS = {"une": 1, "deux": 2, "cinq": 5, "two": 2, fold("خمسة"): 5}


def read(text: str, tag: str) -> date | None:
    tags = list(dict.fromkeys((tag, "fr", "en")))
    return date_in(text, tags, MONDAY, fold=fold, relative={"apres demain": 2}, numbers=NUMBERS)


@pytest.mark.parametrize(
    ("tag", "text", "day"),
    [
        ("fr", "lundi prochain", 23),
        ("fr", "mardi", 17),
        ("fr", "le mardi 24 à 10h", 24),
        ("fr", "dimanche prochain à 10h30", 22),
        ("fr", "dans 5 jours", 21),
        ("fr", "dans cinq jours", 21),
        ("fr", "dans une semaine", 23),
        ("fr", "5 jours", 21),
        ("fr", "après-demain", 18),
        ("fr", "il y a 5 jours", 11),
        ("en", "next Monday", 23),
        ("en", "in 5 days", 21),
        ("en", "in two weeks", 30),
        ("en", "5 days ago", 11),
        ("ar", "الاثنين القادم", 23),
        ("ar", "يوم الإثنين", 23),
        ("ar", "بعد ٥ أيام", 21),
        ("ar", "بعد خمسة أيام", 21),
        ("ar", "بعد يومين", 18),
        ("ar", "بعد أسبوع", 23),
        ("ar", "قبل 5 أيام", 11),
        ("uk", "через 5 днів", 21),
        ("tr", "5 gün sonra", 21),
        ("so", "Isniin", 23),
    ],
)
def test_day_is_counted_from_today(tag: str, text: str, day: int) -> None:
    assert read(text, tag) == date(2026, 3, day)


@pytest.mark.parametrize(
    "text",
    [
        "mardi 18",
        "lundi ou mardi",
        "deux fois par semaine",
        "vendredi dans 2 semaines",
        "dans 90 jours",
        "dans 2 ou 3 jours",
        "je veux aller au CPAS lundi avec mon frère",
    ],
)
def test_what_may_be_another_day_is_none(text: str) -> None:
    assert read(text, "fr") is None
