"""The teams and their groups: which is whose, whatever was renamed or moved (B09), and topics that are missing."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot.core.heard import BotMembership
from bot.core.ids import ChatId
from bot.handoff.machine import Handoff
from bot.ports import Commit
from bot.services import topics
from bot.services.desk import Desk, Team

log = logging.getLogger(__name__)


def team_in(desk: Desk, chat: ChatId) -> Team | None:
    """The team whose group this is, or was."""
    return next((team for team in desk.teams.values() if chat == team.chat or chat in team.former_chats), None)


def team_for(desk: Desk, queue: str) -> Team:
    """The team that answers this queue, else the first; one without a group only where none has any."""
    teams = desk.teams.values()
    seen = [team for team in teams if team.chat is not None] or list(teams)
    return next((team for team in seen if queue in team.queues), seen[0])


def team_of(desk: Desk, handoff: Handoff) -> Team:
    """The team that has a handoff. One that the settings no longer name is replaced: nobody may be locked in by a name.

    A new name for the same group changes nothing; otherwise it is the team that answers the queue.
    """
    named = desk.teams.get(handoff.team)
    if named is None and handoff.chat is not None:
        named = team_in(desk, handoff.chat)
    return named or team_for(desk, handoff.queue)


async def report_teams(desk: Desk) -> None:
    """Say at the start which teams have no group, and which open handoffs name a team that is gone."""
    for team in desk.teams.values():
        if team.chat is None:
            log.error("team.no_group team=%s: who asks it for a person is seen by nobody", team.name)
    for handoff in await desk.store.handoffs():
        if handoff.team not in desk.teams:
            log.error(
                "handoff.team_gone handoff=%s team=%s answered_by=%s has_group=%s",
                handoff.id[:8],
                handoff.team,
                team_of(desk, handoff).name,
                handoff.chat is None or team_in(desk, handoff.chat) is not None,
            )


def report_standing(team: Team, standing: BotMembership) -> bool:
    """Say at once what the bot can no longer do in a team's group; what is to be sent there waits (B08, C15).

    Whether it has all that it needs.
    """
    needed = {
        "topics in the group": standing.is_forum,
        "the right to manage topics": standing.can_manage_topics,
        "the right to delete messages": standing.can_delete_messages,
    }
    lacks = ["the bot in the group"] if not standing.is_inside else [name for name, has in needed.items() if not has]
    if lacks:
        log.error("group.lacks team=%s what=%r: what people write waits until it is there", team.name, ", ".join(lacks))
    else:
        log.info("group.ready team=%s", team.name)
    return not lacks


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
        team = team_of(desk, handoff)
        if not team.relays:
            continue
        parts = topics.opened(desk, handoff, team)
        commit = Commit(deliveries=parts.deliveries, buttons=parts.buttons, now=desk.clock())
        desk.outgoing.offer(await desk.store.commit(commit))
        log.warning("topic.missing handoff=%s", handoff.id[:8])
