"""`guichet check`: every issue of flows, directory, facts, lexicon and settings, with file and line.

After them, what advisers said about the directory in Telegram and nobody has put into the files yet, and open requests
of teams that the settings no longer name.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from bot.cli.premises import Premises
from bot.config import environment_with_dotenv, read_settings, settings_file
from bot.core.ids import Locale
from bot.core.local_time import local_day
from bot.core.one_line import one_line
from bot.data import Data, Places
from bot.directory.facts import Fact
from bot.directory.lookup import Directory
from bot.directory.service import Service
from bot.errors import DataError, Language, SettingsError, StoreError, UnusableStore
from bot.flow.book import load
from bot.handoff.machine import Handoff
from bot.ports import CheckRow
from bot.services.checks import to_correct, to_write
from bot.store import KeptStore, database_path

#: Of each owner, so many of the oldest are named.
OLDEST = 3


def stale(directory: Directory, today: date, language: Language) -> Iterator[str]:
    """A line for each owner of services and facts that nobody vouches for any more; nothing critical."""
    for owner, things in sorted(directory.stale(today).items()):
        services = [thing for thing in things if isinstance(thing, Service)]
        facts = [thing for thing in things if isinstance(thing, Fact)]
        dated = sorted(
            (str(thing.checked_on or "-"), thing.id if isinstance(thing, Service) else thing.name) for thing in things
        )
        oldest = ", ".join(f"{name} ({day})" for day, name in dated[:OLDEST])
        if language == "fr":
            yield f"· à vérifier, {owner} : services {len(services)}, faits {len(facts)} ; d'abord {oldest}"
        else:
            yield f"· to check, {owner}: services {len(services)}, facts {len(facts)}; first {oldest}"


def reported(directory: Directory, rows: Sequence[CheckRow], language: Language) -> Iterator[str]:
    """What advisers said in Telegram that the files do not tell yet; nothing critical."""
    wrong, right = (
        ("à corriger, demandé le", "confirmé le") if language == "fr" else ("to correct, asked on", "confirmed on")
    )
    for thing, day in to_correct(directory, rows):
        yield f"· {_where(thing)} {wrong} {day}"
    found = to_write(directory, rows)
    for thing, day in found:
        yield f"· {_where(thing)} {right} {day}"
    if found:
        way = "pour mettre ces dates dans les fichiers" if language == "fr" else "puts these days into the files"
        yield f"· guichet confirmed --write: {way}"


def orphaned(handoffs: Sequence[Handoff], teams: Container[str], language: Language) -> Iterator[str]:
    """A line for each team that has open requests and is gone from the settings; another team answers them."""
    gone = Counter(handoff.team for handoff in handoffs if handoff.team not in teams)
    for team, number in sorted(gone.items()):
        if language == "fr":
            yield f"· l'équipe « {team} » n'est plus dans les réglages ; demandes ouvertes : {number}"
        else:
            yield f'· team "{team}" is no longer in the settings; open requests: {number}'


def _where(thing: Service | Fact) -> str:
    return f"{thing.path}:{thing.line}: {thing.id if isinstance(thing, Service) else thing.name}"


def _kept(english: bool) -> tuple[list[CheckRow], list[Handoff]]:
    """What the database holds; nothing when there is none yet, for to check files is not to make one."""
    premises = Premises()
    database = database_path(premises.environment.database_url)
    if database is not None and not database.exists():
        return [], []

    async def read(store: KeptStore) -> tuple[list[CheckRow], list[Handoff]]:
        return await store.checks(), await store.handoffs()

    try:
        return premises.with_store(read)
    except (StoreError, UnusableStore) as exc:
        print(f"· {'the database cannot be read' if english else 'la base ne peut pas être lue'}: {exc}")
        return [], []


def check(options: argparse.Namespace) -> int:
    """List every issue of the files in this folder."""
    return check_everything(settings_file(environment_with_dotenv()), english=options.english)


def check_everything(config: Path, *, english: bool) -> int:
    """Print all issues and a last line that counts them; 1 when one is critical, else 0."""
    language: Language = "en" if english else "fr"
    try:
        settings = read_settings(config)
    except SettingsError as exc:
        for line in exc.told.said(language).splitlines():
            print(f"✗ {one_line(line)}")
        return 1
    today = local_day(datetime.now(UTC))
    try:
        data = Data(Places(), settings, remembers=False, today=today)
    except DataError as exc:
        print(f"✗ {one_line(exc.told.said(language))}")
        return 1
    loaded = load(data.places.flows, data.known(today), data.translations())
    critical = 0
    # What keeps a flow from being served first, then what only asks for a look: one slip warns in many files.
    for found in sorted(loaded.issues, key=lambda one: not one.is_critical):
        critical += found.is_critical
        print(f"{'✗' if found.is_critical else '·'} {found.shown(language)}")
    for wrong in data.living.issues:
        critical += 1
        print(f"✗ {wrong.shown(language)}")
    for odd in data.lexicon.issues:
        critical += 1
        print(f"✗ {one_line(odd.said(language))}")
    for slip in data.words.issues:
        critical += 1
        print(f"✗ {slip.said(language)}")
    places = {f"{found.path}:{found.line}" for found in loaded.issues}
    # What the flows' own checks found in a catalogue is not said again.
    amiss = [one for one in data.catalogues.issues if ":".join(one.en.split(":", 2)[:2]) not in places]
    for one in (*data.not_offered(loaded.book), *amiss):
        critical += 1
        print(f"✗ {one_line(one.said(language))}")
    for tag in settings.languages.first:
        if Locale(tag) not in data.catalogues.languages:
            critical += 1
            print(f'✗ {config}:1: "languages.first" names "{tag}", which is no language of locales/languages.yml')
    for line in stale(data.directory, today, language):
        print(line)
    rows, handoffs = _kept(english)
    for line in (*reported(data.directory, rows, language), *orphaned(handoffs, settings.teams, language)):
        print(line)
    warnings = len(loaded.issues) - sum(found.is_critical for found in loaded.issues)
    services = len(data.directory.published())
    print(f"{len(loaded.flows)} flows, {services} services: {critical} critical, {warnings} warnings")
    return 1 if critical else 0
