"""The reference tells everything there is: settings, commands, system phrases."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import yaml

from bot.cli import commands
from bot.config import BOUNDS, Environment, Settings, read_settings
from bot.errors import SettingsError
from bot.nlu.lexicon import Danger, Lexicon

SETTINGS = Path("docs/reference/settings.md").read_text(encoding="utf-8")
COMMANDS = Path("docs/reference/commands.md").read_text(encoding="utf-8")
PAGES = [*Path("docs").rglob("*.md"), *map(Path, ("README.md", "CONTRIBUTING.md", "SECURITY.md"))]


def names(kind: type[Any], at: str = "") -> list[str]:
    """Dotted names of all settings that hold a value."""
    found: list[str] = []
    for name, hint in get_type_hints(kind).items():
        if name == "teams":
            continue
        found += names(hint, f"{at}{name}.") if is_dataclass(hint) and isinstance(hint, type) else [f"{at}{name}"]
    return found


@pytest.mark.parametrize("name", names(Settings))
def test_every_setting_is_in_the_reference(name: str) -> None:
    assert f"| `{name}` |" in SETTINGS


def test_every_setting_of_a_team_is_in_the_reference() -> None:
    team = get_type_hints(Settings)["teams"].__args__[1]
    assert [one.name for one in fields(team) if f"`teams.<name>.{one.name}`" not in SETTINGS] == []


def test_every_variable_of_the_environment_is_in_the_reference() -> None:
    source = Path("bot/config.py").read_text(encoding="utf-8") + Path("bot/cli/demo.py").read_text(encoding="utf-8")
    variables = set(re.findall(r'env\.get\("([A-Z_]+)"', source)) - {"GUICHET_ADVISER"}
    assert sorted(one for one in variables if f"`{one}`" not in SETTINGS) == []
    assert len(fields(Environment)) >= 10


@pytest.mark.parametrize("name", BOUNDS)
def test_every_bound_is_of_a_setting_and_in_the_reference(name: str) -> None:
    assert name in names(Settings)
    assert f"| `{name}` | {BOUNDS[name][0]} | {BOUNDS[name][1]} |" in SETTINGS


@pytest.mark.parametrize("name", [command.name for command in commands()])
def test_every_command_is_in_the_reference(name: str) -> None:
    assert re.search(rf"`{name}[ `]", COMMANDS)


def test_the_settings_file_of_the_project_sets_nothing_but_the_defaults() -> None:
    assert read_settings(Path("config.yml")).nlu == Settings().nlu
    assert read_settings(Path("config.yml")).retention == Settings().retention


def test_an_unknown_setting_names_the_nearest_one(tmp_path: Path) -> None:
    wrong = tmp_path / "config.yml"
    wrong.write_text(yaml.safe_dump({"nlu": {"timout_s": 1}, "telegram": {"chat_per_s": "fast"}}), encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_settings(wrong)
    assert str(caught.value).splitlines() == [
        f'{wrong}:2: "nlu.timout_s" is not a setting. Did you mean "timeout_s"?',
        f'{wrong}:4: "telegram.chat_per_s" must be a number, such as 0.8, not "fast".',
    ]


def test_a_team_that_nobody_could_answer_from_is_refused(tmp_path: Path) -> None:
    """Decision 11 has two modes; the console of the second takes no conversations yet."""
    file = tmp_path / "config.yml"
    file.write_text(yaml.safe_dump({"teams": {"accueil": {"relay": "notify"}}}), encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_settings(file)
    assert str(caught.value) == (
        f'{file}:3: teams.accueil.relay is "notify": its conversations would run in the console, which cannot take any'
        ' yet. Nobody could answer; use "full".'
    )


def test_every_issue_of_the_lexicon_is_in_the_reference() -> None:
    source = Path("bot/nlu/lexicon.py").read_text(encoding="utf-8")
    codes = set(re.findall(r'_issue\(.*, "([a-z-]+)"\)', source))
    page = Path("docs/reference/words-of-danger.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z]+-[a-z-]+)` \|", page, re.MULTILINE)) == codes
    assert "phrase-twice" in codes


def test_example_of_words_of_danger_is_read_without_an_issue(tmp_path: Path) -> None:
    page = Path("docs/reference/words-of-danger.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "fr.yml").write_text(example, encoding="utf-8")
    lexicon = Lexicon.load(tmp_path)
    assert lexicon.issues == ()
    assert lexicon.danger("je vais mourir de rire") is None
    assert lexicon.danger("je veux mourir") == Danger(intent="suicide_crisis", locale="fr", phrase="je veux mourir")


def test_no_page_leads_nowhere() -> None:
    links = [
        (page, target)
        for page in PAGES
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    ]
    assert len(links) > 20
    assert [f"{page}: {to}" for page, to in links if "://" not in to and not (page.parent / to).exists()] == []


#: What a reader of these pages makes, or the program when it runs; examples of a flow.
NOT_THERE_YET = re.compile(
    r"<|\*|NN|/wo[/.]|laverie|my_case|^nlu/(models/|\.venv)|/(must_i|library|greetings|chambre)\.yml$"
)


def quoted(pattern: str) -> list[tuple[str, str]]:
    """(page, what was found) of a pattern in code of the pages, within a line or in a block of lines."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for code in re.findall(r"```[a-z]*\n.*?```|`[^`\n]+`", text, re.DOTALL):
            found += [(str(page), one) for one in re.findall(pattern, code.strip("`"), re.MULTILINE)]
    return found


def test_every_path_that_a_page_names_is_there() -> None:
    named = quoted(r"(?<![\w./-])((?:bot|tests|nlu|flows|docs|locales|requirements)/[^\s`,;:)'\"]*)")
    assert len(named) > 60
    assert [one for one in named if not NOT_THERE_YET.search(one[1]) and not Path(one[1]).exists()] == []


def test_every_module_that_a_page_names_is_there() -> None:
    named = quoted(r"(?<![\w./-])((?:bot|tests)\.[a-z_]+(?:\.[a-z_]+)*)\b(?!\.[A-Za-z]*\w)")
    assert len(named) > 10
    places = [(page, Path(*name.split("."))) for page, name in named]
    assert [one for one in places if not one[1].is_dir() and not one[1].with_suffix(".py").exists()] == []


def test_every_room_is_on_the_page_of_the_architecture() -> None:
    page = Path("docs/explanation/architecture.md").read_text(encoding="utf-8")
    rooms = [f"{one}/" if one.is_dir() else str(one) for one in Path("bot").iterdir() if not one.name.startswith("__")]
    assert len(rooms) > 20
    assert sorted(room for room in rooms if f"`{room}`" not in page) == []


def test_every_command_that_a_page_names_is_one() -> None:
    named = quoted(r"(?:^(?:\$ )?guichet|python -m bot) ([a-z][\w-]*)")
    assert len(named) > 20
    assert [one for one in named if one[1] not in {command.name for command in commands()}] == []


def test_a_test_that_is_skipped_says_why(tmp_path: Path) -> None:
    """On a machine without a browser nobody must take silence for a pass."""
    test = tmp_path / "test_nothing.py"
    test.write_text(
        "import pytest\n\n@pytest.mark.skip(reason='no Chromium here')\ndef test_x(): ...\n", encoding="utf-8"
    )
    options = ["-c", "pyproject.toml", "--rootdir", str(tmp_path), "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(test)], capture_output=True, text=True, check=True
    )
    assert "no Chromium here" in done.stdout


@pytest.mark.parametrize("module", ["bot.pathways", "tests.content.readability"])
def test_asking_for_help_writes_no_page(module: str) -> None:
    pages = {page: page.stat().st_mtime_ns for page in Path("docs/reference").glob("*.md")}
    done = subprocess.run([sys.executable, "-m", module, "--help"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"usage: python -m {module}")
    assert {page: page.stat().st_mtime_ns for page in Path("docs/reference").glob("*.md")} == pages


def test_every_decision_that_is_cited_has_a_page_and_none_has_two() -> None:
    numbers = [int(page.name[:4]) for page in Path("docs/decisions").glob("*.md")]
    assert len(numbers) == len(set(numbers))
    first = next(Path("docs/decisions").glob("0001-*.md")).read_text(encoding="utf-8")
    points = {int(number) for number in re.findall(r"^\*\*(\d+)\. ", first, re.MULTILINE)}
    # A page may make a point more exact; two that say different things under one number send a reader astray.
    assert points & set(numbers) <= {1, 2, 3}
    files = [*Path("bot").rglob("*.py"), *Path("tests").rglob("*.py"), *Path("docs").rglob("*.md")]
    cited = {
        (str(file), int(number))
        for file in files
        for numbers_cited in re.findall(r"[Dd][eé]cisions? (\d+(?:(?:, | and )\d+)*)", file.read_text(encoding="utf-8"))
        for number in re.findall(r"\d+", numbers_cited)
    }
    assert len(cited) > 20
    assert sorted(one for one in cited if one[1] not in points | set(numbers)) == []


def test_every_code_of_a_fault_that_code_cites_is_explained() -> None:
    page = Path("docs/reference/faults.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| ([A-I]\d\d) \|", page, re.MULTILINE))
    files = [*Path("bot").rglob("*.py"), *Path("tests").rglob("*.py"), *Path("docs/decisions").glob("*.md")]
    cited = {(code, str(file)) for file in files for code in re.findall(r"\b[A-I]\d\d\b", file.read_text("utf-8"))}
    assert len({code for code, _ in cited}) > 80
    assert sorted(one for one in cited if one[0] not in explained) == []
