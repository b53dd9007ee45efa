"""The way as a picture of steps: what is done, what is now, what comes later."""

from __future__ import annotations

from bot.core.papers import StageRow, StageState, StepsPicture
from bot.documents.sheet import AMBER, INK, LINE, MINT, PAPER, SOFT, TEAL, Colour, Sheet, is_right_to_left

PIXELS = 1080
WIDTH = 108.0
HEIGHT = 420.0
#: Size of the mark before a stage and of the one before a step.
_MARK, _SMALL = 9.0, 4.6

_COLOURS: dict[StageState, Colour] = {StageState.DONE: TEAL, StageState.NOW: AMBER, StageState.LATER: LINE}


def draw(picture: StepsPicture) -> bytes:
    """The steps as a PNG."""
    texts = [picture.title, picture.progress]
    texts += [text for stage in picture.stages for text in (stage.title, *(step for step, _ in stage.steps))]
    sheet = Sheet(WIDTH, HEIGHT, [*texts, "0123456789"])
    sheet.add_page()
    sheet.fill(0, 0, WIDTH, 16, TEAL)
    sheet.y = 4
    sheet.write(picture.title, 17, bold=True, colour=PAPER)
    sheet.y = 21
    turned = is_right_to_left(picture.title)
    for number, stage in enumerate(picture.stages, 1):
        last = number == len(picture.stages)
        _stage(sheet, stage, number, turned=turned, last=last)
    if picture.progress:
        sheet.y += 1
        top = sheet.y
        height = sheet.height_of(picture.progress, 14) + 7
        sheet.fill(0, top, WIDTH, height, MINT)
        sheet.y = top + 3.5
        sheet.write(picture.progress, 14)
        sheet.y = top + height
    else:
        sheet.y += 3
    return sheet.png_bytes(pixels=PIXELS)


def _stage(sheet: Sheet, stage: StageRow, number: int, *, turned: bool, last: bool) -> None:
    top = sheet.y
    colour = _COLOURS[stage.state]
    edge = sheet.width - sheet.margin - _MARK if turned else sheet.margin
    shift = _MARK + 4
    left, width = (sheet.margin, sheet.inner - shift) if turned else (sheet.margin + shift, sheet.inner - shift)
    sheet.y = top + 1
    heading = SOFT if stage.state is StageState.LATER else INK
    sheet.write(stage.title, 16, bold=True, colour=heading, x=left, width=width)
    sheet.y += 1
    for text, done in stage.steps:
        line = sheet.y
        mark = sheet.width - sheet.margin - shift - _SMALL if turned else left
        inner = width - _SMALL - 2.5
        if done:
            sheet.dot(mark, line + 1, _SMALL, TEAL)
            sheet.tick(mark + 0.6, line + 1.6, _SMALL - 1.2, PAPER)
        elif done is None:
            sheet.dot(mark + _SMALL / 2 - 0.8, line + _SMALL / 2 + 0.2, 1.6, SOFT)
        else:
            sheet.frame(mark, line + 1, _SMALL, _SMALL, SOFT, thick=0.45)
        sheet.write(text, 13.5, colour=SOFT if done else INK, x=left if turned else left + _SMALL + 2.5, width=inner)
        sheet.y += 0.6
    sheet.y += 5
    if not last:
        sheet.fill(edge + _MARK / 2 - 0.7, top + _MARK, 1.4, sheet.y - top - _MARK, colour)
    sheet.dot(edge, top, _MARK, colour)
    below = sheet.y
    if stage.state is StageState.DONE:
        sheet.tick(edge + 1.8, top + 1.8, _MARK - 3.6, PAPER)
    else:
        sheet.y = top + 1.2
        sheet.write(str(number), 14, bold=True, colour=PAPER, x=edge, width=_MARK, align="center")
    sheet.y = below
