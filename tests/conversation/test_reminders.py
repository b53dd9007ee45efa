"""The moment of a reminder: as chosen, in the time of Liège, by day, at most thirty days ahead."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.conversation.reminders import DATE, DAY, HOUR, TIME, moment

#: Ten in the morning in Liège, in winter time from the 25th of October on.
NOW = datetime(2026, 10, 23, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answers", "local"),
    [
        ({DAY: "in_1", HOUR: "at_9"}, "2026-10-24T07:00Z"),
        ({DAY: "in_7", HOUR: "at_18"}, "2026-10-30T17:00Z"),  # the clock was put back meanwhile
        ({DAY: "other", DATE: "2026-11-02", HOUR: "other", TIME: "20"}, "2026-11-02T19:00Z"),
        ({DAY: "in_3", DATE: "2026-11-02", HOUR: "at_12"}, "2026-10-26T11:00Z"),  # the date was of an earlier choice
        ({DATE: "2026-11-02", HOUR: "at_12"}, "2026-11-02T11:00Z"),  # a date was written where days were offered
        ({DAY: "other", DATE: "2026-11-22", HOUR: "at_18"}, "2026-11-22T08:00Z"),  # thirty days to the hour
        ({DAY: "other", DATE: "2026-10-23", HOUR: "at_9"}, "2026-10-23T09:00Z"),  # past by now: within the hour
        ({DAY: "in_1", HOUR: "other", TIME: "23"}, "2026-10-25T08:00Z"),  # never at night
        ({}, "2026-10-24T07:00Z"),
    ],
)
def test_a_reminder_comes_when_it_was_asked_for(answers: dict[str, str], local: str) -> None:
    assert f"{moment(answers, NOW):%Y-%m-%dT%H:%MZ}" == local
