"""The directory as it lives: edits of the files take effect without a restart, a wrong edit changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.core.ids import EntryId
from bot.directory.facts import Fact
from bot.directory.issues import Issue
from bot.directory.lookup import Directory, load
from bot.directory.search import Query, Search
from bot.directory.service import Service
from bot.directory.words import read_words
from bot.kept import KeptFiles


class Living:
    """What the guichet asks of the directory: services by id, services by need, facts by name."""

    def __init__(self, flows: Path, kept: KeptFiles | None = None) -> None:
        """`kept` outlives the process: a start with broken files serves what was kept of them."""
        self._flows = flows
        self._kept = kept
        found = load(flows)
        #: Of the files as they are now; what is served may be what they were before.
        self.issues: tuple[Issue, ...] = found.issues
        #: What the files say.
        self._written: Directory = self._former(found) if found.issues else found
        self._keep()
        #: What advisers confirmed since.
        self._vouched: Mapping[EntryId, date] = {}
        #: What is served now. A later refresh may replace it whole, never in part.
        self.directory: Directory = self._written
        self._search: Search | None = None
        self._stamp = self._files()

    def services(self, ids: Iterable[str]) -> tuple[Service, ...]:
        """The published services of these ids, in their order. Unknown and unpublished ones are left out."""
        return self.directory.services(ids)

    def find(self, query: Query, at: datetime) -> tuple[Service, ...]:
        """The services that fit, best first. The first call builds the index (some 50 ms)."""
        if self._search is None:
            words, _ = read_words(self._flows)
            self._search = Search(self.directory, words)
        return self._search.find(query, at)

    def fact(self, name: str) -> Fact:
        """A dated fact. Raises KeyError."""
        return self.directory.fact(name)

    def refresh(self, today: date | None = None) -> tuple[Issue, ...]:
        """Read the files again if one changed. With any issue the former directory stays, and the issues say why."""
        stamp = self._files()
        if stamp == self._stamp:
            return ()
        self._stamp = stamp
        fresh = load(self._flows, today=today)
        self.issues = fresh.issues
        if not fresh.issues:
            self._written = fresh
            self._serve()
            self._keep()
        return fresh.issues

    def vouch(self, days: Mapping[EntryId, date]) -> None:
        """Serve with all that advisers confirmed, each on its day; what the files know already changes nothing."""
        if days != self._vouched:
            self._vouched = dict(days)
            self._serve()

    def _serve(self) -> None:
        self.directory = self._written.vouched(self._vouched) if self._vouched else self._written
        self._search = None

    def _files(self) -> tuple[tuple[str, int, int], ...]:
        stats = [(path.name, path.stat()) for path in self._paths()]
        return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)

    def _paths(self) -> Iterator[Path]:
        paths = [
            *sorted((self._flows / "directory").glob("*.yml")),
            self._flows / "facts.yml",
            self._flows / "_system" / "directory.yml",
        ]
        return (path for path in paths if path.is_file())

    def _keep(self) -> None:
        if self._kept is not None and not self.issues:
            self._kept.write({path.relative_to(self._flows).as_posix(): path.read_bytes() for path in self._paths()})

    def _former(self, found: Directory) -> Directory:
        """The directory of the files that were kept; what was found when there are none, or none that can be read."""
        files = {} if self._kept is None else self._kept.read()
        if not files:
            return found
        with TemporaryDirectory() as folder:
            flows = Path(folder) / self._flows.name
            for name, source in files.items():
                (flows / name).parent.mkdir(parents=True, exist_ok=True)
                (flows / name).write_bytes(source)
            former = load(flows)
        return found if former.issues else former
