"""`guichet run` and `guichet demo`: serve until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import Callable

from bot.bootstrap import Guichet
from bot.cli.premises import Premises


def run(options: argparse.Namespace) -> int:
    """Serve Telegram; without a token, the demonstration."""
    premises = Premises()
    if premises.environment.telegram_token is None:
        return demo(options)

    async def serve() -> None:
        guichet = Guichet(premises.settings, premises.environment, env=premises.env)
        await guichet.start()
        print(f"Guichet  serving Telegram\nHealth   http://127.0.0.1:{guichet.web.port}/healthz", flush=True)
        await _until_told_to_stop()
        await guichet.stop()

    return _loop(serve)


def demo(_: argparse.Namespace) -> int:
    """The demonstration, with a Telegram of its own."""
    from bot.cli.demo import demonstrate

    return _loop(lambda: demonstrate(_until_told_to_stop))


def _loop(work: Callable[[], object]) -> int:
    import uvloop

    uvloop.run(work())  # type: ignore[arg-type]
    return 0


async def _until_told_to_stop() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop.set)
    await stop.wait()
