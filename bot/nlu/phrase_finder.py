"""Find many phrases in one text, in one pass."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bot.nlu.phrases import GAP, GAP_WORDS, Phrase, Words, forms_of, words_of

#: A point in the tree of all phrases.
_Node: TypeAlias = int
_ROOT: _Node = 0

# An edge of the tree while it grows, as one number: node, symbol, gap. Gaps wider than 255 words are as good as any.
_SYMBOL_SHIFT, _NODE_SHIFT = 8, 32
_WIDEST = (1 << _SYMBOL_SHIFT) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Phrase number `phrase` was found from word `start` to word `end`, both counted from 0 and included."""

    phrase: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Known:
    """What a word of a text can be: the nodes where reading may begin, and every symbol it stands for."""

    starts: tuple[_Node, ...]
    symbols: frozenset[int]


_NOTHING = _Known((), frozenset())


class PhraseFinder:
    """All phrases in one tree. The time of `find` grows with the text, hardly with the number of phrases."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        """Hits name a phrase by its place here."""
        tree = _Tree()
        for number, phrase in enumerate(phrases):
            tree.add(phrase, number)
        self._edges = _Edges(tree)
        self._ends = _Ends(tree)
        self._starts = {self._edges.symbol[at]: self._edges.target[at] for at in self._edges.of(_ROOT)}
        self._symbols = _Symbols(tree.symbols)
        # Words that stand in phrases are looked up once and for all; what people write is never kept.
        self._known: dict[str, _Known] = {}

    def find(self, text: str) -> list[Hit]:
        """Return every place where a phrase stands in `text`, the last one first.

        Read from the end: phrases begin with words that are everywhere («il», «my»), but end with the rare ones.
        """
        hits: list[Hit] = []
        seen: dict[str, _Known] = {}
        live: dict[_Node, tuple[int, int]] = {}  # node → word matched there, word where the phrase ends
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
        self, live: Mapping[_Node, tuple[int, int]], known: _Known, here: int, hits: list[Hit]
    ) -> dict[_Node, tuple[int, int]]:
        """Read one word: nodes that may still go on, nodes newly reached, and phrases that are complete here."""
        edges, ends = self._edges, self._ends
        reach = edges.reach
        after: dict[_Node, tuple[int, int]] = {}
        symbols = known.symbols
        reached = [(node, here) for node in known.starts]
        for node, (matched, end) in live.items():
            gap = matched - here - 1
            if gap < reach[node]:
                after[node] = (matched, end)
            if symbols:
                reached.extend((target, end) for target in edges.across(node, symbols, gap))
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


class _Tree:
    """The tree while it grows: phrases from their last word to their first, alike endings together."""

    def __init__(self) -> None:
        self.nodes = 1
        self.edges: dict[int, _Node] = {}  # node, symbol and gap in one number → node
        self.ends: set[int] = set()  # node and phrase in one number
        self.symbols: dict[Words, int] = {}

    def add(self, phrase: Phrase, number: int) -> None:
        """Every way to read the phrase."""
        tips = {(_ROOT, 0)}  # nodes, and the gap on the way to the word before
        for part in reversed(phrase):
            tips = {self._grown(node, gap, row) for node, gap in tips for row in part}
        self.ends.update(node << _NODE_SHIFT | number for node, _ in tips)

    def _grown(self, node: _Node, gap: int, row: tuple[Words, ...]) -> tuple[_Node, int]:
        for words in reversed(row):
            if words is GAP:
                gap = min(gap + GAP_WORDS, _WIDEST)
                continue
            symbol = self.symbols.setdefault(words, len(self.symbols))
            edge = node << _NODE_SHIFT | symbol << _SYMBOL_SHIFT | gap
            target = self.edges.get(edge)
            if target is None:
                target = self.edges[edge] = self.nodes
                self.nodes += 1
            node, gap = target, 0
        return node, gap


class _Edges:
    """The edges of a grown tree, in rows of numbers: a hundred thousand objects would take fifty megabytes."""

    def __init__(self, tree: _Tree) -> None:
        self.symbol = array("i")
        self.gap = array("B")
        self.target = array("i")
        #: The widest gap among a node's edges; -1: it has none.
        self.reach = array("h", [-1]) * tree.nodes
        self._first = array("i", [0]) * (tree.nodes + 1)
        for edge in sorted(tree.edges):
            node, gap = edge >> _NODE_SHIFT, edge & _WIDEST
            self.symbol.append((edge >> _SYMBOL_SHIFT) & ((1 << _NODE_SHIFT - _SYMBOL_SHIFT) - 1))
            self.gap.append(gap)
            self.target.append(tree.edges[edge])
            self.reach[node] = max(self.reach[node], gap)
            self._first[node + 1] += 1
        _sum_up(self._first)

    def of(self, node: _Node) -> range:
        """A node's edges, by symbol and then by gap."""
        return range(self._first[node], self._first[node + 1])

    def across(self, node: _Node, symbols: frozenset[int], gap: int) -> Sequence[_Node]:
        """Where one of these symbols leads after so many other words."""
        symbol_at, first, stop = self.symbol, self._first[node], self._first[node + 1]
        if stop - first == 1:  # as nearly every node
            return (self.target[first],) if symbol_at[first] in symbols and gap <= self.gap[first] else ()
        if stop - first <= len(symbols):
            return [self.target[at] for at in range(first, stop) if symbol_at[at] in symbols and gap <= self.gap[at]]
        found = []
        for symbol in symbols:
            at = bisect_left(symbol_at, symbol, first, stop)
            while at < stop and symbol_at[at] == symbol:
                if gap <= self.gap[at]:
                    found.append(self.target[at])
                at += 1
        return found


class _Ends:
    """Which phrases are complete at which node, in rows of numbers."""

    def __init__(self, tree: _Tree) -> None:
        self._phrase = array("i")
        self._first = array("i", [0]) * (tree.nodes + 1)
        for end in sorted(tree.ends):
            self._phrase.append(end & ((1 << _NODE_SHIFT) - 1))
            self._first[(end >> _NODE_SHIFT) + 1] += 1
        _sum_up(self._first)

    def has(self, node: _Node) -> bool:
        """Whether any is."""
        return self._first[node] != self._first[node + 1]

    def of(self, node: _Node) -> array[int]:
        """Phrases that are complete here, by number."""
        return self._phrase[self._first[node] : self._first[node + 1]]


class _Symbols:
    """Which symbols (sets of words) a word of a text belongs to."""

    def __init__(self, symbols: Mapping[Words, int]) -> None:
        self.whole: dict[str, array[int]] = {}
        self._head: dict[str, array[int]] = {}
        self._tail: dict[str, array[int]] = {}
        self._inside: dict[str, array[int]] = {}
        for words, symbol in symbols.items():
            for word in words:
                table = self._table_of(word)
                table.setdefault(word.strip("*"), array("i")).append(symbol)
        self._head_lengths = sorted({len(stem) for stem in self._head})
        self._tail_lengths = sorted({len(stem) for stem in self._tail})

    def _table_of(self, word: str) -> dict[str, array[int]]:
        match word.startswith("*"), word.endswith("*"):
            case False, False:
                return self.whole
            case False, True:
                return self._head
            case True, False:
                return self._tail
            case _:
                return self._inside

    def of(self, word: str) -> frozenset[int]:
        """Symbols of a folded word of a text, in any of its forms."""
        symbols: set[int] = set()
        for form in forms_of(word):
            symbols.update(self.whole.get(form, ()))
            for length in self._head_lengths:
                if length > len(form):
                    break
                symbols.update(self._head.get(form[:length], ()))
            for length in self._tail_lengths:
                symbols.update(self._tail.get(form[-length:], ()))
            for stem, found in self._inside.items():
                if stem in form:
                    symbols.update(found)
        return frozenset(symbols)


def _sum_up(counts: array[int]) -> None:
    """Turn how many each has into where each begins, in place."""
    total = 0
    for at, count in enumerate(counts):
        total += count
        counts[at] = total
