"""Conditions of a flow file: maps and lists, never an expression to evaluate."""

from __future__ import annotations

import re

from bot.core.ids import StepId
from bot.flow.draft import Draft, SlotUse
from bot.flow.graph import AllOf, AnyOf, Between, Condition, Is, Known, Not
from bot.flow.issues import issue
from bot.strict_yaml import Items, Node, Table, Text, texts

#: Words that stand where a slot could: they join conditions.
JOINING = frozenset({"any", "all", "not"})
#: Words that stand where an answer could: they ask whether there is one.
_PRESENCE = frozenset({"known", "unknown"})


def read_condition(node: Node, draft: Draft, step: StepId) -> Condition | None:
    """The condition of this node, or None with the issue noted in the draft. Slots looked at are noted too."""
    if not isinstance(node, Table) or not node.values:
        return _bad(node, draft, step)
    found = [_one(key, value, node.lines[key], draft, step) for key, value in node.values.items()]
    held = tuple(one for one in found if one is not None)
    if len(held) < len(found):
        return None
    return held[0] if len(held) == 1 else AllOf(conditions=held)


def _one(key: str, value: Node, line: int, draft: Draft, step: StepId) -> Condition | None:
    if key == "not":
        inner = read_condition(value, draft, step)
        return None if inner is None else Not(condition=inner)
    if key in JOINING:
        return _joined(key, value, draft, step)
    match value:
        case Text(value=word) if word in _PRESENCE:
            draft.slot_uses.append(SlotUse(slot=key, line=line, step=step))
            known = Known(slot=key)
            return known if word == "known" else Not(condition=known)
        case Text() | Items():
            return _is(key, value, line, draft, step)
        case Table(values=pairs) if set(pairs) == {"not"}:
            inner = _is(key, pairs["not"], line, draft, step)
            return None if inner is None else Not(condition=inner)
        case Table(values=pairs) if pairs and set(pairs) <= {"at_least", "below"}:
            return _between(key, value, line, draft, step)
        case _:
            return _bad(value, draft, step)


def _joined(key: str, value: Node, draft: Draft, step: StepId) -> Condition | None:
    if not isinstance(value, Items) or not value.values:
        return _bad(value, draft, step)
    inner = [read_condition(one, draft, step) for one in value.values]
    held = tuple(one for one in inner if one is not None)
    if len(held) < len(inner):
        return None
    return AnyOf(conditions=held) if key == "any" else AllOf(conditions=held)


def _is(slot: str, node: Node, line: int, draft: Draft, step: StepId) -> Condition | None:
    words = tuple(text.value for text in texts(node) if text.value)
    count = len(node.values) if isinstance(node, Items) else 1
    if not words or len(words) < count or isinstance(node, Table):
        return _bad(node, draft, step)
    draft.slot_uses.append(SlotUse(slot=slot, line=line, step=step, words=words))
    return Is(slot=slot, words=frozenset(words))


def _between(slot: str, table: Table, line: int, draft: Draft, step: StepId) -> Condition | None:
    bounds: dict[str, int] = {}
    for key, value in table.values.items():
        if not isinstance(value, Text) or not re.fullmatch(r"[0-9]{1,7}", value.value):
            return _bad(value, draft, step)
        bounds[key] = int(value.value)
    least, below = bounds.get("at_least"), bounds.get("below")
    if least is not None and below is not None and least >= below:
        draft.issues.append(issue(draft.path, table.line, "bounds-crossed", step=step, least=least, most=below - 1))
        return None
    draft.slot_uses.append(SlotUse(slot=slot, line=line, step=step, compares=True))
    return Between(slot=slot, at_least=least, below=below)


def _bad(node: Node, draft: Draft, step: StepId) -> Condition | None:
    """Never a condition: notes the issue."""
    value = node.value if isinstance(node, Text) else ("[…]" if isinstance(node, Items) else "{…}")
    draft.issues.append(issue(draft.path, node.line, "bad-condition", step=step, value=value))
    return None
