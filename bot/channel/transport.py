"""The Bot API's calls: python-telegram-bot's request interface and its errors, over `wire`.

The token is part of every address: nothing that leaves this module carries an address, a foreign exception or the text
of an answer.
"""

from __future__ import annotations

import os
import secrets
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
from telegram.request import BaseRequest, RequestData

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


class Transport(BaseRequest):
    """Carries calls. Used both by PTB's `Bot` and directly, through `call`."""

    def __init__(self, token: str, api_url: str, *, read_timeout_s: float = READ_TIMEOUT_S, limit: int = 128) -> None:
        self._path = f"{urlsplit(api_url).path.rstrip('/')}/bot{token}/"
        self._read_timeout_s = read_timeout_s
        self._wire = Wire(api_url, limit=limit)

    @property
    def read_timeout(self) -> float:
        """Seconds without a byte of answer after which a call is given up."""
        return self._read_timeout_s

    async def initialize(self) -> None:
        """Nothing to open: connections are made when they are needed."""

    async def shutdown(self) -> None:
        """Close every connection."""
        await self._wire.close()

    async def call(self, method: str, payload: dict[str, Any], *, read_timeout_s: float | None = None) -> Any:
        """Call a method with a JSON body and give its result back unparsed by PTB.

        Raises the errors of `telegram.error`, with `NeverSent`, `Lost` and `BadAnswer` among the
        `NetworkError`s; a plain one is a 5xx that Telegram explained.
        """
        code, body = await self.call_raw(method, payload, read_timeout_s=read_timeout_s)
        if not 200 <= code < 300:
            self.refuse(code, body)
        return self.parse_json_payload(body)["result"]

    async def call_raw(
        self, method: str, payload: dict[str, Any], *, read_timeout_s: float | None = None
    ) -> tuple[int, bytes]:
        """As `call`, but status and body as they came; only for those who read the body themselves."""
        wait_s = self._read_timeout_s if read_timeout_s is None else read_timeout_s
        return await self._ask("POST", self._path + method, orjson.dumps(payload), _JSON, wait_s)

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

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """PTB's door: one exchange, errors of the network as `NetworkError`, refusals as `call` raises them.

        PTB reads a status without looking at who says it: the 403 of a proxy would be a person who blocked the bot.
        """
        wait_s = read_timeout if isinstance(read_timeout, int | float) else self._read_timeout_s
        address = urlsplit(url)
        path = f"{address.path}?{address.query}" if address.query else address.path
        if request_data is None:
            body, kind = b"", _JSON
        elif request_data.contains_files:
            body, kind = _form(request_data)
        else:
            body, kind = orjson.dumps(request_data.parameters), _JSON
        code, answer = await self._ask(method, path, body, kind, wait_s)
        if not 200 <= code < 300:
            self.refuse(code, answer)
        return code, answer

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer. PTB's own version logs what it cannot read, and that may be what somebody wrote."""
        try:
            answer = orjson.loads(payload)
        except orjson.JSONDecodeError:
            raise BadAnswer("answer is not JSON") from None
        if not isinstance(answer, dict):
            raise BadAnswer("answer is not an object")
        if answer.get("ok") and "result" not in answer:
            raise BadAnswer("answer without result")
        return answer

    async def _ask(self, verb: str, path: str, body: bytes, kind: str, wait_s: float) -> tuple[int, bytes]:
        try:
            return await self._wire.ask(verb, path, body, kind, timeout_s=wait_s)
        except NeverWritten as exc:
            raise NeverSent(str(exc)) from None
        except Silent as exc:
            raise TimedOut(str(exc)) from None
        except Broken as exc:
            raise Lost(str(exc)) from None


def _form(request_data: RequestData) -> tuple[bytes, str]:
    """A multipart body and its content type. Source: RFC 7578."""
    boundary = secrets.token_hex(16)
    pieces: list[bytes] = []
    for name, value in request_data.json_parameters.items():
        pieces.append(_part(boundary, f'name="{name}"', value.encode(), None))
    for name, (file_name, content, mime) in request_data.multipart_data.items():
        data = content if isinstance(content, bytes) else content.read()
        pieces.append(_part(boundary, f'name="{name}"; filename="{_quoted(file_name)}"', data, mime))
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
