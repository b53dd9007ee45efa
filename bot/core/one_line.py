"""Text of files and of other programs as one line of a terminal or a log: it can end no line and colour none (E14)."""

from __future__ import annotations

import re

#: Control characters, what ends a line elsewhere, and what turns the direction of what follows.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def one_line(text: str) -> str:
    """The text with such characters written as Python writes them: `\\n`, `\\x1b`."""
    return _UNSEEN.sub(lambda found: repr(found.group())[1:-1], text)
