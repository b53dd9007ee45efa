"""The flows that run now, and the older revisions that people are still in."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.core.ids import FlowId, Revision
from bot.core.phrases import Value
from bot.flow.book import Loaded, flow_of
from bot.flow.graph import Flow, FlowBook
from bot.ports import Store

log = logging.getLogger(__name__)


class LiveFlows:
    """Holds the book of this moment. An edit makes a new one; a running turn keeps the one it began with."""

    def __init__(self, facts: Mapping[str, Value]) -> None:
        self._facts = facts
        self._book = FlowBook(flows={}, facts=facts)
        self._older: dict[tuple[FlowId, Revision], Flow] = {}
        self._listeners: list[Callable[[FlowBook], None]] = []

    @property
    def book(self) -> FlowBook:
        """The flows as published now."""
        return self._book

    def on_change(self, listener: Callable[[FlowBook], None]) -> None:
        """Be told of every new book, and of the present one."""
        self._listeners.append(listener)
        listener(self._book)

    async def publish(self, loaded: Loaded, store: Store) -> None:
        """Make these flows the ones that run. What they replace stays for the people inside (D05).

        A flow whose file is broken now keeps running as it was.
        """
        for (flow, revision), source in loaded.sources.items():
            present = self._book.flows.get(flow)
            if present is None or present.revision != revision:
                await store.keep_flow(flow, revision, source)
        flows = dict(loaded.book.flows)
        for flow, old in self._book.flows.items():
            if flow in loaded.broken:
                flows[flow] = old
            elif flow not in flows or flows[flow].revision != old.revision:
                self._older[(flow, old.revision)] = old
        system = {**self._book.system, **loaded.book.system}
        self._book = replace(loaded.book, flows=flows, system=system, older=dict(self._older), facts=self._facts)
        for listener in self._listeners:
            listener(self._book)
        log.info("flows.published flows=%d broken=%d", len(flows), len(loaded.broken))

    async def recall(self, store: Store) -> None:
        """Bring back the revisions that stored sessions still wait in (after a restart)."""
        for flow, revision, source in await store.flow_revisions_in_use():
            present = self._book.flows.get(flow)
            if present is not None and present.revision == revision:
                continue
            kept = await asyncio.to_thread(flow_of, source, flow)
            if kept is not None and kept.revision == revision:
                self._older[(flow, revision)] = kept
        self._book = replace(self._book, older=dict(self._older))
