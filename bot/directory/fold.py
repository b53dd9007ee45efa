"""Makes spellings meet: case, accents, Arabic and Persian letter variants, Turkish i, digits of many scripts."""

from __future__ import annotations

import re
import unicodedata

#: Letters that people type for one another and that no Unicode normal form brings together.
_VARIANTS = str.maketrans(
    {
        "ı": "i",
        "œ": "oe",
        "æ": "ae",
        "ø": "o",
        "ß": "ss",
        "ł": "l",
        "đ": "d",
        "ё": "е",
        "ґ": "г",
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ې": "ي",
        "ئ": "ي",
        "ک": "ك",
        "ګ": "گ",
        "ة": "ه",
        "ۀ": "ه",
        "ؤ": "و",
        "ـ": None,
        "\u200c": None,
        "\u200d": None,
        "\u200e": None,
        "\u200f": None,
    }
)
_WORD = re.compile(r"\w+")
#: Scripts that are written without spaces between words; a known word is looked for anywhere in them.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f\u1780-\u17ff\u1000-\u109f]")


def fold(text: str) -> str:
    """Lower case without accents, digits in ASCII; the same for every way of writing one word.

    Nothing is kept between calls: what people write would stay in memory, out of reach of an erasure.
    """
    text = unicodedata.normalize("NFKC", text).casefold().translate(_VARIANTS)
    text = unicodedata.normalize("NFD", text)
    text = "".join(char for char in text if unicodedata.category(char) != "Mn")
    text = unicodedata.normalize("NFC", text).translate(_VARIANTS)
    return "".join(str(unicodedata.digit(char)) if char.isdigit() and not char.isascii() else char for char in text)


def tokens(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return _WORD.findall(fold(text))


def is_unspaced(text: str) -> bool:
    """True for Chinese, Japanese, Thai, Khmer or Burmese."""
    return _UNSPACED.search(text) is not None
