"""The words by which people ask for a need, in many languages and scripts, from `flows/directory/_words.yml`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.directory.fold import fold, is_unspaced, tokens
from bot.directory.issues import Issue, issue, nearest_name
from bot.directory.source import read
from bot.strict_yaml import Items, Table, texts

FILE = Path("directory") / "_words.yml"
_STOP = "stop"
#: A word shorter than this is never taken for a misspelt other one.
_MIN_TYPO = 4


@dataclass(frozen=True, slots=True)
class Words:
    """Folded words of needs. One word may speak of several needs."""

    #: Words and phrases, folded, tokens joined by one space → needs.
    needs: Mapping[str, tuple[str, ...]]
    #: Words that carry no need.
    stop: frozenset[str]
    #: The longest phrase, in words.
    longest: int

    def content(self, text: str) -> list[str]:
        """The folded words of a text that are worth looking for."""
        return [word for word in tokens(text) if word not in self.stop]

    def needs_of(self, text: str, known: Collection[str] = ()) -> dict[str, float]:
        """Need → how strongly the text speaks of it: 1.0 for a word, more for a phrase, less for a near word.

        Words of `known` are right as they are, and never taken for a misspelt other one.
        """
        found: dict[str, float] = {}
        everything = tokens(text)
        understood: set[str] = set()

        def add(word: str, weight: float) -> None:
            for need in self.needs.get(word, ()):
                found[need] = max(found.get(need, 0.0), weight)
                understood.update(word.split())

        for size in range(1, self.longest + 1):
            for start in range(len(everything) - size + 1):
                add(" ".join(everything[start : start + size]), 1.0 + 0.4 * (size - 1))
        if is_unspaced(text):
            whole = fold(text)
            for word in self.needs:
                if is_unspaced(word) and word in whole:
                    add(word, 1.0)
        for word in self.content(text):
            if word not in understood and word not in known and (near := self.nearest(word)) is not None:
                add(near, 0.7)
        return found

    def nearest(self, word: str) -> str | None:
        """The known word that a misspelt one stands for, or None. The first letter is trusted."""
        if len(word) < _MIN_TYPO:
            return None
        from rapidfuzz import distance, process  # imported late: only a search needs it

        limit = 1 if len(word) < 8 else 2
        same_start = [known for known in self.needs if known[:1] == word[:1] and abs(len(known) - len(word)) <= limit]
        best = process.extractOne(
            word, same_start, scorer=distance.DamerauLevenshtein.distance, score_cutoff=limit, processor=None
        )
        return str(best[0]) if best else None


def read_words(flows: Path, known: Collection[str] = ()) -> tuple[Words, list[Issue]]:
    """Read the words of a flows folder; without the file search works on names and descriptions alone.

    `known` are the needs of the vocabulary; none: not checked.
    """
    shown = f"{flows.name}/{FILE.as_posix()}"
    if not (flows / FILE).is_file():
        return Words({}, frozenset(), 1), []
    root, issues = read(flows / FILE, shown)
    needs: dict[str, tuple[str, ...]] = {}
    stop: frozenset[str] = frozenset()
    if root is not None and not isinstance(root, Table):
        issues.append(issue(shown, root.line, "not-a-map", name=FILE.name))
    for need, node in root.values.items() if isinstance(root, Table) else ():
        if not isinstance(node, Items):
            issues.append(issue(shown, node.line, "not-a-list", name=need))
        if need == _STOP:
            stop = frozenset(token for text in texts(node) for token in tokens(text.value))
            continue
        if known and need not in known:
            line, near = root.lines[need] if isinstance(root, Table) else 1, nearest_name(need, known)
            issues.append(issue(shown, line, "unknown-word", near=near, word=need, name=FILE.name, kind="need"))
        for text in texts(node):
            word = " ".join(tokens(text.value))
            if word and need not in needs.get(word, ()):
                needs[word] = (*needs.get(word, ()), need)
    longest = max((word.count(" ") + 1 for word in needs), default=1)
    return Words(needs, stop, longest), issues
