"""How updates reach us: who we are at Telegram, and whether it pushes them or we fetch them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import urlsplit

from starlette.routing import Route

from bot.channel.client import Identity, TelegramMessenger
from bot.channel.feed import TelegramFeed
from bot.channel.webhook import webhook_route
from bot.config import Environment
from bot.errors import DeliveryError, FeedError, SettingsError
from bot.ports import Clock, Store
from bot.services.intake import REFUSED, UNREACHABLE, Intake, keep_pushed, poll
from bot.services.pauses import Pause, nap
from bot.services.replicas import poll_in_turn

log = logging.getLogger(__name__)

#: Before Telegram is asked once more, first and longest.
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0


async def identity(messenger: TelegramMessenger) -> Identity | None:
    """Who we are at Telegram; None when it cannot be reached now, so that other work can begin.

    Raises SettingsError when Telegram refuses the token.
    """
    try:
        return await messenger.identity()
    except DeliveryError as exc:
        if exc.unauthorised or exc.permanent:
            raise SettingsError("Telegram refuses TELEGRAM_BOT_TOKEN: copy it again from BotFather.") from exc
        log.warning("telegram.unreachable at=start")
        return None


def guessed_identity(token: str) -> Identity:
    """What the token alone tells."""
    bot_id = bot_id_of(token)
    return Identity(id=int(bot_id) if bot_id.isdecimal() else 0, username="")


def bot_id_of(token: str) -> str:
    """The part of a token before the colon is the bot's public id."""
    return token.partition(":")[0]


def webhook_routes(environment: Environment, intake: Intake, clock: Clock) -> list[Route]:
    """Where Telegram pushes to, if it is told to. Raises SettingsError when anybody could push there."""
    if not environment.webhook_url:
        return []
    if not environment.webhook_secret:
        raise SettingsError("TELEGRAM_WEBHOOK_URL needs TELEGRAM_WEBHOOK_SECRET, or anybody could speak for Telegram.")
    path = urlsplit(environment.webhook_url).path or "/telegram"
    return [webhook_route(path, secret=environment.webhook_secret, accept=intake.accept, clock=clock)]


class Listening:
    """Has updates pushed, or fetches them, until `stop` is set; what is in the way stands in `intake.trouble`."""

    def __init__(
        self,
        messenger: TelegramMessenger,
        intake: Intake,
        store: Store,
        feed: TelegramFeed,
        environment: Environment,
        *,
        on_turn: Callable[[], Awaitable[None]],
        stop: asyncio.Event,
    ) -> None:
        """`on_turn` is done when this replica begins to poll: another one may have polled until now."""
        self._messenger = messenger
        self._intake = intake
        self._store = store
        self._feed = feed
        self._environment = environment
        self._on_turn = on_turn
        self._stop = stop

    async def until_known(self) -> Identity | None:
        """Ask who we are until Telegram says so; None when we are to stop before."""
        pause = Pause(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        while not self._stop.is_set():
            # Until the first fetch is answered; without it the health page would say that all is well.
            self._intake.trouble = self._intake.trouble or UNREACHABLE
            await nap(self._stop, pause.next_s())
            try:
                found = await identity(self._messenger)
            except SettingsError:
                self._intake.trouble = REFUSED
                continue
            if found is not None:
                return found
        return None

    async def run(self) -> None:
        """Have updates pushed, or fetch them: of several replicas, one does."""
        url, secret = self._environment.webhook_url, self._environment.webhook_secret
        if url and secret:
            await self._agreed(partial(self._feed.listen_by_webhook, url, secret), self._stop)
            self._intake.trouble = ""
            await keep_pushed(self._intake, self._feed, url, secret, stop=self._stop)
        elif self._store.is_shared:
            await poll_in_turn(self._store, self._poll, stop=self._stop)
        else:
            await self._poll(self._stop)

    async def _poll(self, stop: asyncio.Event) -> None:
        await self._agreed(self._feed.listen_by_polling, stop)
        if self._store.is_shared:
            await self._on_turn()
        await poll(self._intake, self._feed, self._store, stop=stop)

    async def _agreed(self, listen: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
        """Say how we want to be told, until Telegram agrees."""
        pause = Pause(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        while not stop.is_set():
            try:
                await listen()
                self._intake.is_in_contact = True
                return
            except FeedError as exc:
                self._intake.trouble = REFUSED if exc.unauthorised else str(exc) if exc.refused else UNREACHABLE
                log.error("intake.not_listening reason=%s", exc)
                await nap(self._stop, exc.retry_after_s or pause.next_s())
