"""Checked scalars of a flow file, as the sentences, texts and numbers they stand for."""

from __future__ import annotations

from bot.core.ids import StepId
from bot.core.phrases import Phrase
from bot.flow.draft import Draft, Role, Sentence
from bot.flow.issues import issue
from bot.strict_yaml import Node, Text

#: No sentence may be anywhere near it; Telegram itself ends at 4096.
LIMIT_CHARACTERS = 2000


def sentence_of(node: Node | None, key: str, role: Role, draft: Draft, step: StepId | None = None) -> Phrase | None:
    if not isinstance(node, Text) or not node.value:
        return None
    if len(node.value) > LIMIT_CHARACTERS:
        # Far over every limit: said once, and not searched for anything else.
        length, limit = len(node.value), LIMIT_CHARACTERS
        draft.issues.append(issue(draft.path, node.line, "message-too-long", step=step, length=length, limit=limit))
        return Phrase(key=key, text=node.value[:LIMIT_CHARACTERS])
    phrase = Phrase(key=key, text=node.value)
    draft.sentences.append(Sentence(phrase=phrase, line=node.line, role=role, step=step))
    return phrase


def text_of(node: Node | None) -> str:
    return node.value if isinstance(node, Text) else ""


def number_of(node: Node | None) -> int | None:
    return int(node.value) if isinstance(node, Text) else None
