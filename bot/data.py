"""Everything that is read from files: flows, directory, catalogues, words of danger; and where it lies."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from bot.config import Settings
from bot.conversation.advance import BEGUN
from bot.conversation.guide import Guide, OfferedLanguage, Thresholds
from bot.conversation.system import PHRASES
from bot.core.ids import Locale
from bot.core.local_time import local_day
from bot.core.phrases import Phrase, Value
from bot.core.understanding import Danger
from bot.directory import amounts
from bot.directory.extract import alerts_of
from bot.directory.extract import phrases_of as directory_phrases
from bot.directory.living import Living
from bot.directory.lookup import Directory
from bot.directory.lost import Named
from bot.errors import Told
from bot.flow.book import load
from bot.flow.extract import flows_in, phrases_in, phrases_of, shown_in_danger
from bot.flow.graph import FlowBook
from bot.flow.issues import Issue as FlowIssue
from bot.flow.known import Known
from bot.flow.named import Wants, wanted
from bot.flow.register import intents_in
from bot.flow.translations import Translation
from bot.flow.watch import LiveBook
from bot.i18n.catalogues import Catalogues, Offer
from bot.i18n.choices import key_of_words
from bot.i18n.formats import language_name
from bot.i18n.languages import SOURCE
from bot.i18n.render import plain
from bot.i18n.template import IN_DANGER
from bot.i18n.vocabulary import Vocabulary
from bot.i18n.words import Words
from bot.kept import KeptFiles
from bot.nlu.by_heart import ByHeart
from bot.nlu.folding import fold
from bot.nlu.lexicon import Lexicon
from bot.ports import Clock
from bot.services.cards import DirectoryCards
from bot.services.keywords import Keywords

log = logging.getLogger(__name__)

#: Issues of flows that most often come from a mistake in another file, which has an issue of its own.
_OF_OTHER_FILES = frozenset({"missing-phrase", "unknown-flow", "unknown-service", "unknown-fact", "unknown-need"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the data of a guichet lies."""

    flows: Path = Path("flows")
    locales: Path = Path("locales")
    nlu: Path = Path("nlu")
    #: Files the program makes: the database, caches.
    state: Path = Path("var")
    #: The secret key, away from the database, so that neither a copy nor a backup of one holds both.
    keys: Path = Path("keys")

    @property
    def erased(self) -> Path:
        """Who was erased from a server's database, as marks."""
        return self.state / "postgres.erased"


class Data:
    """Everything read from files: flows, directory, languages, words. One for each process."""

    def __init__(
        self, places: Places, settings: Settings, *, remembers: bool = True, today: date | None = None
    ) -> None:
        """Raises DataError with one sentence for a file that nothing can stand in for.

        `remembers`: broken files are served as they were kept; a check wants them as they are, and keeps nothing.
        `today`: the directory is told of dates that lie after it, as an edit of a running guichet is.
        """
        self.places = places
        self.settings = settings
        self.catalogues = Catalogues.load(
            places.locales, cache=places.state / "i18n" if remembers else None, keeps_entries=not remembers
        )
        self.intents = intents_in(places.nlu / "intents.yml")
        #: Languages that are not offered because of their files, a line each, as of the last guide.
        self.withheld: tuple[Told, ...] = ()
        self.words = Words.load(places.locales, self.catalogues.languages, fold=fold, label_of=self.text_of)
        kept = KeptFiles(places.state / "directory.json") if remembers else None
        self.living = Living(places.flows, kept, today=today)
        self._live: LiveBook | None = None
        self._heard: Callable[[LiveBook], None] = lambda live: None
        self.lexicon = Lexicon.load(places.nlu / "lexicon", cache=places.state / "lexicon.json", needed=(SOURCE,))
        self.by_heart = ByHeart.load(places.nlu)

    def text_of(self, phrase: Phrase, locale: Locale) -> str:
        """A phrase as plain text."""
        return plain(phrase, locale, self.catalogues)

    @property
    def directory(self) -> Directory:
        """The services and facts of this moment."""
        return self.living.directory

    def facts(self, directory: Directory | None = None) -> dict[str, Value]:
        """Dated facts for sentences, and the figures that the settings decide; those that are served by default."""
        asked = directory or self.directory
        return amounts.values(asked.facts, asked.vocabulary) | {
            "session_days": self.settings.retention.session,
            "case_days": self.settings.retention.case,
        }

    def phrases(self, book: FlowBook) -> Iterator[Phrase]:
        """Every sentence a newcomer may read."""
        for found in phrases_of(book):
            yield found[0]
        for found in directory_phrases(self.directory):
            yield found[0]

    def danger(self, text: str) -> Danger | None:
        """Words of danger in any language."""
        found = self.lexicon.danger(text)
        return None if found is None else Danger(intent=found.intent, locale=found.locale, phrase=found.phrase)

    def cards(self) -> DirectoryCards:
        """The directory as messages show it."""
        return DirectoryCards(
            self.living,
            self.catalogues,
            name_language=lambda tag, locale: language_name(tag, locale, self.catalogues.languages),
        )

    def keywords(self, book: Callable[[], FlowBook]) -> Keywords:
        """Exact keywords of these flows."""
        return Keywords(
            book,
            text_of=self.text_of,
            fold=fold,
            by_heart=self.by_heart.intent,
            edition=lambda: self.catalogues.edition,
        )

    def vocabulary(self, book: Callable[[], FlowBook]) -> Vocabulary:
        """The words that these flows, the directory and their translations are made of."""
        return Vocabulary(self.catalogues, lambda: self.phrases(book()), fold)

    async def live_flows(self, clock: Clock, on_change: Callable[[LiveBook], None]) -> LiveBook:
        """The flows as they follow their files, read once; `on_change` hears of them now and after each reading."""
        self._heard = on_change
        if self._live is None:
            self._live = LiveBook(
                self.places.flows,
                lambda: self.known(local_day(clock())),
                kept=KeptFiles(self.places.state / "flows.json"),
                on_change=lambda live: self._heard(live),
            )
            await self._live.open()
        else:
            on_change(self._live)
        return self._live

    def refused(self, live: LiveBook) -> tuple[str, ...]:
        """What must be mended before anybody is served, a line each: danger would not be heard, or not be answered.

        Nothing, as long as what was kept of an earlier start can be served instead.
        """
        deaf = () if self.lexicon.is_former else tuple(one for one in self.lexicon.issues if one.is_grave)
        return (*map(str, deaf), *(self._causes_first(live.unserved) if live.unserved else ()))

    def _causes_first(self, found: Iterable[FlowIssue]) -> list[str]:
        """Issues of the directory and of flows, a line each; what only misses something of a broken file comes last."""
        flows = sorted(found, key=lambda one: one.code in _OF_OTHER_FILES)
        return [one.shown("en") for one in self.living.issues] + [one.shown("en") for one in flows]

    def trouble(self, live: LiveBook) -> str:
        """Why files are not served as they are now, one sentence for the health page; empty when they are."""
        wrong = [*map(str, self.lexicon.issues), *self._causes_first(one for one in live.issues if one.is_critical)]
        wrong += map(str, (*self.withheld, *self.catalogues.issues))
        more = f" And {len(wrong) - 1} more: see `guichet check`." if len(wrong) > 1 else ""
        return wrong[0] + more if wrong else ""

    def not_offered(self, book: FlowBook) -> tuple[Told, ...]:
        """Languages that have a catalogue and are not offered with these flows, a line each (decision 7)."""
        return self._withheld(self._offer(book))

    def _offer(self, book: FlowBook) -> Offer:
        return self.catalogues.offer(self.phrases(book), shown_in_danger=self._alerts(book))

    def _withheld(self, offer: Offer) -> tuple[Told, ...]:
        return tuple(
            Told(
                f"this language is not offered: {len(lacks)} sentences that none can do without are not there or not"
                f' shown, such as {lacks[0].key} "{lacks[0].text}" [not-offered]',
                f"cette langue n'est pas offerte : il lui manque {len(lacks)} phrases indispensables, comme"
                f" {lacks[0].key} « {lacks[0].text} ». Traduisez-les (et retirez « fuzzy » après relecture), ou"
                " remettez la phrase française d'avant. [not-offered]",
            ).after(f"{self.catalogues.path_of(locale).as_posix()}:1")
            for locale, lacks in offer.withheld.items()
        )

    def _alerts(self, book: FlowBook) -> tuple[Phrase, ...]:
        """What the directory warns of on the cards of safety flows."""
        return alerts_of(self.directory, sorted(shown_in_danger(book.flows.values())))

    def hold_entries(self, book: FlowBook) -> bool:
        """Keep what these flows name of the directory from being lost to an edit of its files.

        True when the directory says something else now.
        """
        before = self.directory
        running = wanted(book.flows.values(), book.system.values())
        walked = wanted((*book.flows.values(), *book.older.values()), book.system.values())
        for wrong in self.living.hold(_named(running), _named(walked)):
            log.error("directory.issue %s", wrong.shown("en"))
        return self.directory is not before

    def guide_to(self, flows: FlowBook) -> Guide:
        """What a turn looks things up in, with these flows."""
        told = self.directory
        until = {name: fact.good_until for name, fact in told.facts.items() if fact.publish}
        book = replace(
            flows, facts=self.facts(told), facts_until=until, old_facts=told.vocabulary.phrase("card.stale_short")
        )
        first = self.settings.languages.first
        offer = self._offer(book)
        before, self.withheld = self.withheld, self._withheld(offer)
        for line in self.withheld:
            if line not in before:
                log.error("catalogue.not_offered %s", line)
        rank = {locale: at for at, locale in enumerate(first)}
        ordered = sorted(offer.languages, key=lambda language: rank.get(language.locale, len(first)))
        nlu = self.settings.nlu
        return Guide(
            book=book,
            words=self.words,
            languages=tuple(OfferedLanguage(locale=one.locale, name=one.name) for one in ordered),
            thresholds=Thresholds(sure_from=nlu.sure_from, offer_from=nlu.offer_from),
        )

    def guide(self, today: date) -> Guide:
        """As `guide_to`, with the flows as the files are now; broken ones are left out."""
        return self.guide_to(load(self.places.flows, self.known(today)).book)

    def translations(self) -> Iterator[Translation]:
        """Every entry of the catalogues that may be shown, for the checks against the French."""
        for language in self.catalogues.languages:
            path = self.catalogues.path_of(language.locale)
            for entry in self.catalogues.entries(language.locale):
                if entry.context and entry.is_translated and not entry.is_fuzzy and not entry.is_obsolete:
                    yield Translation(
                        locale=language.locale,
                        key=entry.context,
                        source=entry.sources[0],
                        texts=entry.strings,
                        path=path.as_posix(),
                        line=entry.line,
                    )

    def _is_answer(self, text: str) -> bool:
        """Whether a whole text says yes, no or a number in French."""
        return text.strip().isdecimal() or self.words.yes_no(text, SOURCE) is not None

    def known(self, today: date) -> Known:
        """What flow files may mention: nothing that is only served because a flow in force still names it."""
        queues = {queue for team in self.settings.teams.values() for queue in team.queues}
        written = self.living.written
        return Known(
            intents=self.intents,
            services={service.id for service in written.published()} | set(written.renamed),
            facts=self.facts(written).keys(),
            queues=queues,
            needs=written.vocabulary.words("need"),
            system={**PHRASES, **{f"queue_{queue}": () for queue in queues}},
            flows=BEGUN,
            today=today,
            fold=lambda text: key_of_words(text, fold),
            is_answer=self._is_answer,
        )


def sentences(flows: Path) -> Iterator[tuple[Phrase, str, int, str]]:
    """Every sentence to translate, with its file, line and comment: of the flows, then of the directory."""
    yield from phrases_in(flows)
    directory = Living(flows).directory
    alerts = {phrase.key for phrase in alerts_of(directory, shown_in_danger(flows_in(flows)))}
    for phrase, path, line, comment in directory_phrases(directory):
        yield phrase, path, line, f"{IN_DANGER}{comment}" if phrase.key in alerts else comment


def _named(wants: Wants) -> Named:
    return Named(services=wants.services, needs=wants.needs, facts=wants.facts)
