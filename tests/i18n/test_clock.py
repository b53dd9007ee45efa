from datetime import time

import pytest

from bot.i18n.clock import time_in
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
