"""Bring a database to the schema of this program: one runner, one step a transaction, never backwards (G05)."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping

from bot.errors import UnusableStore
from bot.store.crypto import Keys
from bot.store.engine import Tx
from bot.store.schema import META, MIGRATIONS, NEWEST, Migration

#: Begins a transaction that only one process can hold, runs the work, commits.
InOneRunner = Callable[[Callable[[Tx], bool]], bool]


def number_of(tx: Tx) -> int:
    """The schema a database has; 0 for an empty one."""
    row = tx.row("SELECT value FROM meta WHERE name = 'schema'")
    return 0 if row is None else int(row[0])


def prove(tx: Tx, keys: Keys) -> None:
    """Refuse a database that was made under another secret. The first secret signs it."""
    if not check_proof(tx, keys):
        tx.run("INSERT INTO meta (name, value) VALUES ('proof', ?)", (_proof(keys),))


def check_proof(tx: Tx, keys: Keys) -> bool:
    """Whether a database is signed with this secret. Raises UnusableStore when it is with another."""
    row = tx.row("SELECT value FROM meta WHERE name = 'proof'")
    if row is not None and not hmac.compare_digest(row[0], _proof(keys)):
        raise UnusableStore("The secret key does not belong to this database: put back the key it was made with.")
    return row is not None


def check_number(present: int, newest: int = NEWEST) -> None:
    """Refuse a schema that this program does not know."""
    if present > newest:
        raise UnusableStore(
            f"The database has schema {present} and this program knows schemas up to {newest}: "
            "start the newer program, or restore a backup made before it."
        )


def _proof(keys: Keys) -> str:
    return hmac.digest(keys.check, b"guichet", "sha256").hex()


def migrate(
    in_one_runner: InOneRunner,
    words: Mapping[str, str],
    keys: Keys,
    migrations: tuple[Migration, ...] = MIGRATIONS,
    *,
    may_create: bool = True,
) -> None:
    """Apply what is missing, step by step. Raises UnusableStore for a newer schema or another secret, and for an
    empty database unless one may be made of it.
    """

    def step(tx: Tx) -> bool:
        tx.run(META)
        prove(tx, keys)
        present = number_of(tx)
        if not present and not may_create:
            raise UnusableStore("The database that DATABASE_URL names is empty, no guichet has used it: correct it.")
        check_number(present, migrations[-1].number if migrations else NEWEST)
        due = [migration for migration in migrations if migration.number > present]
        if not due:
            return False
        for statement in due[0].statements:
            tx.run(statement.format_map(words))
        tx.run(
            "INSERT INTO meta (name, value) VALUES ('schema', ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (str(due[0].number),),
        )
        return True

    while in_one_runner(step):
        pass
