"""Answers of many people put together: kept without author, with everything personal masked, seen only as totals."""

from __future__ import annotations

from bot.core.effects import Submit
from bot.core.ids import Locale
from bot.ports import Submission
from bot.services.gaps import masked
from bot.services.parts import Parts


def kept(effect: Submit, locale: Locale) -> Parts:
    """The choices as they are and the free words masked. The language stays only where there are words to read."""
    words = {slot: words for slot, text in effect.words.items() if (words := masked(text))}
    answers = {**effect.answers, **words}
    if not answers:
        return Parts()
    return Parts(submissions=(Submission(flow=effect.flow, locale=locale if words else None, answers=answers),))
