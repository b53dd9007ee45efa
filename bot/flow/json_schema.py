"""The table of keys as a JSON Schema, for completion and checks in editors: docs/reference/flow.schema.json."""

from __future__ import annotations

from typing import Any

from bot.flow.schema import RECORDS
from bot.flow.shapes import PATTERNS, PHRASE_NAME, ConditionShape, Either, Form, ListOf, MapOf, Record, Scalar, Shape


def json_schema() -> dict[str, Any]:
    """The table as a JSON Schema (draft 2020-12), for completion and checks in editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A flow file of the guichet unique",
        "oneOf": [{"$ref": "#/$defs/flow"}, {"$ref": "#/$defs/phrases"}],
        "$defs": {
            **{record.name: _record_schema(record) for record in RECORDS},
            "condition": {"type": "object", "minProperties": 1},
        },
    }


def _record_schema(record: Record) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name, key in record.keys.items() if key.required],
        "properties": {name: {**_shape_schema(key.shape), "description": key.doc} for name, key in record.keys.items()},
    }


def _shape_schema(shape: Shape) -> dict[str, Any]:
    match shape:
        case Scalar():
            return _scalar_schema(shape)
        case ListOf(item=item):
            return {"type": "array", "minItems": 1, "items": _shape_schema(item)}
        case MapOf(keys=keys, value=value):
            pattern = PHRASE_NAME if keys == "phrase name" else PATTERNS[Form.ID][0]
            names = {"pattern": f"^{pattern.pattern}$"}
            return {
                "type": "object",
                "minProperties": 1,
                "propertyNames": names,
                "additionalProperties": _shape_schema(value),
            }
        case Record(name=name):
            return {"$ref": f"#/$defs/{name}"}
        case Either(shapes=shapes):
            return {"anyOf": [_shape_schema(one) for one in shapes]}
        case ConditionShape():
            return {"$ref": "#/$defs/condition"}


def _scalar_schema(shape: Scalar) -> dict[str, Any]:
    match shape.form:
        case Form.FLAG:
            return {"enum": ["yes", "no", True, False]}
        case Form.NUMBER:
            return {"type": "integer", "minimum": shape.least, "maximum": shape.most}
        case Form.DATE:
            return {"type": "string", "format": "date"}
        case Form.SOURCE:
            return {"type": "string", "pattern": "^(https?://|document:[a-z0-9-])"}
        case Form.WORD:
            return {"enum": list(shape.words)}
        case Form.TEXT:
            # Editors type what we keep as text: a label may be 112 or a word that YAML takes for true.
            return {"type": ["string", "number", "boolean"]}
        case _:
            pattern = {"type": "string", "pattern": f"^{PATTERNS[shape.form][0].pattern}$"}
            return {"anyOf": [pattern, {"const": ""}, {"type": "null"}]} if shape.may_be_empty else pattern


if __name__ == "__main__":
    import json
    from pathlib import Path

    target = Path(__file__).parents[2] / "docs" / "reference" / "flow.schema.json"
    target.write_text(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
