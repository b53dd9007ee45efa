"""From a strict tree to services: types every field, and lists all that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.directory.fields import Fields
from bot.directory.issues import Issue, issue, nearest_name
from bot.directory.service import (
    Answer,
    Confidence,
    Cost,
    District,
    Eligibility,
    PartialDate,
    Phone,
    Place,
    Schedule,
    Service,
    Source,
)
from bot.strict_yaml import Items, Node, Table, Text

#: Fits one message with the labels around it (product: 300 characters a message).
MAX_DESCRIPTION = 240
MAX_NOTE = 160
ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"https?://[^\s/]+\.[^\s]+|document:[a-z0-9-]+")
#: The shape of BCP 47 that we use: language, script, region (RFC 5646).
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?")
_SHORT_NUMBER = re.compile(r"[1-9][0-9]{2,5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an entry may name. Empty sets are not checked, so that one file can be read alone."""

    #: Vocabulary kind (`need`, `who`, `document`, `category`) → its words.
    words: Mapping[str, Collection[str]] = field(default_factory=dict)
    districts: Collection[str] = ()
    facts: Collection[str] = ()
    #: Raises ValueError for an expression that is not OSM opening_hours; injected, for the library loads lazily.
    check_hours: Callable[[str], None] | None = None
    #: A number as it is written → E.164; raises ValueError when no such number can exist.
    to_e164: Callable[[str], str] | None = None


_FILE_FIELDS = frozenset({"category", "icon", "owner", "services"})
_NAMES = (
    "id former_ids organization name description icon needs keywords eligibility required_documents cost cost_note"
    " languages languages_note interpreters phones email url address postal_code city district latitude longitude"
    " opening_hours after_hours schedule_note temporarily_closed alert facts assured_date review_months sources"
    " confidence owner confidential publish note"
)
FIELDS = frozenset(_NAMES.split())
_ELIGIBILITY_FIELDS = frozenset({"who", "without_residence_permit", "note"})


def read_services(root: Node, path: str, known: Known, *, category: str) -> tuple[list[Service], list[Issue]]:
    """The services of one file. `category` is what its name says it holds."""
    issues: list[Issue] = []
    if not isinstance(root, Table):
        return [], [issue(path, root.line, "not-a-map", name="services")]
    head = Fields(root, path, issues)
    head.only(_FILE_FIELDS)
    if (written := head.text("category", required=True)) and written != category:
        head.blame("category", "wrong-category", file=category, written=written)
    head.words("category", "category", known.words.get("category", ()))
    owner, icon = head.text("owner", required=True), head.text("icon", required=True)
    entries = root.values.get("services")
    if not isinstance(entries, Items):
        head.blame("services", "not-a-list", name="services")
        return [], issues
    services: list[Service] = []
    for entry in entries.values:
        if isinstance(entry, Table):
            services.append(_service(Fields(entry, path, issues), known, category, owner, icon))
        else:
            issues.append(issue(path, entry.line, "not-a-map", name="id"))
    return services, issues


def _service(entry: Fields, known: Known, category: str, owner: str, icon: str) -> Service:
    entry.only(FIELDS)
    name = entry.text("id", required=True)
    if name and not ID.fullmatch(name):
        entry.blame("id", "bad-id", name=name, joint="-")
    place, confidential = _place(entry, known), entry.flag("confidential", False)
    if confidential and (place.is_known or place.district or place.postal_code):
        entry.blame("confidential", "confidential-address")
        place = Place(city=place.city)
    sources = _sources(entry)
    publish = entry.flag("publish", True)
    if publish and not sources:
        entry.blame("sources", "no-source", name=name)
    for fact in (facts := entry.many("facts")):
        if known.facts and fact.value not in known.facts:
            near = nearest_name(fact.value, known.facts)
            entry.blame("facts", "unknown-fact", near=near, line=fact.line, name=fact.value)
    return Service(
        id=name,
        former_ids=tuple(text.value for text in entry.many("former_ids")),
        category=category,
        organization=entry.text("organization", required=True),
        name=entry.text("name", required=True),
        description=entry.sentence("description", required=True, longest=MAX_DESCRIPTION),
        icon=entry.text("icon") or icon,
        needs=entry.words("needs", "need", known.words.get("need", ()), required=True),
        keywords=tuple(text.value for text in entry.many("keywords")),
        eligibility=_eligibility(entry, known),
        required_documents=entry.words("required_documents", "document", known.words.get("document", ())),
        cost=entry.choice("cost", Cost, Cost.UNKNOWN),
        cost_note=entry.sentence("cost_note", longest=MAX_NOTE),
        languages=_languages(entry),
        languages_note=entry.sentence("languages_note", longest=MAX_NOTE),
        interpreters=entry.flag("interpreters", False),
        phones=_phones(entry, known),
        email=entry.matching("email", _EMAIL, "bad-email"),
        url=entry.matching("url", _URL, "bad-url"),
        place=place,
        schedule=_schedule(entry, known),
        temporarily_closed=entry.sentence("temporarily_closed", longest=MAX_NOTE),
        alert=entry.sentence("alert", longest=MAX_NOTE),
        facts=tuple(text.value for text in facts),
        assured_date=entry.parsed("assured_date", date.fromisoformat, "bad-date"),
        review_months=entry.parsed("review_months", _months, "bad-number") or 12,
        sources=sources,
        confidence=entry.choice("confidence", Confidence, Confidence.LOW),
        owner=entry.text("owner") or owner,
        confidential=confidential,
        publish=publish,
        note=entry.text("note"),
        path=entry.path,
        line=entry.table.lines.get("id", entry.table.line),
    )


def _months(value: str) -> int:
    months = int(value)
    if not 1 <= months <= 600:
        raise ValueError(value)
    return months


def _eligibility(entry: Fields, known: Known) -> Eligibility:
    node = entry.table.values.get("eligibility")
    if not isinstance(node, Table):
        entry.blame("eligibility", "missing-field", name="eligibility")
        return Eligibility(who=())
    fields = Fields(node, entry.path, entry.issues)
    fields.only(_ELIGIBILITY_FIELDS)
    return Eligibility(
        who=fields.words("who", "who", known.words.get("who", ()), required=True),
        without_residence_permit=fields.choice("without_residence_permit", Answer, Answer.UNKNOWN),
        note=fields.sentence("note", longest=MAX_NOTE),
    )


def _languages(entry: Fields) -> tuple[str, ...]:
    found = entry.many("languages")
    for text in found:
        if not _LANGUAGE.fullmatch(text.value):
            entry.blame("languages", "bad-language", line=text.line, value=text.value)
    return tuple(text.value for text in found)


def _phones(entry: Fields, known: Known) -> tuple[Phone, ...]:
    """`phones: ["112", "+32 4 220 01 20"]`, or maps with `number` and `description`."""
    node = entry.table.values.get("phones")
    phones: list[Phone] = []
    for child in node.values if isinstance(node, Items) else [node] if node is not None else []:
        if isinstance(child, Table):
            fields = Fields(child, entry.path, entry.issues)
            fields.only({"number", "description"})
            written, description = fields.text("number", required=True), fields.text("description", longest=MAX_NOTE)
        else:
            written, description = child.value if isinstance(child, Text) else "", ""
        number = _number(written, known)
        if number is None:
            entry.blame("phones", "bad-phone", value=written)
        else:
            phones.append(Phone(number=number, description=description))
    return tuple(phones)


def _number(written: str, known: Known) -> str | None:
    digits = re.sub(r"[\s./-]", "", written)
    if _SHORT_NUMBER.fullmatch(digits):
        return digits
    if re.fullmatch(r"\+[0-9]{8,15}", digits):
        if known.to_e164 is None:
            return digits
        try:
            return known.to_e164(digits)
        except ValueError:
            return None
    return None


def _place(entry: Fields, known: Known) -> Place:
    latitude = entry.parsed("latitude", float, "bad-coordinates")
    longitude = entry.parsed("longitude", float, "bad-coordinates")
    # Belgium and a margin: a swapped or foreign pair would send somebody far away.
    if (latitude is None) != (longitude is None) or (
        latitude is not None and longitude is not None and not (49.4 < latitude < 51.6 and 2.4 < longitude < 6.5)
    ):
        entry.blame("latitude", "bad-coordinates")
        latitude = longitude = None
    district = entry.text("district") or None
    if district and known.districts and district not in known.districts:
        near = nearest_name(district, known.districts)
        entry.blame("district", "unknown-district", near=near, name=district)
    return Place(
        address=entry.text("address") or None,
        postal_code=entry.text("postal_code") or None,
        city=entry.text("city") or None,
        district=district,
        latitude=latitude,
        longitude=longitude,
    )


def _schedule(entry: Fields, known: Known) -> Schedule:
    hours = entry.text("opening_hours") or None
    if hours and known.check_hours is not None:
        try:
            known.check_hours(hours)
        except ValueError:
            entry.blame("opening_hours", "bad-hours", value=hours)
            hours = None
    stand_in = None
    if (written := entry.text("after_hours")) and (stand_in := _number(written, known)) is None:
        entry.blame("after_hours", "bad-phone", value=written)
    return Schedule(opening_hours=hours, after_hours=stand_in, note=entry.text("schedule_note", longest=MAX_NOTE))


def _sources(entry: Fields) -> tuple[Source, ...]:
    node = entry.table.values.get("sources")
    if node is None or (isinstance(node, Text) and not node.value):
        return ()
    if not isinstance(node, Items):
        entry.blame("sources", "not-a-list", name="sources")
        return ()
    sources = []
    for child in node.values:
        if not isinstance(child, Table):
            entry.blame("sources", "not-a-map", line=child.line, name="sources")
            continue
        fields = Fields(child, entry.path, entry.issues)
        fields.only({"url", "seen"})
        fields.text("url", required=True)
        url = fields.matching("url", _URL, "bad-url")
        seen = fields.parsed("seen", PartialDate.parse, "bad-date")
        if url:
            sources.append(Source(url=url, seen=seen))
    return tuple(sources)


def read_districts(root: Node, path: str) -> tuple[list[District], list[Issue]]:
    """The districts of `_districts.yml`: a map from id to name, commune, postal codes and centre."""
    if not isinstance(root, Table):
        return [], [issue(path, root.line, "not-a-map", name="centre")]
    issues: list[Issue] = []
    districts = []
    for name, node in root.values.items():
        if not isinstance(node, Table):
            issues.append(issue(path, root.lines[name], "not-a-map", name=name))
            continue
        fields = Fields(node, path, issues)
        fields.only({"name", "commune", "postal_codes", "latitude", "longitude"})
        place = _place(fields, Known())
        if place.latitude is None or place.longitude is None:
            issues.append(issue(path, root.lines[name], "missing-field", name="latitude"))
            continue
        districts.append(
            District(
                id=name,
                name=fields.text("name", required=True),
                commune=fields.text("commune", required=True),
                postal_codes=tuple(text.value for text in fields.many("postal_codes", required=True)),
                latitude=place.latitude,
                longitude=place.longitude,
            )
        )
    return districts, issues
