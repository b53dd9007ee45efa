"""Files that change while the guichet runs: good edits go live, bad ones change nothing, a check leaves its date."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.core.ids import EntryId
from bot.directory.confirm import confirm, confirm_fact
from bot.directory.living import Living
from bot.directory.lookup import load
from bot.directory.lost import Named
from bot.directory.search import Query
from bot.kept import KeptFiles
from tests.directory.conftest import FLOWS

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def flows(tmp_path: Path) -> Path:
    """A copy that may be edited."""
    copy = tmp_path / "flows"
    for part in ("directory", "_system"):
        shutil.copytree(FLOWS / part, copy / part)
    shutil.copy(FLOWS / "facts.yml", copy)
    return copy


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_a_good_edit_goes_live(flows: Path) -> None:
    living = Living(flows)
    assert living.find(Query(text="restaurant social thermos", limit=1), MONDAY)[0].id == "thermos-restaurant"
    edit(flows / "directory" / "food.yml", "name: Restaurant social Thermos", "name: Grande cantine violette")
    assert living.refresh() == ()
    assert living.find(Query(text="cantine violette", limit=1), MONDAY)[0].name == "Grande cantine violette"
    assert living.services(["thermos-restaurant"])[0].name == "Grande cantine violette"


def test_a_bad_edit_changes_nothing_and_says_why(flows: Path) -> None:
    living = Living(flows)
    before = living.directory
    edit(flows / "directory" / "food.yml", "name: Restaurant social Thermos", "nome: Restaurant social Thermos")
    assert [issue.code for issue in living.refresh()] == ["missing-field", "unknown-field"]
    assert living.directory is before
    edit(flows / "directory" / "food.yml", "nome: Restaurant social Thermos", "name: Cantine")
    assert living.refresh() == ()
    assert living.services(["thermos-restaurant"])[0].name == "Cantine"


def test_a_start_with_broken_files_serves_what_was_kept_and_says_why(flows: Path, tmp_path: Path) -> None:
    kept = KeptFiles(tmp_path / "var" / "directory.json")
    before = Living(flows, kept).directory
    edit(flows / "directory" / "_districts.yml", "name: Waremme", "name: [Waremme")
    edit(flows / "directory" / "food.yml", "name: Restaurant social Thermos", "name: Cantine")
    living = Living(flows, kept)
    assert living.directory == before
    assert [(issue.path, issue.code) for issue in living.issues] == [("flows/directory/_districts.yml", "yaml-syntax")]
    edit(flows / "directory" / "_districts.yml", "name: [Waremme", "name: Waremme")
    assert living.refresh() == living.issues == ()
    assert living.services(["thermos-restaurant"])[0].name == "Cantine"
    (flows / "directory" / "emergency.yml").write_text("services: [", encoding="utf-8")
    assert Living(flows, kept).directory == living.directory


DUS = Named(services=frozenset({"dus-cpas-liege"}), facts=frozenset({"cpas_notify_days"}), needs=frozenset({"food"}))
NOBODY = Named()


def test_what_flows_name_is_not_lost_with_its_file_and_the_issue_says_why(flows: Path, tmp_path: Path) -> None:
    kept = KeptFiles(tmp_path / "var" / "directory.json")
    living = Living(flows, kept)
    assert living.hold(DUS, DUS) == ()
    before = living.directory
    dus, days = before.by_id["dus-cpas-liege"], before.facts["cpas_notify_days"]
    meal = next(service.id for service in before.published() if service.path == "flows/directory/food.yml")
    (flows / "directory" / "sleep.yml").rename(flows / "directory" / "sleep.yaml")
    (flows / "directory" / "food.yml").write_text("category: food\nicon: 🍲\nowner: guichet\nservices: []\n", "utf-8")
    # Those of other files still answer the need.
    edit(flows / "facts.yml", "cpas_notify_days:", "other_days:")
    said = ("flows/directory/sleep.yml:1: dus-cpas-liege", "flows/facts.yml:1: cpas_notify_days")
    for _ in range(2):
        found = living.refresh() or living.issues
        assert {one.code for one in found} == {"needed-entry"}
        assert [f"{one.path}:{one.line}: {dict(one.values)['name']}" for one in found] == list(said)
        assert living.services(["dus-cpas-liege"]) == (dus,)
        assert living.fact("cpas_notify_days") == days
        assert living.fact("other_days").value == days.value
        assert living.written.get("dus-cpas-liege") is None
        assert [one for one in living.directory.published() if "food" in one.needs] != []
        # So it is after a start, when nothing but the kept files knows of them.
        living = Living(flows, kept)
        assert living.services(["dus-cpas-liege"]) == ()
        living.hold(DUS, DUS)
    assert meal not in living.directory.by_id
    # Who is still in an older flow is told the number; nobody else misses it, so it is no issue.
    living.hold(NOBODY, DUS)
    assert (living.issues, living.services(["dus-cpas-liege"])) == ((), (dus,))
    living.hold(NOBODY, NOBODY)
    assert (living.issues, living.services(["dus-cpas-liege"])) == ((), ())
    assert Living(flows, kept).directory == living.directory


def test_the_last_services_of_a_need_stay_and_what_is_taken_back_on_purpose_goes(flows: Path) -> None:
    living = Living(flows)
    living.hold(DUS, DUS)
    food = [service for service in living.directory.published() if "food" in service.needs]
    for path in (flows / "directory").glob("[!_]*.yml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"(?m)^( +needs: .*)\bfood\b", r"\1clothes", text), encoding="utf-8")
    edit(flows / "directory" / "sleep.yml", "  - id: dus-cpas-liege\n", "  - id: dus-cpas-liege\n    publish: no\n")
    (flows / "directory" / "food.yml").unlink()
    gone = [service for service in food if service.path == "flows/directory/food.yml"]
    assert [dict(one.values)["name"] for one in living.refresh()] == [one.id for one in gone]
    assert [service for service in living.directory.published() if "food" in service.needs] == gone
    assert living.services(["dus-cpas-liege"]) == ()


def test_words_that_cannot_be_read_stay_as_they_were_and_are_an_issue(flows: Path) -> None:
    living = Living(flows)
    query = Query(text="uyumak", limit=3)
    before = living.find(query, MONDAY)
    assert before != ()
    path = flows / "directory" / "_words.yml"
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace("\nsleep:", "\n\tsleep:", 1), encoding="utf-8")
    assert [(one.path, one.code) for one in living.refresh()] == [("flows/directory/_words.yml", "yaml-tab")]
    edit(flows / "directory" / "food.yml", "name: Restaurant social Thermos", "name: Cantine")
    assert living.refresh() != ()
    assert living.find(query, MONDAY) == before
    path.write_text(whole.replace("\nsleep:", "\nslepp:", 1), encoding="utf-8")
    [found] = living.refresh()
    assert (found.code, dict(found.values)["near"]) == ("unknown-word", "sleep")


def test_nothing_is_read_again_when_nothing_changed(flows: Path) -> None:
    living = Living(flows)
    before = living.directory
    assert living.refresh() == ()
    assert living.directory is before


def test_an_edited_fact_goes_live(flows: Path) -> None:
    living = Living(flows)
    edit(flows / "facts.yml", "value: 2.80", "value: 3.10")
    assert living.refresh() == ()
    assert living.fact("tec_ticket").text == "3,10"


def test_a_confirmed_entry_bears_the_day_and_nothing_else_moves(flows: Path) -> None:
    path = flows / "directory" / "sleep.yml"
    before = path.read_text(encoding="utf-8").splitlines()
    service = load(flows).by_id["dus-cpas-liege"]
    assert confirm(flows, service.path, service.id, date(2026, 11, 20))
    after = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line not in before] == ["    assured_date: 2026-11-20"]
    assert [line for line in before if line not in after] == []
    again = load(flows)
    assert again.issues == ()
    assert again.by_id["dus-cpas-liege"].assured_date == date(2026, 11, 20)
    assert not again.by_id["dus-cpas-liege"].is_stale(date(2026, 11, 23))


def test_confirming_again_replaces_the_day_and_keeps_the_comment(flows: Path) -> None:
    service = load(flows).by_id["unia"]
    confirm(flows, service.path, service.id, date(2026, 1, 1))
    edit(flows / "directory" / "legal.yml", "assured_date: 2026-01-01", "assured_date: 2026-01-01  # by phone")
    confirm(flows, service.path, service.id, date(2026, 11, 20))
    text = (flows / "directory" / "legal.yml").read_text(encoding="utf-8")
    assert "    assured_date: 2026-11-20 # by phone\n" in text
    assert text.count("assured_date") == 1


def test_an_entry_that_is_gone_cannot_be_confirmed(flows: Path) -> None:
    assert not confirm(flows, "flows/directory/food.yml", "nobody", date(2026, 11, 20))


def test_a_confirmed_fact_bears_the_day_and_nothing_else_moves(flows: Path) -> None:
    path = flows / "facts.yml"
    before = path.read_text(encoding="utf-8").splitlines()
    dated, undated = load(flows).facts["cpas_decision_days"], load(flows).facts["cpas_appeal_months"]
    assert dated.checked_on is not None and undated.checked_on is None
    assert confirm_fact(flows, undated.path, undated.name, date(2026, 11, 20))
    assert path.read_text(encoding="utf-8").splitlines() == [
        *before[: undated.line + 4],
        "  checked_on: 2026-11-20",
        *before[undated.line + 4 :],
    ]
    assert confirm_fact(flows, dated.path, dated.name, date(2026, 11, 21))
    again = load(flows)
    assert again.issues == ()
    assert [str(again.facts[one.name].checked_on) for one in (dated, undated)] == ["2026-11-21", "2026-11-20"]
    after = path.read_text(encoding="utf-8").splitlines()
    assert len(after) == len(before) + 1
    assert sum(line not in before for line in after) == 2


def test_a_fact_that_is_gone_cannot_be_confirmed(flows: Path) -> None:
    assert not confirm_fact(flows, "flows/facts.yml", "nothing", date(2026, 11, 20))


def test_what_advisers_confirmed_is_served_until_the_file_knows_better(flows: Path) -> None:
    living = Living(flows)
    service, fact = EntryId("service/dus-cpas-liege"), EntryId("fact/cpas_appeal_months")
    living.vouch({service: date(2026, 11, 20), fact: date(2026, 11, 21), EntryId("service/gone"): date(2026, 11, 20)})
    assert living.services(["dus-cpas-liege"])[0].assured_date == date(2026, 11, 20)
    assert str(living.fact("cpas_appeal_months").checked_on) == "2026-11-21"
    [found] = living.find(Query(text="dispositif d'urgence sociale", limit=1), MONDAY)
    assert found.id != "dus-cpas-liege" or found.assured_date == date(2026, 11, 20)
    confirm(flows, "flows/directory/sleep.yml", "dus-cpas-liege", date(2026, 11, 22))
    assert living.refresh() == ()
    assert living.services(["dus-cpas-liege"])[0].assured_date == date(2026, 11, 22)
    assert str(living.fact("cpas_appeal_months").checked_on) == "2026-11-21"
    living.vouch({})
    assert living.fact("cpas_appeal_months").checked_on is None


@pytest.mark.parametrize("name", ["._food.yml", ".#food.yml", "~$food.yml", ".food.yml.swp", "food.yml~"])
def test_what_an_editor_leaves_beside_a_file_is_not_read(name: str, flows: Path) -> None:
    living = Living(flows)
    (flows / "directory" / name).write_bytes(b"\x00\x05\x16\x07 category: food\n")
    edit(flows / "directory" / "food.yml", "name: Restaurant social Thermos", "name: Cantine")
    assert living.refresh() == ()
    assert living.services(["thermos-restaurant"])[0].name == "Cantine"


def test_a_folder_that_is_gone_is_one_sentence_and_everything_is_served_on(flows: Path) -> None:
    living = Living(flows)
    before = living.directory
    (flows / "directory").rename(flows / "annuaire")
    assert [one.shown("fr") for one in living.refresh()] == [
        "flows/directory:1: ne peut pas être lu (ce dossier n'est plus là). Remettez-le, ou un fichier que le guichet"
        " peut lire. [unreadable-file]"
    ]
    assert living.directory is before
    (flows / "annuaire").rename(flows / "directory")
    assert living.refresh() == ()
