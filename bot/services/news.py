"""What the sender learns, and what the guichet does about it (reliability.md B02, B06–B10)."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot.core.events import NotPassedOn, Reached, Resumed
from bot.core.ids import ChatId
from bot.core.messages import Message
from bot.ports import Commit, Delivery, OutboxRow, Receipt, Verb
from bot.services import topics
from bot.services.desk import Desk
from bot.services.groups import group_moved, team_of
from bot.services.newcomer import take_event
from bot.services.say import plain_delivery

log = logging.getLogger(__name__)


class News:
    """`DeliveryNews` of the sender. The desk is set once both exist."""

    def __init__(self) -> None:
        self.desk: Desk | None = None

    async def sent(self, row: OutboxRow, receipt: Receipt) -> None:
        """Nothing to do: the store has it."""

    async def refused(self, row: OutboxRow, reason: str) -> None:
        """Whose words did not arrive is told so, adviser or newcomer."""
        log.warning("delivery.refused row=%d verb=%s reason=%s", row.id, row.delivery.verb, reason)
        await self._tell_adviser(row, "adviser_not_delivered")
        await self._tell_newcomer(row, never=row.delivery.verb is Verb.COPY)
        await self._miss_file(row)

    async def uncertain(self, row: OutboxRow) -> None:
        """A question that may not have arrived is shown again, once; a doubt about somebody's words is told to them.

        Of a file that may not have arrived the person is told to try again.
        """
        log.warning("delivery.uncertain row=%d verb=%s", row.id, row.delivery.verb)
        delivery = row.delivery
        if delivery.handoff is not None:
            await self._tell_adviser(row, "adviser_uncertain")
            await self._tell_newcomer(row)
        elif delivery.newcomer is not None and delivery.verb is Verb.SEND and not delivery.asked_again:
            if delivery.vital:
                await self._commit(replace(delivery, vital=False, asked_again=True))
            await take_event(self._known, delivery.newcomer, Resumed())
        else:
            await self._miss_file(row)

    async def lost(self, row: OutboxRow) -> None:
        """A volatile text that a restart forgot: the question before it is shown again."""
        if row.delivery.newcomer is not None:
            await take_event(self._known, row.delivery.newcomer, Resumed())

    async def unreachable(self, row: OutboxRow) -> None:
        """The person blocked the bot: timers stop, the adviser knows at once."""
        newcomer = row.delivery.newcomer
        if newcomer is None:
            log.error("group.shut row=%d", row.id)
            return
        session = await self._known.store.session_of(newcomer)
        if session is not None and session.reachable:
            await take_event(self._known, newcomer, Reached(reachable=False))
        else:
            await self._tell_adviser(row, "adviser_not_delivered")

    async def topic_gone(self, row: OutboxRow) -> None:
        """Open a new topic with its card, and go on there with what waits."""
        desk = self._known
        if row.delivery.handoff is None:
            return
        await desk.store.topic_lost(row.delivery.handoff)
        # Read only now: a later move changes the new card.
        handoff = await desk.store.handoff(row.delivery.handoff)
        if handoff is None:
            return
        name = await topics.name_of(desk, handoff.adviser)
        parts = topics.reopened(desk, handoff, team_of(desk, handoff), name=name)
        commit = Commit(deliveries=parts.deliveries, buttons=parts.buttons, now=desk.clock())
        desk.outgoing.offer(await desk.store.commit(commit))

    async def migrated(self, old: ChatId, new: ChatId) -> None:
        """The group has a new id."""
        await group_moved(self._known, old, new)

    async def unauthorised(self) -> None:
        """The token was revoked."""
        log.error("telegram.unauthorised")

    @property
    def _known(self) -> Desk:
        assert self.desk is not None
        return self.desk

    async def _tell_adviser(self, row: OutboxRow, name: str) -> None:
        desk = self._known
        delivery = row.delivery
        if delivery.newcomer is None or delivery.handoff is None:
            return
        handoff = await desk.store.handoff(delivery.handoff)
        if handoff is None or handoff.chat is None:
            return
        await self._commit(replace(topics.line(desk, handoff, team_of(desk, handoff), name), vital=True))

    async def _tell_newcomer(self, row: OutboxRow, *, never: bool = False) -> None:
        """Words of the person on their way to the topic; `never`: what Telegram passes on for nobody."""
        delivery = row.delivery
        if delivery.newcomer is not None or delivery.handoff is None or delivery.mirrors is None:
            return
        handoff = await self._known.store.handoff(delivery.handoff)
        if handoff is not None and handoff.is_open:
            await take_event(self._known, handoff.newcomer, NotPassedOn(never=never))

    async def _miss_file(self, row: OutboxRow) -> None:
        """Whoever asked for a file must not be left without a word."""
        desk, delivery = self._known, row.delivery
        if delivery.newcomer is None or delivery.handoff is not None or delivery.verb is not Verb.SEND_FILE:
            return
        session = await desk.store.session_of(delivery.newcomer)
        if session is not None:
            sorry = Message(blocks=(desk.guide().book.phrase("apology"),))
            told = plain_delivery(desk, delivery.newcomer, sorry, session.locale)
            await self._commit(replace(told, asked_again=True))

    async def _commit(self, *deliveries: Delivery) -> None:
        desk = self._known
        rows = await desk.store.commit(Commit(deliveries=deliveries, now=desk.clock()))
        desk.outgoing.offer(rows)
