"""Requests that no group could see when they were made: shown as soon as one can, with what was written since (C10)."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot.errors import Conflict
from bot.handoff.machine import Handoff
from bot.ports import Commit, Delivery, HandoffChange, LogLine
from bot.services import handover, topics
from bot.services.desk import Desk, Team
from bot.services.groups import team_for

log = logging.getLogger(__name__)


async def show_unseen(desk: Desk) -> None:
    """Give each open request without a group to a team that has one now."""
    for handoff in await desk.store.handoffs():
        team = team_for(desk, handoff.queue)
        if handoff.chat is not None or team.chat is None:
            continue
        after = replace(handoff, team=team.name, chat=team.chat, version=handoff.version + 1)
        parts = topics.opened(desk, after, team)
        words = _written(desk, after, team, await desk.store.log_of(handoff.id)) if team.relays else ()
        try:
            rows = await desk.store.commit(
                Commit(
                    handoffs=(HandoffChange(handoff=after, expected=handoff.version),),
                    deliveries=(*parts.deliveries, *words),
                    buttons=parts.buttons,
                    now=desk.clock(),
                )
            )
        except Conflict:
            continue  # another replica has just done it, or the person has left
        desk.outgoing.offer(rows)
        log.warning("handoff.seen handoff=%s team=%s", handoff.id[:8], team.name)


def _written(desk: Desk, handoff: Handoff, team: Team, said: list[LogLine]) -> tuple[Delivery, ...]:
    """What the person wrote meanwhile, each message once and as it was last corrected."""
    lines = {line.newcomer_message: line for line in said if line.author == "newcomer"}
    pictures = {line.newcomer_message for line in said if handover.is_of_media(line.text)}
    return tuple(
        handover.media_copy(handoff, message)
        if message in pictures
        # All of it is new to who reads it: in the order in which it was written.
        else replace(
            handover.words_line(desk, handoff, team, message, line.text, is_danger=_is_danger(desk, line)),
            urgent=False,
        )
        for message, line in lines.items()
    )


def _is_danger(desk: Desk, line: LogLine) -> bool:
    """Words of danger, or 🆘 pressed: what no message of the person holds."""
    return line.newcomer_message is None or desk.danger(line.text) is not None
