"""The guichet as it runs: what is started in which order, and ended in the other."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from bot.bootstrap.desk import desk, pace
from bot.bootstrap.groups import learn_names, look_at_groups, watch_groups
from bot.bootstrap.introduction import introductions
from bot.bootstrap.listening import Listening, bot_id_of, guessed_identity, identity, webhook_routes
from bot.bootstrap.live import Live
from bot.channel.client import Identity, TelegramMessenger
from bot.channel.feed import TelegramFeed
from bot.channel.introduction import introduce
from bot.channel.read import Reader
from bot.config import Environment, Settings
from bot.console.health import Health, health_route
from bot.console.server import WebServer
from bot.core.ids import AccountId, TeamName
from bot.data import Data, Places
from bot.errors import SettingsError, UnusableStore
from bot.nlu.rasa import RasaNlu
from bot.ports import Store
from bot.services import checks
from bot.services.advisers import let_go
from bot.services.allow_list import save_allow_list
from bot.services.chores import Chores
from bot.services.contact import Contact
from bot.services.delivery import Sender
from bot.services.dispatch import Dispatcher
from bot.services.groups import open_missing_topics, report_teams, team_in
from bot.services.intake import REFUSED, Intake
from bot.services.memory import Memory
from bot.services.news import News
from bot.services.replicas import LOOK_AT, take_over
from bot.services.timers import Timers, utc_now
from bot.services.unseen import show_unseen
from bot.store import Keys, database_path, load_keys, open_store

log = logging.getLogger(__name__)

#: Work without an end of its own.
_CUT_OFF = frozenset({"timers", "contact", "flows", "data", "revisions", "groups", "names", "commands", "replicas"})


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
        self._token = environment.telegram_token
        self.settings = settings
        self.environment = environment
        self.places = data.places if data is not None else places or Places()
        self.clock = clock
        self._env = env
        self.data = data or Data(self.places, settings)
        self.messenger = TelegramMessenger(self._token, environment.telegram_api_url)
        self.nlu = RasaNlu(
            environment.nlu_url, intents=self.data.intents, token=environment.nlu_token,
            budget_s=settings.nlu.timeout_s,
        )  # fmt: skip
        self.news = News()
        self.memory = Memory()
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
        keys = await self._open_store()
        self.live = Live(self.data, self.store, self.memory, self.chores, self.clock)
        await self.live.open()
        self._open.push_async_callback(self.messenger.close)
        self._open.push_async_callback(self.nlu.close)
        who = await identity(self.messenger)
        accounts = [AccountId(account) for account in self.environment.adviser_ids]
        gone = await save_allow_list(self.store, accounts, tuple(TeamName(name) for name in self.settings.teams))
        self._seat(keys, who or guessed_identity(self._token))
        await checks.read(self.desk)
        await checks.plan(self.desk)
        if who is not None:
            await look_at_groups(self.desk, self.messenger)
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
        self._begin_chores(who)
        # What was read at the start stays: the collector need not look through it while people wait.
        gc.freeze()
        _give_back()

    async def stop(self) -> None:
        """Fetch nothing new, finish turns and calls under way, close (G14)."""
        self._stop_intake.set()
        await self.chores.end(unfinished=_CUT_OFF)
        await self._open.aclose()

    async def _open_store(self) -> Keys:
        keys_path = self.places.keys / "guichet.key"
        database = database_path(self.environment.database_url)
        exists = database is not None and database.exists()
        keys = load_keys(keys_path, may_create=not exists, environment=self._env)
        store = await open_store(
            self.environment.database_url, keys, bot=bot_id_of(self._token), clock=self.clock,
            erased=self.places.erased, replica=self.environment.replica,
        )  # fmt: skip
        if database is not None and not store.is_first:
            await store.close()
            raise UnusableStore(f"Another guichet is running on {database}: stop it first, or set DATABASE_URL.")
        self.store: Store = store
        self._open.push_async_callback(self.store.close)
        return keys

    def _seat(self, keys: Keys, who: Identity) -> None:
        """Put the desk together, and who works at it: the sender, the dispatcher, the intake."""
        self.sender = Sender(
            self.store, self.messenger, self.news, clock=self.clock, pace=pace(self.settings.telegram)
        )  # fmt: skip
        self.desk = desk(
            self.data,
            settings=self.settings,
            environment=self.environment,
            store=self.store,
            messenger=self.messenger,
            outgoing=self.sender,
            nlu=self.nlu,
            memory=self.memory,
            clock=self.clock,
            guide=self.live.guide,
            book=lambda: self.live.flows.current,
            read=lambda payload: self._reader.hear(payload),
            signing=keys.signing,
        )
        self._reader = self._reader_for(who)
        self.news.desk = self.desk
        self.dispatcher = Dispatcher(self.desk)
        self.intake = Intake(self.store, on_rows=self.dispatcher.offer)

    def _reader_for(self, who: Identity) -> Reader:
        return Reader(
            bot_id=who.id,
            username=who.username,
            is_team=lambda chat: team_in(self.desk, chat) is not None,
        )

    async def _serve_web(self) -> None:
        health = Health(
            queue_ages=lambda: self.store.queue_ages(self.clock()),
            is_writable=lambda: self.store.is_writable,
            channel_trouble=lambda: self.intake.trouble or (REFUSED if self.sender.is_refused else ""),
            flows_trouble=self.live.trouble,
            nlu_answers=lambda: self.nlu.is_answering,
            broken=lambda: self.chores.broken,
            set_aside=lambda: self.intake.odd + self.dispatcher.set_aside,
        )
        routes = [health_route(health), *webhook_routes(self.environment, self.intake, self.clock)]
        self.web = WebServer(routes, port=self.environment.port)
        await self.web.start()
        self._open.push_async_callback(self.web.stop)

    def _begin_chores(self, who: Identity | None) -> None:
        self.timers = Timers(self.desk)
        self.contact = Contact(self.desk, is_there=lambda: self.intake.is_in_contact, idle=self.dispatcher.idle)
        self.chores.begin(self.timers.run, "timers")
        self.chores.begin(self.contact.run, "contact")
        self.chores.begin(self.live.follow_flows, "flows")
        self.chores.begin(self.live.follow_data, "data")
        self.chores.begin(self.live.release_flows, "revisions")
        self.chores.begin(partial(watch_groups, self.desk, self.messenger), "groups")
        if self.store.is_shared:
            arrivals = partial(self.dispatcher.look, LOOK_AT)
            self.chores.begin(lambda: take_over(arrivals, self.sender.take_over), "replicas")
        self.chores.begin(partial(self._serve_telegram, is_known=who is not None), "telegram")

    async def _serve_telegram(self, *, is_known: bool) -> None:
        """Learn who we are, should Telegram have been away at the start; then begin to take what comes."""
        feed = TelegramFeed(self.messenger.transport, self.clock, wait_s=self.settings.telegram.poll_timeout_s)
        look = partial(look_at_groups, self.desk, self.messenger)
        listening = Listening(
            self.messenger, self.intake, self.store, feed, self.environment, on_turn=look, stop=self._stop_intake
        )
        if not is_known:
            who = await listening.until_known()
            if who is None:
                return
            self._reader = self._reader_for(who)
            await look()
        self.chores.begin(partial(learn_names, self.desk, self.messenger), "names")
        self.chores.begin(self._introduce, "commands")
        self.chores.begin(listening.run, "intake")

    async def _introduce(self) -> None:
        changed = await introduce(self.messenger.transport, introductions(self.live.guide(), self.data))
        log.info("introduction.told changed=%d", changed)


def _give_back() -> None:
    """Let the machine have what reading the files took, which malloc would keep for us. Only glibc can."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
