"""A poster: a language, what it is about, one large code, and the same in French for those who hang it up."""

from __future__ import annotations

import segno

from bot.core.papers import PosterSheet
from bot.documents.sheet import INK, MINT, PAPER, SOFT, TEAL, Sheet

#: A5, millimetres.
WIDTH, HEIGHT = 148.0, 210.0
#: Side of the code with its quiet zone, at most; readable from about a metre.
CODE = 92.0
#: Nothing is written nearer to the lower edge: office printers leave it white.
EDGE = 6.0
#: Modules of white around the code (ISO/IEC 18004 asks for four).
QUIET = 4


def draw(poster: PosterSheet) -> bytes:
    """The poster as a PDF of one page."""
    texts = [poster.language, poster.office, poster.title.french, poster.title.own]
    texts += [poster.invitation.french, poster.invitation.own]
    sheet = Sheet(WIDTH, HEIGHT, texts, margin=12)
    sheet.pdf.set_title(f"{poster.title.french} · {poster.language}")
    sheet.add_page()
    sheet.fill(0, 0, WIDTH, 22, TEAL)
    sheet.y = 5
    sheet.write(poster.language, 24, bold=True, colour=PAPER, align="center")
    sheet.y = 25
    own = poster.title.own or poster.title.french
    sheet.write(own, 34 if len(own) <= 22 else 27, bold=True, align="center")
    sheet.y += 1
    sheet.write(poster.invitation.own or poster.invitation.french, 16, align="center")
    band = _french_band(sheet, poster)
    code_top = max(sheet.y + 3, 58.0)
    side = min(CODE, band - code_top - 3)
    _code(sheet, poster.link, (WIDTH - side) / 2, code_top, side)
    return sheet.pdf_bytes()


def _french_band(sheet: Sheet, poster: PosterSheet) -> float:
    """Draw what stands at the foot, as high as its lines need; where it begins."""
    title, invitation, office = 20, 13, 10
    lines = [(poster.title.french, title, True), (poster.invitation.french, invitation, False)]
    below = sheet.height_of(poster.office, office) if poster.office else 0.0
    foot = below + 7 if poster.office else 4.0
    height = foot + 4 + sum(sheet.height_of(text, size, bold=bold) for text, size, bold in lines)
    band = HEIGHT - max(height, 40.0)
    above = sheet.y
    if poster.title.own:
        sheet.fill(0, band, WIDTH, HEIGHT - band, MINT)
        sheet.y = band + 4
        for text, size, bold in lines:
            sheet.write(text, size, bold=bold, align="center", colour=INK)
    if poster.office:
        sheet.y = HEIGHT - EDGE - below
        sheet.write(poster.office, office, align="center", colour=SOFT)
    sheet.y = above
    return band


def _code(sheet: Sheet, link: str, x: float, y: float, width: float) -> None:
    """The code as vectors: sharp at any size. Error correction M: a corner may be torn off or written on."""
    code = segno.make_qr(link, error="m", boost_error=True)
    rows = [list(row) for row in code.matrix_iter(scale=1, border=QUIET)]
    side = width / len(rows)
    sheet.fill(x, y, width, width, PAPER)
    sheet.pdf.set_fill_color(0, 0, 0)
    for at, row in enumerate(rows):
        column = 0
        while column < len(row):
            run = column
            while run < len(row) and row[run]:
                run += 1
            if run > column:
                # A hair wider than its place, so that no viewer shows seams between the squares.
                sheet.pdf.rect(x + column * side, y + at * side, (run - column) * side, side + 0.02, style="F")
            column = max(run, column + 1)
