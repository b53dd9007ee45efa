"""Services as files of `flows/directory/`: what was imported, for a person to read, complete and put in its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from bot.directory.service import Answer, Cost, Phone, Service

#: The file of services whose category nobody has said yet.
UNSORTED = "unsorted"
_CATEGORY = re.compile(r"[a-z0-9_-]+")


class _Dumper(yaml.SafeDumper):
    """As the files are written by hand: entries of a list stand further in than its name."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)


def as_files(services: Iterable[Service]) -> Mapping[str, str]:
    """Name of a category → the text of its file. What is as by default is left out, as a person would."""
    by_category: dict[str, list[Service]] = {}
    for service in services:
        # A name from elsewhere becomes the name of a file: only a plain word may.
        category = service.category if _CATEGORY.fullmatch(service.category) else ""
        by_category.setdefault(category, []).append(service)
    return {name or UNSORTED: _file(name, of_it) for name, of_it in sorted(by_category.items())}


def _file(category: str, services: list[Service]) -> str:
    # The commonest owner and icon are the file's; other entries name their own.
    owner, icon = (_commonest([getattr(one, name) for one in services]) for name in ("owner", "icon"))
    entries = [_entry(one, owner, icon) for one in services]
    head = {"category": category, "icon": icon, "owner": owner, "services": entries}
    return yaml.dump(head, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000)


def _commonest(values: list[str]) -> str:
    return max(sorted(set(values)), key=values.count)


def _entry(service: Service, owner: str, icon: str) -> dict[str, Any]:
    place, schedule, eligibility = service.place, service.schedule, service.eligibility
    permit = eligibility.without_residence_permit
    entry: dict[str, Any] = {
        "id": service.id,
        "former_ids": list(service.former_ids),
        "organization": service.organization,
        "name": service.name,
        "description": service.description,
        "icon": service.icon if service.icon != icon else "",
        "needs": list(service.needs),
        "keywords": list(service.keywords),
        "eligibility": _said(
            {
                "who": list(eligibility.who),
                "without_residence_permit": permit.value if permit is not Answer.UNKNOWN else "",
                "note": eligibility.note,
            }
        ),
        "required_documents": list(service.required_documents),
        "cost": service.cost.value if service.cost is not Cost.UNKNOWN else "",
        "cost_note": service.cost_note,
        "languages": list(service.languages),
        "languages_note": service.languages_note,
        "interpreters": "yes" if service.interpreters else "",
        "phones": [_phone(phone) for phone in service.phones],
        "email": service.email,
        "url": service.url,
        "address": place.address,
        "postal_code": place.postal_code,
        "city": place.city,
        "district": place.district,
        "latitude": None if place.latitude is None else repr(place.latitude),
        "longitude": None if place.longitude is None else repr(place.longitude),
        "opening_hours": schedule.opening_hours,
        "after_hours": schedule.after_hours,
        "schedule_note": schedule.note,
        "temporarily_closed": service.temporarily_closed,
        "alert": service.alert,
        "facts": list(service.facts),
        "assured_date": service.assured_date.isoformat() if service.assured_date else "",
        "review_months": str(service.review_months) if service.review_months != 12 else "",
        "sources": [_said({"url": one.url, "seen": str(one.seen or "")}) for one in service.sources],
        "confidence": service.confidence.value,
        "owner": service.owner if service.owner != owner else "",
        "publish": "" if service.publish else "no",
    }
    return _said(entry)


def _phone(phone: Phone) -> str | dict[str, Any]:
    return {"number": phone.number, "description": phone.description} if phone.description else phone.number


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is absent."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}
