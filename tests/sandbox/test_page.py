"""The files of the chat page: complete in both languages, from nowhere else, under a strict policy."""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp
import orjson
import pytest

import bot.sandbox.page
from bot.i18n.languages import Languages
from bot.sandbox import NEWCOMERS, RunningSandbox

ROOT = Path(__file__).parents[2]
FOLDER = Path(bot.sandbox.page.__file__).parent
STRINGS = orjson.loads((FOLDER / "strings.json").read_bytes())
SCRIPTS = "".join(path.read_text() for path in FOLDER.glob("*.js"))


def test_both_languages_have_the_same_words_and_values() -> None:
    french, english = STRINGS["fr"], STRINGS["en"]
    assert french.keys() == english.keys()
    for name in french:
        assert sorted(re.findall(r"\{\w+\}", french[name])) == sorted(re.findall(r"\{\w+\}", english[name])), name


def test_every_word_that_is_used_exists_and_every_word_is_used() -> None:
    used = set(re.findall(r'word\("(\w+)"', SCRIPTS))
    used |= {word for pair in re.findall(r'word\([^"()]*\? "(\w+)" : "(\w+)"', SCRIPTS) for word in pair}
    used |= set(re.findall(r'data-(?:word|label)="(\w+)"', (FOLDER / "index.html").read_text()))
    used |= {f"a_{kind}" for kind in re.findall(r'"(\w+)"', re.findall(r"const kinds = \[(.*?)\]", SCRIPTS, re.S)[0])}
    used |= {"theme_auto", "theme_light", "theme_dark"}
    assert used == set(STRINGS["fr"])


def test_every_invented_newcomer_has_a_phone_in_their_language() -> None:
    assert {person.language_code for person in NEWCOMERS} <= STRINGS["phone"].keys()


def test_every_language_of_the_guichet_has_a_phone_under_its_name_and_in_its_direction() -> None:
    languages = Languages.load(ROOT / "locales" / "languages.yml")
    phones = {code: (words["name"].casefold(), words.get("dir", "ltr")) for code, words in STRINGS["phone"].items()}
    assert phones == {str(one.locale): (one.name.casefold(), one.direction.value) for one in languages}
    assert all(words["start"] and words["message"] for words in STRINGS["phone"].values())


def test_nothing_is_put_into_the_page_as_markup() -> None:
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|eval\(", SCRIPTS) == []


@pytest.mark.parametrize(
    "name", sorted(path.name for path in FOLDER.iterdir() if path.suffix in {".html", ".css", ".js"})
)
def test_nothing_is_fetched_from_elsewhere(name: str) -> None:
    addresses = re.findall(r"https?://[^\s\"'`<>)]+", (FOLDER / name).read_text())
    allowed = ("http://www.w3.org/2000/svg", "https://www.openstreetmap.org/", "https://${raw}")
    assert [one for one in addresses if not one.startswith(allowed)] == []


async def test_files_are_served_under_a_strict_policy_and_nothing_beside_them(sandbox: RunningSandbox) -> None:
    async with aiohttp.ClientSession() as http:
        async with http.get(sandbox.url) as answer:
            assert answer.status == 200
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
        for path in ("__init__.py", "../world.py", "%2e%2e/world.py", "nothing.js"):
            async with http.get(f"{sandbox.url}{path}") as answer:
                assert answer.status == 404


async def test_a_file_of_a_chat_is_never_run_as_a_page(sandbox: RunningSandbox) -> None:
    file = sandbox.world.store(b"<script>alert(1)</script>", name="a.html", mime="text/html", folder="documents")
    async with aiohttp.ClientSession() as http, http.get(f"{sandbox.url}sandbox/file/{file.file_id}") as answer:
        assert answer.headers["Content-Disposition"] == "attachment"
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
