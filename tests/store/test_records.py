"""What is written into a row comes back as it was, whatever it holds."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.core.ids import Token
from bot.core.messages import Rendered, RenderedButton
from bot.ports import Delivery, Verb
from bot.store.records import action_in, action_out, delivery_in, delivery_out, instant, micros
from tests.store.contract import ACTIONS

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
)


@given(deliveries)
def test_a_delivery_comes_back_as_it_was(delivery: Delivery) -> None:
    assert delivery_in(delivery_out(delivery)) == delivery


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_comes_back_to_the_microsecond(at: datetime) -> None:
    assert instant(micros(at)) == at


def test_every_kind_of_action_comes_back_as_it_was() -> None:
    assert [action_in(action_out(action)) for action in ACTIONS] == ACTIONS
    assert action_in(action_out("claim")) == "claim"
