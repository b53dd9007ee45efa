"""The fonts of this room and which of them a text needs. Unmodified Noto fonts, see fonts/OFL.txt and decision 17."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).parent / "fonts"

#: Our name of a family → the beginning of its files' names.
FAMILIES = {
    "sans": "NotoSans",
    "arab": "NotoNaskhArabic",
    "ethi": "NotoSansEthiopic",
    "geor": "NotoSansGeorgian",
    "beng": "NotoSansBengali",
    "deva": "NotoSansDevanagari",
    "armn": "NotoSansArmenian",
}
#: First and last code point of blocks → the family that draws them (Unicode 15, Blocks.txt). All else is `sans`.
_BLOCKS = (
    (0x0530, 0x058F, "armn"),
    (0x0600, 0x08FF, "arab"),
    (0x0900, 0x097F, "deva"),
    (0x0980, 0x09FF, "beng"),
    (0x10A0, 0x10FF, "geor"),
    (0x1200, 0x139F, "ethi"),
    (0x1C90, 0x1CBF, "geor"),
    (0x2D00, 0x2D2F, "geor"),
    (0x2D80, 0x2DDF, "ethi"),
    (0xAB00, 0xAB2F, "ethi"),
    (0xFB50, 0xFDFF, "arab"),
    (0xFE70, 0xFEFF, "arab"),
)


def family_of(text: str) -> str:
    """The family that draws most of a text."""
    counts: dict[str, int] = {}
    for char in text:
        if char.isalpha():
            family = _family(char)
            counts[family] = counts.get(family, 0) + 1
    return max(counts, key=counts.__getitem__, default="sans")


def families_in(texts: Iterable[str]) -> list[str]:
    """Every family that is needed for these texts; `sans`, which has the digits and signs, is always there."""
    found = {_family(char) for text in texts for char in text}
    return [name for name in FAMILIES if name == "sans" or name in found]


def file_of(family: str, *, bold: bool) -> Path:
    """The font file."""
    return FOLDER / f"{FAMILIES[family]}-{'Bold' if bold else 'Regular'}.ttf"


def _family(char: str) -> str:
    code = ord(char)
    if code < 0x0530:
        return "sans"
    return next((family for first, last, family in _BLOCKS if first <= code <= last), "sans")
