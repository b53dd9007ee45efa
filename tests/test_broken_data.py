"""A slip in a data file is one sentence with its place; only what nothing can stand in for ends a start.

So is a folder that cannot be made.
"""

from __future__ import annotations

import logging
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli import main
from bot.config import Settings
from bot.core.ids import Locale
from bot.core.messages import Command
from bot.data import Data, Places

ROOT = Path(__file__).parents[1]
#: The second line closes what the first did not open.
SLIP = "menu: [menu\ncommands: ]\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A guichet's folder with the project's files, and languages and intents of its own to break."""
    for name in ("config.yml", "flows"):
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "locales", tmp_path / "locales")
    (tmp_path / "nlu").mkdir()
    (tmp_path / "nlu" / "lexicon").symlink_to(ROOT / "nlu" / "lexicon")
    shutil.copy(ROOT / "nlu" / "intents.yml", tmp_path / "nlu" / "intents.yml")
    for name in [one for one in os.environ if one.startswith(("GUICHET_", "TELEGRAM_", "DATABASE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:never_used")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def socket_at(path: Path) -> None:
    """What a program left that talks to another one on this machine."""
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(path.name if path.parent == Path.cwd() else str(path))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("locales/languages.yml", SLIP, "locales/languages.yml:2: not YAML (did not find expected ',' or ']')"),
        ("locales/languages.yml", "été: à".encode("latin-1"), "locales/languages.yml:1: is not UTF-8;"),
        ("locales/fr/words.yml", SLIP, "locales/fr/words.yml:2: not YAML (did not find expected ',' or ']')"),
        ("nlu/intents.yml", SLIP, "nlu/intents.yml:2: the YAML cannot be read from here on ("),
        ("nlu/intents.yml", "été: à".encode("latin-1"), "nlu/intents.yml:1: "),
        ("nlu/intents.yml", "intents: [greet]\n", 'nlu/intents.yml:1: "intents" must be a map from the name of each'),
        ("nlu/intents.yml", None, "nlu/intents.yml:1: "),
    ],
)
@pytest.mark.parametrize("command", ["run", "check", "prepare"])
def test_a_file_that_nothing_replaces_ends_a_command_with_one_sentence(
    command: str, name: str, content: str | bytes | None, said: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = place / name
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    assert main([command, "--english"] if command == "check" else [command]) == 1
    out, err = capsys.readouterr()
    if command == "check":
        assert (err, len(out.splitlines())) == ("", 1)
        assert out.startswith(f"✗ {said}")
    else:
        french, english = err.splitlines()
        assert (out, english.startswith(said), french == english) == ("", True, False)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("locales/languages.yml", "fr: {name: Français}\n", ":1: il manque « french » à « fr ». Ajoutez-le."),
        (
            "locales/languages.yml",
            "fr: {name: Français, french: français, tier: shipped}\n"
            "ar:\n  name: العربية\n  french: arabe\n  tier: oui\n",
            ":2: « tier » de « ar » vaut « oui » ; écrivez l'un de shipped, beta, draft.",
        ),
        (
            "locales/languages.yml",
            "fr: {name: F, french: f, tier: shipped}\nfr: {name: F, french: f, tier: shipped}\n",
            ":2: « fr » est écrit deux fois (d'abord ligne 1). Gardez-en un seul.",
        ),
        (
            "locales/languages.yml",
            "fr:\n\tname: Français\n",
            ":2: le YAML est illisible. Vérifiez deux-points, guillemets, crochets et retraits (des espaces, pas de"
            " tabulation).",
        ),
        ("locales/fr/words.yml", None, ": les mots français manquent. Remettez ce fichier."),
        (
            "nlu/intents.yml",
            "intents: [greet]\n",
            ":1: « intents » attend le nom de chaque intention, puis ce qu'elle veut dire, un par ligne.",
        ),
        (
            "locales/languages.yml",
            Path.mkdir,
            ": ne peut pas être lu (c'est un dossier).",
        ),
        (
            "locales/languages.yml",
            os.mkfifo,
            ": ne peut pas être lu (ce n'est pas un fichier ordinaire).",
        ),
    ],
)
def test_an_admin_reads_in_french_what_ends_a_command(
    name: str,
    content: str | Callable[[Path], None] | None,
    said: str,
    place: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = place / name
    path.unlink()
    if isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    elif content is not None:
        content(path)
    assert main(["check"]) == 1
    assert capsys.readouterr().out == f"✗ {name}{said}\n"
    assert main(["prepare"]) == 1
    assert capsys.readouterr().err.splitlines()[0] == f"{name}{said}"


@pytest.mark.parametrize("make", [os.mkfifo, socket_at], ids=["pipe", "socket"])
@pytest.mark.parametrize("name", ["locales/ar/words.yml", "locales/ar/LC_MESSAGES/guichet.po", "nlu/lexicon/ar.yml"])
def test_what_is_no_ordinary_file_keeps_no_start_waiting(
    name: str,
    make: Callable[[Path], None],
    place: Path,
    compiled: Callable[[Path], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    compiled(place / "var")
    (place / "nlu" / "lexicon").unlink()
    shutil.copytree(ROOT / "nlu" / "lexicon", place / "nlu" / "lexicon")
    (place / name).unlink()
    make(place / name)
    data = Data(Places(), Settings())
    assert data.words.yes_no("oui", Locale("fr")) is True
    assert main(["check"]) == 1
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith(f"✗ {name}")]
    assert "ne peut pas être lu (ce n'est pas un fichier ordinaire)" in lines[-1]


def test_words_of_one_language_that_cannot_be_read_are_left_out_and_told(
    place: Path,
    compiled: Callable[[Path], None],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    compiled(place / "var")
    said = "locales/ar/words.yml:2: not YAML (did not find expected ',' or ']')"
    (place / "locales" / "ar" / "words.yml").write_text(SLIP, encoding="utf-8")
    with caplog.at_level(logging.ERROR):
        words = Data(Places(), Settings()).words
    assert [*map(str, words.issues)] == [said]
    assert f"words.left_out locale=ar reason={said}" in caplog.text
    # French and English words are everybody's; Arabic is read by its other speakers' languages.
    assert words.command("menu", Locale("ar")) == words.command("/menu", Locale("ar")) == Command.MENU
    assert words.yes_no("yes", Locale("ar")) is True
    assert words.command("назад", Locale("ar")) == Command.BACK
    capsys.readouterr()
    assert main(["check"]) == 1
    lines = capsys.readouterr().out.splitlines()
    french = (
        "le YAML est illisible. Vérifiez deux-points, guillemets, crochets et retraits (des espaces, pas de"
        " tabulation)."
    )
    assert f"✗ locales/ar/words.yml:2: {french}" in lines
    assert ": 1 critical, " in lines[-1]


def test_a_check_reads_the_directory_as_it_is_whatever_an_earlier_start_kept(
    place: Path, compiled: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    compiled(place / "var")
    (place / "flows").unlink()
    shutil.copytree(ROOT / "flows", place / "flows")
    Data(Places(), Settings())
    facts = place / "flows" / "facts.yml"
    text = facts.read_text(encoding="utf-8")
    wrong = text.replace("value: 2.80", "value: 2,80 €", 1)
    facts.write_text(wrong.replace("checked_on: 20", "checked_on: 30", 1), encoding="utf-8")
    assert main(["check", "--english"]) == 1
    line = text[: text.index("value: 2.80")].count("\n") + 1
    said = '"value" is "2,80 €". Write a number such as 30 or 1314.20, without its unit. [bad-number]'
    out = capsys.readouterr().out.splitlines()
    assert f"✗ flows/facts.yml:{line}: {said}" in out
    # A running guichet refuses a check that is still to come, so the check tells of it too.
    assert len([one for one in out if one.endswith("Correct it. [future-date]")]) == 1


def test_a_catalogue_that_takes_its_language_away_is_critical_and_hides_no_other_issue(
    place: Path, compiled: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    compiled(place / "var")
    (place / "locales" / "ar" / "LC_MESSAGES" / "guichet.po").write_bytes('msgid "é"'.encode("latin-1"))
    russian = place / "locales" / "ru" / "LC_MESSAGES" / "guichet.po"
    text = russian.read_text(encoding="utf-8")
    entry = text[text.index('msgctxt "system/card.distance') :]
    line = text[: text.index(entry)].count("\n") + 2
    broken = entry.replace(entry[entry.index("msgstr[1] ") :].partition("\n")[0], 'msgstr[1] ""', 1)
    russian.write_text("\ufeff" + text.replace(entry, broken), encoding="utf-8")
    assert main(["check", "--english"]) == 1
    *said, last = [one for one in capsys.readouterr().out.splitlines() if not one.startswith("·")]
    po = "✗ locales/{}/LC_MESSAGES/guichet.po"
    lacks = "this language is not offered: 1 sentences that none can do without are not there or not shown, such as"
    assert said[1:] == [
        f'{po.format("ru")}:1: {lacks} system/card.distance "À environ {{count}} km" [not-offered]',
        f"{po.format('ar')}:1: is not UTF-8; save the file again as UTF-8",
        f"{po.format('ru')}:{line}: system/card.distance: 3 plural forms are needed, 2 are there",
    ]
    assert said[0].startswith("✗ locales/ar/LC_MESSAGES/guichet.po:1: this language is not offered: ")
    assert ": 4 critical, " in last


@pytest.mark.parametrize("command", [["catalogue", "file"], ["services", "export", "file/x"]])
def test_a_folder_that_cannot_be_made_ends_a_command_with_one_sentence(
    command: list[str], place: Path, compiled: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    compiled(place / "var")
    (place / "file").write_text("in the way", encoding="utf-8")
    assert main(command) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"{command[-1]}: {'Not a directory' if '/' in command[-1] else 'File exists'}\n"
