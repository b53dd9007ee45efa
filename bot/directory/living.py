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
from bot.directory.lost import Named, lost, rejoined
from bot.directory.search import Query, Search
from bot.directory.service import Service
from bot.kept import KeptFiles
from bot.ordinary_file import files_in


class Living:
    """What the guichet asks of the directory: services by id, services by need, facts by name."""

    def __init__(self, flows: Path, kept: KeptFiles | None = None, *, today: date | None = None) -> None:
        """`kept` outlives the process: a start with broken files serves what was kept of them. `today`: dates that
        lie after it are issues."""
        self._flows = flows
        self._kept = kept
        found = load(flows, today=today)
        #: Of the files as they are now; what is served may be what they were before.
        self._wrong: tuple[Issue, ...] = found.issues
        former = self._former()
        #: What the files say, as they were last without an issue.
        self.written: Directory = former if found.issues and former is not None else found
        #: What was served before: whence an entry comes that the files lost.
        self._before: Directory = former or found
        #: Entries that the files lost and flows in force still name.
        self._needed: tuple[Issue, ...] = ()
        #: What flows name, those in force and all that are still walked; None until somebody tells.
        self._named: tuple[Named, Named] | None = None
        #: What advisers confirmed since.
        self._vouched: Mapping[EntryId, date] = {}
        #: What is served now. A later refresh may replace it whole, never in part.
        self.directory: Directory = self.written
        self._search: Search | None = None
        self._stamp = self._files()
        if not lost(self._before, self.written):
            self._keep()

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What is wrong with the files as they are now; what they lost and flows in force still name comes last."""
        return (*self._wrong, *self._needed)

    def services(self, ids: Iterable[str]) -> tuple[Service, ...]:
        """The published services of these ids, in their order. Unknown and unpublished ones are left out."""
        return self.directory.services(ids)

    def find(self, query: Query, at: datetime) -> tuple[Service, ...]:
        """The services that fit, best first. The first call builds the index (some 50 ms)."""
        if self._search is None:
            self._search = Search(self.directory, self.directory.words)
        return self._search.find(query, at)

    def fact(self, name: str) -> Fact:
        """A dated fact. Raises KeyError."""
        return self.directory.fact(name)

    def refresh(self, today: date | None = None) -> tuple[Issue, ...]:
        """Read the files again if one changed. With any issue the former directory stays, and the issues say why.

        An entry that is gone from the files stays as it was while a flow names it: that is an issue of its own.
        """
        stamp = self._files()
        if stamp == self._stamp:
            return ()
        self._stamp = stamp
        fresh = load(self._flows, today=today)
        self._wrong = fresh.issues
        if not fresh.issues:
            self.written = fresh
            self._serve()
        return self.issues

    def hold(self, running: Named, walked: Named) -> tuple[Issue, ...]:
        """Lose no entry that these flows name; the issues that come about by it.

        `running`: the flows in force; `walked`: also the older ones that somebody may still be in, for whom an entry
        stays without an issue.
        """
        if self._named == (running, walked):
            return ()
        known = set(self._needed)
        self._named = (running, walked)
        self._serve()
        return tuple(one for one in self._needed if one not in known)

    def vouch(self, days: Mapping[EntryId, date]) -> None:
        """Serve with all that advisers confirmed, each on its day; what the files know already changes nothing."""
        if days != self._vouched:
            self._vouched = dict(days)
            self._serve()

    def _serve(self) -> None:
        """What the files say, with what they lost and somebody needs, and with what advisers confirmed."""
        running, walked = self._named or (None, None)
        gone = lost(self._before, self.written, running)
        whole = self.written
        if walked is not None:
            self._needed = gone.issues()
            whole = self._before = rejoined(self.written, lost(self._before, self.written, walked), self._before)
        if not gone:
            # As long as something is missed, a start finds it in what was kept before.
            self._keep()
        served = whole.vouched(self._vouched) if self._vouched else whole
        if served != self.directory:
            self.directory = served
            self._search = None

    def _files(self) -> tuple[tuple[str, int, int], ...]:
        stats = [(path.name, path.stat()) for path in self._paths()]
        return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)

    def _paths(self) -> Iterator[Path]:
        paths = [
            *files_in(self._flows / "directory"),
            self._flows / "facts.yml",
            self._flows / "_system" / "directory.yml",
        ]
        return (path for path in paths if path.is_file())

    def _keep(self) -> None:
        if self._kept is not None and not self._wrong:
            self._kept.write({path.relative_to(self._flows).as_posix(): path.read_bytes() for path in self._paths()})

    def _former(self) -> Directory | None:
        """The directory of the files that were kept; None when there are none, when they are those of now, or when
        they cannot be read."""
        files = {} if self._kept is None else self._kept.read()
        now = {path.relative_to(self._flows).as_posix(): path.read_bytes() for path in self._paths()}
        if not files or files == now:
            return None
        with TemporaryDirectory() as folder:
            flows = Path(folder) / self._flows.name
            for name, source in files.items():
                (flows / name).parent.mkdir(parents=True, exist_ok=True)
                (flows / name).write_bytes(source)
            former = load(flows)
        return None if former.issues else former
