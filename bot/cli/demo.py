"""The demonstration: the stand-in for Telegram, the guichet and the NLU service, started and ended together."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Awaitable, Callable

from bot.bootstrap import Guichet
from bot.config import DEMO_DATABASE, environment_with_dotenv, port_in, read_environment, read_settings, settings_file
from bot.errors import SettingsError
from bot.sandbox import ADVISER_CHAT_ID, ADVISER_IDS, DEMO_TOKEN, number_of_now, start_sandbox

CHAT_PORT = 8081


async def demonstrate(until: Callable[[], Awaitable[None]]) -> None:
    """Start everything, print where it is, wait, end everything."""
    env = environment_with_dotenv()
    settings = read_settings(settings_file(env))
    chosen = port_in("GUICHET_CHAT_PORT", env.get("GUICHET_CHAT_PORT", "").strip() or str(CHAT_PORT))
    try:
        # The sandbox forgets, the guichet's database does not: numbers must never come twice.
        now = number_of_now()
        sandbox = await start_sandbox(port=chosen, first_update_id=now, first_number=now)
    except OSError as exc:
        raise SettingsError(f"Port {chosen} is taken: stop the other program, or set GUICHET_CHAT_PORT.") from exc
    env |= {
        "TELEGRAM_BOT_TOKEN": DEMO_TOKEN,
        "TELEGRAM_API_URL": sandbox.api_url,
        "TELEGRAM_ADVISER_CHAT_ID": str(ADVISER_CHAT_ID),
        "GUICHET_ADVISER_IDS": ",".join(map(str, ADVISER_IDS)),
        "DATABASE_URL": env.get("DATABASE_URL") or DEMO_DATABASE,
    }
    for unused in ("TELEGRAM_WEBHOOK_URL", "TELEGRAM_WEBHOOK_SECRET"):
        env.pop(unused, None)
    guichet = Guichet(settings, read_environment(env, settings), env=env)
    nlu: asyncio.subprocess.Process | None = None
    try:
        await guichet.start()
        print(f"Chat     {sandbox.url}", flush=True)
        print(f"Health   http://127.0.0.1:{guichet.web.port}/healthz", flush=True)
        print("Ready    the bot answers on buttons and keywords", flush=True)
        if not env.get("NLU_URL"):
            # Its own session, so that Ctrl-C reaches it once, through us; the pipe, so that it never outlives us.
            nlu = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.nlu.service", "--until-stdin-ends",
                env=_for_nlu(env), start_new_session=True, stdin=asyncio.subprocess.PIPE,
            )  # fmt: skip
        await until()
    finally:
        if nlu is not None and nlu.returncode is None:
            nlu.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(nlu.wait(), 15)
        await guichet.stop()
        await sandbox.stop()


def _for_nlu(env: dict[str, str]) -> dict[str, str]:
    """What the NLU service may see: no secret of the guichet."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "NLU_TOKEN", "SSL_CERT_FILE", "PIP_CONFIG_FILE")
    return {name: env[name] for name in kept if name in env} | {
        name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_", "PYENV"))
    }
