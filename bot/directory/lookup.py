"""The directory in memory: loads the files of a flows folder and answers by id, by need and by name of a fact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from bot.core.ids import EntryId
from bot.directory import hours, phones
from bot.directory.facts import Fact, Facts, read_facts
from bot.directory.issues import Issue, issue
from bot.directory.reader import Known, read_districts, read_services
from bot.directory.service import District, PartialDate, Service
from bot.directory.source import read
from bot.directory.vocabulary import FILE as VOCABULARY
from bot.directory.vocabulary import Vocabulary, read_vocabulary
from bot.directory.words import Words, read_words
from bot.ordinary_file import files_in

FOLDER = "directory"
DISTRICTS = "_districts.yml"
_SERVICE, _FACT = "service", "fact"


@dataclass(frozen=True, slots=True)
class Directory:
    """Everything the guichet knows of services, frozen. A new load makes a new one; an unusable one is never used."""

    #: By id, in file order; former ids are not keys here.
    by_id: Mapping[str, Service]
    #: Former id → id.
    renamed: Mapping[str, str]
    districts: Mapping[str, District]
    facts: Facts
    vocabulary: Vocabulary
    issues: tuple[Issue, ...]
    #: By which people ask for needs.
    words: Words = field(default_factory=lambda: Words({}, frozenset(), 1))

    def get(self, name: str) -> Service | None:
        """One service by its id or a former id, published or not."""
        return self.by_id.get(self.renamed.get(name, name))

    def services(self, ids: Iterable[str]) -> tuple[Service, ...]:
        """The published services of these ids, in their order, each once. Unknown ones are left out: `check` tells."""
        found = (self.get(name) for name in ids)
        return tuple({service.id: service for service in found if service and service.publish}.values())

    def published(self) -> tuple[Service, ...]:
        """Every service that may be shown, in file order."""
        return tuple(service for service in self.by_id.values() if service.publish)

    def knows(self, name: str) -> bool:
        """True for an id that a flow may show."""
        service = self.get(name)
        return service is not None and service.publish

    def fact(self, name: str) -> Fact:
        """A dated fact. Raises KeyError, with the nearest name in its text, for one that is not there."""
        return self.facts[name]

    def stale(self, today: date) -> Mapping[str, tuple[Service | Fact, ...]]:
        """Owner → what nobody vouches for any more, services first, in file order."""
        found: dict[str, list[Service | Fact]] = {}
        for service in self.published():
            if service.is_stale(today):
                found.setdefault(service.owner, []).append(service)
        for fact in self.facts.stale(today):
            found.setdefault(fact.owner, []).append(fact)
        return {owner: tuple(things) for owner, things in found.items()}

    def entry(self, name: EntryId) -> Service | Fact | None:
        """What an entry's name stands for; None when it is gone or not published."""
        kind, _, rest = name.partition("/")
        found: Service | Fact | None = self.get(rest) if kind == _SERVICE else self.facts.get(rest)
        return found if found is not None and found.publish else None

    def vouched(self, days: Mapping[EntryId, date]) -> Directory:
        """The same with what advisers confirmed on these days, where the files do not know of it yet."""
        by_id, facts = dict(self.by_id), dict(self.facts)
        for name, day in days.items():
            match self.entry(name):
                case Service() as service if is_news(service, day):
                    by_id[service.id] = replace(service, assured_date=day)
                case Fact() as fact if is_news(fact, day):
                    facts[fact.name] = replace(fact, checked_on=PartialDate(day.year, day.month, day.day))
        return replace(self, by_id=by_id, facts=Facts(facts))


def entry_of(thing: Service | Fact) -> EntryId:
    """The name under which an entry is asked about and confirmed."""
    return EntryId(f"{_SERVICE}/{thing.id}" if isinstance(thing, Service) else f"{_FACT}/{thing.name}")


def is_older(thing: Service | Fact, day: date) -> bool:
    """Whether nothing in the file is as new as this day; a month or a year alone stands for its first day."""
    known = thing.checked_on
    return known is None or known.first_day() < day


def is_news(thing: Service | Fact, day: date) -> bool:
    """Whether the file does not tell of a person's check on this day or later."""
    if isinstance(thing, Fact):
        return is_older(thing, day)
    return thing.assured_date is None or thing.assured_date < day


def load(flows: Path, *, today: date | None = None) -> Directory:
    """Read `directory/`, with the words of needs, `facts.yml` and `_system/directory.yml` of a flows folder.

    Nothing is raised, all is listed. `today` turns on the check for dates that lie in the future.
    """
    vocabulary, issues = read_vocabulary(flows)
    facts, more = read_facts(flows)
    issues += more
    districts = _districts(flows, issues)
    words, more = read_words(flows, vocabulary.words("need"))
    issues += more
    known = Known(
        words={kind: frozenset(vocabulary.words(kind)) for kind in ("category", "need", "who", "document")},
        districts=frozenset(districts),
        facts=frozenset(facts),
        check_hours=hours.check,
        to_e164=phones.to_e164,
    )
    if not (flows / FOLDER).is_dir() and (flows / VOCABULARY).exists():
        # Lost with all its entries, not a guichet that never had any: what was there before is served on.
        gone = {"reason": "this folder is gone", "raison": "ce dossier n'est plus là"}
        issues.append(issue(f"{flows.name}/{FOLDER}", 1, "unreadable-file", **gone))
    by_id: dict[str, Service] = {}
    renamed: dict[str, str] = {}
    for file in files_in(flows / FOLDER, "[!_]*.yml"):
        shown = f"{flows.name}/{FOLDER}/{file.name}"
        root, wrong = read(file, shown)
        issues += wrong
        if root is None:
            continue
        services, wrong = read_services(root, shown, known, category=file.stem)
        issues += wrong
        for service in services:
            _add(service, by_id, renamed, issues)
            if today is not None and (late := service.checked_on) is not None and late.first_day() > today:
                issues.append(issue(shown, service.line, "future-date", name=service.id, date=late))
    for fact in facts.values():
        if today is not None and (late := fact.checked_on) is not None and late.first_day() > today:
            issues.append(issue(fact.path, fact.line, "future-date", name=fact.name, date=late))
    return Directory(by_id, renamed, districts, facts, vocabulary, tuple(sorted(issues)), words)


def _districts(flows: Path, issues: list[Issue]) -> dict[str, District]:
    path = flows / FOLDER / DISTRICTS
    if not path.is_file():
        return {}
    shown = f"{flows.name}/{FOLDER}/{DISTRICTS}"
    root, wrong = read(path, shown)
    issues += wrong
    if root is None:
        return {}
    districts, wrong = read_districts(root, shown)
    issues += wrong
    return {district.id: district for district in districts}


def _add(service: Service, by_id: dict[str, Service], renamed: dict[str, str], issues: list[Issue]) -> None:
    for name in (service.id, *service.former_ids):
        other = by_id.get(renamed.get(name, name))
        if other is not None and name:
            taken = f"{other.path}:{other.line}"
            issues.append(issue(service.path, service.line, "duplicate-id", name=name, other=taken))
            return
    by_id[service.id] = service
    renamed.update(dict.fromkeys(service.former_ids, service.id))
