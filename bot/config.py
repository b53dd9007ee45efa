"""The settings: `config.yml` and the environment, read once and frozen. Secrets come from the environment only."""

from __future__ import annotations

import difflib
import logging
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit

import yaml

from bot.dotenv import read_dotenv
from bot.errors import SettingsError

log = logging.getLogger(__name__)

DEFAULT_DATABASE = "sqlite:///var/guichet.db"
#: What the demonstration tells itself is kept apart from real people.
DEMO_DATABASE = "sqlite:///var/demo.db"
DEFAULT_NLU = "http://127.0.0.1:5005"
TELEGRAM_API = "https://api.telegram.org"
#: The subjects that the flows of this guichet hand over: whoever names no team has one that answers them all.
QUEUES = ("accueil", "urgence", "besoins", "sejour", "cripel", "forem", "ess", "langue", "voix")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
#: The bot's id and its secret; `/test` leads to Telegram's test servers (core.telegram.org/bots/features).
_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+(?:/test)?")

#: Keys of earlier versions that nothing reads: a file that has them still serves.
_NO_LONGER = frozenset({"name", "timezone"})
#: Setting → the least and the most `config.yml` may say: what is beyond would erase at once, flood, or stand still.
BOUNDS: Mapping[str, tuple[float, float]] = {
    "nlu.timeout_s": (0.05, 10),
    # No limit at 0, for a server that is not Telegram.
    "telegram.chat_per_s": (0, 1_000_000),
    "telegram.chat_burst": (1, 1_000),
    "telegram.group_per_min": (0, 1_000_000),
    "telegram.global_per_s": (0, 1_000_000),
    # Bot API, getUpdates; without waiting it would be asked without end.
    "telegram.poll_timeout_s": (1, 50),
    "flood.texts_per_min": (0, 1_000),
    "flood.answer_every_s": (1, 60),
    "retention.person": (1, 3_650),
    "retention.session": (1, 3_650),
    "retention.case": (1, 3_650),
    # Telegram keeps an update for a day and may send it again until then (Bot API, "Getting updates").
    "retention.inbox_ids": (1, 3_650),
    "retention.audit": (1, 3_650),
    "handoff.waiting_min_each": (1, 1_440),
    "handoff.slow_after_min": (1, 10_080),
    "handoff.idle_release_min": (1, 10_080),
    "handoff.topic_kept_days": (0, 3_650),
}


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
class FloodSettings:
    """From when on the texts of one person are answered together (reliability.md, A28)."""

    #: 0: never.
    texts_per_min: int = 20
    answer_every_s: float = 10.0


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
    #: `full`; `notify` (decision 11) is refused until the console can take conversations.
    relay: str = "full"
    #: OSM opening_hours.
    hours: str = "Mo-Fr 09:00-17:00; PH off"
    queues: tuple[str, ...] = ("accueil",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`config.yml`, checked."""

    languages: LanguageSettings = LanguageSettings()
    nlu: NluSettings = NluSettings()
    telegram: TelegramSettings = TelegramSettings()
    flood: FloodSettings = FloodSettings()
    retention: RetentionSettings = RetentionSettings()
    handoff: HandoffSettings = HandoffSettings()
    teams: Mapping[str, TeamSettings] = field(
        default_factory=lambda: {"accueil": TeamSettings(title="Accueil", queues=QUEUES)}
    )


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
    #: Names this process among several on one PostgreSQL server; empty: the host's name does.
    replica: str = ""
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
    wrong: list[str] = []
    try:
        text = path.read_text(encoding="utf-8")
        raw = yaml.safe_load(text) or {}
        file = _File(path, _lines(yaml.compose(text, Loader=yaml.SafeLoader), str(path), wrong))
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        line = "" if mark is None else f":{mark.line + 1}"
        problem = getattr(exc, "problem", None) or str(exc).partition("\n")[0]
        raise SettingsError(f"{path}{line}: cannot be read as YAML: {problem}.") from exc
    except UnicodeDecodeError as exc:
        at = exc.object.count(b"\n", 0, exc.start) + 1
        raise SettingsError(f"{path}:{at}: is not UTF-8 text: save it again as UTF-8.") from exc
    except OSError as exc:
        raise SettingsError(f"{path} cannot be read: {exc.strerror}.") from exc
    settings = _read(Settings, raw, file, "", wrong)
    if wrong:
        raise SettingsError("\n".join(wrong))
    assert isinstance(settings, Settings)
    _check(settings, file)
    return settings


def read_environment(env: Mapping[str, str], settings: Settings) -> Environment:
    """Read the public variables. Raises SettingsError with one sentence on the first that cannot be used."""
    chats: dict[str, int] = {}
    for team, of_team in settings.teams.items():
        if value := env.get(of_team.chat, "").strip():
            chats[team] = _group_id(of_team.chat, value)
    return Environment(
        telegram_token=_token(env.get("TELEGRAM_BOT_TOKEN", "").strip()),
        telegram_api_url=_address("TELEGRAM_API_URL", env.get("TELEGRAM_API_URL", "").strip() or TELEGRAM_API).rstrip(
            "/"
        ),
        adviser_ids=_adviser_ids(env.get("GUICHET_ADVISER_IDS", "")),
        webhook_url=_address("TELEGRAM_WEBHOOK_URL", env.get("TELEGRAM_WEBHOOK_URL", "").strip()) or None,
        webhook_secret=_webhook_secret(env.get("TELEGRAM_WEBHOOK_SECRET", "").strip()),
        database_url=_database(env.get("DATABASE_URL", "").strip()) or DEFAULT_DATABASE,
        nlu_url=_address("NLU_URL", env.get("NLU_URL", "").strip(), DEFAULT_NLU).rstrip("/"),
        nlu_token=env.get("NLU_TOKEN", "").strip() or None,
        secret_key=env.get("GUICHET_SECRET_KEY", "").strip() or None,
        config=Path(env.get("GUICHET_CONFIG", "").strip() or "config.yml"),
        replica=env.get("GUICHET_REPLICA", "").strip(),
        port=port_in("GUICHET_PORT", env.get("GUICHET_PORT", "").strip() or "8080"),
        team_chats=chats,
    )


def environment_with_dotenv(path: Path = Path(".env")) -> dict[str, str]:
    """The process environment over what `.env` sets, if there is one. Raises SettingsError."""
    return {**read_dotenv(path), **os.environ}


def port_in(name: str, value: str) -> int:
    """The port this variable says; 0 for any that is free. Raises SettingsError."""
    if value.isdecimal() and int(value) <= 65_535:
        return int(value)
    raise SettingsError(f"{name} must be a port, 0 to 65535, not {value!r}.")


def log_level(env: Mapping[str, str]) -> str:
    """From which level on events are logged. Raises SettingsError."""
    level = env.get("GUICHET_LOG_LEVEL", "").strip().upper() or "INFO"
    if level not in LOG_LEVELS:
        raise SettingsError(f"GUICHET_LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}, not {level!r}.")
    return level


def _address(name: str, value: str, otherwise: str = "") -> str:
    if not value:
        return otherwise
    # Never quoted: it may hold a password. What `urlsplit` or IDNA cannot read raises a ValueError.
    try:
        address = urlsplit(value)
        (address.hostname or "").encode("idna")
        is_usable = address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0
    except ValueError:
        is_usable = False
    if not is_usable or not value.isascii() or not value.isprintable() or " " in value:
        raise SettingsError(f"{name} is no address of a server: write https://name or http://name:port.")
    return value


def _database(value: str) -> str:
    # Each connection to memory would have a database of its own, and nothing would survive the process.
    if value in ("sqlite:///", "sqlite:///:memory:"):
        raise SettingsError(f"DATABASE_URL must name a file, such as {DEFAULT_DATABASE}, not {value}.")
    return value


def _token(value: str) -> str | None:
    # Never quoted: it is a secret. With any other letter no address can be made of it, so nobody would refuse it.
    if value and not _TOKEN.fullmatch(value):
        raise SettingsError(
            "TELEGRAM_BOT_TOKEN is not a token (a number, a colon, then letters, digits, - and _): "
            "copy it again from BotFather."
        )
    return value or None


def _webhook_secret(value: str) -> str | None:
    # Bot API, setWebhook, `secret_token`. Telegram would refuse the webhook again and again.
    if value and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value):
        raise SettingsError("TELEGRAM_WEBHOOK_SECRET may hold A-Z, a-z, 0-9, _ and - only, 256 at most.")
    return value or None


def _adviser_ids(value: str) -> tuple[int, ...]:
    ids = [part.strip() for part in value.split(",") if part.strip()]
    if not all(_is_id(one) for one in ids):
        # A group's id, which is negative, would let nobody answer.
        raise SettingsError(
            f"GUICHET_ADVISER_IDS must be ids of people with commas between them, such as 111111,222222, not {value!r}."
        )
    return tuple(map(int, ids))


def _group_id(name: str, value: str) -> int:
    if not value.startswith("-") or not _is_id(value[1:]):
        raise SettingsError(f"{name} must be the id of a group, such as -1001234567890, not {value!r}.")
    return int(value)


def _is_id(digits: str) -> bool:
    """Bot API, `Chat` and `User`: at most 52 significant bits; a group's have a minus before them."""
    return digits.isascii() and digits.isdecimal() and 0 < int(digits[:20]) < 2**52


@dataclass(frozen=True, slots=True)
class _File:
    """The settings file: says where in it a setting stands."""

    path: Path
    #: Dotted name of a setting → its line.
    lines: Mapping[str, int]

    def at(self, where: str) -> str:
        """`path:line` of a setting, or of the nearest one around it."""
        while where and where not in self.lines:
            where = where.rpartition(".")[0]
        return f"{self.path}:{self.lines.get(where, 1)}"


def _lines(node: yaml.Node | None, path: str, wrong: list[str], at: str = "") -> dict[str, int]:
    """The line of every setting. One that stands twice is wrong: the last would win without a word."""
    found: dict[str, int] = {}
    if not isinstance(node, yaml.MappingNode):
        return found
    for key, value in node.value:
        where, line = f"{at}.{key.value}".lstrip("."), key.start_mark.line + 1
        if where in found:
            wrong.append(f'{path}:{line}: "{where}" is written twice (first on line {found[where]}). Keep one.')
        found.setdefault(where, line)
        found |= _lines(value, path, wrong, where)
    return found


def _check(settings: Settings, file: _File) -> None:
    for name, team in settings.teams.items():
        where = file.at(f"teams.{name}.relay")
        if team.relay not in ("full", "notify"):
            raise SettingsError(f'{where}: teams.{name}.relay is "{team.relay}"; it must be "full".')
        if team.relay == "notify":
            # People would be promised an answer that nobody can give: only the topic takes conversations today.
            raise SettingsError(
                f'{where}: teams.{name}.relay is "notify": its conversations would run in the console, which cannot'
                ' take any yet. Nobody could answer; use "full".'
            )
    if not 0 <= settings.nlu.offer_from <= settings.nlu.sure_from <= 1:
        where = file.at("nlu.offer_from")
        raise SettingsError(f"{where}: nlu.offer_from and nlu.sure_from must be 0–1, the first not above the second.")
    for name, team in settings.teams.items():
        if not _is_opening_hours(team.hours):
            raise SettingsError(
                f'{file.at(f"teams.{name}.hours")}: teams.{name}.hours is "{team.hours}"; it must be OSM opening_hours,'
                f' such as "{TeamSettings().hours}".'
            )


def _is_opening_hours(expression: str) -> bool:
    # Imported here: whoever only needs an address need not load it.
    from opening_hours import validate

    return bool(expression.strip()) and bool(validate(expression))


def _read(kind: type[Any], raw: object, file: _File, at: str, wrong: list[str]) -> Any:
    if not isinstance(raw, dict):
        wrong.append(f"{file.at(at)}: {at or 'the file'} must hold settings, one `name: value` a line, not {raw!r}.")
        return kind()
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for key, value in raw.items():
        where = f"{at}.{key}".lstrip(".")
        if where in _NO_LONGER:
            log.warning("settings.no_longer key=%s", where)
            continue
        if key not in hints:
            near = difflib.get_close_matches(str(key), list(hints), n=1)
            hint = f' Did you mean "{near[0]}"?' if near else f" Known here: {', '.join(sorted(hints))}."
            wrong.append(f'{file.at(where)}: "{where}" is not a setting.{hint}')
            continue
        values[key] = _value(hints[key], value, file, where, wrong)
    known = {one.name for one in fields(kind)}
    return kind(**{key: value for key, value in values.items() if key in known and value is not None})


def _value(hint: Any, value: object, file: _File, where: str, wrong: list[str]) -> Any:
    if is_dataclass(hint):
        assert isinstance(hint, type)
        return _read(hint, value, file, where, wrong)
    if hint is str and isinstance(value, str):
        return value
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return _bounded(float(value), file, where, wrong)
    if hint is int and isinstance(value, int) and not isinstance(value, bool):
        return _bounded(value, file, where, wrong)
    if hint == tuple[str, ...] and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    if hint == Mapping[str, TeamSettings] and isinstance(value, dict):
        return {str(name): _read(TeamSettings, one, file, f"{where}.{name}", wrong) for name, one in value.items()}
    wanted = {
        str: "text",
        float: "a number",
        int: "a whole number",
        Mapping[str, TeamSettings]: "a map from the name of each team to its settings",
    }.get(hint, "a list of texts, such as [one, two]")
    wrong.append(f'{file.at(where)}: "{where}" must be {wanted}, not {value!r}.')
    return None


def _bounded(value: float, file: _File, where: str, wrong: list[str]) -> float | None:
    least, most = BOUNDS.get(where, (-math.inf, math.inf))
    if least <= value <= most:
        return value
    bounds = f"from {least} to {most}" if where in BOUNDS else "a number that is written with digits"
    wrong.append(f'{file.at(where)}: "{where}" must be {bounds}, not {value}.')
    return None
