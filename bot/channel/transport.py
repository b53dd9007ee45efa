"""The Bot API's calls, with python-telegram-bot's errors, over `wire`.

The token is part of every address: nothing that leaves this module carries an address, a foreign exception or the text
of an answer.
"""

from __future__ import annotations

import mimetypes
import os
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

import orjson
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.wire import Broken, NeverWritten, Silent, Wire

#: Long, because a read that is given up leaves a message whose fate is unknown (B02).
READ_TIMEOUT_S: Final = 30.0
#: Above the 50 seconds that Telegram waits at most in a long poll.
POLL_TIMEOUT_S: Final = 60.0
#: Until the next try after a 429 that does not say how long to wait (`parameters` is optional in the Bot API).
UNSAID_WAIT_S: Final = 5

_JSON: Final = "application/json"

# PTB's own switch to have `RetryAfter.retry_after` as a timedelta, which it otherwise warns about at every access.
os.environ.setdefault("PTB_TIMEDELTA", "true")


class NeverSent(NetworkError):
    """No connection could be had: certainly nothing was asked."""


class Lost(NetworkError):
    """The connection broke after it was made: nobody knows how far the call came."""


class BadAnswer(NetworkError):
    """An answer came that is not one of the Bot API: nobody knows whether the call was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file that goes along in a call, from memory."""

    #: The parameter that takes it, such as `document`.
    field: str
    name: str
    content: bytes


class Transport:
    """Carries calls."""

    def __init__(self, token: str, api_url: str, *, read_timeout_s: float = READ_TIMEOUT_S, limit: int = 128) -> None:
        self._path = f"{urlsplit(api_url).path.rstrip('/')}/bot{token}/"
        self._read_timeout_s = read_timeout_s
        self._wire = Wire(api_url, limit=limit)

    async def close(self) -> None:
        """Close every connection."""
        await self._wire.close()

    async def call(self, method: str, payload: dict[str, Any], *, attached: Attached | None = None) -> Any:
        """Call a method and give its result back as it came.

        Raises the errors of `telegram.error`, with `NeverSent`, `Lost` and `BadAnswer` among the
        `NetworkError`s; a plain one is a 5xx that Telegram explained.
        """
        body, kind = (orjson.dumps(payload), _JSON) if attached is None else _form(payload, attached)
        code, answer = await self._ask(self._path + method, body, kind, self._read_timeout_s)
        if not 200 <= code < 300:
            self.refuse(code, answer)
        return self._result(answer)

    async def call_for_id(
        self, method: str, payload: dict[str, Any], name: str = "message_id", *, attached: Attached | None = None
    ) -> int:
        """As `call`; of the result only the id in this field, so that no other field has to be as documented today."""
        result = await self.call(method, payload, attached=attached)
        ident = result.get(name) if type(result) is dict else None
        if type(ident) is not int:
            raise BadAnswer(f"answer without {name}")
        return ident

    async def call_raw(self, method: str, payload: dict[str, Any], *, read_timeout_s: float) -> tuple[int, bytes]:
        """As `call`, but status and body as they came; only for those who read the body themselves."""
        return await self._ask(self._path + method, orjson.dumps(payload), _JSON, read_timeout_s)

    @staticmethod
    def refuse(code: int, body: bytes) -> NoReturn:
        """Raise what PTB would raise for this refusal, without quoting a body that is not the Bot API's."""
        try:
            answer = orjson.loads(body)
            text = str(answer["description"])
        except (orjson.JSONDecodeError, KeyError, TypeError):
            if code == HTTPStatus.UNAUTHORIZED:
                raise InvalidToken("Unauthorized") from None
            raise BadAnswer(f"status {code} without a description") from None
        parameters = answer.get("parameters")
        if isinstance(parameters, dict):
            if new := parameters.get("migrate_to_chat_id"):
                raise ChatMigrated(new)
            if isinstance(wait_s := parameters.get("retry_after"), int):
                raise RetryAfter(wait_s)
        if code == HTTPStatus.TOO_MANY_REQUESTS:
            raise RetryAfter(UNSAID_WAIT_S)
        raise _REFUSALS.get(code, NetworkError if code >= 500 else TelegramError)(text)

    @classmethod
    def _result(cls, body: bytes) -> Any:
        try:
            answer = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise BadAnswer("answer is not JSON") from None
        if type(answer) is not dict:
            raise BadAnswer("answer is not an object")
        if answer.get("ok") is False and type(code := answer.get("error_code")) is int:
            cls.refuse(code, body)  # something between us and Telegram says 200 to whatever is answered
        if "result" not in answer:
            raise BadAnswer("answer without result")
        return answer["result"]

    async def _ask(self, path: str, body: bytes, kind: str, wait_s: float) -> tuple[int, bytes]:
        try:
            return await self._wire.ask("POST", path, body, kind, timeout_s=wait_s)
        except NeverWritten as exc:
            raise NeverSent(str(exc)) from None
        except Silent as exc:
            raise TimedOut(str(exc)) from None
        except Broken as exc:
            raise Lost(str(exc)) from None


def _form(payload: dict[str, Any], file: Attached) -> tuple[bytes, str]:
    """A multipart body and its content type. Source: RFC 7578; what is no text is JSON (Bot API, "Making requests")."""
    boundary = secrets.token_hex(16)
    pieces = [
        _part(boundary, f'name="{name}"', value.encode() if isinstance(value, str) else orjson.dumps(value), None)
        for name, value in payload.items()
    ]
    mime = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    pieces.append(_part(boundary, f'name="{file.field}"; filename="{_quoted(file.name)}"', file.content, mime))
    return b"".join(pieces) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def _part(boundary: str, disposition: str, content: bytes, mime: str | None) -> bytes:
    head = f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n"
    if mime:
        head += f"Content-Type: {mime}\r\n"
    return head.encode() + b"\r\n" + content + b"\r\n"


def _quoted(file_name: str) -> str:
    return file_name.replace("\r", "").replace("\n", "").replace('"', "%22")


_REFUSALS: Final[dict[int, type[TelegramError]]] = {
    HTTPStatus.BAD_REQUEST: BadRequest,
    HTTPStatus.UNAUTHORIZED: InvalidToken,
    HTTPStatus.FORBIDDEN: Forbidden,
    HTTPStatus.NOT_FOUND: InvalidToken,  # Telegram's answer to a malformed token
    HTTPStatus.CONFLICT: Conflict,
}
