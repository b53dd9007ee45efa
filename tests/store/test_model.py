"""Whatever happens in whatever order, the store is what a few plain lists say it should be."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.core.ids import AccountId, NewcomerId
from bot.errors import Conflict
from bot.ports import Commit, Fate, InboxRow, Receipt
from bot.store import KeptStore, keys_from, open_store
from tests.store.scenes import NOON, Now, arrival, say, session, texts

KEYS = keys_from(bytes(range(32)))
ACCOUNTS = [AccountId(7_100_000_000 + number) for number in range(3)]
accounts = st.sampled_from(ACCOUNTS)


@dataclass
class Person:
    """What should be known of somebody."""

    newcomer: NewcomerId
    inbox: list[InboxRow] = field(default_factory=list)
    version: int = 0
    #: Unsent texts in order, each with whether it is being repeated.
    outbox: list[tuple[str, bool]] = field(default_factory=list)
    is_sending: bool = False


class Machine(RuleBasedStateMachine):
    """Arrivals, turns, deliveries, restarts and erasures in any order."""

    @initialize()
    def open(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
        self.people: dict[AccountId, Person] = {}
        self.told: list[tuple[int, AccountId]] = []
        self.number = 0
        self.store = self.opened()

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.run(self.store.close())
            self.loop.close()
            self.folder.cleanup()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def opened(self) -> KeptStore:
        return self.run(open_store(f"sqlite:///{self.folder.name}/guichet.db", KEYS, clock=Now()))

    # what may happen

    @rule(given=st.lists(accounts, min_size=1, max_size=4), repeat=st.booleans())
    def arrive(self, given: list[AccountId], repeat: bool) -> None:
        fresh = []
        for account in given:
            self.number += 1
            fresh.append((self.number, account))
        again = self.told[-2:] if repeat else []
        batch = [*again, *fresh, *(fresh[:1] if repeat else [])]
        rows = self.run(self.store.keep([arrival(*told) for told in batch], offset=self.number))
        assert [row.payload for row in rows] == [arrival(*told).payload for told in fresh]
        for row, told in zip(rows, fresh, strict=True):
            assert row.newcomer is not None
            person = self.people.setdefault(told[1], Person(newcomer=row.newcomer))
            assert person.newcomer == row.newcomer
            person.inbox.append(row)
        self.told += fresh

    @rule(account=accounts, replies=st.integers(0, 3))
    def turn(self, account: AccountId, replies: int) -> None:
        person = self.people.get(account)
        if person is None or not person.inbox:
            return
        row = person.inbox.pop(0)
        said = [f"{row.id}.{number}" for number in range(replies)]
        commit = Commit(
            done=row.id,
            session=session(person.newcomer, screen=person.version + 1),
            expected_version=person.version,
            deliveries=tuple(say(person.newcomer, text) for text in said),
        )
        assert texts(self.run(self.store.commit(commit))) == said
        with pytest.raises(Conflict):
            self.run(self.store.commit(commit))
        person.version += 1
        person.outbox += [(text, False) for text in said]

    @rule(account=accounts, outcome=st.sampled_from(["sent", "retry", "refused", "again", "doubt", "stuck"]))
    def send(self, account: AccountId, outcome: str) -> None:
        person = self.people.get(account)
        if person is None or not person.outbox or person.is_sending:
            return
        rows = {row.delivery.newcomer: row for row in self.run(self.store.take_outbox())}
        row = rows[person.newcomer]
        self.run(self.store.mark_sending([row.id]))
        text, is_repeat = person.outbox[0]
        match outcome:
            case "sent":
                self.run(self.store.mark_sent(row, Receipt(message_id=row.id), at=NOON))
                person.outbox.pop(0)
            case "retry":
                self.run(self.store.mark_retry(row.id))
            case "refused":
                self.run(self.store.mark_refused(row.id, reason="blocked"))
                person.outbox.pop(0)
            case "again" if not is_repeat:
                self.run(self.store.mark_uncertain(row.id, again=True))
                person.outbox[0] = (text, True)
            case "again" | "doubt":
                self.run(self.store.mark_uncertain(row.id, again=outcome == "again"))
                person.outbox.pop(0)
            case "stuck":
                person.is_sending = True

    @rule()
    def restart(self) -> None:
        self.run(self.store.close())
        self.store = self.opened()
        left = self.run(self.store.interrupted())
        stuck = {person.newcomer: person for person in self.people.values() if person.is_sending}
        assert {row.delivery.newcomer: texts([row])[0] for row in left} == {
            newcomer: person.outbox[0][0] for newcomer, person in stuck.items()
        }
        for row in left:
            self.run(self.store.mark_uncertain(row.id, again=False))
        for person in stuck.values():
            person.outbox.pop(0)
            person.is_sending = False

    @rule(account=accounts)
    def erase(self, account: AccountId) -> None:
        person = self.people.pop(account, None)
        if person is not None:
            assert self.run(self.store.erase(person.newcomer))["people"] == 1
            assert self.run(self.store.erase(person.newcomer)) == {}

    # what must be so

    @invariant()
    def what_waits_is_what_was_told_and_not_done(self) -> None:
        if hasattr(self, "store"):
            rows = sorted((row for person in self.people.values() for row in person.inbox), key=lambda row: row.id)
            assert self.run(self.store.waiting()) == rows

    @invariant()
    def the_next_of_each_lane_can_be_sent(self) -> None:
        if hasattr(self, "store"):
            rows = self.run(self.store.take_outbox())
            assert {row.delivery.newcomer: (texts([row])[0], row.fate is Fate.UNCERTAIN) for row in rows} == {
                person.newcomer: person.outbox[0]
                for person in self.people.values()
                if person.outbox and not person.is_sending
            }

    @invariant()
    def everybody_stands_where_their_last_turn_left_them(self) -> None:
        if hasattr(self, "store"):
            for account in ACCOUNTS:
                person = self.people.get(account)
                newcomer = self.run(self.store.newcomer_by_account(account))
                assert newcomer == (None if person is None else person.newcomer)
                if person is not None:
                    here = self.run(self.store.session_of(person.newcomer))
                    version = person.version
                    assert here == (session(person.newcomer, version=version, screen=version) if version else None)


Machine.TestCase.settings = settings(max_examples=12, stateful_step_count=25, suppress_health_check=list(HealthCheck))
test_the_store_is_what_the_lists_say = Machine.TestCase
