"""Find many phrases in one text, in one pass."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.nlu.phrase_tree import ROOT, Edges, Node, Stems, Tree
from bot.nlu.phrases import forms_of, words_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Phrase number `phrase` was found from word `start` to word `end`, both counted from 0 and included."""

    phrase: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Known:
    """What a word of a text can be: the nodes where reading may begin, and every symbol it stands for."""

    starts: tuple[Node, ...]
    symbols: frozenset[int]


_NOTHING = _Known((), frozenset())


class PhraseFinder:
    """All phrases in one tree. The time of `find` grows with the text, hardly with the number of phrases."""

    def __init__(self, tree: Tree) -> None:
        """Hits name a phrase by its number in the tree."""
        self._edges = tree.edges
        self._ends = tree.ends
        self._starts = {tree.edges.symbol[at]: tree.edges.target[at] for at in tree.edges.of(ROOT)}
        self._symbols = _Symbols(tree)
        # Words that stand in phrases are looked up once and for all; what people write is never kept.
        self._known: dict[str, _Known] = {}

    def find(self, text: str) -> list[Hit]:
        """Return every place where a phrase stands in `text`, the last one first.

        Read from the end: phrases begin with words that are everywhere («il», «my»), but end with the rare ones.
        """
        hits: list[Hit] = []
        seen: dict[str, _Known] = {}
        live: dict[Node, tuple[int, int]] = {}  # node → word matched there, word where the phrase ends
        tokens = words_of(text)
        for here in range(len(tokens) - 1, -1, -1):
            token = tokens[here]
            if token[0] in ".!?":
                if token == "." or token.strip("."):
                    live = {}
                continue
            known = self._known.get(token) or seen.get(token)
            if known is None:
                known = self._look_up(token)
                (self._known if token in self._symbols.whole else seen)[token] = known
            if live or known.starts:
                live = self._step(live, known, here, hits)
        return hits

    def _step(
        self, live: Mapping[Node, tuple[int, int]], known: _Known, here: int, hits: list[Hit]
    ) -> dict[Node, tuple[int, int]]:
        """Read one word: nodes that may still go on, nodes newly reached, and phrases that are complete here."""
        edges, ends = self._edges, self._ends
        reach = edges.reach
        after: dict[Node, tuple[int, int]] = {}
        symbols = known.symbols
        reached = [(node, here) for node in known.starts]
        for node, (matched, end) in live.items():
            gap = matched - here - 1
            if gap < reach[node]:
                after[node] = (matched, end)
            if symbols:
                reached.extend((target, end) for target in _across(edges, node, symbols, gap))
        for node, end in reached:
            if ends.has(node):
                hits += [Hit(phrase=number, start=here, end=end) for number in ends.of(node)]
            if reach[node] >= 0:
                after[node] = (here, end)
        return after

    def _look_up(self, word: str) -> _Known:
        symbols = self._symbols.of(word)
        if not symbols:
            return _NOTHING
        return _Known(tuple(self._starts[one] for one in symbols if one in self._starts), symbols)


def _across(edges: Edges, node: Node, symbols: frozenset[int], gap: int) -> Sequence[Node]:
    """Where one of these symbols leads after so many other words."""
    symbol_at, first, stop = edges.symbol, edges.first[node], edges.first[node + 1]
    if stop - first == 1:  # as nearly every node
        return (edges.target[first],) if symbol_at[first] in symbols and gap <= edges.gap[first] else ()
    if stop - first <= len(symbols):
        return [edges.target[at] for at in range(first, stop) if symbol_at[at] in symbols and gap <= edges.gap[at]]
    found = []
    for symbol in symbols:
        at = bisect_left(symbol_at, symbol, first, stop)
        while at < stop and symbol_at[at] == symbol:
            if gap <= edges.gap[at]:
                found.append(edges.target[at])
            at += 1
    return found


class _Symbols:
    """Which symbols (sets of words) a word of a text belongs to."""

    def __init__(self, tree: Tree) -> None:
        self.whole = _Table(tree.whole)
        self._head = _Table(tree.head)
        self._tail = _Table(tree.tail)
        self._inside = _Table(tree.inside)

    def of(self, word: str) -> frozenset[int]:
        """Symbols of a folded word of a text, in any of its forms."""
        symbols: set[int] = set()
        for form in forms_of(word):
            symbols.update(self.whole.of(form))
            for length in self._head.lengths:
                if length > len(form):
                    break
                symbols.update(self._head.of(form[:length]))
            for length in self._tail.lengths:
                symbols.update(self._tail.of(form[-length:]))
            for stem in self._inside:
                if stem in form:
                    symbols.update(self._inside.of(stem))
        return frozenset(symbols)


class _Table(dict[str, int]):
    """Stems by their letters, each with the group of its symbols."""

    def __init__(self, stems: Stems) -> None:
        super().__init__(zip(stems.letters, range(len(stems.letters)), strict=True))
        self.lengths = sorted({len(stem) for stem in stems.letters})
        self._symbols = stems.symbols

    def of(self, stem: str) -> Sequence[int]:
        """The symbols of a stem; none when it stands in no phrase."""
        group = self.get(stem)
        return () if group is None else self._symbols.of(group)
