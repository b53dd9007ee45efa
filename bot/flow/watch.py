"""The book that is in force, and how it follows the files: valid edits go live, invalid ones change nothing.

No thread waits and no clock is read here: a loop given its own `sleep` looks at sizes and times of the files, and reads
them off the event loop when they have changed and settled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from bot.core.ids import FlowId, Revision
from bot.flow.book import RULES, Loaded, kept_book, load, missing_flow, reopened
from bot.flow.graph import Call, Flow, FlowBook, ToFlow
from bot.flow.issues import Issue
from bot.flow.known import Known
from bot.flow.translations import Translation
from bot.flow.walks import silent_circles, ways
from bot.kept import KeptFiles

#: What tells one state of the folder from another: path → (size, time of change in ns).
Signature = dict[str, tuple[int, int]]
Key = tuple[FlowId, Revision]

#: Areas whose flows and phrases the guichet cannot do without: its own, and those of danger.
_VITAL = ("_system.", "urgence.")


class LiveBook:
    """Holds the book of this moment. A turn takes `current` once and keeps it; publishing makes a new one."""

    def __init__(
        self,
        folder: Path,
        known: Callable[[], Known],
        *,
        translations: Callable[[], Iterable[Translation]] = tuple,
        kept: KeptFiles | None = None,
        on_change: Callable[[LiveBook], None] = lambda live: None,
    ) -> None:
        """Nothing is read before `open`. `known` and `translations` are asked at every reading, off the event loop;
        `on_change` is called on the event loop after each, whether the book changed or only the issues did. `kept`
        outlives the process: a start with broken files is an edit of what was kept."""
        self._folder = folder
        self._known = known
        self._translations = translations
        self._kept = kept
        self._on_change = on_change
        self._seen: Signature = {}
        self.current = FlowBook(flows={})
        #: Of the files as they are now; the book may still hold the flows they were before.
        self.issues: tuple[Issue, ...] = ()
        #: Those of them that take away what the guichet cannot do without, for want of a former file.
        self.unserved: tuple[Issue, ...] = ()
        #: The bytes of every file in force, as it is now or as it was before it broke.
        self._served: Mapping[FlowId, bytes] = {}
        #: The bytes of every flow in force and of every one replaced since, to keep with sessions.
        self.sources: dict[Key, bytes] = {}
        #: Replaced revisions in which nobody stood when this was last looked at.
        self._left: frozenset[Key] = frozenset()

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

    def let_go(self, in_use: Collection[Key]) -> bool:
        """Drop replaced revisions in which nobody stands, and stood the last time this was asked either: a turn that
        began before the flow was replaced may still be about to be saved. Whether there were any.
        """
        left = frozenset(self.current.older.keys() - set(in_use))
        gone, self._left = left & self._left, left
        if gone:
            older = {key: flow for key, flow in self.current.older.items() if key not in gone}
            self.current = replace(self.current, older=older)
            self.sources = {key: source for key, source in self.sources.items() if key not in gone}
        return bool(gone)

    async def _read(self) -> None:
        loaded, former = await asyncio.to_thread(self._look)
        self._publish(loaded, former or self.current)
        self._on_change(self)
        if self._kept is not None:
            await asyncio.to_thread(self._kept.write, {str(name): source for name, source in self._served.items()})

    def _look(self) -> tuple[Loaded, FlowBook | None]:
        """The files as they are now; with the first ones, the book of those that were kept, if they are wanted."""
        is_first = not (self.current.flows or self.current.system)
        if is_first and self._kept is not None:
            self._served = {FlowId(name): source for name, source in self._kept.read().items()}
        known = replace(self._known(), running=self.current.flows.keys() or self._served.keys())
        loaded = load(self._folder, known, self._translations())
        if self._kept is None or not is_first:
            return loaded, None
        is_whole = not (loaded.broken or loaded.missing or loaded.absent or self._served.keys() - loaded.files.keys())
        return loaded, None if is_whole else kept_book(self._served)

    def _publish(self, loaded: Loaded, before: FlowBook) -> None:
        self.current = published(before, loaded)
        if self.current is not before:
            self._served = in_force(self._served, loaded, self.current)
        self.sources |= {
            (flow.id, flow.revision): self._served[name]
            for name, flow in self.current.flows.items()
            if name in self._served
        }
        lost = self.current.flows.keys() - loaded.flows.keys() - loaded.broken
        self.issues = tuple(sorted({*loaded.issues, *map(missing_flow, lost)}))
        self.unserved = tuple(one for one in self.issues if one.is_critical and not self._goes_on_in_spite_of(one))

    def _goes_on_in_spite_of(self, found: Issue) -> bool:
        """Whether what the issue keeps from being published is served all the same, or can be done without."""
        if found.code == "missing-phrase":
            return dict(found.values)["name"] in self.current.system
        flow = FlowId(found.path.partition("/")[2].removesuffix(".yml").replace("/", "."))
        # What may never be said guards edits, and what lies in a wrong place is missed under its own name.
        is_vital = flow.startswith(_VITAL) and not found.path.endswith(RULES) and found.code != "misplaced-file"
        return not is_vital or flow in self._served


def published(before: FlowBook, loaded: Loaded) -> FlowBook:
    """The book that follows `before`: what was loaded; of broken files, what ran before; and everything replaced."""
    if not (loaded.flows or loaded.broken or loaded.book.system):
        # A folder that is being swapped or is not mounted is not a wish to stop all flows.
        return before
    kept = {name: before.flows[name] for name in sorted(loaded.broken) if name in before.flows}
    kept |= needed(before, loaded, kept)
    flows = reopened({**kept, **loaded.flows})
    # The new flows were judged together, not beside those that stay: where a loop came about, all stay as they were.
    for looping in {name for circle in silent_circles(flows) for name, _ in circle}:
        flows[looping] = before.flows.get(looping, flows[looping])
    system = dict(loaded.book.system)
    for name, phrase in before.system.items():
        # A file that cannot be read at all has no names: while one is broken, no phrase is lost.
        if name in loaded.shaky or name in loaded.missing or (name not in system and loaded.broken):
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


def needed(before: FlowBook, loaded: Loaded, kept: Mapping[FlowId, Flow]) -> dict[FlowId, Flow]:
    """Flows without a file that must not go: the guichet's own and those of danger, while something needs them.

    The code begins them, a flow that runs leads to them, or nothing else answers their intents.
    """
    gone = {
        name: flow
        for name, flow in before.flows.items()
        if name not in loaded.flows and name not in kept and (flow.safety or name.startswith(_VITAL))
    }
    found: dict[FlowId, Flow] = {}
    while True:
        running = {**kept, **loaded.flows, **found}
        led = {name for flow in running.values() for name in _led_to(flow)}
        answered = {intent for flow in running.values() for intent in flow.intents}
        more = {
            name: flow
            for name, flow in gone.items()
            if name not in found and (name in loaded.absent or name in led or set(flow.intents) - answered)
        }
        if not more:
            return found
        found |= more


def _led_to(flow: Flow) -> Iterator[FlowId]:
    for step in flow.steps.values():
        yield from (way.flow for way in ways(step) if isinstance(way, ToFlow))
        if isinstance(step.act, Call):
            yield step.act.flow


def in_force(former: Mapping[FlowId, bytes], loaded: Loaded, book: FlowBook) -> dict[FlowId, bytes]:
    """The files behind a book: as they are now, or as they were where the book holds what was before."""
    files = {
        name: source
        for name, source in loaded.files.items()
        if name not in loaded.flows or book.flows[name].revision == loaded.flows[name].revision
    }
    # Nobody knows which file should have had a missing phrase.
    phrases = {name for name in former if name not in book.flows} if loaded.missing else set()
    stays = {name for name in {*loaded.broken, *book.flows} if name not in files} | phrases
    return {**files, **{name: former[name] for name in stays if name in former}}


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
