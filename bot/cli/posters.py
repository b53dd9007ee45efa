"""`guichet posters OUT/`: printable A5 pages with a code, for each office, language and topic."""

from __future__ import annotations

import argparse
import asyncio
import logging
import re
import sys
from datetime import UTC, datetime

from bot.channel.client import TelegramMessenger
from bot.cli.premises import Premises
from bot.core.ids import Locale
from bot.core.local_time import local_day
from bot.errors import DeliveryError, SettingsError
from bot.services.poster_sheets import sheets, topics_of

#: Source: https://core.telegram.org/method/account.checkUsername.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{4,31}")


def posters(options: argparse.Namespace) -> int:
    """Write the posters, or print their links. Raises SettingsError for an unknown language, topic or bot."""
    bot = _named(options.bot) if options.bot else ""  # before the files are read, which takes a while
    premises = Premises()
    data = premises.data()
    guide = data.guide(local_day(datetime.now(UTC)))
    locales = {Locale(one) for one in _listed(options.locale)}
    topics = _listed(options.topic)
    _check("language", locales, {language.locale for language in guide.languages})
    _check("topic", topics, set(topics_of(guide)))
    made = sheets(
        guide,
        data.catalogues,
        key=premises.keys.signing,
        bot=bot or _bot_name(premises),
        offices=options.office,
        locales=locales,
        topics=topics,
    )
    if options.folder is None:
        for poster in made:
            print(f"{poster.name.removesuffix('.pdf')}\t{poster.sheet.link}")
        return 0
    # Imported here: the layout library is large, and only this command and short-lived processes need it.
    from bot.documents.draw import drawn

    for chatty in ("fontTools", "fpdf"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    options.folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for count, poster in enumerate(made, 1):
        (options.folder / poster.name).write_bytes(drawn(poster.sheet))
        print(f"\r{count} posters", end="", file=sys.stderr)
    print(f"\r{count} posters in {options.folder}")
    return 0


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _check(what: str, asked: list[str] | set[Locale], known: set[str] | set[Locale]) -> None:
    for one in asked:
        if one not in known:
            raise SettingsError(f'No {what} is called "{one}". There are: {", ".join(sorted(known))}.')


def _named(told: str) -> str:
    """The bot's name, told as such, as `@name` or as its address: a slip here would be printed on every code."""
    name = re.sub(r"^(https?://)?(t\.me/)?@?", "", told.strip())
    if not _NAME.fullmatch(name):
        raise SettingsError(f'No bot is called "{told}": it is 5 to 32 letters without accents, digits or "_".')
    return name


def _bot_name(premises: Premises) -> str:
    """The bot's own name, as Telegram knows it."""
    environment = premises.environment
    if environment.telegram_token is None:
        raise SettingsError("Say whose posters these are: --bot NAME, or set TELEGRAM_BOT_TOKEN.")

    async def ask(token: str) -> str:
        messenger = TelegramMessenger(token, environment.telegram_api_url)
        try:
            return (await messenger.identity()).username
        except DeliveryError as exc:
            raise SettingsError("Telegram does not say the bot's name now: use --bot NAME.") from exc
        finally:
            await messenger.close()

    return asyncio.run(ask(environment.telegram_token))
