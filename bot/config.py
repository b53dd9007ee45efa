"""The settings: `config.yml` and the environment, read once and frozen. Secrets come from the environment only."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import yaml

from bot.errors import SettingsError

DEFAULT_DATABASE = "sqlite:///var/guichet.db"
DEFAULT_NLU = "http://127.0.0.1:5005"
TELEGRAM_API = "https://api.telegram.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageSettings:
    """Languages shown first in the picker."""

    first: tuple[str, ...] = ("fr", "en", "ar")


@dataclass(frozen=True, slots=True, kw_only=True)
class NluSettings:
    """How far the NLU is trusted. Confidences are 0–1."""

    timeout_s: float = 0.8
    sure_from: float = 0.55
    offer_from: float = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramSettings:
    """The pace. Source of the defaults: Telegram's Bots FAQ, "My bot is hitting limits"."""

    chat_per_s: float = 1.0
    chat_burst: int = 4
    group_per_min: float = 20
    global_per_s: float = 30
    poll_timeout_s: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSettings:
    """Days until each kind of data is erased (reliability.md part 4, section 2)."""

    person: int = 90
    session: int = 30
    case: int = 30
    inbox_ids: int = 8
    audit: int = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffSettings:
    """Times of the handover, in minutes and days."""

    waiting_min_each: int = 10
    slow_after_min: int = 30
    idle_release_min: int = 240
    topic_kept_days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamSettings:
    """One team of advisers with its forum group."""

    title: str = ""
    #: Name of the environment variable with the group's id.
    chat: str = "TELEGRAM_ADVISER_CHAT_ID"
    #: `full` or `notify` (decision 11).
    relay: str = "full"
    #: OSM opening_hours.
    hours: str = "Mo-Fr 09:00-17:00; PH off"
    queues: tuple[str, ...] = ("accueil",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`config.yml`, checked."""

    name: str = "Guichet unique"
    timezone: str = "Europe/Brussels"
    languages: LanguageSettings = LanguageSettings()
    nlu: NluSettings = NluSettings()
    telegram: TelegramSettings = TelegramSettings()
    retention: RetentionSettings = RetentionSettings()
    handoff: HandoffSettings = HandoffSettings()
    teams: Mapping[str, TeamSettings] = field(default_factory=lambda: {"accueil": TeamSettings(title="Accueil")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What the environment says: the public contract of product.md, "Running it"."""

    telegram_token: str | None = field(default=None, repr=False)
    telegram_api_url: str = TELEGRAM_API
    adviser_ids: tuple[int, ...] = ()
    webhook_url: str | None = None
    webhook_secret: str | None = field(default=None, repr=False)
    database_url: str = field(default=DEFAULT_DATABASE, repr=False)
    nlu_url: str = DEFAULT_NLU
    nlu_token: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    config: Path = Path("config.yml")
    port: int = 8080
    #: Team name → group id, from the variables that config.yml names.
    team_chats: Mapping[str, int] = field(default_factory=dict)


def settings_file(env: Mapping[str, str]) -> Path:
    """The settings file. Raises SettingsError when one is named that is not there: a slip must not mean defaults."""
    named = env.get("GUICHET_CONFIG", "").strip()
    if named and not Path(named).is_file():
        raise SettingsError(f"GUICHET_CONFIG names {named}, which is not there: correct it, or leave it out.")
    return Path(named or "config.yml")


def read_settings(path: Path) -> Settings:
    """Read the settings file; without one the defaults hold. Raises SettingsError that lists everything wrong."""
    if not path.exists():
        return Settings()
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as exc:
        raise SettingsError(f"{path}: cannot be read as YAML: {exc}") from exc
    wrong: list[str] = []
    settings = _read(Settings, raw, str(path), "", wrong)
    if wrong:
        raise SettingsError("\n".join(wrong))
    assert isinstance(settings, Settings)
    _check(settings, str(path))
    return settings


def read_environment(env: Mapping[str, str], settings: Settings) -> Environment:
    """Read the public variables. Raises SettingsError with one sentence on the first that cannot be used."""
    chats: dict[str, int] = {}
    for team, of_team in settings.teams.items():
        if value := env.get(of_team.chat, "").strip():
            chats[team] = _integer(of_team.chat, value)
    return Environment(
        telegram_token=env.get("TELEGRAM_BOT_TOKEN", "").strip() or None,
        telegram_api_url=(env.get("TELEGRAM_API_URL", "").strip() or TELEGRAM_API).rstrip("/"),
        adviser_ids=tuple(
            _integer("GUICHET_ADVISER_IDS", part.strip())
            for part in env.get("GUICHET_ADVISER_IDS", "").split(",")
            if part.strip()
        ),
        webhook_url=env.get("TELEGRAM_WEBHOOK_URL", "").strip() or None,
        webhook_secret=env.get("TELEGRAM_WEBHOOK_SECRET", "").strip() or None,
        database_url=env.get("DATABASE_URL", "").strip() or DEFAULT_DATABASE,
        nlu_url=(env.get("NLU_URL", "").strip() or DEFAULT_NLU).rstrip("/"),
        nlu_token=env.get("NLU_TOKEN", "").strip() or None,
        secret_key=env.get("GUICHET_SECRET_KEY", "").strip() or None,
        config=Path(env.get("GUICHET_CONFIG", "").strip() or "config.yml"),
        port=_integer("GUICHET_PORT", env.get("GUICHET_PORT", "").strip() or "8080"),
        team_chats=chats,
    )


def environment_with_dotenv(path: Path = Path(".env")) -> dict[str, str]:
    """The process environment over the lines `NAME=value` of `.env`, if there is one."""
    found: dict[str, str] = {}
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            name, equals, value = line.partition("=")
            if equals and not name.lstrip().startswith("#"):
                found[name.strip().removeprefix("export ").strip()] = value.strip().strip("\"'")
    return {**found, **os.environ}


def _integer(name: str, value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise SettingsError(f"{name} must be a whole number, not {value!r}.") from None


def _check(settings: Settings, path: str) -> None:
    for name, team in settings.teams.items():
        if team.relay not in ("full", "notify"):
            raise SettingsError(f'{path}: teams.{name}.relay is "{team.relay}"; it must be "full" or "notify".')
    if not 0 <= settings.nlu.offer_from <= settings.nlu.sure_from <= 1:
        raise SettingsError(f"{path}: nlu.offer_from and nlu.sure_from must be 0–1, the first not above the second.")


def _read(kind: type[Any], raw: object, path: str, at: str, wrong: list[str]) -> Any:
    if not isinstance(raw, dict):
        wrong.append(f"{path}: {at or 'the file'} must be a list of settings, not {raw!r}.")
        return kind()
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for key, value in raw.items():
        where = f"{at}.{key}".lstrip(".")
        if key not in hints:
            near = difflib.get_close_matches(str(key), list(hints), n=1)
            hint = f' Did you mean "{near[0]}"?' if near else f" Known here: {', '.join(sorted(hints))}."
            wrong.append(f'{path}: "{where}" is not a setting.{hint}')
            continue
        values[key] = _value(hints[key], value, path, where, wrong)
    known = {one.name for one in fields(kind)}
    return kind(**{key: value for key, value in values.items() if key in known and value is not None})


def _value(hint: Any, value: object, path: str, where: str, wrong: list[str]) -> Any:
    if is_dataclass(hint):
        assert isinstance(hint, type)
        return _read(hint, value, path, where, wrong)
    if hint is str and isinstance(value, str):
        return value
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if hint is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if hint == tuple[str, ...] and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    if hint == Mapping[str, TeamSettings] and isinstance(value, dict):
        return {str(name): _read(TeamSettings, one, path, f"{where}.{name}", wrong) for name, one in value.items()}
    wanted = {str: "text", float: "a number", int: "a whole number"}.get(hint, "a list of texts")
    wrong.append(f'{path}: "{where}" must be {wanted}, not {value!r}.')
    return None
