"""Sealing: AES-256-GCM under a key per person, so that forgetting the key forgets the person (decision 6)."""

from __future__ import annotations

import base64
import hmac
import os
import secrets
import threading
from collections import OrderedDict
from hashlib import blake2b

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.core.ids import AccountId, NewcomerId
from bot.errors import Conflict, StoreError
from bot.store.crypto import KEY_BYTES, Keys
from bot.store.engine import Tx

#: 96 bits at random, as NIST SP 800-38D 8.2.2 allows for up to 2^32 messages under one key.
_NONCE_BYTES = 12
#: Unwrapped keys kept at hand; a few hundred bytes each.
_KEPT = 20_000
_REFILL = 1024 * _NONCE_BYTES


class Gone(Conflict):
    """The person was erased meanwhile; nothing more may be written about them."""


class Vault:
    """Opens and closes sealed fields. One for each store; an engine may use it from several threads."""

    def __init__(self, keys: Keys, bot: str = "bot") -> None:
        self._index = keys.index
        self._bot = bot.encode()
        self._wrapping = AESGCM(keys.kek)
        self._system = AESGCM(keys.system)
        self._tombstone = keys.tombstone
        self._ciphers: OrderedDict[str, AESGCM] = OrderedDict()
        self._lock = threading.Lock()
        self._nonces = b""
        self._nonce_at = 0
        self._pid = os.getpid()

    # names under which a thing is found again, without writing the thing itself

    def lookup(self, account: AccountId) -> bytes:
        """Finds a person by the Telegram id."""
        return hmac.digest(self._index, b"account\0%b\0%d" % (self._bot, account), "sha256")

    def alias(self, kind: str, text: str) -> bytes:
        """Finds a row by a text that is not to be readable, such as a button's token: 16 bytes."""
        # Keyed BLAKE2 (RFC 7693): a message has a dozen of these, and HMAC-SHA256 takes five times as long.
        return blake2b(f"{kind}\0{text}".encode("utf-8", "surrogatepass"), key=self._index, digest_size=16).digest()

    def tombstone(self, newcomer: NewcomerId, month: str) -> bytes:
        """Marks an erased person, under a key of the month of the erasure (`2026-11`)."""
        key = hmac.digest(self._tombstone, month.encode(), "sha256")
        return hmac.digest(key, newcomer.encode(), "sha256")

    # keys of people

    def new_person(self) -> tuple[NewcomerId, bytes]:
        """A fresh id and its wrapped data key."""
        newcomer = NewcomerId(base64.b32encode(secrets.token_bytes(17)).decode()[:26].lower())
        key = secrets.token_bytes(KEY_BYTES)
        self._remember(newcomer, AESGCM(key))
        nonce = self._nonce()
        return newcomer, nonce + self._wrapping.encrypt(nonce, key, _aad("person_keys", "wrapped", newcomer))

    def cipher(self, tx: Tx, owner: NewcomerId | None) -> AESGCM:
        """The cipher of a person, or of the guichet itself. Raises Gone when the person was erased."""
        if owner is None:
            return self._system
        with self._lock:
            cipher = self._ciphers.get(owner)
            if cipher is not None:
                self._ciphers.move_to_end(owner)
                return cipher
        row = tx.row("SELECT wrapped FROM person_keys WHERE newcomer = ?", (owner,))
        if row is None:
            raise Gone("this person is gone")
        wrapped = bytes(row[0])
        cipher = AESGCM(_opened(self._wrapping, _aad("person_keys", "wrapped", owner), wrapped))
        self._remember(owner, cipher)
        return cipher

    def forget(self, owner: NewcomerId) -> None:
        """Drop the unwrapped key."""
        with self._lock:
            self._ciphers.pop(owner, None)

    def _remember(self, owner: NewcomerId, cipher: AESGCM) -> None:
        with self._lock:
            self._ciphers[owner] = cipher
            if len(self._ciphers) > _KEPT:
                self._ciphers.popitem(last=False)

    # fields

    def seal(self, tx: Tx, owner: NewcomerId | None, table: str, column: str, row: object, plain: bytes) -> bytes:
        """Close a field; it opens again only in the same table, column and row."""
        nonce = self._nonce()
        return nonce + self.cipher(tx, owner).encrypt(nonce, plain, _aad(table, column, row))

    def open(self, tx: Tx, owner: NewcomerId | None, table: str, column: str, row: object, sealed: bytes) -> bytes:
        """Open a field. Raises StoreError when it was altered or belongs elsewhere."""
        return _opened(self.cipher(tx, owner), _aad(table, column, row), sealed)

    def _nonce(self) -> bytes:
        with self._lock:
            return self._next_nonce()

    def _next_nonce(self) -> bytes:
        # One call to the kernel for a thousand nonces: it costs as much as the encryption itself.
        start = self._nonce_at
        if start >= len(self._nonces) or self._pid != os.getpid():  # a forked child must not go on with the same ones
            self._nonces, start, self._pid = os.urandom(_REFILL), 0, os.getpid()
        self._nonce_at = start + _NONCE_BYTES
        return self._nonces[start : self._nonce_at]


def _aad(table: str, column: str, row: object) -> bytes:
    return f"{table}.{column}.{row}".encode()


def _opened(cipher: AESGCM, aad: bytes, sealed: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], aad)
    except InvalidTag as exc:
        raise StoreError(f"the field {aad.decode()} does not open: wrong key, or altered") from exc
