"""Whatever happens, in whatever order: no turn raises, everything said can be sent, nothing volatile is kept."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.advance import advance
from bot.core.effects import Count, Effect, NoteGap, RelayEdit, RelayMedia, RelayText, Submit
from bot.core.events import (
    Edited,
    Event,
    HandoffMoved,
    HandoffNews,
    Located,
    Media,
    Pressed,
    Reached,
    Resumed,
    Said,
    Showed,
    Started,
    TimerFired,
)
from bot.core.ids import FlowId, Locale, StepId, Token
from bot.core.messages import Action, Begin, Choose, Command, Go, Page, ShowService, Speak, Tick
from bot.core.session import Position, Session
from bot.core.understanding import Understanding
from bot.flow.graph import FlowBook
from bot.i18n.render import utf16
from bot.services.rehearsal import NEWCOMER, Heard, Rehearsal, Stage
from tests.conversation.small_book import INTENTS, NOW

#: Bot API: the longest text of a message, UTF-16 units after entities (sendMessage).
TEXT_LIMIT = 4096
#: Labels longer than this are cut by phones.
LABEL_LIMIT = 80
#: Only after a volatile question can anybody be there.
HIDDEN_STEPS = ("page", "one", "two", "story", "next", "leave", "adviser", "nudge", "which", "hurt")

WORDS = st.one_of(
    st.sampled_from(
        [
            "menu",
            "retour",
            "stop",
            "oui",
            "non",
            "1",
            "3",
            "١٢",
            "4",
            "hier",
            "langue",
            "English",
            "personne",
            "/effacer",
            "/langue",
            "/menu",
            "/urgence",
            "/mesdonnees",
            "/confidentialite",
            "DANGER",
            "nord",
            "enfants",
            "erase",
        ]
    ),
    st.sampled_from(
        ["01/02/2026", "une personne", "Pour moi", "canary_one", "La page une", "", " ", "\u202e\u2066a\x00"]
    ),
    st.text(max_size=40),
    st.sampled_from(["👩‍👧" * 300, "x" * 5_000, "é" * 1_000]),
)
UNDERSTANDINGS = st.one_of(
    st.none(),
    st.builds(
        lambda intent, sure: Understanding(intent=intent, confidence=sure, ranking=((intent, sure),)),
        st.sampled_from([*sorted(INTENTS), "greet", "thanks", "goodbye", "out_of_scope", "affirm", "deny", "unknown"]),
        st.sampled_from([0.05, 0.3, 0.9]),
    ),
)
FLOWS = ("t.room", "t.secret", "t.words", "t.part", "urgence.danger", "_system.menu", "_system.welcome", "t.gone")
LOCALES = st.sampled_from(["fr", "en", "ar", "xx"]).map(Locale)
#: Chosen among the buttons that are shown, by place from the newest.
Tap = int
ACTIONS: st.SearchStrategy[Action | None] = st.one_of(
    st.none(),
    st.builds(Go, command=st.sampled_from(list(Command))),
    st.builds(Begin, flow=st.sampled_from(FLOWS).map(FlowId)),
    st.builds(Speak, locale=LOCALES),
    st.builds(Page, of=st.just("languages"), number=st.integers(0, 3)),
    st.builds(Tick, item=st.integers(0, 3)),
    st.builds(ShowService, service=st.just("shelter")),
    st.builds(
        Choose,
        flow=st.sampled_from(FLOWS).map(FlowId),
        step=st.sampled_from(["who", "page", "handoff", "which", "confirm", "nudge"]).map(StepId),
        choice=st.sampled_from(["me", "canary_one", "share", "alone", "cancel", "erase", "yes", "other"]),
    ),
)
EVENTS: st.SearchStrategy[Event | Tap | str] = st.one_of(
    st.integers(0, 12),
    st.integers(0, 12),
    st.integers(0, 12),
    st.just("restart"),
    st.builds(Said, text=WORDS, message_id=st.just(1), understanding=UNDERSTANDINGS, language=st.none() | LOCALES),
    st.builds(Started, topic=st.sampled_from([None, "chambre", "nowhere"]), locale=st.none() | LOCALES),
    st.builds(Pressed, token=st.just(Token("forged")), message_id=st.just(1), action=ACTIONS),
    st.builds(Showed, media=st.sampled_from(list(Media)), message_id=st.just(1), album_continued=st.booleans()),
    st.builds(Located, message_id=st.just(1), latitude=st.just(50.6), longitude=st.just(5.5)),
    st.builds(Edited, message_id=st.just(1), text=WORDS),
    st.builds(
        TimerFired, name=st.just("reminder"), ref=st.sampled_from(["t.room/nudge", "t.gone/x", "", "t.room/who"])
    ),
    st.builds(HandoffMoved, news=st.sampled_from(list(HandoffNews))),
    st.builds(Reached, reachable=st.booleans()),
    st.just(Resumed()),
)


@settings(max_examples=250, derandomize=True)
@given(happened=st.lists(EVENTS, max_size=25), welcomed=st.booleans())
def test_no_order_of_events_breaks_a_conversation(
    small: Stage, happened: list[Event | Tap | str], welcomed: bool
) -> None:
    rehearsal = Rehearsal.begin(small, Locale("fr"), NOW, welcomed=welcomed)
    for event in happened:
        was_volatile = rehearsal.session.shadow is not None or rehearsal.session.is_lost
        heard = done(rehearsal, event)
        if heard is not None:
            assert_can_be_sent(heard)
            assert_effects_keep_nothing(heard.effects, was_volatile=was_volatile)
        assert_can_be_kept(rehearsal.session, rehearsal.stage.guide().book)


@settings(max_examples=100, derandomize=True)
@given(happened=st.lists(EVENTS, max_size=12), event=EVENTS)
def test_same_arguments_always_give_the_same_turn(
    small: Stage, happened: list[Event | Tap | str], event: Event | Tap | str
) -> None:
    rehearsal = Rehearsal.begin(small, Locale("fr"), NOW)
    for one in happened:
        done(rehearsal, one)
    if not isinstance(event, int | str):
        once, again = (advance(rehearsal.session, event, small.guide(), now=NOW) for _ in range(2))
        assert once == again


def done(rehearsal: Rehearsal, event: Event | Tap | str) -> Heard | None:
    """Let it happen; None when there is no such button to tap."""
    if event == "restart":
        rehearsal.restart()
        return None
    if isinstance(event, str):
        raise AssertionError(event)
    if isinstance(event, Said):
        danger = rehearsal.stage.danger(event.text)
        return rehearsal.take(replace(event, danger=danger))
    if not isinstance(event, int):
        return rehearsal.take(event)
    if event >= len(rehearsal.shown):
        return None
    _, token = rehearsal.shown[-1 - event]
    return rehearsal.take(Pressed(token=token, message_id=1, action=rehearsal.actions[token]))


def assert_can_be_sent(heard: Heard) -> None:
    for message in heard.messages:
        assert message.text.strip()
        assert utf16(message.text) <= TEXT_LIMIT
        for row in message.buttons:
            assert 1 <= len(row) <= 3
            assert all(button.text.strip() and len(button.text) <= LABEL_LIMIT for button in row)


def assert_effects_keep_nothing(effects: tuple[Effect, ...], *, was_volatile: bool) -> None:
    for effect in effects:
        if isinstance(effect, NoteGap | Submit):
            assert not was_volatile
        elif not isinstance(effect, RelayText | RelayMedia | RelayEdit | Count):
            assert "canary" not in repr(effect)
            assert "page une" not in repr(effect)
            assert "t.secret/" not in repr(effect)


def assert_can_be_kept(session: Session, book: FlowBook) -> None:
    stored = session.stored()
    kept = Session.restored(NEWCOMER, session.version, stored, session.shadow)
    assert kept == (session if session.shadow is None else replace(session, last_token=None))
    assert len(stored) < 20_000
    for position in (session.durable, session.shadow, session.paused):
        if position is not None:
            assert_resolvable(position, book)
    for position in (session.durable, session.paused):
        for frames in (position.frames, *position.trail) if position is not None else ():
            hidden = [(one.flow, one.step) for one in frames if one.flow in ("t.secret", "urgence.danger")]
            assert not any(step in HIDDEN_STEPS for _, step in hidden), hidden
        assert position is None or not {"page", "story"} & position.answers.keys()


def assert_resolvable(position: Position, book: FlowBook) -> None:
    for frame in position.frames:
        flow = book.flow(frame.flow, frame.revision)
        assert flow is not None
        assert flow.step(frame.step) is not None
