"""Flows are edited while people are inside them: nobody is stranded, and a broken file changes nothing."""

from __future__ import annotations

import asyncio
import copy
from dataclasses import replace
from pathlib import Path

import pytest

from bot.data import Data
from bot.directory.living import Living
from tests.journeys.conftest import Lines
from tests.journeys.flows import NUDGE, TRIAL, WHO, WORDS, flows_in
from tests.journeys.office import Office, Person
from tests.patience import PATIENCE_S

OTHER_WHO = "Cet essai est pour quelle personne ?"
BROKEN = TRIAL.replace("    choices:", "   choices:", 1)
DEAD_END = TRIAL.replace("goto: adviser", "goto: nulle_part")


class Editor:
    """An admin who edits the flow of the tests."""

    def __init__(self, office: Office, path: Path) -> None:
        self._office = office
        self._path = path

    async def writes(self, text: str) -> None:
        """Save the file; it is looked at now instead of in some seconds."""
        self._path.write_text(text, encoding="utf-8")
        assert await self._office.running.live.flows.refresh()

    async def removes(self) -> None:
        """Delete the file."""
        self._path.unlink()
        assert await self._office.running.live.flows.refresh()


@pytest.fixture
def edited(closed_office: Office, read_data: Data) -> Office:
    """An office, not open yet, whose flows may be edited."""
    data = copy.copy(read_data)
    flows = flows_in(closed_office.folder)
    data.places = replace(closed_office.data.places, flows=flows)
    data._live = None
    closed_office.data = data
    return closed_office


@pytest.fixture
def editor(edited: Office) -> Editor:
    return Editor(edited, edited.folder / "flows" / "besoins" / "essai.yml")


async def test_who_is_inside_goes_on_in_the_flow_as_it_was(edited: Office, editor: Editor) -> None:
    await edited.open()
    fatou = await edited.fatou()
    await fatou.say("essai")
    await editor.writes(TRIAL.replace("Une femme", "Une dame").replace(WORDS, "Autre chose ?"))
    assert await fatou.press("Une femme") == [WORDS]
    await edited.reopen()
    assert await fatou.say("il fait froid") == [NUDGE]
    await fatou.press("Menu")
    await fatou.say("essai")
    assert await fatou.press("Une dame") == ["Autre chose ?"]


async def test_a_replaced_flow_leaves_memory_with_the_last_who_stood_in_it(edited: Office, editor: Editor) -> None:
    guichet = await edited.open()
    fatou = await edited.fatou()
    await fatou.say("essai")
    before = set(guichet.live.flows.sources)
    await editor.writes(TRIAL.replace(WHO, OTHER_WHO))
    await editor.writes(TRIAL.replace(WHO, OTHER_WHO + " ?"))
    inside = {key for key in before if key in guichet.live.flows.current.older}
    for _ in range(2):
        await guichet.live.let_go_of_flows()
    assert len(inside) == 1 and set(guichet.live.flows.current.older) == inside
    assert (await fatou.press("Une femme")) == [WORDS]
    await fatou.say("/effacer")
    await fatou.press("Oui, tout effacer")
    for _ in range(2):
        await guichet.live.let_go_of_flows()
    assert set(guichet.live.flows.sources) == {
        (one.id, one.revision) for one in guichet.live.flows.current.flows.values()
    }


async def test_a_replaced_flow_stays_for_who_stands_in_it_unwritten(edited: Office, editor: Editor) -> None:
    guichet = await edited.open()
    fatou = await edited.fatou()
    await fatou.say("secret")
    await fatou.say("une chaise")
    secret = editor._path.with_name("secret.yml")
    secret.write_text(secret.read_text("utf-8").replace("?", " ?"), encoding="utf-8")
    assert await guichet.live.flows.refresh()
    for _ in range(2):
        await guichet.live.let_go_of_flows()
    assert len(guichet.live.flows.current.older) == 1


async def test_a_broken_edit_changes_nothing_and_says_why(edited: Office, editor: Editor, logged: Lines) -> None:
    await edited.open()
    fatou = await edited.fatou()
    assert await fatou.say("essai") == [WHO]
    for text in (BROKEN, DEAD_END, "", "[", TRIAL + "\x00", "a" * 300_000):
        logged.lines.clear()
        await editor.writes(text)
        assert [line for line in logged.lines if "flow.issue" in line and "essai.yml" in line] != []
    assert await fatou.press("Une femme") == [WORDS]
    await fatou.press("Menu")
    assert await fatou.say("essai") == [WHO]
    await editor.writes(TRIAL.replace(WHO, OTHER_WHO))
    await fatou.press("Menu")
    assert await fatou.say("essai") == [OTHER_WHO]


async def test_a_flow_broken_at_the_start_leaves_the_others_running(edited: Office, editor: Editor) -> None:
    (edited.folder / "flows" / "besoins" / "essai.yml").write_text(BROKEN, encoding="utf-8")
    await edited.open()
    fatou = await edited.fatou()
    assert WHO not in await fatou.say("essai")
    assert await fatou.say("secret") != []
    await editor.writes(TRIAL)
    await fatou.press("Menu")
    assert await fatou.say("essai") == [WHO]


async def test_who_is_inside_a_removed_flow_finishes_it(edited: Office, editor: Editor) -> None:
    await edited.open()
    fatou = await edited.fatou()
    await fatou.say("essai")
    await editor.removes()
    assert await fatou.press("Une femme") == [WORDS]
    await edited.reopen()
    assert await fatou.say("il fait froid") == [NUDGE]
    assert WHO not in await fatou.say("essai")


async def test_who_waits_on_a_step_that_nothing_kept_has_begins_again(edited: Office, editor: Editor) -> None:
    await edited.open()
    fatou = await edited.fatou()
    await fatou.say("essai")
    await fatou.press("Une femme")
    await edited.store.engine.write(lambda tx: tx.run("DELETE FROM flows WHERE flow = 'besoins.essai'"))
    await edited.close()
    edited.data._live = None
    (edited.folder / "flows" / "besoins" / "essai.yml").write_text(TRIAL.replace("id: words", "id: speech"))
    await edited.open()
    said = await fatou.say("il fait froid")
    assert said[0].startswith("Cette page a changé.") and said[-1].endswith(WHO)


async def with_a_reminder(office: Office) -> Person:
    """Open the office; somebody there wants to be reminded tomorrow."""
    await office.open()
    fatou = await office.fatou()
    await fatou.say("essai")
    await fatou.press("Une femme")
    await fatou.say("il fait froid")
    await fatou.press("Oui")
    return fatou


async def test_a_reminder_of_a_flow_that_is_gone_is_let_go(edited: Office, editor: Editor) -> None:
    fatou = await with_a_reminder(edited)
    await editor.removes()
    edited.now.pass_by(days=1, minutes=1)
    await edited.look_at_timers()
    assert await fatou.heard() == []
    assert "timers" not in await edited.store.data_of(await fatou.newcomer())


@pytest.mark.parametrize("edit", [("id: nudge", "id: poke"), ("remind: {after_days: 1, text: Le rappel est là.}", "")])
async def test_a_reminder_of_a_step_that_was_edited_away_comes_all_the_same(
    edited: Office, editor: Editor, edit: tuple[str, str]
) -> None:
    fatou = await with_a_reminder(edited)
    await editor.writes(TRIAL.replace(*edit))
    edited.now.pass_by(days=1, minutes=1)
    await edited.look_at_timers()
    assert await fatou.heard() == ["🔔 Vous m'avez demandé un rappel."]
    [told] = await fatou.press("Lire mon rappel")
    assert told.startswith("Cette page a changé.")
    assert WHO in (await fatou.press("Un essai"))[-1]


async def test_an_edited_fact_stands_in_the_sentences_from_then_on(edited: Office) -> None:
    flows = edited.folder / "flows"
    edited.data.living = Living(flows)
    guichet = await edited.open()
    name = "univerbal_interpreters"
    before = guichet.live.guide().book.facts[name]
    text = (flows / "facts.yml").read_text(encoding="utf-8")
    at = text.index(f"{name}:")
    (flows / "facts.yml").write_text(
        text[:at] + text[at:].replace(f"value: {before}", "value: 46", 1), encoding="utf-8"
    )
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while guichet.live.guide().book.facts[name] == before and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    assert (before, guichet.live.guide().book.facts[name]) == (45, 46)
