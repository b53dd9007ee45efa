"""Opening hours over seasons, nights of changing clocks and Belgian holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.local_time import BRUSSELS
from bot.directory import hours
from bot.directory.hours import Openness, State, openness

OFFICE = "Mo-Fr 09:00-17:00; PH off"


def brussels(text: str) -> datetime:
    """A wall-clock time in Liège as an aware instant."""
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS)


def test_open_says_until_when() -> None:
    assert openness(OFFICE, brussels("2026-11-23T10:00")) == Openness(
        state=State.OPEN, until=brussels("2026-11-23T17:00")
    )


def test_an_instant_in_another_zone_is_the_same_instant() -> None:
    assert openness(OFFICE, datetime(2026, 11, 23, 8, 30, tzinfo=UTC)).state is State.OPEN
    assert openness(OFFICE, datetime(2026, 11, 23, 7, 59, tzinfo=UTC)).state is State.CLOSED


def test_lunch_break_is_closed_and_opens_today() -> None:
    assert openness("Mo-Fr 09:00-12:30,13:30-17:00", brussels("2026-11-23T12:45")) == Openness(
        state=State.CLOSED, next_opening=brussels("2026-11-23T13:30")
    )


def test_friday_evening_opens_on_monday() -> None:
    assert openness(OFFICE, brussels("2026-11-27T18:00")).next_opening == brussels("2026-11-30T09:00")


def test_a_holiday_is_told_and_skipped() -> None:
    # 21 July 2026 is a Tuesday.
    assert openness(OFFICE, brussels("2026-07-21T10:00")) == Openness(
        state=State.HOLIDAY, next_opening=brussels("2026-07-22T09:00"), is_holiday=True
    )


def test_hours_that_do_not_mention_holidays_are_not_sure_on_one() -> None:
    found = openness("Mo-Su 13:00-17:00", brussels("2026-12-25T14:00"))
    assert found == Openness(state=State.HOLIDAY, next_opening=brussels("2026-12-26T13:00"), is_holiday=True)


def test_hours_that_open_on_holidays_are_open() -> None:
    assert openness("Mo-Su,PH 13:00-17:00", brussels("2026-12-25T14:00")).state is State.OPEN


def test_before_its_hours_on_a_holiday_it_opens_on_is_simply_closed() -> None:
    assert openness("Mo-Su,PH 13:00-17:00", brussels("2026-12-25T09:00")) == Openness(
        state=State.CLOSED, next_opening=brussels("2026-12-25T13:00"), is_holiday=True
    )


def test_day_and_night_is_open_on_every_holiday_without_an_end() -> None:
    assert openness("24/7", brussels("2026-12-25T03:00")) == Openness(state=State.OPEN, is_holiday=True)


def test_no_hours_mean_not_known() -> None:
    assert openness(None, brussels("2026-11-23T10:00")) == Openness(state=State.UNKNOWN)


def test_a_night_shelter_over_the_autumn_change_of_clocks() -> None:
    # The night from 24 to 25 October 2026 has 25 hours: three o'clock comes twice.
    shelter = "Mo-Su 20:00-08:00; PH 20:00-08:00"
    evening = brussels("2026-10-24T20:00")
    found = openness(shelter, evening)
    assert found.until == brussels("2026-10-25T08:00")
    assert found.until is not None
    assert found.until.astimezone(UTC) - evening.astimezone(UTC) == timedelta(hours=13)
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert [openness(shelter, at).state for at in (first, second)] == [State.OPEN, State.OPEN]


def test_a_night_shelter_over_the_spring_change_of_clocks() -> None:
    # The night from 28 to 29 March 2026 has 23 hours: two o'clock never comes.
    shelter = "Mo-Su 20:00-08:00; PH 20:00-08:00"
    evening = brussels("2026-03-28T20:00")
    until = openness(shelter, evening).until
    assert until == brussels("2026-03-29T08:00")
    assert until is not None
    assert until.astimezone(UTC) - evening.astimezone(UTC) == timedelta(hours=11)


def test_next_opening_after_the_change_of_clocks_is_wall_clock_time() -> None:
    opens = openness(OFFICE, brussels("2026-10-23T17:30")).next_opening
    assert opens == brussels("2026-10-26T09:00")
    assert opens is not None
    assert opens.astimezone(UTC) == datetime(2026, 10, 26, 8, 0, tzinfo=UTC)


def test_a_season_comes_back_next_year() -> None:
    assert openness("Nov-Mar Mo-Su,PH 20:00-08:00", brussels("2026-05-02T12:00")).next_opening == brussels(
        "2026-11-01T20:00"
    )


def test_an_exception_closes_one_day() -> None:
    found = openness("Mo-Fr 09:00-17:00; PH off; 2026 Dec 24 off", brussels("2026-12-24T10:00"))
    assert (found.state, found.next_opening) == (State.CLOSED, brussels("2026-12-28T09:00"))


def test_never_open_again_has_no_next_opening() -> None:
    assert openness("2020 Mo-Fr 09:00-17:00", brussels("2026-11-23T10:00")).next_opening is None


@pytest.mark.parametrize("year", range(2024, 2036))
def test_the_calendar_of_the_hours_agrees_with_the_holidays_library(year: int) -> None:
    known = {day for day in holidays.country_holidays("BE", years=year) if day.year == year}
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    # Easter and Whit Sunday are holidays of the law too; both calendars have them or are Sundays anyway.
    ours = {day for day in days if day.year == year and hours.is_holiday(day)}
    assert {day for day in ours ^ known if day.weekday() != 6} == set()


@pytest.mark.parametrize("text", ["", "lundi", "Mo-Fr 9h-17h", "25:00-26:00 Mo", "Mo-Fr 09:00-"])
def test_other_ways_to_write_hours_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        hours.check(text)


@settings(max_examples=150)
@given(
    at=st.integers(0, 5 * 365 * 24 * 60).map(
        lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    expression=st.sampled_from(
        [
            OFFICE,
            "Mo-Su 20:00-08:00",
            "Mo-Su 20:00-08:00; PH off",
            "Fr,PH 22:00-26:00",
            "Tu,Th 13:30-16:00; PH off",
            "Nov-Mar Mo-Su 20:00-09:00",
        ]
    ),
)
def test_what_is_promised_next_is_true(at: datetime, expression: str) -> None:
    """The next opening is later and open; the minute before the end is open and the end is not."""
    found = openness(expression, at)
    if found.state is State.OPEN:
        assert found.until is not None
        assert found.until > at
        assert openness(expression, found.until).state is not State.OPEN
        assert openness(expression, found.until - timedelta(minutes=1)).state is State.OPEN
    else:
        assert found.next_opening is not None
        assert found.next_opening > at
        assert openness(expression, found.next_opening).state is State.OPEN
        assert openness(expression, found.next_opening).state is State.OPEN


# --- nights ---------------------------------------------------------------------------------------------------------

# 21 July 2026, a holiday, is a Tuesday.
EVE, HOLIDAY, MORROW = "2026-07-20", "2026-07-21", "2026-07-22"


@pytest.mark.parametrize(
    ("expression", "at", "said"),
    [
        # The night that began on the eve goes on into the holiday.
        ("Mo-Su 22:00-02:00; PH off", f"{EVE}T23:00", Openness(state=State.OPEN, until=brussels(f"{HOLIDAY}T02:00"))),
        (
            "Mo-Su 22:00-02:00; PH off",
            f"{HOLIDAY}T01:00",
            Openness(state=State.OPEN, until=brussels(f"{HOLIDAY}T02:00"), is_holiday=True),
        ),
        # The night of the holiday does not take place, nor do its small hours.
        (
            "Mo-Su 22:00-02:00; PH off",
            f"{HOLIDAY}T23:00",
            Openness(state=State.HOLIDAY, next_opening=brussels(f"{MORROW}T22:00"), is_holiday=True),
        ),
        (
            "Mo-Su 22:00-02:00; PH off",
            f"{MORROW}T01:00",
            Openness(state=State.CLOSED, next_opening=brussels(f"{MORROW}T22:00")),
        ),
        # A holiday with hours of its own has its own end of the night.
        (
            "Mo-Su 18:00-02:00; PH 20:00-01:00",
            f"{HOLIDAY}T21:00",
            Openness(state=State.OPEN, until=brussels(f"{MORROW}T01:00"), is_holiday=True),
        ),
        (
            "Mo-Su 18:00-02:00; PH 20:00-01:00",
            f"{MORROW}T01:30",
            Openness(state=State.CLOSED, next_opening=brussels(f"{MORROW}T18:00")),
        ),
        # Of a holiday that nothing is said about, nothing is known, until its night would be over.
        (
            "Mo-Su 22:00-02:00",
            f"{MORROW}T01:00",
            Openness(state=State.UNKNOWN, next_opening=brussels(f"{MORROW}T22:00")),
        ),
        (
            "Mo-Su 22:00-02:00",
            f"{MORROW}T03:00",
            Openness(state=State.CLOSED, next_opening=brussels(f"{MORROW}T22:00")),
        ),
        # A day that is closed for some hours keeps its night.
        (
            "Mo-Su 08:00-12:00,22:00-02:00; PH 08:00-12:00 off",
            f"{MORROW}T01:00",
            Openness(state=State.OPEN, until=brussels(f"{MORROW}T02:00")),
        ),
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(expression: str, at: str, said: Openness) -> None:
    assert openness(expression, brussels(at)) == said


@pytest.mark.parametrize(
    "expression",
    [
        "20:00-02:00",
        "20:00-02:00; PH off",
        "24/7; Fr 20:00-02:00",
        "Mo-Fr 08:00-12:00, Sa 20:00-02:00",
        "Mo-Su 20:00-02:00+",
        "Mo-Su sunset-02:00",
        'Mo-Su 20:00-02:00 "sonner"',
        'Mo-Su 20:00-02:00 || "sur rendez-vous"',
        "Nov-Mar: 20:00-02:00",
        "week 1-53/2 Fr 20:00-02:00",
        "Su[1] 22:00-26:00; SH off",
    ],
)
def test_hours_over_midnight_in_any_writing_are_answered(expression: str) -> None:
    for hour in range(0, 240, 5):
        at = brussels("2026-07-18T00:00") + timedelta(hours=hour)
        assert (openness(expression, at).state is State.OPEN) is hours.open_now(expression, at)


SPANS = st.tuples(st.integers(0, 23), st.integers(1, 14)).map(lambda pair: (pair[0] * 60, (pair[0] + pair[1]) * 60))


def written(days: str, span: tuple[int, int] | None) -> str:
    """A rule as people write it: the end of a night as an hour of the next day, or beyond 24."""
    if span is None:
        return f"{days} off"
    begin, end = (minutes // 60 for minutes in span)
    return f"{days} {begin:02}:00-{end if end % 2 or end == 24 else end % 24:02}:00"


@settings(max_examples=300)
@given(
    week=st.lists(st.none() | SPANS, min_size=7, max_size=7),
    holiday=st.none() | SPANS,
    # Around 21 July and the first of November; no night on which clocks change.
    at=st.integers(0, 6 * 24 * 60 - 1).flatmap(
        lambda minutes: st.sampled_from(["2026-07-18T00:00", "2026-10-30T00:00", "2026-11-09T00:00"]).map(
            lambda begin: brussels(begin) + timedelta(minutes=minutes)
        )
    ),
)
def test_hours_over_midnight_beside_a_holiday_are_those_of_the_day_they_begin_on(
    week: list[tuple[int, int] | None], holiday: tuple[int, int] | None, at: datetime
) -> None:
    """Against a model that knows the days one by one."""
    days = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
    rules = [written(day, span) for day, span in zip(days, week, strict=True)]
    expression = "; ".join([*rules, written("PH", holiday)])

    def is_open(day: date, minute: int) -> bool:
        span = holiday if hours.is_holiday(day) else week[day.weekday()]
        return span is not None and span[0] <= minute < span[1]

    minute = at.hour * 60 + at.minute
    expected = is_open(at.date(), minute) or is_open(at.date() - timedelta(days=1), minute + 24 * 60)
    assert hours.open_now(expression, at) is expected
    found = openness(expression, at)
    assert (found.state is State.OPEN) is expected
