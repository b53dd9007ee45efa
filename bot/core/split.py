"""Cut a long text into parts that Telegram takes (B13).

Lengths and offsets are UTF-16 code units, as Telegram counts them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: Source: https://core.telegram.org/bots/api#sendmessage, "1-4096 characters after entities parsing".
LIMIT_UNITS: Final = 4096
#: Leaves room for the mark of a message that may be there already (B02).
PART_UNITS: Final = LIMIT_UNITS - 2
#: Source: https://core.telegram.org/bots/api#senddocument.
CAPTION_UNITS: Final = 1024

#: A part and its bold spans.
Part = tuple[str, tuple[tuple[int, int], ...]]

_PARAGRAPH: Final = re.compile(r"\n\s*\n")
#: The end of a sentence in the scripts we serve: Latin, Cyrillic, Arabic and Urdu, Ethiopic, Devanagari, CJK.
_SENTENCE: Final = re.compile(r"(?<=[.!?…؟۔።।。！？])(?:\s+|(?<=[。！？]))|\n")
_WORD: Final = re.compile(r"\s+")
_ZWJ: Final = "\u200d"


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text) + sum(1 for char in text if char > "\uffff")


def split(text: str, bold: tuple[tuple[int, int], ...] = (), limit: int = PART_UNITS) -> list[Part]:
    """Parts of at most `limit` units that read like the text, each with its own share of the bold spans.

    Cut between paragraphs, else sentences, else words, else graphemes. White space at a cut is dropped.
    """
    if len(text) * 2 <= limit or units(text) <= limit:
        return [(text, bold)]
    parts: list[Part] = []
    start = 0
    offset = 0  # of `start`, in units
    while start < len(text):
        end = _cut(text, start, limit)
        raw = text[start:end]
        lead = len(raw) - len(raw.lstrip())
        body = raw.strip()
        if body:
            first = offset + units(raw[:lead])
            parts.append((body, _share(bold, first, units(body))))
        offset += units(raw)
        start = end
    return parts


def _cut(text: str, start: int, limit: int) -> int:
    """Where the part that begins at `start` ends."""
    fits = _reach(text, start, limit)
    if fits == len(text):
        return fits
    for boundary in (_PARAGRAPH, _SENTENCE, _WORD):
        # A cut in the first quarter would make many tiny parts; the next finer boundary is better then.
        ends = [found.end() for found in boundary.finditer(text, start, fits) if found.end() - start > limit // 4]
        if ends:
            return ends[-1]
    end = fits
    while end > start + 1 and not _is_boundary(text, end):
        end -= 1
    return end if end > start + 1 else fits


def _reach(text: str, start: int, limit: int) -> int:
    """The furthest index so that text[start:index] has at most `limit` units."""
    end = min(len(text), start + limit)
    over = units(text[start:end]) - limit
    while over > 0:
        while over > 0:
            end -= 1
            over -= 2 if text[end] > "\uffff" else 1
        over = units(text[start:end]) - limit
    return end


def _is_boundary(text: str, index: int) -> bool:
    """A grapheme ends before `index`, by the rules that matter for cutting: marks, joiners, modifiers, flags."""
    after = text[index]
    before = text[index - 1]
    if after == _ZWJ or before == _ZWJ or "\ufe00" <= after <= "\ufe0f" or "\U0001f3fb" <= after <= "\U0001f3ff":
        return False
    if before == "\r" and after == "\n":
        return False
    if unicodedata.category(after) in {"Mn", "Me", "Mc"} or "\U000e0020" <= after <= "\U000e007f":
        return False
    if _is_flag(after):
        begin = index
        while begin > 0 and index - begin < 64 and _is_flag(text[begin - 1]):
            begin -= 1
        return (index - begin) % 2 == 0
    return True


def _is_flag(char: str) -> bool:
    """A regional indicator: two of them make a flag."""
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _share(bold: tuple[tuple[int, int], ...], first: int, length: int) -> tuple[tuple[int, int], ...]:
    """The bold spans inside [first, first + length), counted from `first`."""
    shares: list[tuple[int, int]] = []
    for offset, span in bold:
        begin = max(offset, first)
        end = min(offset + span, first + length)
        if begin < end:
            shares.append((begin - first, end - begin))
    return tuple(shares)
