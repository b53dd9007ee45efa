"""The only place where ports meet adapters: builds the guichet from its settings, starts it, stops it."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from telegram.error import ChatMigrated, TelegramError

from bot.channel.client import Identity, TelegramMessenger
from bot.channel.feed import TelegramFeed
from bot.channel.introduction import Introduction, introduce
from bot.channel.outline import outline
from bot.channel.read import Reader
from bot.channel.webhook import webhook_route
from bot.config import Environment, Settings, TeamSettings
from bot.console.health import Health, health_route
from bot.console.server import WebServer
from bot.conversation.guide import Guide
from bot.core.ids import AccountId, ChatId, FlowId, Locale, Revision, TeamName, Token
from bot.core.messages import Command
from bot.data import Data, Places
from bot.directory import hours as directory_hours
from bot.documents.printer import Printer
from bot.errors import DeliveryError, FeedError, FlowError, SettingsError, UnusableStore
from bot.flow.book import flow_of
from bot.flow.graph import Flow
from bot.flow.watch import LiveBook
from bot.i18n.languages import SOURCE
from bot.nlu import language as nlu_language
from bot.nlu.rasa import RasaNlu
from bot.ports import Hours, Store
from bot.services import checks
from bot.services.advisers import let_go
from bot.services.allow_list import save_allow_list
from bot.services.chores import Chores
from bot.services.contact import Contact
from bot.services.delivery import Sender
from bot.services.desk import Desk, Poster, Team
from bot.services.dispatch import Dispatcher
from bot.services.groups import group_moved, open_missing_topics, report_teams, team_in
from bot.services.intake import REFUSED, UNREACHABLE, Intake, keep_pushed, poll
from bot.services.memory import Memory
from bot.services.news import News
from bot.services.pacing import Pace
from bot.services.pauses import Pause, nap
from bot.services.posters import poster_in
from bot.services.replicas import LOOK_AT, poll_in_turn, take_over
from bot.services.timers import Timers, utc_now
from bot.services.unseen import show_unseen
from bot.store import database_path, load_keys, open_store

log = logging.getLogger(__name__)

#: How often is looked whether a team's group is still private.
GROUPS_EVERY_S = 3600.0
#: How often is looked which replaced flows nobody stands in any more; no turn takes as long.
REVISIONS_EVERY_S = 24 * 3600.0


class _BelgianHours:
    """`Hours` over the directory's evaluation of OSM expressions."""

    def open_now(self, expression: str, at: datetime) -> bool:
        return directory_hours.open_now(expression, at)

    def next_opening(self, expression: str, at: datetime) -> datetime | None:
        return directory_hours.next_opening(expression, at)


class Guichet:
    """A running guichet: intake, turns, delivery, timers, web. Build it, `start` it, `stop` it."""

    def __init__(
        self,
        settings: Settings,
        environment: Environment,
        *,
        places: Places | None = None,
        clock: Callable[[], datetime] = utc_now,
        env: Mapping[str, str] | None = None,
        data: Data | None = None,
    ) -> None:
        """`env` is where secrets are looked for (the process environment); `data` spares reading the files again."""
        if environment.telegram_token is None:
            raise SettingsError("TELEGRAM_BOT_TOKEN is not set: ask BotFather for a token, or run the demonstration.")
        self.settings = settings
        self.environment = environment
        self.places = data.places if data is not None else places or Places()
        self.clock = clock
        self._env = env
        self.data = data or Data(self.places, settings)
        self.messenger = TelegramMessenger(environment.telegram_token, environment.telegram_api_url)
        self.nlu = RasaNlu(
            environment.nlu_url, intents=self.data.intents, token=environment.nlu_token,
            budget_s=settings.nlu.timeout_s,
        )  # fmt: skip
        self.news = News()
        self.memory = Memory()
        self._guide: Guide | None = None
        self._kept_flows: set[tuple[FlowId, Revision]] = set()
        self._stop_intake = asyncio.Event()
        self.chores = Chores(self._stop_intake)
        #: What to close, the last opened first.
        self._open = contextlib.AsyncExitStack()

    async def start(self) -> None:
        """Open the store, read the flows, say hello to Telegram, take up what was left, and serve.

        Raises SettingsError or UnusableStore with one sentence, FlowError with a list; what was opened is closed then.
        """
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> None:
        keys_path = self.places.keys / "guichet.key"
        database = database_path(self.environment.database_url)
        exists = database is not None and database.exists()
        keys = load_keys(keys_path, may_create=not exists, environment=self._env)
        bot_id = bot_id_of(self.environment.telegram_token or "")
        store = await open_store(
            self.environment.database_url, keys, bot=bot_id, clock=self.clock, erased=self.places.erased,
            replica=self.environment.replica,
        )  # fmt: skip
        if database is not None and not store.is_first:
            await store.close()
            raise UnusableStore(f"Another guichet is running on {database}: stop it first, or set DATABASE_URL.")
        self.store: Store = store
        self._open.push_async_callback(self.store.close)
        self._log_issues()
        self.flows = await self.data.live_flows(self.clock, self._flows_changed)
        if refused := self.data.refused(self.flows):
            raise FlowError(refused)
        await self._recall_flows()
        self._open.push_async_callback(self.messenger.close)
        self._open.push_async_callback(self.nlu.close)
        identity = await self._identity()
        accounts = [AccountId(account) for account in self.environment.adviser_ids]
        gone = await save_allow_list(self.store, accounts, tuple(TeamName(name) for name in self.settings.teams))
        self.desk = self._desk(keys.signing)
        await checks.read(self.desk)
        await checks.plan(self.desk)
        self._reader = self._reader_for(identity or _guessed(bot_id))
        self.news.desk = self.desk
        self.dispatcher = Dispatcher(self.desk)
        self.intake = Intake(self.store, on_rows=self.dispatcher.offer)
        if identity is not None:
            await self._follow_groups()
        self._open.push_async_callback(self.sender.stop)
        self._open.push_async_callback(self.dispatcher.stop)
        # Before anything new can come: what was left is older.
        await self.dispatcher.look()
        await self.sender.start()
        await report_teams(self.desk)
        await open_missing_topics(self.desk)
        await show_unseen(self.desk)
        for adviser in gone:
            await let_go(self.desk, adviser)
        await self._serve_web()
        self._open.push_async_callback(self.web.stop)
        self.timers = Timers(self.desk)
        self.contact = Contact(self.desk, is_there=lambda: self.intake.is_in_contact, idle=self.dispatcher.idle)
        self.chores.begin(self.timers.run, "timers")
        self.chores.begin(self.contact.run, "contact")
        self.chores.begin(lambda: self.flows.follow(asyncio.sleep), "flows")
        self.chores.begin(self._follow_data, "data")
        self.chores.begin(self._let_go_of_flows, "revisions")
        self.chores.begin(self._watch_groups, "groups")
        if self.store.is_shared:
            arrivals = partial(self.dispatcher.look, LOOK_AT)
            self.chores.begin(lambda: take_over(arrivals, self.sender.take_over), "replicas")
        self.chores.begin(lambda: self._serve_telegram(is_known=identity is not None), "telegram")
        # What was read at the start stays: the collector need not look through it while people wait.
        gc.freeze()
        _give_back()

    async def stop(self) -> None:
        """Fetch nothing new, finish turns and calls under way, close (G14)."""
        self._stop_intake.set()
        await self.chores.end(unfinished=_CUT_OFF)
        await self._open.aclose()

    def guide(self) -> Guide:
        """What a turn may look things up in, now."""
        if self._guide is None:
            self._guide = self.data.guide_to(self.flows.current)
        return self._guide

    def _flows_changed(self, live: LiveBook) -> None:
        self._guide = None
        self.data.hold_entries(live.current)
        for found in live.issues:
            if found.is_critical:
                log.error("flow.issue %s", found.shown("en"))
        log.info("flows.published flows=%d", len(live.current.flows))
        for (flow, revision), source in live.sources.items():
            if (flow, revision) not in self._kept_flows:
                self._kept_flows.add((flow, revision))
                self.chores.begin(partial(self.store.keep_flow, flow, revision, source), "keep-flow")

    def _log_issues(self) -> None:
        """What was read before there was a log: the flows speak for themselves."""
        for wrong in self.data.living.issues:
            log.error("directory.issue %s", wrong.shown("en"))
        for odd in self.data.lexicon.issues:
            log.error("lexicon.issue %s", odd)

    async def _recall_flows(self) -> None:
        """Bring back the revisions that stored sessions still wait in (D05)."""
        kept: list[Flow] = []
        for flow, revision, source in await self.store.flow_revisions_in_use():
            present = self.flows.current.flow(flow, revision)
            found = present or await asyncio.to_thread(flow_of, source, flow)
            if present is None and found is not None and found.revision == revision:
                kept.append(found)
        self.flows.keep(kept)
        if self.data.hold_entries(self.flows.current):
            self._guide = None

    async def _let_go_of_flows(self) -> None:
        while True:
            await asyncio.sleep(REVISIONS_EVERY_S)
            await self.let_go_of_flows()

    async def let_go_of_flows(self) -> None:
        """Forget the replaced flows in which nobody stands: they would stay until the next start."""
        stored = await self.store.flow_revisions_in_use()
        in_use = {(flow, revision) for flow, revision, _ in stored} | self.memory.revisions()
        if self.flows.let_go(in_use):
            self.data.hold_entries(self.flows.current)
            self._guide = None

    async def _follow_data(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            if await asyncio.to_thread(self.data.catalogues.refresh):
                self._guide = None
                self.guide()  # says at once which languages are not offered any more
            before = self.data.directory
            for wrong in await asyncio.to_thread(self.data.living.refresh, self.clock().date()):
                log.error("directory.issue %s", wrong.shown("en"))
            if self.data.directory is not before:
                self._guide = None  # sentences hold dated facts

    def _desk(self, signing: bytes) -> Desk:
        keywords = self.data.keywords(lambda: self.flows.current)
        cards = self.data.cards()
        telegram = self.settings.telegram
        self.sender = Sender(
            self.store,
            self.messenger,
            self.news,
            clock=self.clock,
            pace=Pace(
                chat_per_s=telegram.chat_per_s,
                chat_burst=telegram.chat_burst,
                group_per_min=telegram.group_per_min,
                global_per_s=telegram.global_per_s,
            ),
        )
        teams = {TeamName(name): _team(name, one, self.environment) for name, one in self.settings.teams.items()}
        languages = self.data.catalogues.languages

        def poster(payload: str) -> Poster | None:
            return poster_in(payload, signing, locales=[language.locale for language in languages])

        def nearest(tag: str) -> Locale:
            offered = {language.locale for language in self.guide().languages}
            found = languages.nearest(tag)
            return next((one for one in languages.chain(found) if one in offered), SOURCE) if found else SOURCE

        hours: Hours = _BelgianHours()
        return Desk(
            store=self.store,
            messenger=self.messenger,
            outgoing=self.sender,
            nlu=self.nlu,
            clock=self.clock,
            settings=self.settings,
            guide=self.guide,
            catalogues=self.data.catalogues,
            cards=lambda: cards,
            papers=Printer(),
            living=self.data.living,
            hours=hours,
            teams=teams,
            read=lambda payload: self._reader.hear(payload),
            outline=outline,
            danger=self.data.danger,
            keywords=keywords.understand,
            knows=self.data.vocabulary(lambda: self.flows.current).knows,
            language_of=nlu_language.language_of,
            nearest_locale=nearest,
            poster=poster,
            new_token=lambda: Token(secrets.token_urlsafe(16)),
            new_id=lambda: secrets.token_hex(12),
            memory=self.memory,
        )

    def _reader_for(self, identity: Identity) -> Reader:
        return Reader(
            bot_id=identity.id,
            username=identity.username,
            is_team=lambda chat: team_in(self.desk, chat) is not None,
        )

    async def _identity(self) -> Identity | None:
        """Who we are at Telegram; None when it cannot be reached now, so that other work can begin."""
        try:
            return await self.messenger.identity()
        except DeliveryError as exc:
            if exc.unauthorised or exc.permanent:
                raise SettingsError("Telegram refuses TELEGRAM_BOT_TOKEN: copy it again from BotFather.") from exc
            log.warning("telegram.unreachable at=start")
            return None

    async def _serve_telegram(self, *, is_known: bool) -> None:
        """Learn who we are, should Telegram have been away at the start; then begin to take what comes."""
        pause = Pause(0.5, 30.0)
        while not is_known and not self._stop_intake.is_set():
            # Until the first fetch is answered; without it the health page would say that all is well.
            self.intake.trouble = self.intake.trouble or UNREACHABLE
            await nap(self._stop_intake, pause.next_s())
            try:
                identity = await self._identity()
            except SettingsError:
                self.intake.trouble = REFUSED
                continue
            if identity is not None:
                self._reader = self._reader_for(identity)
                await self._follow_groups()
                is_known = True
        self.chores.begin(self._learn_names, "names")
        self.chores.begin(self._introduce, "commands")
        self.chores.begin(self._listen, "intake")

    async def _follow_groups(self) -> None:
        """A group with a new id says so to whoever asks for the old one (B09); what is lost or public is reported."""
        for team in list(self.desk.teams.values()):
            if team.chat is None:
                continue
            try:
                if not await self.messenger.is_private(team.chat):
                    log.error("group.public team=%s: make it private, nothing is passed on until then", team.name)
            except ChatMigrated as exc:
                await group_moved(self.desk, team.chat, ChatId(exc.new_chat_id))
            except TelegramError as exc:
                log.error(
                    "group.unreachable team=%s reason=%s: is %s its id, and is the bot in it as an administrator?",
                    team.name,
                    type(exc).__name__,
                    self.settings.teams[team.name].chat,
                )

    async def _watch_groups(self) -> None:
        """Look at them again every hour: a group can be made public at any time (C15)."""
        while True:
            await asyncio.sleep(GROUPS_EVERY_S)
            await self._follow_groups()

    async def _learn_names(self) -> None:
        """Advisers see each other's names in topics; newcomers never do (C12)."""
        for adviser in await self.store.advisers():
            for chat in [team.chat for team in self.desk.teams.values() if team.chat is not None]:
                with contextlib.suppress(TelegramError):  # somebody who never came into this group
                    name = await self.messenger.first_name(chat, adviser.account) or adviser.name
                    if name != adviser.name:
                        await self.store.save_adviser(replace(adviser, name=name))
                    break

    async def _serve_web(self) -> None:
        health = Health(
            queue_ages=lambda: self.store.queue_ages(self.clock()),
            is_writable=lambda: self.store.is_writable,
            channel_trouble=lambda: self.intake.trouble or (REFUSED if self.sender.is_refused else ""),
            flows_trouble=lambda: self.data.trouble(self.flows),
            nlu_answers=lambda: self.nlu.is_answering,
            broken=lambda: self.chores.broken,
            set_aside=lambda: self.intake.odd + self.dispatcher.set_aside,
        )
        routes = [health_route(health)]
        if self.environment.webhook_url:
            path = urlsplit(self.environment.webhook_url).path or "/telegram"
            if not self.environment.webhook_secret:
                raise SettingsError(
                    "TELEGRAM_WEBHOOK_URL needs TELEGRAM_WEBHOOK_SECRET, or anybody could speak for Telegram."
                )
            routes.append(
                webhook_route(path, secret=self.environment.webhook_secret, accept=self.intake.accept, clock=self.clock)
            )
        self.web = WebServer(routes, port=self.environment.port)
        await self.web.start()

    async def _introduce(self) -> None:
        changed = await introduce(self.messenger.transport, introductions(self.guide(), self.data))
        log.info("introduction.told changed=%d", changed)

    async def _listen(self) -> None:
        """Have updates pushed, or fetch them: of several replicas, one does."""
        feed = TelegramFeed(self.messenger.transport, self.clock, wait_s=self.settings.telegram.poll_timeout_s)
        url, secret = self.environment.webhook_url, self.environment.webhook_secret
        if url and secret:
            await self._agreed(partial(feed.listen_by_webhook, url, secret), self._stop_intake)
            self.intake.trouble = ""
            await keep_pushed(self.intake, feed, url, secret, stop=self._stop_intake)
        elif self.store.is_shared:
            await poll_in_turn(self.store, partial(self._poll, feed), stop=self._stop_intake)
        else:
            await self._poll(feed, self._stop_intake)

    async def _poll(self, feed: TelegramFeed, stop: asyncio.Event) -> None:
        await self._agreed(feed.listen_by_polling, stop)
        if self.store.is_shared:
            # Another replica may have polled until now, and seen a group get a new id (B09).
            await self._follow_groups()
        await poll(self.intake, feed, self.store, stop=stop)

    async def _agreed(self, listen: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
        """Say how we want to be told, until Telegram agrees."""
        pause = Pause(0.5, 30.0)
        while not stop.is_set():
            try:
                await listen()
                self.intake.is_in_contact = True
                return
            except FeedError as exc:
                self.intake.trouble = REFUSED if exc.unauthorised else str(exc) if exc.refused else UNREACHABLE
                log.error("intake.not_listening reason=%s", exc)
                await nap(self._stop_intake, exc.retry_after_s or pause.next_s())


#: Work without an end of its own.
_CUT_OFF = frozenset({"timers", "contact", "flows", "data", "revisions", "groups", "names", "commands", "replicas"})

#: In the order of Telegram's list.
_LISTED = (
    Command.MENU,
    Command.LANGUAGE,
    Command.EMERGENCY,
    Command.PERSON,
    Command.SEARCH,
    Command.ROADMAP,
    Command.BOOKLET,
    Command.HELP,
    Command.MY_DATA,
    Command.FORGET,
    Command.PRIVACY,
)


def introductions(guide: Guide, data: Data) -> list[Introduction]:
    """What Telegram is to show before the first message, in each offered language that it can show.

    Telegram knows two letters only (Bot API, setMyCommands) and sorts phones by them: those that say `ku` read
    Kurmanji, and those of Dari what Persian ones read. French is also what all others see.
    """
    offered = {language.locale for language in guide.languages}
    codes = {language.locale: [language.locale, *data.catalogues.languages[language.locale].phones]
             for language in guide.languages}  # fmt: skip
    found: list[Introduction] = []
    for locale in (one.locale for one in guide.languages):
        short = [code for code in codes[locale] if len(code) == 2 and (code == locale or code not in offered)]
        said = {name: data.text_of(guide.book.phrase(name), locale) for name in guide.book.system
                if name.startswith(("bot_", "command_"))}  # fmt: skip
        commands = [(data.words.slash_of(command, locale), said[f"command_{command}"]) for command in _LISTED]
        found += [
            Introduction(language=code, commands=commands, description=said["bot_description"], about=said["bot_about"])
            for code in (None if locale == SOURCE else one for one in short)
        ]
    return found


def _team(name: str, settings: TeamSettings, environment: Environment) -> Team:
    chat = environment.team_chats.get(name)
    return Team(
        name=TeamName(name),
        title=settings.title or name,
        chat=None if chat is None else ChatId(chat),
        relays=settings.relay == "full",
        hours=settings.hours,
        queues=settings.queues,
    )


def _give_back() -> None:
    """Let the machine have what reading the files took, which malloc would keep for us. Only glibc can."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _guessed(bot_id: str) -> Identity:
    """What the token alone tells."""
    return Identity(id=int(bot_id) if bot_id.isdecimal() else 0, username="")


def bot_id_of(token: str) -> str:
    """The part of a token before the colon is the bot's public id."""
    return token.partition(":")[0]
