"""The reference pages and the exported schema say everything the code knows, and nothing it does not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from bot.core.messages import Command
from bot.flow.book import FlowFile, assemble, rules_of
from bot.flow.check import main
from bot.flow.graph import AnswerKind
from bot.flow.json_schema import json_schema
from bot.flow.kinds import KINDS
from bot.flow.known import FLOW_COMMANDS
from bot.flow.schema import RECORDS
from tests.flow.known import KNOWN, ROOT

REFERENCE = ROOT / "docs" / "reference"
LANGUAGE = (REFERENCE / "flow-language.md").read_text("utf-8")
ISSUES = (REFERENCE / "issues.md").read_text("utf-8")


def test_exported_schema_is_the_table_of_keys(pytestconfig: pytest.Config) -> None:
    exported = json.loads((REFERENCE / "flow.schema.json").read_text("utf-8"))
    assert exported == json.loads(json.dumps(json_schema())), "run: python -m bot.flow.json_schema"


def test_schema_takes_the_flows_of_this_guichet() -> None:
    validator = jsonschema.Draft202012Validator(json_schema())
    for path in sorted((ROOT / "flows").rglob("*.yml")):
        below = path.relative_to(ROOT / "flows").as_posix()
        if below.startswith("directory/") or below in ("facts.yml", "_system/forbidden.yml"):
            continue
        # Read as editors do, with the types of YAML 1.2 that matter here: yes, no and dates are texts.
        body = yaml.load(path.read_text("utf-8"), Loader=_EditorLoader)
        assert [(path.name, error.message) for error in validator.iter_errors(body)] == []


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_every_key_is_in_the_reference(record: object) -> None:
    section = re.split(r"^## ", LANGUAGE, flags=re.MULTILINE)
    found = [part for part in section if part.startswith(f"`{record.name}`")]  # type: ignore[attr-defined]
    assert len(found) == 1
    table = found[0].partition("| key |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `([a-z_]+)` \|", table, re.MULTILINE)
    assert rows == list(record.keys)  # type: ignore[attr-defined]


def test_every_kind_of_answer_command_and_condition_is_in_the_reference() -> None:
    for word in (*AnswerKind, *FLOW_COMMANDS, "known", "unknown", "at_least", "below", "any", "all", "not"):
        assert f"`{word}`" in LANGUAGE, word
    assert set(FLOW_COMMANDS) <= set(Command)


def test_every_issue_is_explained_with_its_severity() -> None:
    said = re.findall(r"^### `([a-z0-9-]+)` · (critical|warning)$", ISSUES, re.MULTILINE)
    assert dict(said) == {code: kind.severity.value for code, kind in KINDS.items()}
    assert len(said) == len(KINDS)


def test_every_example_of_the_reference_runs(tmp_path: Path) -> None:
    examples = re.findall(r"```yaml\n# (flows/\S+\.yml)\n(.*?)```", LANGUAGE, re.DOTALL)
    assert len(examples) >= 3
    files = [FlowFile(shown=path, flow=path[6:-4].replace("/", "."), source=body.encode()) for path, body in examples]

    loaded = assemble(files, KNOWN, rules_of(ROOT / "flows")[0])

    assert [one.shown("en") for one in loaded.issues if one.code != "missing-phrase"] == []
    assert set(loaded.book.flows) == {file.flow for file in files if b"\nsteps:" in file.source}


class _EditorLoader(yaml.SafeLoader):
    """Only numbers, true, false and null have types."""


_EditorLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag.endswith((":int", ":float"))]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def test_the_checker_of_flows_alone_finds_nothing_in_ours_either(capsys: pytest.CaptureFixture[str]) -> None:
    """The page offers both; `guichet check` finds nothing critical in the files of this repository."""
    assert main([str(Path(__file__).parents[2] / "flows")]) == 0, capsys.readouterr().out
