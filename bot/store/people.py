"""People, found by a keyed hash of their account, and the account, opened only for sending."""

from __future__ import annotations

from bot.core.ids import AccountId, ChatId, NewcomerId
from bot.errors import StoreError, UnusableStore
from bot.store.engine import Tx
from bot.store.memory import Memory
from bot.store.vault import Gone, Vault


def newcomer_of(tx: Tx, vault: Vault, account: AccountId, seen_day: int | None = None) -> NewcomerId | None:
    """The person behind an account, if known; with `seen_day`, they were heard of on that day."""
    row = tx.row("SELECT id, seen_day FROM people WHERE lookup = ?", (vault.lookup(account),))
    if row is None:
        return None
    if seen_day is not None and row[1] < seen_day:
        tx.run("UPDATE people SET seen_day = ? WHERE id = ?", (seen_day, row[0]))
    return NewcomerId(row[0])


def accounts(tx: Tx, vault: Vault, after: str, limit: int) -> tuple[str, list[tuple[NewcomerId, AccountId]]]:
    """Everybody with their account, a page at a time; where the next page begins.

    Raises UnusableStore when somebody's key is missing: nobody could say whether it is them.
    """
    rows = tx.rows("SELECT id, account FROM people WHERE id > ? ORDER BY id LIMIT ?", (after, limit))
    found: list[tuple[NewcomerId, AccountId]] = []
    for ident, sealed in rows:
        newcomer = NewcomerId(ident)
        try:
            account = vault.open(tx, newcomer, "people", "account", newcomer, bytes(sealed))
        except Gone as exc:
            if tx.row("SELECT 1 FROM people WHERE id = ?", (newcomer,)) is None:
                continue  # erased meanwhile
            raise UnusableStore(
                "Keys of people are missing from this database, so nobody can be found in it for certain: "
                "restore the backup together with its keys."
            ) from exc
        found.append((newcomer, AccountId(int(account))))
    return (rows[-1][0] if len(rows) == limit else "", found)


def welcome(tx: Tx, vault: Vault, account: AccountId, day: int) -> NewcomerId:
    """A person at their first contact, with a data key of their own."""
    lookup = vault.lookup(account)
    newcomer, wrapped = vault.new_person()
    sealed = vault.seal(tx, newcomer, "people", "account", newcomer, b"%d" % account)
    made = tx.run(
        "INSERT INTO people (id, lookup, account, first_day, seen_day) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (lookup) DO NOTHING",
        (newcomer, lookup, sealed, day, day),
    )
    if made:
        tx.run("INSERT INTO person_keys (newcomer, wrapped) VALUES (?, ?)", (newcomer, wrapped))
        return newcomer
    vault.forget(newcomer)  # another replica welcomed them in this instant
    row = tx.row("SELECT id FROM people WHERE lookup = ?", (lookup,))
    if row is None:
        raise StoreError("a person came and went in this instant")
    return NewcomerId(row[0])


def chat_of(tx: Tx, vault: Vault, memory: Memory, newcomer: NewcomerId) -> ChatId | None:
    """The private chat of a person; None when they were erased."""
    known = memory.accounts.get(newcomer)
    if known is None:
        row = tx.row("SELECT account FROM people WHERE id = ?", (newcomer,))
        if row is None:
            return None
        known = int(vault.open(tx, newcomer, "people", "account", newcomer, bytes(row[0])))
        memory.accounts.put(newcomer, known)
    return ChatId(known)


def present_chat_of(tx: Tx, vault: Vault, memory: Memory, newcomer: NewcomerId) -> ChatId | None:
    """As `chat_of`, but asks whether the person is still there: another process may have erased them."""
    if memory.accounts.get(newcomer) is not None and tx.row("SELECT 1 FROM people WHERE id = ?", (newcomer,)) is None:
        memory.accounts.drop(newcomer)
    return chat_of(tx, vault, memory, newcomer)
