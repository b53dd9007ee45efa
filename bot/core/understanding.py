"""What was made of an utterance: by the model, by exact keywords, by the safety lexicon."""

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Before the id of a flow that no intent leads to, where exact keywords name it.
FLOW = "flow:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """What the NLU made of one utterance. Source: reply to `POST /model/parse`, Rasa HTTP API."""

    #: An intent of `nlu/intents.yml`, `flow:` and a flow's id, or None when nothing was recognised.
    intent: str | None
    #: 0 (no idea) to 1 (sure), as the model reports it. Never compare two models by it.
    confidence: float
    #: Intents with their confidence, surest first; includes `intent`.
    ranking: tuple[tuple[str, float], ...] = ()
    #: Entity name → value; the last one said wins.
    entities: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """Words of danger, found by the lexicon before and regardless of any model (decision 4)."""

    #: One of the safety intents of the register.
    intent: str
    #: The locale of the lexicon that matched, which need not be the chosen one.
    locale: str
    #: The lexicon entry that matched, never the person's own words.
    phrase: str
