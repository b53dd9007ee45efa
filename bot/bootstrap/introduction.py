"""What Telegram shows of the bot before the first message: its description and its commands, in each language."""

from __future__ import annotations

from bot.channel.introduction import Introduction
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


def introductions(guide: Guide, data: Data) -> list[Introduction]:
    """What Telegram is to show before the first message, in each offered language that it can show.

    Telegram knows two letters only (Bot API, setMyCommands) and sorts phones by them: those that say `ku` read
    Kurmanji, and those of Dari what Persian ones read. French is also what all others see.
    """
    offered = {language.locale for language in guide.languages}
    codes = {language.locale: [language.locale, *data.catalogues.languages[language.locale].phones]
             for language in guide.languages}  # fmt: skip
    found: list[Introduction] = []
    for locale in (one.locale for one in guide.languages):
        short = [code for code in codes[locale] if len(code) == 2 and (code == locale or code not in offered)]
        said = {name: data.text_of(guide.book.phrase(name), locale) for name in guide.book.system
                if name.startswith(("bot_", "command_"))}  # fmt: skip
        commands = [(data.words.slash_of(command, locale), said[f"command_{command}"]) for command in _LISTED]
        found += [
            Introduction(language=code, commands=commands, description=said["bot_description"], about=said["bot_about"])
            for code in (None if locale == SOURCE else one for one in short)
        ]
    return found
