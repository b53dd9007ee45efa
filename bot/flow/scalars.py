"""Checked scalars of a flow file, as the sentences, texts and numbers they stand for."""

from __future__ import annotations

from bot.core.ids import StepId
from bot.core.phrases import Phrase
from bot.flow.draft import Draft, Role, Sentence
from bot.flow.source import Node, Text


def sentence_of(node: Node | None, key: str, role: Role, draft: Draft, step: StepId | None = None) -> Phrase | None:
    if not isinstance(node, Text) or not node.value:
        return None
    phrase = Phrase(key=key, text=node.value)
    draft.sentences.append(Sentence(phrase=phrase, line=node.line, role=role, step=step))
    return phrase


def text_of(node: Node | None) -> str:
    return node.value if isinstance(node, Text) else ""


def number_of(node: Node | None) -> int | None:
    return int(node.value) if isinstance(node, Text) else None
