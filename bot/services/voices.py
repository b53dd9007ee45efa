"""What many said alike in free words. Never anybody's sentence: only the words that at least five of them used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from bot.ports import Submission

#: Fewer alike are never shown (best-in-class, 18).
ALIKE = 5
#: Two are alike from this on, of 100: the words they share, in any order, against what only one of them says.
SIMILAR = 75
#: Sentences of one kind that are compared, each with each: two million pairs take a few seconds.
MOST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What `number` people said alike about one kind of matter."""

    kind: str
    number: int
    #: Folded words that at least `ALIKE` of them used, most used first.
    words: tuple[str, ...]


def voices(submissions: Sequence[Submission], words_of: Callable[[str], Sequence[str]]) -> list[Voice]:
    """Groups of at least `ALIKE` of the same kind, largest first. `words_of` leaves out what carries no meaning."""
    by_kind: dict[str, list[frozenset[str]]] = {}
    for one in submissions:
        if words := frozenset(words_of(one.answers.get("words", "").replace("#", " "))):
            by_kind.setdefault(one.answers.get("kind", ""), []).append(words)
    found = [voice for kind, said in by_kind.items() for voice in _groups(kind, said[:MOST])]
    return sorted(found, key=lambda voice: (-voice.number, voice.kind, voice.words))


def _groups(kind: str, said: Sequence[frozenset[str]]) -> list[Voice]:
    """Take the sentence with the most others alike, and those with it; again with what is left."""
    alike = _alike(said)
    left = set(range(len(said)))
    found = []
    while left:
        centre = max(left, key=lambda at: (len(alike[at] & left), -at))
        group = alike[centre] & left
        if len(group) < ALIKE:
            break
        left -= group
        used = Counter(word for at in group for word in said[at])
        words = tuple(
            word for word, number in sorted(used.items(), key=lambda one: (-one[1], one[0])) if number >= ALIKE
        )
        if words:
            found.append(Voice(kind=kind, number=len(group), words=words))
    return found


def _alike(said: Sequence[frozenset[str]]) -> Mapping[int, set[int]]:
    """Which sentences resemble which, themselves included."""
    from rapidfuzz.fuzz import token_set_ratio  # imported late: only this command needs it

    texts = [" ".join(sorted(words)) for words in said]
    alike = {at: {at} for at in range(len(texts))}
    for one, two in combinations(range(len(texts)), 2):
        if token_set_ratio(texts[one], texts[two], score_cutoff=SIMILAR):
            alike[one].add(two)
            alike[two].add(one)
    return alike
