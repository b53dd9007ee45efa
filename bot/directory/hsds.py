"""The directory as HSDS 3.0 JSON (Open Referral), both ways.

Our own fields travel as HSDS `attributes`, so that what was exported comes back whole. Foreign HSDS data comes in as
far as the standard carries it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from bot.directory.flat import exportable, from_flat, to_flat
from bot.directory.fold import tokens
from bot.directory.service import Answer, Confidence, Cost, Eligibility, Phone, Place, Schedule, Service
from bot.directory.vocabulary import Vocabulary

#: Names our identifiers: HSDS wants UUIDs, these are always the same for the same id.
_SPACE = uuid5(NAMESPACE_URL, "https://openreferral.org/hsds/guichet-unique-liege")
TAXONOMY = "guichet-unique-liege"
#: Fields that HSDS has no place for, or a poorer one; they travel as attributes, by these names.
_OURS = [
    "id",
    "former_ids",
    "category",
    "icon",
    "keywords",
    "without_residence_permit",
    "who",
    "eligibility_note",
    "required_documents",
    "cost",
    "cost_note",
    "languages",
    "languages_note",
    "interpreters",
    "postal_code",
    "city",
    "district",
    "opening_hours",
    "after_hours",
    "schedule_note",
    "temporarily_closed",
    "facts",
    "review_months",
    "sources",
    "confidence",
    "owner",
]


def to_hsds(services: Iterable[Service], words: Vocabulary) -> dict[str, Any]:
    """One page of HSDS services, as the standard's API gives it, ready for a JSON writer."""
    contents = [_service(service, words) for service in exportable(services)]
    return {
        "total_items": len(contents),
        "total_pages": 1,
        "page_number": 1,
        "size": len(contents),
        "first_page": True,
        "last_page": True,
        "empty": not contents,
        "contents": contents,
    }


def from_hsds(page: Any) -> tuple[Service, ...]:
    """The services of an HSDS page, or of a bare list of services. Raises ValueError when it is neither.

    Foreign ones get what the standard says, confidence low, and wait unpublished for a person to complete them.
    """
    contents = page.get("contents") if isinstance(page, dict) else page
    if not isinstance(contents, list) or not all(isinstance(one, dict) for one in contents):
        raise ValueError("not a page of HSDS services")
    return tuple(_read(one) for one in contents)


def _uuid(*parts: str) -> str:
    return str(uuid5(_SPACE, "/".join(parts)))


def _service(service: Service, words: Vocabulary) -> dict[str, Any]:
    flat = to_flat(service)
    key = _uuid("service", service.id)
    sentences = words.sentences
    found: dict[str, Any] = {
        "id": key,
        "name": service.name,
        "alternate_name": ", ".join(service.former_ids),
        "description": service.description,
        "url": service.url,
        "email": service.email,
        "status": "temporarily closed" if service.temporarily_closed else "active",
        "interpretation_services": "Interprètes" if service.interpreters else None,
        "fees_description": _fees(service, sentences),
        "eligibility_description": _who(service, sentences),
        "assured_date": service.assured_date.isoformat() if service.assured_date else None,
        "alert": service.alert,
        "organization": {
            "id": _uuid("organization", service.organization),
            "name": service.organization,
            # Required by the standard; we describe services, not organisations.
            "description": service.organization,
        },
        "phones": [
            {"id": _uuid("phone", service.id, str(place)), "number": phone.number, "description": phone.description}
            for place, phone in enumerate(service.phones)
        ],
        "languages": [
            {"id": _uuid("language", service.id, tag), "code": tag.split("-")[0], "name": tag}
            for tag in service.languages
        ],
        "cost_options": []
        if service.cost is Cost.UNKNOWN
        else [
            {"id": _uuid("cost", service.id), "option": service.cost.value, "amount_description": service.cost_note}
            | ({"amount": 0, "currency": "EUR"} if service.cost is Cost.FREE else {})
        ],
        "required_documents": [
            {"id": _uuid("document", service.id, word), "document": sentences.get(f"document.{word}", word)}
            for word in service.required_documents
        ],
        "schedules": [{"id": _uuid("schedule", service.id), "description": _hours(service)}] if _hours(service) else [],
        "service_at_locations": _locations(service),
        "attributes": [
            *(_term(service, "need", word, sentences) for word in service.needs),
            *(_attribute(service, name, flat[name]) for name in _OURS if flat[name]),
        ],
    }
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def _fees(service: Service, sentences: Mapping[str, str]) -> str | None:
    price = sentences.get(f"card.{service.cost}", "") if service.cost is not Cost.UNKNOWN else ""
    return " – ".join(part for part in (price, service.cost_note) if part) or None


def _who(service: Service, sentences: Mapping[str, str]) -> str:
    who = ", ".join(sentences.get(f"who.{word}", word) for word in service.eligibility.who)
    return ". ".join(part for part in (who, service.eligibility.note) if part)


def _hours(service: Service) -> str:
    schedule = service.schedule
    return " – ".join(part for part in (schedule.opening_hours, schedule.note) if part)


def _locations(service: Service) -> list[dict[str, Any]]:
    place = service.place
    if not place.is_known:
        return []
    location: dict[str, Any] = {"id": _uuid("location", service.id), "location_type": "physical"}
    if place.address:
        location["name"] = place.address
    if place.latitude is not None and place.longitude is not None:
        location |= {"latitude": place.latitude, "longitude": place.longitude}
    if place.address and place.city and place.postal_code:
        location["addresses"] = [
            {
                "id": _uuid("address", service.id),
                "address_1": place.address,
                "city": place.city,
                "postal_code": place.postal_code,
                # Required by the standard; addresses in Belgium have none.
                "state_province": "",
                "country": "BE",
                "address_type": "physical",
            }
        ]
    return [{"id": _uuid("service_at_location", service.id), "location": location}]


def _attribute(service: Service, name: str, value: str) -> dict[str, Any]:
    return {
        "id": _uuid("attribute", service.id, name),
        "link_id": _uuid("service", service.id),
        "link_entity": "service",
        "link_type": name,
        "value": value,
    }


def _term(service: Service, kind: str, word: str, sentences: Mapping[str, str]) -> dict[str, Any]:
    name = sentences.get(f"{kind}.{word}", word)
    return _attribute(service, kind, word) | {
        "id": _uuid("attribute", service.id, kind, word),
        "taxonomy_term": {
            "id": _uuid("term", kind, word),
            "code": f"{kind}.{word}",
            "name": name,
            "description": name,
            "taxonomy": TAXONOMY,
            "language": "fr",
        },
    }


def _read(one: Mapping[str, Any]) -> Service:
    attributes = [item for item in _list(one, "attributes") if isinstance(item.get("value"), str)]
    ours = {item.get("link_type"): item["value"] for item in attributes}
    needs = "|".join(item["value"] for item in attributes if item.get("link_type") == "need")
    if "id" not in ours or "category" not in ours:
        return _foreign(one)
    location = next((item.get("location") or {} for item in _list(one, "service_at_locations")), {})
    phones = [(phone.get("number", ""), phone.get("description", "")) for phone in _list(one, "phones")]
    flat = {name: str(ours.get(name, "")) for name in _OURS} | {
        "organization": _text(one.get("organization") or {}, "name"),
        "name": _text(one, "name"),
        "description": _text(one, "description"),
        "needs": needs,
        "phones": "|".join(f"tel:{number} {description}".strip() for number, description in phones),
        "email": _text(one, "email"),
        "url": _text(one, "url"),
        "address": _text(location, "name"),
        "latitude": str(location.get("latitude", "")),
        "longitude": str(location.get("longitude", "")),
        "alert": _text(one, "alert"),
        "assured_date": _text(one, "assured_date"),
    }
    return from_flat(flat)


def _foreign(one: Mapping[str, Any]) -> Service:
    """A service of somebody else's directory: what the standard's own fields say, waiting for a person."""
    name = _text(one, "name")
    location = next((item.get("location") or {} for item in _list(one, "service_at_locations")), {})
    address = next(iter(_list(location, "addresses")), {})
    assured = _text(one, "assured_date")[:10]
    return Service(
        id="-".join(word for word in tokens(name) if word.isascii()) or str(one.get("id", "")),
        category="",
        organization=_text(one.get("organization") or {}, "name"),
        name=name,
        description=_text(one, "description"),
        icon="",
        needs=(),
        eligibility=Eligibility(
            who=("everyone",),
            without_residence_permit=Answer.UNKNOWN,
            note=_text(one, "eligibility_description"),
        ),
        cost_note=_text(one, "fees_description"),
        languages=tuple(_text(item, "code") for item in _list(one, "languages") if item.get("code")),
        interpreters=bool(_text(one, "interpretation_services")),
        phones=tuple(
            Phone(number=_text(item, "number"), description=_text(item, "description"))
            for item in _list(one, "phones")
            if item.get("number")
        ),
        email=_text(one, "email") or None,
        url=_text(one, "url") or None,
        place=Place(
            address=_text(address, "address_1") or None,
            postal_code=_text(address, "postal_code") or None,
            city=_text(address, "city") or None,
            latitude=location.get("latitude"),
            longitude=location.get("longitude"),
        ),
        schedule=Schedule(note=next((_text(item, "description") for item in _list(one, "schedules")), "")),
        alert=_text(one, "alert"),
        temporarily_closed=_text(one, "status") if one.get("status") == "temporarily closed" else "",
        assured_date=date.fromisoformat(assured) if re.fullmatch(r"\d{4}-\d\d-\d\d", assured) else None,
        confidence=Confidence.LOW,
        owner="",
        publish=False,
    )


def _list(one: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = one.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _text(one: Mapping[str, Any], name: str) -> str:
    found = one.get(name)
    return found if isinstance(found, str) else ""
