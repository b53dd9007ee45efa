"""`guichet doctor`: what is misconfigured, as far as it can be seen without a start."""

from __future__ import annotations

import argparse
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from bot.cli.premises import Premises
from bot.errors import UnusableStore
from bot.store import database_path, examine


def doctor(_: argparse.Namespace) -> int:
    """Look for what is misconfigured; 1 when something is."""
    wrong = list(_faults(Premises()))
    for fault in wrong:
        print(f"✗ {fault}")
    if not wrong:
        print("Nothing is wrong that can be seen from here.")
    return 1 if wrong else 0


def _faults(premises: Premises) -> Iterator[str]:
    environment = premises.environment
    if environment.telegram_token is None:
        yield "TELEGRAM_BOT_TOKEN is not set: only the demonstration can run."
    if not environment.adviser_ids:
        yield "GUICHET_ADVISER_IDS is empty: nobody can answer."
    for name, team in premises.settings.teams.items():
        if name not in environment.team_chats:
            yield f"{team.chat} is not set: the team {name} has no group."
    for name, chat in environment.team_chats.items():
        if chat >= 0:
            yield f"The group of the team {name} is {chat}; the id of a forum supergroup begins with -100."
    if environment.webhook_url and not environment.webhook_secret:
        yield "TELEGRAM_WEBHOOK_URL is set without TELEGRAM_WEBHOOK_SECRET."
    if environment.webhook_url and not environment.webhook_url.startswith("https://"):
        yield "TELEGRAM_WEBHOOK_URL does not begin with https://."
    if _is_in_clear(environment.telegram_api_url):
        yield "TELEGRAM_API_URL is not on this machine: the token would cross the network in the clear."
    if _is_in_clear(environment.nlu_url):
        yield "NLU_URL is not on this machine: people's words would cross the network in the clear."
    yield from _faults_of_store(premises)
    yield from _faults_of_files(premises)


def _is_in_clear(url: str) -> bool:
    """Whether a network reads what is said to this address."""
    address = urlsplit(url)
    return address.scheme == "http" and address.hostname not in ("127.0.0.1", "localhost", "::1")


def _faults_of_store(premises: Premises) -> Iterator[str]:
    """What a start would say of key and database."""
    try:
        examine(premises.environment.database_url, premises.keys if premises.has_begun else None)
    except UnusableStore as exc:
        yield str(exc)


def _faults_of_files(premises: Premises) -> Iterator[str]:
    key = premises.key_file
    if premises.environment.secret_key and key.exists() and stat.S_IMODE(key.stat().st_mode) & 0o077:
        yield f"{key} can be read by others: chmod 600 {key}"
    database = database_path(premises.environment.database_url)
    if database is not None:
        if key.exists() and database.parent.resolve() == key.parent.resolve():
            yield f"The key {key} lies beside the database: move it away, or set GUICHET_SECRET_KEY."
        beside = sorted(database.parent.iterdir()) if database.parent.is_dir() else []
        for path in (one for one in beside if one.name.startswith(database.name)):
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                yield f"{path} can be read by others: chmod 600 {path}"
        if database.parent.exists() and not database.exists() and not os.access(database.parent, os.W_OK):
            yield f"{database.parent} cannot be written."
    dotenv = Path(".env")
    if dotenv.exists() and stat.S_IMODE(dotenv.stat().st_mode) & 0o077:
        yield ".env can be read by others: chmod 600 .env"
