"""What Telegram shows of the bot before the first message: its description and its commands, in each language."""

from __future__ import annotations

import contextlib

from telegram.error import TelegramError

from bot.channel.client import TelegramMessenger
from bot.conversation.guide import Guide
from bot.core.messages import Command
from bot.data import Data
from bot.i18n.languages import SOURCE

#: In the order of Telegram's list.
_LISTED = (
    Command.MENU,
    Command.LANGUAGE,
    Command.EMERGENCY,
    Command.PERSON,
    Command.SEARCH,
    Command.ROADMAP,
    Command.BOOKLET,
    Command.HELP,
    Command.MY_DATA,
    Command.FORGET,
    Command.PRIVACY,
)


async def introduce(messenger: TelegramMessenger, guide: Guide, data: Data) -> None:
    """Tell Telegram what to show before the first message, in each offered language. Best effort."""
    for language in guide.languages:
        # Telegram knows two-letter codes only (Bot API, setMyCommands); French is also what all others see.
        code = None if language.locale == SOURCE else language.locale
        if code is not None and len(code) != 2:
            continue
        said = {name: data.text_of(guide.book.phrase(name), language.locale) for name in guide.book.system
                if name.startswith(("bot_", "command_"))}  # fmt: skip
        commands = [(data.words.slash_of(command, language.locale), said[f"command_{command}"]) for command in _LISTED]
        with contextlib.suppress(TelegramError):
            await messenger.introduce(
                commands, description=said["bot_description"], about=said["bot_about"], language=code
            )
