"""Understanding from a Rasa server over HTTP: bounded in time, in size, and in trust.

`RasaNlu.understand` never raises and never takes longer than its budget. When there is nothing
to say it returns None, and the caller goes on with keywords and the menu (reliability.md F01, F02).
"""

import asyncio
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode, urlsplit

import orjson

from bot.core.ids import Locale
from bot.core.understanding import Understanding
from bot.nlu.breaker import Breaker
from bot.nlu.reply import Defect, read_reply
from bot.wire import Broken, NeverWritten, Silent, TooLong, Wire

#: From asking to giving up, connecting and waiting for our turn included.
BUDGET_S: Final = 0.8

#: A reply about 70 intents is some 6 kB.
LIMIT_BYTES: Final = 65_536

#: The embedding reads about as much; more text costs CPU and adds nothing (F06).
TEXT_LENGTH: Final = 512

#: Parses on their way at once. The service has two cores: more would only wait there,
#: and a wait on our side is not mistaken for a service that fails.
IN_FLIGHT: Final = 4

_SPACES = re.compile(r"\s+")


class Outcome(StrEnum):
    """How one request for an understanding ended; counted, never stored with a text."""

    UNDERSTOOD = "understood"
    NOTHING_TO_READ = "nothing_to_read"
    BREAKER_OPEN = "breaker_open"
    CROWDED = "crowded"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    BAD_STATUS = "bad_status"
    TOO_BIG = "too_big"
    NOT_JSON = "not_json"
    BAD_SHAPE = "bad_shape"
    BAD_CONFIDENCE = "bad_confidence"
    UNKNOWN_INTENT = "unknown_intent"


class RasaNlu:
    """The `Nlu` port over `POST /model/parse` of a Rasa server, ours or any other.

    `url` is the server's base address. `token` goes into the query string, as `--auth-token` of
    Rasa wants it; neither the token nor a text ever appears in an exception or a log.
    `intents` is the register: an answer outside it is no understanding. Call `close` at the end.
    """

    def __init__(
        self,
        url: str,
        *,
        intents: frozenset[str],
        token: str | None = None,
        budget_s: float = BUDGET_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._query = "?" + urlencode({"token": token}) if token else ""
        self._intents = intents
        self._budget_s = budget_s
        self._monotonic = monotonic
        self._places = asyncio.Semaphore(IN_FLIGHT)
        self._wire: Wire | None = None
        self.breaker = Breaker()
        #: Whether the service has answered properly lately; None until it was asked.
        self.is_answering: bool | None = None
        #: Outcome → how many, since the start.
        self.counts: Counter[Outcome] = Counter()

    async def understand(self, text: str, locale: Locale) -> Understanding | None:
        """Ask what `text` means; None when there is no trustworthy answer within the budget.

        `locale` is not sent: one model reads every language, and the language chosen for the
        menus is a poor witness of the language written (decision 3).
        """
        asked = legible(text)
        if not asked:
            self.counts[Outcome.NOTHING_TO_READ] += 1
            return None
        if not self.breaker.allows(self._monotonic()):
            self.counts[Outcome.BREAKER_OPEN] += 1
            return None
        answer: Understanding | Outcome
        has_place = False
        try:
            async with asyncio.timeout(self._budget_s):
                async with self._places:
                    has_place = True
                    answer = await self._ask(asked)
        except TimeoutError:
            answer = Outcome.TIMEOUT if has_place else Outcome.CROWDED
        except asyncio.CancelledError:
            self.breaker.abandoned()
            raise
        return self._judge(answer)

    async def close(self) -> None:
        """Let go of the connections."""
        if self._wire is not None:
            await self._wire.close()
            self._wire = None

    async def _ask(self, text: str) -> Understanding | Outcome:
        body = orjson.dumps({"text": text})
        try:
            if self._wire is None:
                self._wire = Wire(self._url, limit=IN_FLIGHT, answer_limit_bytes=LIMIT_BYTES)
            path = urlsplit(self._url).path.rstrip("/") + "/model/parse" + self._query
            # `understand` holds the only clock.
            status, reply = await self._wire.ask("POST", path, body, "application/json", timeout_s=self._budget_s)
        except TooLong:
            return Outcome.TOO_BIG
        except Silent:
            return Outcome.TIMEOUT
        except (NeverWritten, Broken, ValueError):
            # ValueError: an address that is none. Nothing of it is logged, as it may hold the token.
            return Outcome.REFUSED
        if status != 200:
            return Outcome.BAD_STATUS
        answer = read_reply(reply, self._intents)
        return Outcome(answer.value) if isinstance(answer, Defect) else answer

    def _judge(self, answer: Understanding | Outcome) -> Understanding | None:
        if isinstance(answer, Understanding):
            self.breaker.succeeded()
            self.is_answering = True
            self.counts[Outcome.UNDERSTOOD] += 1
            return answer
        if answer is Outcome.CROWDED:
            self.breaker.abandoned()  # we never asked: the service is not to blame
        else:
            self.breaker.failed(self._monotonic())
            if self.breaker.is_open or not self.is_answering:
                # Who has answered before is not away for one slip; who never has is from the first.
                self.is_answering = False
        self.counts[answer] += 1
        return None


def legible(text: str) -> str:
    """Take what a person can see of `text`: no control or zero-width characters, single spaces, 512 characters."""
    # Cf (zero-width and direction marks) would split words; the zero-width non-joiner is a
    # letter boundary in Persian and becomes a space.
    head = text[: TEXT_LENGTH * 4].replace("\u200c", " ")
    seen = "".join(
        " " if kind == "Cc" else char for char in head if (kind := unicodedata.category(char)) not in _UNSEEN
    )
    # A leading slash is a command to Rasa itself ("/greet" is greet at full confidence).
    return _SPACES.sub(" ", seen).lstrip("/ ").rstrip()[:TEXT_LENGTH]


#: Format characters, half surrogates, private use and unassigned code points.
_UNSEEN = frozenset({"Cf", "Cs", "Co", "Cn"})
