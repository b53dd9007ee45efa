"""`guichet run` and `guichet demo`: serve until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import Callable

from bot.bootstrap import Guichet
from bot.config import environment_with_dotenv, read_environment, read_settings, settings_file


def run(options: argparse.Namespace) -> int:
    env = environment_with_dotenv()
    settings = read_settings(settings_file(env))
    environment = read_environment(env, settings)
    if environment.telegram_token is None:
        return demo(options)

    async def serve() -> None:
        guichet = Guichet(settings, environment, env=env)
        await guichet.start()
        print(f"Guichet  serving Telegram\nHealth   http://127.0.0.1:{guichet.web.port}/healthz", flush=True)
        await _until_told_to_stop()
        await guichet.stop()

    return _loop(serve)


def demo(_: argparse.Namespace) -> int:
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
