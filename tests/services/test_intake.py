"""Fetched, stored, and only then confirmed (A01, A06, A07, A10, A15–A17, A20, decision 9)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.channel.feed import TelegramFeed
from bot.channel.read import loads
from bot.channel.transport import Transport
from bot.core.ids import Locale
from bot.core.session import Position, Session, Veil
from bot.errors import StoreError
from bot.ports import Commit, InboxRow
from bot.sandbox import Limits, RunningSandbox, doings, start_sandbox
from bot.services.intake import Intake, Pauses, keep_pushed, poll
from bot.store import KeptStore, keys_from, open_store
from tests.services.post import until

KEYS = keys_from(bytes(range(32)))
NOW = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
FAST = Pauses(first_s=0.002, longest_s=0.01, taken_s=0.002, unauthorised_s=0.01, store_s=0.01, look_s=0.01)


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with await start_sandbox(limits=Limits.off(), is_strict_poll=False) as one:
        yield one


class FullDisk:
    """A store that cannot keep the first few times."""

    def __init__(self, store: KeptStore, times: int) -> None:
        self._store = store
        self.times = times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def keep(self, *args: Any, **named: Any) -> Any:
        if self.times:
            self.times -= 1
            raise StoreError("disk full")
        return await self._store.keep(*args, **named)


class House:
    """A process that takes updates in."""

    def __init__(self, store: Any, sandbox: RunningSandbox, pauses: Pauses = FAST) -> None:
        self.rows: list[InboxRow] = []
        self.store = store
        self.intake = Intake(store, on_rows=self.rows.extend)
        self.transport = Transport(sandbox.token, sandbox.api_url)
        self.feed = TelegramFeed(self.transport, lambda: NOW, wait_s=20)
        self.stop = asyncio.Event()
        self.task = asyncio.create_task(poll(self.intake, self.feed, store, stop=self.stop, pauses=pauses))

    @property
    def texts(self) -> list[str]:
        """What was handed on, in order."""
        return [loads(row.payload)["message"]["text"] for row in self.rows if row.payload is not None]

    async def close(self) -> None:
        self.stop.set()
        await self.task
        await self.transport.close()


async def opened(path: Path) -> KeptStore:
    return await open_store(f"sqlite:///{path}/guichet.db", KEYS, clock=lambda: NOW)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[KeptStore]:
    one = await opened(tmp_path)
    yield one
    await one.close()


def say(sandbox: RunningSandbox, text: str, account: int | None = None) -> int:
    world = sandbox.world
    person = world.invent(language_code="fr") if account is None else world.people[account]
    doings.say(world, person, text)
    return person.id


async def test_updates_are_kept_in_order_and_handed_on(store: KeptStore, sandbox: RunningSandbox) -> None:
    amina = say(sandbox, "1")
    say(sandbox, "2")
    house = House(store, sandbox)
    await until(lambda: len(house.rows) == 2)
    say(sandbox, "3", amina)
    await until(lambda: len(house.rows) == 3)
    assert house.texts == ["1", "2", "3"]
    assert [row.id for row in await store.waiting()] == [row.id for row in house.rows]
    assert house.rows[0].newcomer == house.rows[2].newcomer != house.rows[1].newcomer
    assert house.intake.trouble == ""
    await house.close()


async def test_a01_what_was_not_stored_is_fetched_again(store: KeptStore, sandbox: RunningSandbox) -> None:
    say(sandbox, "1")
    full = FullDisk(store, times=3)
    house = House(full, sandbox)
    await until(lambda: house.texts == ["1"])
    assert full.times == 0 and len(sandbox.world.updates) <= 1
    await until(lambda: len(sandbox.world.updates) == 0)
    await house.close()


async def test_a_full_disk_is_not_waited_for_like_a_distant_server(store: KeptStore, sandbox: RunningSandbox) -> None:
    say(sandbox, "1")
    pauses = Pauses(first_s=600, longest_s=600, store_s=0.002)
    house = House(FullDisk(store, times=12), sandbox, pauses)
    await until(lambda: house.texts == ["1"])
    await house.close()
    assert Pauses().store_s <= 10  # R15


async def test_next_process_goes_on_where_the_last_one_was(tmp_path: Path, sandbox: RunningSandbox) -> None:
    say(sandbox, "1")
    first = await opened(tmp_path)
    house = House(first, sandbox)
    await until(lambda: house.texts == ["1"])
    house.task.cancel()  # before it could ask for more: Telegram does not know that "1" arrived
    await asyncio.gather(house.task, return_exceptions=True)
    await house.transport.close()
    await first.close()
    say(sandbox, "2")

    second = await opened(tmp_path)
    again = House(second, sandbox)
    await until(lambda: again.texts == ["2"])
    assert len(await second.waiting()) == 2
    await again.close()
    await second.close()


async def test_a06_a07_repeats_are_dropped(store: KeptStore, sandbox: RunningSandbox) -> None:
    say(sandbox, "1")
    [update] = await sandbox.world.updates.poll(offset=0, limit=1, timeout_s=0)
    house = House(store, sandbox)
    await until(lambda: len(house.rows) == 1)
    message = update["message"]
    sandbox.world.updates.push_raw({"message": message})
    say(sandbox, "2")
    await until(lambda: len(house.rows) == 2)
    assert house.texts == ["1", "2"]
    assert house.intake.repeated == 1
    await house.close()


async def test_a10_odd_update_is_set_aside(
    store: KeptStore, sandbox: RunningSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    say(sandbox, "1")
    sandbox.world.updates.push_raw({"message": {"chat": "canari"}})
    say(sandbox, "2")
    house = House(store, sandbox)
    await until(lambda: len(house.rows) == 2)
    assert (house.texts, house.intake.odd) == (["1", "2"], 1)
    assert "canari" not in caplog.text
    await until(lambda: len(sandbox.world.updates) == 0)
    await house.close()


async def test_volatile_words_are_handed_on_and_never_stored(tmp_path: Path, sandbox: RunningSandbox) -> None:
    first = await opened(tmp_path)
    house = House(first, sandbox)
    amina = say(sandbox, "bonjour")
    await until(lambda: len(house.rows) == 1)
    [greeting] = house.rows
    assert greeting.newcomer is not None
    behind = Session(newcomer=greeting.newcomer, locale=Locale("fr"), shadow=Position(), veil=Veil.BOT)
    await first.commit(Commit(done=greeting.id, session=behind, expected_version=0))
    say(sandbox, "secret", amina)
    say(sandbox, "autre")
    await until(lambda: len(house.rows) == 3)
    assert house.texts == ["bonjour", "secret", "autre"]
    await house.close()
    await first.close()
    second = await opened(tmp_path)
    assert [row.payload is None for row in await second.waiting()] == [True, False]
    await second.close()


async def test_a16_other_poller_is_named_and_waited_out(store: KeptStore, sandbox: RunningSandbox) -> None:
    house = House(store, sandbox)
    hook = Transport(sandbox.token, sandbox.api_url)
    await hook.call("setWebhook", {"url": "http://127.0.0.1:9/hook"})  # polling is refused with 409 meanwhile
    await until(lambda: "another program" in house.intake.trouble)
    await hook.call("deleteWebhook", {})
    say(sandbox, "1")
    await until(lambda: house.texts == ["1"])
    await until(lambda: house.intake.trouble == "")
    await house.close()
    await hook.close()


async def test_a20_refused_token_is_named_and_tried_again(store: KeptStore, sandbox: RunningSandbox) -> None:
    sandbox.api.revoked = True
    house = House(store, sandbox)
    await until(lambda: "TELEGRAM_BOT_TOKEN" in house.intake.trouble)
    assert sandbox.token not in house.intake.trouble
    sandbox.api.revoked = False
    say(sandbox, "1")
    await until(lambda: house.texts == ["1"])
    await house.close()


async def test_network_away_and_back(store: KeptStore, sandbox: RunningSandbox) -> None:
    house = House(store, sandbox)
    say(sandbox, "1")
    await until(lambda: house.texts == ["1"])
    away = asyncio.create_task(sandbox.refuse_for(0.1))
    await until(lambda: "reached" in house.intake.trouble)
    say(sandbox, "2")
    await away
    await until(lambda: house.texts == ["1", "2"])
    await house.close()


async def test_stop_does_not_wait_for_the_poll(store: KeptStore, sandbox: RunningSandbox) -> None:
    house = House(store, sandbox)
    await asyncio.sleep(0.02)
    async with asyncio.timeout(10):  # half of the poll that is under way
        await house.close()


ELSEWHERE = "http://127.0.0.1:9/elsewhere"
OURS = "http://127.0.0.1:9/ours"


async def test_a16_a_webhook_of_another_program_is_taken_away_once_and_not_fought(
    store: KeptStore, sandbox: RunningSandbox
) -> None:
    house = House(store, sandbox)
    amina = say(sandbox, "1")
    await until(lambda: house.texts == ["1"])
    await house.transport.call("setWebhook", {"url": ELSEWHERE})
    say(sandbox, "2", amina)
    await until(lambda: house.texts == ["1", "2"])
    assert (sandbox.api.webhook, house.intake.trouble) == (None, "")
    await house.transport.call("setWebhook", {"url": ELSEWHERE})
    await until(lambda: house.intake.trouble == "another program set a webhook for the same bot token: stop it")
    say(sandbox, "3", amina)
    assert sandbox.api.webhook is not None and not house.intake.is_in_contact
    # The operator does as the health page says.
    await house.transport.call("deleteWebhook", {})
    await until(lambda: house.texts == ["1", "2", "3"])
    assert house.intake.trouble == ""
    await house.close()


async def test_a16_a_webhook_that_another_program_changed_is_set_once_more(
    store: KeptStore, sandbox: RunningSandbox
) -> None:
    transport = Transport(sandbox.token, sandbox.api_url)
    feed, intake, stop = TelegramFeed(transport, lambda: NOW), Intake(store, on_rows=lambda rows: None), asyncio.Event()

    def address() -> str:
        return sandbox.api.webhook.address.url if sandbox.api.webhook else ""

    await feed.listen_by_webhook(OURS, "secret")
    watch = asyncio.create_task(keep_pushed(intake, feed, OURS, "secret", stop=stop, pauses=FAST))
    await until(lambda: intake.is_in_contact)
    await transport.call("setWebhook", {"url": ELSEWHERE})
    await until(lambda: address() == OURS)
    await transport.call("deleteWebhook", {})
    await until(lambda: intake.trouble != "")
    told = "another program changed the webhook of the same bot token: stop it"
    assert (intake.trouble, intake.is_in_contact, address()) == (told, False, "")
    await feed.listen_by_webhook(OURS, "secret")
    await until(lambda: intake.trouble == "" and intake.is_in_contact)
    stop.set()
    await watch
    await transport.close()


async def test_an_address_that_telegram_cannot_push_to_is_told(store: KeptStore, sandbox: RunningSandbox) -> None:
    transport = Transport(sandbox.token, sandbox.api_url)
    now = datetime.now(UTC)
    feed, intake, stop = TelegramFeed(transport, lambda: now), Intake(store, on_rows=lambda rows: None), asyncio.Event()
    await feed.listen_by_webhook(OURS, "secret")
    watch = asyncio.create_task(keep_pushed(intake, feed, OURS, "secret", stop=stop, pauses=FAST))
    say(sandbox, "1")
    await until(lambda: intake.trouble.startswith("Telegram cannot push to TELEGRAM_WEBHOOK_URL: Connection failed"))
    stop.set()
    await watch
    await transport.close()


async def test_a09_numbers_that_were_left_out_are_counted(store: KeptStore, sandbox: RunningSandbox) -> None:
    house = House(store, sandbox)
    amina = say(sandbox, "1")
    await until(lambda: house.texts == ["1"])
    sandbox.world.updates.next_id += 3
    say(sandbox, "2", amina)
    await until(lambda: house.texts == ["1", "2"])
    # After a silent week Telegram numbers anew, from anywhere.
    sandbox.world.updates.next_id += 400_000_000
    say(sandbox, "3", amina)
    await until(lambda: house.texts == ["1", "2", "3"])
    assert house.intake.missing == 3
    await house.close()
