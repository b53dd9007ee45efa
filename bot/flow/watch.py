"""The book that is in force, and how it follows the files: valid edits go live, invalid ones change nothing.

No thread waits and no clock is read here: a loop given its own `sleep` looks at sizes and times of the files, and reads
them off the event loop when they have changed and settled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import replace
from pathlib import Path

from bot.core.ids import FlowId, Revision
from bot.flow.book import Loaded, load, reopened
from bot.flow.graph import Flow, FlowBook
from bot.flow.issues import Issue
from bot.flow.known import Known
from bot.flow.translations import Translation
from bot.flow.walks import silent_circles

#: What tells one state of the folder from another: path → (size, time of change in ns).
Signature = dict[str, tuple[int, int]]
Key = tuple[FlowId, Revision]


class LiveBook:
    """Holds the book of this moment. A turn takes `current` once and keeps it; publishing makes a new one."""

    def __init__(
        self,
        folder: Path,
        known: Callable[[], Known],
        *,
        translations: Callable[[], Iterable[Translation]] = tuple,
        on_change: Callable[[LiveBook], None] = lambda live: None,
    ) -> None:
        """Nothing is read before `open`. `known` and `translations` are asked at every reading, off the event loop;
        `on_change` is called on the event loop after each, whether the book changed or only the issues did."""
        self._folder = folder
        self._known = known
        self._translations = translations
        self._on_change = on_change
        self._seen: Signature = {}
        self.current = FlowBook(flows={})
        #: Of the files as they are now; the book may still hold the flows they were before.
        self.issues: tuple[Issue, ...] = ()
        #: The bytes of every flow in force and of every one replaced since the start, to keep with sessions.
        self.sources: dict[Key, bytes] = {}

    async def open(self) -> FlowBook:
        """Read the folder for the first time: healthy flows run, broken ones are in `issues`."""
        self._seen = await asyncio.to_thread(signature, self._folder)
        await self._read()
        return self.current

    async def refresh(self) -> bool:
        """Read the folder again if anything in it changed; whether it was read."""
        now = await asyncio.to_thread(signature, self._folder)
        if now == self._seen:
            return False
        self._seen = now
        await self._read()
        return True

    async def follow(self, sleep: Callable[[float], Awaitable[None]], every_s: float = 1.0) -> None:
        """Look at the files for ever. A change is read once it has stayed the same for one look: editors save in
        several steps, and copies take time."""
        before = self._seen
        while True:
            await sleep(every_s)
            now = await asyncio.to_thread(signature, self._folder)
            if now == before and now != self._seen:
                self._seen = now
                await self._read()
            before = now

    def keep(self, flows: Iterable[Flow]) -> None:
        """Add revisions that stored sessions still wait in (see `bot.flow.book.flow_of`), after a restart."""
        older = {**self.current.older, **{(flow.id, flow.revision): flow for flow in flows}}
        self.current = replace(self.current, older=older)

    def drop_older(self, in_use: Collection[Key]) -> None:
        """Forget replaced revisions that nobody waits in any more."""
        older = {key: flow for key, flow in self.current.older.items() if key in in_use}
        self.current = replace(self.current, older=older)
        running = {(flow.id, flow.revision) for flow in self.current.flows.values()}
        self.sources = {key: source for key, source in self.sources.items() if key in older or key in running}

    async def _read(self) -> None:
        loaded = await asyncio.to_thread(lambda: load(self._folder, self._known(), self._translations()))
        self.current = published(self.current, loaded)
        self.sources |= loaded.sources
        self.issues = loaded.issues
        self._on_change(self)


def published(before: FlowBook, loaded: Loaded) -> FlowBook:
    """The book that follows `before`: what was loaded; of broken files, what ran before; and everything replaced."""
    if not (loaded.flows or loaded.broken or loaded.book.system):
        # A folder that is being swapped or is not mounted is not a wish to stop all flows.
        return before
    kept = {name: before.flows[name] for name in sorted(loaded.broken) if name in before.flows}
    flows = reopened({**kept, **loaded.flows})
    # The new flows were judged together, not beside those that stay: where a loop came about, all stay as they were.
    for looping in {name for circle in silent_circles(flows) for name, _ in circle}:
        flows[looping] = before.flows.get(looping, flows[looping])
    system = dict(loaded.book.system)
    for name, phrase in before.system.items():
        # A file that cannot be read at all has no names: while one is broken, no phrase is lost.
        if name in loaded.shaky or (name not in system and loaded.broken):
            system[name] = phrase
    running = {(flow.id, flow.revision) for flow in flows.values()}
    older = {**before.older, **{(flow.id, flow.revision): flow for flow in before.flows.values()}}
    return FlowBook(
        flows=flows,
        older={key: flow for key, flow in older.items() if key not in running},
        system=system,
        by_intent={intent: flow.id for flow in flows.values() for intent in flow.intents},
        by_topic={flow.topic: flow.id for flow in flows.values() if flow.topic is not None},
    )


def signature(folder: Path) -> Signature:
    """Sizes and times of every file below the folder; a file that vanishes meanwhile is left out."""
    found: Signature = {}
    for path in folder.rglob("*.y*ml"):
        try:
            stat = path.stat()
        except OSError:
            continue
        found[path.as_posix()] = (stat.st_size, stat.st_mtime_ns)
    return found
