"""How plain our French is: words in a sentence, sentences in a message, clauses. `python -m tests.content.readability`.

After the European rules for easy-to-read French (FALC, "L'information pour tous", Inclusion Europe): short sentences,
one idea each, active, no nested clauses.
"""

from __future__ import annotations

import re
from argparse import ArgumentParser
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bot.flow.graph import Flow, FlowBook

REPORT = Path(__file__).parents[2] / "docs" / "reference" / "readability.md"
#: FALC: words in a sentence, at the median; nobody should have to read one much longer.
MEDIAN_WORDS = 15
LONG_WORDS = 20

_END = re.compile(r"(?<=[.!?…])\s+|\n|(?<=:)\s+(?=[A-ZÉÈÀ«])")
_NUMBERING = re.compile(r"^\d+\.\s*")
_WORD = re.compile(r"\{[^}]*\}|[\w'’-]+")
#: Words that open a clause inside a sentence.
_CLAUSE = re.compile(
    r"\b(?:qui|que|qu'|dont|lequel|laquelle|lesquels|auquel|afin|lorsque|puisque|tandis)\b", re.IGNORECASE
)
_ASKING = re.compile(r"\b(?:qu'|à qui |par qui )?est-ce qu(?:i|e|')", re.IGNORECASE)
_PASSIVE = re.compile(
    r"\b(?:est|sont|était|a été|ont été|sera|seront)\s+\w+(?:é|ée|és|ées|is|ise)\s+par\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of a flow."""

    area: str
    key: str
    text: str

    @property
    def words(self) -> int:
        """Words; a placeholder is one."""
        return len(_WORD.findall(self.text))

    @property
    def clauses(self) -> int:
        """Clauses inside it that another word opens."""
        return len(_CLAUSE.findall(_ASKING.sub("", self.text)))


def sentences_of(flows: Iterable[Flow]) -> Iterator[Sentence]:
    """Every sentence that steps say, in the French source."""
    for flow in flows:
        for step in flow.steps.values():
            for phrase in step.say:
                for text in split(phrase.text):
                    yield Sentence(area=flow.id.partition(".")[0], key=phrase.key, text=text)


def split(text: str) -> list[str]:
    """The sentences of a paragraph, without markup and numbering."""
    plain = text.replace("**", "")
    found = [_NUMBERING.sub("", part.strip()) for part in _END.split(plain)]
    return [part for part in found if _WORD.search(part)]


def report(book: FlowBook) -> str:
    """The page docs/reference/readability.md."""
    sentences = list(sentences_of(book.flows.values()))
    areas: dict[str, list[Sentence]] = defaultdict(list)
    for sentence in sentences:
        areas[sentence.area].append(sentence)
    rows = [_row(area, own) for area, own in sorted(areas.items())]
    lengths = Counter(min(sentence.words, 26) for sentence in sentences)
    longest = sorted(sentences, key=lambda one: (-one.words, one.key))[:10]
    nested = [one for one in sentences if one.clauses > 1]
    lines = [
        "# How plain our French is",
        "",
        "Made by `python -m tests.content.readability`; a test keeps the page and the aim. Sentences are those that",
        "steps of flows say, in the French source; a placeholder counts as one word. The aim follows the European",
        f"rules for easy-to-read text (FALC): at most {MEDIAN_WORDS} words at the median, no nested clauses.",
        "",
        "| area | sentences | median words | 90 % have at most | over "
        f"{LONG_WORDS} words | two or more clauses inside | passive « par » |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *rows,
        _row("**all**", sentences),
        "",
        "## Lengths",
        "",
        "```text",
        *(_bar(words, lengths) for words in range(1, 27)),
        "```",
        "",
        "## Longest",
        "",
        *(f"- {one.words} words, `{one.key}`: {one.text}" for one in longest),
        "",
        "## With two or more clauses inside",
        "",
        *(f"- `{one.key}`: {one.text}" for one in sorted(nested, key=lambda one: one.key)),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _row(name: str, own: list[Sentence]) -> str:
    words = sorted(one.words for one in own)
    most = words[int(len(words) * 0.9)]
    return (
        f"| {name} | {len(own)} | {median(words):g} | {most} | {sum(one > LONG_WORDS for one in words)} "
        f"| {sum(one.clauses > 1 for one in own)} | {sum(bool(_PASSIVE.search(one.text)) for one in own)} |"
    )


def _bar(words: int, lengths: Counter[int]) -> str:
    label = f"{words:2}" if words < 26 else "26+"
    most = max(lengths.values())
    return f"{label:>3} {'█' * round(50 * lengths[words] / most)} {lengths[words]}"


if __name__ == "__main__":
    from bot.cli.talk import stage_of
    from bot.config import read_settings
    from bot.data import Data, Places

    # Nothing may be asked of it; whoever asks for help must not have the page written.
    about = "Write docs/reference/readability.md anew from the files."
    ArgumentParser(prog="python -m tests.content.readability", description=about).parse_args()
    shipped = stage_of(Data(Places(), read_settings(Path("config.yml")))).guide().book
    REPORT.write_text(report(shipped), encoding="utf-8")
    print(REPORT)
