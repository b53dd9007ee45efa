"""Files that broke before a start: danger is answered all the same, the reason is said, or nobody is served."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest

from bot.core.ids import FlowId
from bot.data import Data, Places
from bot.errors import FlowError
from tests.journeys.conftest import Lines
from tests.journeys.flows import ROOT, flows_in
from tests.journeys.office import Office

DANGER = "au secours il a un couteau"
CARD = "🆘 Danger ? Appelez le 112."
BEATEN = "mon copain me tabasse"
BEATEN_CARD = "🛡️ En danger maintenant ? Appelez le 112"
SORRY = "Désolé, il y a un problème de mon côté."
NOT_YAML = "\n\tceci: n'est: [pas\n"
#: What is broken → how the log names it. All of it can be needed by somebody in danger, or by everybody.
BROKEN = {
    "flows/urgence/danger.yml": "flow.issue flows/urgence/danger.yml:",
    "flows/directory/emergency.yml": "directory.issue flows/directory/emergency.yml:",
    "flows/directory/_districts.yml": "directory.issue flows/directory/_districts.yml:",
    "flows/facts.yml": "directory.issue flows/facts.yml:",
    "flows/_system/phrases.yml": "flow.issue flows/_system/phrases.yml:",
    "flows/_system/menu.yml": "flow.issue flows/_system/menu.yml:",
    "flows/_system/forget.yml": "flow.issue flows/_system/forget.yml:",
    "nlu/lexicon/fr.yml": "lexicon.issue",
}
#: Without these and without anything kept of them, nobody is served.
VITAL = [name for name in BROKEN if name != "flows/directory/_districts.yml"]
#: The compiled copy, from which a broken lexicon would be served.
LEXICON = "lexicon.json"


@pytest.fixture
def bare(closed_office: Office, compiled: Callable[[Path], None]) -> Office:
    """An office, not open yet, with flows and a directory of its own that nobody has read.

    Catalogues and lexicon are compiled already, as an installation does it.
    """
    flows_in(closed_office.folder)
    shutil.copytree(ROOT / "nlu" / "lexicon", closed_office.folder / "nlu" / "lexicon")
    shutil.copy(ROOT / "nlu" / "intents.yml", closed_office.folder / "nlu")
    compiled(closed_office.folder)
    return closed_office


def read(office: Office) -> None:
    """The next start reads the files again, as another process does."""
    places = Places(
        flows=office.folder / "flows",
        locales=ROOT / "locales",
        nlu=office.folder / "nlu",
        state=office.folder,
        keys=office.folder / "keys",
    )
    office.data = Data(places, office.settings)


def broken(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8") + NOT_YAML, encoding="utf-8")


async def health(office: Office) -> dict[str, object]:
    url = f"http://127.0.0.1:{office.running.web.port}/healthz"
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        found: dict[str, object] = await answer.json()
        return found


async def test_what_breaks_is_served_as_it_was_and_the_reason_is_said(bare: Office, logged: Lines) -> None:
    read(bare)
    await bare.open()
    assert (await health(bare))["flows"] == "ok"
    fatou = await bare.fatou()
    await bare.close()
    whole = {name: (bare.folder / name).read_bytes() for name in BROKEN}
    for name, line in BROKEN.items():
        broken(bare.folder / name)
        logged.lines.clear()
        read(bare)
        await bare.open()
        assert [one for one in logged.lines if one.startswith("ERROR") and line in one] != [], name
        assert name in str((await health(bare))["flows"])
        assert (await fatou.say(DANGER))[0].startswith(CARD), name
        assert (await fatou.say(BEATEN))[0].startswith(BEATEN_CARD), name
        assert [one for one in await fatou.say("/urgence") if CARD in one] != [], name
        for command in ("/menu", "/effacer", "essai"):
            said = await fatou.say(command)
            assert said != [] and not [one for one in said if one.startswith(SORRY)], (name, command)
        await bare.close()
        (bare.folder / name).write_bytes(whole[name])
    read(bare)
    await bare.open()
    assert (await health(bare))["flows"] == "ok"


@pytest.mark.parametrize("name", VITAL)
async def test_a_first_start_without_what_is_vital_is_refused_with_the_reasons(bare: Office, name: str) -> None:
    broken(bare.folder / name)
    if "lexicon" in name:
        (bare.folder / LEXICON).unlink()
    read(bare)
    with pytest.raises(FlowError) as caught:
        await bare.open()
    bare.guichet = None
    assert [line for line in str(caught.value).splitlines() if f"{name}:" in line] != []


async def test_a_missing_lexicon_of_french_is_no_silence(bare: Office) -> None:
    (bare.folder / "nlu" / "lexicon" / "fr.yml").unlink()
    (bare.folder / LEXICON).unlink()
    read(bare)
    with pytest.raises(FlowError, match=r"fr\.yml:1: this file is missing"):
        await bare.open()
    bare.guichet = None


@pytest.mark.parametrize("name", ["flows/directory/_districts.yml", "flows/besoins/essai.yml"])
async def test_a_first_start_without_what_is_not_vital_goes_on(bare: Office, logged: Lines, name: str) -> None:
    broken(bare.folder / name)
    read(bare)
    await bare.open()
    assert [one for one in logged.lines if one.startswith("ERROR") and f"issue {name}:" in one] != []
    fatou = await bare.fatou()
    assert (await fatou.say(DANGER))[0].startswith(CARD)


async def test_a_deleted_card_is_shown_while_running_and_after_a_start(bare: Office, logged: Lines) -> None:
    read(bare)
    await bare.open()
    fatou = await bare.fatou()
    for name in ("danger", "violence"):
        (bare.folder / "flows" / "urgence" / f"{name}.yml").unlink()
    assert await bare.running.live.flows.refresh()
    for _ in range(2):
        assert [one for one in logged.lines if "flow.issue flows/urgence/danger.yml:1:" in one] != []
        assert (await fatou.say(DANGER))[0].startswith(CARD)
        assert (await fatou.say(BEATEN))[0].startswith(BEATEN_CARD)
        await bare.close()
        logged.lines.clear()
        read(bare)
        await bare.open()


async def test_deleted_entries_are_shown_while_a_card_names_them(bare: Office, logged: Lines) -> None:
    read(bare)
    await bare.open()
    fatou = await bare.fatou()
    said = await fatou.say(BEATEN)
    gone = bare.folder / "flows" / "directory" / "violence.yml"
    gone.unlink()
    bare.running.data.living.refresh(bare.now().date())
    await bare.running.live.flows.refresh()
    for _ in range(2):
        assert "flows/directory/violence.yml:1: " in str((await health(bare))["flows"])
        assert await fatou.say(BEATEN) == said
        await bare.close()
        logged.lines.clear()
        read(bare)
        await bare.open()
        assert [one for one in logged.lines if "directory.issue flows/directory/violence.yml:1:" in one] != []


def _without_card(office: Office) -> None:
    book = office.running.live.flows.current
    del book.flows[FlowId("urgence.danger")]  # type: ignore[attr-defined]
    office.running.live._guide = None


def _without_steps(office: Office) -> None:
    # A fault that no check foresaw: the turn itself fails.
    book = office.running.live.flows.current
    flow = book.flows[FlowId("urgence.danger")]
    flow.steps.clear()  # type: ignore[attr-defined]
    office.running.live._guide = None


@pytest.mark.parametrize("harm", [_without_card, _without_steps])
async def test_whatever_else_happens_the_number_is_said(bare: Office, harm: Callable[[Office], None]) -> None:
    read(bare)
    await bare.open()
    fatou = await bare.fatou()
    harm(bare)
    assert (await fatou.say(DANGER))[0].startswith(CARD)


async def test_the_command_line_lists_the_reasons_and_names_a_missing_settings_file(
    closed_office: Office, compiled: Callable[[Path], None]
) -> None:
    compiled(closed_office.folder / "var")

    async def ended(**changes: str) -> tuple[int | None, list[str]]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run",
            env={**os.environ, **closed_office.env, "PYTHONPATH": str(ROOT), **changes},
            cwd=closed_office.folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, err = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode, err.decode().splitlines()

    missing = str(closed_office.folder / "nowhere.yml")
    code, said = await ended(GUICHET_CONFIG=missing)
    assert (code, said) == (
        2,
        [
            f"GUICHET_CONFIG nomme {missing}, qui n'existe pas. Corrigez-le, ou retirez cette ligne.",
            f"GUICHET_CONFIG names {missing}, which is not there: correct it, or leave it out.",
        ],
    )

    broken(flows_in(closed_office.folder) / "urgence" / "danger.yml")
    for name in ("nlu", "locales"):
        (closed_office.folder / name).symlink_to(ROOT / name)
    code, said = await ended(GUICHET_CONFIG=str(ROOT / "config.yml"))
    assert code == 1
    assert "The guichet cannot start with these files:" in said
    assert said[-1].startswith("flows/urgence/danger.yml:")
