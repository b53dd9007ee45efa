"""Greetings, thanks, goodbyes and what is asked of the guichet itself, known by their very words, without the model.

The words are those that teach the model (`nlu/data/<locale>/guichet.yml`), and the greetings that it leaves out before
a need (`nlu/components/courtesies.yml`): nothing is listed twice.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

import yaml

from bot.nlu.folding import fold
from bot.ordinary_file import bytes_of

_LOG = logging.getLogger(__name__)

#: Intents of `nlu/intents.yml` that are said in a row without meaning anything more.
COURTESIES = ("greet", "thanks", "goodbye")
#: The others that no pathway answers.
OWN = ("who_are_you", "talk_to_human", "change_language", "my_roadmap", "privacy_forget")
_GREET = COURTESIES[0]
#: The key of `courtesies.yml` for what may follow a greeting and adds nothing: « madame ».
_ADDRESSED = "addressed"
#: Words in the longest row of courtesies, and in one of them; as `nlu/components/by_heart.py`.
_ROW, _ONE = 12, 4
#: Words of Indic scripts have vowel signs that are no letters.
_WORD = re.compile(r"[\w'\u0900-\u0dff]+")
# The same reader in C where PyYAML was built with it.
_LOADER: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ByHeart:
    """What whole utterances mean. A word that means two things says nothing, but at home: « salut » greets."""

    def __init__(self, taught: Mapping[str, Mapping[str, str]], addressed: Iterable[str] = ()) -> None:
        """`taught`: by locale, the words and their intents; `addressed`: words that may follow a courtesy."""
        self._own = {locale: {_key(words): intent for words, intent in said.items()} for locale, said in taught.items()}
        self._addressed = frozenset(_key(words) for words in addressed)
        meanings: dict[str, set[str]] = {}
        for said in self._own.values():
            for key, intent in said.items():
                meanings.setdefault(key, set()).add(intent)
        self._anywhere = {key: intents.pop() for key, intents in meanings.items() if len(intents) == 1}

    @classmethod
    def load(cls, nlu: Path) -> Self:
        """Read the files below `nlu/`. One that cannot be read is left out and logged: the model knows the words."""
        taught: dict[str, dict[str, str]] = {}
        for path in sorted(nlu.glob("data/*/guichet.yml")):
            said = taught.setdefault(path.parent.name, {})
            for intent, words in _examples(_read(path)):
                said.setdefault(words, intent)
        listed = _read(nlu / "components" / "courtesies.yml")
        addressed = _texts(listed.pop(_ADDRESSED, ()))
        for locale, greetings in listed.items():
            said = taught.setdefault(locale, {})
            for words in _texts(greetings):
                said.setdefault(words, _GREET)
        return cls(taught, addressed)

    def intent(self, text: str, locale: str) -> str | None:
        """The intent of these words, in the person's language or in any; the first of courtesies in a row."""
        words = _WORD.findall(fold(text))
        known = self._known(" ".join(words), locale)
        return known if known is not None or len(words) > _ROW else self._row(words, locale)

    def _known(self, key: str, locale: str) -> str | None:
        return self._own.get(locale, {}).get(key) or self._anywhere.get(key)

    def _row(self, words: Sequence[str], locale: str) -> str | None:
        first: str | None = None
        begin = 0
        while begin < len(words):
            for end in range(min(begin + _ONE, len(words)), begin, -1):
                key = " ".join(words[begin:end])
                known = self._known(key, locale)
                if known in COURTESIES or (first is not None and key in self._addressed):
                    first, begin = first or known, end
                    break
            else:
                return None
        return first


def _key(text: str) -> str:
    return " ".join(_WORD.findall(fold(text)))


def _examples(read: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Each example of the intents known here (Rasa's training data format 3.1)."""
    for entry in _listed(read.get("nlu")):
        if isinstance(entry, dict) and entry.get("intent") in (*COURTESIES, *OWN):
            for line in str(entry.get("examples", "")).splitlines():
                if words := line.strip().removeprefix("- ").strip():
                    yield str(entry["intent"]), words


def _read(path: Path) -> dict[str, object]:
    try:
        found = yaml.load(bytes_of(path).decode("utf-8"), Loader=_LOADER)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as exc:
        _LOG.error("by_heart.left_out file=%s reason=%s", path.name, type(exc).__name__)
        return {}
    return found if isinstance(found, dict) else {}


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _texts(value: object) -> list[str]:
    return [str(one) for one in _listed(value)]
