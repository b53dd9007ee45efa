from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.core.ids import Locale
from bot.i18n.formats import (
    date_text,
    duration_text,
    instant_text,
    name_for_reader,
    number_text,
    quantity_text,
    time_text,
)
from bot.i18n.languages import Languages


@pytest.fixture(scope="module")
def languages() -> Languages:
    return Languages.load(Path("locales/languages.yml"))


@pytest.mark.parametrize(
    ("tag", "day", "hour"),
    [
        ("fr", "vendredi 3 avril 2026", "14:05"),
        ("en", "Friday, 3 April 2026", "14:05"),
        ("ar", "الجمعة، 3 أبريل 2026", "14:05"),
        ("fa-AF", "جمعه 3 اپریل 2026", "14:05"),
        ("uk", "пʼятниця, 3 квітня 2026\u202fр.", "14:05"),
        ("bn", "শুক্রবার, 3 এপ্রিল, 2026", "14:05"),
    ],
)
def test_dates_are_in_the_language_and_in_latin_digits(languages: Languages, tag: str, day: str, hour: str) -> None:
    assert date_text(date(2026, 4, 3), Locale(tag), languages) == day
    assert time_text(time(14, 5), Locale(tag), languages) == hour


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), "dimanche 29 mars 2026, 00:30"),
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "dimanche 29 mars 2026, 03:30"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "dimanche 25 octobre 2026, 02:30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "dimanche 25 octobre 2026, 02:30"),
    ],
)
def test_instants_are_told_in_brussels_time(languages: Languages, at: datetime, text: str) -> None:
    assert instant_text(at, Locale("fr"), languages) == text


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(seconds=10), "1\u00a0minute"),
        (timedelta(minutes=12), "12 minutes"),
        (timedelta(minutes=121), "3\u00a0heures"),
        (timedelta(days=1), "1\u00a0jour"),
        (timedelta(days=30), "30\u00a0jours"),
    ],
)
def test_duration_is_one_unit_rounded_up_and_days_stay_days(
    languages: Languages, duration: timedelta, text: str
) -> None:
    assert duration_text(duration, Locale("fr"), languages).replace(" ", "\u00a0") == text.replace(" ", "\u00a0")


def test_quantities_take_the_plural_of_the_language(languages: Languages) -> None:
    assert [quantity_text(count, "day", Locale("ar"), languages) for count in (1, 2, 3, 30)] == [
        "يوم",
        "يومان",
        "3 أيام",
        "30 يومًا",
    ]


def test_years_are_not_broken_and_big_numbers_are(languages: Languages) -> None:
    assert [number_text(number, Locale("nl"), languages) for number in (4000, 2026, 12345, -3)] == [
        "4000",
        "2026",
        "12.345",
        "-3",
    ]


@pytest.mark.parametrize(
    ("tag", "reader", "name"),
    [
        ("en", "fr", "anglais"),
        ("kmr", "fr", "kurde (kurmandji)"),
        ("fr", "en", "French"),
        ("ar", "ar", "العربية"),
        ("fr", "ti", "ፈረንሳይኛ"),
        ("fa-AF", "uk", "дарі"),
        ("kmr", "uk", "Kurmancî"),  # CLDR has no name for it
    ],
)
def test_language_is_called_as_its_reader_calls_it(tag: str, reader: str, name: str, languages: Languages) -> None:
    assert name_for_reader(tag, Locale(reader), languages) == name
