"""The short numbers that a sentence of safety may hold."""

from __future__ import annotations

import re

#: Belgian numbers that help at once (knowledge, section 1).
AT_ONCE = re.compile(r"\b(?:112|101|103|107|1733)\b")
