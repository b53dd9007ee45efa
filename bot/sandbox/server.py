"""The stand-in for the Bot API over real HTTP: read, check, play, answer.

aiohttp's low-level server is used without routes or middlewares, because benchmarks drive a bot through
this and must not measure the stand-in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson
from aiohttp import BodyPartReader, web

from bot.sandbox.faults import DONE_ANYWAY, Fault, Faults, Ledger
from bot.sandbox.media import UPLOAD_LIMIT_BYTES
from bot.sandbox.methods import METHODS
from bot.sandbox.refusal import Refusal, bad, flood
from bot.sandbox.spec import MethodSpec, Mismatch, Upload, description
from bot.sandbox.webhook import Webhook, WebhookAddress
from bot.sandbox.world import World

LONG_POLL_LIMIT_S = 50
BODY_LIMIT_BYTES = UPLOAD_LIMIT_BYTES + 1_000_000
_JSON = {"Content-Type": "application/json"}
_GATEWAY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A call that does not follow the published description of the API."""

    method: str
    problem: str


class ApiServer:
    """Plays `/bot<token>/<method>` and `/file/bot<token>/<path>` on a world."""

    def __init__(self, world: World, token: str, *, webhook_first_retry_s: float = 1.0) -> None:
        self.world = world
        self.violations: list[Violation] = []
        self.ledger = Ledger()
        self.faults = Faults()
        #: While true every call is answered with 401, as after the token was revoked.
        self.revoked = False
        self.webhook: Webhook | None = None
        self._spec = description()
        self._token = token
        self._prefix = f"/bot{token}/"
        self._file_prefix = f"/file/bot{token}/"
        self._webhook_first_retry_s = webhook_first_retry_s

    def serves(self, path: str) -> bool:
        """True for paths of the Bot API."""
        return path.startswith(("/bot", "/file/bot"))

    async def stop(self) -> None:
        """End what waits."""
        self.world.updates.interrupt()
        if self.webhook is not None:
            await self.webhook.stop()
            self.webhook = None

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """One call."""
        path, _, query = request.raw_path.partition("?")
        if "%" in path:  # some clients escape the colon of the token
            path = unquote(path)
        if path.startswith(self._prefix) and not self.revoked:
            return await self._call(request, path[len(self._prefix) :], query)
        if path.startswith(self._file_prefix) and not self.revoked:
            return self._download(path[len(self._file_prefix) :])
        token = path.partition("/bot")[2].partition("/")[0]
        is_token = token.partition(":")[0].isdecimal() and len(token.partition(":")[2]) >= 30
        return _refused(Refusal(401, "Unauthorized") if is_token else Refusal(404, "Not Found"))

    async def _call(self, request: web.BaseRequest, name: str, query: str) -> web.StreamResponse:
        spec = self._spec.method(name)
        if spec is None:
            self.violations.append(Violation(method=name, problem="no such method"))
            return _refused(Refusal(404, "Not Found: method not found"))
        fault = self.faults.next(spec.name)
        if fault is not None and fault not in DONE_ANYWAY:
            return self._fail_before(request, spec, fault)
        args: dict[str, Any] = {}
        try:
            args = await self._arguments(request, spec, query)
            result: Any = await self._play(spec, args)
        except Refusal as refusal:
            self._note(spec, args, refusal.code, None, fault, refusal.text)
            return _refused(refusal)
        message_id = result.get("message_id") if type(result) is dict else None
        self._note(spec, args, 200, message_id, fault)
        body = orjson.dumps({"ok": True, "result": result})
        if fault is not None:
            return await self._fail_after(request, fault, body)
        return web.Response(body=body, headers=_JSON)

    async def _arguments(self, request: web.BaseRequest, spec: MethodSpec, query: str) -> dict[str, Any]:
        try:
            raw = await decode(request, query)
            uploads = {key: value for key, value in raw.items() if type(value) is Upload}
            attached: dict[str, Upload] = {}
            if uploads:
                attached = {key: value for key, value in uploads.items() if key not in spec.readers}
                for key in attached:
                    del raw[key]
                    if f"attach://{key}" not in str(raw.values()):
                        raise Mismatch(f"the part {key} is not referred to")
                for key, value in raw.items():
                    if type(value) is str and value.startswith("attach://"):
                        raw[key] = attached.get(value.removeprefix("attach://"), value)
            args = spec.read(raw)
        except Mismatch as exc:
            self.violations.append(Violation(method=spec.name, problem=str(exc)))
            raise bad(str(exc)) from exc
        if attached:
            args["attached"] = attached
        return args

    async def _play(self, spec: MethodSpec, args: dict[str, Any]) -> Any:
        play = METHODS.get(spec.name)
        if play is not None:
            return play(self.world, args)
        match spec.name:
            case "getUpdates":
                return await self._get_updates(args)
            case "setWebhook":
                return await self._set_webhook(args)
            case "deleteWebhook":
                return await self._delete_webhook(args)
            case "getWebhookInfo":
                return self._webhook_info()
        self.violations.append(Violation(method=spec.name, problem="the sandbox does not play this method"))
        raise bad(f"the sandbox does not play {spec.name}")

    async def _get_updates(self, args: dict[str, Any]) -> list[dict[str, Any]]:
        if "allowed_updates" in args:
            self.world.updates.allowed = frozenset(args["allowed_updates"]) or None
        return await self.world.updates.poll(
            offset=args.get("offset", 0),
            limit=min(max(args.get("limit", 100), 1), 100),
            timeout_s=min(max(args.get("timeout", 0), 0), LONG_POLL_LIMIT_S),
        )

    async def _set_webhook(self, args: dict[str, Any]) -> bool:
        if not args["url"]:
            return await self._delete_webhook(args)
        address = urlsplit(args["url"])
        if address.scheme not in {"http", "https"} or not address.hostname:
            raise bad("bad webhook: invalid webhook URL specified")
        secret = args.get("secret_token", "")
        if len(secret) > 256 or (not secret.replace("-", "").replace("_", "").isalnum() and secret):
            raise bad("secret token contains unallowed characters")
        await self.stop()
        if "allowed_updates" in args:
            self.world.updates.allowed = frozenset(args["allowed_updates"]) or None
        if args.get("drop_pending_updates"):
            self.world.updates.clear()
        self.webhook = Webhook(
            WebhookAddress(url=args["url"], secret=secret, max_connections=args.get("max_connections", 40)),
            self.world.updates,
            self.world.clock,
            first_retry_s=self._webhook_first_retry_s,
        )
        self.webhook.start()
        return True

    async def _delete_webhook(self, args: dict[str, Any]) -> bool:
        await self.stop()
        if args.get("drop_pending_updates"):
            self.world.updates.clear()
        return True

    def _webhook_info(self) -> dict[str, Any]:
        hook = self.webhook
        info: dict[str, Any] = {
            "url": hook.address.url if hook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self.world.updates),
        }
        if hook and hook.last_error:
            info |= {"last_error_message": hook.last_error, "last_error_date": hook.last_error_at}
        return info

    def _download(self, path: str) -> web.Response:
        for file in self.world.files.values():
            if file.path == path:
                return web.Response(body=file.content, headers={"Content-Type": "application/octet-stream"})
        return _refused(Refusal(404, "Not Found"))

    def _note(
        self,
        spec: MethodSpec,
        args: Mapping[str, Any],
        status: int,
        message_id: int | None,
        fault: Fault | None,
        text: str = "",
    ) -> None:
        if spec.name == "getUpdates":
            return
        if any(type(value) is Upload for value in args.values()) or "attached" in args:
            args = {key: value.name if type(value) is Upload else value for key, value in args.items()}
            args.pop("attached", None)
        self.ledger.add(
            at=self.world.clock(), method=spec.name, parameters=args, status=status, message_id=message_id,
            fault=fault, description=text,
        )  # fmt: skip

    def _fail_before(self, request: web.BaseRequest, spec: MethodSpec, fault: Fault) -> web.Response:
        """Go wrong with nothing done."""
        match fault:
            case Fault.FLOOD:
                refusal = flood(self.faults.script.retry_after_s if self.faults.script else 1)
                self._note(spec, {}, 429, None, fault, refusal.text)
                return _refused(refusal)
            case Fault.SERVER_ERROR:
                self._note(spec, {}, 500, None, fault)
                return _refused(Refusal(500, "Internal Server Error"))
            case Fault.BAD_GATEWAY:
                self._note(spec, {}, 502, None, fault)
                return web.Response(status=502, body=_GATEWAY_PAGE, headers={"Content-Type": "text/html"})
        self._note(spec, {}, 0, None, fault)
        return _hang_up(request)

    async def _fail_after(self, request: web.BaseRequest, fault: Fault, body: bytes) -> web.Response:
        """Go wrong although the call has been done."""
        match fault:
            case Fault.TRUNCATED:
                return web.Response(body=body[: len(body) // 2], headers=_JSON)
            case Fault.HTML_AFTER:
                return web.Response(status=502, body=_GATEWAY_PAGE, headers={"Content-Type": "text/html"})
            case Fault.TIMEOUT_AFTER:
                await asyncio.sleep(self.faults.script.silence_s if self.faults.script else 0)
        return _hang_up(request)


def _refused(refusal: Refusal) -> web.Response:
    return web.Response(status=refusal.code, body=orjson.dumps(refusal.body()), headers=_JSON)


def _hang_up(request: web.BaseRequest) -> web.Response:
    """Cut the connection; the response that is returned goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def decode(request: web.BaseRequest, query: str) -> dict[str, Any]:
    """The fields of a call, wherever they were put: query string, form, JSON or multipart."""
    raw: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
    if not request.can_read_body:
        return raw
    kind = request.content_type
    if kind == "multipart/form-data":
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader) or part.name is None:
                raise Mismatch("a part without a name")
            content = bytes(await part.read(decode=True))
            if part.filename is None:
                raw[part.name] = content.decode()
            else:
                mime = part.headers.get("Content-Type", "application/octet-stream")
                raw[part.name] = Upload(part.filename, mime.partition(";")[0], content)
        return raw
    body = await request.read()
    if kind == "application/json":
        try:
            fields = orjson.loads(body)
        except orjson.JSONDecodeError as exc:
            raise Mismatch(f"the body is not JSON: {exc}") from exc
        if type(fields) is not dict:
            raise Mismatch("the body must be a JSON object")
        return raw | fields
    return raw | dict(parse_qsl(body.decode(), keep_blank_values=True))
