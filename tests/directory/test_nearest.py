"""Distances and the nearest services."""

from __future__ import annotations

import pytest

from bot.directory.lookup import Directory
from bot.directory.nearest import distance_km, nearest

GUILLEMINS = (50.6246, 5.5667)
SAINT_LAMBERT = (50.6455, 5.5736)


def test_distance_is_that_of_the_map() -> None:
    # Station of Guillemins to place Saint-Lambert: about 2.4 km in a straight line.
    assert distance_km(GUILLEMINS, SAINT_LAMBERT) == pytest.approx(2.37, abs=0.02)
    assert distance_km(GUILLEMINS, GUILLEMINS) == 0
    # Liège to the antipode: half way round the Earth.
    assert distance_km((50.64, 5.57), (-50.64, -174.43)) == pytest.approx(20015, abs=1)


def test_the_three_nearest_come_in_order_and_only_from_known_places(directory: Directory) -> None:
    found = nearest(directory.published(), (50.611, 5.619), directory.districts)
    assert len(found) == 3
    assert [near.km for near in found] == sorted(near.km for near in found)
    assert {near.service.place.district for near in found} == {"chenee", "longdoz"}


def test_a_secret_place_is_never_near(directory: Directory) -> None:
    services = [service for service in directory.published() if service.confidential]
    assert services
    assert nearest(services, SAINT_LAMBERT, directory.districts, limit=99) == ()


def test_districts_lie_around_liege(directory: Directory) -> None:
    far = [
        one.id for one in directory.districts.values() if distance_km(SAINT_LAMBERT, (one.latitude, one.longitude)) > 30
    ]
    assert far == []
