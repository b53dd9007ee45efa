"""Several processes on one PostgreSQL server: whatever one of them leaves, another takes up, in order (G11, G12)."""

from __future__ import annotations

import asyncio
import json

import psycopg
import pytest

from bot.core.ids import AccountId
from bot.core.messages import Rendered
from bot.ports import Commit, Delivery, Verb
from bot.sandbox.people import DEMO_TOKEN
from bot.store import KeptStore, open_store
from bot.store.crypto import load_keys
from tests.journeys.flows import NUDGE, WHO, WORDS
from tests.journeys.office import Office, Person
from tests.patience import PATIENCE_S
from tests.store.conftest import address, server
from tests.store.scenes import arrival

__all__ = ["address", "server"]
pytestmark = pytest.mark.postgres

#: Ids of messages that the sandbox will not come to.
FAR = 900_000


@pytest.fixture
async def shared(closed_office: Office, address: str) -> Office:
    """An office on a server, as one of several replicas."""
    await closed_office.open(DATABASE_URL=address, GUICHET_REPLICA="one")
    return closed_office


async def another(office: Office) -> KeptStore:
    """The store of a replica of another host."""
    keys = load_keys(office.data.places.keys / "guichet.key", may_create=False, environment=office.env)
    return await open_store(office.env["DATABASE_URL"], keys, bot=DEMO_TOKEN.partition(":")[0], replica="two")


def ask(office: Office, sql: str) -> None:
    """What only the passing of a minute does otherwise."""
    with psycopg.connect(office.env["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql)


async def heard_elsewhere(office: Office, store: KeptStore, person: Person, text: str) -> None:
    """The other replica is told of words, and stores them."""
    who = {"id": person.id, "is_bot": False}
    said = {"message_id": FAR, "date": int(office.now().timestamp()), "text": text, "from": who}
    payload = json.dumps({"update_id": FAR, "message": {**said, "chat": {"id": person.id, "type": "private"}}})
    told = arrival(FAR, AccountId(person.id), payload=payload.encode(), received_at=office.now())
    assert len(await store.keep([told], offset=None)) == 1


async def test_words_that_a_dead_replica_left_are_answered_and_what_follows_in_order(shared: Office) -> None:
    fatou = await shared.fatou()
    assert await fatou.say("essai") == [WHO]
    dead = await another(shared)
    await heard_elsewhere(shared, dead, fatou, "une femme")
    await dead.engine.close()  # without a farewell, as after a kill
    await fatou.seat.say("il fait froid")
    await shared.settled_intake()
    ask(shared, "UPDATE lanes SET until_at = 0")
    assert [text.partition("\n")[0] for text in await fatou.heard()] == [WORDS, NUDGE]


async def test_words_that_another_replica_stored_before_ours_go_first(shared: Office) -> None:
    fatou = await shared.fatou()
    assert await fatou.say("essai") == [WHO]
    other = await another(shared)
    await heard_elsewhere(shared, other, fatou, "une femme")
    ask(shared, "UPDATE lanes SET holder = (SELECT slot FROM replicas WHERE name = 'one') WHERE lane LIKE 'n:%'")
    assert await fatou.say("il fait froid") == [WORDS, NUDGE]
    await other.close()


async def test_a_call_that_a_dead_replica_was_making_is_settled(shared: Office) -> None:
    fatou = await shared.fatou()
    assert await fatou.say("essai") == [WHO]
    dead = await another(shared)
    newcomer = await fatou.newcomer()
    cut = Delivery(verb=Verb.SEND, newcomer=newcomer, rendered=Rendered(text="coupé"))
    [row] = await dead.commit(Commit(deliveries=(cut,)))
    await dead.mark_sending([row.id])
    await dead.engine.close()
    ask(shared, "UPDATE outbox SET held_until = 0 WHERE state = 2")
    async with asyncio.timeout(PATIENCE_S):
        while not (said := await fatou.heard()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert said == [WHO]
