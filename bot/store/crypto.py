"""The secret of the guichet and the keys that follow from it (reliability.md, part 4, section 3).

One secret of 32 bytes lives in a file of its own, away from the database, or in `GUICHET_SECRET_KEY`. Every other key
is derived from it with HKDF-SHA256 under its own label, so that none of them opens what another one closed.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bot.errors import UnusableStore

#: Environment variable of product.md; takes the place of the key file.
VARIABLE = "GUICHET_SECRET_KEY"
KEY_BYTES = 32
#: A passphrase has no room for a stored salt (there is no file), so the salt names the program. scrypt with
#: N=2^15, r=8, p=1 takes about 0.1 s and 32 MiB, once per start (RFC 7914, section 2).
_SCRYPT_SALT = b"guichet-unique/secret-key/1"
#: Below this a passphrase can be guessed by somebody who holds a copy of the database.
SHORTEST_PASSPHRASE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """All keys of one guichet. Holds secrets: never printed, never logged."""

    #: HMAC-SHA256 of bot and account, for finding a person without storing the number.
    index: bytes = field(repr=False)
    #: Wraps the data keys of people.
    kek: bytes = field(repr=False)
    #: Raw key of SQLCipher.
    file: bytes = field(repr=False)
    #: Signs links and payloads of the other rooms.
    signing: bytes = field(repr=False)
    #: Seals rows that belong to no person.
    system: bytes = field(repr=False)
    #: Marks erased people, so that a restored backup does not bring them back.
    tombstone: bytes = field(repr=False)
    #: Proves to a database that this is its secret.
    check: bytes = field(repr=False)


def keys_from(secret: bytes) -> Keys:
    """Derive every key from the secret (32 bytes)."""
    if len(secret) != KEY_BYTES:
        raise UnusableStore(f"The secret key has {len(secret)} bytes; it needs {KEY_BYTES}.")
    return Keys(
        index=_derived(secret, "index"),
        kek=_derived(secret, "kek"),
        file=_derived(secret, "sqlcipher"),
        signing=_derived(secret, "signing"),
        system=_derived(secret, "system"),
        tombstone=_derived(secret, "tombstone"),
        check=_derived(secret, "check"),
    )


def load_keys(path: Path, *, may_create: bool, environment: Mapping[str, str] | None = None) -> Keys:
    """The keys of this guichet: from `GUICHET_SECRET_KEY` if set, else from the file, made on the first run.

    `may_create` is False when a database exists already: a fresh key could not open it and would hide the real fault.
    Raises UnusableStore with one sentence when the key is missing, malformed, or readable by others.
    """
    given = (environment if environment is not None else os.environ).get(VARIABLE, "").strip()
    if given:
        return keys_from(_secret_from(given, VARIABLE))
    if path.exists():
        return keys_from(_read(path))
    if not may_create:
        raise UnusableStore(
            f"The key file {path} is missing although the database exists: put it back from where its copy is kept, "
            f"or set {VARIABLE}."
        )
    return keys_from(_made(path))


def _read(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise UnusableStore(f"The key file {path} is not a file.")
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise UnusableStore(f"The key file {path} can be read by others: run chmod 600 {path}.")
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise UnusableStore(f"The key file {path} cannot be read: {exc}.") from exc
    secret = _decoded(text)
    if secret is None:
        raise UnusableStore(f"The key file {path} does not hold {KEY_BYTES} bytes in base64: put its copy back.")
    return secret


def _made(path: Path) -> bytes:
    """Write a fresh secret, whole or not at all: a key file cut short would lock everything."""
    secret = secrets.token_bytes(KEY_BYTES)
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(secret) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # refuses to replace a key that another process made meanwhile
        except FileExistsError:
            return _read(path)
        finally:
            draft.unlink()
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as exc:
        raise UnusableStore(f"The key file {path} cannot be written: {exc.strerror}.") from exc
    return secret


def _secret_from(text: str, where: str) -> bytes:
    """32 bytes in base64 or hex, or else a passphrase, stretched."""
    secret = _decoded(text)
    if secret is not None:
        return secret
    if len(text) < SHORTEST_PASSPHRASE:
        raise UnusableStore(
            f"{where} is too short: give {KEY_BYTES} bytes in base64 or hex, "
            f"or a passphrase of at least {SHORTEST_PASSPHRASE} characters."
        )
    return Scrypt(salt=_SCRYPT_SALT, length=KEY_BYTES, n=2**15, r=8, p=1).derive(text.encode())


def _decoded(text: str) -> bytes | None:
    try:
        if len(text) == 2 * KEY_BYTES:
            return bytes.fromhex(text)
        padded = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
        secret = base64.b64decode(padded, validate=True)
    except (binascii.Error, ValueError):
        return None
    return secret if len(secret) == KEY_BYTES else None


def _derived(secret: bytes, label: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"guichet-unique/{label}/1".encode()).derive(
        secret
    )
