"""What operators do from the command line: migrate, look for faults, back up, restore, export, forget, count."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import stat
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.audit import operator_line
from bot.config import (
    DEFAULT_DATABASE,
    DEMO_DATABASE,
    Environment,
    environment_with_dotenv,
    read_environment,
    read_settings,
    settings_file,
)
from bot.core.ids import AccountId, FlowId
from bot.core.phrases import Value
from bot.data import Data, Places
from bot.directory.confirm import confirm, confirm_fact
from bot.directory.exchange import services_in
from bot.directory.flat import exportable
from bot.directory.hsds import to_hsds
from bot.directory.lookup import load as load_directory
from bot.directory.service import Service
from bot.directory.spreadsheet import to_csv
from bot.directory.writer import as_files
from bot.errors import SettingsError, UnusableStore
from bot.flow.draw import mermaid, tree
from bot.flow.graph import Ask, Flow, FlowBook
from bot.handoff.machine import Handoff
from bot.i18n.languages import SOURCE
from bot.ports import CheckRow
from bot.services.erasure import DELETABLE_FOR
from bot.store import KeptStore, Keys, database_path, examine, load_keys, open_store
from bot.store.aside import ASIDE_DAYS
from bot.store.backup import Backup, back_up, restore, rotate
from bot.store.crypto import VARIABLE
from bot.store.guards import check_presence

#: A figure below this is not shown: it might point at somebody (reliability.md, I06).
SMALLEST_FIGURE = 10
#: Words not understood are shown from this many alike on.
ALIKE = 5


class Premises:
    """Settings, environment and keys of this guichet, without starting it."""

    def __init__(self) -> None:
        self.env = environment_with_dotenv()
        self.settings = read_settings(settings_file(self.env))
        self.environment: Environment = read_environment(self.env, self.settings)
        self.places = Places()

    @property
    def keys(self) -> Keys:
        """The keys of this guichet. A start makes them, no other command does: in a wrong folder they would be wrong.

        Raises UnusableStore when they are missing.
        """
        path = self.places.keys / "guichet.key"
        database = database_path(self.environment.database_url)
        if not self.environment.secret_key and not path.exists() and (database is None or not database.exists()):
            raise UnusableStore(
                f"The key file {path} is missing: go to the folder of the guichet, put the key back, or set {VARIABLE}."
                " The first start makes one."
            )
        return load_keys(path, may_create=False, environment=self.env)

    @property
    def where(self) -> str:
        """The database as the operator knows it; the address of a server may hold a password."""
        return str(database_path(self.environment.database_url) or "the database of DATABASE_URL")

    @property
    def database(self) -> Path:
        """The SQLite file. Raises SettingsError for a server, whose own tools do this better."""
        path = database_path(self.environment.database_url)
        if path is None:
            raise SettingsError("This command is for the SQLite file; use pg_dump and pg_restore for PostgreSQL.")
        return path

    async def store(self) -> KeptStore:
        """Open the store; opening brings it to this version's form. Raises UnusableStore when there is none."""
        url = self.environment.database_url
        path = database_path(url)
        if path is not None:
            _check_presence(path)  # before the keys: what is missing first is said first
        return await open_store(url, self.keys, is_visit=True, erased=self.places.erased)

    async def checks(self) -> list[CheckRow]:
        """What advisers said about entries of the directory."""
        store = await self.store()
        try:
            return await store.checks()
        finally:
            await store.close()

    async def checks_and_handoffs(self) -> tuple[list[CheckRow], list[Handoff]]:
        """What advisers said about entries of the directory, and the requests that are open."""
        store = await self.store()
        try:
            return await store.checks(), await store.handoffs()
        finally:
            await store.close()


def migrate(_: argparse.Namespace) -> int:
    """Bring the database to this version's form."""

    async def work(store: KeptStore) -> None:
        await store.offset()

    _with_store(work)
    print("The database has the form of this version.")
    return 0


def export(options: argparse.Namespace) -> int:
    """Everything kept about one Telegram account, as JSON."""

    premises = Premises()

    async def work(store: KeptStore) -> None:
        kept: dict[str, list[Any]] = {}
        for newcomer in await store.newcomers_with(AccountId(options.account)):
            await store.note(operator_line("export", newcomer))
            for table, rows in (await store.data_of(newcomer)).items():
                kept.setdefault(table, []).extend(rows)
        print(json.dumps(kept, ensure_ascii=False, indent=2, default=str))
        if not kept:
            print(await _nothing(store, premises), file=sys.stderr)

    _with_store(work, premises)
    return 0


def forget(options: argparse.Namespace) -> int:
    """Erase one Telegram account everywhere (a request by letter)."""

    premises = Premises()

    async def work(store: KeptStore) -> None:
        since = datetime.now(UTC) - DELETABLE_FOR
        gone: Counter[str] = Counter()
        for newcomer in await store.newcomers_with(AccountId(options.account)):
            await store.note(operator_line("forget", newcomer))
            gone.update(await store.erase(newcomer, recalled_since=since))
        print(f"Erased: {json.dumps(gone)}" if gone else await _nothing(store, premises))

    _with_store(work, premises)
    return 0


async def _nothing(store: KeptStore, premises: Premises) -> str:
    """What to say about somebody of whom nothing is there; where was looked belongs to it."""
    said = f"Nothing is kept about this account in {premises.where}."
    return said if await store.has_people() else f"{said} Nobody else is in it either: is it the right database?"


def backup(options: argparse.Namespace) -> int:
    """Copy the database while it runs; keys apart, older copies deleted when their time is over."""
    premises = Premises()
    now = datetime.now(UTC)
    database = premises.database
    check_presence(database)  # before the keys: what is missing first is said first
    made = back_up(database, options.folder, premises.keys, now=now)
    gone = rotate(options.folder, now=now)
    print(f"data  {made.data}\nkeys  {made.keys}  (keep these two on different disks, and the secret key on neither)")
    if gone:
        print(f"{len(gone)} older files deleted")
    return 0


def put_back(options: argparse.Namespace) -> int:
    """Put a backup in the place of the database. Stop the guichet first."""
    premises = Premises()
    restore(Backup(data=options.data, keys=options.keys), premises.database, premises.keys)
    print(f"{premises.database} is restored. People who were erased since stay erased; nothing is sent again.")
    print(f"What it replaced is beside it (.before-restore) for {ASIDE_DAYS} days, or until somebody is erased.")
    return 0


def figures(options: argparse.Namespace) -> int:
    """Faceless counts of the last days; or what people answered together, small numbers hidden."""
    if options.what == "third-place":
        return _third_place(options)
    if options.csv or options.svg:
        raise SettingsError("--csv and --svg are of the enquiry: guichet figures third-place --csv FILE --svg FILE")
    if options.what == "voices":
        return _voices()

    async def work(store: KeptStore) -> None:
        totals: dict[tuple[str, str], int] = {}
        for _, figure, label, number in await store.figures(datetime.now(UTC) - timedelta(days=options.days)):
            totals[(figure, label)] = totals.get((figure, label), 0) + number
        for (figure, label), number in sorted(totals.items()):
            print(f"{figure}\t{label}\t{number if number >= SMALLEST_FIGURE else f'<{SMALLEST_FIGURE}'}")
        if not totals:
            print(f"Nothing was counted in the last {options.days} days.")

    _with_store(work)
    return 0


def _flow(premises: Premises, name: str) -> Flow:
    return _flow_in(Data(premises.places, premises.settings).guide(datetime.now(UTC).date()).book, name)


def _flow_in(book: FlowBook, name: str) -> Flow:
    """A flow that a command needs; one with an issue is left out, such as a queue that no team of config.yml has."""
    flow = book.flows.get(FlowId(name))
    if flow is None:
        raise SettingsError(
            f'The flow "{name}" cannot be used with these files and settings: see `guichet check`. '
            "Is config.yml in this folder?"
        )
    return flow


def draw(options: argparse.Namespace) -> int:
    """A flow at a glance, for whoever edits it."""
    flow = _flow(Premises(), options.flow)
    print(mermaid(flow) if options.mermaid else tree(flow), end="")
    return 0


def _third_place(options: argparse.Namespace) -> int:
    """The enquiry about a common place, for the City: printed, as a table, as a picture."""
    from bot.services import survey

    premises = Premises()
    flow = _flow(premises, "ess.third_place")

    async def work(store: KeptStore) -> None:
        found = survey.questions(flow, await store.submissions(flow.id))
        print("\n".join(survey.as_lines(found)) or f"Moins de {survey.SMALLEST} réponses : rien n’est montré.")
        if options.csv:
            options.csv.write_text(survey.as_csv(found), encoding="utf-8")
        if options.svg:
            options.svg.write_text(survey.as_svg(found, title=flow.title.text), encoding="utf-8")

    _with_store(work)
    return 0


def _voices() -> int:
    """What at least five people said alike, by the words that they share; never a sentence of anybody."""
    from bot.directory.words import read_words
    from bot.services.voices import ALIKE, voices

    premises = Premises()
    flow = _flow(premises, "voix.say")
    labels = {one.id: one.label.text for step in flow.steps.values() if isinstance(step.act, Ask)
              for one in step.act.choices}  # fmt: skip
    words, _ = read_words(premises.places.flows)

    async def work(store: KeptStore) -> None:
        shown = voices(await store.submissions(flow.id), words.content)
        for voice in shown:
            print(f"{voice.number}\t{labels.get(voice.kind, voice.kind)}\t{' '.join(voice.words)}")
        if not shown:
            print(f"Moins de {ALIKE} avis semblables : rien n’est montré.")

    _with_store(work)
    return 0


def catalogue(options: argparse.Namespace) -> int:
    """The public catalogue of initiatives: a page, a table and data, in a folder that any web server can show."""
    from bot.services import catalogue as pages

    premises = Premises()
    today = datetime.now(UTC).date()
    data = Data(premises.places, premises.settings)
    book = data.guide(today).book

    def say(name: str, **values: Value) -> str:
        return data.text_of(book.phrase(f"catalogue_{name}").having(**values), SOURCE)

    found = pages.initiatives(data.directory.published(), today)
    sources = _flow_in(book, "ess.procurement").sources
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, text in (
        (pages.PAGE_NAME, pages.as_page(found, sources=sources, say=say, today=today)),
        (pages.CSV_NAME, pages.as_csv(found)),
        (pages.JSON_NAME, pages.as_json(found, today=today)),
    ):
        (options.folder / name).write_text(text, encoding="utf-8", newline="")
    print(f"{len(found)} initiatives → {options.folder}")
    return 0


def review(_: argparse.Namespace) -> int:
    """Words that were not understood, without author or time, from five alike on."""

    async def work(store: KeptStore) -> None:
        shown = [(words, locale, number) for locale, words, number in await store.gaps() if number >= ALIKE]
        for words, locale, number in sorted(shown, key=lambda row: -row[2]):
            print(f"{number}\t{locale}\t{words}")
        if not shown:
            print(f"Nothing was said by {ALIKE} people alike that was not understood.")

    _with_store(work)
    return 0


def services(options: argparse.Namespace) -> int:
    """The directory as HSDS JSON and CSV; or somebody's JSON or CSV as files of `flows/directory/` to be read."""
    flows = Premises().places.flows
    directory = load_directory(flows)
    if options.what == "export":
        options.folder.mkdir(parents=True, exist_ok=True)
        page = to_hsds(directory.by_id.values(), directory.vocabulary)
        text = json.dumps(page, ensure_ascii=False, indent=1) + "\n"
        (options.folder / "services.json").write_text(text, encoding="utf-8")
        (options.folder / "services.csv").write_text(to_csv(directory.by_id.values()), encoding="utf-8-sig", newline="")
        print(f"{len(page['contents'])} services → {options.folder}")
        return 0
    if options.folder.resolve().is_relative_to(flows.resolve()):
        # A file of the same category would be replaced by what is new in it.
        raise SettingsError(
            f"{options.folder} is where the guichet reads: name another folder, read what is written there, and move it"
            f" into {flows}/directory/ by hand."
        )
    found = services_in(options.file)
    known = {one.id: one for one in exportable(directory.by_id.values())}
    news = [one for one in found if known.get(one.id) != one]
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, text in as_files(news).items():
        (options.folder / f"{name}.yml").write_text(text, encoding="utf-8")
    changed = sum(one.id in directory.by_id for one in news)
    print(f"{len(news) - changed} new, {changed} changed, {len(found) - len(news)} as here → {options.folder}")
    return 0


def confirmed(options: argparse.Namespace) -> int:
    """What advisers confirmed and the files do not tell yet; with `--write` their days go into the files."""
    from bot.services.checks import to_write

    premises = Premises()
    flows = premises.places.flows
    found = to_write(load_directory(flows), asyncio.run(premises.checks()))
    for thing, day in found:
        name = thing.id if isinstance(thing, Service) else thing.name
        print(f"{day}\t{thing.path}:{thing.line}\t{name}")
        if options.write:
            (confirm if isinstance(thing, Service) else confirm_fact)(flows, thing.path, name, day)
    if not found:
        print("The files tell everything that advisers confirmed.")
    elif options.write:
        print(f"{len(found)} days written.")
    return 0


def prepare(_: argparse.Namespace) -> int:
    """Read everything once: what is compiled on the way is kept in `var/` and found there by the next start."""
    premises = Premises()
    Data(premises.places, premises.settings).guide(datetime.now(UTC).date())
    return 0


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
    key, url = premises.places.keys / "guichet.key", premises.environment.database_url
    database = database_path(url)
    is_there = bool(premises.environment.secret_key) or key.exists() or (database is not None and database.exists())
    try:
        keys = load_keys(key, may_create=False, environment=premises.env) if is_there else None
        examine(url, keys)
    except UnusableStore as exc:
        yield str(exc)


def _faults_of_files(premises: Premises) -> Iterator[str]:
    key = premises.places.keys / "guichet.key"
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


def _check_presence(path: Path) -> None:
    """Refuse a database that is not there; who only knows the demonstration is told where that one is."""
    try:
        check_presence(path)
    except UnusableStore as exc:
        demonstration = database_path(DEMO_DATABASE)
        if path != database_path(DEFAULT_DATABASE) or demonstration is None or not demonstration.exists():
            raise
        raise UnusableStore(f"{exc} That of the demonstration: DATABASE_URL={DEMO_DATABASE}.") from None


def _with_store(work: Callable[[KeptStore], Awaitable[None]], premises: Premises | None = None) -> None:
    async def run() -> None:
        store = await (premises or Premises()).store()
        try:
            await work(store)
        finally:
            await store.close()

    asyncio.run(run())
