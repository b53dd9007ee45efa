"""Store what arrives before Telegram is told that it arrived, then hand it on (style.md §1, step 1)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from bot.errors import FeedError, StoreError
from bot.ports import Arrival, Feed, InboxRow, Push, Store
from bot.services.pauses import Pause, nap

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """Seconds to wait after a failure; the first grows up to the longest."""

    first_s: float = 0.5
    longest_s: float = 30.0
    #: Another poller will not go away within a second: Telegram ends the older poll each time.
    taken_s: float = 5.0
    #: A revoked token needs a person.
    unauthorised_s: float = 60.0
    #: Updates are had back at once from a program that has them pushed elsewhere, but then not again for this time: who
    #: wants them that much is to be stopped by a person, not fought.
    pushed_s: float = 3600.0
    #: How often is looked whether updates are pushed to us.
    look_s: float = 300.0
    #: A disk that was full has room again: nobody waits for a distant server (reliability.md, R15: within 10 s).
    store_s: float = 5.0


DEFAULT_PAUSES: Final = Pauses()
#: What is said of a token that was revoked.
REFUSED: Final = "Telegram refuses the bot token (TELEGRAM_BOT_TOKEN): ask BotFather"
UNREACHABLE: Final = "Telegram cannot be reached"


class Intake:
    """The one door for everything that happens.

    `on_rows` gets new rows at once, in order. The store knows whose words may not reach a disk now: of these it hands
    the payload on in memory, while the stored row has none.
    """

    def __init__(self, store: Store, *, on_rows: Callable[[Sequence[InboxRow]], None]) -> None:
        self._store = store
        self._on_rows = on_rows
        self.kept = 0
        self.repeated = 0
        #: Updates of which not even the owner could be read, since the start; for health pages.
        self.odd = 0
        #: Numbers of updates that were left out, since the start (A09).
        self.missing = 0
        #: Why nothing is being fetched, for health pages; empty when all is well.
        self.trouble = ""
        #: Updates reach us, as far as we know.
        self.is_in_contact = False

    async def accept(
        self, arrivals: Sequence[Arrival], *, odd: Sequence[bytes] = (), offset: int | None = None
    ) -> list[InboxRow]:
        """Keep arrivals and the offset durably, and hand the new ones on.

        Raises `StoreError`; nothing is lost then as long as the sender repeats itself.
        """
        for payload in odd:
            await self._store.quarantine(payload, "not an update")
            self.odd += 1
            log.warning("update.quarantined size=%d", len(payload))
        if not arrivals and offset is None:
            return []
        rows = await self._store.keep(arrivals, offset=offset)
        self.kept += len(rows)
        self.repeated += len(arrivals) - len(rows)
        if rows:
            self._on_rows(rows)
        return rows


async def poll(
    intake: Intake, feed: Feed, store: Store, *, stop: asyncio.Event, pauses: Pauses = DEFAULT_PAUSES
) -> None:
    """Fetch, keep, and only then ask for what comes next, until `stop` is set (A01)."""
    pause = Pause(pauses.first_s, pauses.longest_s)
    for_store = Pause(pauses.first_s, pauses.store_s)
    offset: int | None = None
    is_offset_known = False
    claims = _Claims(pauses.pushed_s)
    stopped = asyncio.ensure_future(stop.wait())
    try:
        while not stop.is_set():
            try:
                if not is_offset_known:
                    offset = await store.offset()
                    is_offset_known = True
                fetching = asyncio.ensure_future(feed.fetch(offset))
                await asyncio.wait({fetching, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if not fetching.done():
                    fetching.cancel()  # nothing is confirmed by a poll that is given up
                    await asyncio.gather(fetching, return_exceptions=True)
                    return
                fetched = fetching.result()
                intake.is_in_contact = True
                if fetched.missing:
                    intake.missing += fetched.missing
                    log.warning("update.missing count=%d", fetched.missing)
                if fetched.arrivals or fetched.odd:
                    await intake.accept(fetched.arrivals, odd=fetched.odd, offset=fetched.offset)
                    offset = fetched.offset if fetched.offset is not None else offset
                intake.trouble = ""
                pause.reset()
                for_store.reset()
                if fetched.odd and fetched.offset is None:
                    # Nothing moves the offset past it: do not ask for the same in a circle.
                    await _sleep(pause.next_s(), stopped)
            except FeedError as exc:
                wait_s = _told(exc, intake, pause, pauses)
                if not (exc.pushed and await _had_back(feed.listen_by_polling, claims)):
                    await _sleep(wait_s, stopped)
            except StoreError:
                intake.trouble = "the store cannot be written"
                log.error("intake.not_stored")
                await _sleep(for_store.next_s(), stopped)
    finally:
        intake.is_in_contact = False
        stopped.cancel()


async def keep_pushed(
    intake: Intake, push: Push, url: str, secret: str, *, stop: asyncio.Event, pauses: Pauses = DEFAULT_PAUSES
) -> None:
    """Look whether updates are still pushed to `url`, until `stop` is set: nobody else would notice that none come."""
    claims = _Claims(pauses.pushed_s)
    while True:
        await nap(stop, pauses.look_s)
        if stop.is_set():
            return
        trouble = ""
        try:
            trouble = await push.pushes_to(url)
        except FeedError as exc:
            trouble = REFUSED if exc.unauthorised else str(exc) if exc.pushed else UNREACHABLE
            if exc.pushed and await _had_back(partial(push.listen_by_webhook, url, secret), claims):
                trouble = ""
        if trouble and intake.trouble != trouble:
            log.error("intake.stopped reason=%s", trouble)
        intake.trouble = trouble
        intake.is_in_contact = not trouble


class _Claims:
    """When updates may be had back from a program that took them: at once, then not for a time."""

    def __init__(self, pause_s: float) -> None:
        self._pause_s = pause_s
        self._last_s = float("-inf")

    def may_be_made(self) -> bool:
        return time.monotonic() - self._last_s >= self._pause_s

    def made(self) -> None:
        self._last_s = time.monotonic()


async def _had_back(listen: Callable[[], Awaitable[None]], claims: _Claims) -> bool:
    """Have updates come to us again, unless that was done not long ago; whether they do."""
    if not claims.may_be_made():
        return False
    claims.made()
    try:
        await listen()
    except FeedError as exc:
        log.error("intake.not_listening reason=%s", exc)
        return False
    log.error("intake.had_back: another program had them pushed elsewhere; should it do so again, it is left alone")
    return True


def _told(error: FeedError, intake: Intake, pause: Pause, pauses: Pauses) -> float:
    """Say once what is wrong and how long to wait."""
    if error.unauthorised:
        trouble, wait_s = REFUSED, pauses.unauthorised_s
    elif error.taken:
        trouble, wait_s = str(error), pauses.taken_s + pause.next_s()
    else:
        trouble, wait_s = UNREACHABLE, error.retry_after_s or pause.next_s()
    intake.is_in_contact = False
    if intake.trouble != trouble:
        log.error("intake.stopped reason=%s", trouble)
        intake.trouble = trouble
    return wait_s


async def _sleep(seconds: float, stopped: asyncio.Task[Literal[True]]) -> None:
    await asyncio.wait({stopped}, timeout=seconds)
