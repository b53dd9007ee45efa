"""A warm parent that forks guichets to be killed: `python -m tests.journeys.nest FLOWS STATE API_URL`.

Reads one word a line: `fork` starts a guichet and answers with its process id; `reap` waits for its end and answers
`gone`. Importing and reading the files happens once, so that thousands of kills fit into minutes (reliability.md, M2).
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from bot.bootstrap import Guichet
from bot.config import read_environment, read_settings
from bot.data import Data, Places
from bot.sandbox.people import ADVISER_CHAT_ID, ADVISER_IDS, DEMO_TOKEN
from bot.services.timers import utc_now

#: 32 bytes, invented: a passphrase would cost a tenth of a second at each start.
SECRET = "5e" * 32


def environment(state: Path, api_url: str) -> dict[str, str]:
    """Everything of this guichet lies in `state`."""
    return {
        "TELEGRAM_BOT_TOKEN": DEMO_TOKEN,
        "TELEGRAM_API_URL": api_url,
        "TELEGRAM_ADVISER_CHAT_ID": str(ADVISER_CHAT_ID),
        "GUICHET_ADVISER_IDS": ",".join(map(str, ADVISER_IDS)),
        "DATABASE_URL": f"sqlite:///{state}/guichet.db",
        "GUICHET_SECRET_KEY": SECRET,
        "GUICHET_CONFIG": str(state / "config.yml"),
        "GUICHET_PORT": "0",
        "NLU_URL": "http://127.0.0.1:9",
    }


async def serve(data: Data, env: dict[str, str]) -> None:
    """One guichet until it is told to stop, or killed."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    settings = read_settings(Path(env["GUICHET_CONFIG"]))
    guichet = Guichet(settings, read_environment(env, settings), env=env, data=data)
    await guichet.start()
    await stop.wait()
    await guichet.stop()


def main(flows: Path, state: Path, api_url: str) -> None:
    """Fork on request."""
    import logging

    logging.basicConfig(level=logging.INFO, filename=state / "log.txt", format="%(levelname)s %(name)s %(message)s")
    env = environment(state, api_url)
    settings = read_settings(Path(env["GUICHET_CONFIG"]))
    data = Data(Places(flows=flows, state=state), settings)
    asyncio.run(data.live_flows(utc_now, lambda live: None))
    child = 0
    print("ready", flush=True)
    for line in sys.stdin:
        match line.strip():
            case "fork":
                child = os.fork()
                if child == 0:
                    try:
                        asyncio.run(serve(data, env))
                    finally:
                        os._exit(0)
                print(child, flush=True)
            case "reap":
                os.waitpid(child, 0)
                print("gone", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
