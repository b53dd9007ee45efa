"""Which of the choices on the screen a written answer means."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

#: One spelling for the many ways people type a word; `bot.nlu.folding.fold` is passed in.
Fold: TypeAlias = Callable[[str], str]

_WORD = re.compile(r"[\w'\u0900-\u0dff]+")
#: Shorter beginnings fit too much.
_PREFIX_FROM = 3
#: A longer label has a number in passing: « L'enfant a plus de 2 ans et demi ».
_NUMBER_LABEL = 4
#: What people put before the number of a choice.
_NUMBER_SIGNS = frozenset({"n", "no", "nr", "num", "numero", "number", "option"})
#: One slip is forgiven from this length on, two from the second.
_ONE_SLIP_FROM, _TWO_SLIPS_FROM = 5, 8


def key_of_words(text: str, fold: Fold) -> str:
    """The folded words of a text, without punctuation; its signs alone when it has no word (`👍`)."""
    folded = fold(text)
    return " ".join(_WORD.findall(folded)) or folded.strip()


def label_meant(text: str, labels: Sequence[Sequence[str]], *, fold: Fold) -> int | None:
    """Index of the one choice that the whole text names; `labels` are all texts of each choice."""
    said = key_of_words(text, fold)
    named = [index for index, texts in enumerate(labels) if said and said in {key_of_words(one, fold) for one in texts}]
    return named[0] if len(named) == 1 else None


def choice_meant(text: str, labels: Sequence[Sequence[str]], *, number: int | None, fold: Fold) -> int | None:
    """Index of the one choice meant. `labels` are all texts of each choice; `number` is the number in `text`.

    In this order, the first that fits exactly one choice: the whole label; its number on the screen; its words or
    its beginning; its words but for a slip. Something that fits two is no answer.
    """
    said = key_of_words(text, fold)
    if not said:
        return None
    keys = [[key for label in texts if (key := key_of_words(label, fold))] for texts in labels]
    exact = [index for index, texts in enumerate(keys) if said in texts]
    if exact:
        return exact[0] if len(exact) == 1 else None
    words = said.split()
    if number is not None and len(words) <= 2:
        # `2` is the second choice, unless a label speaks of 2 itself (`2 enfants`, and little else).
        spoken = [
            index
            for index, texts in enumerate(keys)
            if any({said, str(number)} & {*key.split()} and len(key.split()) <= _NUMBER_LABEL for key in texts)
        ]
        if spoken:
            return spoken[0] if len(spoken) == 1 else None
        return number - 1 if 1 <= number <= len(labels) and _is_bare(words) else None
    if len(said) < _PREFIX_FROM and said.isascii():
        return None
    found = _only(keys, lambda key: _begins(key, said) or _holds(key, words))
    # A slip in a number is another number: « dans 5 jours » is not « Dans 3 jours ».
    if found is None and len(said) >= _ONE_SLIP_FROM and not any(char.isdigit() for char in said):
        found = _only(keys, lambda key: _nearly(key, said))
    return found


def _only(keys: Sequence[Sequence[str]], fits: Callable[[str], bool]) -> int | None:
    found = [index for index, texts in enumerate(keys) if any(fits(key) for key in texts)]
    return found[0] if len(found) == 1 else None


def _is_bare(words: Sequence[str]) -> bool:
    """Whether the answer is a number and nothing else: `2`, `n° 2`; not `2 enfants`."""
    return len(words) == 1 or words[0] in _NUMBER_SIGNS


def _begins(key: str, said: str) -> bool:
    return key.startswith(said)


def _holds(key: str, words: Sequence[str]) -> bool:
    """Every word said is in the label."""
    return set(words) <= set(key.split())


def _nearly(key: str, said: str) -> bool:
    """The label, or one long word of it, but for a slip."""
    allowed = 2 if len(said) >= _TWO_SLIPS_FROM else 1
    return any(len(one) >= _ONE_SLIP_FROM and slips(one, said, allowed) <= allowed for one in (key, *key.split()))


def one_slip_away(one: str, other: str) -> bool:
    """Whether one letter missing, added, changed, or two swapped, makes one word the other."""
    return slips(one, other, 1) <= 1


def slips(one: str, other: str, limit: int) -> int:
    """Edit distance with swaps of neighbours (optimal string alignment), or `limit` + 1 when it is more."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, char in enumerate(one, start=1):
        here = [row]
        for column, wanted in enumerate(other, start=1):
            cost = min(last[column] + 1, here[column - 1] + 1, last[column - 1] + (char != wanted))
            if row > 1 and column > 1 and char == other[column - 2] and one[row - 2] == wanted:
                cost = min(cost, before[column - 2] + 1)
            here.append(cost)
        if min(here) > limit:
            return limit + 1
        before, last = last, here
    return min(last[-1], limit + 1)
