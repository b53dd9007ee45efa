"""The placeholders of a sentence, and whether a translation keeps them and the bold signs of its source."""

from __future__ import annotations

import re

PLACE = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z0-9_-]+)*)\}")
_BRACES = re.compile(r"[{}]")


def places(sentence: str) -> frozenset[str]:
    """The names of the placeholders in a sentence."""
    return frozenset(PLACE.findall(sentence))


def placeholder_problem(source: tuple[str, ...], forms: tuple[str, ...]) -> str:
    """What is wrong with the placeholders or the bold signs of a translation, or nothing.

    `{count}` may be missing from a plural form: "one" and "two" are words of their own in Arabic.
    """
    needed = places(source[0]).union(*(places(text) for text in source))
    optional = {"count"} if len(source) > 1 else set()
    for form in forms:
        if lost := sorted(needed - places(form) - optional):
            return f"lost the placeholder {{{lost[0]}}}"
        if extra := sorted(places(form) - needed):
            return f"has a placeholder {{{extra[0]}}} that the sentence does not have"
        if _BRACES.search(PLACE.sub("", form)):
            return "has braces that are no placeholder of the sentence"
        if form.count("**") % 2 or (form.count("**") == 0) != (source[0].count("**") == 0):
            return "lost or broke the **bold** signs"
        if len(source) == 1 and form.count("**") != source[0].count("**"):
            return "has not as many **bold** signs as the sentence"
    return ""
