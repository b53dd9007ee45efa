"""Small flow folders written for one test."""

from __future__ import annotations

import textwrap
from pathlib import Path

HEAD = "reviewed: 2026-03-01\nsources: [https://example.org/source]\n"


def write(folder: Path, flow: str, body: str, *, head: str = HEAD) -> Path:
    """Write the flow `area.name` with this body (dedented), under its head."""
    area, name = flow.split(".")
    path = folder / area / f"{name}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    title = "" if "title:" in body else "title: Titre\n"
    path.write_text(f"flow: {flow}\n{title}{head}{textwrap.dedent(body).lstrip()}", encoding="utf-8")
    return path
