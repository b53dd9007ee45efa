"""The sandbox's own interface under `/sandbox/`: what the chat page, tests and benchmarks use.

It is bound to the loopback address and refuses requests that a foreign web page could make.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson
from aiohttp import web

from bot.sandbox import doings
from bot.sandbox.doings import NotPossible
from bot.sandbox.faults import FaultScript
from bot.sandbox.refusal import Refusal
from bot.sandbox.server import ApiServer, decode
from bot.sandbox.spec import Mismatch, Upload
from bot.sandbox.world import Chat, World

Body = dict[str, Any]
_WATCH_LIMIT_S = 30.0
#: Shown in the page; anything else is offered as a download, so that no file of a chat runs as a page.
_SHOWABLE = ("image/png", "image/jpeg", "image/gif", "image/webp", "audio/", "video/")


class Control:
    """Answers `/sandbox/…`."""

    def __init__(self, api: ApiServer, outage: Callable[[float], Awaitable[None]]) -> None:
        self._api = api
        self._world: World = api.world
        self._outage = outage
        self._outages: set[asyncio.Task[None]] = set()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request."""
        if not _is_from_here(request):
            return _json({"problem": "this address answers the sandbox's own page only"}, status=403)
        path, _, query = request.raw_path.partition("?")
        name = path.removeprefix("/sandbox/")
        if request.method == "GET":
            try:
                return await self._look(request, name, dict(parse_qsl(query)))
            except ValueError as exc:
                return _json({"problem": f"a number is expected: {exc}"}, status=400)
        do = getattr(self, f"do_{name.replace('-', '_')}", None)
        if do is None:
            return _json({"problem": f"there is nothing called {name} here"}, status=404)
        seq = self._world.journal.seq
        try:
            done = do(await decode(request, query))
            return _json({"seq": seq, "done": await done if asyncio.iscoroutine(done) else done})
        except (NotPossible, Refusal) as exc:
            return _json({"problem": str(exc)}, status=409)
        except KeyError as exc:
            return _json({"problem": f"the field {exc} is missing: {(do.__doc__ or '').strip()}"}, status=400)
        except (ValueError, TypeError, Mismatch) as exc:
            return _json({"problem": f"{type(exc).__name__}: {exc}"}, status=400)

    async def _look(self, request: web.BaseRequest, name: str, query: dict[str, str]) -> web.StreamResponse:
        match name.split("/"):
            case ["state"]:
                return _json(self.state())
            case ["people"]:
                return _json(self._people())
            case ["chats", number] if number.lstrip("-").isdecimal():
                chat = self._world.chats.get(int(number))
                return _json(_card(chat)) if chat else _json({"problem": "no such chat"}, status=404)
            case ["changes"]:
                wait_s = min(float(query.get("wait_s", 0)), _WATCH_LIMIT_S)
                entries = await self._world.journal.wait(int(query.get("after", 0)), wait_s)
                return _json({"seq": self._world.journal.seq, "entries": entries})
            case ["events"]:
                after = request.headers.get("Last-Event-ID") or query.get("after", "0")
                return await self._stream(request, int(after))
            case ["ledger"]:
                return _json(self._api.ledger.after(int(query.get("after", 0))))
            case ["violations"]:
                return _json([asdict(one) for one in self._api.violations])
            case ["file", file_id]:
                return self._file(unquote(file_id))
        return _json({"problem": f"there is nothing called {name} here"}, status=404)

    def state(self) -> Body:
        """Everything the page needs to draw itself."""
        world = self._world
        commands = [
            {"scope": scope.split()[1], "language": language, "commands": value}
            for (scope, language), value in world.profile.items()
            if scope.startswith("commands ")
        ]
        descriptions = [
            {"language": language, "text": value}
            for (field, language), value in world.profile.items()
            if field == "description"
        ]
        return {
            "seq": world.journal.seq,
            "bot": world.bot,
            "adviser_chat": world.adviser_chat_id,
            "people": self._people(),
            "chats": [_card(chat) for chat in world.chats.values()],
            "commands": commands,
            "descriptions": descriptions,
        }

    def _people(self) -> list[Body]:
        return [
            person.card() | {"bot_status": self._world.chats[person.id].bot_status}
            for person in self._world.people.values()
        ]

    def _file(self, file_id: str) -> web.Response:
        file = self._world.files.get(file_id)
        if file is None:
            return _json({"problem": "no such file"}, status=404)
        is_shown = file.mime.startswith(_SHOWABLE)
        headers = {
            "Content-Type": file.mime if is_shown else "application/octet-stream",
            "Content-Disposition": "inline" if is_shown else "attachment",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, max-age=3600",
        }
        return web.Response(body=file.content, headers=headers)

    async def _stream(self, request: web.BaseRequest, after: int) -> web.StreamResponse:
        """Server-sent events: every journal entry later than `after`, as it happens."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        await response.write(b": here\n\n")
        while True:
            entries = await self._world.journal.wait(after, 15.0)
            if not entries:
                await response.write(b": still here\n\n")
                continue
            after = entries[-1]["seq"]
            await response.write(
                b"".join(b"id: %d\ndata: %b\n\n" % (entry["seq"], orjson.dumps(entry)) for entry in entries)
            )

    # What people do

    def do_newcomers(self, body: Body) -> Body:
        """Invent a newcomer."""
        return self._world.invent(language_code=body.get("language_code"), first_name=body.get("first_name")).card()

    def do_advisers(self, body: Body) -> Body:
        """Invent an adviser, who joins the group."""
        return self._world.invent(
            language_code=body.get("language_code", "fr"), first_name=body.get("first_name"), is_adviser=True
        ).card()

    def do_say(self, body: Body) -> Body:
        """Write a text: person, text; chat, thread, reply_to if wanted."""
        return doings.say(self._world, self._who(body), body["text"], **_where(body))

    def do_start(self, body: Body) -> Body:
        """Press START, with the payload of a link if there is one."""
        return doings.say(self._world, self._who(body), f"/start {body.get('payload', '')}")

    def do_press(self, body: Body) -> Body:
        """Press a button: person, message_id, data; chat if wanted; forged for one that is not there."""
        query = doings.press(
            self._world, self._who(body), _number(body, "chat"), int(body["message_id"]), body["data"],
            forged=bool(body.get("forged")),
        )  # fmt: skip
        return {"query": query}

    def do_send(self, body: Body) -> Body:
        """Send a file (part `file`), a location or a contact: person, kind."""
        upload = body.get("file")
        if upload is not None and not isinstance(upload, Upload):
            raise NotPossible("file must be a part with a file name")
        return doings.send(self._world, self._who(body), body["kind"], upload, body, **_where(body))

    def do_put(self, body: Body) -> Body:
        """Post a message with any content, for kinds that have no doing of their own."""
        return doings.put(self._world, self._who(body), body["content"], **_where(body))

    def do_edit(self, body: Body) -> Body:
        """Edit one's own message: person, message_id, text."""
        return doings.edit(
            self._world, self._who(body), int(body["message_id"]), body["text"], chat_id=_number(body, "chat")
        )

    def do_withdraw(self, body: Body) -> None:
        """Delete a message: person, message_id."""
        doings.withdraw(self._world, self._who(body), int(body["message_id"]), chat_id=_number(body, "chat"))

    def do_react(self, body: Body) -> None:
        """React to a message: person, message_id, emoji."""
        doings.react(
            self._world, self._who(body), int(body["message_id"]), body["emoji"], chat_id=_number(body, "chat")
        )

    def do_block(self, body: Body) -> None:
        """Block the bot."""
        doings.block(self._world, self._who(body))

    def do_unblock(self, body: Body) -> None:
        """Unblock the bot."""
        doings.unblock(self._world, self._who(body))

    def do_deactivate(self, body: Body) -> None:
        """Delete the account."""
        doings.deactivate(self._world, self._who(body))

    def do_clear_chat(self, body: Body) -> None:
        """Delete the chat on the phone."""
        doings.clear_chat(self._world, self._who(body))

    def do_open_topic(self, body: Body) -> Body:
        """Open a topic by hand: person, name."""
        return doings.open_topic(self._world, self._who(body), body["name"]).card()

    def do_change_topic(self, body: Body) -> None:
        """Rename, close or reopen a topic by hand: person, thread; name or is_closed."""
        doings.change_topic(
            self._world, self._who(body), int(body["thread"]), name=body.get("name"), is_closed=body.get("is_closed")
        )

    def do_delete_topic(self, body: Body) -> None:
        """Delete a topic by hand: person, thread."""
        doings.delete_topic(self._world, self._who(body), int(body["thread"]))

    def do_leave_group(self, body: Body) -> None:
        """An adviser leaves the group, or is removed: person; is_removed."""
        doings.leave_group(self._world, self._who(body), is_removed=bool(body.get("is_removed")))

    # What tests and benchmarks do

    def do_groups(self, body: Body) -> Body:
        """A stranger adds the bot to a group: person, chat, title."""
        chat = self._world.add_group(
            int(body["chat"]), body.get("title", "Autre groupe"), is_forum=bool(body.get("is_forum")),
            bot_status="left",
        )  # fmt: skip
        person = self._who(body)
        chat.members.add(person.id)
        doings.place_bot(self._world, person, chat, body.get("bot_status", "member"))
        return chat.brief

    def do_place_bot(self, body: Body) -> None:
        """Make the bot administrator, member, kicked or left in a group: person, chat, status."""
        doings.place_bot(self._world, self._who(body), self._chat(body), body["status"])

    def do_rights(self, body: Body) -> None:
        """Set the bot's rights in a group: chat, rights."""
        self._chat(body).rights = set(body["rights"])

    def do_migrate(self, body: Body) -> None:
        """Give a group a new id: chat, to."""
        self._world.migrate(int(body["chat"]), int(body["to"]))

    def do_update(self, body: Body) -> int:
        """Queue an update of any shape: fields."""
        return self._world.updates.push_raw(body["fields"])

    def do_next_update_id(self, body: Body) -> None:
        """Go on counting updates from here, as Telegram does after a silent week: id."""
        self._world.updates.next_id = int(body["id"])

    def do_faults(self, body: Body) -> None:
        """Play a script of faults; an empty one ends it."""
        self._api.faults.play(FaultScript.from_json(body) if body else None)

    def do_revoke(self, body: Body) -> None:
        """Revoke the token, or give it back: is_revoked."""
        self._api.revoked = bool(body.get("is_revoked", True))

    async def do_outage(self, body: Body) -> None:
        """Refuse every connection for some seconds: seconds."""
        task = asyncio.create_task(self._outage_soon(float(body["seconds"])))
        self._outages.add(task)
        task.add_done_callback(self._outages.discard)

    async def _outage_soon(self, seconds: float) -> None:
        await asyncio.sleep(0.01)  # lets the answer to this request out
        await self._outage(seconds)

    def _chat(self, body: Body) -> Chat:
        found = self._world.chats.get(number := int(body["chat"]))
        if found is None:
            raise NotPossible(f"no chat has the id {number}")
        return found

    def _who(self, body: Body) -> Any:
        return doings.person_of(self._world, int(body["person"]))


def _where(body: Body) -> dict[str, int | None]:
    return {
        "chat_id": _number(body, "chat"),
        "thread": _number(body, "thread"),
        "reply_to": _number(body, "reply_to"),
    }


def _number(body: Body, name: str) -> int | None:
    value = body.get(name)
    return None if value in (None, "") else int(value)


def _card(chat: Chat) -> Body:
    return {
        "id": chat.id,
        "kind": chat.kind,
        "title": chat.title,
        "is_forum": chat.is_forum,
        "bot_status": chat.bot_status,
        "topics": [topic.card() for topic in chat.topics.values()],
        "pinned": chat.pinned,
        "visible_from": chat.visible_from,
        "reactions": {
            str(number): {str(by): emoji for by, emoji in all_.items()} for number, all_ in chat.reactions.items()
        },
        "messages": list(chat.messages.values()),
    }


def _is_from_here(request: web.BaseRequest) -> bool:
    """No foreign page, neither by a form or script (Origin) nor by a name that points here (Host)."""
    host = request.headers.get("Host", "")
    if urlsplit(f"//{host}").hostname not in {"127.0.0.1", "localhost", "::1"}:
        return False
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == host


def _json(value: Any, *, status: int = 200) -> web.Response:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return web.Response(status=status, body=orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS), headers=headers)
