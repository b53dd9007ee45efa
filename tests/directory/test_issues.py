"""One broken file for each kind of issue: it is found, on the marked line, with a sentence in both languages."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.directory.issues import KINDS
from bot.directory.lookup import load
from bot.strict_yaml import TRAPS
from tests.directory.conftest import FLOWS

HERE = Path(__file__).parent
BROKEN = sorted((HERE / "broken").glob("*.yml"))
TODAY = date(2026, 11, 23)


def small(tmp_path: Path, place: str, text: str) -> Path:
    """A small correct folder of flows with one file replaced."""
    flows = tmp_path / "flows"
    shutil.copytree(HERE / "small", flows)
    (flows / place).write_text(text, encoding="utf-8")
    return flows


#: No file has it: it is about what flows miss (see test_living), or about a file that is not there.
OF_NO_FILE = {"needed-entry", "missing-file"}
#: What is wrong before anybody looks at what a file says; each has its broken example among those of flows.
TRAPPED = {
    "directory/food.yml": ("category: food\nservices: [a, b\nowner: guichet: x\n", 3, "yaml-syntax"),
    "directory/_districts.yml": ("districts:\n\t- id: a\n", 2, "yaml-tab"),
    "directory/_words.yml": ("sleep: [a]\nsleep: [b]\n", 2, "duplicate-key"),
    "_system/directory.yml": ("phrases:\r\n", 1, "windows-line-ends"),
    "facts.yml": ("days: &d {value: 1}\nmore: *d\n", 1, "yaml-anchor"),
}


def test_each_kind_has_a_broken_file() -> None:
    assert [path.stem for path in BROKEN] == sorted(KINDS.keys() - TRAPS.keys() - OF_NO_FILE)


@pytest.mark.parametrize("place", TRAPPED)
def test_traps_of_yaml_are_told_of_every_file(place: str, tmp_path: Path) -> None:
    text, line, code = TRAPPED[place]
    found = load(small(tmp_path, place, text), today=TODAY).issues
    assert (f"flows/{place}", line, code) in [(issue.path, issue.line, issue.code) for issue in found]


@pytest.mark.parametrize("place", ["facts.yml", "_system/directory.yml"])
def test_a_file_that_is_not_there_is_told(place: str, tmp_path: Path) -> None:
    flows = small(tmp_path, place, "")
    (flows / place).unlink()
    assert (f"flows/{place}", "missing-file") in [(issue.path, issue.code) for issue in load(flows).issues]


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_file_gives_its_issue_on_the_marked_line(path: Path, tmp_path: Path) -> None:
    first, _, text = path.read_text(encoding="utf-8").partition("\n")
    place = first.removeprefix("# file: ")
    flows = small(tmp_path, place, text)
    marked = [number for number, line in enumerate(text.splitlines(), 1) if line.endswith("# !")] or [1]
    found = load(flows, today=TODAY).issues
    assert (f"flows/{place}", path.stem, marked) in [(issue.path, issue.code, [issue.line]) for issue in found]
    for issue in found:
        for language in ("fr", "en"):
            said = issue.said(language)
            assert said
            assert "{" not in said
        assert str(issue).startswith(f"{issue.path}:{issue.line}: ")


def test_a_correct_small_folder_has_no_issue(tmp_path: Path) -> None:
    text = (HERE / "broken" / "no-source.yml").read_text(encoding="utf-8").partition("\n")[2]
    fixed = text.rstrip() + "\n    sources: [{url: 'https://example.org'}]\n"
    found = load(small(tmp_path, "directory/food.yml", fixed), today=TODAY)
    assert (found.issues, list(found.by_id)) == ((), ["soup"])


def test_a_mistake_is_told_once(tmp_path: Path) -> None:
    text = (HERE / "broken" / "bare-amount.yml").read_text(encoding="utf-8").partition("\n")[2]
    wrong = text.replace("Un repas pour cinq euros.", "[Un repas, cinq euros]")
    found = load(small(tmp_path, "directory/food.yml", wrong), today=TODAY).issues
    assert [issue.code for issue in found] == ["not-a-text"]


@pytest.mark.parametrize(
    ("value", "unit", "codes"),
    [
        ("-30", "days", ["bad-number"]),
        ("-357.50", "eur", ["bad-number"]),
        ("30.5", "days", ["bad-number"]),
        ("0", "days", []),
        ("-7", "celsius", []),
    ],
)
def test_a_figure_that_cannot_be_is_refused(value: str, unit: str, codes: list[str], tmp_path: Path) -> None:
    text = (HERE / "broken" / "bad-number.yml").read_text(encoding="utf-8").partition("\n")[2]
    wrong = text.replace("environ 30", value).replace("unit: days", f"unit: {unit}\n  year: 2026")
    assert [issue.code for issue in load(small(tmp_path, "facts.yml", wrong), today=TODAY).issues] == codes


def test_a_number_for_after_hours_is_a_number(tmp_path: Path) -> None:
    text = (HERE / "broken" / "bad-phone.yml").read_text(encoding="utf-8").partition("\n")[2]
    wrong = text.replace('phones: ["04 1"]  # !', 'after_hours: "107 ou 112"')
    found = load(small(tmp_path, "directory/food.yml", wrong), today=TODAY)
    assert [issue.code for issue in found.issues] == ["bad-phone"]
    assert found.by_id["soup"].schedule.after_hours is None


def test_a_fact_that_was_checked_in_the_future_is_told(tmp_path: Path) -> None:
    text = (HERE / "broken" / "bad-number.yml").read_text(encoding="utf-8").partition("\n")[2]
    late = re.sub("environ 30.*", "30\n  checked_on: 2027-01-01", text)
    assert [issue.code for issue in load(small(tmp_path, "facts.yml", late), today=TODAY).issues] == ["future-date"]


def test_the_shipped_files_have_no_issue() -> None:
    assert [str(issue) for issue in load(FLOWS).issues] == []


def test_all_issues_are_listed_in_file_order_and_the_rest_is_read(tmp_path: Path) -> None:
    text = """category: food
icon: 🍲
owner: guichet
services:
  - id: soup
    organization: Cuisine
    name: Soupe
    description: Une soupe chaude.
    needs: [foood]
    eligibility: {who: [everyon]}
    phones: ["112", "04 1"]
    sources: [{url: https://example.org, seen: 2025-13}]
    confidence: high
"""
    found = load(small(tmp_path, "directory/food.yml", text))
    assert [str(issue) for issue in found.issues] == [
        "flows/directory/food.yml:9: « foood » n'est pas un mot de « needs ». S'il est nouveau, ajoutez need.foood"
        " dans flows/_system/directory.yml. Vouliez-vous dire « food » ? [unknown-word]",
        "flows/directory/food.yml:10: « everyon » n'est pas un mot de « who ». S'il est nouveau, ajoutez who.everyon"
        " dans flows/_system/directory.yml. Vouliez-vous dire « everyone » ? [unknown-word]",
        "flows/directory/food.yml:11: « 04 1 » n'est pas un numéro. Écrivez-le comme +32 4 220 01 20, ou 112."
        " [bad-phone]",
        "flows/directory/food.yml:12: « seen » vaut « 2025-13 ». Écrivez une date comme 2026-03-14 (ou 2026-03, ou"
        " 2026 pour une source). [bad-date]",
    ]
    assert [phone.number for phone in found.by_id["soup"].phones] == ["112"]


@pytest.mark.parametrize(
    "text", ["", "\x00", "- a\n- b\n", "just a word", "category: [", "services: {a: b}\n", "? [x]\n"]
)
def test_no_file_content_stops_the_load(text: str, tmp_path: Path) -> None:
    assert load(small(tmp_path, "directory/food.yml", text)).issues


def test_words_stay_words_and_zeros_stay(tmp_path: Path) -> None:
    text = """category: food
icon: 🍲
owner: guichet
services:
  - id: no
    organization: off
    name: 1e3
    description: yes
    needs: [food]
    eligibility: {who: [everyone], without_residence_permit: no}
    postal_code: 04000
    sources: [{url: https://example.org}]
    confidence: low
"""
    service = load(small(tmp_path, "directory/food.yml", text)).by_id["no"]
    assert (service.organization, service.name, service.description) == ("off", "1e3", "yes")
    assert (service.place.postal_code, service.eligibility.without_residence_permit) == ("04000", "no")
