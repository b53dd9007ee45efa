"""Time as people in Liège live it; everything stored and passed on is UTC."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

BRUSSELS: Final = ZoneInfo("Europe/Brussels")


def local_day(at: datetime) -> date:
    """The day it is in Liège at this aware instant."""
    return at.astimezone(BRUSSELS).date()
