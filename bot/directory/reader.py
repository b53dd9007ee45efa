"""From a strict tree to services: types every field, and lists all that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from bot.directory.issues import Issue, did_you_mean
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
from bot.directory.source import Items, Node, Table, Text, texts

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")

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
    " opening_hours schedule_note temporarily_closed alert facts assured_date review_months sources confidence"
    " owner confidential publish note"
)
_FIELDS = frozenset(_NAMES.split())
_ELIGIBILITY_FIELDS = frozenset({"who", "without_residence_permit", "note"})


class Fields:
    """Takes typed values out of one table; what does not fit becomes an issue and the value is absent."""

    def __init__(self, table: Table, path: str, issues: list[Issue]) -> None:
        self.table = table
        self.path = path
        self.issues = issues

    def issue(self, name: str, code: str, text: str) -> None:
        """Blame one field, on its own line."""
        self.issues.append(Issue(self.path, self.table.lines.get(name, self.table.line), code, text))

    def only(self, known: Collection[str]) -> None:
        """Every other field is a slip of the pen."""
        for name in self.table.values:
            if name not in known:
                self.issue(name, "unknown-field", f'"{name}" is not a field here.{did_you_mean(name, known)}')

    def text(self, name: str, *, required: bool = False, longest: int | None = None) -> str:
        """One scalar, or an empty text when it is absent."""
        node = self.table.values.get(name)
        if node is not None and not isinstance(node, Text):
            self.issue(name, "bad-choice", f'"{name}" must be one text, not a list or a map.')
            return ""
        value = node.value if node is not None else ""
        if required and not value:
            self.issue(name, "missing-field", f'"{name}" is missing. Write it, or ask the owner.')
        if longest is not None and len(value) > longest:
            self.issue(name, "too-long", f'"{name}" has {len(value)} characters; {longest} fit on a small screen.')
        return value

    def many(self, name: str, *, required: bool = False) -> list[Text]:
        """A list of scalars; a lone scalar counts as a list of one."""
        node = self.table.values.get(name)
        if isinstance(node, Table) or (
            isinstance(node, Items) and any(not isinstance(child, Text) for child in node.values)
        ):
            self.issue(name, "not-a-list", f'"{name}" must be a list of words, such as [sleep, food].')
            return []
        found = list(texts(node)) if node is not None else []
        if required and not found:
            self.issue(name, "missing-field", f'"{name}" is missing. Write at least one word.')
        return found

    def choice(self, name: str, kind: type[E], default: E) -> E:
        """One word of a closed list."""
        value = self.text(name)
        if not value:
            return default
        try:
            return kind(value)
        except ValueError:
            options = ", ".join(kind)
            self.issue(name, "bad-choice", f'"{name}" is "{value}"; it must be one of: {options}.')
            return default

    def flag(self, name: str, default: bool) -> bool:
        """yes or no."""
        unknown = Answer.YES if default else Answer.NO
        return self.choice(name, Answer, unknown) is Answer.YES

    def words(self, name: str, kind: str, known: Known, *, required: bool = False) -> tuple[str, ...]:
        """Keys of a vocabulary."""
        allowed = known.words.get(kind, ())
        for text in (found := self.many(name, required=required)):
            if allowed and text.value not in allowed:
                self.issues.append(
                    Issue(
                        self.path,
                        text.line,
                        "unknown-word",
                        f'"{text.value}" is not a word for "{name}".{did_you_mean(text.value, allowed)}'
                        f" Add {kind}.{text.value} to flows/_system/directory.yml if it is new.",
                    )
                )
        return tuple(text.value for text in found)

    def parsed(self, name: str, parse: Callable[[str], T], code: str, way_out: str) -> T | None:
        """One scalar read by `parse`, which raises ValueError."""
        value = self.text(name)
        if not value:
            return None
        try:
            return parse(value)
        except ValueError:
            self.issue(name, code, f'"{name}" is "{value}". {way_out}')
            return None

    def matching(self, name: str, pattern: re.Pattern[str], code: str, way_out: str) -> str | None:
        """One scalar of a known shape."""

        def check(value: str) -> str:
            if not pattern.fullmatch(value):
                raise ValueError(value)
            return value

        return self.parsed(name, check, code, way_out)


def read_services(root: Node, path: str, known: Known, *, category: str) -> tuple[list[Service], list[Issue]]:
    """The services of one file. `category` is what its name says it holds."""
    issues: list[Issue] = []
    if not isinstance(root, Table):
        return [], [Issue(path, root.line, "not-a-map", "a directory file is a map with category, owner and services.")]
    head = Fields(root, path, issues)
    head.only(_FILE_FIELDS)
    if (written := head.text("category", required=True)) and written != category:
        head.issue("category", "wrong-category", f'this file is named "{category}" and says "{written}". Use one.')
    head.words("category", "category", known)
    owner, icon = head.text("owner", required=True), head.text("icon", required=True)
    entries = root.values.get("services")
    if not isinstance(entries, Items):
        head.issue("services", "not-a-list", '"services" must be a list of entries that start with "- id:".')
        return [], issues
    services: list[Service] = []
    for entry in entries.values:
        if isinstance(entry, Table):
            services.append(_service(Fields(entry, path, issues), known, category, owner, icon))
        else:
            issues.append(
                Issue(path, entry.line, "not-a-map", 'an entry starts with "- id:" and has one field a line.')
            )
    return services, issues


def _service(entry: Fields, known: Known, category: str, owner: str, icon: str) -> Service:
    entry.only(_FIELDS)
    name = entry.text("id", required=True)
    if name and not ID.fullmatch(name):
        entry.issue("id", "bad-id", f'the id "{name}" must be lower-case words joined by "-".')
    place, confidential = _place(entry, known), entry.flag("confidential", False)
    if confidential and (place.is_known or place.district or place.postal_code):
        entry.issue("confidential", "confidential-address", "a confidential place has no address here. Remove it.")
        place = Place(city=place.city)
    sources = _sources(entry)
    publish = entry.flag("publish", True)
    if publish and not sources:
        entry.issue("sources", "no-source", f'"{name}" has no source. Add one, or write "publish: no".')
    for fact in (facts := entry.many("facts")):
        if known.facts and fact.value not in known.facts:
            entry.issue(
                "facts", "unknown-fact", f'"{fact.value}" is not a fact.{did_you_mean(fact.value, known.facts)}'
            )
    return Service(
        id=name,
        former_ids=tuple(text.value for text in entry.many("former_ids")),
        category=category,
        organization=entry.text("organization", required=True),
        name=entry.text("name", required=True),
        description=entry.text("description", required=True, longest=MAX_DESCRIPTION),
        icon=entry.text("icon") or icon,
        needs=entry.words("needs", "need", known, required=True),
        keywords=tuple(text.value for text in entry.many("keywords")),
        eligibility=_eligibility(entry, known),
        required_documents=entry.words("required_documents", "document", known),
        cost=entry.choice("cost", Cost, Cost.UNKNOWN),
        cost_note=entry.text("cost_note", longest=MAX_NOTE),
        languages=_languages(entry),
        languages_note=entry.text("languages_note", longest=MAX_NOTE),
        interpreters=entry.flag("interpreters", False),
        phones=_phones(entry, known),
        email=entry.matching("email", _EMAIL, "bad-email", "Write it as name@place.be."),
        url=entry.matching("url", _URL, "bad-url", "Write the whole address, with https://."),
        place=place,
        schedule=_schedule(entry, known),
        temporarily_closed=entry.text("temporarily_closed", longest=MAX_NOTE),
        alert=entry.text("alert", longest=MAX_NOTE),
        facts=tuple(text.value for text in facts),
        assured_date=entry.parsed("assured_date", date.fromisoformat, "bad-date", "Write it as 2026-03-14."),
        review_months=entry.parsed("review_months", _months, "bad-number", "Write a number of months, 1 to 600.") or 12,
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
        entry.issue("eligibility", "missing-field", '"eligibility" is missing. Write at least "who:" under it.')
        return Eligibility(who=())
    fields = Fields(node, entry.path, entry.issues)
    fields.only(_ELIGIBILITY_FIELDS)
    return Eligibility(
        who=fields.words("who", "who", known, required=True),
        without_residence_permit=fields.choice("without_residence_permit", Answer, Answer.UNKNOWN),
        note=fields.text("note", longest=MAX_NOTE),
    )


def _languages(entry: Fields) -> tuple[str, ...]:
    found = entry.many("languages")
    for text in found:
        if not _LANGUAGE.fullmatch(text.value):
            entry.issue("languages", "bad-language", f'"{text.value}" is not a language tag such as fr, ar or zh-Hant.')
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
            entry.issue("phones", "bad-phone", f'"{written}" is not a phone number. Write it as +32 4 220 01 20.')
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
    latitude = entry.parsed("latitude", float, "bad-coordinates", "Write degrees such as 50.6405.")
    longitude = entry.parsed("longitude", float, "bad-coordinates", "Write degrees such as 5.5718.")
    # Belgium and a margin: a swapped or foreign pair would send somebody far away.
    if (latitude is None) != (longitude is None) or (
        latitude is not None and longitude is not None and not (49.4 < latitude < 51.6 and 2.4 < longitude < 6.5)
    ):
        entry.issue("latitude", "bad-coordinates", "latitude and longitude go together and lie in Belgium.")
        latitude = longitude = None
    district = entry.text("district") or None
    if district and known.districts and district not in known.districts:
        entry.issue(
            "district",
            "unknown-district",
            f'"{district}" is not in flows/directory/_districts.yml.{did_you_mean(district, known.districts)}',
        )
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
            entry.issue(
                "opening_hours",
                "bad-hours",
                f'"{hours}" is not in the OSM form, such as "Mo-Fr 09:00-17:00; PH off".'
                " Write it as words in schedule_note if it is not certain.",
            )
            hours = None
    return Schedule(opening_hours=hours, note=entry.text("schedule_note", longest=MAX_NOTE))


def _sources(entry: Fields) -> tuple[Source, ...]:
    node = entry.table.values.get("sources")
    if node is None or (isinstance(node, Text) and not node.value):
        return ()
    if not isinstance(node, Items):
        entry.issue("sources", "not-a-list", '"sources" is a list of maps: "- url: …" and "seen: 2025-03".')
        return ()
    sources = []
    for child in node.values:
        if not isinstance(child, Table):
            entry.issue("sources", "not-a-map", 'a source has a "url" and, when it is dated, a "seen".')
            continue
        fields = Fields(child, entry.path, entry.issues)
        fields.only({"url", "seen"})
        fields.text("url", required=True)
        url = fields.matching("url", _URL, "bad-url", "Write the whole address, with https://.")
        seen = fields.parsed("seen", PartialDate.parse, "bad-date", "Write 2025, 2025-03 or 2025-03-14.")
        if url:
            sources.append(Source(url=url, seen=seen))
    return tuple(sources)


def read_districts(root: Node, path: str) -> tuple[list[District], list[Issue]]:
    """The districts of `_districts.yml`: a map from id to name, commune, postal codes and centre."""
    if not isinstance(root, Table):
        return [], [Issue(path, root.line, "not-a-map", "districts are a map from id to name, commune and centre.")]
    issues: list[Issue] = []
    districts = []
    for name, node in root.values.items():
        if not isinstance(node, Table):
            issues.append(Issue(path, root.lines[name], "not-a-map", f'"{name}" needs name, commune and a centre.'))
            continue
        fields = Fields(node, path, issues)
        fields.only({"name", "commune", "postal_codes", "latitude", "longitude"})
        place = _place(fields, Known())
        if place.latitude is None or place.longitude is None:
            issues.append(Issue(path, root.lines[name], "missing-field", f'"{name}" needs latitude and longitude.'))
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
