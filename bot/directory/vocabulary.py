"""The words of cards and closed lists, from `flows/_system/directory.yml`: key → French sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.core.phrases import Phrase, Value
from bot.directory.issues import Issue, issue
from bot.directory.source import read
from bot.strict_yaml import Table, Text

FILE = Path("_system") / "directory.yml"
#: Kinds of keys that entries may name; the rest are sentences of a card.
KINDS = ("category", "need", "who", "document")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Sentences by key. The gettext context of each is `system/` and the key."""

    sentences: Mapping[str, str]
    #: Plural forms of those that count something: the sentence for many.
    plurals: Mapping[str, str] = field(default_factory=dict)

    def words(self, kind: str) -> tuple[str, ...]:
        """The closed list of one kind, without its prefix, in file order."""
        prefix = f"{kind}."
        return tuple(key.removeprefix(prefix) for key in self.sentences if key.startswith(prefix))

    def phrase(self, key: str, **values: Value) -> Phrase:
        """One sentence of the vocabulary, ready to be translated. Raises KeyError for a key that is not there."""
        return Phrase(key=f"system/{key}", text=self.sentences[key], plural=self.plurals.get(key), values=values)

    def joined(self, phrases: Sequence[Phrase]) -> Phrase:
        """Several phrases as one list, in the punctuation of the reader's language. At least one."""
        *before, last = phrases
        for phrase in reversed(before):
            last = self.phrase("card.joined", first=phrase, rest=last)
        return last


def read_vocabulary(flows: Path) -> tuple[Vocabulary, list[Issue]]:
    """Read the vocabulary of a flows folder; an unreadable one is empty and says why."""
    shown = f"{flows.name}/{FILE.as_posix()}"
    if not (flows / FILE).is_file():
        return Vocabulary({}), [issue(shown, 1, "missing-file")]
    root, issues = read(flows / FILE, shown)
    phrases = root.values.get("phrases") if isinstance(root, Table) else None
    if not isinstance(phrases, Table):
        if root is not None:
            issues.append(issue(shown, root.line, "not-a-map", name="phrases"))
        return Vocabulary({}), issues
    sentences: dict[str, str] = {}
    plurals: dict[str, str] = {}
    for key, node in phrases.values.items():
        if isinstance(node, Text):
            sentences[key] = node.value
        elif (
            isinstance(node, Table)
            and isinstance(one := node.values.get("one"), Text)
            and isinstance(many := node.values.get("many"), Text)
        ):
            sentences[key], plurals[key] = one.value, many.value
        else:
            issues.append(issue(shown, phrases.lines[key], "not-a-text", name=key))
    return Vocabulary(sentences, plurals), issues
