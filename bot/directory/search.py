"""Finding services by free words in any language, and by what a person needs, where, when and how.

Words are looked up in a full-text index in memory (SQLite FTS5); words that speak of a need, in any script, count
more than words that only occur in a text. Typing errors are mended against the words the directory knows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.directory.fold import fold, tokens
from bot.directory.hours import State, openness_state
from bot.directory.lookup import Directory
from bot.directory.nearest import by_distance
from bot.directory.service import Answer, Cost, Service
from bot.directory.words import Words

#: Columns of the index and how much a hit in each weighs (bm25 of FTS5).
COLUMNS = {"name": 8.0, "keywords": 6.0, "organization": 4.0, "needs": 3.0, "description": 1.5, "place": 1.0}
#: What a clear word for the first need of a service is worth, against the best textual hit (1.0).
NEED_WEIGHT = 1.6
#: What each further need of a service is worth less.
NEED_STEP = 0.12
#: Needs where a wrong first answer can cost a life: their services come before any other that is spoken of.
SAFETY = frozenset(
    {"emergency", "violence", "sexual_violence", "suicide", "child_danger", "minor_alone", "trafficking", "detention"}
)
SAFETY_BONUS = 0.8
#: Worth of a text that holds most words of a service's own name.
NAME_BONUS = 1.5
#: Added to services that receive everybody when a text or filter speaks of being without papers.
_OPEN_TO_ALL = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What somebody looks for. Every field narrows; an empty query finds everything that is published."""

    #: Free words in any language.
    text: str = ""
    #: Needs of the vocabulary; one of them must fit.
    needs: tuple[str, ...] = ()
    category: str | None = None
    #: A district id or a commune; services in other places of the area still come, farther down.
    district: str | None = None
    #: A point the person chose to send; in memory only, never stored.
    near: tuple[float, float] | None = None
    #: Only what is surely open, or answered by another number.
    open_now: bool = False
    #: BCP 47; only services that name this language, or have interpreters.
    language: str | None = None
    #: Leave out what a source says is closed to people without a residence permit.
    without_papers: bool = False
    #: Only what is free for everybody.
    free: bool = False
    limit: int = 10


class Search:
    """An index over the published services of one directory. Build it once for each load."""

    def __init__(self, directory: Directory, words: Words) -> None:
        self.directory = directory
        self.words = words
        self._services = {service.id: service for service in directory.published()}
        self._index = _index(self._services.values(), directory)
        self._known = _known_words(self._index)
        self._names = {service.id: set(words.content(service.name)) for service in self._services.values()}

    def find(self, query: Query, at: datetime) -> tuple[Service, ...]:
        """The services that fit, best first, at most `query.limit`; `at` is an aware instant."""
        scores = self._scores(query)
        found = [service for service in self._services.values() if self._fits(service, query, scores, at)]
        found.sort(key=lambda service: -scores.get(service.id, 0.0))
        if query.near or query.district:
            found = self._near_first(found, query, scores)
        return tuple(found[: query.limit])

    def _fits(self, service: Service, query: Query, scores: Mapping[str, float], at: datetime) -> bool:
        eligibility = service.eligibility.without_residence_permit
        wanted = query.language.split("-")[0] if query.language else None
        return (
            (not query.text.strip() or service.id in scores)
            and (not query.needs or any(need in query.needs for need in service.needs))
            and (query.category is None or service.category == query.category)
            and (not query.without_papers or eligibility is not Answer.NO)
            and (not query.free or service.cost is Cost.FREE)
            and (
                wanted is None or service.interpreters or any(tag.split("-")[0] == wanted for tag in service.languages)
            )
            and (not query.open_now or _is_open(service, at))
        )

    def _scores(self, query: Query) -> dict[str, float]:
        scores: dict[str, float] = {}
        if query.text.strip():
            scores = self._text_scores(query.text)
            spoken = self.words.needs_of(query.text, self._known)
            for need in SAFETY & spoken.keys():
                # Only a word that was really written; a near one may be another word.
                spoken[need] += SAFETY_BONUS if spoken[need] >= 1 else 0
            asked = set(self.words.content(query.text))
            for service in self._services.values():
                if worth := _worth(service, spoken) + self._named(service, asked):
                    scores[service.id] = scores.get(service.id, 0.0) + worth
        for service in self._services.values():
            for place, need in enumerate(service.needs):
                if need in query.needs:
                    scores[service.id] = scores.get(service.id, 0.0) + NEED_WEIGHT - NEED_STEP * place
                    break
            if query.without_papers and service.eligibility.without_residence_permit is Answer.YES:
                scores[service.id] = scores.get(service.id, 0.0) + _OPEN_TO_ALL
        return scores

    def _named(self, service: Service, asked: set[str]) -> float:
        """What it is worth that a text names the service."""
        name = self._names[service.id]
        share = len(name & asked) / len(name) if name else 0.0
        return NAME_BONUS * share if share >= 0.6 else 0.0

    def _text_scores(self, text: str) -> dict[str, float]:
        """Service → 0 to 1, the best textual hit being 1."""
        words = [self._mended(word) for word in self.words.content(text)] or tokens(text)
        if not words:
            return {}
        # Every word is quoted: nothing a person types is read as FTS5 syntax.
        asked = " OR ".join(f'"{word}"*' if len(word) > 3 else f'"{word}"' for word in words)
        weights = ", ".join(str(weight) for weight in COLUMNS.values())
        rows = self._index.execute(
            f"select id, bm25(services, 0, {weights}) from services where services match ? order by 2", [asked]
        ).fetchall()
        best = min((rank for _, rank in rows), default=0.0)
        return {name: rank / best if best else 0.0 for name, rank in rows}

    def _mended(self, word: str) -> str:
        """A misspelt word becomes the nearest word of the index; a known, short or strange one stays."""
        if len(word) < 5 or word in self._known or word in self.words.needs:
            return word
        if any(known.startswith(word) for known in self._known):
            return word
        from rapidfuzz import distance, process  # imported late: only a search needs it

        limit = 1 if len(word) < 8 else 2
        candidates = [known for known in self._known if known[:1] == word[:1]]
        best = process.extractOne(
            word, candidates, scorer=distance.DamerauLevenshtein.distance, score_cutoff=limit, processor=None
        )
        return str(best[0]) if best else word

    def _near_first(self, found: list[Service], query: Query, scores: Mapping[str, float]) -> list[Service]:
        """Order by distance among services that answer equally well (the same half point of score)."""
        origin = query.near
        district = self.directory.districts.get(query.district or "")
        if origin is None and district is not None:
            origin = (district.latitude, district.longitude)
        if origin is None:
            return found
        distances = dict(by_distance(found, origin, self.directory.districts))
        asked = bool(query.text.strip() or query.needs)

        def order(service: Service) -> tuple[float, float]:
            far = distances.get(service.id)
            group = -round(scores.get(service.id, 0.0) * 2) if asked else 0
            return group, far if far is not None else float("inf")

        return sorted(found, key=order)


def _worth(service: Service, spoken: Mapping[str, float]) -> float:
    """What the needs a text speaks of are worth for a service: the best of its needs counts, early ones more."""
    worths = (
        spoken[need] * (NEED_WEIGHT - NEED_STEP * place) for place, need in enumerate(service.needs) if need in spoken
    )
    return max(worths, default=0.0)


def _is_open(service: Service, at: datetime) -> bool:
    schedule = service.schedule
    answers = schedule.after_hours is not None or openness_state(schedule.opening_hours, at) is State.OPEN
    return answers and not service.temporarily_closed


def _index(services: Iterable[Service], directory: Directory) -> sqlite3.Connection:
    # Imported here: sqlite-utils is 14 MB, and a bot that never searches does not need it.
    from sqlite_utils import Database

    connection = sqlite3.connect(":memory:", check_same_thread=False)
    database = Database(connection)
    columns = ", ".join(COLUMNS)
    # Text is folded before it goes in, so the tokenizer only has to cut words.
    connection.execute(f"create virtual table services using fts5(id unindexed, {columns}, tokenize='unicode61')")
    database.table("services").insert_all([_row(service, directory) for service in services])
    connection.execute("create virtual table words using fts5vocab('services', 'row')")
    connection.commit()
    return connection


def _row(service: Service, directory: Directory) -> dict[str, str]:
    sentences = directory.vocabulary.sentences
    district = directory.districts.get(service.place.district or "")
    row = {
        "name": service.name,
        "keywords": " ".join((*service.keywords, service.id.replace("-", " "))),
        "organization": service.organization,
        "needs": " ".join(sentences.get(f"need.{need}", need) for need in service.needs),
        "description": " ".join((service.description, service.eligibility.note)),
        "place": " ".join(
            part for part in (service.place.address, service.place.city, district and district.name) if part
        ),
    }
    return {"id": service.id, **{column: fold(text) for column, text in row.items()}}


def _known_words(connection: sqlite3.Connection) -> frozenset[str]:
    return frozenset(term for (term,) in connection.execute("select term from words"))
