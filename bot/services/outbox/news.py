"""What the sender tells the other services."""

from __future__ import annotations

from typing import Protocol

from bot.core.ids import ChatId
from bot.ports import OutboxRow, Receipt


class DeliveryNews(Protocol):
    """A `StoreError` or a `Conflict` from here is tried again; anything else is logged and let go."""

    async def sent(self, row: OutboxRow, receipt: Receipt) -> None:
        """A delivery of a handoff arrived (topic opened, card sent, words relayed). Already marked in the store."""

    async def refused(self, row: OutboxRow, reason: str) -> None:
        """It will never arrive, for a reason of its own. `reason` holds nothing of its text."""

    async def uncertain(self, row: OutboxRow) -> None:
        """It may have arrived and is not sent again: show an open question again by other means (B02)."""

    async def lost(self, row: OutboxRow) -> None:
        """A volatile text that a restart forgot: ask again from the last step before."""

    async def unreachable(self, row: OutboxRow) -> None:
        """The newcomer blocked the bot (B06); or the group shut it out (B08), whose rows wait and are tried again."""

    async def topic_gone(self, row: OutboxRow) -> None:
        """The topic of this row's handoff is gone: `topic_lost`, then commit an OPEN_TOPIC; the row waits (B10)."""

    async def migrated(self, old: ChatId, new: ChatId) -> None:
        """The group has a new id: `team_chat_moved` (B09)."""

    async def unauthorised(self) -> None:
        """The token was revoked: nothing is sent until it is accepted again (A20). Told once."""
