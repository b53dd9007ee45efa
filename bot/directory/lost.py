"""What the files lost while flows in force still name it: no card and no sentence may lose its number by an edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.directory.facts import Fact, Facts
from bot.directory.issues import Issue, issue
from bot.directory.lookup import Directory
from bot.directory.service import Service
from bot.directory.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What flows ask the directory for, by name."""

    services: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lost:
    """Entries that were there before and are not in the files any more."""

    #: By the names under which they are asked for: ids and former ids.
    services: Mapping[str, Service]
    facts: Mapping[str, Fact]

    def __bool__(self) -> bool:
        return bool(self.services or self.facts)

    def issues(self) -> tuple[Issue, ...]:
        """One for each entry, in file order."""
        entries = [(one.path, one.line, one.id) for one in self.services.values()]
        entries += [(one.path, one.line, one.name) for one in self.facts.values()]
        return tuple(issue(path, 1, "needed-entry", name=name) for path, _, name in sorted(set(entries)))


def lost(before: Directory, now: Directory, named: Named | None = None) -> Lost:
    """What is gone and was published: all of it, or what is `named`.

    An entry that is there with `publish: no` is not gone: somebody took it back on purpose. Of a need that nothing
    answers any more, everything that did.
    """
    names = before.by_id.keys() | before.renamed.keys() if named is None else set(named.services)
    if named is not None:
        unanswered = named.needs - {need for service in now.published() for need in service.needs}
        names |= {service.id for service in before.published() if unanswered.intersection(service.needs)}
    services = {
        name: service
        for name in (*before.by_id, *before.renamed)
        if name in names and now.get(name) is None and (service := before.get(name)) is not None and service.publish
    }
    facts = set(before.facts) if named is None else {*named.facts}
    facts |= {name for service in services.values() for name in service.facts}
    return Lost(
        services=services,
        facts={
            name: fact
            for name in sorted(facts)
            if name not in now.facts and (fact := before.facts.get(name)) is not None and fact.publish
        },
    )


def rejoined(now: Directory, gone: Lost, before: Directory) -> Directory:
    """The directory of now with entries as they were before, and with the words and districts that they speak of."""
    if not gone:
        return now
    there = {service.id: service for service in gone.services.values() if service.id not in now.by_id}
    # Its former name alone was lost.
    former = {name: service.id for name, service in gone.services.items() if name != service.id}
    words = Vocabulary(
        {**before.vocabulary.sentences, **now.vocabulary.sentences},
        {**before.vocabulary.plurals, **now.vocabulary.plurals},
    )
    return replace(
        now,
        by_id={**now.by_id, **there},
        renamed={**now.renamed, **former},
        districts={**before.districts, **now.districts},
        facts=Facts({**now.facts, **gone.facts}),
        vocabulary=words,
    )
