"""`guichet catalogue`: the public page of initiatives, for buyers."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from bot.cli.premises import Premises, needed_flow
from bot.core.local_time import local_day
from bot.core.phrases import Value
from bot.i18n.languages import SOURCE
from bot.services import catalogue as pages


def catalogue(options: argparse.Namespace) -> int:
    """The public catalogue of initiatives: a page, a table and data, in a folder that any web server can show."""
    today = local_day(datetime.now(UTC))
    data = Premises().data()
    book = data.guide(today).book

    def say(name: str, **values: Value) -> str:
        return data.text_of(book.phrase(f"catalogue_{name}").having(**values), SOURCE)

    found = pages.initiatives(data.directory.published(), today)
    sources = needed_flow(book, "ess.procurement").sources
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, text in (
        (pages.PAGE_NAME, pages.as_page(found, sources=sources, say=say, today=today)),
        (pages.CSV_NAME, pages.as_csv(found)),
        (pages.JSON_NAME, pages.as_json(found, today=today)),
    ):
        (options.folder / name).write_text(text, encoding="utf-8", newline="")
    print(f"{len(found)} initiatives → {options.folder}")
    return 0
