"""A sending guichet: a real store, the sender, and a channel that is really spoken to; time runs fast."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.channel.client import TelegramMessenger
from bot.channel.transport import Transport
from bot.core.ids import AccountId, ChatId, HandoffId, Locale, NewcomerId, TeamName
from bot.core.messages import Rendered
from bot.handoff.machine import Handoff, State
from bot.ports import Arrival, Commit, Delivery, HandoffChange, OutboxRow, Receipt, Verb
from bot.services.delivery import Sender
from bot.services.pacing import Pace
from bot.store import KeptStore, keys_from, open_store
from tests.patience import PATIENCE_S

KEYS = keys_from(bytes(range(32)))
NOW = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
#: A second of the guichet's monotonic time is a millisecond of ours.
FAST = 1000.0
NO_LIMITS = Pace(chat_per_s=0, group_per_min=0, global_per_s=0)


def monotonic() -> float:
    """Seconds of fast time."""
    return time.monotonic() * FAST


async def sleep(seconds: float) -> None:
    """Wait in fast time."""
    await asyncio.sleep(seconds / FAST)


@dataclass
class News:
    """Writes down what the sender tells; with `reopens`, does what the guichet does about a lost topic."""

    told: list[tuple[str, Any]] = field(default_factory=list)
    post: Post | None = None

    async def sent(self, row: OutboxRow, receipt: Receipt) -> None:
        self.told.append(("sent", row.delivery.verb))

    async def refused(self, row: OutboxRow, reason: str) -> None:
        self.told.append(("refused", row.id))

    async def uncertain(self, row: OutboxRow) -> None:
        self.told.append(("uncertain", row.id))

    async def lost(self, row: OutboxRow) -> None:
        self.told.append(("lost", row.id))

    async def unreachable(self, row: OutboxRow) -> None:
        self.told.append(("unreachable", row.id))

    async def topic_gone(self, row: OutboxRow) -> None:
        self.told.append(("topic_gone", row.id))
        assert self.post is not None and row.delivery.handoff is not None
        await self.post.store.topic_lost(row.delivery.handoff)
        await self.post.queue(opening(row.delivery.handoff, ChatId(row.chat or 0)))

    async def migrated(self, old: ChatId, new: ChatId) -> None:
        self.told.append(("migrated", (old, new)))
        assert self.post is not None
        self.post.sender.moved(old, new)
        await self.post.store.team_chat_moved(old, new)

    async def unauthorised(self) -> None:
        self.told.append(("unauthorised", None))

    def of(self, kind: str) -> list[Any]:
        """What was told of this kind."""
        return [what for name, what in self.told if name == kind]


class Post:
    """One process of the guichet, as far as sending goes."""

    def __init__(self, store: KeptStore, messenger: TelegramMessenger, pace: Pace) -> None:
        self.store = store
        self.messenger = messenger
        self.news = News(post=self)
        self.numbers = 0
        self.pace = pace
        self.sender = self.new_sender(store)

    def new_sender(self, store: Any) -> Sender:
        """A sender over this store, or over one that wraps it."""
        return Sender(
            store,
            self.messenger,
            self.news,
            clock=lambda: NOW,
            pace=self.pace,
            monotonic=monotonic,
            sleep=sleep,
            poll_s=0.05,
        )

    async def welcome(self, account: int) -> NewcomerId:
        """A person with nothing waiting."""
        self.numbers += 1
        came = Arrival(
            update_id=self.numbers,
            natural_key=f"{account}",
            account=AccountId(account),
            lane=None,
            payload=b"{}",
            received_at=NOW,
        )
        [row] = await self.store.keep([came], offset=None)
        assert row.newcomer is not None
        await self.store.commit(Commit(done=row.id, now=NOW))
        return row.newcomer

    async def hand_over(self, newcomer: NewcomerId, chat: int, *, handoff: str = "talk") -> HandoffId:
        """A handoff to the team of this group, its topic not open yet."""
        made = Handoff(
            id=HandoffId(handoff),
            code="Mésange 42",
            newcomer=newcomer,
            team=TeamName("accueil"),
            chat=ChatId(chat),
            state=State.WAITING,
            version=1,
            locale=Locale("ar"),
            queue="logement",
            opened_at=NOW,
        )
        await self.store.commit(Commit(handoffs=(HandoffChange(handoff=made, expected=0),), now=NOW))
        return made.id

    async def queue(self, *deliveries: Delivery, offered: bool = True) -> list[OutboxRow]:
        """Commit deliveries, and tell the sender unless a crash is to come between."""
        rows = await self.store.commit(Commit(deliveries=deliveries, now=NOW))
        if offered:
            self.sender.offer(rows)
        return rows

    async def settled(self) -> None:
        """Until the store has nothing unfinished and the sender knows of nothing."""
        async with asyncio.timeout(PATIENCE_S):
            while (await self.store.queue_ages(NOW)).outbox_s is not None or self.sender.is_busy:  # noqa: ASYNC110
                await asyncio.sleep(0.003)


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.002)


async def open_post(path: Path, token: str, url: str, *, pace: Pace = NO_LIMITS, read_timeout_s: float = 5.0) -> Post:
    """Start a process on this database file and this Bot API."""
    store = await open_store(f"sqlite:///{path}/guichet.db", KEYS, clock=lambda: NOW)
    messenger = TelegramMessenger(token, url, transport=Transport(token, url, read_timeout_s=read_timeout_s))
    return Post(store, messenger, pace)


async def close_post(post: Post) -> None:
    """End it properly."""
    await post.sender.stop(timeout_s=0.5)
    await post.messenger.close()
    await post.store.close()


def say(newcomer: NewcomerId, text: str, **fields: Any) -> Delivery:
    """A text to a newcomer."""
    return Delivery(verb=Verb.SEND, newcomer=newcomer, rendered=Rendered(text=text), **fields)


def tell(handoff: HandoffId, chat: int, text: str, **fields: Any) -> Delivery:
    """A text into the topic of a handoff."""
    return Delivery(verb=Verb.SEND, chat=ChatId(chat), handoff=handoff, rendered=Rendered(text=text), **fields)


def opening(handoff: HandoffId, chat: int) -> Delivery:
    """The opening of a handoff's topic."""
    return Delivery(verb=Verb.OPEN_TOPIC, chat=ChatId(chat), handoff=handoff, title="Mésange 42")
