"""How a phrase is written, and how it is read.

A phrase is plain words with four small signs, so that a person who speaks the language can write it:

    «je veux mourir»           these words, next to each other
    «veut * tuer»              up to three other words between them (`* *`: up to six)
    «frapp*», «*bani»          a word that begins, or ends, like this
    «(mari|copain) me (bat|tape)»   one of these; several words, or none, may stand between the bars

Words are folded (see `folding`) and match whole words only. A gap never crosses the end of a sentence.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TypeAlias

from bot.nlu.folding import fold_letters, squeeze

#: How many other words one `*` lets through.
GAP_WORDS = 3
#: A phrase with many bars stands for many phrases; more than this is a mistake.
MAX_VARIANTS = 200

#: The words that may stand at one place (a star at an end of a word is any letters); the empty set is a gap.
Words: TypeAlias = frozenset[str]
#: What one part of a phrase may be: rows of places, of which any one is meant.
Part: TypeAlias = tuple[tuple[Words, ...], ...]
#: A phrase, part after part.
Phrase: TypeAlias = tuple[Part, ...]

GAP: Words = frozenset()

# Vowel signs of Indic scripts are not letters to `re`, but they are parts of words.
_TOKEN = re.compile(r"[\w'\u0900-\u0dff]+|[.!?]+")
_PARTS = re.compile(r"\([^()]*\)|[^\s()]+|[()]")
_LONG_RUN = re.compile(r"([^\W\d_])\1{2,}")

# Arabic writes «with, like, for, will» onto the word, and dialects do so with «now», «will» and «on».
_ARABIC_PARTICLES = "بكلسحهع"


class PhraseError(ValueError):
    """A phrase that cannot be read; the message is a sentence for its author."""

    def __init__(self, text: str, french: str) -> None:
        super().__init__(text)
        self.french = french


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


def read_phrase(text: str) -> Phrase:
    """Read one phrase. Raises PhraseError."""
    parts = _PARTS.findall(fold_letters(text).replace("-", " "))
    if "(" in parts or ")" in parts:
        raise PhraseError(
            "a bracket is not closed, or stands inside another one",
            "une parenthèse n'est pas fermée, ou se trouve dans une autre",
        )
    phrase = tuple(map(_part, parts))
    count = 1
    for part in phrase:
        count *= len(part)
    if count > MAX_VARIANTS:
        raise PhraseError(
            f"it stands for {count} phrases, more than {MAX_VARIANTS}: split it",
            f"elle vaut {count} phrases, plus que {MAX_VARIANTS} ; coupez-la en plusieurs",
        )
    if not (_begins_with_words(phrase, 0) and _begins_with_words(reversed(phrase), -1)):
        raise PhraseError("it must begin and end with a word", "elle doit commencer et finir par un mot")
    return phrase


def _begins_with_words(parts: Iterable[Part], outer: int) -> bool:
    """Whether words stand at this end (`outer`: the row's index there), whichever rows are meant."""
    for part in parts:
        if any(row and row[outer] is GAP for row in part):
            return False
        if () not in part:
            return True
    return False


def _part(text: str) -> Part:
    """Read one part: a word, a star, or a bracket."""
    if text == "*":
        return ((GAP,),)
    if not text.startswith("("):
        return ((frozenset({_word(text)}),),)
    options = [option.split() for option in text[1:-1].split("|")]
    singles = frozenset(_word(option[0]) for option in options if len(option) == 1)
    several = [tuple(map(_place, option)) for option in options if len(option) != 1]
    return tuple([(singles,)] if singles else []) + tuple(several)


def _place(word: str) -> Words:
    return GAP if word == "*" else frozenset({_word(word)})


@lru_cache(maxsize=4096)  # the same words stand in many phrases of a file
def _word(raw: str) -> str:
    """Check one written word and return it folded, without its apostrophes."""
    word = _LONG_RUN.sub(r"\1\1", raw.replace("'", ""))  # Somali «la'aan» is typed «laan» as often
    bare = word.strip("*")
    if not bare or "*" in bare or "|" in bare or bare[0] in ".!?" or _TOKEN.fullmatch(bare) is None:
        raise PhraseError(f"«{raw}» is not a word", f"« {raw} » n'est pas un mot")
    if bare != word and len(bare) < (3 if bare.isascii() else 2):
        raise PhraseError(
            f"«{raw}» is too short for a star: it would catch too many words",
            f"« {raw} » est trop court pour une étoile, qui trouverait trop de mots",
        )
    return word
