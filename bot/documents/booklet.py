"""The pocket booklet: a PDF of small pages that reads on a phone without zooming, and folds into a pocket on paper."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.papers import Booklet, BookletEntry
from bot.documents.sheet import INK, LINE, PAPER, SOFT, TEAL, Sheet, is_right_to_left

#: A6, millimetres.
WIDTH, HEIGHT = 105.0, 148.0
_BOX = 3.6


def draw(booklet: Booklet) -> bytes:
    """The booklet as a PDF."""
    sheet = Sheet(WIDTH, HEIGHT, _texts(booklet), margin=8)
    sheet.pdf.set_title(booklet.title)
    sheet.add_page()
    sheet.fill(0, 0, WIDTH, 20, TEAL)
    sheet.y = 5
    sheet.write(booklet.title, 18, bold=True, colour=PAPER)
    sheet.y = 24
    sheet.write(booklet.intro, 11)
    sheet.write(booklet.made_on, 9.5, colour=SOFT)
    sheet.y += 3
    for part in booklet.parts:
        first = sheet.height_of(part.title, 14, bold=True) + 4 + _height(sheet, part.entries[0])
        _room(sheet, first)
        sheet.write(part.title, 14, bold=True, colour=TEAL)
        sheet.y += 1.5
        for entry in part.entries:
            _room(sheet, _height(sheet, entry))
            _entry(sheet, entry)
        sheet.y += 2
    return sheet.pdf_bytes()


def _entry(sheet: Sheet, entry: BookletEntry) -> None:
    sheet.write(entry.title, 12, bold=True)
    for line in entry.lines:
        if entry.is_list:
            turned = is_right_to_left(line.text)
            edge = sheet.width - sheet.margin - _BOX if turned else sheet.margin
            sheet.frame(edge, sheet.y + 1, _BOX, _BOX, SOFT, thick=0.4)
            left = sheet.margin if turned else sheet.margin + _BOX + 2
            sheet.write(line.text, 11, x=left, width=sheet.inner - _BOX - 2)
        else:
            sheet.write(line.text, 10.5, colour=TEAL if line.url else INK, link=line.url)
    sheet.y += 1.5
    sheet.fill(sheet.margin, sheet.y, sheet.inner, 0.25, LINE)
    sheet.y += 2.5


def _height(sheet: Sheet, entry: BookletEntry) -> float:
    narrow = sheet.inner - _BOX - 2 if entry.is_list else sheet.inner
    height = sheet.height_of(entry.title, 12, bold=True) + 4
    return height + sum(sheet.height_of(line.text, 11 if entry.is_list else 10.5, width=narrow) for line in entry.lines)


def _room(sheet: Sheet, needed: float) -> None:
    """A new page when what comes next does not fit; a page that just began is always long enough."""
    if sheet.y + needed > HEIGHT - sheet.margin and sheet.y > 30:
        sheet.add_page()


def _texts(booklet: Booklet) -> Iterator[str]:
    yield from (booklet.title, booklet.intro, booklet.made_on)
    for part in booklet.parts:
        yield part.title
        for entry in part.entries:
            yield entry.title
            yield from (line.text for line in entry.lines)
