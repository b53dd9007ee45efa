"""What turns look things up in, while its files are edited: flows, catalogues, directory; and the flows replaced."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from bot.conversation.guide import Guide
from bot.core.ids import FlowId, Revision
from bot.core.local_time import local_day
from bot.data import Data
from bot.errors import FlowError
from bot.flow.book import flow_of
from bot.flow.graph import Flow
from bot.flow.watch import LiveBook
from bot.ports import Clock, Store
from bot.services.chores import Chores
from bot.services.memory import Memory

log = logging.getLogger(__name__)

#: How often catalogues and directory are looked at for an edit.
LOOK_EVERY_S = 1.0
#: How often is looked which replaced flows nobody stands in any more; no turn takes as long.
REVISIONS_EVERY_S = 24 * 3600.0


class Live:
    """The guide of this moment: made again whenever something that it was made of has changed."""

    def __init__(self, data: Data, store: Store, memory: Memory, chores: Chores, clock: Clock) -> None:
        """Nothing is read yet: `open` it first."""
        self._data = data
        self._store = store
        self._memory = memory
        self._chores = chores
        self._clock = clock
        self._guide: Guide | None = None
        self._stored: set[tuple[FlowId, Revision]] = set()

    async def open(self) -> None:
        """Read the flows, and bring back those that people still stand in.

        Raises FlowError with a list when danger would not be heard, or not be answered.
        """
        self._log_issues()
        self.flows = await self._data.live_flows(self._clock, self._flows_changed)
        if refused := self._data.refused(self.flows):
            raise FlowError(refused)
        await self._recall_flows()

    def guide(self) -> Guide:
        """What a turn may look things up in, now."""
        if self._guide is None:
            self._guide = self._data.guide_to(self.flows.current)
        return self._guide

    def trouble(self) -> str:
        """Why files are not served as they are now, one sentence; empty when they are."""
        return self._data.trouble(self.flows)

    def _flows_changed(self, live: LiveBook) -> None:
        self._guide = None
        self._data.hold_entries(live.current)
        for found in live.issues:
            if found.is_critical:
                log.error("flow.issue %s", found.shown("en"))
        log.info("flows.published flows=%d", len(live.current.flows))
        for (flow, revision), source in live.sources.items():
            if (flow, revision) not in self._stored:
                self._stored.add((flow, revision))
                self._chores.begin(partial(self._store.keep_flow, flow, revision, source), "keep-flow")

    def _log_issues(self) -> None:
        """What was read before there was a log: the flows speak for themselves."""
        for wrong in self._data.living.issues:
            log.error("directory.issue %s", wrong.shown("en"))
        for odd in self._data.lexicon.issues:
            log.error("lexicon.issue %s", odd)

    async def _recall_flows(self) -> None:
        """Bring back the revisions that stored sessions still wait in (D05)."""
        kept: list[Flow] = []
        for flow, revision, source in await self._store.flow_revisions_in_use():
            present = self.flows.current.flow(flow, revision)
            found = present or await asyncio.to_thread(flow_of, source, flow)
            if present is None and found is not None and found.revision == revision:
                kept.append(found)
        self.flows.keep(kept)
        if self._data.hold_entries(self.flows.current):
            self._guide = None

    async def release_flows(self) -> None:
        """Let go of replaced flows every day."""
        while True:
            await asyncio.sleep(REVISIONS_EVERY_S)
            await self.let_go_of_flows()

    async def let_go_of_flows(self) -> None:
        """Forget the replaced flows in which nobody stands: they would stay until the next start."""
        stored = await self._store.flow_revisions_in_use()
        in_use = {(flow, revision) for flow, revision, _ in stored} | self._memory.revisions()
        if self.flows.let_go(in_use):
            self._data.hold_entries(self.flows.current)
            self._guide = None

    async def follow_flows(self) -> None:
        """See the edits of flows."""
        await self.flows.follow(asyncio.sleep)

    async def follow_data(self) -> None:
        """See the edits of catalogues and directory."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            if await asyncio.to_thread(self._data.catalogues.refresh):
                self._guide = None
                self.guide()  # says at once which languages are not offered any more
            before = self._data.directory
            for wrong in await asyncio.to_thread(self._data.living.refresh, local_day(self._clock())):
                log.error("directory.issue %s", wrong.shown("en"))
            if self._data.directory is not before:
                self._guide = None  # sentences hold dated facts
