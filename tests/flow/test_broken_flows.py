"""Every kind of issue has a broken example, and the example has that issue at the line that says so, and no other."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bot.core.ids import Locale
from bot.flow.book import load
from bot.flow.kinds import KINDS
from bot.flow.known import Known
from bot.flow.translations import Translation
from tests.flow.known import KNOWN, ROOT

EXAMPLES = ROOT / "tests" / "broken_flows"
HERE = "# <- here"


def test_every_kind_has_an_example_and_every_example_a_kind() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.yml")} == set(KINDS)


@pytest.mark.parametrize("code", sorted(KINDS))
def test_broken_example_has_exactly_its_issue(code: str, tmp_path: Path) -> None:
    place, translations = laid_out(code, tmp_path / "flows")

    loaded = load(tmp_path / "flows", known_to(code), translations)

    beside = ("flows/beside/", "flows/_system/beside.yml")
    found = [one for one in loaded.issues if not one.path.startswith(beside)]
    assert [(f"{one.path}:{one.line}", one.code) for one in found] == [(place, code)]
    assert [one.severity for one in found] == [KINDS[code].severity]


@pytest.mark.parametrize("code", sorted(KINDS))
def test_issue_is_said_in_french_and_english(code: str, tmp_path: Path) -> None:
    _, translations = laid_out(code, tmp_path / "flows")
    loaded = load(tmp_path / "flows", known_to(code), translations)
    found = next(one for one in loaded.issues if one.code == code)
    for language in ("fr", "en"):
        sentence = found.said(language)
        assert sentence.rstrip('»"').rstrip()[-1] in ".?…", sentence
    assert found.said("fr") != found.said("en")
    assert found.shown() == f"{found.path}:{found.line}: {found.said('fr')} [{code}]"


def known_to(code: str) -> Known:
    """What the guichet knows, with the flow of its own that an example may name (`# needs:`)."""
    needs = re.findall(r"^# needs: (\S+)", (EXAMPLES / f"{code}.yml").read_text("utf-8", "replace"), re.MULTILINE)
    return replace(KNOWN, flows=needs)


def laid_out(code: str, folder: Path) -> tuple[str, list[Translation]]:
    """The example among healthy files: the place its issue must have, and its translations.

    Comments of an example may say where it stands (`# as:`), where its issue is (`# at:`) and that it is padded.
    """
    source = (EXAMPLES / f"{code}.yml").read_bytes()
    said = dict(re.findall(rb"^# (as|at|pad): ([^\s#,]+(?: [^\s#,]+)?)", source.lstrip(b"\xef\xbb\xbf"), re.MULTILINE))
    name = said.get(b"as", b"broken/example.yml").decode()
    for one, to in (("healthy", "beside/healthy"), ("unwell", "beside/unwell"), ("system", "_system/beside")):
        path = folder / f"{to}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(EXAMPLES / "beside" / f"{one}.yml", path)
    shutil.copy(ROOT / "flows" / "_system" / "forbidden.yml", folder / "_system" / "forbidden.yml")
    target = folder / name
    target.parent.mkdir(exist_ok=True)
    if b"pad" in said:
        source += b"# -\n" * (int(said[b"pad"].split()[0]) // 4)
    if code == "unreadable-file":
        target.mkdir()
    else:
        target.write_bytes(source)
    translations = _translations(EXAMPLES / f"{code}.po")
    if translations:
        lines = (EXAMPLES / f"{code}.po").read_text().split("\n")
        return f"{code}.po:{lines.index(HERE) + 3}", translations
    line = next((n for n, text in enumerate(source.split(b"\n"), 1) if HERE.encode() in text), 1)
    return said.get(b"at", f"flows/{name}:{line}".encode()).decode(), []


def _translations(path: Path) -> list[Translation]:
    if not path.exists():
        return []
    with path.open("rb") as file:
        return [
            Translation(
                locale=Locale("en"),
                key=message.context or "",
                source=str(message.id),
                texts=(str(message.string),),
                path=path.name,
                line=message.lineno or 0,
            )
            for message in read_po(file)
            if message.id
        ]
