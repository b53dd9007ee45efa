"""The card to show at a counter: the French line as large as a phone allows, the person's own words under it."""

from __future__ import annotations

from bot.core.papers import CounterCard, Pair
from bot.documents.sheet import INK, MINT, SAND, SOFT, TEAL, Sheet, is_right_to_left

#: Width of the picture in pixels, and of the sheet it is drawn on: ten pixels a millimetre.
PIXELS = 1080
WIDTH = 108.0
#: Room for the longest card; the picture ends where the words do.
HEIGHT = 420.0


def draw(card: CounterCard) -> bytes:
    """The card as a PNG."""
    pairs = (card.line, card.bring_title, card.speaks, *card.bring)
    sheet = Sheet(WIDTH, HEIGHT, [card.heading, *(pair.french for pair in pairs), *(pair.own for pair in pairs)])
    sheet.add_page()
    sheet.fill(0, 0, WIDTH, 13, TEAL)
    sheet.y = 3.2
    sheet.write(card.heading, 13, bold=True, colour=(255, 255, 255))
    sheet.y = 18
    sheet.write(card.line.french, _size(card.line.french), bold=True)
    sheet.y += 4
    if card.line.own:
        _tinted(sheet, card.line.own, 17)
    if card.bring:
        sheet.y += 3
        sheet.write(card.bring_title.french, 15, bold=True, colour=TEAL)
        if card.bring_title.own:
            sheet.write(card.bring_title.own, 13, colour=SOFT)
        sheet.y += 2
        for pair in card.bring:
            _paper(sheet, pair)
    if card.speaks.french:
        sheet.y += 2
        top = sheet.y
        height = sheet.height_of(card.speaks.french, 15, bold=True) + 8
        if card.speaks.own:
            height += sheet.height_of(card.speaks.own, 14)
        sheet.fill(0, top, WIDTH, height, SAND)
        sheet.y = top + 4
        sheet.write(card.speaks.french, 15, bold=True)
        sheet.write(card.speaks.own, 14, colour=SOFT)
        sheet.y = top + height
    else:
        sheet.y += 4
    return sheet.png_bytes(pixels=PIXELS)


def _size(line: str) -> float:
    """Points: as large as the length allows."""
    return 30 if len(line) <= 60 else 26 if len(line) <= 100 else 22


def _tinted(sheet: Sheet, text: str, size: float) -> None:
    top = sheet.y
    height = sheet.height_of(text, size) + 8
    sheet.fill(0, top, WIDTH, height, MINT)
    sheet.y = top + 4
    sheet.write(text, size, colour=INK)
    sheet.y = top + height + 1


def _paper(sheet: Sheet, pair: Pair) -> None:
    """A paper with a box; the French on the left, the person's words on the side their script begins on."""
    box = 4.2
    sheet.frame(sheet.margin, sheet.y + 1.6, box, box, TEAL, thick=0.6)
    shift = box + 3
    sheet.write(pair.french, 16, x=sheet.margin + shift, width=sheet.inner - shift)
    if pair.own:
        left = sheet.margin if is_right_to_left(pair.own) else sheet.margin + shift
        width = sheet.inner - (left - sheet.margin)
        sheet.write(pair.own, 13.5, colour=SOFT, x=left, width=width)
    sheet.y += 2
