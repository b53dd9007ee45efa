"""What the stand-in refuses, in Telegram's own words.

The texts are those of the official server (`telegram-bot-api/Client.cpp`), because programs read them.
"""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A call that Telegram would answer with `"ok": false`."""

    def __init__(self, code: int, text: str, **parameters: int) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """The answer as Telegram sends it."""
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.text}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad(text: str) -> Refusal:
    """400: the request cannot be done as asked."""
    return Refusal(400, f"Bad Request: {text}")


def forbidden(text: str) -> Refusal:
    """403: the bot may not."""
    return Refusal(403, f"Forbidden: {text}")


def conflict(text: str) -> Refusal:
    """409: two ways of receiving updates at once."""
    return Refusal(409, f"Conflict: {text}")


def flood(retry_after_s: int) -> Refusal:
    """429: too many messages; wait so many seconds."""
    return Refusal(429, f"Too Many Requests: retry after {retry_after_s}", retry_after=retry_after_s)


def migrated(chat_id: int) -> Refusal:
    """400 with the new id of a group that became a supergroup."""
    return Refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat_id)
