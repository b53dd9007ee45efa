"""The yardstick: a bare python-telegram-bot that answers every text with the same text.

`python -m tests.bench.echo TOKEN API_URL [fast]`; `fast` takes the guichet's transport instead of the library's own.
"""

from __future__ import annotations

import sys
from typing import Any

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from bot.channel.transport import Transport


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer."""
    assert update.message is not None and update.message.text is not None
    await update.message.reply_text(update.message.text)


def main(token: str, api_url: str, is_fast: bool) -> None:
    """Poll for ever."""
    builder: Any = Application.builder().token(token).base_url(f"{api_url}/bot").concurrent_updates(256)
    if is_fast:
        import uvloop

        uvloop.install()
        builder = builder.request(Transport(token, api_url)).get_updates_request(Transport(token, api_url))
    else:
        builder = builder.connection_pool_size(256)
    application = builder.build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling(drop_pending_updates=False, poll_interval=0.0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], "fast" in sys.argv[3:])
