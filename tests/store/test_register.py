"""Every column has a reason to be there, and nothing about a person escapes an erasure (P3)."""

from pathlib import Path

import sqlite_utils

from bot.store.erasure import ERASED
from bot.store.register import REGISTER, Kind, page
from bot.store.sqlite import connect
from tests.store.conftest import KEYS
from tests.store.scenes import Guichet

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "donnees.md"
#: What is never asked, never stored, never inferred (reliability.md, part 4, section 7).
FORBIDDEN = ("status", "permit", "nationality", "religion", "health", "name_of", "phone", "location", "username")


async def schema(guichet: Guichet) -> dict[str, list[str]]:
    connection = connect(guichet.store.engine.path, KEYS, read_only=True)  # type: ignore[attr-defined]
    database = sqlite_utils.Database(connection)
    tables = [table for table in database.table_names() if not table.startswith("sqlite_")]
    found = {table: [column.name for column in database[table].columns] for table in tables}
    connection.close()
    return found


async def test_every_column_is_in_the_register_and_no_other(sqlite_guichet: Guichet) -> None:
    assert {table: sorted(columns) for table, columns in (await schema(sqlite_guichet)).items()} == {
        name: sorted(table.columns) for name, table in REGISTER.items()
    }


async def test_every_table_that_names_a_person_or_a_handoff_is_erased(sqlite_guichet: Guichet) -> None:
    named = {
        table
        for table, columns in (await schema(sqlite_guichet)).items()
        if {"newcomer", "handoff"} & set(columns) or table == "people"
    }
    assert named == {table for table, _ in ERASED} - {"buttons"}


def test_no_column_asks_for_what_is_never_asked() -> None:
    names = [column for table in REGISTER.values() for column in table.columns]
    assert [name for name in names if any(word in name for word in FORBIDDEN)] == []


def test_what_speaks_of_a_person_is_sealed_or_only_a_day() -> None:
    open_columns = {
        f"{name}.{column}"
        for name, table in REGISTER.items()
        for column, (kind, meaning) in table.columns.items()
        if kind is Kind.PERSON and "chiffré" not in meaning
    }
    assert open_columns == {
        "people.first_day", "people.seen_day", "sessions.saved_day", "keyboards.made_day",
        "handoffs.opened_at", "handoffs.ended_at", "handoff_log.at",
    }  # fmt: skip


def test_the_page_is_what_the_register_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
