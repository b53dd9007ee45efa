"""A page that can write in every script: shaping, right-to-left, signs no font has left out. Everything in millimetres.

The layout library is imported when a sheet is made: it takes a second and tens of megabytes, and runs in a process of
its own (`bot.documents.printer`).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

import pypdfium2  # type: ignore[import-untyped]
from fpdf import FPDF
from fpdf.enums import TextDirection

from bot.documents.fonts import families_in, family_of, file_of
from bot.i18n.bidi import first_strong
from bot.i18n.languages import Direction

#: Red, green, blue, 0–255.
Colour: TypeAlias = tuple[int, int, int]
Align: TypeAlias = Literal["start", "center"]

INK: Final[Colour] = (24, 32, 44)
SOFT: Final[Colour] = (88, 98, 112)
PAPER: Final[Colour] = (255, 255, 255)
TEAL: Final[Colour] = (11, 94, 99)
MINT: Final[Colour] = (229, 243, 241)
SAND: Final[Colour] = (252, 246, 233)
AMBER: Final[Colour] = (214, 128, 10)
LINE: Final[Colour] = (208, 214, 220)

_MM_PER_POINT: Final = 25.4 / 72
#: Naskh letters look smaller than Latin ones of the same size.
_LARGER: Final = {"arab": 1.2}
#: Invisible, but they order or shape what is beside them.
_KEPT_INVISIBLE = frozenset("\n\u200c\u200d\u200e\u200f\u2066\u2067\u2068\u2069")
#: Telegram's bold signs stay in no sentence; spaces that fonts lack become plain ones.
_REPLACED = {0x202F: "\u00a0", 0x2011: "-", 0x2192: "–", 0x2002: " ", 0x2003: " "}


#: French puts a space before these; a line must not begin with them.
_CLINGING = re.compile(r" (?=[:;?!»])|(?<=«) ")


class Sheet:
    """Pages of one size, with the fonts that `texts` need."""

    def __init__(self, width: float, height: float, texts: Iterable[str], *, margin: float = 8) -> None:
        self.width, self.height, self.margin = width, height, margin
        self.pdf = FPDF(unit="mm", format=(width, height))
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margins(margin, margin, margin)
        self.pdf.c_margin = 0
        self.pdf.set_creator("guichet unique")
        families = families_in(texts)
        for family in families:
            self.pdf.add_font(family, "", file_of(family, bold=False))
            self.pdf.add_font(family, "B", file_of(family, bold=True))
        self.pdf.set_fallback_fonts(families, exact_match=False)
        self._drawn = {
            code
            for family in families
            for code in self.pdf.fonts[family].cmap  # type: ignore[union-attr]
        }
        self.y = margin

    @property
    def inner(self) -> float:
        """Width between the margins."""
        return self.width - 2 * self.margin

    def add_page(self, background: Colour = PAPER) -> None:
        """A new page; writing goes on at its top margin."""
        self.pdf.add_page()
        if background != PAPER:
            self.fill(0, 0, self.width, self.height, background)
        self.y = self.margin

    def fill(self, x: float, y: float, width: float, height: float, colour: Colour, *, radius: float = 0) -> None:
        """A coloured area."""
        self.pdf.set_fill_color(*colour)
        if radius:
            self.pdf.rect(x, y, width, height, style="F", round_corners=True, corner_radius=radius)
        else:
            self.pdf.rect(x, y, width, height, style="F")

    def frame(self, x: float, y: float, width: float, height: float, colour: Colour, *, thick: float = 0.5) -> None:
        """A box with round corners, such as one to tick."""
        self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(thick)
        self.pdf.rect(x, y, width, height, style="D", round_corners=True, corner_radius=min(1.2, height / 5))

    def tick(self, x: float, y: float, size: float, colour: Colour) -> None:
        """A check mark in a square of this size."""
        self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(size / 6)
        corners = ((0.18, 0.55), (0.42, 0.78), (0.84, 0.24))
        self.pdf.polyline([(x + size * across, y + size * down) for across, down in corners])

    def dot(self, x: float, y: float, size: float, colour: Colour) -> None:
        """A filled circle whose square begins at (x, y)."""
        self.pdf.set_fill_color(*colour)
        self.pdf.ellipse(x, y, size, size, style="F")

    def height_of(self, text: str, size: float, *, bold: bool = False, width: float | None = None) -> float:
        """How high a paragraph will be."""
        shown = self._prepared(text, size, bold=bold)
        height = self.pdf.multi_cell(
            self.inner if width is None else width, _line(size), shown, dry_run=True, output="HEIGHT"
        )
        assert isinstance(height, float | int)
        return float(height)

    def write(
        self,
        text: str,
        size: float,
        *,
        bold: bool = False,
        colour: Colour = INK,
        x: float | None = None,
        width: float | None = None,
        align: Align = "start",
        link: str = "",
    ) -> None:
        """A paragraph at `y`, on the side its script begins on; `y` moves below it."""
        shown = self._prepared(text, size, bold=bold)
        if not shown:
            return
        self.pdf.set_text_color(*colour)
        self.pdf.set_xy(self.margin if x is None else x, self.y)
        side = "C" if align == "center" else ("R" if is_right_to_left(text) else "L")
        self.pdf.multi_cell(
            self.inner if width is None else width, _line(size), shown, align=side, link=link or "",
            new_x="LMARGIN", new_y="NEXT",
        )  # fmt: skip
        self.y = self.pdf.get_y()

    def pdf_bytes(self) -> bytes:
        """The finished PDF, with only the glyphs that were used."""
        return bytes(self.pdf.output())

    def png_bytes(self, *, pixels: int, colours: int = 48) -> bytes:
        """The first page down to `y` as a picture of this width, in few colours so that it stays small."""
        document = pypdfium2.PdfDocument(self.pdf_bytes())
        scale = pixels / (self.width / _MM_PER_POINT)
        left_over = (self.height - self.y) / _MM_PER_POINT
        picture = document[0].render(scale=scale, crop=(0, left_over, 0, 0)).to_pil()
        out = io.BytesIO()
        picture.convert("RGB").quantize(colours).save(out, "PNG", optimize=True)
        return out.getvalue()

    def _prepared(self, text: str, size: float, *, bold: bool) -> str:
        """Set font and direction for a text; the text without signs that no font has (emoji, mostly)."""
        family = family_of(text)
        self.pdf.set_font(family, "B" if bold else "", size * _LARGER.get(family, 1.0))
        direction = TextDirection.RTL if is_right_to_left(text) else TextDirection.LTR
        self.pdf.set_text_shaping(True, direction=direction)
        text = _CLINGING.sub("\u00a0", text.translate(_REPLACED))
        kept = "".join(char for char in text if ord(char) in self._drawn or char in _KEPT_INVISIBLE)
        return "\n".join(line.strip() for line in kept.split("\n")).strip()


def is_right_to_left(text: str) -> bool:
    """Whether a paragraph begins on the right."""
    return first_strong(text) is Direction.RIGHT_TO_LEFT


def _line(size: float) -> float:
    """Distance of lines for a size in points; Arabic and Ethiopic need more than Latin, and all get the same."""
    return size * _MM_PER_POINT * 1.42
