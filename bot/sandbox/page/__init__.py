"""The chat page: static files beside this module, served under `/` with a strict content policy."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

_FOLDER = Path(__file__).parent
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


class Page:
    """Answers everything that is neither the Bot API nor the sandbox's own interface."""

    def __init__(self) -> None:
        self._files = {
            f"/{path.name}": (_KINDS[path.suffix], path) for path in _FOLDER.iterdir() if path.suffix in _KINDS
        }

    def answer(self, request: web.BaseRequest) -> web.Response:
        """One file of the page."""
        path = request.raw_path.partition("?")[0]
        found = self._files.get("/index.html" if path == "/" else path)
        if found is None or request.method not in {"GET", "HEAD"}:
            return web.Response(status=404, text="Not Found")
        kind, file = found
        return web.Response(body=file.read_bytes(), headers={**_HEADERS, "Content-Type": kind})
