"""Danger in what somebody wrote: known by its words, put first by the model and likely, or only feared."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation import commands
from bot.conversation.guide import Guide
from bot.core.events import Edited, Said, Showed
from bot.core.ids import FlowId
from bot.core.messages import Command
from bot.core.understanding import Understanding


@dataclass(frozen=True, slots=True, kw_only=True)
class Fear:
    """The safety flow that was meant, and whether its card comes at once."""

    flow: FlowId
    is_likely: bool


def feared(event: Said | Showed | Edited, guide: Guide) -> Fear | None:
    """The danger that a text, a caption or an edit tells of; the lexicon's words always bring their card."""
    if event.danger is not None:
        card = guide.flow_of(event.danger.intent) or commands.FLOWS[Command.EMERGENCY]
        return Fear(flow=card, is_likely=True)
    return _put_first(event.understanding, guide)


def _put_first(heard: Understanding | None, guide: Guide) -> Fear | None:
    """None when it is something else. A model puts danger first long before it is sure: a miss costs more."""
    flow = None if heard is None or heard.intent is None else guide.danger_flow(heard.intent)
    if heard is None or flow is None:
        return None
    others = [(intent, confidence) for intent, confidence in heard.ranking if intent != heard.intent]
    likely = heard.confidence + sum(sure for intent, sure in others if guide.danger_flow(intent) is not None)
    return Fear(flow=flow, is_likely=likely >= guide.thresholds.sure_from)
