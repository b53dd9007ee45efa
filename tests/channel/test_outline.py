"""Nothing of a person is in what is kept of an update without an owner."""

from __future__ import annotations

import json

import orjson
import pytest

from bot.channel.outline import outline


def test_names_of_fields_and_kinds_of_values_are_kept() -> None:
    who = {"id": 7_200_000_001, "first_name": "Fatou", "is_bot": False}
    message = {"message_id": 77003.5, "from": who, "text": "ma soeur", "entities": [{"offset": 0}], "date": None}
    payload = orjson.dumps({"update_id": 5, "message": message})
    assert json.loads(outline(payload)) == {
        "bytes": len(payload),
        "shape": {
            "update_id": "int",
            "message": {
                "message_id": "float",
                "from": {"id": "int", "first_name": "str", "is_bot": "bool"},
                "text": "str",
                "entities": [{"offset": "int"}],
                "date": None,
            },
        },
    }


def test_words_in_place_of_a_field_are_not_kept() -> None:
    assert json.loads(outline(b'{"Fatou Diallo":1,"fatou2":2}'))["shape"] == {"?": "int"}


@pytest.mark.parametrize(
    ("payload", "shape"),
    [
        (b"Fatou", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 60_000, "not JSON"),
        (b'"' + b"F" * 70_000 + b'"', None),
        (b'{"a":' * 50 + b"1" + b"}" * 50, {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": "..."}}}}}}}}),
        (b"[" + b",".join([b"1"] * 90) + b"]", ["int"] * 40),
    ],
)
def test_it_is_small_whatever_came(payload: bytes, shape: object) -> None:
    assert json.loads(outline(payload)) == {"bytes": len(payload), "shape": shape}
