"""What the operator types tells the truth, or says why it cannot; and nothing is made by a slip."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli import main
from bot.config import DEMO_DATABASE, read_settings
from bot.core.ids import AccountId, NewcomerId
from bot.store import KeptStore, Keys, keys_from, load_keys, open_store
from bot.store.sqlite import connect
from tests.store.scenes import AMINA, BORIS, Guichet, say

ROOT = Path(__file__).parents[1]
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


def test_what_an_operator_does_to_a_person_is_on_the_trail_without_their_account(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    welcome(AMINA)
    assert main(["audit"]) == 0
    assert capsys.readouterr().out == "Nothing was taken, exported or erased in the last 30 days.\n"
    assert main(["export", str(AMINA)]) == 0
    assert main(["forget", str(AMINA)]) == 0
    assert main(["forget", str(AMINA)]) == 0  # nobody is there any more
    capsys.readouterr()
    assert main(["audit", "--days", "1"]) == 0
    out = capsys.readouterr().out
    lines = [line.split("\t") for line in out.splitlines()]
    assert [(event, who) for _, event, who, _ in lines] == [
        ("export", f"operator:{os.getuid()}"),
        ("forget", f"operator:{os.getuid()}"),
    ]
    assert lines[0][3] == lines[1][3] and len(lines[0][3]) == 8
    assert str(AMINA) not in out


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
    ["nlu", "review"],
)


@pytest.mark.parametrize("command", LOOKS, ids="-".join)
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


def test_who_only_ran_the_demonstration_is_told_where_its_database_is(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    welcome(url=DEMO_DATABASE)
    assert main(["nlu", "review"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("There is no database var/guichet.db") and told.endswith(f"DATABASE_URL={DEMO_DATABASE}.\n")
    monkeypatch.setenv("DATABASE_URL", DEMO_DATABASE)
    assert main(["nlu", "review"]) == 0
    assert capsys.readouterr().out == "Nothing was said by 5 people alike that was not understood.\n"


def test_who_has_read_enough_hears_no_complaint(place: Path) -> None:
    """`guichet doctor | head -1`."""
    reading, writing = os.pipe()
    os.close(reading)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "doctor"], stdout=writing, stderr=subprocess.PIPE, env=env, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("command", LOOKS, ids="-".join)
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


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_neither_backup_nor_restore_makes_a_key(
    command: str, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = place / "backups"
    if command == "restore":
        welcome(AMINA)
        assert main(["backup", "backups"]) == 0
        shutil.rmtree(place / "var")
    monkeypatch.delenv("GUICHET_SECRET_KEY")
    before = there(place)
    given = sorted(map(str, made.iterdir())) if command == "restore" else [str(made)]
    capsys.readouterr()
    assert main([command, *given]) == 2
    [said] = capsys.readouterr().err.splitlines()
    assert said.startswith(
        "There is no database var/guichet.db" if command == "backup" else "The key file keys/guichet.key is missing"
    )
    assert there(place) == before


# --- the doctor -------------------------------------------------------------------------------------------------------


@pytest.fixture
def clinic(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A guichet whose settings are right, with its key in a file; started once."""
    shutil.copy(ROOT / "config.yml", place)
    for team in read_settings(place / "config.yml").teams.values():
        monkeypatch.setenv(team.chat, "-1001234")
    monkeypatch.setenv("GUICHET_ADVISER_IDS", "111111")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.delenv("GUICHET_SECRET_KEY")
    welcome(AMINA, keys=load_keys(place / "keys" / "guichet.key", may_create=True, environment={}))
    return place


def found(capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    capsys.readouterr()
    code = main(["doctor"])
    return code, capsys.readouterr().out.splitlines()


WELL = (0, ["Nothing is wrong that can be seen from here."])


def test_nothing_is_found_in_a_guichet_that_is_well(clinic: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert found(capsys) == WELL
    before = {path: path.read_bytes() for path in clinic.rglob("*") if path.is_file()}
    assert found(capsys) == WELL
    assert {path: path.read_bytes() for path in clinic.rglob("*") if path.is_file()} == before
    assert main(["backup", "backups"]) == 0
    assert main(["restore", *sorted(map(str, (clinic / "backups").iterdir()))]) == 0
    assert found(capsys) == WELL


def test_nothing_is_found_before_the_first_start(clinic: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("var", "keys"):
        shutil.rmtree(clinic / folder)
    assert found(capsys) == WELL
    assert there(clinic) == ["config.yml"]


def lose(path: Path) -> None:
    path.unlink()


def spoil(path: Path) -> None:
    path.write_text("not a key", encoding="ascii")


def change(path: Path) -> None:
    path.write_text("ab" * 32, encoding="ascii")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lose, "✗ The key file keys/guichet.key is missing although the database exists: put it back"),
        (spoil, "✗ The key file keys/guichet.key does not hold 32 bytes in base64"),
        (change, "✗ The key does not open var/guichet.db, or the file is damaged"),
        (lambda key: key.chmod(0o644), "✗ The key file keys/guichet.key can be read by others"),
    ],
)
def test_a_key_that_does_not_serve_is_found(
    harm: Callable[[Path], None], said: str, clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    harm(clinic / "keys" / "guichet.key")
    code, [line] = found(capsys)
    assert (code, line[: len(said)]) == (1, said)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GUICHET_SECRET_KEY", "short", "✗ GUICHET_SECRET_KEY is too short"),
        ("DATABASE_URL", "postgresql://guichet@127.0.0.1:1/none", "✗ The PostgreSQL server cannot be used"),
        ("DATABASE_URL", "mysql://localhost/x", "✗ DATABASE_URL begins with mysql"),
        ("NLU_URL", "http://127.0.0.1.example.org:5005", "✗ NLU_URL is not on this machine"),
        ("TELEGRAM_API_URL", "http://api.example.org", "✗ TELEGRAM_API_URL is not on this machine"),
        ("NLU_URL", "http://nlu.example.org/?at=localhost", "✗ NLU_URL is not on this machine"),
    ],
)
def test_what_a_start_would_refuse_is_found(
    name: str,
    value: str,
    said: str,
    clinic: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(name, value)
    code, [line] = found(capsys)
    assert (code, line[: len(said)]) == (1, said)


def test_a_damaged_database_and_one_that_others_can_read_are_found(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = clinic / "var" / "guichet.db"
    database.chmod(0o644)
    assert found(capsys) == (1, ["✗ var/guichet.db can be read by others: chmod 600 var/guichet.db"])
    database.chmod(0o600)
    with database.open("r+b") as file:
        file.seek(4096 * 5)
        file.write(bytes(4096))
    code, [line] = found(capsys)
    assert code == 1 and "damaged" in line


# --- never a stack of calls -------------------------------------------------------------------------------------------


@pytest.fixture
def without_settings(place: Path, compiled: Callable[[Path], None]) -> Path:
    """The project's data without its config.yml."""
    compiled(place / "var")
    for name in ("flows", "locales"):
        (place / name).symlink_to(ROOT / name)
    (place / "nlu").mkdir()
    for name in ("nlu/lexicon", "nlu/intents.yml"):
        (place / name).symlink_to(ROOT / name)
    welcome()
    return place


def test_a_flow_that_is_left_out_is_named(without_settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (without_settings / "config.yml").write_text("teams: {accueil: {queues: [accueil]}}\n", encoding="utf-8")
    for command, flow in ((["catalogue", "out"], "ess.procurement"), (["figures", "voices"], "voix.say")):
        assert main(command) == 2
        assert capsys.readouterr().err.splitlines()[-1] == (
            f'The flow "{flow}" cannot be used with these files and settings: see `guichet check`. '
            "Is config.yml in this folder?"
        )
    assert not (without_settings / "out").exists()


@pytest.mark.parametrize("days", ["99999999999", "0", "-1", "x"])
def test_days_beyond_all_bounds_are_refused(days: str, place: Path) -> None:
    with pytest.raises(SystemExit) as left:
        main(["figures", f"--days={days}"])
    assert left.value.code == 2


def test_branches_of_what_is_no_flow_or_no_language_are_not_written(
    without_settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(ROOT / "config.yml", without_settings)
    assert main(["talk", "--branches", "ess.procurment"]) == 2
    assert capsys.readouterr().err.endswith('No flow is called "ess.procurment". Did you mean "ess.procurement"?\n')
    assert main(["talk", "--locale", "fr,zz", "--branches", "ess.procurement"]) == 2
    assert 'No language is called "zz". There are: ' in capsys.readouterr().err
    assert not (without_settings / "tests").exists()


def test_a_database_that_is_held_elsewhere_is_one_sentence(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    welcome(AMINA)
    monkeypatch.setattr("bot.store.writer.LOCKED_S", 0.05)
    holder = connect(place / "var" / "guichet.db", KEYS)
    keep = KeptStore.newcomers_with

    async def held(store: KeptStore, account: AccountId) -> list[NewcomerId]:
        holder.execute("BEGIN IMMEDIATE")  # a backup that begins at this moment
        return await keep(store, account)

    monkeypatch.setattr(KeptStore, "newcomers_with", held)
    assert main(["forget", str(AMINA)]) == 2
    holder.close()
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "The database cannot be used now (database is locked): try again.\n")


@pytest.fixture
def at_home(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the folder of the guichet, with the settings of the project and nobody's database."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{place}/guichet.db")
    monkeypatch.chdir(ROOT)


ONE_POSTER = ["posters", "--locale", "fr", "--topic", "accueil"]


@pytest.mark.parametrize("told", ["liege_bot", "@liege_bot", "t.me/liege_bot", "https://t.me/liege_bot"])
def test_the_bot_of_a_poster_is_named_as_people_name_it(
    at_home: None, capsys: pytest.CaptureFixture[str], told: str
) -> None:
    assert main([*ONE_POSTER, "--bot", told]) == 0
    assert capsys.readouterr().out.startswith("accueil.fr\thttps://t.me/liege_bot?start=_fr_")


@pytest.mark.parametrize(
    "told", ["liege bot", "liège_bot", "bot", "https://example.org/liege_bot", "liege_bot?start=a"]
)
def test_a_bot_that_cannot_be_is_printed_on_no_poster(
    at_home: None, capsys: pytest.CaptureFixture[str], told: str
) -> None:
    assert main([*ONE_POSTER, "--bot", told]) == 2
    said = capsys.readouterr()
    assert said.out == "" and f'No bot is called "{told}"' in said.err


@pytest.mark.parametrize("asked", [["messages", "--help"], ["messages", "fill", "-h"]])
def test_help_of_the_translators_desk_is_its_own(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(asked)
    said = capsys.readouterr().out
    assert (ended.value.code, said.partition(" [")[0]) == (0, " ".join(["usage: guichet", *asked[:-1]]))
    assert "translat" in said.lower()
