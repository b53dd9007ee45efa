"""Requests are read by the published description, and nothing else passes."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.spec import Mismatch, Upload, description

BUTTON = {"text": "Oui", "callback_data": "k1"}


def read(method: str, **fields: Any) -> dict[str, Any]:
    spec = description().method(method)
    assert spec is not None
    return spec.read(fields)


def test_the_version_is_the_one_in_the_name_of_the_file() -> None:
    assert description().version == "Bot API 10.1"


def test_a_form_and_a_json_body_read_the_same() -> None:
    form = read(
        "sendMessage",
        chat_id="-100",
        text="5",
        protect_content="true",
        message_thread_id="7",
        reply_markup='{"inline_keyboard":[[{"text":"Oui","callback_data":"k1"}]]}',
    )
    assert form == read(
        "sendMessage",
        chat_id=-100,
        text="5",
        protect_content=True,
        message_thread_id=7,
        reply_markup={"inline_keyboard": [[BUTTON]]},
    )


def test_methods_are_found_in_any_case_and_unknown_ones_are_not() -> None:
    spec = description().method("SENDMESSAGE")
    assert spec is not None
    assert spec.name == "sendMessage"
    assert description().method("sendMesage") is None


@pytest.mark.parametrize(
    ("method", "fields", "problem"),
    [
        ("sendMessage", {"chat_id": 1}, "text is required by sendMessage"),
        ("sendMessage", {"chat_id": 1, "text": "a", "txt": 1}, "txt is not a field of sendMessage"),
        ("sendMessage", {"chat_id": 1, "text": 5}, "text must be String, not a number"),
        ("sendMessage", {"chat_id": 1.5, "text": "a"}, "chat_id must be an integer or a string"),
        ("sendMessage", {"chat_id": 1, "text": "a", "protect_content": "maybe"}, "protect_content must be a boolean"),
        ("sendMessage", {"chat_id": 1, "text": "a", "message_thread_id": "x"}, "message_thread_id must be an integer"),
        (
            "sendMessage",
            {"chat_id": 1, "text": "a", "reply_markup": {"inline_keyboard": [[{**BUTTON, "calback": "x"}]]}},
            "reply_markup.inline_keyboard[0][0].calback is not a field of InlineKeyboardButton",
        ),
        (
            "sendMessage",
            {"chat_id": 1, "text": "a", "reply_markup": {"inline_keyboard": [BUTTON]}},
            "reply_markup.inline_keyboard[0] must be an array, not an object",
        ),
        (
            "sendMessage",
            {"chat_id": 1, "text": "a", "entities": [{"type": "bold", "offset": 0}]},
            "entities[0].length is required by MessageEntity",
        ),
        (
            "setMessageReaction",
            {"chat_id": 1, "message_id": 2, "reaction": [{"type": "smile", "emoji": "👍"}]},
            'reaction[0] is of the unknown kind "smile" of ReactionType',
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "menu", "description": "m"}], "scope": {"type": "default", "chat_id": 1}},
            "scope.chat_id is not a field of BotCommandScopeDefault",
        ),
        ("deleteMessages", {"chat_id": 1, "message_ids": ["1"]}, "message_ids[0] must be Integer, not a string"),
    ],
)
def test_what_does_not_follow_the_description_is_named(method: str, fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(Mismatch) as caught:
        read(method, **fields)
    assert str(caught.value) == problem


def test_json_that_does_not_parse_is_named() -> None:
    with pytest.raises(Mismatch, match=r"^reply_markup is not JSON"):
        read("sendMessage", chat_id=1, text="a", reply_markup='{"inline_keyboard":')


def test_a_photo_is_an_upload_or_the_id_of_a_file() -> None:
    upload = Upload("a.png", "image/png", b"x")
    assert read("sendPhoto", chat_id=1, photo=upload)["photo"] is upload
    assert read("sendPhoto", chat_id=1, photo="file-id")["photo"] == "file-id"


def test_every_method_and_type_of_the_description_compiles() -> None:
    from bot.sandbox.methods import METHODS

    for name in METHODS:
        assert description().method(name) is not None, name
    for name in description()._raw_methods:
        assert description().method(name) is not None
