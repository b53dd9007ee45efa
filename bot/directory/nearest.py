"""Which services are near: by their own coordinates, else by the centre of their district."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from bot.directory.service import District, Service

#: Mean radius of the Earth, IUGG.
EARTH_KM = 6371.0088


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A service and how far it is."""

    service: Service
    #: As the crow flies.
    km: float


def distance_km(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Great-circle distance between two (latitude, longitude) pairs in degrees: the haversine formula."""
    lat1, lon1, lat2, lon2 = map(radians, (*here, *there))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def point_of(service: Service, districts: Mapping[str, District]) -> tuple[float, float] | None:
    """Where a service is, exactly or by its district; None when unknown or secret."""
    place = service.place
    if service.confidential:
        return None
    if place.latitude is not None and place.longitude is not None:
        return place.latitude, place.longitude
    district = districts.get(place.district or "")
    return (district.latitude, district.longitude) if district else None


def nearest(
    services: Iterable[Service], origin: tuple[float, float], districts: Mapping[str, District], *, limit: int = 3
) -> tuple[Near, ...]:
    """The nearest of these services. Those of unknown or secret place are left out."""
    found = [
        Near(service=service, km=distance_km(origin, point))
        for service in services
        if (point := point_of(service, districts)) is not None
    ]
    return tuple(sorted(found, key=lambda near: near.km)[:limit])


def by_distance(
    services: Iterable[Service], origin: tuple[float, float], districts: Mapping[str, District]
) -> list[tuple[str, float]]:
    """(id, km) of every service whose place is known, nearest first."""
    listed = list(services)
    return [(near.service.id, near.km) for near in nearest(listed, origin, districts, limit=len(listed))]
