from collections.abc import Sequence

import pytest

from bot.core.spans import Span
from bot.i18n.quantities import quantity_meant
from bot.nlu.folding import fold

AGES = [["Moins de 2 ans et demi"], ["De 2 ans et demi à 5 ans", "maternelle"], ["De 6 à 17 ans"], ["18 ans ou plus"]]
OF_AGES = [Span(below=2), Span(at_least=3, below=6), Span(at_least=6, below=18), Span(at_least=18)]
SILENT = [["Je préfère ne pas dire"]]
PEOPLE = [["Moins de 10"], ["De 10 à 29"], ["De 30 à 100"], ["Plus de 100"], ["Je ne sais pas"]]
OF_PEOPLE = [Span(below=10), Span(at_least=10, below=30), Span(at_least=30, below=101), Span(at_least=101), None]
PLACES = [["Petit : moins de 30 m²"], ["30 à 79 m²"], ["Grand : 80 m² ou plus"]]
OF_PLACES = [Span(below=30), Span(at_least=30, below=80), Span(at_least=80)]
NUMBERS = {"quatre": 4, "four": 4, "أربع": 4, "une": 1}


def meant(text: str, labels: Sequence[Sequence[str]], spans: Sequence[Span | None], own: str = "fr") -> int | None:
    tags = list(dict.fromkeys((own, "fr", "en")))
    spelled = {fold(word): number for word, number in NUMBERS.items()}
    return quantity_meant(text, labels, spans, tags=tags, spelled=spelled, fold=fold)


@pytest.mark.parametrize(
    ("own", "text", "index"),
    [
        ("fr", "4", 1),
        ("fr", "٤", 1),
        ("ti", "፯", 2),
        ("fr", "12", 2),
        ("fr", "18", 3),
        ("fr", "4 ans", 1),
        ("fr", "4ans", 1),
        ("fr", "quatre ans", 1),
        ("fr", "il a 7 ans", 2),
        ("fr", "elle a 7", 2),
        ("fr", "7 ou 8 ans", 2),
        ("en", "he is 7", 2),
        ("en", "7 years old", 2),
        ("ar", "٤ سنوات", 1),
        ("ar", "أربع سنوات", 1),
        ("ar", "عمرها 7 سنين", 2),
        ("ar", "عمره ٧", 2),
        ("uk", "7 років", 2),
        ("sw", "miaka 7", 2),
        ("tr", "30", 3),
        ("tr", "7 yaşında", 2),
        ("fa", "۷ ساله", 2),
        ("fa-AF", "۷ ساله است", 2),
        ("ps", "7 کلن دی", 2),
        ("so", "7 jir", 2),
        ("so", "7 sano", 2),
        ("sq", "7 vjeç", 2),
        ("ka", "7 წლის", 2),
        ("kmr", "7 salî", 2),
        ("ru", "5 годиков", 1),
    ],
)
def test_number_is_the_quantity_it_falls_into(own: str, text: str, index: int) -> None:
    assert meant(text, [*AGES, *SILENT], [*OF_AGES, None], own) == index


@pytest.mark.parametrize(
    ("own", "text", "index"),
    [
        ("fr", "8 mois", 0),
        ("fr", "18 mois", 0),
        ("fr", "36 mois", 1),
        ("ar", "٨ أشهر", 0),
        ("uk", "7 місяців", 0),
        ("tr", "8 aylık", 0),
        ("fa", "۸ ماهه", 0),
        ("so", "8 bilood", 0),
        ("sq", "8 muajsh", 0),
    ],
)
def test_months_are_parts_of_a_year(own: str, text: str, index: int) -> None:
    assert meant(text, AGES, OF_AGES, own) == index


@pytest.mark.parametrize(
    ("own", "text"),
    [
        ("fr", "2"),  # two years, or two and a half
        ("fr", "3 enfants"),
        ("fr", "j'ai 3 enfants"),
        ("fr", "12 ou 20 ans"),
        ("fr", "moins de 18 ans"),
        ("fr", "2 ans et demi"),
        ("fr", "n° 2"),
        ("fr", "8 heures"),
        ("ar", "3 أولاد"),
        ("tr", "3 çocuk"),
        ("so", "3 carruur"),
        ("rw", "amezi 8"),  # months, which CLDR cannot name
    ],
)
def test_what_is_not_clearly_one_of_them_is_no_answer(own: str, text: str) -> None:
    assert meant(text, AGES, OF_AGES, own) is None


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("5", 0),
        ("on est 5", 0),
        ("15-20 personnes", 1),
        ("environ 40 personnes", 2),
        ("100", 2),
        ("plus de 100 personnes", 3),
        ("1 200", 3),
        ("10 à 29", 1),
        ("je ne sais pas, 30 peut-être", 4),
        ("plus de 60", None),
        ("2 fois par semaine", None),
        ("20-40", None),
        ("", None),
    ],
)
def test_people_are_counted_without_a_unit(text: str, index: int | None) -> None:
    assert meant(text, PEOPLE, OF_PEOPLE) == index


@pytest.mark.parametrize(
    ("text", "index"),
    [("60", 1), ("60 m²", 1), ("60m2", 1), ("60 mètres carrés", 1), ("grand", 2), ("petit", 0), ("30 personnes", None)],
)
def test_square_metres(text: str, index: int | None) -> None:
    assert meant(text, PLACES, OF_PLACES) == index


def test_number_is_no_place_on_a_screen_of_quantities() -> None:
    often = [["Chaque jour"], ["Plusieurs fois par semaine"], ["Une fois par semaine"]]
    assert [meant(text, often, [None] * 3) for text in ("1", "2", "une fois par semaine")] == [None, None, 2]
