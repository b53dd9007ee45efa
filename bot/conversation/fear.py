"""Danger that the model puts first: likely enough for its card, or only feared."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation.guide import Guide
from bot.core.ids import FlowId
from bot.core.understanding import Understanding


@dataclass(frozen=True, slots=True, kw_only=True)
class Fear:
    """The safety flow that was put first, and whether all dangers together reach what it takes to be sure."""

    flow: FlowId
    is_likely: bool


def feared(heard: Understanding | None, guide: Guide) -> Fear | None:
    """None when something else was put first. A model puts danger first long before it is sure: a miss costs more."""
    flow = None if heard is None or heard.intent is None else guide.danger_flow(heard.intent)
    if heard is None or flow is None:
        return None
    others = [(intent, confidence) for intent, confidence in heard.ranking if intent != heard.intent]
    likely = heard.confidence + sum(sure for intent, sure in others if guide.danger_flow(intent) is not None)
    return Fear(flow=flow, is_likely=likely >= guide.thresholds.sure_from)
