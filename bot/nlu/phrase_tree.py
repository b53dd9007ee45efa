"""Grow one tree of many phrases, and lay it out in rows of numbers: as objects it would take fifty megabytes."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bot.nlu.phrases import GAP, GAP_WORDS, Phrase, Words

#: A point in the tree of all phrases.
Node: TypeAlias = int
ROOT: Node = 0

# An edge of the tree while it grows, as one number: node, symbol, gap. Gaps wider than 255 words are as good as any.
_SYMBOL_SHIFT, _NODE_SHIFT = 8, 32
_WIDEST = (1 << _SYMBOL_SHIFT) - 1


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups of numbers, one after the other: group `n` begins at `first[n]` and ends where the next one begins."""

    numbers: array[int]
    first: array[int]

    def of(self, group: int) -> array[int]:
        """The numbers of a group, in order."""
        return self.numbers[self.first[group] : self.first[group + 1]]

    def has(self, group: int) -> bool:
        """Whether there are any."""
        return self.first[group] != self.first[group + 1]


@dataclass(frozen=True, slots=True)
class Edges:
    """The ways from node to node: those of node `n` from `first[n]` to before `first[n + 1]`, by symbol and gap."""

    symbol: array[int]
    gap: array[int]
    target: array[Node]
    first: array[int]
    #: The widest gap among a node's edges; -1: it has none.
    reach: array[int]

    def of(self, node: Node) -> range:
        """Places of a node's edges."""
        return range(self.first[node], self.first[node + 1])


@dataclass(frozen=True, slots=True)
class Stems:
    """Letters that words begin with, end with, hold or are, and for each the symbols it belongs to."""

    letters: tuple[str, ...]
    symbols: Groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """All phrases, from their last word to their first, alike endings together. A symbol is a set of words."""

    edges: Edges
    #: Which phrases are complete at which node.
    ends: Groups
    whole: Stems
    head: Stems
    tail: Stems
    inside: Stems


def grown(phrases: Iterable[Phrase]) -> Tree:
    """Return the tree of these phrases, each numbered by its place."""
    growing = _Growing()
    for number, phrase in enumerate(phrases):
        growing.add(phrase, number)
    return Tree(edges=growing.edges_in_rows(), ends=growing.ends_in_rows(), **growing.stems())


class _Growing:
    """The tree while it grows."""

    def __init__(self) -> None:
        self._nodes = 1
        self._edges: dict[int, Node] = {}  # node, symbol and gap in one number → node
        self._ends: set[int] = set()  # node and phrase in one number
        self._symbols: dict[Words, int] = {}

    def add(self, phrase: Phrase, number: int) -> None:
        """Every way to read the phrase."""
        tips = {(ROOT, 0)}  # nodes, and the gap on the way to the word before
        for part in reversed(phrase):
            tips = {self._grown(node, gap, row) for node, gap in tips for row in part}
        self._ends.update(node << _NODE_SHIFT | number for node, _ in tips)

    def _grown(self, node: Node, gap: int, row: tuple[Words, ...]) -> tuple[Node, int]:
        for words in reversed(row):
            if words is GAP:
                gap = min(gap + GAP_WORDS, _WIDEST)
                continue
            symbol = self._symbols.setdefault(words, len(self._symbols))
            edge = node << _NODE_SHIFT | symbol << _SYMBOL_SHIFT | gap
            target = self._edges.get(edge)
            if target is None:
                target = self._edges[edge] = self._nodes
                self._nodes += 1
            node, gap = target, 0
        return node, gap

    def edges_in_rows(self) -> Edges:
        """All edges, node after node."""
        symbol, gap, target = array("i"), array("B"), array("i")
        reach, first = array("h", [-1]) * self._nodes, array("i", [0]) * (self._nodes + 1)
        for edge in sorted(self._edges):
            node, width = edge >> _NODE_SHIFT, edge & _WIDEST
            symbol.append((edge >> _SYMBOL_SHIFT) & ((1 << _NODE_SHIFT - _SYMBOL_SHIFT) - 1))
            gap.append(width)
            target.append(self._edges[edge])
            reach[node] = max(reach[node], width)
            first[node + 1] += 1
        _sum_up(first)
        return Edges(symbol, gap, target, first, reach)

    def ends_in_rows(self) -> Groups:
        """The phrases that are complete at each node."""
        numbers, first = array("i"), array("i", [0]) * (self._nodes + 1)
        for end in sorted(self._ends):
            numbers.append(end & ((1 << _NODE_SHIFT) - 1))
            first[(end >> _NODE_SHIFT) + 1] += 1
        _sum_up(first)
        return Groups(numbers, first)

    def stems(self) -> dict[str, Stems]:
        """The symbols of each written word, by where its stars are."""
        tables: dict[str, dict[str, list[int]]] = {"whole": {}, "head": {}, "tail": {}, "inside": {}}
        for words, symbol in self._symbols.items():
            for word in sorted(words):
                tables[_where(word)].setdefault(word.strip("*"), []).append(symbol)
        return {where: _in_rows(table) for where, table in tables.items()}


def _where(word: str) -> str:
    match word.startswith("*"), word.endswith("*"):
        case False, False:
            return "whole"
        case False, True:
            return "head"
        case True, False:
            return "tail"
        case _:
            return "inside"


def _in_rows(table: Mapping[str, list[int]]) -> Stems:
    numbers, first = array("i"), array("i", [0])
    for symbols in table.values():
        numbers.extend(symbols)
        first.append(len(numbers))
    return Stems(tuple(table), Groups(numbers, first))


def _sum_up(counts: array[int]) -> None:
    """Turn how many each has into where each begins, in place."""
    total = 0
    for at, count in enumerate(counts):
        total += count
        counts[at] = total
