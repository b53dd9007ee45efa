"""What is written into a row comes back as it was, whatever it holds."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import get_args

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.ids import Token
from bot.core.messages import Action, Rendered, RenderedButton
from bot.handoff.machine import Handoff
from bot.ports import AdviserRow, Delivery, LogLine, Verb
from bot.store.records import action_in, action_out, delivery_in, delivery_out, dumps, instant, micros

texts = st.text(st.characters(exclude_categories=["Cs"]))
numbers = st.integers(-(2**53), 2**53)
buttons = st.builds(RenderedButton, text=texts, token=st.none() | texts.map(Token), url=st.none() | texts)
rendered = st.builds(
    Rendered,
    text=texts,
    buttons=st.lists(st.lists(buttons, max_size=2).map(tuple), max_size=2).map(tuple),
    bold=st.lists(st.tuples(numbers, numbers), max_size=2).map(tuple),
)
deliveries = st.builds(
    Delivery,
    verb=st.sampled_from(Verb),
    newcomer=st.none() | texts,
    chat=st.none() | numbers,
    handoff=st.none() | texts,
    thread=st.none() | numbers,
    rendered=st.none() | rendered,
    message_id=st.none() | numbers,
    copy_from=st.none() | numbers,
    copy_of=st.none() | texts,
    file_name=st.none() | texts,
    file_bytes=st.none() | st.binary(),
    title=st.none() | texts,
    vital=st.booleans(),
    volatile=st.booleans(),
    mirrors=st.none() | numbers,
    silent=st.booleans(),
    is_card=st.booleans(),
    is_photo=st.booleans(),
)


@settings(max_examples=50)
@given(deliveries)
def test_a_delivery_comes_back_as_it_was(delivery: Delivery) -> None:
    assert delivery_in(delivery_out(delivery)) == delivery


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_comes_back_to_the_microsecond(at: datetime) -> None:
    assert instant(micros(at)) == at


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (Rendered, "text buttons bold"),
        (RenderedButton, "text token url"),
        (LogLine, "handoff author text at newcomer_message topic_message"),
        (AdviserRow, "id account name teams languages is_active"),
        (
            Handoff,
            "id code newcomer team chat state version locale queue summary adviser thread card_message"
            " opened_at claimed_at ended_at",
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_field_that_is_new_must_be_written_too(kind: type, names: str) -> None:
    assert sorted(field.name for field in fields(kind)) == sorted(names.split())


@pytest.mark.parametrize("kind", get_args(Action), ids=lambda kind: kind.__name__)
@settings(max_examples=10)
@given(data=st.data())
def test_every_kind_of_action_comes_back_as_it_was(kind: type, data: st.DataObject) -> None:
    # JSON as it is kept has whole numbers of 64 bits.
    numbers = {one.name: st.integers(-(2**63), 2**63 - 1) for one in fields(kind) if one.type == "int"}
    action = data.draw(st.builds(kind, **numbers))
    assert action_in(orjson.loads(dumps(action_out(action)))) == action


def test_a_move_of_an_adviser_comes_back_as_it_was() -> None:
    assert action_in(action_out("claim")) == "claim"
