from datetime import time

import pytest

from bot.i18n.clock import speaks_of_hour, time_in
from bot.nlu.folding import fold

NUMBERS = {"huit": 8, "dix": 10, "ten": 10}
HOURS = {"onze": 11, fold("العاشرة"): 10, fold("الثامنة"): 8, fold("الحادية عشرة"): 11}


def read(text: str, tag: str = "fr") -> time | None:
    return time_in(text, list(dict.fromkeys((tag, "fr", "en"))), fold=fold, numbers=NUMBERS, hours=HOURS)


@pytest.mark.parametrize(
    ("tag", "text", "hour"),
    [
        ("fr", "10", time(10)),
        ("fr", "10h", time(10)),
        ("fr", "10h30", time(10, 30)),
        ("fr", "10 h 30", time(10, 30)),
        ("fr", "10:30", time(10, 30)),
        ("fr", "10.30", time(10, 30)),
        ("fr", "10 heures 30", time(10, 30)),
        ("fr", "à dix heures", time(10)),
        ("fr", "vers onze heures", time(11)),
        ("fr", "10h30 du matin", time(10, 30)),
        ("fr", "3h de l’après-midi", time(15)),
        ("fr", "6 heures du soir", time(18)),
        ("en", "3 pm", time(15)),
        ("en", "10.30 am", time(10, 30)),
        ("en", "at ten", time(10)),
        ("en", "ten o'clock", time(10)),
        ("ar", "١٠:٣٠", time(10, 30)),
        ("ar", "الساعة العاشرة", time(10)),
        ("ar", "الحادية عشرة", time(11)),
        ("ar", "3 مساء", time(15)),
        ("nl", "14u30", time(14, 30)),
        ("nl", "om 10u", time(10)),
        ("es", "a las 10", time(10)),
        ("ur", "۱۰ بجے", time(10)),
        ("ps", "۱۰ بجې", time(10)),
        ("bn", "১০টায়", time(10)),
        ("uk", "о 10 годині", time(10)),
        ("ka", "10 საათზე", time(10)),
        ("sq", "në orën 10", time(10)),
        ("so", "10ka", time(10)),
    ],
)
def test_hour(tag: str, text: str, hour: time) -> None:
    assert read(text, tag) == hour


@pytest.mark.parametrize(
    "text",
    [
        "dix heures et demie",
        "half past ten",
        "الثامنة والنصف",
        "à 9h ou 10h",
        "25h",
        "10h75",
        "1030",
        "15/12",
        "le matin",
        "",
    ],
)
def test_what_may_be_another_hour_is_none(text: str) -> None:
    assert read(text) is None


FROM_SUNRISE = {
    fold(word): hour
    for word, hour in {"moja": 1, "tatu": 3, "nane": 8, "tisa": 9, "kumi": 10, "ሁለት": 2, "ሰለስተ": 3}.items()
}


def told(tag: str, text: str) -> time | None:
    return time_in(text, [tag, "fr", "en"], fold=fold, numbers=FROM_SUNRISE, hours=HOURS)


@pytest.mark.parametrize(
    ("tag", "text", "hour"),
    [
        ("sw", "saa tatu asubuhi", time(9)),
        ("sw", "saa nane mchana", time(14)),
        ("sw", "saa kumi jioni", time(16)),
        ("sw", "saa kumi na mbili jioni", time(18)),
        ("sw", "saa moja usiku", time(19)),
        ("sw", "saa 3 ya asubuhi", time(9)),
        ("sw", "9 asubuhi", time(9)),
        ("sw", "15:00", time(15)),
        ("sw", "9", time(9)),
        ("sw", "10 heures", time(10)),
        ("am", "ጠዋት 3 ሰዓት", time(9)),
        ("am", "ከጠዋቱ 4 ሰዓት", time(10)),
        ("am", "ከሰዓት በኋላ 9 ሰዓት", time(15)),
        ("am", "ከምሽቱ 12 ሰዓት", time(18)),
        ("am", "ማታ ሁለት ሰዓት", time(20)),
        ("am", "በ15 ሰዓት", time(15)),
        ("ti", "ናይ ንግሆ ሰዓት ሰለስተ", time(9)),
        ("ti", "ድሕሪ ቀትሪ ሰዓት 9", time(15)),
        ("ti", "ቅድሚ ቀትሪ ሰዓት 4", time(10)),
        ("ti", "ምሸት ሰዓት 1", time(19)),
    ],
)
def test_hour_from_sunrise_is_told_as_on_the_phone(tag: str, text: str, hour: time) -> None:
    assert told(tag, text) == hour


@pytest.mark.parametrize(
    ("tag", "text"), [("sw", "saa nane"), ("sw", "tisa"), ("am", "9 ሰዓት"), ("ti", "ሰዓት 3"), ("am", "ከቀኑ 4 ሰዓት")]
)
def test_hour_from_sunrise_without_its_part_of_the_day_may_be_another(tag: str, text: str) -> None:
    assert told(tag, text) is None


@pytest.mark.parametrize(
    ("tag", "text", "speaks"),
    [
        ("fr", "dix heures et demie", True),
        ("sw", "saa nane", True),
        ("am", "9 ሰዓት", True),
        ("fr", "quelques heures", False),
        ("fr", "j'ai 2 enfants", False),
    ],
)
def test_hour_that_is_not_sure_is_still_one(tag: str, text: str, speaks: bool) -> None:
    assert speaks_of_hour(text, [tag, "fr", "en"], fold=fold, numbers={**NUMBERS, **FROM_SUNRISE}) is speaks
