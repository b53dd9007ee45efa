"""A process that works on a store and is killed, again and again; run by `test_kills.py` as a program of its own.

It forks from a warm parent, so that a kill costs milliseconds. A child says on a pipe what was acknowledged to it;
after the kill the parent opens the same files and compares.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from bot.core.ids import AccountId, NewcomerId
from bot.core.session import Position
from bot.ports import Commit, Fate, OutboxRow, Receipt
from bot.store import KeptStore, keys_from, open_store, sqlite
from tests.store.scenes import NOON, Guichet, arrival, say, session, spoken

KEYS = keys_from(bytes(range(32)))
PEOPLE = 5

Work = Callable[[int], Coroutine[Any, Any, None]]


def doomed(work: Work, kill: Callable[[int, TextIO], list[str]] | None = None) -> list[str]:
    """Run `work` in a child until `kill` ended it, or to its end; the lines it wrote."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            asyncio.run(work(writer))
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="ascii") as pipe:
        lines = [] if kill is None else kill(child, pipe)
        lines += pipe.read().splitlines()
    os.waitpid(child, 0)
    return lines


def tell(pipe: int, *words: object) -> None:
    os.write(pipe, (" ".join(map(str, words)) + "\n").encode())


# --- random kills ----------------------------------------------------------------------------------------------------


async def turns(url: str, pipe: int, *, until: int | None = None) -> None:
    """Keep updates, apply them, send the replies; each acknowledged step is told on the pipe."""
    store = await open_store(url, KEYS, clock=lambda: NOON)
    for row in await store.interrupted():
        tell(pipe, "doubt", said(row))  # before it is written: a kill in between leaves it to the next start
        await store.mark_uncertain(row.id, again=False)
    tell(pipe, "ready")
    lanes = [asyncio.Lock() for _ in range(PEOPLE)]

    async def one(number: int) -> None:
        async with lanes[number % PEOPLE]:
            rows = await store.keep([update(number)], offset=None)
            tell(pipe, "kept", number)
            for row in rows:
                await apply(store, row.id, row.newcomer, row.payload, pipe)

    async def send() -> None:
        for row in await store.take_outbox():
            await store.mark_sending([row.id])
            tell(pipe, "sent", said(row))  # the channel has it
            await store.mark_sent(row, Receipt(message_id=1), at=NOON)

    for row in await store.waiting():
        await apply(store, row.id, row.newcomer, row.payload, pipe)
    first = (await store.offset()) or 1
    number = first
    while until is None or number < until:
        group = range(number, number + random.randint(1, 8))
        await asyncio.gather(*(one(n) for n in group), send())
        number = group.stop
        await store.keep([], offset=number)
        tell(pipe, "offset", number)
    for _ in range(until or 0):
        if not await store.take_outbox():
            break
        await send()
    await store.close()


def update(number: int) -> Any:
    return arrival(number, AccountId(7_100_000_000 + number % PEOPLE), payload=str(number).encode())


def said(row: OutboxRow) -> str:
    return "?" if row.delivery.rendered is None else row.delivery.rendered.text


async def apply(store: KeptStore, row: int, newcomer: NewcomerId | None, payload: bytes | None, pipe: int) -> None:
    assert newcomer is not None and payload is not None
    number = int(payload)
    here = await store.session_of(newcomer)
    done = "" if here is None else here.durable.answers["done"]
    there = session(newcomer, durable=Position(answers={"done": f"{done} {number}"}))
    version = 0 if here is None else here.version
    await store.commit(
        Commit(done=row, session=there, expected_version=version, deliveries=(say(newcomer, str(number)),))
    )
    tell(pipe, "done", number)


def random_kills(folder: Path, kills: int, seed: int) -> dict[str, object]:
    """Kill after some work; then look at what was acknowledged, what is there, and what was sent."""
    chance = random.Random(seed)
    url = f"sqlite:///{folder}/guichet.db"
    heard: list[str] = []

    def kill(child: int, pipe: TextIO) -> list[str]:
        # Counted in what it has said, so that a slow machine does as much; one in five dies while it starts.
        said = chance.choice([0, *range(10, 50, 10)])
        lines = [pipe.readline().strip() for _ in range(said)]
        time.sleep(chance.uniform(0, 0.020 if said == 0 else 0.003))
        os.kill(child, signal.SIGKILL)
        return lines

    for _ in range(kills):
        heard += doomed(lambda pipe: turns(url, pipe), kill)
    last = max((int(line.split()[1]) for line in heard if line.startswith(("kept", "offset"))), default=0) + 20
    heard += doomed(lambda pipe: turns(url, pipe, until=last))
    return asyncio.run(verdict(url, heard))


async def verdict(url: str, heard: list[str]) -> dict[str, object]:
    store = await open_store(url, KEYS)
    words: dict[str, list[str]] = {}
    for line in heard:
        kind, *rest = line.split()
        words.setdefault(kind, []).extend(rest)
    applied: list[list[int]] = []
    for rest in range(PEOPLE):
        newcomer = await store.newcomer_by_account(AccountId(7_100_000_000 + rest))
        assert newcomer is not None
        here = await store.session_of(newcomer)
        assert here is not None
        applied.append([int(number) for number in here.durable.answers["done"].split()])
    numbers = sorted(number for person in applied for number in person)
    sent, doubted = Counter(words.get("sent", [])), set(words.get("doubt", []))
    result = {
        "starts": heard.count("ready"),
        "turns": len(numbers),
        "lost": sorted(set(range(1, numbers[-1] + 1)) - set(numbers)),
        "doubled": [number for number, times in Counter(numbers).items() if times > 1],
        "out_of_order": [person for person in applied if person != sorted(person)],
        "acknowledged_and_lost": sorted({int(n) for n in words["done"]} - set(numbers)),
        "replies_doubled": [reply for reply, times in sent.items() if times > 1],
        "replies_lost_unflagged": [str(n) for n in numbers if str(n) not in sent and str(n) not in doubted],
        "waiting": len(await store.waiting()),
        "unsent": len(await store.take_outbox()),
    }
    await store.close()
    return result


# --- a kill at every statement ---------------------------------------------------------------------------------------


def at_statement(number: int) -> None:
    """Die just before the `number`-th statement of this process."""
    left = number
    plain = sqlite.connect

    def connect(*given: Any, **named: Any) -> Any:
        connection = plain(*given, **named)

        def count(statement: str) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        connection.set_trace_callback(count)
        return connection

    sqlite.connect = connect


def every_statement(folder: Path) -> dict[str, object]:
    """For each scene: die at its first statement, then at its second… until it comes through; look after each."""
    counts: dict[str, object] = {}
    for name, (prepare, work, look) in SCENES.items():
        number, is_through = 0, False
        before = folder / name
        before.mkdir()
        if prepare is not None:
            asyncio.run(prepare(f"sqlite:///{before}/guichet.db"))
        while not is_through:
            number += 1
            place = folder / f"{name}{number}"
            shutil.copytree(before, place)
            url = f"sqlite:///{place}/guichet.db"

            async def dying(pipe: int, url: str = url, work: Any = work, number: int = number) -> None:
                at_statement(number)
                await work(url)
                tell(pipe, "through")

            is_through = doomed(dying) == ["through"]
            asyncio.run(look(url, is_through))
        counts[name] = number - 1
    return counts


async def opened(url: str) -> Guichet:
    return Guichet(await open_store(url, KEYS, clock=lambda: NOON))


async def first_start(url: str) -> None:
    await (await opened(url)).store.close()


async def came_up(url: str, is_through: bool) -> None:
    guichet = await opened(url)
    await guichet.welcome()
    await guichet.store.close()


async def one_arrival(url: str) -> None:
    guichet = await opened(url)
    await guichet.store.keep([update(1)], offset=2)
    await guichet.store.close()


async def one_turn(url: str) -> None:
    guichet = await opened(url)
    [row] = await guichet.store.waiting()
    assert row.newcomer is not None
    [queued] = await guichet.store.commit(
        Commit(done=row.id, session=session(row.newcomer), expected_version=0, deliveries=(say(row.newcomer),))
    )
    await guichet.deliver(queued, Receipt(message_id=5))
    await guichet.store.close()


async def turn_is_whole(url: str, is_through: bool) -> None:
    guichet = await opened(url)
    store = guichet.store
    newcomer = await store.newcomer_by_account(update(1).account)
    assert newcomer is not None
    here, waiting = await store.session_of(newcomer), await store.waiting()
    rows = [*await store.take_outbox(), *await store.interrupted()]
    sent = await spoken(store, newcomer, NOON)
    if here is None:
        assert (len(waiting), rows, sent) == (1, [], []) and not is_through
    else:
        assert here == session(newcomer, version=1) and waiting == []
        assert (len(rows), sent) == ((0, [5]) if is_through or sent else (1, []))
        assert {row.fate for row in rows} <= {Fate.WAITING, Fate.SENDING}
    await store.close()


async def two_people(url: str) -> None:
    guichet = await opened(url)
    for account in (1, 2):
        newcomer = await guichet.welcome(AccountId(account))
        handoff = await guichet.hand_over(newcomer)
        await guichet.store.commit(
            Commit(session=session(newcomer), expected_version=0, deliveries=(say(newcomer, handoff=handoff.id),))
        )
    await guichet.store.close()


async def one_leaves(url: str) -> None:
    guichet = await opened(url)
    newcomer = await guichet.store.newcomer_by_account(AccountId(1))
    assert newcomer is not None
    await guichet.store.erase(newcomer, farewell=(replace(say(newcomer), newcomer=None, chat=-5),))  # type: ignore[arg-type]
    await guichet.store.close()


async def one_left_whole(url: str, is_through: bool) -> None:
    guichet = await opened(url)
    store = guichet.store
    gone, stays = [await store.newcomer_by_account(AccountId(account)) for account in (1, 2)]
    assert stays is not None and len(await store.data_of(stays)) == 4
    groups = [row.chat for row in await store.take_outbox() if row.chat is not None and row.chat < 0]
    if gone is None:
        assert groups == [-5]
    else:
        assert len(await store.data_of(gone)) == 4 and groups == [] and not is_through
    await store.close()


SCENES: dict[str, tuple[Any, Any, Any]] = {
    "migrate": (None, first_start, came_up),
    "turn": (one_arrival, one_turn, turn_is_whole),
    "erase": (two_people, one_leaves, one_left_whole),
}


if __name__ == "__main__":
    kind, folder, *numbers = sys.argv[1:]
    if kind == "random":
        print(json.dumps(random_kills(Path(folder), *map(int, numbers))))
    else:
        print(json.dumps(every_statement(Path(folder))))
