"""The placeholders of a sentence, and whether a translation keeps them and the bold signs of its source."""

from __future__ import annotations

import re

from bot.errors import Told

PLACE = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z0-9_-]+)*)\}")
_BRACES = re.compile(r"[{}]")


def places(sentence: str) -> frozenset[str]:
    """The names of the placeholders in a sentence."""
    return frozenset(PLACE.findall(sentence))


def placeholder_problem(source: tuple[str, ...], forms: tuple[str, ...]) -> Told | None:
    """What is wrong with the placeholders or the bold signs of a translation, or nothing.

    `{count}` may be missing from a plural form: "one" and "two" are words of their own in Arabic.
    """
    needed = places(source[0]).union(*(places(text) for text in source))
    optional = {"count"} if len(source) > 1 else set()
    for form in forms:
        if lost := sorted(needed - places(form) - optional):
            name = f"{{{lost[0]}}}"
            return Told(f"lost the placeholder {name}", f"{name} a disparu. Remettez-le tel quel.")
        if extra := sorted(places(form) - needed):
            name = f"{{{extra[0]}}}"
            return Told(
                f"has a placeholder {name} that the sentence does not have",
                f"{name} n'est pas dans la phrase française. Retirez-le.",
            )
        if _BRACES.search(PLACE.sub("", form)):
            return Told(
                "has braces that are no placeholder of the sentence",
                "des accolades qui ne sont pas celles de la phrase française. Copiez-les telles quelles.",
            )
        if form.count("**") % 2 or (form.count("**") == 0) != (source[0].count("**") == 0):
            return Told("lost or broke the **bold** signs", "les signes ** ont disparu ou sont seuls. Remettez-les.")
        if len(source) == 1 and form.count("**") != source[0].count("**"):
            return Told(
                "has not as many **bold** signs as the sentence",
                "il n'y a pas autant de signes ** que dans la phrase française. Comptez-les.",
            )
    return None
