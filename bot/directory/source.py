"""A YAML file read strictly: every scalar stays text, every node keeps its line, and traps are issues.

`no` stays a word and `04000` keeps its zero; duplicate keys, aliases and tags are refused instead of guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.directory.issues import Issue, issue

try:
    from yaml import CSafeLoader as _Loader  # libyaml: ten times faster, the same grammar
except ImportError:  # pragma: no cover - a platform without the C library
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

#: Tags that a plain or quoted scalar and a collection get by themselves; anything else was written by hand.
_OWN_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge", "value")
)


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar as it is written, without any typing. An empty one means the value is absent."""

    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    values: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """A map from text to nodes, with the line of each key."""

    values: dict[str, Node]
    lines: dict[str, int]
    line: int


Node = Text | Items | Table


def read(path: Path, shown: str) -> tuple[Node | None, list[Issue]]:
    """The tree of one file and what is wrong with it; None when it cannot be read as YAML at all.

    `shown` is the path that issues name.
    """
    try:
        root = yaml.compose(path.read_text("utf-8"), Loader=_Loader)
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        why = exc.problem or exc.context or "?"
        code = "yaml-alias" if "alias" in (exc.problem or "") else "bad-yaml"
        return None, [issue(shown, mark.line + 1 if mark else 1, code, why=why)]
    except (yaml.YAMLError, UnicodeDecodeError) as exc:
        return None, [issue(shown, 1, "bad-yaml", why=type(exc).__name__)]
    if root is None:
        return None, [issue(shown, 1, "missing-file")]
    issues: list[Issue] = []
    seen: set[int] = set()
    return _node(root, shown, issues, seen), issues


def _node(node: yaml.Node, path: str, issues: list[Issue], seen: set[int], key_line: int | None = None) -> Node:
    line = node.start_mark.line + 1
    if id(node) in seen:
        issues.append(issue(path, key_line or line, "yaml-alias"))
        return Text("", line)
    seen.add(id(node))
    if node.tag not in _OWN_TAGS:
        issues.append(issue(path, line, "yaml-tag", tag=node.tag))
    match node:
        case yaml.ScalarNode():
            return Text("" if node.style is None and node.value in ("null", "~") else node.value.strip(), line)
        case yaml.SequenceNode():
            return Items(tuple(_node(child, path, issues, seen) for child in node.value), line)
        case yaml.MappingNode():
            return _table(node, path, issues, seen)
        case _:  # pragma: no cover - YAML has three kinds of nodes
            raise TypeError(node)


def _table(node: yaml.MappingNode, path: str, issues: list[Issue], seen: set[int]) -> Table:
    values: dict[str, Node] = {}
    lines: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        if not name or key.tag == "tag:yaml.org,2002:merge":
            issues.append(issue(path, line, "bad-key"))
        elif name in values:
            issues.append(issue(path, line, "duplicate-key", name=name, first=lines[name]))
        else:
            values[name] = _node(value, path, issues, seen, line)
            lines[name] = line
    return Table(values, lines, node.start_mark.line + 1)


def texts(node: Node) -> Iterator[Text]:
    """The scalars of a list, or the one scalar itself: `needs: sleep` and `needs: [sleep]` mean the same."""
    if isinstance(node, Text):
        if node.value:
            yield node
    elif isinstance(node, Items):
        for child in node.values:
            if isinstance(child, Text) and child.value:
                yield child
