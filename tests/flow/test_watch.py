"""Edits while people are inside: valid ones go live, invalid ones change nothing, nobody is stranded (D05)."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.ids import FlowId
from bot.core.phrases import Phrase
from bot.flow.book import flow_of
from bot.flow.watch import LiveBook
from bot.kept import KeptFiles
from tests.flow.known import KNOWN
from tests.flow.written import write

ONE, TWO = FlowId("a.one"), FlowId("a.two")
HELLO = "steps: [{id: hello, say: Bonjour.}]\n"
EVENING = "steps: [{id: hello, say: Bonsoir.}]\n"
DANGER, FEAR, NEXT = FlowId("urgence.danger"), FlowId("urgence.fear"), FlowId("_system.next")
SAFE = "safety: yes\nstarts_on: {intents: [eat]}\n" + HELLO
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


async def test_a_copy_takes_nothing_from_the_flow_it_was_made_from(tmp_path: Path) -> None:
    kept = KeptFiles(tmp_path / "var" / "flows.json")
    kept_from = "starts_on: {intents: [eat], keywords: [repas], topic: manger}\n"
    live = LiveBook(tmp_path / "flows", lambda: KNOWN, kept=kept)
    write(tmp_path / "flows", "a.two", kept_from + HELLO)
    await live.open()

    write(tmp_path / "flows", "a.one", kept_from + EVENING)
    await live.refresh()
    again = LiveBook(tmp_path / "flows", lambda: KNOWN, kept=kept)
    await again.open()

    for book in (live, again):
        assert set(book.current.flows) == {TWO}
        assert (book.current.by_topic, book.current.by_intent) == ({"manger": TWO}, {"eat": TWO})
        assert [(one.path, one.code) for one in book.issues if one.code != "missing-phrase"] == [
            ("flows/a/one.yml", code) for code in ("intent-twice", "keyword-clash", "topic-twice")
        ]


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


def write_phrases(folder: Path, *phrases: str) -> Path:
    path = folder / "_system" / "words.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in ("flow: _system.words", "phrases:", *phrases)), encoding="utf-8")
    return path


def restarted(folder: Path, kept: Path) -> LiveBook:
    """Another process, which knows of the one before only what is on the disk."""
    return LiveBook(folder, lambda: KNOWN, kept=KeptFiles(kept))


async def test_a_start_with_a_broken_file_serves_what_ran_before_and_says_why(tmp_path: Path) -> None:
    flows, kept = tmp_path / "flows", tmp_path / "kept.json"
    write(flows, "a.one", HELLO)
    write(flows, "a.two", HELLO)
    write_phrases(flows, "  hello: Bonjour, {name}.")
    before = await restarted(flows, kept).open()

    write(flows, "a.one", BROKEN)
    write(flows, "a.two", EVENING)
    write_phrases(flows, "  hello: Bonjour: vous")
    for _ in range(2):  # what was served instead is kept on
        live = restarted(flows, kept)
        await live.open()
        assert (live.current.flows[ONE], said(live, TWO)) == (before.flows[ONE], "Bonsoir.")
        assert live.current.system == before.system
        assert sorted(codes(live)) == ["unknown-step", "yaml-syntax"]
        assert {one.code for one in live.unserved} == {"missing-phrase"}
        assert live.sources[ONE, before.flows[ONE].revision].endswith(HELLO.encode())

    write(flows, "a.one", EVENING)
    await live.refresh()
    write(flows, "a.one", BROKEN)
    live = restarted(flows, kept)
    await live.open()
    assert said(live) == "Bonsoir."


async def test_a_start_without_files_serves_what_ran_before(tmp_path: Path) -> None:
    flows, kept = tmp_path / "flows", tmp_path / "kept.json"
    write(flows, "a.one", "starts_on: {intents: [eat]}\n" + HELLO)
    before = await restarted(flows, kept).open()
    flows.rename(tmp_path / "away")
    for _ in range(2):
        live = restarted(flows, kept)
        assert await live.open() == before
        assert codes(live) == ["missing-flow"]


async def test_a_copy_that_a_disk_has_spoilt_is_not_served(tmp_path: Path) -> None:
    flows, kept = tmp_path / "flows", tmp_path / "kept.json"
    write(flows, "a.one", HELLO)
    await restarted(flows, kept).open()
    kept.write_bytes(kept.read_bytes().replace(b"Bonjour", b"Bonsoir"))
    write(flows, "a.one", BROKEN)
    assert (await restarted(flows, kept).open()).flows == {}


async def test_what_breaks_before_it_ever_ran_is_told_apart(tmp_path: Path, live: LiveBook) -> None:
    write(tmp_path, "a.one", BROKEN)
    write(tmp_path, "urgence.danger", BROKEN)
    await live.open()
    found = [(one.path.partition("/")[2], one.code) for one in live.unserved if one.code != "missing-phrase"]
    assert found == [("urgence/danger.yml", "unknown-step")]


async def test_a_flow_of_danger_that_is_deleted_goes_on_until_others_do_without(tmp_path: Path, live: LiveBook) -> None:
    write(tmp_path, "a.one", HELLO)
    write(tmp_path, "urgence.danger", SAFE.replace("Bonjour.", "Bonjour., start: urgence.fear"))
    write(tmp_path, "urgence.fear", "safety: yes\n" + HELLO.replace("Bonjour.", "Bonjour., start: _system.next"))
    write(tmp_path, "_system.next", HELLO)
    before = await live.open()
    for flow in ("urgence/danger", "urgence/fear", "_system/next"):
        (tmp_path / f"{flow}.yml").unlink()
    await live.refresh()

    assert live.current.flows == before.flows
    assert live.current.by_intent == {"eat": DANGER}
    assert [(one.path, one.code) for one in live.issues if one.code != "missing-phrase"] == [
        ("flows/_system/next.yml", "missing-flow"),
        ("flows/urgence/danger.yml", "missing-flow"),
        ("flows/urgence/fear.yml", "missing-flow"),
    ]
    assert [one.code for one in live.unserved if one.code != "missing-phrase"] == []

    write(tmp_path, "urgence.peril", SAFE)
    await live.refresh()
    assert {flow for flow in live.current.flows if flow != ONE} == {"urgence.peril"}
    assert codes(live) == []


async def test_a_flow_that_the_code_begins_never_goes(tmp_path: Path) -> None:
    known = replace(KNOWN, flows={NEXT})
    live = LiveBook(tmp_path, lambda: known)
    write(tmp_path, "a.one", HELLO)
    await live.open()
    assert [one.code for one in live.unserved if one.code != "missing-phrase"] == ["missing-flow"]
    path = write(tmp_path, "_system.next", HELLO)
    await live.refresh()
    assert codes(live) == []
    path.unlink()
    await live.refresh()
    assert (NEXT in live.current.flows, codes(live)) == (True, ["missing-flow"])


async def test_a_needed_phrase_that_is_deleted_is_still_said_after_a_restart(tmp_path: Path) -> None:
    flows, kept = tmp_path / "flows", tmp_path / "kept.json"
    write(flows, "a.one", HELLO)
    path = write_phrases(flows, "  hello: Bonjour, {name}.", "  other: Autre.")
    live = restarted(flows, kept)
    before = await live.open()
    for is_deleted in (False, True):
        if is_deleted:
            path.unlink()
        else:
            write_phrases(flows, "  other: Autre.")
        await live.refresh()
        assert live.current.system["hello"] == before.system["hello"]
        live = restarted(flows, kept)
        assert (await live.open()).system["hello"] == before.system["hello"]
