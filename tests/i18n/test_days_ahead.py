from datetime import date

import pytest

from bot.core.ids import Locale
from bot.i18n.dates import date_in
from bot.nlu.folding import fold
from bot.services.rehearsal import Stage

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


@pytest.mark.parametrize(
    ("locale", "text", "day"),
    [
        ("fa", "سه شنبه", 17),
        ("fa", "سه\u200cشنبه", 17),
        ("fa", "شنبه", 21),
        ("fa-AF", "پنج شنبه", 19),
        ("fa", "پس فردا", 18),
        ("ps", "دوشنبه", 23),
        ("ps", "درې ورځې وروسته", 19),
        ("ru", "в среду", 18),
        ("ru", "в следующую пятницу", 20),
        ("ru", "через неделю", 23),
        ("ru", "послезавтра", 18),
        ("uk", "у неділю", 22),
        ("sq", "të hënën", 23),
        ("sq", "pas 3 ditësh", 19),
        ("pt", "segunda-feira", 23),
        ("pt", "na sexta", 20),
        ("pt", "daqui a 3 dias", 19),
        ("es", "en 3 días", 19),
        ("es", "pasado mañana", 18),
        ("nl", "overmorgen", 18),
        ("ro", "lunea", 23),
        ("so", "Talaadada", 17),
        ("so", "saddex maalmood ka dib", 19),
        ("kmr", "duşemê", 23),
        ("kmr", "piştî 3 rojan", 19),
        ("ka", "3 დღეში", 19),
        ("ka", "ორშაბათს", 23),
        ("am", "ከ3 ቀን በኋላ", 19),
        ("ti", "ድሕሪ 3 መዓልቲ", 19),
        ("bn", "সোমবারে", 23),
        ("bn", "৩ দিন পর", 19),
        ("ur", "تین دن بعد", 19),
        ("sw", "kesho kutwa", 18),
        ("tr", "öbür gün", 18),
    ],
)
def test_day_is_read_as_people_of_each_language_write_it(locale: str, text: str, day: int, stage: Stage) -> None:
    assert stage.guide().words.date(text, Locale(locale), MONDAY) == date(2026, 3, day)


def test_a_number_that_nobody_knows_is_not_one(stage: Stage) -> None:
    """Georgian "in three days", three not being among the numbers that it knows in this form."""
    assert stage.guide().words.date("სამ დღეში", Locale("ka"), MONDAY) is None
