"""`guichet check` names, for each owner, what nobody vouches for any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from bot.cli.check import stale
from bot.data import Data
from bot.directory.lookup import load
from bot.directory.service import PartialDate, Source

SMALL = load(Path(__file__).parent / "small")
LATER = date(2040, 1, 1)


def test_the_oldest_of_each_owner_come_first(data: Data) -> None:
    atemos = data.directory.by_id["atemos"]
    services = [
        replace(
            atemos, id=name, owner=owner, assured_date=None, sources=(Source(url="https://example.org", seen=seen),)
        )
        for name, owner, seen in (
            ("a", "cripel", PartialDate(2022)),
            ("b", "guichet", PartialDate(2024, 5)),
            ("c", "cripel", PartialDate(2020, 1, 2)),
            ("d", "cripel", None),
            ("e", "cripel", PartialDate(2023)),
        )
    ]
    directory = replace(SMALL, by_id={service.id: service for service in services})
    assert list(stale(directory, LATER, "fr")) == [
        "· à vérifier, cripel : services 4, faits 0 ; d'abord d (-), c (2020-01-02), a (2022)",
        "· à vérifier, guichet : services 1, faits 1 ; d'abord b (2024-05), decision_days (2026-01-15)",
    ]
    assert list(stale(directory, LATER, "en"))[1] == (
        "· to check, guichet: services 1, facts 1; first b (2024-05), decision_days (2026-01-15)"
    )


def test_what_was_checked_lately_is_not_named() -> None:
    assert list(stale(SMALL, date(2026, 2, 1), "fr")) == []
