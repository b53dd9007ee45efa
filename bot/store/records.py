"""How the values of the core look in a row, and back. JSON inside sealed fields; instants as whole microseconds."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, get_args, get_type_hints

import orjson

from bot.core.ids import AdviserId, ChatId, HandoffId, Locale, NewcomerId, TeamName, Token
from bot.core.messages import Action, Rendered, RenderedButton
from bot.handoff.machine import Handoff, State
from bot.ports import AdviserRow, Delivery, LogLine, Verb

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: One day, in the unit of the rows.
DAY = 86_400_000_000


def micros(at: datetime) -> int:
    """Microseconds since 1970, exactly. Raises TypeError for an instant without a zone."""
    return (at - EPOCH) // _MICROSECOND


def instant(value: int) -> datetime:
    """The aware UTC instant of `micros`."""
    return EPOCH + timedelta(microseconds=value)


def micros_or_none(at: datetime | None) -> int | None:
    return None if at is None else micros(at)


def instant_or_none(value: int | None) -> datetime | None:
    return None if value is None else instant(value)


def day_of(at: datetime) -> int:
    """Whole days since 1970: as exact as a retention needs, and no more."""
    return micros(at) // DAY


def dumps(value: object) -> bytes:
    """JSON. Half a character, which a broken client can send, becomes a question mark (H05)."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


# --- actions ---------------------------------------------------------------------------------------------------------

_ACTIONS: dict[str, type] = {kind.__name__: kind for kind in get_args(Action)}
_FIELDS: dict[type, tuple[str, ...]] = {kind: tuple(field.name for field in fields(kind)) for kind in _ACTIONS.values()}
_ENUMS: dict[type, dict[str, type[Enum]]] = {
    kind: {
        name: hint for name, hint in get_type_hints(kind).items() if isinstance(hint, type) and issubclass(hint, Enum)
    }
    for kind in _ACTIONS.values()
}


def action_out(action: Action | str) -> list[Any]:
    """`["Choose", {...}]` for a newcomer's action, `["", move]` for an adviser's button."""
    if isinstance(action, str):
        return ["", str(action)]
    kind = type(action)
    return [kind.__name__, {name: getattr(action, name) for name in _FIELDS[kind]}]


def action_in(raw: list[Any]) -> Action | str:
    """The action that `action_out` wrote."""
    name, given = raw
    if not name:
        return str(given)
    kind = _ACTIONS[name]
    enums = _ENUMS[kind]
    values = {field: enums[field](value) if field in enums else value for field, value in given.items()}
    action: Action = kind(**values)
    return action


# --- deliveries ------------------------------------------------------------------------------------------------------

#: Fields of a delivery that need a form of their own; every other one is a number, a text or a truth.
_FORMED = ("verb", "rendered", "file_bytes")
_PLAIN = tuple((field.name, field.default) for field in fields(Delivery) if field.name not in _FORMED)


def delivery_out(delivery: Delivery) -> bytes:
    """A delivery as it waits, text frozen (B18). What is as by default is left out: most are a text and buttons."""
    raw: dict[str, Any] = {"verb": delivery.verb}
    for name, default in _PLAIN:
        value = getattr(delivery, name)
        if value != default:
            raw[name] = value
    if delivery.rendered is not None:
        raw["rendered"] = _rendered_out(delivery.rendered)
    if delivery.file_bytes is not None:
        raw["file_bytes"] = b64encode(delivery.file_bytes).decode()
    return dumps(raw)


def delivery_in(body: bytes) -> Delivery:
    """The delivery that `delivery_out` wrote."""
    raw = orjson.loads(body)
    raw["verb"] = Verb(raw["verb"])
    if "rendered" in raw:
        raw["rendered"] = _rendered_in(raw["rendered"])
    if "file_bytes" in raw:
        raw["file_bytes"] = b64decode(raw["file_bytes"])
    return Delivery(**raw)


def _rendered_out(rendered: Rendered) -> list[Any]:
    return [
        rendered.text,
        [[[button.text, button.token, button.url] for button in row] for row in rendered.buttons],
        rendered.bold,
    ]


def _rendered_in(raw: list[Any]) -> Rendered:
    text, rows, bold = raw
    return Rendered(
        text=text,
        buttons=tuple(
            tuple(
                RenderedButton(text=t, token=None if token is None else Token(token), url=url) for t, token, url in row
            )
            for row in rows
        ),
        bold=tuple((offset, length) for offset, length in bold),
    )


# --- handoffs --------------------------------------------------------------------------------------------------------


def handoff_out(handoff: Handoff) -> bytes:
    """What speaks of the person or of the subject; the rest has columns of its own."""
    return dumps(
        {
            "code": handoff.code,
            "locale": handoff.locale,
            "queue": handoff.queue,
            "summary": handoff.summary,
            "adviser": handoff.adviser,
            "claimed_at": micros_or_none(handoff.claimed_at),
        }
    )


#: The columns that `handoff_in` expects, in this order.
HANDOFF_COLUMNS = "id, newcomer, team, chat, thread, card_message, state, version, opened_at, ended_at"


def handoff_in(row: Any, body: bytes) -> Handoff:
    """A handoff of its columns and its opened body."""
    raw = orjson.loads(body)
    ident, newcomer, team, chat, thread, card_message, state, version, opened_at, ended_at = row[:10]
    return Handoff(
        id=HandoffId(ident),
        code=raw["code"],
        newcomer=NewcomerId(newcomer),
        team=TeamName(team),
        chat=None if chat is None else ChatId(chat),
        state=State(state),
        version=version,
        locale=Locale(raw["locale"]),
        queue=raw["queue"],
        summary=tuple(raw["summary"]),
        adviser=None if raw["adviser"] is None else AdviserId(raw["adviser"]),
        thread=thread,
        card_message=card_message,
        opened_at=instant(opened_at),
        claimed_at=instant_or_none(raw["claimed_at"]),
        ended_at=instant_or_none(ended_at),
    )


def line_out(line: LogLine) -> bytes:
    return dumps([line.author, line.text])


def line_author(body: bytes) -> str:
    return str(orjson.loads(body)[0])


def line_in(
    handoff: HandoffId, body: bytes, at: int, newcomer_message: int | None, topic_message: int | None
) -> LogLine:
    author, text = orjson.loads(body)
    return LogLine(
        handoff=handoff,
        author=author,
        text=text,
        at=instant(at),
        newcomer_message=newcomer_message,
        topic_message=topic_message,
    )


# --- advisers --------------------------------------------------------------------------------------------------------


def adviser_out(adviser: AdviserRow) -> bytes:
    return dumps([adviser.account, adviser.name, adviser.teams, adviser.languages])


def adviser_in(ident: str, body: bytes, is_active: int) -> AdviserRow:
    account, name, teams, languages = orjson.loads(body)
    return AdviserRow(
        id=AdviserId(ident),
        account=account,
        name=name,
        teams=tuple(TeamName(team) for team in teams),
        languages=tuple(Locale(locale) for locale in languages),
        is_active=bool(is_active),
    )


def plain(value: object) -> Any:
    """A value as JSON would show it, for `/mesdonnees`."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return value
