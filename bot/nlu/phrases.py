"""Find many written phrases in one text, in one pass.

A phrase is plain words with four small signs, so that a person who speaks the language can write it:

    «je veux mourir»           these words, next to each other
    «veut * tuer»              up to three other words between them (`* *`: up to six)
    «frapp*», «*bani»          a word that begins, or ends, like this
    «(mari|copain) me (bat|tape)»   one of these; several words, or none, may stand between the bars

Words are folded (see `folding`) and match whole words only. A gap never crosses the end of a sentence.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from bot.nlu.folding import fold_letters, squeeze

#: How many other words one `*` lets through.
GAP_WORDS = 3
#: A phrase with many bars stands for many phrases; more than this is a mistake.
MAX_VARIANTS = 200

# Vowel signs of Indic scripts are not letters to `re`, but they are parts of words.
_TOKEN = re.compile(r"[\w'\u0900-\u0dff]+|[.!?]+")
_PARTS = re.compile(r"\([^()]*\)|[^\s()]+|[()]")
_LONG_RUN = re.compile(r"([^\W\d_])\1{2,}")

# Arabic writes «with, like, for, will» onto the word, and dialects do so with «now», «will» and «on».
_ARABIC_PARTICLES = "بكلسحهع"


class PhraseError(ValueError):
    """A phrase that cannot be read; the message is a sentence for its author."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Phrase number `phrase` was found from word `start` to word `end`, both counted from 0 and included."""

    phrase: int
    start: int
    end: int


class Step(NamedTuple):
    """One of `words` (a star at an end of a word stands for any letters) after at most `gap` other words."""

    gap: int
    words: frozenset[str]


_NO_SYMBOLS: frozenset[int] = frozenset()


class _Node:
    """A place in the tree of all phrases."""

    __slots__ = ("edges", "ends", "reach", "symbols")

    def __init__(self) -> None:
        # There are ten thousands of places, most of them with one edge or one end: nothing is made before it is needed.
        self.edges: dict[tuple[int, int], _Node] = {}  # gap and symbol → next place
        self.symbols: frozenset[int] | set[int] = _NO_SYMBOLS  # those of the edges, to pass over most words at once
        self.reach = -1  # the widest gap among the edges
        self.ends: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    """What a word of a text can be: the places where reading may begin, and every symbol it stands for."""

    starts: tuple[_Node, ...]
    symbols: frozenset[int]


_NOTHING = _Known((), frozenset())


def words_of(text: str) -> list[str]:
    """Cut a text into folded words; marks that end a sentence are kept as items of their own."""
    return _TOKEN.findall(fold_letters(text))


def forms_of(word: str) -> set[str]:
    """Return every spelling under which a folded word of a text may stand in a phrase.

    «l'annexe» is also «lannexe» and «annexe»; «killlll» is also «kill» and «kil»; «والشرطه» is also «شرطه».
    """
    forms = {word}
    if "'" in word:
        forms.add(word.replace("'", ""))
        forms.update(part for part in word.split("'") if len(part) > 1)
    if any(_LONG_RUN.search(form) for form in forms):
        forms |= {squeeze(form) for form in forms} | {_LONG_RUN.sub(r"\1\1", form) for form in forms}
    if "\u0621" <= word[0] <= "\u06ff":
        forms.update(_without_proclitics(word))
    return forms


def _without_proclitics(word: str) -> Iterator[str]:
    """Yield an Arabic word without the short words written onto it: «and», then one particle, then «the»."""
    after_and = [word, word[1:]] if word[0] in "وف" and len(word) > 3 else [word]
    for whole in after_and:
        after_particle = [whole, whole[1:]] if whole[0] in _ARABIC_PARTICLES and len(whole) > 3 else [whole]
        for rest in after_particle:
            yield rest
            if rest.startswith(("ال", "لل")) and len(rest) > 4:
                yield rest[2:]


def variants_of(phrase: str) -> list[tuple[Step, ...]]:
    """Read one phrase. Raises PhraseError."""
    parts = _PARTS.findall(fold_letters(phrase).replace("-", " "))
    if any(part in "()" for part in parts):
        raise PhraseError("a bracket is not closed, or stands inside another one")
    choices = [_alternatives(part) for part in parts]
    count = 1
    for choice in choices:
        count *= len(choice)
    if count > MAX_VARIANTS:
        raise PhraseError(f"it stands for {count} phrases, more than {MAX_VARIANTS}: split it")
    return [_steps([item for items in chosen for item in items]) for chosen in product(*choices)]


def _alternatives(part: str) -> list[list[frozenset[str]]]:
    """Return what one part of a phrase may be: lists of word sets. An empty word set stands for a gap."""
    if part == "*":
        return [[frozenset()]]
    if not part.startswith("("):
        return [[frozenset({_word(part)})]]
    options = [option.split() for option in part[1:-1].split("|")]
    singles = frozenset(_word(option[0]) for option in options if len(option) == 1)
    several = [_in_a_row(option) for option in options if len(option) != 1]
    return ([[singles]] if singles else []) + several


def _in_a_row(option: Sequence[str]) -> list[frozenset[str]]:
    """Return one word set a word for an option of several words, or of none."""
    return [frozenset() if word == "*" else frozenset({_word(word)}) for word in option]


@lru_cache(maxsize=8192)  # the same few thousand words stand in all phrases
def _word(raw: str) -> str:
    """Check one written word and return it folded, without its apostrophes."""
    word = _LONG_RUN.sub(r"\1\1", raw.replace("'", ""))  # Somali «la'aan» is typed «laan» as often
    bare = word.strip("*")
    if not bare or "*" in bare or "|" in bare or bare[0] in ".!?" or _TOKEN.fullmatch(bare) is None:
        raise PhraseError(f"«{raw}» is not a word")
    if bare != word and len(bare) < (3 if bare.isascii() else 2):
        raise PhraseError(f"«{raw}» is too short for a star: it would catch too many words")
    return word


def _steps(items: Sequence[frozenset[str]]) -> tuple[Step, ...]:
    if not items or not items[0] or not items[-1]:
        raise PhraseError("it must begin and end with a word")
    steps, gap = [], 0
    for words in items:
        if words:
            steps.append(Step(gap, words))
            gap = 0
        else:
            gap += GAP_WORDS
    return tuple(steps)


class PhraseFinder:
    """All phrases in one tree. The time of `find` grows with the text, hardly with the number of phrases."""

    def __init__(self, phrases: Iterable[Sequence[tuple[Step, ...]]]) -> None:
        """Take, for each phrase, its variants from `variants_of`; hits name a phrase by its place here."""
        self._root = _Node()
        self._symbols: dict[frozenset[str], int] = {}
        for number, variants in enumerate(phrases):
            for steps in variants:
                self._add(steps, number)
        self._starts = {symbol: node for (_, symbol), node in self._root.edges.items()}
        self._whole: dict[str, set[int]] = {}
        self._head: dict[str, set[int]] = {}
        self._tail: dict[str, set[int]] = {}
        self._inside: dict[str, set[int]] = {}
        for words, symbol in self._symbols.items():
            for word in words:
                self._table_of(word).setdefault(word.strip("*"), set()).add(symbol)
        self._head_lengths = sorted({len(stem) for stem in self._head})
        self._tail_lengths = sorted({len(stem) for stem in self._tail})
        # Words that stand in phrases are looked up once and for all; what people write is never kept.
        self._known: dict[str, _Known] = {}

    def find(self, text: str) -> list[Hit]:
        """Return every place where a phrase stands in `text`, the last one first.

        Read from the end: phrases begin with words that are everywhere («il», «my»), but end with the rare ones.
        """
        hits: list[Hit] = []
        seen: dict[str, _Known] = {}
        live: dict[_Node, tuple[int, int]] = {}  # place in the tree → word matched now, word where the phrase ends
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
                (self._known if token in self._whole else seen)[token] = known
            if live or known.starts:
                live = self._step(live, known, here, hits)
        return hits

    def _step(
        self, live: Mapping[_Node, tuple[int, int]], known: _Known, here: int, hits: list[Hit]
    ) -> dict[_Node, tuple[int, int]]:
        """Read one word: places that may still go on, places newly reached, and phrases that are complete here."""
        after: dict[_Node, tuple[int, int]] = {}
        symbols = known.symbols
        reached = [(node, here) for node in known.starts]
        for node, (matched, end) in live.items():
            gap = matched - here - 1
            if gap < node.reach:
                after[node] = (matched, end)
            if symbols and not node.symbols.isdisjoint(symbols):
                for (allowed, symbol), target in node.edges.items():
                    if gap <= allowed and symbol in symbols:
                        reached.append((target, end))
        for node, end in reached:
            if node.ends:
                hits.extend(Hit(phrase=number, start=here, end=end) for number in node.ends)
            if node.edges:
                after[node] = (here, end)
        return after

    def _add(self, steps: Sequence[Step], number: int) -> None:
        node, gap = self._root, 0
        for step in reversed(steps):
            symbol = self._symbols.setdefault(step.words, len(self._symbols))
            target = node.edges.get((gap, symbol))
            if target is None:
                target = node.edges[gap, symbol] = _Node()
                node.reach = max(node.reach, gap)
                if isinstance(node.symbols, frozenset):
                    node.symbols = set()
                node.symbols.add(symbol)
            gap = step.gap  # towards the word before
            node = target
        if number not in node.ends:
            node.ends += (number,)

    def _table_of(self, word: str) -> dict[str, set[int]]:
        match word.startswith("*"), word.endswith("*"):
            case False, False:
                return self._whole
            case False, True:
                return self._head
            case True, False:
                return self._tail
            case _:
                return self._inside

    def _look_up(self, word: str) -> _Known:
        symbols: set[int] = set()
        for form in forms_of(word):
            symbols.update(self._whole.get(form, ()))
            for length in self._head_lengths:
                if length > len(form):
                    break
                symbols.update(self._head.get(form[:length], ()))
            for length in self._tail_lengths:
                symbols.update(self._tail.get(form[-length:], ()))
            for stem, found in self._inside.items():
                if stem in form:
                    symbols.update(found)
        if not symbols:
            return _NOTHING
        return _Known(tuple(self._starts[one] for one in symbols if one in self._starts), frozenset(symbols))
