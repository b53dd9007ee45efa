"""What flows ask the directory for by name: services, needs, facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.phrases import Phrase
from bot.flow.extract import phrases_of_flow
from bot.flow.graph import Flow, ShowServices
from bot.flow.sentences import placeholders

_FACT = "fact."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wants:
    """Names that flows cannot do without."""

    services: frozenset[str]
    needs: frozenset[str]
    facts: frozenset[str]


def wanted(flows: Iterable[Flow], phrases: Iterable[Phrase] = ()) -> Wants:
    """What these flows and system phrases name."""
    flows = tuple(flows)
    shown = [step.act for flow in flows for step in flow.steps.values() if isinstance(step.act, ShowServices)]
    said = (*(phrase for flow in flows for phrase in phrases_of_flow(flow)), *phrases)
    texts = {text for phrase in said for text in (phrase.text, phrase.plural) if text is not None and _FACT in text}
    places = {place for text in texts for place in placeholders(text) if place.startswith(_FACT)}
    return Wants(
        services=frozenset(name for act in shown for name in act.ids),
        needs=frozenset(act.need for act in shown if act.need is not None),
        # `{fact.name.year}` and `{fact.name.full}` are forms of the same fact.
        facts=frozenset(place.split(".")[1] for place in places),
    )
