"""Several replicas on one PostgreSQL server: order, leases, fencing, broken connections (R7, G10–G12, A16)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

import psycopg
import pytest

from bot.cli import main
from bot.core.effects import StartTimer
from bot.core.ids import AccountId, ChatId
from bot.core.messages import Rendered
from bot.core.session import Position
from bot.errors import Conflict, StoreError, UnusableStore
from bot.ports import Commit, Delivery, Fate, InboxRow, OutboxRow, Receipt, Verb
from bot.services.replicas import poll_in_turn
from bot.store import KeptStore, examine, keys_from, open_store, postgres
from tests.patience import PATIENCE_S
from tests.store.conftest import KEYS
from tests.store.scenes import AMINA, BORIS, NOON, Guichet, Now, arrival, say, session, texts
from tests.store.servers import Server

pytestmark = pytest.mark.postgres

Replica = Callable[..., Awaitable[Guichet]]


@pytest.fixture
async def replica(address: str) -> AsyncIterator[Replica]:
    opened: list[KeptStore] = []

    async def start(name: str, *, lease_s: float = 60.0) -> Guichet:
        store = await open_store(address, KEYS, clock=Now(), replica=name, lease_s=lease_s)
        opened.append(store)
        return Guichet(store, numbers=100_000 * len(opened))

    yield start
    for store in opened:
        await store.close()


async def sleeps(address: str, name: str) -> None:
    """A replica does nothing until all its leases are over, which takes a minute otherwise."""
    slots = "(SELECT slot FROM replicas WHERE name = %s)"
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
        for table, until in (("lanes", "until_at"), ("outbox", "held_until"), ("timers", "held_until")):
            await connection.execute(f"UPDATE {table} SET {until} = 0 WHERE holder IN {slots}", (name,))


async def applied(guichet: Guichet, row: InboxRow) -> list[OutboxRow]:
    """A turn that writes down the number it was about."""
    assert row.newcomer is not None and row.payload is not None
    here = await guichet.store.session_of(row.newcomer)
    number = row.payload.decode()
    done = f"{here.durable.answers['done']} {number}" if here is not None else number
    return await guichet.store.commit(
        Commit(
            done=row.id,
            session=session(row.newcomer, durable=Position(answers={"done": done})),
            expected_version=0 if here is None else here.version,
            deliveries=(say(row.newcomer, number),),
            counts=(("turn", "fr"),),
        )
    )


async def test_replicas_keep_the_order_of_every_person(replica: Replica) -> None:  # R7, G11
    guichets = [await replica(f"r{number}", lease_s=5) for number in range(3)]
    people, turns = 12, 10
    chance = random.Random(3)
    sent: dict[int, list[int]] = {}
    told = 0

    async def intake(person: int) -> None:
        """Each update comes to any of them, as through a load balancer; none is told twice."""
        nonlocal told
        for number in range(turns):
            update = arrival(person * 1000 + number, AccountId(7_000_000_000 + person), payload=str(number).encode())
            await chance.choice(guichets).store.keep([update], offset=None)
        told += 1

    async def serve(guichet: Guichet) -> None:
        """Whoever holds a lane takes its turns; whoever holds a delivery sends it."""
        while told < people or sum(map(len, sent.values())) < people * turns:
            rows = await guichet.store.waiting()
            for row in rows:
                try:
                    await applied(guichet, row)
                except Conflict:
                    await asyncio.sleep(0)
            deliveries = await guichet.store.take_outbox()
            for delivery in deliveries:
                try:
                    await guichet.store.mark_sending([delivery.id])
                except Conflict:
                    continue
                sent.setdefault(int(delivery.chat or 0), []).append(int(texts([delivery])[0] or -1))
                await guichet.store.mark_sent(delivery, Receipt(message_id=1), at=NOON)
            await asyncio.sleep(0.002)

    # On a busy machine a lease may run out and be waited for: everything is sent in the end, or this hangs and fails.
    async with asyncio.timeout(90):
        await asyncio.gather(*(intake(person) for person in range(people)), *(serve(guichet) for guichet in guichets))
    store = guichets[0].store
    for person in range(people):
        newcomer = await store.newcomer_by_account(AccountId(7_000_000_000 + person))
        assert newcomer is not None
        here = await store.session_of(newcomer)
        assert here is not None
        assert here.durable.answers["done"].split() == [str(number) for number in range(turns)]
    assert sent == {7_000_000_000 + person: list(range(turns)) for person in range(people)}
    assert [figure for figure in await store.figures(NOON) if figure[1] == "turn"] == [
        (20_528, "turn", "fr", people * turns)
    ]


async def test_an_arrival_is_taken_by_one_replica(replica: Replica) -> None:
    one, two = await replica("one"), await replica("two")
    [row] = await one.store.keep([arrival(1)], offset=None)
    assert await two.store.keep([arrival(2)], offset=None) == []  # the lane is the other's
    assert await two.store.waiting() == []
    assert [found.payload for found in await one.store.waiting()] == [arrival(1).payload, arrival(2).payload]
    with pytest.raises(Conflict, match="another replica has its lane"):
        await two.store.commit(Commit(done=row.id))


async def test_a_lane_is_let_go_when_it_is_empty(replica: Replica) -> None:
    one, two = await replica("one"), await replica("two")
    [row] = await one.store.keep([arrival(1)], offset=None)
    await one.store.commit(Commit(done=row.id))
    [next_row] = await two.store.keep([arrival(2)], offset=None)
    await two.store.commit(Commit(done=next_row.id))


async def test_a_turn_waits_for_the_one_before(replica: Replica) -> None:
    guichet = await replica("one")
    first, second = await guichet.store.keep([arrival(1), arrival(2)], offset=None)
    with pytest.raises(Conflict, match="older arrival"):
        await guichet.store.commit(Commit(done=second.id))
    await guichet.store.commit(Commit(done=first.id))
    await guichet.store.commit(Commit(done=second.id))


async def test_a_replica_that_slept_through_its_lease_is_refused(replica: Replica, address: str) -> None:  # G12
    sleeper, other = await replica("sleeper"), await replica("other")
    newcomer = await sleeper.welcome()
    row = await sleeper.hear()
    [queued] = await sleeper.queue(say(newcomer))
    assert await other.store.waiting() == [] == await other.store.take_outbox()
    await sleeps(address, "sleeper")
    assert await other.store.waiting() == [row]
    assert await other.store.take_outbox() == [queued]
    with pytest.raises(Conflict):
        await sleeper.store.commit(Commit(done=row.id, session=session(newcomer), expected_version=0))
    with pytest.raises(Conflict):
        await sleeper.store.mark_sending([queued.id])
    await other.store.commit(Commit(done=row.id))
    await other.deliver(queued, Receipt(message_id=1))


async def test_what_a_dead_replica_left_is_taken_over(replica: Replica, address: str) -> None:
    dead, other = await replica("dead"), await replica("other")
    newcomer, boris = await dead.welcome(), await dead.welcome(BORIS)
    row, _ = await dead.queue(say(newcomer, "one"), say(boris, "secret", volatile=True))
    await dead.store.mark_sending([row.id])
    assert await other.store.interrupted() == []
    await sleeps(address, "dead")
    left = await other.store.interrupted()
    assert [(found.fate, texts([found])) for found in left] == [(Fate.SENDING, ["one"]), (Fate.REFUSED, [None])]


async def test_a_restart_takes_back_its_own_at_once(replica: Replica) -> None:
    before = await replica("one")
    row = await before.hear()
    assert row.newcomer is not None
    first, second = await before.queue(say(row.newcomer, "one"), say(row.newcomer, "two"))
    await before.store.mark_sending([first.id])
    after = await replica("one")
    assert await after.store.waiting() == [row]
    assert [found.id for found in await after.store.interrupted()] == [first.id]
    await after.store.mark_uncertain(first.id, again=False)
    assert [found.id for found in await after.store.take_outbox()] == [second.id]


async def test_a_later_delivery_of_a_lane_waits_for_the_earlier_one_of_another_replica(replica: Replica) -> None:
    one, two = await replica("one"), await replica("two")
    newcomer = await one.welcome()
    [first] = await one.queue(say(newcomer, "first"))
    [second] = await two.queue(say(newcomer, "second"))
    with pytest.raises(Conflict):
        await two.store.mark_sending([second.id])
    await one.deliver(first, Receipt(message_id=1))
    await two.deliver(second, Receipt(message_id=2))


async def test_several_of_one_lane_are_begun_together(replica: Replica) -> None:
    one = await replica("one")
    newcomer = await one.welcome()
    rows = await one.queue(say(newcomer, "first"), say(newcomer, "second"))
    await one.store.mark_sending([row.id for row in rows])


async def test_a_replica_does_not_set_aside_what_another_one_took_over(replica: Replica, address: str) -> None:
    sleeper, other = await replica("sleeper"), await replica("other")
    row = await sleeper.hear()
    await sleeps(address, "sleeper")
    assert await other.store.waiting() == [row]
    await sleeper.store.quarantine(b"odd", "conflict", row=row.id)
    assert await other.store.waiting() == [row]


async def test_a_visitor_takes_nothing_from_a_replica(replica: Replica, address: str) -> None:
    one = await replica("")
    row, boris = await one.hear(), await one.welcome(BORIS)
    visitor = await open_store(address, KEYS, is_visit=True)
    await visitor.erase(boris, farewell=(Delivery(verb=Verb.SEND, chat=ChatId(BORIS), rendered=Rendered(text="Fait")),))
    await visitor.close()
    assert texts(await one.store.take_outbox()) == ["Fait"]
    await one.store.commit(Commit(done=row.id))


async def test_a_timer_comes_due_for_one_replica(replica: Replica) -> None:
    one, two = await replica("one"), await replica("two")
    newcomer = await one.welcome()
    await one.store.commit(Commit(timers=(StartTimer(name="a", due_at=NOON),), timers_of=newcomer))
    [timer] = await one.store.due_timers(NOON)
    assert await two.store.due_timers(NOON) == []
    assert await one.store.due_timers(NOON) == [timer]


async def test_one_replica_polls(replica: Replica, address: str) -> None:  # A16
    one, two = await replica("one"), await replica("two")
    assert await one.store.hold("poll")
    assert not await two.store.hold("poll")
    assert await one.store.hold("poll")
    await sleeps(address, "one")
    assert await two.store.hold("poll")
    assert not await one.store.hold("poll")


async def test_what_is_left_behind_is_given_to_one_replica_once(replica: Replica, address: str) -> None:  # G11
    dead, one, two = await replica("dead"), await replica("one"), await replica("two")
    [row] = await dead.queue(say(await dead.welcome(), "cut"))
    await dead.store.mark_sending([row.id])
    [ours] = await one.queue(say(await one.welcome(BORIS), "under way"))
    await one.store.mark_sending([ours.id])
    assert await one.store.left_behind() == []
    await sleeps(address, "dead")
    assert [found.id for found in await one.store.left_behind()] == [row.id]
    assert await one.store.left_behind() == [] == await two.store.left_behind()


async def test_what_a_stopped_replica_held_is_free_at_once(replica: Replica, address: str) -> None:
    stopped = Guichet(await open_store(address, KEYS, clock=Now(), replica="stopped"), numbers=900_000)
    row = await stopped.hear()
    [queued] = await stopped.queue(say(await stopped.welcome(BORIS)))
    assert await stopped.store.hold("poll")
    await stopped.store.close()
    other = await replica("other")
    assert await other.store.hold("poll")
    assert await other.store.waiting() == [row]
    assert await other.store.take_outbox() == [queued]


async def test_the_next_replica_polls_when_the_one_that_did_stops(replica: Replica) -> None:  # A16
    one, two = await replica("one", lease_s=1.5), await replica("two")
    polling: list[str] = []
    stops = {name: asyncio.Event() for name in ("one", "two")}

    async def polls(name: str, over: asyncio.Event) -> None:
        polling.append(name)
        await over.wait()

    async def serve(name: str, guichet: Guichet) -> None:
        await poll_in_turn(guichet.store, partial(polls, name), stop=stops[name], held_every_s=0.02)

    first = asyncio.create_task(serve("one", one))
    async with asyncio.timeout(PATIENCE_S):
        while not polling:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        second = asyncio.create_task(serve("two", two))
        await asyncio.sleep(1.7)  # longer than the lease, which is held on to
        assert polling == ["one"]
        stops["one"].set()
        await first
        while polling != ["one", "two"]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        stops["two"].set()
        await second


async def test_a_replica_whose_role_was_taken_over_stops_polling(replica: Replica) -> None:  # G12
    sleeper, other = await replica("sleeper", lease_s=0.1), await replica("other")
    begun, stop = asyncio.Event(), asyncio.Event()

    async def polls(over: asyncio.Event) -> None:
        begun.set()
        await over.wait()
        stop.set()

    serving = asyncio.create_task(poll_in_turn(sleeper.store, polls, stop=stop, held_every_s=0.5))
    async with asyncio.timeout(PATIENCE_S):
        await begun.wait()
        while not await other.store.hold("poll"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        await serving


async def test_an_erasure_by_another_replica_is_respected(replica: Replica) -> None:  # I02
    one, two = await replica("one"), await replica("two")
    newcomer = await one.welcome()
    await one.store.commit(Commit(session=session(newcomer), expected_version=0))
    await two.store.erase(newcomer)
    for late in (
        Commit(session=session(newcomer), expected_version=1),
        Commit(session=session(newcomer), expected_version=0),
        Commit(deliveries=(say(newcomer),)),
    ):
        with pytest.raises(Conflict):
            await one.store.commit(late)


# --- the server ------------------------------------------------------------------------------------------------------


async def test_a_restart_of_the_server_loses_nothing(replica: Replica, server: Server) -> None:  # G10
    guichet = await replica("one")
    newcomer = await guichet.welcome()
    stopping = asyncio.Event()

    async def turns() -> int:
        version = 0
        while not stopping.is_set():
            try:
                await guichet.store.commit(Commit(session=session(newcomer), expected_version=version))
            except StoreError:  # nothing was written
                continue
            version += 1
        return version

    working = asyncio.create_task(turns())
    await asyncio.sleep(0.1)
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.start)
    await asyncio.sleep(0.3)
    stopping.set()
    version = await working
    assert await guichet.store.session_of(newcomer) == session(newcomer, version=version)


@pytest.mark.parametrize("was_committed", [True, False])
async def test_a_commit_whose_end_was_not_seen_is_asked_for(
    replica: Replica, monkeypatch: pytest.MonkeyPatch, was_committed: bool
) -> None:  # G10
    guichet = await replica("one")
    newcomer = await guichet.welcome()
    worker = guichet.store.engine._writer  # type: ignore[attr-defined]
    cut: list[str] = []

    class Cut(psycopg.Connection):
        """Breaks at the first commit, before or after the server has it."""

        def execute(self, query, *given, **named):
            if query == "COMMIT" and not cut:
                cut.append("cut")
                if was_committed:
                    super().execute(query, *given, **named)
                self.close()
                raise psycopg.OperationalError("the connection is lost")
            return super().execute(query, *given, **named)

    worker._connection.__class__ = Cut
    await guichet.store.commit(Commit(session=session(newcomer), expected_version=0, deliveries=(say(newcomer),)))
    assert cut == ["cut"]
    assert await guichet.store.session_of(newcomer) == session(newcomer, version=1)
    assert len(await guichet.store.take_outbox()) == 1


async def test_another_key_is_refused(replica: Replica, address: str) -> None:
    await replica("one")
    with pytest.raises(UnusableStore, match="does not belong to this database"):
        await open_store(address, keys_from(b"w" * 32))


async def test_a_server_that_is_not_there_is_refused(server: Server) -> None:
    with pytest.raises(UnusableStore, match="The PostgreSQL server cannot be used"):
        await open_store("postgresql://guichet@127.0.0.1:1/none", KEYS)


async def test_two_replicas_that_start_together_migrate_once(server: Server) -> None:  # G05
    address = server.fresh("together")
    stores = await asyncio.gather(*(asyncio.to_thread(postgres.PostgresEngine, address, KEYS) for _ in range(4)))
    for engine in stores:
        await engine.close()


async def test_people_are_not_readable_in_the_tables(replica: Replica, address: str) -> None:  # P4
    guichet = await replica("one")
    newcomer = await guichet.welcome()
    await guichet.hand_over(newcomer)
    await guichet.store.commit(Commit(session=session(newcomer), expected_version=0, deliveries=(say(newcomer),)))
    await guichet.hear()
    with psycopg.connect(address) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        dump = b"".join(
            bytes(value) if isinstance(value, bytes) else str(value).encode()
            for (table,) in tables
            for row in connection.execute(f"SELECT * FROM {table}").fetchall()
            for value in row
        )
    for word in (str(AMINA), "street", "besoins", "Bonjour", "Mésange", "logement", "mot 1"):
        assert word.encode() not in dump, word


async def test_a_visitor_makes_no_tables_on_a_server_that_has_none(server: Server) -> None:
    address = server.fresh("slip")
    with pytest.raises(UnusableStore, match="is empty, no guichet has used it"):
        await open_store(address, KEYS, is_visit=True)
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall() == []


async def test_who_was_erased_stays_erased_after_a_restore_of_the_server(server: Server, tmp_path: Path) -> None:  # G08
    address = server.fresh("taken_back")

    async def opened(name: str) -> Guichet:
        place = tmp_path / name / "var" / "postgres.erased"
        return Guichet(await open_store(address, KEYS, clock=Now(), replica=name, erased=place))

    guichet = await opened("one")
    amina, boris = await guichet.welcome(), await guichet.welcome(BORIS)
    await guichet.store.commit(
        Commit(timers=(StartTimer(name="reminder", ref="own words", due_at=NOON),), timers_of=amina)
    )
    dumped = server.dump("taken_back")
    await guichet.store.erase(amina)
    await guichet.store.close()
    await (await opened("two")).store.close()  # which learns of it from the tables
    for name in ("one", "two"):
        server.restore("taken_back", dumped)
        guichet = await opened(name)
        assert await guichet.store.newcomer_by_account(AMINA) is None
        assert await guichet.store.data_of(amina) == {}
        assert await guichet.store.due_timers(NOON) == []
        assert await guichet.store.newcomer_by_account(BORIS) == boris
        await guichet.store.close()


async def test_a_replica_that_runs_on_learns_who_was_erased_with_its_purge(
    replica: Replica, address: str, tmp_path: Path
) -> None:
    marks = tmp_path / "postgres.erased"
    here = await open_store(address, KEYS, clock=Now(), replica="two", erased=marks)
    other = await replica("one")
    await other.store.erase(await other.welcome())
    await here.purge(NOON, {})
    assert len(marks.read_text().split()) == 2
    assert marks.stat().st_mode & 0o077 == 0
    await here.close()


async def test_the_command_line_erases_on_a_server_and_leaves_the_mark(
    replica: Replica, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await (await replica("one")).welcome()
    monkeypatch.setenv("DATABASE_URL", address)
    monkeypatch.setenv("GUICHET_SECRET_KEY", bytes(range(32)).hex())
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN", raising=False)
    monkeypatch.chdir(tmp_path)
    assert await asyncio.to_thread(main, ["forget", str(AMINA)]) == 0
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == ["var", "var/postgres.erased"]
    monkeypatch.delenv("GUICHET_SECRET_KEY")
    assert await asyncio.to_thread(main, ["forget", str(AMINA)]) == 2
    assert not (tmp_path / "keys").exists()


async def test_a_server_that_takes_no_writing_is_noticed(replica: Replica, address: str) -> None:  # G01
    guichet = await replica("one")
    newcomer = await guichet.welcome()
    worker = guichet.store.engine._writer  # type: ignore[attr-defined]
    worker._connection.execute("SET default_transaction_read_only = on")
    with pytest.raises(StoreError):
        await guichet.store.commit(Commit(session=session(newcomer), expected_version=0))
    assert not guichet.store.is_writable  # type: ignore[attr-defined]
    worker._connection.execute("SET default_transaction_read_only = off")
    await guichet.store.commit(Commit(session=session(newcomer), expected_version=0))
    assert guichet.store.is_writable  # type: ignore[attr-defined]


async def test_what_a_start_would_refuse_is_seen_without_one(replica: Replica, address: str, server: Server) -> None:
    fresh = server.fresh("looked_at")
    for keys in (None, KEYS):
        examine(fresh, keys)
    with psycopg.connect(fresh) as connection:
        assert connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall() == []
    await replica("one")
    examine(address, KEYS)
    for others, said in ((None, "The key is missing"), (keys_from(b"w" * 32), "does not belong to this database")):
        with pytest.raises(UnusableStore, match=said):
            examine(address, others)
