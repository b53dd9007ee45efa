"""The reference names every field, unit and issue; what it shows can be read."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from bot.directory import facts, reader
from bot.directory.extract import phrases_of
from bot.directory.facts import Unit
from bot.directory.issues import KINDS
from bot.directory.lookup import Directory, load
from bot.directory.service import Answer, Confidence, Cost
from tests.directory.conftest import FLOWS

PAGE = (FLOWS.parent / "docs" / "reference" / "directory.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([\w-]+)`", PAGE))


def test_every_field_is_in_the_reference() -> None:
    assert sorted(reader.FIELDS - {"eligibility"} - NAMED) == []
    assert sorted(facts.FIELDS - NAMED) == []


def test_every_word_of_a_closed_list_is_in_the_reference() -> None:
    words = {*Unit, *Answer, *Confidence, *(set(Cost) - {Cost.UNKNOWN})}
    assert sorted(words - NAMED) == []


def test_every_issue_is_in_the_reference_and_no_other() -> None:
    assert re.findall(r"^\| `([a-z0-9-]+)` \|", PAGE.partition("## Issues")[2], re.MULTILINE) == list(KINDS)


def test_the_example_of_the_reference_is_an_entry_without_issues(tmp_path: Path) -> None:
    service, fact = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    flows = tmp_path / "flows"
    shutil.copytree(FLOWS / "_system", flows / "_system")
    (flows / "directory").mkdir()
    shutil.copy(FLOWS / "directory" / "_districts.yml", flows / "directory")
    (flows / "directory" / "sleep.yml").write_text(service, encoding="utf-8")
    (flows / "facts.yml").write_text(fact, encoding="utf-8")
    found = load(flows)
    assert ([str(issue) for issue in found.issues], list(found.by_id), list(found.facts)) == (
        [],
        ["abri-nuit-liege"],
        ["fee_9bis"],
    )


def test_the_numbers_of_the_reference_are_true(directory: Directory) -> None:
    assert f"{len(directory.by_id)} entries, {len(directory.published())} of them published" in PAGE


def test_translators_get_every_sentence_once(directory: Directory) -> None:
    found = list(phrases_of(directory))
    keys = [phrase.key for phrase, *_ in found]
    assert len(set(keys)) == len(keys)
    assert "directory/unia.description" in keys
    assert "fact/tec_ticket.about" in keys
    assert [phrase.key for phrase, path, line, _ in found if not path.startswith("flows/") or line < 1] == []
