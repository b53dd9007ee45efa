"""Right-to-left and left-to-right in one line, so that no client shuffles numbers, names and French words.

Source: Unicode Standard Annex 9 (bidirectional algorithm), sections 2.4 (isolates) and 3.3.2 (P2, P3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import bidirectional

from bot.i18n.languages import Direction

#: First-strong, left-to-right and right-to-left isolates, and their end.
FSI, LRI, RLI, PDI = "\u2068", "\u2066", "\u2067", "\u2069"
#: Invisible marks that give a line its direction.
LRM, RLM = "\u200e", "\u200f"
#: Overrides and embeddings have no honest use in a name or a message; they reorder what follows.
_CONTROLS = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))

_RIGHT_TO_LEFT = frozenset({"R", "AL"})
#: The blocks that hold all letters of those kinds: a fast first look.
_MAYBE_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\u200f\ufb1d-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")

_LATIN = "A-Za-z0-9\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_SPACE = "[ \u00a0\u202f]"
#: A run that reads from left to right inside a right-to-left line: Latin words and numbers, joined by what stands
#: inside phone numbers, hours, amounts, dates and names, such as `0800 30 030`, `9bis`, `annexe 26`, `14:30 - 16:00`.
#: A slash that follows no word begins a command: `/menu`.
_ATOM = rf"(?:[+#@]|(?<![\w/])/)?[{_LATIN}](?:[{_LATIN}_’'/.:,&@+%-]*[{_LATIN}%])?(?:{_SPACE}?€)?"
#: Arabic and Persian digits in groups: a phone number, which reads from left to right in any digits.
_GROUPS = rf"\+?[\u0660-\u0669\u06f0-\u06f9]+(?:{_SPACE}[\u0660-\u0669\u06f0-\u06f9]+)+"
_RUN = re.compile(rf"{_ATOM}(?:,?{_SPACE}(?:[-–—/+&·]{_SPACE})?{_ATOM})*|{_GROUPS}")
_PLAIN = re.compile(rf"[0-9]+|[{_LATIN.replace('0-9', '')}]+")


def without_controls(text: str) -> str:
    """The text without embeddings, overrides and isolates of its own: it cannot reorder its neighbours."""
    return text.translate(_CONTROLS)


def without_marks(text: str) -> str:
    """What is seen of a text: without the marks of direction, which have no width."""
    return without_controls(text).replace(LRM, "").replace(RLM, "")


def first_strong(text: str) -> Direction | None:
    """The direction of the first letter that has one, outside isolates; None when there is none."""
    depth = 0
    for char in text:
        if char in (FSI, LRI, RLI):
            depth += 1
        elif char == PDI:
            depth = max(0, depth - 1)
        elif depth == 0:
            kind = bidirectional(char)
            if kind == "L":
                return Direction.LEFT_TO_RIGHT
            if kind in _RIGHT_TO_LEFT:
                return Direction.RIGHT_TO_LEFT
    return None


def holds_right_to_left(text: str) -> bool:
    """Whether any letter is written from right to left."""
    return _MAYBE_RIGHT_TO_LEFT.search(text) is not None and any(bidirectional(char) in _RIGHT_TO_LEFT for char in text)


def isolated(text: str, reader: Direction) -> str:
    """A value of unknown direction, kept apart from the sentence around it where that matters."""
    clean = without_controls(text)
    if holds_right_to_left(clean):
        return _mixed(clean)
    return clean if reader is Direction.LEFT_TO_RIGHT else _in_each_line(clean, FSI)


def verbatim(text: str, reader: Direction) -> str:
    """A phone number, link or code: left to right, unless its own letters say otherwise."""
    clean = without_controls(text)
    if holds_right_to_left(clean):
        return _mixed(clean)
    return clean if reader is Direction.LEFT_TO_RIGHT else _in_each_line(clean, LRI)


def _mixed(text: str) -> str:
    """Words written from right to left: the numbers among them keep their order for every reader, also when the
    sentence around them reads from left to right."""
    return "\n".join(_mixed_line(line) for line in text.split("\n"))


def _mixed_line(line: str) -> str:
    kept, own = _with_runs_isolated(line), first_strong(line)
    # Only left-to-right words are isolated, and a first word that is no longer gives the line its direction.
    is_lost = own is Direction.LEFT_TO_RIGHT and first_strong(kept) is not own
    return _in_each_line(kept, LRI if is_lost else FSI)


def _in_each_line(text: str, opening: str) -> str:
    """The end of a line ends every isolate (UAX 9, X8): each line gets its own."""
    return "\n".join(f"{opening}{line}{PDI}" if line else "" for line in text.split("\n"))


def settled(text: str, direction: Direction) -> str:
    """Every line begun in its own direction, and its left-to-right runs kept whole."""
    if direction is Direction.LEFT_TO_RIGHT:
        if not holds_right_to_left(text):
            return text
        return "\n".join(_begun(_with_numbers_isolated(line), direction, LRM) for line in text.split("\n"))
    return "\n".join(_begun(_with_runs_isolated(line), direction, RLM) for line in text.split("\n"))


def after_icon(icon: str, text: str) -> str:
    """A label behind its icon, begun in the direction of its words: to clients 🆘 and ℹ️ are left-to-right letters."""
    if first_strong(text) is Direction.RIGHT_TO_LEFT:
        return _begun(f"{icon} {text}".strip(), Direction.RIGHT_TO_LEFT, RLM)
    return f"{icon} {text}".strip()


def _begun(line: str, direction: Direction, mark: str) -> str:
    """Clients take a line's direction from its first strong letter: give it the right one."""
    if not line.strip() or _plain_first_strong(line) is direction:
        return line
    return f"{mark}{line}"


def _plain_first_strong(line: str) -> Direction | None:
    """As clients that do not know isolates see it: they would take the letter inside."""
    return first_strong(without_controls(line))


def _with_runs_isolated(line: str) -> str:
    return "".join(part if is_apart else _RUN.sub(_isolate_run, part) for part, is_apart in _parts(line))


def _with_numbers_isolated(line: str) -> str:
    """In a left-to-right line only numbers move, and only where words around them are written from right to left."""
    parts = list(_parts(line))
    if not any(holds_right_to_left(part) for part, is_apart in parts if not is_apart):
        return line
    return "".join(part if is_apart else _RUN.sub(_isolate_number, part) for part, is_apart in parts)


def _parts(line: str) -> Iterator[tuple[str, bool]]:
    """The line in pieces, and whether each is an isolate, from its opening to its end."""
    depth = start = 0
    for place, char in enumerate(line) if PDI in line else ():
        if char in (FSI, LRI, RLI):
            if depth == 0:
                yield line[start:place], False
                start = place
            depth += 1
        elif char == PDI and depth:
            depth -= 1
            if depth == 0:
                yield line[start : place + 1], True
                start = place + 1
    yield line[start:], depth > 0


def _isolate_run(found: re.Match[str]) -> str:
    run = found.group()
    # One plain word or one plain number keeps its order by itself.
    return run if _PLAIN.fullmatch(run) else f"{LRI}{run}{PDI}"


def _isolate_number(found: re.Match[str]) -> str:
    run = found.group()
    return _isolate_run(found) if run[0] == "+" or run[0].isdecimal() else run
