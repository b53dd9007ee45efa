"""Drive the sandbox from a test or a benchmark as if one sat at a newcomer's phone or an adviser's desk."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

import aiohttp
import orjson

Entry = dict[str, Any]
Message = dict[str, Any]


class SandboxError(Exception):
    """The sandbox would not do what was asked, or what was waited for did not happen."""


class SandboxClient:
    """Speaks to the control interface of one sandbox. Use it as an asynchronous context."""

    def __init__(self, url: str, *, timeout_s: float = 10.0) -> None:
        self._url = url.rstrip("/")
        self.timeout_s = timeout_s
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> SandboxClient:
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.close()

    async def get(self, path: str) -> Any:
        """Read `/sandbox/<path>`."""
        return await self._ask("GET", path, None)

    async def do(self, name: str, /, **body: Any) -> Any:
        """Do something by the name it has under `/sandbox/`, such as `do("faults", rates={"flood": 0.1})`."""
        return (await self._ask("POST", name, body))["done"]

    async def newcomer(self, first_name: str = "Amina", *, language_code: str | None = None) -> Seat:
        """Sit at the phone of a newcomer; one with a new name is invented."""
        return await self._seat("newcomers", first_name, language_code, is_adviser=False)

    async def adviser(self, first_name: str = "Claire", *, language_code: str = "fr") -> Seat:
        """Sit at the desk of an adviser; one with a new name is invented and joins the group."""
        return await self._seat("advisers", first_name, language_code, is_adviser=True)

    async def topics(self) -> list[dict[str, Any]]:
        """The topics of the advisers' group, oldest first."""
        state = await self.get("state")
        group = next(chat for chat in state["chats"] if chat["id"] == state["adviser_chat"])
        topics: list[dict[str, Any]] = group["topics"]
        return topics

    async def violations(self) -> list[dict[str, str]]:
        """Calls of the bot that do not follow the description of the API; a good bot leaves none."""
        found: list[dict[str, str]] = await self.get("violations")
        return found

    async def ledger(self, after: int = 0) -> list[dict[str, Any]]:
        """Every call the bot made but the fetching of updates; `status` 200 means it was done."""
        calls: list[dict[str, Any]] = await self.get(f"ledger?after={after}")
        return calls

    async def now(self) -> int:
        """The number of the last thing that happened."""
        seq: int = (await self.get("changes?after=999999999999"))["seq"]
        return seq

    async def wait_for(
        self, predicate: Callable[[Entry], bool], *, after: int = 0, timeout_s: float | None = None
    ) -> Entry:
        """The first thing after number `after` that the predicate accepts; raises SandboxError in time."""
        deadline = time.monotonic() + (timeout_s or self.timeout_s)
        seen: list[str] = []
        while (left := deadline - time.monotonic()) > 0:
            answer = await self.get(f"changes?after={after}&wait_s={min(left, 10):.3f}")
            for entry in answer["entries"]:
                if predicate(entry):
                    found: Entry = entry
                    return found
                seen.append(_glance(entry))
            after = answer["seq"]
        raise SandboxError("what was waited for did not happen; this did:\n" + "\n".join(seen[-20:]))

    async def _seat(self, kind: str, first_name: str, language_code: str | None, *, is_adviser: bool) -> Seat:
        people = await self.get("people")
        for person in people:
            if person["is_adviser"] == is_adviser and person["first_name"] == first_name:
                break
        else:
            person = await self.do(kind, first_name=first_name, language_code=language_code)
        group: int = (await self.get("state"))["adviser_chat"] if is_adviser else person["id"]
        return Seat(self, person["id"], first_name, group, after=await self.now())

    async def _ask(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        assert self._http is not None, "use the client as a context: async with SandboxClient(url) as sandbox"
        data: Any = None
        headers = {}
        if body is not None and isinstance(body.get("file"), bytes):
            data = aiohttp.FormData()
            for key, value in body.items():
                if key == "file":
                    data.add_field("file", value, filename=body.get("name", "file.bin"), content_type=body.get("mime"))
                elif value is not None:
                    data.add_field(key, str(value))
        elif body is not None:
            given = {key: value for key, value in body.items() if value is not None}
            data = orjson.dumps(given, option=orjson.OPT_NON_STR_KEYS)
            headers["Content-Type"] = "application/json"
        async with self._http.request(method, f"{self._url}/sandbox/{path}", data=data, headers=headers) as answer:
            content = orjson.loads(await answer.read())
        if answer.status >= 400:
            raise SandboxError(f"{path}: {content['problem']}")
        return content


class Seat:
    """One person, and how far they have read. `reply()` gives what they have not seen yet, in order."""

    def __init__(self, sandbox: SandboxClient, person_id: int, first_name: str, chat_id: int, *, after: int) -> None:
        self._sandbox = sandbox
        self.id = person_id
        self.first_name = first_name
        self.chat_id = chat_id
        #: The topic an adviser writes in; None is General.
        self.thread: int | None = None
        self._after = after

    async def start(self, payload: str = "") -> Message:
        """Press START, or follow a link with a payload."""
        return await self._message("start", payload=payload)

    async def say(self, text: str, *, reply_to: int | None = None) -> Message:
        """Write a text, in the topic of this seat for an adviser."""
        return await self._message("say", text=text, thread=self.thread, reply_to=reply_to)

    async def send(self, kind: str, **details: Any) -> Message:
        """Send a photo, voice, document, location, contact, sticker…; `file=bytes, name=, mime=` for a real one."""
        return await self._message("send", kind=kind, thread=self.thread, **details)

    async def put(self, content: Mapping[str, Any]) -> Message:
        """Send anything Telegram knows, such as `{"dice": {"emoji": "🎲", "value": 3}}`."""
        return await self._message("put", content=dict(content), thread=self.thread)

    async def edit(self, message_id: int, text: str) -> Message:
        """Change one's own message."""
        return await self._message("edit", message_id=message_id, text=text)

    async def do(self, name: str, /, **body: Any) -> Any:
        """Anything else a person can do: block, unblock, clear-chat, delete-topic, react…"""
        return await self._act(name, **body)

    async def press(self, label: str, *, message_id: int | None = None, timeout_s: float | None = None) -> str:
        """Press the latest button whose text is `label`, or else holds it; waits until there is one.

        Gives the id of the callback query. Raises SandboxError when no such button comes.
        """
        deadline = time.monotonic() + (timeout_s or self._sandbox.timeout_s)
        while True:
            after = await self._sandbox.now()
            found = _button(await self.messages(), label, message_id)
            if found is not None:
                done = await self._act("press", message_id=found[0], data=found[1])
                query: str = done["query"]
                return query
            left = deadline - time.monotonic()
            if left <= 0:
                raise SandboxError(f"no button “{label}” for {self.first_name}; there is:\n{await self.transcript()}")
            await self._sandbox.get(f"changes?after={after}&wait_s={min(left, 5):.3f}")

    async def messages(self) -> list[Message]:
        """What this person sees now in their chat, or in their topic; oldest first."""
        chat = await self._sandbox.get(f"chats/{self.chat_id}")
        return [
            message
            for message in chat["messages"]
            if message["message_id"] >= chat["visible_from"]
            and (self.chat_id == self.id or message.get("message_thread_id") == self.thread)
        ]

    async def last(self) -> Message:
        """The latest message of the bot that this person sees."""
        mine = [message for message in await self.messages() if message["from"]["is_bot"]]
        if not mine:
            raise SandboxError(f"the bot has not written to {self.first_name}")
        return mine[-1]

    async def reply(self, *, timeout_s: float | None = None) -> Message:
        """The next message of the bot, new or edited, that this person has not read yet; waits for it."""
        return await self.read(lambda message: True, timeout_s=timeout_s)

    async def read(self, predicate: Callable[[Message], bool] | str, *, timeout_s: float | None = None) -> Message:
        """Read on until a message of the bot that the predicate accepts, or that holds the given text."""

        def wanted(entry: Entry) -> bool:
            if entry["kind"] not in {"message", "edited"} or entry["chat"] != self.chat_id:
                return False
            if self.chat_id != self.id and entry["thread"] != self.thread:
                return False
            message = entry["message"]
            if not message["from"]["is_bot"]:
                return False
            if isinstance(predicate, str):
                return predicate in text_of(message)
            return predicate(message)

        entry = await self._sandbox.wait_for(wanted, after=self._after, timeout_s=timeout_s)
        self._after = entry["seq"]
        message: Message = entry["message"]
        return message

    async def notice(self, *, timeout_s: float | None = None) -> str:
        """The text that the next answer to a pressed button shows; empty when it shows none."""
        entry = await self._sandbox.wait_for(
            lambda one: one["kind"] == "answered" and one["person"] == self.id, after=self._after, timeout_s=timeout_s
        )
        text: str = entry["text"]
        return text

    async def transcript(self) -> str:
        """The chat as lines to read, for messages of failing tests."""
        lines = []
        for message in await self.messages():
            lines.append(f"{'<' if message['from']['is_bot'] else '>'} {text_of(message) or '(no text)'}")
            lines.extend("  " + " ".join(f"[{label}]" for label in row) for row in labels_of(message))
        return "\n".join(lines)

    async def _message(self, name: str, /, **body: Any) -> Message:
        message: Message = await self._act(name, **body)
        return message

    async def _act(self, name: str, /, **body: Any) -> Any:
        answer = await self._sandbox._ask("POST", name, {"person": self.id, "chat": self.chat_id, **body})
        self._after = answer["seq"]
        return answer["done"]


def text_of(message: Message) -> str:
    """Text or caption of a message."""
    text: str = message.get("text") or message.get("caption") or ""
    return text


def labels_of(message: Message) -> list[list[str]]:
    """The texts on its buttons, row by row."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", ())
    return [[button["text"] for button in row] for row in rows]


def _button(messages: list[Message], label: str, message_id: int | None) -> tuple[int, str] | None:
    partly: tuple[int, str] | None = None
    for message in reversed(messages):
        if message_id is not None and message["message_id"] != message_id:
            continue
        for row in message.get("reply_markup", {}).get("inline_keyboard", ()):
            for button in row:
                if "callback_data" in button and label in button["text"]:
                    if button["text"] == label:
                        return message["message_id"], button["callback_data"]
                    partly = partly or (message["message_id"], button["callback_data"])
        if partly is not None:
            return partly
    return None


def _glance(entry: Entry) -> str:
    message = entry.get("message")
    if message is None:
        return f"{entry['seq']} {entry['kind']}"
    return (
        f"{entry['seq']} {entry['kind']} in {entry['chat']}: {message['from']['first_name']}: {text_of(message)[:80]}"
    )
