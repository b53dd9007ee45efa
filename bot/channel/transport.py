"""HTTP to the Bot API: python-telegram-bot's request interface over aiohttp (decision 5).

The token is part of every address, and addresses are part of most exceptions of an HTTP library: nothing that leaves
this module carries an address, a foreign exception or the text of an answer.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final, NoReturn

import aiohttp
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
from yarl import URL

#: Long, because a read that is given up leaves a message whose fate is unknown (B02).
READ_TIMEOUT_S: Final = 30.0
#: Above the 50 seconds that Telegram waits at most in a long poll.
POLL_TIMEOUT_S: Final = 60.0
CONNECT_TIMEOUT_S: Final = 10.0
#: Below what servers in front of the Bot API keep idle connections for, so that none is used as it is being closed.
KEEP_ALIVE_S: Final = 15.0
#: An answer of the Bot API is at most about 4 MB (100 updates).
ANSWER_LIMIT_BYTES: Final = 16 * 1024 * 1024


class NeverSent(NetworkError):
    """No connection could be had: certainly nothing was asked."""


class Lost(NetworkError):
    """The connection broke after it was made: nobody knows how far the call came."""


class BadAnswer(NetworkError):
    """An answer came that is not one of the Bot API: nobody knows whether the call was done."""


class Transport(BaseRequest):
    """Keeps connections open and carries calls. Used both by PTB's `Bot` and directly, through `call`."""

    def __init__(self, token: str, api_url: str, *, read_timeout_s: float = READ_TIMEOUT_S, limit: int = 128) -> None:
        self._root = f"{api_url.rstrip('/')}/bot{token}/"
        self._urls: dict[str, URL] = {}
        self._read_timeout_s = read_timeout_s
        self._limit = limit
        self._session: aiohttp.ClientSession | None = None
        self._timeouts: dict[float, aiohttp.ClientTimeout] = {}

    @property
    def read_timeout(self) -> float:
        """Seconds without a byte of answer after which a call is given up."""
        return self._read_timeout_s

    async def initialize(self) -> None:
        """Open the connection pool; a second call does nothing."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._limit, keepalive_timeout=KEEP_ALIVE_S, ttl_dns_cache=300),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=True,
                skip_auto_headers=("User-Agent",),
            )

    async def shutdown(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

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
        return await self._exchange(
            self._url(self._root + method),
            orjson.dumps(payload),
            _JSON_HEADERS,
            self._read_timeout_s if read_timeout_s is None else read_timeout_s,
        )

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
            if (wait_s := parameters.get("retry_after")) is not None:
                raise RetryAfter(wait_s)
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
        """PTB's door: one exchange, errors of the network as `NetworkError`."""
        wait_s = read_timeout if isinstance(read_timeout, int | float) else self._read_timeout_s
        if request_data is None:
            code, body = await self._exchange(self._url(url), b"", {}, wait_s, verb=method)
        elif request_data.contains_files:
            code, body = await self._exchange(self._url(url), _form(request_data), {}, wait_s)
        else:
            code, body = await self._exchange(
                self._url(url), orjson.dumps(request_data.parameters), _JSON_HEADERS, wait_s
            )
        if code >= 300 and not body.lstrip().startswith(b"{"):
            body = b""  # PTB quotes what it cannot read in its error
        return code, body

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

    def _url(self, address: str) -> URL:
        url = self._urls.get(address)
        if url is None:
            if len(self._urls) > 500:
                self._urls.clear()
            url = self._urls[address] = URL(address, encoded=True)
        return url

    async def _exchange(
        self, url: URL, data: bytes | aiohttp.FormData, headers: dict[str, str], wait_s: float, *, verb: str = "POST"
    ) -> tuple[int, bytes]:
        if self._session is None:
            await self.initialize()
        assert self._session is not None
        timeout = self._timeouts.get(wait_s)
        if timeout is None:
            timeout = self._timeouts[wait_s] = aiohttp.ClientTimeout(
                total=wait_s + CONNECT_TIMEOUT_S + 5, connect=CONNECT_TIMEOUT_S, sock_read=wait_s
            )
        try:
            async with self._session.request(
                verb, url, data=data, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                body = await response.content.read(ANSWER_LIMIT_BYTES)
                while not response.content.at_eof() and len(body) < ANSWER_LIMIT_BYTES:
                    body += await response.content.read(ANSWER_LIMIT_BYTES)
                return response.status, body
        # `from None` throughout: several of these carry the address, and with it the token.
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as exc:
            raise NeverSent(type(exc).__name__) from None
        except TimeoutError as exc:
            raise TimedOut(type(exc).__name__) from None
        except (aiohttp.ClientError, OSError, ValueError) as exc:
            raise Lost(type(exc).__name__) from None


_JSON_HEADERS: Final = {"Content-Type": "application/json"}


def _form(request_data: RequestData) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (file_name, content, mime) in request_data.multipart_data.items():
        form.add_field(name, content, filename=file_name, content_type=mime)
    return form


_REFUSALS: Final[dict[int, type[TelegramError]]] = {
    HTTPStatus.BAD_REQUEST: BadRequest,
    HTTPStatus.UNAUTHORIZED: InvalidToken,
    HTTPStatus.FORBIDDEN: Forbidden,
    HTTPStatus.NOT_FOUND: InvalidToken,  # Telegram's answer to a malformed token
    HTTPStatus.CONFLICT: Conflict,
}
