"""The words of cards and closed lists, from `flows/_system/directory.yml`: key → French sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.core.phrases import Phrase, Value
from bot.directory.issues import Issue
from bot.directory.source import Table, Text, read

FILE = Path("_system") / "directory.yml"
#: Kinds of keys that entries may name; the rest are sentences of a card.
KINDS = ("category", "need", "who", "document")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Sentences by key. The gettext context of each is `system/` and the key."""

    sentences: Mapping[str, str]

    def words(self, kind: str) -> tuple[str, ...]:
        """The closed list of one kind, without its prefix, in file order."""
        prefix = f"{kind}."
        return tuple(key.removeprefix(prefix) for key in self.sentences if key.startswith(prefix))

    def phrase(self, key: str, **values: Value) -> Phrase:
        """One sentence of the vocabulary, ready to be translated. Raises KeyError for a key that is not there."""
        return Phrase(key=f"system/{key}", text=self.sentences[key], values=values)


def read_vocabulary(flows: Path) -> tuple[Vocabulary, list[Issue]]:
    """Read the vocabulary of a flows folder; an unreadable one is empty and says why."""
    shown = f"{flows.name}/{FILE.as_posix()}"
    if not (flows / FILE).is_file():
        return Vocabulary({}), [Issue(shown, 1, "bad-yaml", "this file is missing. Put it back: cards need its words.")]
    root, issues = read(flows / FILE, shown)
    phrases = root.values.get("phrases") if isinstance(root, Table) else None
    if not isinstance(phrases, Table):
        if root is not None:
            issues.append(Issue(shown, root.line, "not-a-map", '"phrases" must be a map from key to sentence.'))
        return Vocabulary({}), issues
    sentences = {key: node.value for key, node in phrases.values.items() if isinstance(node, Text)}
    return Vocabulary(sentences), issues
