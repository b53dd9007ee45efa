"""What the operator types tells the truth, or says why it cannot; and nothing is made by a slip."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from bot.cli import main
from bot.core.ids import AccountId, NewcomerId
from bot.store import Keys, keys_from, load_keys, open_store
from tests.store.scenes import AMINA, BORIS, Guichet, say

SECRET = "5e" * 32
KEYS = keys_from(bytes.fromhex(SECRET))
TOKEN = "9999999001:AAEinvented"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the operator stands in; the guichet has its key in the environment."""
    for name in [one for one in os.environ if one.startswith(("GUICHET_", "TELEGRAM_", "DATABASE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GUICHET_SECRET_KEY", SECRET)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def welcome(
    *accounts: AccountId,
    bot: str = TOKEN.partition(":")[0],
    url: str = "sqlite:///var/guichet.db",
    keys: Keys = KEYS,
) -> list[NewcomerId]:
    """People who talked with this bot, a guichet being started for it."""

    async def work() -> list[NewcomerId]:
        store = await open_store(url, keys, bot=bot)
        guichet = Guichet(store, numbers=int(bot or 0))
        people = [await guichet.welcome(account) for account in accounts]
        for newcomer in people:
            await guichet.queue(say(newcomer))
        await store.close()
        return people

    return asyncio.run(work())


def there(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


# --- requests by letter -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "123:another-bot", TOKEN])
def test_somebody_is_found_whatever_bot_this_shell_knows(
    token: str, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [amina, _] = welcome(AMINA, BORIS)
    if token:
        monkeypatch.setenv("TELEGRAM_BOT_TOKEN", token)
    assert main(["export", str(AMINA)]) == 0
    [kept] = json.loads(capsys.readouterr().out)["people"]
    assert (kept["id"], kept["account"]) == (amina, AMINA)
    assert main(["forget", str(AMINA)]) == 0
    assert capsys.readouterr().out == 'Erased: {"person_keys": 1, "outbox": 1, "people": 1}\n'
    assert main(["forget", str(AMINA)]) == 0
    assert capsys.readouterr().out == "Nothing is kept about this account in var/guichet.db.\n"
    assert main(["export", str(AMINA)]) == 0
    told = capsys.readouterr()
    assert (told.out, told.err) == ("{}\n", "Nothing is kept about this account in var/guichet.db.\n")


def test_who_came_under_an_earlier_bot_is_erased_there_too(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people = [*welcome(AMINA, bot="111"), *welcome(AMINA, bot="222")]
    assert main(["export", str(AMINA)]) == 0
    kept = json.loads(capsys.readouterr().out)
    assert {row["id"] for row in kept["people"]} == set(people)
    assert main(["forget", str(AMINA)]) == 0
    assert capsys.readouterr().out == 'Erased: {"person_keys": 2, "outbox": 2, "people": 2}\n'


def test_a_database_without_anybody_is_pointed_out(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    welcome()
    assert main(["forget", str(AMINA)]) == 0
    assert capsys.readouterr().out == (
        "Nothing is kept about this account in var/guichet.db. Nobody else is in it either: is it the right database?\n"
    )


def test_people_whose_keys_are_missing_are_not_taken_for_nobody(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    welcome(AMINA)

    async def lose_keys() -> None:
        store = await open_store("sqlite:///var/guichet.db", KEYS)
        await store.engine.write(lambda tx: tx.run("DELETE FROM person_keys"))
        await store.close()

    asyncio.run(lose_keys())
    for command in ("forget", "export"):
        assert main([command, str(BORIS)]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.startswith("Keys of people are missing from this database")


@pytest.mark.parametrize("command", ["forget", "export"])
@pytest.mark.parametrize("account", ["-5", "0", "12x", str(2**60)])
def test_what_is_no_account_is_refused(command: str, account: str, place: Path) -> None:
    with pytest.raises(SystemExit) as left:
        main([command, "--", account])
    assert left.value.code == 2


# --- the wrong folder, a slip in an address ---------------------------------------------------------------------------

LOOKS = (
    ["export", str(AMINA)],
    ["forget", str(AMINA)],
    ["migrate"],
    ["figures"],
    ["review"],
)


@pytest.mark.parametrize("command", LOOKS, ids=lambda command: command[0])
@pytest.mark.parametrize("has_key", [True, False])
def test_a_command_makes_no_database_and_no_key(
    command: list[str], has_key: bool, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if not has_key:
        monkeypatch.delenv("GUICHET_SECRET_KEY")
    assert main(command) == 2
    told = capsys.readouterr()
    assert (told.out, told.err) == (
        "",
        "There is no database var/guichet.db: go to the folder of the guichet, or say in DATABASE_URL where it is.\n",
    )
    assert there(place) == []


@pytest.mark.parametrize("command", LOOKS, ids=lambda command: command[0])
def test_a_slip_in_the_name_of_the_file_is_told(
    command: list[str], place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    welcome(AMINA)
    before = there(place)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///var/guichett.db")
    assert main(command) == 2
    assert "There is no database var/guichett.db" in capsys.readouterr().err
    assert there(place) == before


def test_an_empty_file_is_no_database(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "var").mkdir()
    (place / "var" / "guichet.db").touch()
    assert main(["forget", str(AMINA)]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err) == (
        "",
        "The database that DATABASE_URL names is empty, no guichet has used it: correct it.\n",
    )


def test_a_lost_key_is_told_and_none_made(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GUICHET_SECRET_KEY")
    welcome(AMINA, keys=load_keys(place / "keys" / "guichet.key", may_create=True, environment={}))
    (place / "keys" / "guichet.key").unlink()
    assert main(["forget", str(AMINA)]) == 2
    assert capsys.readouterr().err.startswith("The key file keys/guichet.key is missing although the database exists")
    assert there(place / "keys") == []
