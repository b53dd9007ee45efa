"""A service as one row of texts, and back: the form of CSV cells and HSDS attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from bot.directory.service import (
    Answer,
    Confidence,
    Cost,
    Eligibility,
    PartialDate,
    Phone,
    Place,
    Schedule,
    Service,
    Source,
)

#: The columns, in the order of a card.
COLUMNS = [
    "id",
    "category",
    "organization",
    "name",
    "description",
    "icon",
    "needs",
    "who",
    "without_residence_permit",
    "eligibility_note",
    "required_documents",
    "cost",
    "cost_note",
    "languages",
    "languages_note",
    "interpreters",
    "phones",
    "email",
    "url",
    "address",
    "postal_code",
    "city",
    "district",
    "latitude",
    "longitude",
    "opening_hours",
    "after_hours",
    "schedule_note",
    "temporarily_closed",
    "alert",
    "facts",
    "assured_date",
    "review_months",
    "sources",
    "confidence",
    "owner",
    "former_ids",
    "keywords",
]
#: Between the values of a list; no value holds it.
_LIST = "|"


def exportable(services: Iterable[Service]) -> tuple[Service, ...]:
    """What may leave, without what is for advisers only."""
    return tuple(
        replace(service, note="", path="", line=0)
        for service in services
        if service.publish and not service.confidential
    )


def to_flat(service: Service) -> dict[str, str]:
    """Every published field as text; empty when absent."""
    place, eligibility = service.place, service.eligibility
    return {
        "id": service.id,
        "category": service.category,
        "organization": service.organization,
        "name": service.name,
        "description": service.description,
        "icon": service.icon,
        "needs": _LIST.join(service.needs),
        "who": _LIST.join(eligibility.who),
        "without_residence_permit": eligibility.without_residence_permit.value,
        "eligibility_note": eligibility.note,
        "required_documents": _LIST.join(service.required_documents),
        "cost": service.cost.value,
        "cost_note": service.cost_note,
        "languages": _LIST.join(service.languages),
        "languages_note": service.languages_note,
        "interpreters": "yes" if service.interpreters else "",
        "phones": _LIST.join(f"tel:{phone.number} {phone.description}".strip() for phone in service.phones),
        "email": service.email or "",
        "url": service.url or "",
        "address": place.address or "",
        "postal_code": place.postal_code or "",
        "city": place.city or "",
        "district": place.district or "",
        "latitude": "" if place.latitude is None else repr(place.latitude),
        "longitude": "" if place.longitude is None else repr(place.longitude),
        "opening_hours": service.schedule.opening_hours or "",
        "after_hours": service.schedule.after_hours or "",
        "schedule_note": service.schedule.note,
        "temporarily_closed": service.temporarily_closed,
        "alert": service.alert,
        "facts": _LIST.join(service.facts),
        "assured_date": service.assured_date.isoformat() if service.assured_date else "",
        "review_months": str(service.review_months),
        "sources": _LIST.join(f"{source.url} {source.seen or ''}".strip() for source in service.sources),
        "confidence": service.confidence.value,
        "owner": service.owner,
        "former_ids": _LIST.join(service.former_ids),
        "keywords": _LIST.join(service.keywords),
    }


def from_flat(row: Mapping[str, str]) -> Service:
    """The service of one row. Raises ValueError for a word, a number or a date that cannot be."""
    return Service(
        id=row["id"],
        former_ids=_many(row["former_ids"]),
        category=row["category"],
        organization=row["organization"],
        name=row["name"],
        description=row["description"],
        icon=row["icon"],
        needs=_many(row["needs"]),
        keywords=_many(row["keywords"]),
        eligibility=Eligibility(
            who=_many(row["who"]),
            without_residence_permit=Answer(row["without_residence_permit"] or Answer.UNKNOWN),
            note=row["eligibility_note"],
        ),
        required_documents=_many(row["required_documents"]),
        cost=Cost(row["cost"] or Cost.UNKNOWN),
        cost_note=row["cost_note"],
        languages=_many(row["languages"]),
        languages_note=row["languages_note"],
        interpreters=row["interpreters"] == "yes",
        phones=tuple(map(_phone, _many(row["phones"]))),
        email=row["email"] or None,
        url=row["url"] or None,
        place=Place(
            address=row["address"] or None,
            postal_code=row["postal_code"] or None,
            city=row["city"] or None,
            district=row["district"] or None,
            latitude=float(row["latitude"]) if row["latitude"] else None,
            longitude=float(row["longitude"]) if row["longitude"] else None,
        ),
        schedule=Schedule(
            opening_hours=row["opening_hours"] or None,
            after_hours=row["after_hours"] or None,
            note=row["schedule_note"],
        ),
        temporarily_closed=row["temporarily_closed"],
        alert=row["alert"],
        facts=_many(row["facts"]),
        assured_date=date.fromisoformat(row["assured_date"]) if row["assured_date"] else None,
        review_months=int(row["review_months"] or 12),
        sources=tuple(map(_source, _many(row["sources"]))),
        confidence=Confidence(row["confidence"] or Confidence.LOW),
        owner=row["owner"],
    )


def _many(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split(_LIST) if part)


def _phone(text: str) -> Phone:
    number, _, description = text.removeprefix("tel:").partition(" ")
    return Phone(number=number, description=description)


def _source(text: str) -> Source:
    url, _, seen = text.partition(" ")
    return Source(url=url, seen=PartialDate.parse(seen) if seen else None)
