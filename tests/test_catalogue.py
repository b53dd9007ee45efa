"""The public catalogue: the initiatives and nothing that is not for the public."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.cli import main
from bot.data import Data
from bot.services.catalogue import Initiative, as_csv, initiatives

TODAY = date(2026, 11, 23)


class Page(HTMLParser):
    """Tags that are open, and what the page would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []
        self.headings: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)
        if tag in ("script", "img", "link", "iframe", "video", "audio", "object"):
            self.fetched.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "h3":
            self.headings.append(data)


def test_who_makes_something_is_in_and_what_is_secret_or_unpublished_is_not(data: Data) -> None:
    services = data.directory.published()
    ids = {one.id for one in initiatives(services, TODAY)}
    assert {"atemos", "sirius-hub", "quai-des-enfants", "univerbal-liege", "groupe-terre"} <= ids
    assert {one.id for one in services if one.confidential} & ids == set()
    assert {"ville-liege-marches-publics", "credal", "migration-hub"} & ids == set()
    atemos = next(one for one in services if one.id == "atemos")
    assert initiatives([replace(atemos, publish=False), replace(atemos, confidential=True)], TODAY) == ()


def test_an_entry_says_what_is_known_and_never_whom_it_receives(data: Data) -> None:
    services = [one for one in data.directory.published() if one.id == "sirius-hub"]
    assert initiatives(services, TODAY) == (
        Initiative(
            id="sirius-hub",
            name="SiriusHub — école numérique",
            organization="Le Monde des Possibles asbl",
            description="Formations gratuites au numérique, puis une coopérative pour travailler sur de vrais projets.",
            phones=("+3242320292",),
            email="",
            url="https://siriushub.be",
            address="rue des Champs 97, 4020 Liège",
            alert="Activité après 2022 à vérifier : téléphonez.",
            dated="2021-12",
            is_old=True,
        ),
    )


def test_a_cell_is_never_a_formula(data: Data) -> None:
    one = initiatives([service for service in data.directory.published() if service.id == "atemos"], TODAY)[0]
    [row] = csv.DictReader(io.StringIO(as_csv([replace(one, name="=1+1")]).removeprefix("\ufeff")))
    assert row["nom"] == "'=1+1"


def test_the_command_writes_a_page_that_fetches_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalogue", str(tmp_path / "public")]) == 0
    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "public").iterdir()}
    assert sorted(written) == ["index.html", "initiatives.csv", "initiatives.json"]
    names = [one["nom"] for one in json.loads(written["initiatives.json"])["initiatives"]]
    assert capsys.readouterr().out.startswith(f"{len(names)} initiatives")
    rows = csv.DictReader(io.StringIO(written["initiatives.csv"].removeprefix("\ufeff")))
    assert [row["nom"] for row in rows] == names
    page = Page(written["index.html"])
    assert (page.open, page.fetched, page.headings) == ([], [], names)
    assert "default-src 'none'" in written["index.html"]
    assert re.findall(r"\{\w+\}", written["index.html"]) == []
