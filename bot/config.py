"""The settings: `config.yml` and the environment, read once and frozen. Secrets come from the environment only."""

from __future__ import annotations

import difflib
import logging
import math
import os
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit

from bot.dotenv import read_dotenv
from bot.errors import Language, SettingsError, Told
from bot.ordinary_file import bytes_of
from bot.strict_yaml import TRAPS, Items, Node, Table, Text, Trap, unreadable
from bot.strict_yaml import read as read_yaml

log = logging.getLogger(__name__)

DEFAULT_DATABASE = "sqlite:///var/guichet.db"
#: What the demonstration tells itself is kept apart from real people.
DEMO_DATABASE = "sqlite:///var/demo.db"
DEFAULT_NLU = "http://127.0.0.1:5005"
TELEGRAM_API = "https://api.telegram.org"
#: The subjects that the flows of this guichet hand over: whoever names no team has one that answers them all.
QUEUES = ("accueil", "urgence", "besoins", "sejour", "cripel", "forem", "ess", "langue", "voix")
#: The variables that have a fixed name; those of the teams' groups are named by the settings.
VARIABLES = frozenset(
    {
        "TELEGRAM_BOT_TOKEN", "TELEGRAM_API_URL", "TELEGRAM_WEBHOOK_URL", "TELEGRAM_WEBHOOK_SECRET", "DATABASE_URL",
        "NLU_URL", "NLU_TOKEN", "GUICHET_ADVISER_IDS", "GUICHET_SECRET_KEY", "GUICHET_CONFIG", "GUICHET_PORT",
        "GUICHET_REPLICA", "GUICHET_CHAT_PORT", "GUICHET_LOG_LEVEL",
    }
)  # fmt: skip
#: From this share of equal letters on a name is a slip of the pen for another.
_NEARLY = 0.86
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
#: The bot's id and its secret; `/test` leads to Telegram's test servers (core.telegram.org/bots/features).
_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+(?:/test)?")

#: A name that a shell gives to a variable.
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,18}(?:\.[0-9]*)?|\.[0-9]+)")
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
        raise SettingsError(
            f"GUICHET_CONFIG names {named}, which is not there: correct it, or leave it out.",
            f"GUICHET_CONFIG nomme {named}, qui n'existe pas. Corrigez-le, ou retirez cette ligne.",
        )
    return Path(named or "config.yml")


def read_settings(path: Path) -> Settings:
    """Read the settings file; without one the defaults hold. Raises SettingsError that lists everything wrong."""
    if not path.exists():
        return Settings()
    wrong: list[Told] = []
    try:
        # Editors of Windows begin a file with a mark and end its lines with two characters: neither says anything.
        source = bytes_of(path).removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    except OSError as exc:
        raise SettingsError.of([_said_of(path, unreadable(exc))]) from exc
    root, traps = read_yaml(source)
    wrong += [_said_of(path, trap) for trap in traps if trap.code != "empty-file"]
    file = _File(path, root)
    settings = Settings() if root is None else _read(Settings, root, file, "", wrong)
    assert isinstance(settings, Settings)
    if not wrong:
        wrong += _amiss(settings, file)
    if wrong:
        raise SettingsError.of(wrong)
    return settings


def _said_of(path: Path, trap: Trap) -> Told:
    said = TRAPS[trap.code]
    values = dict(trap.values)
    return Told(said["en"].format_map(values), said["fr"].format_map(values)).after(f"{path}:{trap.line}")


def read_environment(env: Mapping[str, str], settings: Settings) -> Environment:
    """Read the public variables. Raises SettingsError with one sentence on the first that cannot be used, and before
    it on each that has a misspelt name: it would not be set, without a word.
    """
    if misspelt := list(_misspelt(env, {*VARIABLES, *(team.chat for team in settings.teams.values())})):
        raise SettingsError.of(misspelt)
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


def _misspelt(env: Mapping[str, str], known: Set[str]) -> Iterator[Told]:
    """Variables that are nearly called like one of ours that is not set. What other programs are told stays theirs."""
    missing = [name for name in sorted(known) if not env.get(name, "").strip()]
    for name in sorted(env.keys() - known):
        near = difflib.get_close_matches(name.upper(), missing, n=1, cutoff=_NEARLY)
        if near and env[name].strip():
            yield Told(
                f'"{name}" is no variable of the guichet. Did you mean "{near[0]}"? Correct it in .env, or where it is'
                " set.",
                f"« {name} » n'est pas une variable du guichet. Vouliez-vous dire « {near[0]} » ? Corrigez le nom dans"
                " .env, ou là où il est donné.",
            )


def environment_with_dotenv(path: Path = Path(".env")) -> dict[str, str]:
    """The process environment over what `.env` sets, if there is one. Raises SettingsError."""
    return {**read_dotenv(path), **os.environ}


def port_in(name: str, value: str) -> int:
    """The port this variable says; 0 for any that is free. Raises SettingsError."""
    if value.isdecimal() and int(value) <= 65_535:
        return int(value)
    raise SettingsError(
        f"{name} must be a port, 0 to 65535, not {value!r}.",
        f"{name} attend un port, de 0 à 65535, et non « {value} ».",
    )


def log_level(env: Mapping[str, str]) -> str:
    """From which level on events are logged. Raises SettingsError."""
    level = env.get("GUICHET_LOG_LEVEL", "").strip().upper() or "INFO"
    if level not in LOG_LEVELS:
        raise SettingsError(
            f"GUICHET_LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}, not {level!r}.",
            f"GUICHET_LOG_LEVEL vaut l'un de {', '.join(LOG_LEVELS)}, et non « {level} ».",
        )
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
        raise SettingsError(
            f"{name} is no address of a server: write https://name or http://name:port.",
            f"{name} n'est pas l'adresse d'un serveur : écrivez https://nom ou http://nom:port.",
        )
    return value


def _database(value: str) -> str:
    # Each connection to memory would have a database of its own, and nothing would survive the process.
    if value in ("sqlite:///", "sqlite:///:memory:"):
        raise SettingsError(
            f"DATABASE_URL must name a file, such as {DEFAULT_DATABASE}, not {value}.",
            f"DATABASE_URL doit nommer un fichier, comme {DEFAULT_DATABASE}, et non {value}.",
        )
    return value


def _token(value: str) -> str | None:
    # Never quoted: it is a secret. With any other letter no address can be made of it, so nobody would refuse it.
    if value and not _TOKEN.fullmatch(value):
        raise SettingsError(
            "TELEGRAM_BOT_TOKEN is not a token (a number, a colon, then letters, digits, - and _): "
            "copy it again from BotFather.",
            "TELEGRAM_BOT_TOKEN n'est pas un jeton (un nombre, deux-points, puis des lettres, des chiffres, - et _) :"
            " recopiez-le de BotFather.",
        )
    return value or None


def _webhook_secret(value: str) -> str | None:
    # Bot API, setWebhook, `secret_token`. Telegram would refuse the webhook again and again.
    if value and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value):
        raise SettingsError(
            "TELEGRAM_WEBHOOK_SECRET may hold A-Z, a-z, 0-9, _ and - only, 256 at most.",
            "TELEGRAM_WEBHOOK_SECRET ne contient que A-Z, a-z, 0-9, _ et -, 256 signes au plus.",
        )
    return value or None


def _adviser_ids(value: str) -> tuple[int, ...]:
    ids = [part.strip() for part in value.split(",") if part.strip()]
    if not all(_is_id(one) for one in ids):
        # A group's id, which is negative, would let nobody answer.
        raise SettingsError(
            "GUICHET_ADVISER_IDS must be ids of people with commas between them, such as 111111,222222, not"
            f" {value!r}.",
            "GUICHET_ADVISER_IDS attend des numéros de personnes séparés par des virgules, comme 111111,222222, et non"
            f" « {value} ».",
        )
    return tuple(map(int, ids))


def _group_id(name: str, value: str) -> int:
    if not value.startswith("-") or not _is_id(value[1:]):
        raise SettingsError(
            f"{name} must be the id of a group, such as -1001234567890, not {value!r}.",
            f"{name} attend le numéro d'un groupe, comme -1001234567890, et non « {value} ».",
        )
    return int(value)


def _is_id(digits: str) -> bool:
    """Bot API, `Chat` and `User`: at most 52 significant bits; a group's have a minus before them."""
    return digits.isascii() and digits.isdecimal() and 0 < int(digits[:20]) < 2**52


@dataclass(frozen=True, slots=True)
class _File:
    """The settings file: says where in it a setting stands."""

    path: Path
    root: Node | None = None

    def at(self, where: str) -> str:
        """`path:line` of a setting, or of the nearest one around it."""
        line, node = 1, self.root
        for name in where.split("."):
            if not isinstance(node, Table) or name not in node.values:
                break
            line, node = node.lines[name], node.values[name]
        return f"{self.path}:{line}"


def _amiss(settings: Settings, file: _File) -> Iterator[Told]:
    """What is wrong with settings that each can be read."""
    answered: dict[str, str] = {}
    for name, team in settings.teams.items():
        yield from _amiss_in(name, team, file)
        for queue in dict.fromkeys(team.queues):
            if (first := answered.setdefault(queue, name)) != name:
                yield Told(
                    f'the queue "{queue}" is already answered by the team "{first}", which would get every request.'
                    " Leave it to one of them.",
                    f"la file « {queue} » a déjà l'équipe « {first} », qui recevrait toutes les demandes. Laissez-la à"
                    " une seule.",
                ).after(file.at(f"teams.{name}.queues"))
    if not 0 <= settings.nlu.offer_from <= settings.nlu.sure_from <= 1:
        yield Told(
            "nlu.offer_from and nlu.sure_from must be 0–1, the first not above the second.",
            "nlu.offer_from et nlu.sure_from vont de 0 à 1, le premier sans dépasser le second.",
        ).after(file.at("nlu.offer_from"))


def _amiss_in(name: str, team: TeamSettings, file: _File) -> Iterator[Told]:
    where = file.at(f"teams.{name}.relay")
    if team.relay == "notify":
        # People would be promised an answer that nobody can give: only the topic takes conversations today.
        yield Told(
            f'teams.{name}.relay is "notify": its conversations would run in the console, which cannot take any yet.'
            ' Nobody could answer; use "full".',
            f"teams.{name}.relay vaut « notify » : ses conversations iraient dans la console, qui n'en prend pas"
            " encore. Personne ne pourrait répondre ; écrivez « full ».",
        ).after(where)
    elif team.relay != "full":
        yield Told(
            f'teams.{name}.relay is "{team.relay}"; it must be "full".',
            f"teams.{name}.relay vaut « {team.relay} » ; écrivez « full ».",
        ).after(where)
    if not _VARIABLE.fullmatch(team.chat):
        # The id itself, most often: looked up as a name it would mean a team without a group, without a word.
        yield Told(
            f"teams.{name}.chat must be the name of a variable of .env, such as {TeamSettings().chat}, not"
            f' "{team.chat}": the id of the group stands there.',
            f"teams.{name}.chat attend le nom d'une variable de .env, comme {TeamSettings().chat}, et non"
            f" « {team.chat} » : le numéro du groupe se met là-bas.",
        ).after(file.at(f"teams.{name}.chat"))
    if not _is_opening_hours(team.hours):
        usual = TeamSettings().hours
        yield Told(
            f'teams.{name}.hours is "{team.hours}"; it must be OSM opening_hours, such as "{usual}".',
            f"teams.{name}.hours vaut « {team.hours} » ; écrivez des heures OSM opening_hours, comme « {usual} »"
            " (Mo lundi, Tu mardi, We mercredi, Th jeudi, Fr vendredi, Sa samedi, Su dimanche, PH jours fériés).",
        ).after(file.at(f"teams.{name}.hours"))


def _is_opening_hours(expression: str) -> bool:
    # Imported here: whoever only needs an address need not load it.
    from opening_hours import validate

    return bool(expression.strip()) and bool(validate(expression))


#: Kind of a setting → what it must be, in English and in French.
_WANTED: Mapping[Any, tuple[str, str]] = {
    str: ("text", "un texte"),
    float: ("a number, such as 0.8", "un nombre avec un point, comme 0.8"),
    int: ("a whole number", "un nombre entier"),
    Mapping[str, TeamSettings]: (
        "a map from the name of each team to its settings",
        "le nom de chaque équipe, puis ses réglages en retrait",
    ),
}


def _read(kind: type[Any], node: Node, file: _File, at: str, wrong: list[Told]) -> Any:
    if not isinstance(node, Table):
        wrong.append(
            Told(
                f"{at or 'the file'} must hold settings, one `name: value` a line, not {_shown(node, 'en')}.",
                f"{at or 'le fichier'} attend des réglages, un « nom: valeur » par ligne, et non {_shown(node, 'fr')}.",
            ).after(file.at(at))
        )
        return kind()
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for key, value in node.values.items():
        where = f"{at}.{key}".lstrip(".")
        if where in _NO_LONGER:
            log.warning("settings.no_longer key=%s", where)
            continue
        if key not in hints:
            wrong.append(_unknown(key, where, list(hints)).after(file.at(where)))
            continue
        values[key] = _value(hints[key], value, file, where, wrong)
    return kind(**{key: value for key, value in values.items() if value is not None})


def _unknown(key: str, where: str, known: list[str]) -> Told:
    near = difflib.get_close_matches(key, known, n=1)
    hint = (
        Told(f'Did you mean "{near[0]}"?', f"Vouliez-vous dire « {near[0]} » ?")
        if near
        else Told(f"Known here: {', '.join(sorted(known))}.", f"Il y a ici : {', '.join(sorted(known))}.")
    )
    return Told(f'"{where}" is not a setting. {hint.en}', f"« {where} » n'est pas un réglage. {hint.fr}")


def _value(hint: Any, node: Node, file: _File, where: str, wrong: list[Told]) -> Any:
    if is_dataclass(hint):
        assert isinstance(hint, type)
        return _read(hint, node, file, where, wrong)
    if hint == Mapping[str, TeamSettings] and isinstance(node, Table):
        return {name: _read(TeamSettings, one, file, f"{where}.{name}", wrong) for name, one in node.values.items()}
    if hint == tuple[str, ...] and isinstance(node, Items):
        texts = tuple(one.value for one in node.values if isinstance(one, Text))
        if len(texts) == len(node.values):
            return texts
    if isinstance(node, Text):
        if hint is str:
            return node.value
        if hint is float and _NUMBER.fullmatch(node.value):
            return _bounded(float(node.value), node.value, file, where, wrong)
        if hint is int and _WHOLE.fullmatch(node.value):
            return _bounded(int(node.value), node.value, file, where, wrong)
    en, fr = _WANTED.get(hint, ("a list of texts, such as [one, two]", "une liste de textes, comme [un, deux]"))
    wrong.append(
        Told(
            f'"{where}" must be {en}, not {_shown(node, "en")}.',
            f"« {where} » attend {fr}, et non {_shown(node, 'fr')}.",
        ).after(file.at(where))
    )
    return None


def _shown(node: Node, language: Language) -> str:
    """What stands in the place of a setting."""
    if isinstance(node, Text):
        if not node.value:
            return "nothing" if language == "en" else "rien"
        return f'"{node.value}"' if language == "en" else f"« {node.value} »"
    if isinstance(node, Items):
        return "a list" if language == "en" else "une liste"
    return "settings of its own" if language == "en" else "des réglages en retrait"


def _bounded(value: float, written: str, file: _File, where: str, wrong: list[Told]) -> float | None:
    least, most = BOUNDS.get(where, (-math.inf, math.inf))
    if least <= value <= most:
        return value
    wrong.append(
        Told(
            f'"{where}" must be from {least} to {most}, not {written}.',
            f"« {where} » va de {least} à {most}, et non {written}.",
        ).after(file.at(where))
    )
    return None
