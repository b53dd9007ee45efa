"""The teams' groups: which is whose, what happens when Telegram gives one a new id (B09), and missing topics."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot.core.ids import ChatId
from bot.ports import Commit
from bot.services import topics
from bot.services.desk import Desk, Team

log = logging.getLogger(__name__)


def team_in(desk: Desk, chat: ChatId) -> Team | None:
    """The team whose group this is, or was."""
    return next((team for team in desk.teams.values() if chat == team.chat or chat in team.former_chats), None)


async def group_moved(desk: Desk, old: ChatId, new: ChatId) -> None:
    """Work on in the group's new id, and rewrite it wherever it is kept.

    Memory comes first, without a pause: an update from the new id may be right behind, and a group that is no team's
    is left, and the sender must know before anything is queued for the new id, to keep the order.
    """
    if old == new:
        return  # a call to the old id was under way when everything had moved
    for name, team in desk.teams.items():
        if team.chat == old:
            desk.teams[name] = replace(team, chat=new, former_chats=team.former_chats | {old})
            log.error("group.migrated team=%s new=%d: put the new id into the environment", name, new)
    desk.outgoing.moved(old, new)
    await desk.store.team_chat_moved(old, new)


async def open_missing_topics(desk: Desk) -> None:
    """Open the topics of those who wait for a person and have none, such as after a backup was put back (C14)."""
    for handoff in await desk.store.topicless():
        team = desk.teams.get(handoff.team)
        if team is None or not team.relays:
            continue
        parts = topics.opened(desk, handoff, team)
        commit = Commit(deliveries=parts.deliveries, buttons=parts.buttons, now=desk.clock())
        desk.outgoing.offer(await desk.store.commit(commit))
        log.warning("topic.missing handoff=%s", handoff.id[:8])
