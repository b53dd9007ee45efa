"""One door: any paper to the bytes of its file."""

from __future__ import annotations

from bot.core.papers import Booklet, CounterCard, Paper, PosterSheet, StepsPicture


def drawn(paper: Paper) -> bytes:
    """The file: PNG for cards and steps, PDF for booklets and posters. Only what this paper needs is imported."""
    match paper:
        case CounterCard():
            from bot.documents import card

            return card.draw(paper)
        case StepsPicture():
            from bot.documents import steps

            return steps.draw(paper)
        case Booklet():
            from bot.documents import booklet

            return booklet.draw(paper)
        case PosterSheet():
            from bot.documents import poster

            return poster.draw(paper)
