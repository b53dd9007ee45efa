"""Edits while people are inside: valid ones go live, invalid ones change nothing, nobody is stranded (D05)."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from bot.core.ids import FlowId
from bot.core.phrases import Phrase
from bot.flow.book import flow_of
from bot.flow.watch import LiveBook
from tests.flow.known import KNOWN
from tests.flow.written import write

ONE, TWO = FlowId("a.one"), FlowId("a.two")
HELLO = "steps: [{id: hello, say: Bonjour.}]\n"
EVENING = "steps: [{id: hello, say: Bonsoir.}]\n"
BROKEN = "steps: [{id: hello, say: Bonjour., goto: nowhere}]\n"


def said(live: LiveBook, flow: FlowId = ONE) -> str:
    return next(iter(live.current.flows[flow].steps.values())).say[0].text


def codes(live: LiveBook) -> list[str]:
    return [one.code for one in live.issues if one.code != "missing-phrase"]


@pytest.fixture
def live(tmp_path: Path) -> LiveBook:
    return LiveBook(tmp_path, lambda: KNOWN)


async def test_valid_edit_goes_live_and_the_old_revision_is_kept(tmp_path: Path, live: LiveBook) -> None:
    path = write(tmp_path, "a.one", HELLO)
    before = (await live.open()).flows[ONE]

    write(tmp_path, "a.one", EVENING)
    assert await live.refresh()

    after = live.current.flows[ONE]
    assert said(live) == "Bonsoir."
    assert live.current.flow(ONE, before.revision) == before
    assert live.current.flow(ONE, after.revision) == after
    assert live.sources[ONE, before.revision] != live.sources[ONE, after.revision] == path.read_bytes()


async def test_invalid_edit_leaves_the_running_flow_and_says_why(tmp_path: Path, live: LiveBook) -> None:
    write(tmp_path, "a.one", HELLO)
    write(tmp_path, "a.two", HELLO)
    before = await live.open()

    write(tmp_path, "a.one", BROKEN)
    write(tmp_path, "a.two", EVENING)
    await live.refresh()

    assert live.current.flows[ONE] == before.flows[ONE]
    assert said(live, TWO) == "Bonsoir."
    assert codes(live) == ["unknown-step"]

    write(tmp_path, "a.one", EVENING)
    await live.refresh()
    assert (said(live), codes(live)) == ("Bonsoir.", [])


async def test_deleted_flow_can_be_finished_but_not_begun(tmp_path: Path, live: LiveBook) -> None:
    path = write(tmp_path, "a.one", "starts_on: {intents: [eat]}\n" + HELLO)
    write(tmp_path, "a.two", HELLO)
    before = (await live.open()).flows[ONE]

    path.unlink()
    await live.refresh()

    assert set(live.current.flows) == {TWO}
    assert live.current.by_intent == {}
    assert live.current.flow(ONE, before.revision) == before


async def test_folder_that_vanishes_stops_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "flows"
    write(folder, "a.one", HELLO)
    live = LiveBook(folder, lambda: KNOWN)
    book = await live.open()

    folder.rename(tmp_path / "away")
    await live.refresh()

    assert live.current is book


async def test_edit_that_loops_with_a_flow_that_stays_does_not_go_live(tmp_path: Path, live: LiveBook) -> None:
    asking = "{id: q, say: Quoi ?, choices: {go: {label: Aller, start: %s}, stop: Finir}}"
    write(tmp_path, "a.one", f"steps: [{asking % 'a.two'}]\n")
    write(tmp_path, "a.two", "steps: [{id: on, say: Plus loin., start: a.one}]\n")
    before = await live.open()

    # Each edit alone is judged: the first flow no longer asks, and the second, which leads back, breaks.
    write(tmp_path, "a.one", "steps: [{id: on, say: Plus loin., start: a.two}]\n")
    write(tmp_path, "a.two", "steps: [{id: on, say: Plus loin., goto: nowhere}]\n")
    await live.refresh()

    assert live.current.flows == before.flows


async def test_healthy_flows_run_beside_a_broken_one_from_the_start(tmp_path: Path, live: LiveBook) -> None:
    write(tmp_path, "a.one", HELLO)
    write(tmp_path, "a.two", BROKEN)

    assert set((await live.open()).flows) == {ONE}
    assert codes(live) == ["unknown-step"]


async def test_phrases_of_a_file_that_breaks_are_still_said(tmp_path: Path, live: LiveBook) -> None:
    path = tmp_path / "_system" / "words.yml"
    path.parent.mkdir()
    path.write_text("phrases:\n  hello: Bonjour, {name}.\n")
    await live.open()

    path.write_text("phrases:\n  hello: Bonjour: vous\n")
    await live.refresh()

    assert live.current.system == {"hello": Phrase(key="system/hello", text="Bonjour, {name}.")}


async def test_revision_kept_by_the_store_is_brought_back_after_a_restart(tmp_path: Path, live: LiveBook) -> None:
    path = write(tmp_path, "a.one", HELLO)
    before = (await live.open()).flows[ONE]
    kept = path.read_bytes()

    write(tmp_path, "a.one", EVENING)
    restarted = LiveBook(tmp_path, lambda: KNOWN)
    await restarted.open()
    old = flow_of(kept, ONE)
    assert old is not None
    restarted.keep([old])

    found = restarted.current.flow(ONE, before.revision)
    assert found is not None
    assert (found.revision, found.steps) == (before.revision, before.steps)
    restarted.drop_older(in_use=())
    assert restarted.current.older == {}


async def test_unchanged_folder_is_not_read_again(tmp_path: Path, live: LiveBook) -> None:
    write(tmp_path, "a.one", HELLO)
    book = await live.open()

    assert not await live.refresh()
    assert live.current is book


async def test_follower_reads_a_change_once_it_has_settled(tmp_path: Path) -> None:
    path = write(tmp_path, "a.one", HELLO)
    seen: list[str] = []
    live = LiveBook(tmp_path, lambda: KNOWN, on_change=lambda live: seen.append(said(live)))
    await live.open()
    looks = 0

    async def sleep(_: float) -> None:
        nonlocal looks
        looks += 1
        if looks == 2:
            # An editor saves in two steps: the half-written file must not be judged.
            path.write_text("flow: a.one\n")
        if looks == 3:
            write(tmp_path, "a.one", EVENING)
            os.utime(path, ns=(1, 1))
        if looks == 6:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await live.follow(sleep)

    assert seen == ["Bonjour.", "Bonsoir."]
    assert live.issues == tuple(one for one in live.issues if one.code == "missing-phrase")
