"""Services of the directory in a message: a few lines each, and a button for the whole card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.core.ids import Locale, ServiceId
from bot.core.messages import Block, Button, Open, ServiceCards, ShowService
from bot.core.papers import BookletEntry, BookletLine
from bot.core.phrases import Phrase, Verbatim
from bot.directory.card import Line, Part, card, map_url
from bot.directory.hours import State, openness
from bot.directory.living import Living
from bot.directory.nearest import distance_km, nearest, point_of
from bot.directory.phones import readable
from bot.directory.search import Query
from bot.directory.service import Service
from bot.i18n.catalogues import Catalogues
from bot.i18n.render import joined, render_phrase
from bot.i18n.text import Text

#: What a booklet tells of a service; "open now" would be wrong tomorrow.
_LASTING = (Part.ALERT, Part.HOURS, Part.PHONE, Part.ADDRESS, Part.SECRET, Part.DOCUMENTS, Part.CHECKED)
#: In a name: behind it stands what a house of several services does here.
_HOUSE = " — "


class DirectoryCards:
    """The `Cards` of the desk, over one load of the directory."""

    def __init__(self, living: Living, catalogues: Catalogues, *, name_language: Callable[[str, Locale], str]) -> None:
        self._living = living
        self._catalogues = catalogues
        self._name_language = name_language
        self._minute: tuple[int, int] | None = None
        self._made: dict[tuple[str, Locale, bool], Text] = {}

    def blocks(self, cards: ServiceCards, locale: Locale, now: datetime) -> Sequence[Block | Text]:
        """The cards in place of the block; one honest sentence when nothing is found."""
        services = self.chosen(cards, now)
        if not services:
            return [self._living.directory.vocabulary.phrase("card.none_found")]
        return [
            self._kept(service, locale, now, is_whole=cards.whole, km=self._km(service, cards)) for service in services
        ]

    def details(self, cards: ServiceCards, label: Phrase, now: datetime) -> tuple[tuple[Button, ...], ...]:
        """A row for each service that is shown short."""
        services = self.chosen(cards, now)
        houses = Counter(service.name.partition(_HOUSE)[0] for service in services)
        return tuple(
            (
                Button(
                    label=label.having(name=Verbatim(text=_told_apart(service.name, houses))),
                    icon="ℹ️",
                    action=ShowService(service=ServiceId(service.id)),
                ),
            )
            for service in services
        )

    def maps(self, cards: ServiceCards, label: Phrase, now: datetime) -> tuple[tuple[Button, ...], ...]:
        """A row for each service with a place; a place that is secret has none. Of several each bears its name."""
        services = self.chosen(cards, now)
        houses = Counter(service.name.partition(_HOUSE)[0] for service in services)
        urls = [(service, map_url(service)) for service in services]
        placed = [(service, url) for service, url in urls if url is not None]
        return tuple(
            (
                Button(
                    label=label if len(placed) == 1 else _named(_told_apart(service.name, houses)),
                    icon="🗺️",
                    action=Open(url=url),
                ),
            )
            for service, url in placed
        )

    def numbers(self, cards: ServiceCards, now: datetime) -> tuple[str, ...]:
        """The first number of each service; of one that is closed the number that answers in its place, or none."""
        found = [_number(service, now) for service in self.chosen(cards, now)]
        return tuple(readable(number) for number in found if number is not None)

    def counter(self, service: ServiceId) -> tuple[str, tuple[Phrase, ...]] | None:
        """Its name, and the papers it asks for; None when it is gone."""
        found = next(iter(self._living.services((service,))), None)
        if found is None:
            return None
        words = self._living.directory.vocabulary
        asked = [word for word in found.required_documents if word != "none"]
        return found.name, tuple(words.phrase(f"document.{word}") for word in asked)

    def pages(self, cards: ServiceCards, locale: Locale, now: datetime) -> tuple[BookletEntry, ...]:
        """The same services as entries of a booklet: what stays true without network."""
        return tuple(self._page(service, locale, now) for service in self.chosen(cards, now))

    def _page(self, service: Service, locale: Locale, now: datetime) -> BookletEntry:
        made = card(service, self._living.directory, now, name_language=lambda tag: self._name_language(tag, locale))
        lines = tuple(
            BookletLine(text=render_phrase(line.phrase, locale, self._catalogues).text, url=line.url or "")
            for line in made.lines
            if line.part in _LASTING
        )
        return BookletEntry(title=service.name, lines=lines)

    def chosen(self, cards: ServiceCards, now: datetime) -> tuple[Service, ...]:
        """Those named, in their order or the nearest first; else those that answer the need or the words."""
        if cards.words is not None and not cards.words.strip():
            return ()
        if cards.ids:
            named = self._living.services(cards.ids)
            if cards.near_point is None:
                return named
            near = nearest(named, cards.near_point, self._living.directory.districts, limit=cards.limit)
            return tuple(one.service for one in near) or named[: cards.limit]
        query = Query(
            text=cards.words or "",
            needs=(cards.need,) if cards.need else (),
            # A flow's choices have no hyphen; the districts have.
            district=cards.near.replace("_", "-") if cards.near else None,
            near=cards.near_point,
            limit=cards.limit,
        )
        return self._living.find(query, now)

    def _km(self, service: Service, cards: ServiceCards) -> float | None:
        """How far, when the person sent where they are; forgotten with this turn."""
        if cards.near_point is None:
            return None
        there = point_of(service, self._living.directory.districts)
        return None if there is None else distance_km(cards.near_point, there)

    def _kept(self, service: Service, locale: Locale, now: datetime, *, is_whole: bool, km: float | None) -> Text:
        """As `_text`, made once a minute: what is open changes no faster, and many people read the same card."""
        if km is not None:
            return self._text(service, locale, now, is_whole=is_whole, km=km)
        minute = (int(now.timestamp()) // 60, id(self._living.directory))
        if minute != self._minute:
            self._minute = minute
            self._made.clear()
        key = (service.id, locale, is_whole)
        text = self._made.get(key)
        if text is None:
            text = self._made[key] = self._text(service, locale, now, is_whole=is_whole, km=None)
        return text

    def _text(self, service: Service, locale: Locale, now: datetime, *, is_whole: bool, km: float | None) -> Text:
        directory = self._living.directory
        made = card(service, directory, now, name_language=lambda tag: self._name_language(tag, locale), distance_km=km)
        lines = [render_phrase(made.title, locale, self._catalogues)]
        lines += [self._line(line, locale) for line in (made.lines if is_whole else made.short)]
        return joined(lines, "\n")

    def _line(self, line: Line, locale: Locale) -> Text:
        """A line behind its icon."""
        if line.icon and not line.phrase.key:
            # A number, a link or an address alone is no sentence of its own direction: the line is the reader's.
            alone = replace(line.phrase, text=f"{line.icon} {line.phrase.text}")
            return render_phrase(alone, locale, self._catalogues)
        text = render_phrase(line.phrase, locale, self._catalogues)
        return joined([replace(text, text=line.icon, bold=()), text], " ") if line.icon else text


def _number(service: Service, now: datetime) -> str | None:
    if service.temporarily_closed:
        return None
    if openness(service.schedule.opening_hours, now).state in (State.CLOSED, State.HOLIDAY):
        return service.schedule.after_hours
    return service.phones[0].number if service.phones else None


def _named(name: str) -> Phrase:
    return Phrase(key="", text="{name}", values={"name": Verbatim(text=name)})


def _told_apart(name: str, houses: Mapping[str, int]) -> str:
    """A name to stand on a button, where little more than its beginning is seen: two services of one house by what
    they do."""
    house, _, service = name.partition(_HOUSE)
    return service if service and houses[house] > 1 else name
