"""The advisers' groups at Telegram: still ours, still private, and who in them is called what."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import replace

from telegram.error import ChatMigrated, TelegramError

from bot.channel.client import TelegramMessenger
from bot.core.ids import ChatId
from bot.services.desk import Desk
from bot.services.groups import group_moved

log = logging.getLogger(__name__)

#: How often is looked whether a team's group is still private.
GROUPS_EVERY_S = 3600.0


async def look_at_groups(desk: Desk, messenger: TelegramMessenger) -> None:
    """A group with a new id says so to whoever asks for the old one (B09); what is lost or public is reported."""
    for team in list(desk.teams.values()):
        if team.chat is None:
            continue
        try:
            if not await messenger.is_private(team.chat):
                log.error("group.public team=%s: make it private, nothing is passed on until then", team.name)
        except ChatMigrated as exc:
            await group_moved(desk, team.chat, ChatId(exc.new_chat_id))
        except TelegramError as exc:
            log.error(
                "group.unreachable team=%s reason=%s: is %s its id, and is the bot in it as an administrator?",
                team.name,
                type(exc).__name__,
                desk.settings.teams[team.name].chat,
            )


async def watch_groups(desk: Desk, messenger: TelegramMessenger) -> None:
    """Look at them again every hour: a group can be made public at any time (C15)."""
    while True:
        await asyncio.sleep(GROUPS_EVERY_S)
        await look_at_groups(desk, messenger)


async def learn_names(desk: Desk, messenger: TelegramMessenger) -> None:
    """Advisers see each other's names in topics; newcomers never do (C12)."""
    for adviser in await desk.store.advisers():
        for chat in [team.chat for team in desk.teams.values() if team.chat is not None]:
            with contextlib.suppress(TelegramError):  # somebody who never came into this group
                name = await messenger.first_name(chat, adviser.account) or adviser.name
                if name != adviser.name:
                    await desk.store.save_adviser(replace(adviser, name=name))
                break
