"""An enquiry as totals: how often each choice of a flow was taken, the small numbers hidden. Table, CSV and picture."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from bot.flow.graph import Ask, Flow
from bot.ports import Submission

#: A number below this is hidden: it might point at somebody (reliability.md, I06).
SMALLEST = 5
HIDDEN = f"moins de {SMALLEST}"
#: Shown for a number that would tell the only hidden one, by taking the others from the sum.
WITHHELD = "caché"

_PLACE = re.compile(r"\{[^}]*\}")
#: Lengths of the picture, in its own units.
_WIDTH, _LABEL, _ROW, _HEAD = 720, 300, 26, 44
_BAR = _WIDTH - _LABEL - 110


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """How often one choice was taken; None: hidden, because it is small or would tell a small one."""

    choice: str
    label: str
    number: int | None
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of the enquiry, in French, with the totals of its choices in the flow's order."""

    slot: str
    text: str
    totals: tuple[Total, ...]


def questions(flow: Flow, submissions: Sequence[Submission]) -> tuple[Question, ...]:
    """The totals of every question with choices. Fewer answers than `SMALLEST` in all: nothing at all."""
    if len(submissions) < SMALLEST:
        return ()
    found = []
    for step in flow.steps.values():
        if not isinstance(step.act, Ask) or step.act.slot is None or not step.act.choices:
            continue
        slot = step.act.slot
        labels = [(choice.id, choice.label.text) for choice in step.act.choices]
        taken = [sum(one.answers.get(slot) == choice for one in submissions) for choice, _ in labels]
        shown = _hidden(taken)
        totals = tuple(
            Total(choice=choice, label=label, number=number, shown=text)
            for (choice, label), (number, text) in zip(labels, shown, strict=True)
        )
        found.append(Question(slot=slot, text=_plain(step.say[-1].text if step.say else slot), totals=totals))
    return tuple(found)


def _hidden(taken: Sequence[int]) -> list[tuple[int | None, str]]:
    """Hide what is small. A single hidden number could be worked out from the others: the next smallest goes too."""
    small = [at for at, number in enumerate(taken) if number < SMALLEST]
    withheld = set()
    if len(small) == 1:
        withheld = {min((at for at in range(len(taken)) if at not in small), key=lambda at: taken[at], default=-1)}
    return [
        (None, HIDDEN) if at in small else (None, WITHHELD) if at in withheld else (number, str(number))
        for at, number in enumerate(taken)
    ]


def _plain(text: str) -> str:
    return _PLACE.sub("…", text.replace("**", ""))


def as_lines(found: Iterable[Question]) -> list[str]:
    """For a terminal."""
    lines = []
    for question in found:
        lines += [question.text, *(f"  {one.shown:>10}  {one.label}" for one in question.totals), ""]
    return lines


def as_csv(found: Iterable[Question]) -> str:
    """RFC 4180, one row a choice."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(("question", "texte", "choix", "libellé", "nombre"))
    for question in found:
        for one in question.totals:
            rows.writerow((question.slot, question.text, one.choice, one.label, one.shown))
    return out.getvalue()


def as_svg(found: Sequence[Question], *, title: str) -> str:
    """Plain bars with their number in words beside them: it reads without colour, on paper and aloud."""
    most = max((one.number or 0 for question in found for one in question.totals), default=0) or 1
    body: list[str] = []
    y = 56
    for question in found:
        body.append(f'<text x="0" y="{y}" font-size="17" font-weight="bold">{escape(question.text)}</text>')
        y += 12
        for one in question.totals:
            body += _bar(one, y, most)
            y += _ROW
        y += _HEAD
    height = y if found else 90
    if not found:
        body.append(f'<text x="0" y="60" font-size="15">Moins de {SMALLEST} réponses : rien n’est montré.</text>')
    told = "; ".join(f"{question.text} {_told(question)}" for question in found)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-16 -8 {_WIDTH + 32} {height}" role="img"'
        ' aria-labelledby="title desc" font-family="sans-serif" fill="#111">\n'
        f'<title id="title">{escape(title)}</title>\n<desc id="desc">{escape(told)}</desc>\n'
        f'<rect x="-16" y="-8" width="{_WIDTH + 32}" height="{height}" fill="#fff"/>\n'
        f'<text x="0" y="18" font-size="21" font-weight="bold">{escape(title)}</text>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _bar(one: Total, y: int, most: int) -> list[str]:
    width = 0 if one.number is None else round(_BAR * one.number / most)
    shape = (
        f'<rect x="{_LABEL}" y="{y + 4}" width="{width}" height="16" fill="#1d3557"/>'
        if one.number is not None
        else f'<rect x="{_LABEL}" y="{y + 4}" width="24" height="16" fill="none" stroke="#111" stroke-dasharray="3 3"/>'
    )
    return [
        f'<text x="{_LABEL - 10}" y="{y + 17}" font-size="14" text-anchor="end">{escape(one.label)}</text>',
        shape,
        f'<text x="{_LABEL + (width if one.number is not None else 24) + 8}" y="{y + 17}" font-size="14">'
        f"{escape(one.shown)}</text>",
    ]


def _told(question: Question) -> str:
    return ", ".join(f"{one.label} : {one.shown}" for one in question.totals)
