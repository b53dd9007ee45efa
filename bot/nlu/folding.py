"""One spelling for the many ways people type the same word.

A folded text is a key for comparing, never shown to anybody. Everything that is compared (a person's words, lexicon
phrases, keywords) goes through the same fold, so what the fold loses it loses on both sides. Linear in the text.
"""

import re
import unicodedata

#: Telegram cuts a message at 4,096 characters (Bot API, sendMessage); a longer text is not read further.
MAX_CHARS = 4096
#: A few compatibility characters unfold into a whole sentence (U+FDFA: 18 letters); the result is bounded too.
MAX_FOLDED_CHARS = 2 * MAX_CHARS

#: Apostrophes join, they do not separate: «j'ai», «j’ai» and «jʼai» are one spelling.
APOSTROPHES = "'’‘ʼʻ`´′ʹʾʿ＇"

# Marks above and below letters. Those of Indic scripts are vowels, not ornaments, and stay.
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)

# A flood of marks or pictures costs quadratic time in normalisation; no word has more than eight in a row.
_FLOOD = re.compile(r"([^\w\s]{8})[^\w\s]+")

# Seen by nobody, typed by keyboards: zero-width and direction controls, soft hyphen, variation selectors, tatweel.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff\u0640\ufffd"
)

_LATIN = {
    "ı": "i",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "ø": "o",
    "æ": "ae",
    "œ": "oe",
    "ə": "e",
    "ħ": "h",
    "ŧ": "t",
    "þ": "th",
}

# Persian, Urdu, Pashto and Kurdish keyboards have their own code points for letters that Arabic also writes.
_ARABIC = {
    "ى": "ي", "ی": "ي", "ې": "ي", "ۍ": "ي", "ے": "ي", "ێ": "ي", "ئ": "ي", "ک": "ك", "ڪ": "ك", "ګ": "گ", "ة": "ه",
    "ۀ": "ه", "ہ": "ه", "ھ": "ه", "ە": "ه", "ۃ": "ه", "ٱ": "ا", "ں": "ن", "ؤ": "و", "ۆ": "و", "ۇ": "و", "ڭ": "ك",
    "ء": "",
}  # fmt: skip

_PUNCTUATION = {
    "؟": "?", "۔": ".", "।": ".", "॥": ".", "።": ".", "፧": "?", "፨": ".", "፡": " ", "፣": " ", "፤": " ", "፥": " ",
    "፦": " ", "،": " ", "؛": " ", "\x00": " ", "🆘": " sos ",
}  # fmt: skip


def _ethiopic() -> dict[int, int]:
    """Amharic writes one sound with several series of letters; each series goes to its most usual one."""
    series = {0x1210: 0x1200, 0x1280: 0x1200, 0x1220: 0x1230, 0x12D0: 0x12A0, 0x1340: 0x1338}
    table = {rare + order: usual + order for rare, usual in series.items() for order in range(8)}
    first_orders = {0x1203: 0x1200, 0x1213: 0x1200, 0x1283: 0x1200, 0x12A3: 0x12A0, 0x12D3: 0x12A0}
    return table | first_orders


def _digits() -> dict[int, str]:
    """Arabic-Indic, Persian, Devanagari and Bengali digits as Latin ones."""
    zeros = (0x0660, 0x06F0, 0x0966, 0x09E6)
    return {zero + value: str(value) for zero in zeros for value in range(10)}


# Letters that hold their difference in a mark (й, ё, ö…) are already apart when this table is read.
_TABLE: dict[int, str | int | None] = {
    **{ord(char): None for char in _INVISIBLE},
    **dict.fromkeys(range(0xFE00, 0xFE10)),
    **dict.fromkeys(range(0xD800, 0xE000), " "),
    **{ord(char): "'" for char in APOSTROPHES},
    **{ord(char): plain for table in (_LATIN, _ARABIC, _PUNCTUATION) for char, plain in table.items()},
    **_ethiopic(),
    **_digits(),
}

# Persian verbs are typed «می‌خواهم», «می خواهم» or «میخواهم»; the middle one is joined. (Pashto «مې» is a word.)
_PERSIAN_PREFIX = re.compile(r"(?<!\w)(ن?م[يیى]) +(?=\w)")

_LONG_RUN = re.compile(r"([^\W\d_])\1{2,}")


def fold(text: str) -> str:
    """Return the comparing key of `text`: case, accents, letter variants, invisible signs and stretched letters gone.

    Three or more of the same letter become one («heeelp» → «help»); digits are never joined. At most
    `MAX_CHARS` characters are read.
    """
    return squeeze(fold_letters(text))


def fold_letters(text: str) -> str:
    """Fold as `fold` does, but leave stretched letters as they were typed."""
    if text.isascii():
        return text[:MAX_CHARS].casefold().translate(_ASCII)
    short = _MARKS.sub("", _FLOOD.sub(r"\1 ", text[:MAX_CHARS]))
    apart = unicodedata.normalize("NFKD", short).casefold()[:MAX_FOLDED_CHARS]
    return _PERSIAN_PREFIX.sub(r"\1", _MARKS.sub("", apart)).translate(_TABLE)


def squeeze(folded: str) -> str:
    """Make one letter of three or more of the same."""
    return _LONG_RUN.sub(r"\1", folded)


_ASCII: dict[int, str | int | None] = {0: " ", ord("`"): "'"}
