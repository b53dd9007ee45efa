"""The secret: made once, refused when it is wrong, missing or open to others."""

import base64
import os
import stat
from pathlib import Path

import pytest

from bot.core.ids import AccountId, NewcomerId
from bot.errors import StoreError, UnusableStore
from bot.store import keys_from, load_keys
from bot.store.vault import Vault

SECRET = bytes(range(32))


def test_the_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "apart" / "secret.key"
    made = load_keys(path, may_create=True, environment={})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_keys(path, may_create=False, environment={}) == made
    assert list(path.parent.iterdir()) == [path]


def test_a_missing_key_of_an_existing_database_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(UnusableStore, match="is missing although the database exists"):
        load_keys(tmp_path / "secret.key", may_create=False, environment={})


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    load_keys(path, may_create=True, environment={})
    path.chmod(0o640)
    with pytest.raises(UnusableStore, match="can be read by others: run chmod 600"):
        load_keys(path, may_create=True, environment={})


@pytest.mark.parametrize("text", ["", "short", "é", base64.b64encode(b"x" * 31).decode()])
def test_a_damaged_key_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "secret.key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(UnusableStore, match=r"does not hold 32 bytes|cannot be read"):
        load_keys(path, may_create=True, environment={})


def test_a_folder_in_the_place_of_the_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableStore, match="is not a file"):
        load_keys(tmp_path, may_create=True, environment={})


@pytest.mark.parametrize(
    "text", [SECRET.hex(), base64.b64encode(SECRET).decode(), base64.urlsafe_b64encode(SECRET).decode().rstrip("=")]
)
def test_the_environment_may_hold_the_secret(tmp_path: Path, text: str) -> None:
    path = tmp_path / "secret.key"
    assert load_keys(path, may_create=False, environment={"GUICHET_SECRET_KEY": f" {text}\n"}) == keys_from(SECRET)
    assert not path.exists()


def test_a_passphrase_is_stretched_and_a_short_one_refused(tmp_path: Path) -> None:
    def load(text: str) -> object:
        return load_keys(tmp_path / "k", may_create=False, environment={"GUICHET_SECRET_KEY": text})

    assert load("quatre mots tirés au sort") == load("quatre mots tirés au sort") != load("quatre mots tirés au hasard")
    with pytest.raises(UnusableStore, match="too short"):
        load("liege2026")


def test_keys_differ_from_each_other_and_never_show() -> None:
    keys = keys_from(SECRET)
    values = [getattr(keys, name) for name in ("index", "kek", "file", "signing", "system", "tombstone", "check")]
    assert len(set(values)) == len(values)
    assert repr(keys) == "Keys()"


class NoRows:
    """A transaction over an empty database."""

    def __init__(self) -> None:
        self.afterwards = []

    def row(self, sql, parameters=()):
        return None


def test_a_sealed_field_opens_only_in_its_own_place() -> None:
    vault, tx = Vault(keys_from(SECRET)), NoRows()
    newcomer, _ = vault.new_person()
    sealed = vault.seal(tx, newcomer, "sessions", "body", newcomer, b"mot")
    assert vault.open(tx, newcomer, "sessions", "body", newcomer, sealed) == b"mot"
    other, _ = vault.new_person()
    for owner, table, column, row, field in (
        (newcomer, "inbox", "body", newcomer, sealed),
        (newcomer, "sessions", "payload", newcomer, sealed),
        (newcomer, "sessions", "body", other, sealed),
        (other, "sessions", "body", newcomer, sealed),
        (None, "sessions", "body", newcomer, sealed),
        (newcomer, "sessions", "body", newcomer, sealed[:-1] + bytes([sealed[-1] ^ 1])),
    ):
        with pytest.raises(StoreError, match="does not open"):
            vault.open(tx, owner, table, column, row, field)


def test_a_person_is_found_by_bot_and_secret_together() -> None:
    account = AccountId(7_100_000_001)
    finders = {Vault(keys_from(secret), bot).lookup(account) for secret in (SECRET, b"k" * 32) for bot in ("1", "2")}
    assert len(finders) == 4
    vault = Vault(keys_from(SECRET))
    assert vault.tombstone(NewcomerId("a"), "2026-03") != vault.tombstone(NewcomerId("a"), "2026-04")


def test_no_nonce_is_used_twice_not_even_after_a_fork() -> None:
    vault, tx = Vault(keys_from(SECRET)), NoRows()
    nonces = {vault.seal(tx, None, "t", "c", 1, b"")[:12] for _ in range(3000)}
    assert len(nonces) == 3000
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writer, vault.seal(tx, None, "t", "c", 1, b"")[:12])
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reader, 12) != vault.seal(tx, None, "t", "c", 1, b"")[:12]
    os.close(reader)
    os.close(writer)
