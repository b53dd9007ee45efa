"""Reading what a Rasa server says, without trusting a byte of it.

Source: `POST /model/parse` of the Rasa HTTP API. Anything that is not exactly an answer
about an intent of our register is a `Defect`, never a guess.
"""

import math
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import orjson

from bot.core.understanding import Understanding

#: How many candidates the bot can use: three choices, and room for those it drops.
RANKING_LENGTH = 10

#: An entity longer than this is not a city or a number.
ENTITY_LENGTH = 200

#: What Rasa's own FallbackClassifier calls "I do not know".
FALLBACK = "nlu_fallback"

_NONE: Mapping[str, str] = MappingProxyType({})


class Defect(StrEnum):
    """Why a reply was refused."""

    NOT_JSON = "not_json"
    BAD_SHAPE = "bad_shape"
    BAD_CONFIDENCE = "bad_confidence"
    UNKNOWN_INTENT = "unknown_intent"


def read_reply(body: bytes, intents: frozenset[str]) -> Understanding | Defect:
    """Check a reply against the schema and the register `intents`.

    A reply that says "no intent" is a proper answer: an Understanding whose intent is None.
    """
    try:
        reply = orjson.loads(body)  # refuses NaN and Infinity, as the JSON standard does
    except orjson.JSONDecodeError:
        return Defect.NOT_JSON
    if not isinstance(reply, dict):
        return Defect.BAD_SHAPE
    top = _candidate(reply.get("intent"))
    if isinstance(top, Defect):
        return top
    name, confidence = top
    if name is not None and name not in intents:
        return Defect.UNKNOWN_INTENT
    ranking = _ranking(reply.get("intent_ranking", []), intents)
    if isinstance(ranking, Defect):
        return ranking
    entities = _entities(reply.get("entities", []))
    if isinstance(entities, Defect):
        return entities
    if not ranking and name is not None:
        ranking = ((name, confidence),)
    return Understanding(intent=name, confidence=confidence, ranking=ranking, entities=entities)


def _candidate(value: Any) -> tuple[str | None, float] | Defect:
    if not isinstance(value, dict):
        return Defect.BAD_SHAPE
    name, confidence = value.get("name"), value.get("confidence")
    if name is not None and not isinstance(name, str):
        return Defect.BAD_SHAPE
    if isinstance(confidence, bool) or not isinstance(confidence, int | float):
        return Defect.BAD_CONFIDENCE
    if not math.isfinite(confidence) or not 0 <= confidence <= 1:
        return Defect.BAD_CONFIDENCE
    if name in ("", FALLBACK):
        name = None
    return name, float(confidence)


def _ranking(value: Any, intents: frozenset[str]) -> tuple[tuple[str, float], ...] | Defect:
    if not isinstance(value, list):
        return Defect.BAD_SHAPE
    kept: dict[str, float] = {}
    for item in value:
        candidate = _candidate(item)
        if isinstance(candidate, Defect):
            return candidate
        name, confidence = candidate
        if name in intents and name not in kept and name is not None:
            kept[name] = confidence
    ordered = sorted(kept.items(), key=lambda pair: -pair[1])
    return tuple(ordered[:RANKING_LENGTH])


def _entities(value: Any) -> Mapping[str, str] | Defect:
    if value is None or value == []:
        return _NONE
    if not isinstance(value, list):
        return Defect.BAD_SHAPE
    found: dict[str, str] = {}
    for item in value:
        if not isinstance(item, dict):
            return Defect.BAD_SHAPE
        name, said = item.get("entity"), item.get("value")
        if not isinstance(name, str) or isinstance(said, bool) or not isinstance(said, str | int | float):
            return Defect.BAD_SHAPE
        found[name] = str(said)[:ENTITY_LENGTH]
    return MappingProxyType(found)
