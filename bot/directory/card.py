"""A service as a card: typed lines, each a phrase to translate. Nothing here is text yet; `bot.i18n` makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeAlias
from urllib.parse import quote_plus, urlsplit

from bot.core.local_time import local_day
from bot.core.phrases import Phrase, Verbatim
from bot.directory.amounts import amount
from bot.directory.hours import Openness, State, openness
from bot.directory.lookup import Directory
from bot.directory.phones import readable
from bot.directory.service import Answer, Cost, PartialDate, Service
from bot.directory.vocabulary import Vocabulary

#: A BCP 47 tag → the language's name for the reader (CLDR); given by the caller, who knows the reader.
NameLanguage: TypeAlias = Callable[[str], str]


class Part(StrEnum):
    """What a line of a card tells. Their order is the order of a whole card."""

    WHAT = "what"
    ALERT = "alert"
    FOR_WHOM = "for_whom"
    CONDITION = "condition"
    PAPERS = "papers"
    DOCUMENTS = "documents"
    PRICE = "price"
    FACT = "fact"
    LANGUAGES = "languages"
    OPEN = "open"
    HOURS = "hours"
    PHONE = "phone"
    EMAIL = "email"
    WEBSITE = "website"
    ADDRESS = "address"
    SECRET = "secret"
    DISTANCE = "distance"
    CHECKED = "checked"
    STALE = "stale"
    SOURCE = "source"


ICONS = {
    Part.ALERT: "⚠️",
    Part.FOR_WHOM: "👥",
    Part.PAPERS: "🪪",
    Part.DOCUMENTS: "📄",
    Part.PRICE: "💶",
    Part.FACT: "📌",
    Part.LANGUAGES: "🗣",
    Part.OPEN: "🕐",
    Part.HOURS: "🕐",
    Part.PHONE: "☎️",
    Part.EMAIL: "✉️",
    Part.WEBSITE: "🌐",
    Part.ADDRESS: "📍",
    Part.SECRET: "🤫",
    Part.DISTANCE: "📏",
    Part.CHECKED: "🗓",
    Part.STALE: "⚠️",
}
#: Categories where nothing may keep somebody without papers away when no source speaks of papers: staying away costs
#: more than asking (pathways_basic_needs.md, section 0, rule 6 and section 3).
_NEVER_KEPT_FROM = frozenset({"emergency", "food", "health", "mental-health", "sleep", "violence"})
#: What a short card tells, under its title: enough to call or to go.
SHORT = (Part.ALERT, Part.OPEN, Part.PHONE, Part.ADDRESS, Part.DISTANCE, Part.STALE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a card."""

    part: Part
    phrase: Phrase
    #: The same in fewer words, for a short card; None when there is none.
    brief: Phrase | None = None
    #: Where a button for this line leads: a telephone, a map, a page.
    url: str | None = None

    @property
    def icon(self) -> str:
        """A picture for weak readers; empty for most of the small print."""
        return ICONS.get(self.part, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Everything a person should know of one service, in the order of `Part`."""

    service: Service
    title: Phrase
    lines: tuple[Line, ...]
    openness: Openness
    is_stale: bool

    @property
    def short(self) -> tuple[Line, ...]:
        """The few lines that fit when several services are shown together, in few words."""
        chosen = [line for line in self.lines if line.part in SHORT or self._says_when(line)]
        if any(line.part is Part.ALERT for line in chosen):
            # One warning is enough on a small screen; the whole card has both.
            chosen = [line for line in chosen if line.part is not Part.STALE]
        if not any(line.part is Part.PHONE or line.url for line in chosen):
            # Nothing to call and nowhere to go: the page or the address to write to.
            chosen += [line for line in self.lines if line.part in (Part.WEBSITE, Part.EMAIL)][:1]
        return tuple(line if line.brief is None else replace(line, phrase=line.brief) for line in chosen)

    def _says_when(self, line: Line) -> bool:
        """Hours that are only known as words: « à partir de 20 h » decides whether somebody has a bed tonight."""
        schedule, closed = self.service.schedule, self.service.temporarily_closed
        return line.part is Part.HOURS and bool(schedule.note) and schedule.opening_hours is None and not closed

    @property
    def map_url(self) -> str | None:
        """A map of the place, or None."""
        return next((line.url for line in self.lines if line.part is Part.ADDRESS), None)


def card(
    service: Service,
    directory: Directory,
    at: datetime,
    *,
    name_language: NameLanguage = str,
    distance_km: float | None = None,
) -> Card:
    """The card of one service at an aware instant."""
    open_state = openness(service.schedule.opening_hours, at)
    today = local_day(at)
    stale = service.is_stale(today)
    words = directory.vocabulary
    lines = (
        *_what(service, words),
        *_conditions(service, words, directory, today),
        *_languages(service, words, name_language),
        *_hours(service, words, open_state, at),
        *_contacts(service, words, distance_km),
        *_trust(service, words, stale),
    )
    return Card(
        service=service,
        title=words.phrase("card.title", icon=Verbatim(text=service.icon), name=service.name),
        lines=lines,
        openness=open_state,
        is_stale=stale,
    )


def sentence(service: Service, part: str, text: str) -> Phrase:
    """A French text of one entry as a phrase; its context names the entry and the field."""
    return Phrase(key=f"directory/{service.id}.{part}", text=text)


def _what(service: Service, words: Vocabulary) -> Iterator[Line]:
    yield Line(part=Part.WHAT, phrase=sentence(service, "description", service.description))
    if service.alert:
        yield Line(part=Part.ALERT, phrase=sentence(service, "alert", service.alert))
    if service.temporarily_closed:
        reason = sentence(service, "temporarily_closed", service.temporarily_closed)
        yield Line(part=Part.ALERT, phrase=words.phrase("card.temporarily_closed", reason=reason))


def _conditions(service: Service, words: Vocabulary, directory: Directory, today: date) -> Iterator[Line]:
    who = words.joined([words.phrase(f"who.{word}") for word in service.eligibility.who])
    yield Line(part=Part.FOR_WHOM, phrase=words.phrase("card.for_whom", who=who))
    if service.eligibility.note:
        yield Line(part=Part.CONDITION, phrase=sentence(service, "eligibility", service.eligibility.note))
    papers = {
        Answer.YES: "card.with_and_without_papers",
        Answer.NO: "card.papers_needed",
        Answer.UNKNOWN: "card.papers_unknown",
    }[service.eligibility.without_residence_permit]
    if papers == "card.papers_unknown" and service.category in _NEVER_KEPT_FROM:
        papers = "card.papers_unstated"
    yield Line(part=Part.PAPERS, phrase=words.phrase(papers))
    if service.required_documents == ("none",):
        yield Line(part=Part.DOCUMENTS, phrase=words.phrase("card.no_documents"))
    elif service.required_documents:
        documents = words.joined([words.phrase(f"document.{word}") for word in service.required_documents])
        yield Line(part=Part.DOCUMENTS, phrase=words.phrase("card.documents", documents=documents))
    if price := _price(service, words):
        yield Line(part=Part.PRICE, phrase=price)
    for name in service.facts:
        fact = directory.facts[name]
        if fact.publish:
            about = Phrase(key=f"fact/{fact.name}.about", text=fact.about)
            told = words.phrase("fact.line", about=about, amount=amount(fact, words))
            if fact.is_stale(today):
                told = words.phrase("card.with_note", text=told, note=words.phrase("card.stale_short"))
            yield Line(part=Part.FACT, phrase=told)
            if fact.deadline:
                yield Line(part=Part.FACT, phrase=words.phrase("fact.read_your_letter"))


def _price(service: Service, words: Vocabulary) -> Phrase | None:
    note = sentence(service, "cost_note", service.cost_note) if service.cost_note else None
    if service.cost is Cost.UNKNOWN:
        return note
    price = words.phrase(f"card.{service.cost}")
    return words.phrase("card.with_note", text=price, note=note) if note else price


def _languages(service: Service, words: Vocabulary, name_language: NameLanguage) -> Iterator[Line]:
    if service.languages:
        named = words.joined(
            [Phrase(key="", text="{name}", values={"name": name_language(tag)}) for tag in service.languages]
        )
        yield Line(part=Part.LANGUAGES, phrase=words.phrase("card.languages", languages=named))
    if service.languages_note:
        yield Line(part=Part.LANGUAGES, phrase=sentence(service, "languages_note", service.languages_note))
    if service.interpreters:
        yield Line(part=Part.LANGUAGES, phrase=words.phrase("card.interpreters"))


def _hours(service: Service, words: Vocabulary, state: Openness, at: datetime) -> Iterator[Line]:
    if not service.temporarily_closed:
        if service.schedule.opening_hours is not None:
            yield Line(part=Part.OPEN, phrase=_answering(service, state, words) or open_phrase(state, words, at))
        elif not service.schedule.note and service.place.is_known:
            yield Line(part=Part.HOURS, phrase=words.phrase("card.hours_unknown"))
    if service.schedule.note:
        note = sentence(service, "schedule_note", service.schedule.note)
        yield Line(part=Part.HOURS, phrase=words.phrase("card.hours_note", hours=note), brief=note)


def _answering(service: Service, state: Openness, words: Vocabulary) -> Phrase | None:
    """Who answers in its place: a line that another one takes over must not read as closed."""
    stand_in = service.schedule.after_hours
    if stand_in is None or state.state is State.OPEN:
        return None
    return words.phrase("card.after_hours", number=Verbatim(text=readable(stand_in)))


def open_phrase(state: Openness, words: Vocabulary, at: datetime) -> Phrase:
    """Open or closed, with the next opening when it is known."""
    today = local_day(at)
    if state.state is State.OPEN:
        if state.until is None:
            return words.phrase("card.always_open")
        return words.phrase("card.open", time=state.until.time())
    opens = state.next_opening
    if state.state is State.HOLIDAY:
        if opens is None:
            return words.phrase("card.holiday")
        return words.phrase("card.holiday_next", date=opens.date(), time=opens.time())
    if state.state is State.UNKNOWN:
        return words.phrase("card.hours_unknown")
    if opens is None:
        return words.phrase("card.closed")
    if opens.date() == today:
        return words.phrase("card.opens_today", time=opens.time())
    if opens.date() == today + timedelta(days=1):
        return words.phrase("card.opens_tomorrow", time=opens.time())
    return words.phrase("card.opens_on", date=opens.date(), time=opens.time())


def _contacts(service: Service, words: Vocabulary, distance_km: float | None) -> Iterator[Line]:
    for phone in service.phones:
        number = Verbatim(text=readable(phone.number))
        phrase = words.phrase("card.phone", number=number)
        if phone.description:
            use = sentence(service, f"phone_{phone.number.removeprefix('+')}", phone.description)
            phrase = words.phrase("card.phone_for", use=use, number=number)
        brief = None if phone.description else _verbatim(number.text)
        yield Line(part=Part.PHONE, phrase=phrase, brief=brief, url=f"tel:{phone.number}")
    if service.email:
        phrase = words.phrase("card.email", email=Verbatim(text=service.email))
        yield Line(part=Part.EMAIL, phrase=phrase, brief=_verbatim(service.email), url=f"mailto:{service.email}")
    if service.url:
        phrase = words.phrase("card.website", url=Verbatim(text=service.url))
        yield Line(part=Part.WEBSITE, phrase=phrase, brief=_verbatim(service.url), url=service.url)
    place = service.place
    if service.confidential:
        yield Line(part=Part.SECRET, phrase=words.phrase("card.address_secret"))
    elif place.address:
        town = " ".join(part for part in (place.postal_code, place.city) if part)
        address = Verbatim(text=", ".join(part for part in (place.address, town) if part))
        phrase = words.phrase("card.address", address=address)
        yield Line(part=Part.ADDRESS, phrase=phrase, brief=_verbatim(address.text), url=map_url(service))
    if distance_km is not None and not service.confidential:
        near = distance_km < 1
        phrase = words.phrase("card.near") if near else words.phrase("card.distance", count=round(distance_km))
        yield Line(part=Part.DISTANCE, phrase=phrase)
    if not (service.phones or service.email or service.url or place.address):
        brief = words.phrase("card.ask_adviser")
        yield Line(part=Part.PHONE, phrase=words.phrase("card.no_contact"), brief=brief)


def map_url(service: Service) -> str | None:
    """A page of openstreetmap.org with the place: its point, else a search for its address; none when it is secret."""
    place = service.place
    if service.confidential:
        return None
    if place.latitude is not None and place.longitude is not None:
        at = f"{place.latitude:.5f}/{place.longitude:.5f}"
        return f"https://www.openstreetmap.org/?mlat={place.latitude:.5f}&mlon={place.longitude:.5f}#map=17/{at}"
    if place.address:
        asked = ", ".join(part for part in (place.address, place.postal_code, place.city, "Belgique") if part)
        return f"https://www.openstreetmap.org/search?query={quote_plus(asked)}"
    return None


def _trust(service: Service, words: Vocabulary, stale: bool) -> Iterator[Line]:
    if service.assured_date:
        yield Line(part=Part.CHECKED, phrase=words.phrase("card.checked_on", date=service.assured_date))
    elif service.checked_on:
        dated = words.phrase("card.source_from", date=Verbatim(text=_as_exact(service.checked_on)))
        yield Line(part=Part.CHECKED, phrase=dated)
    else:
        yield Line(part=Part.CHECKED, phrase=words.phrase("card.source_undated"))
    if stale:
        yield Line(part=Part.STALE, phrase=words.phrase("card.stale"), brief=words.phrase("card.stale_short"))
    for source in service.sources[:1]:
        if source.url.startswith("document:"):
            yield Line(part=Part.SOURCE, phrase=words.phrase("card.source_proceedings"))
        else:
            host = urlsplit(source.url).netloc.removeprefix("www.")
            phrase = words.phrase("card.source", source=Verbatim(text=host))
            yield Line(part=Part.SOURCE, phrase=phrase, url=source.url)


def _verbatim(text: str) -> Phrase:
    """A number, a link or an address alone, in its own direction."""
    return Phrase(key="", text="{text}", values={"text": Verbatim(text=text)})


def _as_exact(day: PartialDate) -> str:
    """`2023`, `05/2023` or `14/05/2023`: digits read the same in every language."""
    return "/".join(f"{part:02d}" for part in (day.day, day.month, day.year) if part is not None)
