"""Hours counted from sunrise: « saa tatu asubuhi » and « ጠዋት 3 ሰዓት » are nine o'clock.

In Amharic, Tigrinya and Swahili the day begins at six: the hour that is said is six less than the one on the phone.
Some say the one on the phone all the same, more so in Belgium. The part of the day tells which it is; without one
nobody can know, and the hour is asked for again, as the phone shows it (docs/decisions/0018).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from functools import cache
from types import MappingProxyType

from bot.i18n.choices import Fold, key_of_words

#: Where the hour on the phone lies that is said with each part of the day. Nobody asks for a reminder after midnight.
_MORNING, _DAY, _AFTERNOON = range(6, 12), range(11, 17), range(12, 18)
_DUSK, _EVENING = range(16, 20), range(18, 24)
#: « ቀትሪ » is before noon and after it; another word says which.
_BROAD_DAY, _LIGHT = range(10, 17), range(6, 18)

_PARTS: Mapping[str, Mapping[str, range]] = MappingProxyType(
    {
        "am": {
            **dict.fromkeys(("ጠዋት", "ጥዋት", "ጧት", "ከጠዋቱ", "በጠዋት", "ከጧቱ", "ንጋት"), _MORNING),
            **dict.fromkeys(("ቀን", "ከቀኑ", "በቀን"), _BROAD_DAY),
            **dict.fromkeys(("ከሰዓት", "ከሰአት"), _AFTERNOON),
            **dict.fromkeys(("ምሽት", "ከምሽቱ", "ማታ", "ከማታው", "በማታ", "ሌሊት", "ከሌሊቱ"), _EVENING),
        },
        "ti": {
            **dict.fromkeys(("ንግሆ", "ንጉሆ", "ንግሆኡ", "ቅድሚ"), _MORNING),
            "ቀትሪ": _LIGHT,
            "ድሕሪ": _AFTERNOON,
            **dict.fromkeys(("ምሸት", "ለይቲ"), _EVENING),
        },
        "sw": {
            **dict.fromkeys(("asubuhi", "alfajiri"), _MORNING),
            **dict.fromkeys(("mchana", "adhuhuri"), _DAY),
            "alasiri": _AFTERNOON,
            "jioni": _DUSK,
            "usiku": _EVENING,
        },
    }
)
#: Words for an hour, and small words between it and the part of the day.
_HOUR_WORDS = {"am": ("ሰዓት", "ሰአት"), "ti": ("ሰዓት", "ሰአት"), "sw": ("saa",)}
_BETWEEN = {"am": ("በኋላ", "በ", "ላይ", "ነው"), "ti": ("ናይ", "ኣብ"), "sw": ("ya", "za", "kamili")}
#: Eleven and twelve: `numbers` of `words.yml` end at ten.
_MORE_HOURS: Mapping[str, Mapping[str, int]] = {
    "am": {"አስራ አንድ": 11, "አስራ ሁለት": 12},
    "ti": {"ዓሰርተ ሓደ": 11, "ዓሰርተ ክልተ": 12},
    "sw": {"kumi na moja": 11, "kumi na mbili": 12},
}
#: The hour that is said, of the phone or from sunrise, in the first half of the day and in the second.
_SHIFTS = (0, 6, 12, 18)
_DAY_HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Sunrise:
    """The words of one language, folded."""

    parts: Mapping[str, range]
    hour_words: Collection[str]
    between: Collection[str]
    more_hours: Mapping[str, int]

    def is_said(self, words: Sequence[str]) -> bool:
        """Whether one of the words beside the hour is of this language."""
        return any(word in self.parts or word in self.hour_words for word in words)

    def hour(self, said: int, minute: int, words: Sequence[str]) -> time | None:
        """The hour on the phone, from 1 to 12 as it was said and the words beside it; None when it may be another."""
        known = (self.parts, self.hour_words, self.between)
        strange = [word for word in words if not any(word in some for some in known)]
        told = [self.parts[word] for word in words if word in self.parts]
        if strange or not told:
            return None
        possible = {(said + shift) % _DAY_HOURS for shift in _SHIFTS}
        fitting = [hour for hour in possible if all(hour in part for part in told)]
        return time(fitting[0], minute) if len(fitting) == 1 and minute < 60 else None


@cache
def sunrise(tag: str, fold: Fold) -> Sunrise | None:
    """How a language counts from sunrise; None when it does not."""
    if tag not in _PARTS:
        return None

    def folded(words: Sequence[str]) -> frozenset[str]:
        return frozenset(key_of_words(word, fold) for word in words)

    return Sunrise(
        parts={key_of_words(word, fold): part for word, part in _PARTS[tag].items()},
        hour_words=folded(_HOUR_WORDS[tag]),
        between=folded(_BETWEEN[tag]),
        more_hours={key_of_words(words, fold): hour for words, hour in _MORE_HOURS[tag].items()},
    )
