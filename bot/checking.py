"""`guichet check`: every issue of flows, directory, facts, lexicon and settings, with file and line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from bot.bootstrap import Data, Places
from bot.config import read_settings
from bot.errors import SettingsError
from bot.flow.book import load


def check_everything(config: Path, *, english: bool) -> int:
    """Print all issues and a last line that counts them; 1 when one is critical, else 0."""
    language: Literal["fr", "en"] = "en" if english else "fr"
    try:
        settings = read_settings(config)
    except SettingsError as exc:
        print(exc)
        return 1
    data = Data(Places(), settings)
    loaded = load(data.places.flows, data.known(datetime.now(UTC).date()), data.translations())
    critical = 0
    for found in loaded.issues:
        critical += found.is_critical
        print(f"{'✗' if found.is_critical else '·'} {found.shown(language)}")
    for wrong in data.directory.issues:
        critical += 1
        print(f"✗ {wrong.shown(language)}")
    for odd in data.lexicon.issues:
        critical += 1
        print(f"✗ {odd}")
    warnings = len(loaded.issues) - sum(found.is_critical for found in loaded.issues)
    services = len(data.directory.published())
    print(f"{len(loaded.flows)} flows, {services} services: {critical} critical, {warnings} warnings")
    return 1 if critical else 0
