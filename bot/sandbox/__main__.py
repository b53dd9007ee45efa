"""`python -m bot.sandbox`: the stand-in alone, for a bot that is started elsewhere."""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import suppress

from bot.sandbox import ADVISER_CHAT_ID, ADVISER_IDS, DEMO_TOKEN, Limits, number_of_now, start_sandbox


def main() -> int:
    """Run until interrupted; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description="A stand-in for Telegram's Bot API.")
    parser.add_argument("--port", type=int, default=8081, help="where to listen on 127.0.0.1 (default 8081)")
    parser.add_argument("--token", default=DEMO_TOKEN, help="the token that is accepted")
    parser.add_argument("--adviser-chat", type=int, default=ADVISER_CHAT_ID, help="id of the advisers' group")
    parser.add_argument("--no-limits", action="store_true", help="never say “too many requests”")
    parser.add_argument("--any-poll", action="store_true", help="do not slow down polls that repeat their offset")
    options = parser.parse_args()
    with suppress(KeyboardInterrupt):
        return asyncio.run(_run(options))
    return 0


async def _run(options: argparse.Namespace) -> int:
    try:
        sandbox = await start_sandbox(
            port=options.port,
            token=options.token,
            adviser_chat_id=options.adviser_chat,
            limits=Limits.off() if options.no_limits else None,
            is_strict_poll=not options.any_poll,
            first_update_id=number_of_now(),
            first_number=number_of_now(),
        )
    except (OSError, OverflowError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else "ports go from 0 to 65535"
        print(f"Port {options.port} cannot be used ({why}). Choose another with --port.", file=sys.stderr)
        return 1
    print(f"Chat page  {sandbox.url}")
    print(f"TELEGRAM_API_URL={sandbox.api_url}")
    print(f"TELEGRAM_BOT_TOKEN={options.token}")
    print(f"TELEGRAM_ADVISER_CHAT_ID={options.adviser_chat}")
    print(f"GUICHET_ADVISER_IDS={','.join(map(str, ADVISER_IDS))}", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await sandbox.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
