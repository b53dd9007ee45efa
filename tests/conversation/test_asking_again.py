"""Whatever happened before: what a person asks for comes, however often, and the position does not grow by asking."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.commands import CALLS, WHILE_HELD
from bot.core.effects import OpenHandoff, ShowData, TellWaiting
from bot.core.events import Event
from bot.core.ids import Locale
from bot.core.messages import Command, Go
from bot.core.phrases import Phrase
from bot.core.session import Hold
from bot.services.rehearsal import Heard, Rehearsal, Stage
from tests.conversation.small_book import NOW
from tests.conversation.test_any_conversation import EVENTS, Tap, done

#: What can be asked for at any moment, with the first words or the effect that it begins with.
ASKED = (Command.FORGET, Command.LANGUAGE, Command.MY_DATA, Command.PRIVACY, Command.PERSON)
#: A pathway, a flow that it calls, and each thing that can be asked for on top of it once.
DEEPEST = 2 + len(CALLS) + len({Command.PRIVACY})

HAPPENED = st.lists(st.one_of(st.sampled_from(ASKED), st.sampled_from(ASKED), EVENTS), max_size=25)


@settings(max_examples=250, derandomize=True)
@given(happened=HAPPENED, asked=st.sampled_from(ASKED))
def test_what_is_asked_for_comes_and_asking_again_changes_nothing(
    small: Stage, happened: list[Event | Tap | str | Command], asked: Command
) -> None:
    rehearsal = Rehearsal.begin(small, Locale("fr"), NOW)
    for one in happened:
        if isinstance(one, Command):
            rehearsal.do(Go(command=one))
        else:
            done(rehearsal, one)
        assert len(rehearsal.session.position.frames) <= DEEPEST
    hold = rehearsal.session.hold
    first = rehearsal.do(Go(command=asked))
    assert_came(first, asked, hold)
    once = rehearsal.session.position
    again = rehearsal.do(Go(command=asked))
    assert_came(again, asked, Hold.WAITING if opened(first) else hold)
    if asked in CALLS:  # what is begun instead can be gone back from to itself
        assert rehearsal.session.position == once
    assert rehearsal.session.position.frames == once.frames


def assert_came(heard: Heard, asked: Command, hold: Hold) -> None:
    """The first screen of what was asked for; while an adviser holds, how to end that instead of another person."""
    words = [block.text for message in heard.said for block in message.blocks if isinstance(block, Phrase)]
    if hold is Hold.HELD and asked not in WHILE_HELD:
        assert words == ["held_notice"]
        return
    match asked:
        case Command.FORGET:
            assert words == ["Tout effacer ?"]
        case Command.LANGUAGE:
            assert words == ["Quelle langue ?"]
        case Command.PRIVACY:
            assert words == ["Je garde peu."]
        case Command.MY_DATA:
            assert (words, heard.effects) == (["Et ensuite ?"], (ShowData(),))
        case Command.PERSON if hold is Hold.WAITING:
            assert (words, heard.effects) == ([], (TellWaiting(),))
        case _:
            assert opened(heard) or words == ["share_ask {summary}"]


def opened(heard: Heard) -> bool:
    return any(isinstance(effect, OpenHandoff) for effect in heard.effects)
