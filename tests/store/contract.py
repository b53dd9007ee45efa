"""What every engine of the store must do. Run by `test_contract.py` on each of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.core.effects import StartTimer
from bot.core.ids import (
    AccountId,
    AdviserId,
    ChatId,
    EntryId,
    FlowId,
    HandoffId,
    Locale,
    NewcomerId,
    Revision,
    ServiceId,
    StepId,
    TeamName,
    Token,
    group_lane,
)
from bot.core.messages import (
    Action,
    Begin,
    Choose,
    Command,
    Go,
    Open,
    Page,
    Rendered,
    ShowReminder,
    ShowService,
    Speak,
    Tick,
)
from bot.core.session import Frame, Position, Veil
from bot.errors import Conflict
from bot.handoff.machine import Move, moved
from bot.ports import (
    AdviserRow,
    AuditLine,
    AuditRow,
    ButtonRow,
    Check,
    CheckRow,
    Commit,
    Delivery,
    Fate,
    Gap,
    HandoffChange,
    LogLine,
    QueueAges,
    Receipt,
    Submission,
    TimerRow,
    Verb,
    Verdict,
)
from bot.store import open_store
from tests.store.conftest import KEYS, House
from tests.store.scenes import (
    AMINA,
    BORIS,
    CHEN,
    GROUP,
    NOON,
    OTHER_GROUP,
    SLEEP,
    Guichet,
    Now,
    arrival,
    choice,
    handoff_for,
    say,
    session,
    spoken,
    tell,
    texts,
    token,
)

ACTIONS: list[Action] = [
    Choose(flow=FlowId("a.b"), step=StepId("c"), choice="d"),
    Go(command=Command.EMERGENCY),
    Begin(flow=FlowId("a.b")),
    Speak(locale=Locale("ar")),
    Page(of="languages", number=2),
    Tick(item=3),
    Open(url="https://example.org/é"),
    ShowService(service=ServiceId("cripel")),
    ShowReminder(ref="own/2026-11-24T08/appeler Nadia"),
]

# --- arrivals --------------------------------------------------------------------------------------------------------


async def test_a_new_account_becomes_a_person_with_a_lane_of_their_own(guichet: Guichet) -> None:
    first, second, other = await guichet.store.keep([arrival(1), arrival(2), arrival(3, BORIS)], offset=4)
    assert first.newcomer is not None and first.newcomer != other.newcomer
    assert (first.newcomer, first.lane) == (second.newcomer, second.lane)
    assert first.lane == f"n:{first.newcomer}" and other.lane != first.lane
    assert await guichet.store.newcomer_by_account(AMINA) == first.newcomer
    assert await guichet.store.newcomer_by_account(CHEN) is None
    assert await guichet.store.offset() == 4


async def test_a_tap_of_somebody_unknown_makes_nobody(house: House, guichet: Guichet) -> None:  # D04 after an erasure
    tap = arrival(1, says_nothing=True)
    [row] = await guichet.store.keep([tap], offset=2)
    assert (row.newcomer, row.lane, row.payload) == (None, "odd", tap.payload)
    assert await guichet.store.newcomer_by_account(AMINA) is None
    assert await guichet.store.keep([tap], offset=2) == []
    again = await house.reopen()
    assert await again.store.waiting() == [replace(row, payload=None)]
    await again.store.commit(Commit(done=row.id))
    [said] = await again.store.keep([arrival(2)], offset=3)
    [known] = await again.store.keep([arrival(3, says_nothing=True)], offset=4)
    assert said.newcomer is not None and known.newcomer == said.newcomer


async def test_a_repeat_is_dropped_by_its_number_and_by_its_nature(guichet: Guichet) -> None:  # A06, A07
    [row] = await guichet.store.keep([arrival(1)], offset=2)
    again = arrival(1, natural_key="another")
    renumbered = replace(arrival(1), update_id=900)
    assert await guichet.store.keep([arrival(1), again, renumbered], offset=2) == []
    assert await guichet.store.waiting() == [row]


async def test_a_repeat_inside_one_batch_is_dropped(guichet: Guichet) -> None:
    rows = await guichet.store.keep([arrival(1), arrival(1), arrival(2)], offset=3)
    assert [row.payload for row in rows] == [arrival(1).payload, arrival(2).payload]


async def test_a_repeat_stays_dropped_after_the_row_was_done(guichet: Guichet) -> None:
    [row] = await guichet.store.keep([arrival(1)], offset=2)
    await guichet.store.commit(Commit(done=row.id))
    assert await guichet.store.keep([arrival(1)], offset=2) == []


async def test_an_offset_may_go_back(guichet: Guichet) -> None:  # after a silent week numbers are random
    await guichet.store.keep([], offset=900)
    await guichet.store.keep([], offset=12)
    assert await guichet.store.offset() == 12


async def test_updates_of_nobody_have_the_lane_they_name(guichet: Guichet) -> None:
    rows = await guichet.store.keep([arrival(1, None, lane="topic:-1:5"), arrival(2, None)], offset=3)
    assert [(row.lane, row.newcomer) for row in rows] == [("topic:-1:5", None), ("odd", None)]


async def test_what_waits_is_found_after_a_restart_in_order(house: House, guichet: Guichet) -> None:  # A02
    rows = await guichet.store.keep([arrival(5), arrival(3, BORIS), arrival(4, None)], offset=6)
    await guichet.store.commit(Commit(done=rows[1].id))
    again = await house.reopen()
    assert await again.store.waiting() == [rows[0], rows[2]]
    assert await again.store.waiting(limit=1) == [rows[0]]
    assert await again.store.offset() == 6


async def test_a_volatile_payload_is_forgotten_by_a_restart(house: House, guichet: Guichet) -> None:  # decision 9
    row = await guichet.hear(volatile=True)
    assert row.payload is not None
    assert await guichet.store.waiting() == [row]
    again = await house.reopen()
    assert await again.store.waiting() == [replace(row, payload=None)]


async def test_an_edit_is_stored_only_when_an_adviser_has_the_message(house: House, guichet: Guichet) -> None:  # A24
    newcomer = await guichet.welcome()
    handoff = handoff_for(newcomer)
    line = LogLine(handoff=handoff.id, author="newcomer", text="mot", at=NOON, newcomer_message=7)
    await guichet.store.commit(Commit(handoffs=(HandoffChange(handoff=handoff, expected=0),), log=(line,)))
    rows = [await guichet.hear(edits=7), await guichet.hear(edits=8), await guichet.hear(BORIS, edits=7)]
    assert all(row.payload is not None for row in rows)
    again = await house.reopen()
    assert [row.payload for row in await again.store.waiting()] == [rows[0].payload, None, None]


async def test_an_update_set_aside_is_done(guichet: Guichet) -> None:  # A10
    row = await guichet.hear()
    await guichet.store.quarantine(b"odd", "unparsable", row=row.id)
    await guichet.store.quarantine(b"odder", "unparsable")
    assert await guichet.store.waiting() == []
    assert row.newcomer is not None
    assert (await guichet.store.data_of(row.newcomer))["quarantine"] == [{"body": "odd"}]


async def test_a_volatile_update_is_set_aside_without_its_words(guichet: Guichet) -> None:  # A10, decision 9
    row = await guichet.hear(volatile=True)
    assert row.newcomer is not None and row.payload is not None
    await guichet.store.quarantine(row.payload, "KeyError", row=row.id)
    assert (await guichet.store.data_of(row.newcomer))["quarantine"] == [{"body": ""}]


async def test_many_callers_at_once_lose_nothing_and_keep_their_order(guichet: Guichet) -> None:
    kept = await asyncio.gather(
        *(guichet.store.keep([arrival(n, AccountId(7_200_000_000 + n % 7))], offset=n) for n in range(1, 120))
    )
    waiting = await guichet.store.waiting()
    assert waiting == sorted((row for rows in kept for row in rows), key=lambda row: row.id)
    lanes: dict[str, list[bytes | None]] = {}
    for row in waiting:
        lanes.setdefault(row.lane, []).append(row.payload)
    assert sorted(lanes.values(), key=lambda lane: lane[0] or b"") == sorted(
        ([arrival(n).payload for n in range(1, 120) if n % 7 == rest] for rest in range(7)),
        key=lambda lane: lane[0] or b"",
    )


# --- the turn --------------------------------------------------------------------------------------------------------


async def test_a_session_is_read_as_it_was_written(house: House, guichet: Guichet) -> None:
    newcomer = await guichet.welcome()
    assert await guichet.store.session_of(newcomer) is None
    await guichet.store.commit(Commit(session=session(newcomer), expected_version=0))
    assert await guichet.store.session_of(newcomer) == session(newcomer, version=1)
    await guichet.store.commit(Commit(session=session(newcomer, screen=2), expected_version=1))
    again = await house.reopen()
    assert await again.store.session_of(newcomer) == session(newcomer, version=2, screen=2)


async def test_a_turn_may_finish_several_rows_of_its_lane_all_or_none(house: House, guichet: Guichet) -> None:  # A28
    rows = await guichet.store.keep([arrival(1), arrival(2), arrival(3), arrival(4, BORIS)], offset=5)
    first, second, third, other = rows
    assert first.newcomer is not None
    await guichet.store.commit(Commit(done=first.id))
    with pytest.raises(Conflict):
        await guichet.store.commit(
            Commit(done=third.id, joined=(first.id, second.id), deliveries=(say(first.newcomer),))
        )
    assert await guichet.store.waiting() == [second, third, other]
    assert await guichet.store.take_outbox() == []
    await guichet.store.commit(Commit(done=third.id, joined=(second.id,), deliveries=(say(first.newcomer),)))
    again = await house.reopen()
    assert await again.store.waiting() == [other]
    assert len(await again.store.take_outbox()) == 1


async def test_a_session_saved_meanwhile_is_a_conflict_and_nothing_is_written(guichet: Guichet) -> None:
    row = await guichet.hear()
    assert row.newcomer is not None
    await guichet.store.commit(Commit(session=session(row.newcomer), expected_version=0))
    handoff = handoff_for(row.newcomer)
    offered = choice(row.newcomer)
    for stale in (0, 2):
        with pytest.raises(Conflict):
            await guichet.store.commit(
                Commit(
                    done=row.id,
                    session=session(row.newcomer, screen=9),
                    expected_version=stale,
                    deliveries=(say(row.newcomer),),
                    buttons=(offered,),
                    timers=(StartTimer(name="remind", due_at=NOON),),
                    handoffs=(HandoffChange(handoff=handoff, expected=0),),
                )
            )
    assert await guichet.store.waiting() == [row]
    assert await guichet.store.session_of(row.newcomer) == session(row.newcomer, version=1)
    assert await guichet.store.take_outbox() == []
    assert await guichet.store.button(offered.token) is None
    assert await guichet.store.due_timers(NOON) == []
    assert await guichet.store.handoff(handoff.id) is None


async def test_of_two_turns_at_once_one_wins_and_others_are_not_disturbed(guichet: Guichet) -> None:  # D04
    newcomer, other = await guichet.welcome(), await guichet.welcome(BORIS)
    results = await asyncio.gather(
        guichet.store.commit(Commit(session=session(newcomer, screen=1), expected_version=0)),
        guichet.store.commit(Commit(session=session(newcomer, screen=2), expected_version=0)),
        guichet.store.commit(Commit(session=session(other, screen=3), expected_version=0)),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "list", "list"]
    mine = await guichet.store.session_of(newcomer)
    assert mine is not None and mine.version == 1
    assert await guichet.store.session_of(other) == session(other, version=1, screen=3)


async def test_a_row_is_done_once(guichet: Guichet) -> None:  # A03, A06
    row = await guichet.hear()
    await guichet.store.commit(Commit(done=row.id))
    with pytest.raises(Conflict):
        await guichet.store.commit(Commit(done=row.id))
    assert await guichet.store.waiting() == []


async def test_a_volatile_position_lives_in_memory_only(house: House, guichet: Guichet) -> None:  # decision 9
    newcomer = await guichet.welcome()
    shadow = Position(frames=(replace(SLEEP, step=StepId("papers")),), answers={"papers": "rather-not"})
    here = session(newcomer, shadow=shadow, last_token=Token("t"))
    await guichet.store.commit(Commit(session=here, expected_version=0))
    assert await guichet.store.session_of(newcomer) == replace(here, version=1)
    again = await house.reopen()
    assert await again.store.session_of(newcomer) == session(newcomer, version=1)


async def test_words_of_somebody_behind_a_veil_are_never_stored(house: House, guichet: Guichet) -> None:  # decision 9
    amina, boris = await guichet.welcome(), await guichet.welcome(BORIS)
    secret = Position(frames=(replace(SLEEP, step=StepId("papers")),))
    behind = session(amina, shadow=secret, veil=Veil.BOT)
    await guichet.store.commit(Commit(session=behind, expected_version=0))
    to_a_person = session(boris, shadow=secret, veil=Veil.ADVISER)
    await guichet.store.commit(Commit(session=to_a_person, expected_version=0))
    rows = await guichet.store.keep([arrival(1), arrival(2, BORIS)], offset=3)
    assert [row.payload for row in rows] == [arrival(1).payload, arrival(2).payload]
    again = await house.reopen()
    assert [row.payload for row in await again.store.waiting()] == [None, arrival(2).payload]
    assert await again.store.session_of(amina) == session(amina, veil=Veil.BOT, version=1)
    [row] = await again.store.keep([arrival(4)], offset=5)
    third = await house.reopen()
    assert [one.payload for one in await third.store.waiting() if one.id == row.id] == [None]


async def test_a_volatile_position_that_was_left_is_forgotten(guichet: Guichet) -> None:
    newcomer = await guichet.welcome()
    shadow = Position(frames=(SLEEP,), answers={"papers": "no"})
    await guichet.store.commit(Commit(session=session(newcomer, shadow=shadow), expected_version=0))
    await guichet.store.commit(Commit(session=session(newcomer), expected_version=1))
    assert await guichet.store.session_of(newcomer) == session(newcomer, version=2)


@pytest.mark.parametrize(
    "action",
    ACTIONS,
    ids=lambda action: type(action).__name__,
)
async def test_a_button_means_what_it_meant(house: House, guichet: Guichet, action: object) -> None:
    newcomer = await guichet.welcome()
    offered = choice(newcomer, action=action, screen=4)
    await guichet.store.commit(Commit(buttons=(choice(newcomer), offered, choice(newcomer))))
    assert await guichet.store.button(offered.token) == offered
    again = await house.reopen()
    assert await again.store.button(offered.token) == offered
    assert await again.store.button(token()) is None  # D01


async def test_an_advisers_button_names_its_handoff_and_move(guichet: Guichet) -> None:
    handoff = await guichet.hand_over(await guichet.welcome())
    take = ButtonRow(token=token(), newcomer=None, handoff=handoff.id, action="claim", screen=0)
    await guichet.store.commit(Commit(buttons=(take,)))
    assert await guichet.store.button(take.token) == take


async def test_a_volatile_button_is_forgotten_by_a_restart(house: House, guichet: Guichet) -> None:
    newcomer = await guichet.welcome()
    kept, volatile = choice(newcomer), choice(newcomer, volatile=True)
    await guichet.store.commit(Commit(buttons=(kept, volatile)))
    assert await guichet.store.button(volatile.token) == volatile
    again = await house.reopen()
    assert await again.store.button(volatile.token) is None
    assert await again.store.button(kept.token) == kept


# --- delivery --------------------------------------------------------------------------------------------------------


async def test_deliveries_come_back_whole(house: House, guichet: Guichet) -> None:
    newcomer = await guichet.welcome()
    [text] = await guichet.queue(say(newcomer, "Où dormez-vous ?", vital=True, mirrors=5))
    file = Delivery(
        verb=Verb.SEND_FILE, newcomer=newcomer, file_name="a.json", file_bytes=bytes(range(256)), silent=True
    )
    edit = Delivery(verb=Verb.EDIT, newcomer=newcomer, message_id=9, rendered=text.delivery.rendered)
    await guichet.queue(file, edit)
    again = await house.reopen()
    [first] = await again.store.take_outbox()
    assert first == text and first.chat == ChatId(AMINA) and first.created_at == NOON
    await again.deliver(first, Receipt(message_id=1))
    [second] = await again.store.take_outbox()
    assert second.delivery == file
    await again.deliver(second, Receipt(message_id=2))
    [third] = await again.store.take_outbox()
    assert third.delivery == edit


async def test_at_most_the_first_row_of_each_lane_is_taken(guichet: Guichet) -> None:
    amina, boris = await guichet.welcome(), await guichet.welcome(BORIS)
    await guichet.queue(say(amina, "a1"), say(boris, "b1"), say(amina, "a2"), say(boris, "b2"))
    rows = await guichet.store.take_outbox()
    assert texts(rows) == ["a1", "b1"]
    assert texts(await guichet.store.take_outbox(limit=1)) == ["a1"]
    await guichet.store.mark_sending([rows[0].id])
    assert texts(await guichet.store.take_outbox()) == ["b1"]
    await guichet.store.mark_sent(rows[0], Receipt(message_id=1), at=NOON)
    assert texts(await guichet.store.take_outbox()) == ["b1", "a2"]


async def test_a_retry_waits_in_its_place(guichet: Guichet) -> None:  # B04
    newcomer = await guichet.welcome()
    first, _ = await guichet.queue(say(newcomer, "one"), say(newcomer, "two"))
    await guichet.store.mark_sending([first.id])
    await guichet.store.mark_retry(first.id)
    assert await guichet.store.take_outbox() == [replace(first, tries=1)]


async def test_an_hour_that_an_older_version_noted_holds_nothing_back(guichet: Guichet) -> None:  # H01
    newcomer = await guichet.welcome()
    await guichet.queue(say(newcomer, "one"), say(newcomer, "two"))
    far = 10 * int(NOON.timestamp()) * 10**6
    await guichet.store.engine.write(lambda tx: tx.run("UPDATE outbox SET not_before = ?", (far,)))
    assert texts(await guichet.store.take_outbox()) == ["one"]


async def test_a_refused_row_lets_the_next_one_pass(guichet: Guichet) -> None:
    newcomer = await guichet.welcome()
    first, _ = await guichet.queue(say(newcomer, "one"), say(newcomer, "two"))
    await guichet.store.mark_sending([first.id])
    await guichet.store.mark_refused(first.id, reason="blocked")
    assert texts(await guichet.store.take_outbox()) == ["two"]
    kept = (await guichet.store.data_of(newcomer))["outbox"]
    assert [row["text"] for row in kept] == [None, "two"]


async def test_a_row_in_doubt_is_sent_once_more_at_most(guichet: Guichet) -> None:  # B02, B03
    newcomer = await guichet.welcome()
    first, _ = await guichet.queue(say(newcomer, "one"), say(newcomer, "two"))
    await guichet.store.mark_sending([first.id])
    assert await guichet.store.mark_uncertain(first.id, again=True)
    [repeat] = await guichet.store.take_outbox()
    assert repeat == replace(first, fate=Fate.UNCERTAIN, tries=1)
    await guichet.store.mark_sending([repeat.id])
    assert not await guichet.store.mark_uncertain(repeat.id, again=True)
    assert texts(await guichet.store.take_outbox()) == ["two"]


async def test_the_opening_of_a_topic_is_repeated_however_often_it_is_in_doubt(guichet: Guichet) -> None:  # C14
    handoff = await guichet.hand_over(await guichet.welcome())
    await guichet.queue(Delivery(verb=Verb.OPEN_TOPIC, chat=GROUP, handoff=handoff.id, title="T"))
    for _ in range(3):
        [opening] = await guichet.store.take_outbox()
        await guichet.store.mark_sending([opening.id])
        assert await guichet.store.mark_uncertain(opening.id, again=True)
    assert await guichet.store.topicless() == []


async def test_who_waits_without_a_topic_is_found(guichet: Guichet) -> None:
    newcomer = await guichet.welcome()
    handoff = await guichet.hand_over(newcomer)
    await guichet.hand_over(newcomer, chat=None)
    assert await guichet.store.topicless() == [handoff]
    [row] = await guichet.queue(Delivery(verb=Verb.OPEN_TOPIC, chat=GROUP, handoff=handoff.id, title="T"))
    assert await guichet.store.topicless() == []
    await guichet.store.mark_refused(row.id, reason="restored")
    assert await guichet.store.topicless() == [handoff]
    await guichet.open_topic(handoff)
    assert await guichet.store.topicless() == []


async def test_a_row_in_doubt_is_not_repeated_unasked(guichet: Guichet) -> None:
    newcomer = await guichet.welcome()
    first, _ = await guichet.queue(say(newcomer, "one"), say(newcomer, "two"))
    await guichet.store.mark_sending([first.id])
    await guichet.store.mark_uncertain(first.id, again=False)
    assert texts(await guichet.store.take_outbox()) == ["two"]


async def test_a_row_is_begun_once(guichet: Guichet) -> None:
    newcomer = await guichet.welcome()
    [row] = await guichet.queue(say(newcomer))
    await guichet.store.mark_sending([row.id])
    with pytest.raises(Conflict):
        await guichet.store.mark_sending([row.id])


async def test_a_restart_finds_the_calls_whose_end_nobody_saw(house: House, guichet: Guichet) -> None:  # B03
    newcomer = await guichet.welcome()
    row, _ = await guichet.queue(say(newcomer, "one", vital=True), say(newcomer, "two"))
    await guichet.store.mark_sending([row.id])
    again = await house.reopen()
    assert await again.store.interrupted() == [replace(row, fate=Fate.SENDING, tries=1)]
    assert await again.store.take_outbox() == []
    await again.store.mark_uncertain(row.id, again=False)
    assert await again.store.interrupted() == []
    assert texts(await again.store.take_outbox()) == ["two"]


async def test_a_volatile_text_is_not_there_after_a_restart_and_says_so(house: House, guichet: Guichet) -> None:
    newcomer = await guichet.welcome()
    [row, _] = await guichet.queue(say(newcomer, "secret", volatile=True), say(newcomer, "two"))
    assert await guichet.store.take_outbox() == [row]
    again = await house.reopen()
    [lost] = await again.store.interrupted()
    assert (lost.id, lost.fate, lost.delivery.rendered, lost.delivery.newcomer) == (
        row.id,
        Fate.REFUSED,
        None,
        newcomer,
    )
    assert lost.delivery.volatile and lost.chat == ChatId(AMINA)
    assert texts(await again.store.take_outbox()) == ["two"]
    await again.store.mark_refused(lost.id, reason="volatile")
    assert await again.store.interrupted() == []


async def test_the_bots_own_messages_are_known_for_deletion(guichet: Guichet, now: Now) -> None:
    newcomer, other = await guichet.welcome(), await guichet.welcome(BORIS)
    for number, delivery in enumerate((say(newcomer), say(other), say(newcomer), say(newcomer))):
        [row] = await guichet.queue(delivery)
        await guichet.store.mark_sending([row.id])
        await guichet.store.mark_sent(row, Receipt(message_id=number), at=now.pass_(hours=1))
    assert await spoken(guichet.store, newcomer, NOON + timedelta(hours=2)) == [2, 3]


async def test_a_farewell_is_queued_with_the_erasure_and_once(guichet: Guichet) -> None:
    newcomer = await guichet.welcome()
    handoff = await guichet.hand_over(newcomer)
    await guichet.open_topic(handoff)
    farewell = (
        Delivery(verb=Verb.SEND, chat=ChatId(AMINA), rendered=Rendered(text="Tout est effacé.")),
        Delivery(verb=Verb.DELETE_TOPIC, chat=GROUP, thread=77),
    )
    await guichet.store.erase(newcomer, farewell=farewell)
    await guichet.store.erase(newcomer, farewell=farewell)
    rows = await guichet.store.take_outbox()
    assert [(row.chat, row.thread, row.delivery) for row in rows] == [
        (ChatId(AMINA), None, farewell[0]),
        (GROUP, 77, farewell[1]),
    ]


async def test_a_private_chat_without_a_person_can_be_answered(guichet: Guichet) -> None:  # the receipt of an erasure
    receipt = Delivery(verb=Verb.SEND, chat=ChatId(AMINA), rendered=Rendered(text="Bonjour"))
    [row] = await guichet.queue(receipt)
    assert row.chat == ChatId(AMINA) and str(AMINA) not in row.lane
    assert await guichet.store.take_outbox() == [row]


async def test_half_a_character_is_kept_as_a_mark_and_breaks_nothing(guichet: Guichet) -> None:  # H05
    newcomer = await guichet.welcome()
    handoff = await guichet.hand_over(newcomer)
    half = "a\ud83d\x00b"
    line = LogLine(handoff=handoff.id, author="newcomer", text=half, at=NOON)
    gap = Gap(locale=Locale("fr"), words=half)
    await guichet.store.commit(Commit(deliveries=(say(newcomer, half),), log=(line,), gaps=(gap,)))
    assert await guichet.store.log_of(handoff.id) == [replace(line, text="a?\x00b")]
    assert await guichet.store.button(Token(half)) is None


# --- handoffs --------------------------------------------------------------------------------------------------------


async def test_a_handoff_is_read_as_it_was_written(house: House, guichet: Guichet) -> None:
    newcomer = await guichet.welcome()
    handoff = await guichet.hand_over(newcomer)
    claimed = moved(handoff, Move.CLAIM, now=NOON, adviser=AdviserId("lea"))
    await guichet.store.commit(Commit(handoffs=(HandoffChange(handoff=claimed, expected=1),)))
    again = await house.reopen()
    assert await again.store.handoff(handoff.id) == claimed
    assert await again.store.open_handoff_of(newcomer) == claimed
    assert await again.store.handoffs(TeamName("accueil")) == [claimed]
    assert await again.store.handoffs(TeamName("other")) == []
    closed = moved(claimed, Move.CLOSE, now=NOON)
    await again.store.commit(Commit(handoffs=(HandoffChange(handoff=closed, expected=2),)))
    assert await again.store.open_handoff_of(newcomer) is None
    assert await again.store.handoffs() == []
    assert await again.store.handoffs(only_open=False) == [closed]
    assert await again.store.handoff(HandoffId("nobody")) is None


async def test_of_two_claims_one_wins(guichet: Guichet) -> None:  # C01
    handoff = await guichet.hand_over(await guichet.welcome())
    claims = [moved(handoff, Move.CLAIM, now=NOON, adviser=AdviserId(name)) for name in ("lea", "tom")]
    results = await asyncio.gather(
        *(guichet.store.commit(Commit(handoffs=(HandoffChange(handoff=claim, expected=1),))) for claim in claims),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "list"]
    assert await guichet.store.handoff(handoff.id) in claims


async def test_what_was_decided_on_a_handoff_is_not_written_once_it_has_moved(guichet: Guichet) -> None:  # C03
    handoff = await guichet.hand_over(await guichet.welcome())
    to_person = Delivery(verb=Verb.SEND, newcomer=handoff.newcomer, handoff=handoff.id, rendered=Rendered(text="hello"))
    reply = Commit(deliveries=(to_person,), handoff_expected=(handoff.id, 1))
    await guichet.store.commit(reply)
    await guichet.store.commit(reply)  # asking for a version does not change it
    assert await guichet.store.handoff(handoff.id) == handoff
    closed = moved(handoff, Move.LEAVE, now=NOON)
    results = await asyncio.gather(
        guichet.store.commit(Commit(handoffs=(HandoffChange(handoff=closed, expected=1),))),
        guichet.store.commit(reply),
        return_exceptions=True,
    )
    assert [type(result).__name__ for result in results] == ["list", "Conflict"]
    with pytest.raises(Conflict):
        await guichet.store.commit(Commit(deliveries=(to_person,), handoff_expected=(HandoffId("nobody"), 1)))
    assert texts(await guichet.store.take_outbox()) == ["hello"]


async def test_a_topic_holds_back_its_messages_until_it_is_open(guichet: Guichet) -> None:
    handoff = await guichet.hand_over(await guichet.welcome())
    other = await guichet.hand_over(await guichet.welcome(BORIS), id=HandoffId("other"))
    await guichet.queue(tell(handoff, "early"))
    assert await guichet.store.take_outbox() == []  # never in General (B10)
    await guichet.open_topic(other, thread=5)
    await guichet.open_topic(handoff, thread=77)
    await guichet.queue(tell(other, "there"))
    rows = await guichet.store.take_outbox()
    assert [(row.chat, row.thread) for row in rows] == [(GROUP, 77), (GROUP, 5)]
    assert texts(rows) == ["early", "there"]
    found = await guichet.store.handoff_in_topic(GROUP, 77)
    assert found == replace(handoff, thread=77)
    assert await guichet.store.handoff_in_topic(GROUP, 78) is None


async def test_a_lost_topic_parks_its_messages_behind_a_new_one(guichet: Guichet) -> None:  # B10
    handoff = await guichet.hand_over(await guichet.welcome())
    await guichet.open_topic(handoff)
    row, *_ = await guichet.queue(tell(handoff, "one"), tell(handoff, "two"))
    await guichet.store.mark_sending([row.id])
    await guichet.store.topic_lost(handoff.id)
    await guichet.store.mark_retry(row.id)
    assert await guichet.store.take_outbox() == []
    assert await guichet.store.handoff(handoff.id) == handoff
    await guichet.queue(Delivery(verb=Verb.OPEN_TOPIC, chat=GROUP, handoff=handoff.id, title="T"))
    [opening] = await guichet.store.take_outbox()
    assert opening.delivery.verb is Verb.OPEN_TOPIC
    await guichet.deliver(opening, Receipt(thread=78))
    [again] = await guichet.store.take_outbox()
    assert (again.id, again.thread) == (row.id, 78)


async def test_the_card_of_a_topic_comes_before_what_waits_for_it(guichet: Guichet) -> None:  # B10
    handoff = await guichet.hand_over(await guichet.welcome())
    card = Delivery(verb=Verb.SEND, chat=GROUP, handoff=handoff.id, rendered=Rendered(text="card"), is_card=True)
    await guichet.queue(tell(handoff, "waits"), card)
    await guichet.open_topic(handoff)
    [first] = await guichet.store.take_outbox()
    assert first.delivery == card
    await guichet.deliver(first, Receipt(message_id=5))
    assert texts(await guichet.store.take_outbox()) == ["waits"]


async def test_what_concerned_a_lost_topic_itself_is_moot(guichet: Guichet) -> None:
    handoff = await guichet.hand_over(await guichet.welcome())
    await guichet.open_topic(handoff)
    card = Delivery(verb=Verb.EDIT, chat=GROUP, handoff=handoff.id, rendered=Rendered(text="card"), is_card=True)
    closing = Delivery(verb=Verb.CLOSE_TOPIC, chat=GROUP, handoff=handoff.id)
    await guichet.queue(card, closing, tell(handoff, "after"))
    await guichet.store.topic_lost(handoff.id)
    await guichet.open_topic(handoff, thread=78)
    assert texts(await guichet.store.take_outbox()) == ["after"]


async def test_a_topic_by_number_outlives_its_handoff(guichet: Guichet) -> None:
    await guichet.queue(Delivery(verb=Verb.DELETE_TOPIC, chat=GROUP, thread=77))
    [row] = await guichet.store.take_outbox()
    assert (row.chat, row.thread, row.delivery.verb) == (GROUP, 77, Verb.DELETE_TOPIC)


async def test_a_deleted_topic_is_forgotten(guichet: Guichet) -> None:
    handoff = await guichet.hand_over(await guichet.welcome())
    await guichet.open_topic(handoff)
    [row] = await guichet.queue(Delivery(verb=Verb.DELETE_TOPIC, chat=GROUP, handoff=handoff.id))
    [taken] = await guichet.store.take_outbox()
    assert taken == replace(row, thread=77)
    await guichet.deliver(taken, Receipt())
    assert await guichet.store.handoff(handoff.id) == handoff


async def test_a_move_keeps_the_topic_that_was_opened_meanwhile(guichet: Guichet) -> None:
    handoff = await guichet.hand_over(await guichet.welcome())
    await guichet.open_topic(handoff, thread=77)
    claimed = moved(handoff, Move.CLAIM, now=NOON, adviser=AdviserId("lea"))  # read before the topic was open
    await guichet.store.commit(Commit(handoffs=(HandoffChange(handoff=claimed, expected=1),)))
    assert await guichet.store.handoff(handoff.id) == replace(claimed, thread=77)


async def test_a_transfer_to_another_group_starts_a_new_topic(guichet: Guichet) -> None:  # C13
    handoff = await guichet.hand_over(await guichet.welcome())
    await guichet.open_topic(handoff, thread=77)
    there = replace(handoff, version=2, team=TeamName("logement"), chat=OTHER_GROUP)
    await guichet.store.commit(Commit(handoffs=(HandoffChange(handoff=there, expected=1),)))
    assert await guichet.store.handoff(handoff.id) == there
    assert await guichet.store.handoff_in_topic(GROUP, 77) is None


async def test_the_card_is_known_and_edited(guichet: Guichet) -> None:
    handoff = await guichet.hand_over(await guichet.welcome())
    await guichet.open_topic(handoff)
    [card] = await guichet.queue(tell(handoff, "card", is_card=True))
    edit = tell(handoff, "claimed", verb=Verb.EDIT, is_card=True)
    await guichet.queue(edit)
    [card] = await guichet.store.take_outbox()
    await guichet.deliver(card, Receipt(message_id=501))
    assert await guichet.store.handoff(handoff.id) == replace(handoff, thread=77, card_message=501)
    [row] = await guichet.store.take_outbox()
    assert row.delivery == replace(edit, message_id=501)


async def test_the_edit_of_a_card_that_is_not_there_sends_it_anew(guichet: Guichet) -> None:  # B11
    handoff = await guichet.hand_over(await guichet.welcome())
    await guichet.open_topic(handoff)
    await guichet.queue(tell(handoff, "card", verb=Verb.EDIT, is_card=True))
    [row] = await guichet.store.take_outbox()
    assert row.delivery.verb is Verb.SEND
    await guichet.deliver(row, Receipt(message_id=502))
    assert (await guichet.store.handoff(handoff.id) or handoff).card_message == 502


async def test_mirrors_lead_from_one_side_to_the_other(guichet: Guichet) -> None:  # A24, C05
    newcomer = await guichet.welcome()
    handoff = await guichet.hand_over(newcomer)
    await guichet.open_topic(handoff)
    said = LogLine(handoff=handoff.id, author="newcomer", text="J’ai froid", at=NOON, newcomer_message=11)
    answered = LogLine(handoff=handoff.id, author="adviser", text="Venez", at=NOON, topic_message=502)
    up, down = await guichet.store.commit(
        Commit(
            log=(said, answered),
            deliveries=(
                tell(handoff, "J’ai froid", mirrors=11),
                say(newcomer, "Venez", handoff=handoff.id, mirrors=502),
            ),
        )
    )
    await guichet.deliver(up, Receipt(message_id=501))
    await guichet.deliver(down, Receipt(message_id=12))
    store = guichet.store
    assert await store.counterparts(handoff.id, newcomer_message=11) == [501]
    assert await store.counterparts(handoff.id, topic_message=501) == [11]
    assert await store.counterparts(handoff.id, newcomer_message=12) == [502]
    assert await store.counterparts(handoff.id, topic_message=999) == []
    assert await store.log_of(handoff.id) == [
        replace(said, topic_message=501),
        replace(answered, newcomer_message=12),
    ]


async def test_a_correction_takes_the_place_of_what_was_said_in_the_same_message(guichet: Guichet) -> None:  # A24
    newcomer = await guichet.welcome()
    handoff = await guichet.hand_over(newcomer)
    now, store = NOON, guichet.store
    said = LogLine(handoff=handoff.id, author="newcomer", text="B7654321", at=now, newcomer_message=11)
    other = replace(said, text="merci", newcomer_message=12)
    answered = replace(said, author="adviser", text="bonjour", newcomer_message=None, topic_message=502)
    await store.commit(Commit(log=(said, other, answered, replace(said, text="[…]")), now=now))
    changed = replace(said, text="ma carte")
    await store.commit(Commit(corrected=(changed, replace(said, text="x", newcomer_message=99)), now=now))
    assert await store.log_of(handoff.id) == [changed, other, answered]
    await store.erase(newcomer)
    with pytest.raises(Conflict):
        await store.commit(Commit(corrected=(changed,), now=now))


async def test_a_long_text_is_a_row_for_each_part_and_each_is_a_mirror(guichet: Guichet) -> None:  # B13, C05
    newcomer = await guichet.welcome()
    handoff = await guichet.hand_over(newcomer)
    text, store = "A" * 4000 + "\n\n" + "B" * 4000, guichet.store
    first, second = await guichet.queue(say(newcomer, text, handoff=handoff.id, mirrors=502, message_id=7))
    assert texts([first, second]) == ["A" * 4000, "B" * 4000]
    assert [row.delivery.message_id for row in (first, second)] == [7, None]
    assert [bool(row.delivery.rendered.buttons) for row in (first, second) if row.delivery.rendered] == [False, True]
    await guichet.deliver(first, Receipt(message_id=11))
    await guichet.deliver(second, Receipt(message_id=12))
    assert await store.counterparts(handoff.id, topic_message=502) == [11, 12]
    assert await spoken(store, newcomer, NOON) == [11, 12]

    change = say(newcomer, "C", handoff=handoff.id, verb=Verb.EDIT, message_id=11)
    changed, gone = await guichet.queue(change, replace(change, verb=Verb.DELETE, message_id=12, rendered=None))
    await guichet.deliver(changed, Receipt(message_id=31))  # sent anew
    await guichet.deliver(gone, Receipt(message_id=12))
    assert await store.counterparts(handoff.id, topic_message=502) == [31]
    assert await spoken(store, newcomer, NOON) == [11, 12, 31]


async def test_a_copy_knows_the_chat_it_comes_from(guichet: Guichet) -> None:
    newcomer = await guichet.welcome()
    handoff = await guichet.hand_over(newcomer)
    await guichet.open_topic(handoff)
    photo = Delivery(verb=Verb.COPY, chat=GROUP, handoff=handoff.id, copy_from=11, copy_of=newcomer)
    back = Delivery(verb=Verb.COPY, newcomer=newcomer, handoff=handoff.id, copy_from=502)
    await guichet.queue(photo, back)
    rows = await guichet.store.take_outbox()
    assert [(row.chat, row.thread, row.source) for row in rows] == [(GROUP, 77, AMINA), (AMINA, None, GROUP)]


async def test_a_group_that_moved_is_rewritten_everywhere(guichet: Guichet) -> None:  # B09
    handoff = await guichet.hand_over(await guichet.welcome())
    await guichet.open_topic(handoff)
    await guichet.queue(tell(handoff, "one"), Delivery(verb=Verb.LEAVE, chat=GROUP), tell(handoff, "two"))
    await guichet.store.team_chat_moved(GROUP, OTHER_GROUP)
    assert await guichet.store.handoff_in_topic(OTHER_GROUP, 77) == replace(handoff, chat=OTHER_GROUP, thread=77)
    rows = await guichet.store.take_outbox()
    assert [(row.chat, row.delivery.chat) for row in rows] == [(OTHER_GROUP, OTHER_GROUP)] * 2
    await guichet.deliver(rows[0], Receipt(message_id=1))
    await guichet.queue(tell(replace(handoff, chat=OTHER_GROUP), "three"))
    assert texts(await guichet.store.take_outbox()) == [None, "two"]
    await guichet.queue(Delivery(verb=Verb.DELETE_TOPIC, chat=OTHER_GROUP, thread=5))
    await guichet.store.team_chat_moved(OTHER_GROUP, ChatId(-1_003_333))
    [deletion] = [row for row in await guichet.store.take_outbox() if row.thread == 5]
    assert deletion.lane == group_lane(ChatId(-1_003_333), 5)


async def test_advisers_are_kept_by_id(guichet: Guichet) -> None:
    lea = AdviserRow(
        id=AdviserId("lea"), account=CHEN, name="Léa", teams=(TeamName("accueil"),), languages=(Locale("fr"),)
    )
    await guichet.store.save_adviser(lea)
    await guichet.store.save_adviser(replace(lea, is_active=False))
    assert await guichet.store.advisers() == [replace(lea, is_active=False)]
    await guichet.store.drop_adviser(lea.id)
    assert await guichet.store.advisers() == []
    await guichet.store.drop_adviser(lea.id)


# --- timers ----------------------------------------------------------------------------------------------------------


async def test_timers_come_due_once_and_in_order(house: House, guichet: Guichet) -> None:
    newcomer = await guichet.welcome()
    soon, later = NOON + timedelta(minutes=1), NOON + timedelta(minutes=9)
    await guichet.store.commit(
        Commit(
            timers=(
                StartTimer(name="remind", due_at=later, ref="b"),
                StartTimer(name="remind", due_at=soon, ref="a"),
                StartTimer(name="resume", due_at=later),
            ),
            timers_of=newcomer,
        )
    )
    again = await house.reopen()
    assert await again.store.due_timers(NOON) == []
    [first] = await again.store.due_timers(soon)
    assert first == TimerRow(id=first.id, newcomer=newcomer, handoff=None, name="remind", ref="a", due_at=soon)
    await again.store.commit(Commit(done_timer=first.id))
    with pytest.raises(Conflict):
        await again.store.commit(Commit(done_timer=first.id))
    assert [(row.name, row.ref) for row in await again.store.due_timers(later)] == [("remind", "b"), ("resume", "")]


async def test_a_timer_of_the_same_name_and_ref_replaces_the_older_one(guichet: Guichet) -> None:
    newcomer = await guichet.welcome()
    for minutes in (1, 5):
        timer = StartTimer(name="resume", due_at=NOON + timedelta(minutes=minutes))
        await guichet.store.commit(Commit(timers=(timer,), timers_of=newcomer))
    [only] = await guichet.store.due_timers(NOON + timedelta(hours=1))
    assert only.due_at == NOON + timedelta(minutes=5)


async def test_timers_are_dropped_by_name_or_all_of_one_person(guichet: Guichet) -> None:
    newcomer, other = await guichet.welcome(), await guichet.welcome(BORIS)
    timers = (
        StartTimer(name="a", due_at=NOON, ref="1"),
        StartTimer(name="a", due_at=NOON),
        StartTimer(name="b", due_at=NOON),
    )
    for person in (newcomer, other):
        await guichet.store.commit(Commit(timers=timers, timers_of=person))
    await guichet.store.commit(Commit(cancelled_timers=("a",), timers_of=newcomer))
    await guichet.store.commit(Commit(cancelled_timers=("",), timers_of=other))
    assert [(row.newcomer, row.name) for row in await guichet.store.due_timers(NOON)] == [(newcomer, "b")]


async def test_a_timer_may_belong_to_a_handoff(guichet: Guichet) -> None:  # C09
    handoff = handoff_for(await guichet.welcome())
    await guichet.store.commit(
        Commit(handoffs=(HandoffChange(handoff=handoff, expected=0),), timers=(StartTimer(name="sla", due_at=NOON),))
    )
    [row] = await guichet.store.due_timers(NOON)
    assert (row.newcomer, row.handoff, row.name) == (None, handoff.id, "sla")


# --- people ----------------------------------------------------------------------------------------------------------


async def fill(guichet: Guichet, newcomer: NewcomerId) -> HandoffId:
    """One row of every kind about a person."""
    handoff = await guichet.hand_over(newcomer, id=HandoffId(f"h{newcomer}"))
    await guichet.open_topic(handoff)
    [sent] = await guichet.queue(tell(handoff, "old", mirrors=3))
    await guichet.deliver(sent, Receipt(message_id=9))
    take = ButtonRow(token=token(), newcomer=None, handoff=handoff.id, action="claim", screen=0)
    await guichet.store.commit(
        Commit(
            session=session(newcomer),
            expected_version=0,
            deliveries=(say(newcomer), tell(handoff, "new")),
            buttons=(choice(newcomer), choice(newcomer, volatile=True), take),
            timers=(StartTimer(name="resume", due_at=NOON),),
            log=(LogLine(handoff=handoff.id, author="newcomer", text="J’ai froid", at=NOON),),
            gaps=(Gap(locale=Locale("fr"), words="***"),),
            counts=(("flow.begun", "besoins.sleep"),),
        )
    )
    account = await guichet.store.data_of(newcomer)
    number = account["people"][0]["account"]
    odd = await guichet.hear(number)
    await guichet.store.quarantine(b"odd", "unparsable", row=odd.id)
    await guichet.hear(number)
    return handoff.id


async def test_everything_kept_about_a_person_is_shown(guichet: Guichet) -> None:
    newcomer = await guichet.welcome()
    await fill(guichet, newcomer)
    data = await guichet.store.data_of(newcomer)
    assert sorted(data) == [
        "handoff_log", "handoffs", "inbox", "keyboards", "outbox", "people", "quarantine", "sessions", "timers",
    ]  # fmt: skip
    assert data["people"] == [{"id": newcomer, "account": AMINA, "first_seen": "2026-03-16", "last_seen": "2026-03-16"}]
    assert data["sessions"][0]["durable"]["answers"] == {"where": "street"}
    assert data["handoffs"][0]["summary"] == ["Cherche un lit pour ce soir"]
    assert [line["text"] for line in data["handoff_log"]] == ["J’ai froid"]
    assert [row["text"] for row in data["outbox"]] == [None, None, "Bonjour", "new"]
    assert data["timers"] == [{"name": "resume", "ref": "", "due_at": "2026-03-16T12:00:00+00:00"}]


async def test_somebody_is_found_by_account_under_any_bot(house: House, guichet: Guichet) -> None:
    amina, boris = await guichet.welcome(), await guichet.welcome(BORIS)
    visitor = await open_store(house.url, KEYS, bot="another", is_visit=True)
    assert await visitor.newcomers_with(AMINA) == [amina]
    assert await visitor.newcomers_with(BORIS) == [boris]
    assert await visitor.newcomers_with(CHEN) == []
    await visitor.erase(amina)
    assert await visitor.newcomers_with(AMINA) == []
    assert await visitor.has_people()
    await visitor.erase(boris)
    assert not await visitor.has_people()
    await visitor.close()


async def test_answers_of_many_are_kept_without_anybody_and_for_a_year(guichet: Guichet) -> None:  # I06
    newcomer = await guichet.welcome()
    survey, voice = FlowId("ess.third_place"), FlowId("voix.say")
    weekly = Submission(flow=survey, locale=None, answers={"frequency": "weekly"})
    words = Submission(flow=voice, locale=Locale("fr"), answers={"kind": "missing", "words": "un cours du soir"})
    saved = session(newcomer)
    await guichet.store.commit(Commit(session=saved, expected_version=0, submissions=(weekly, words)))
    await guichet.store.erase(newcomer)
    assert await guichet.store.submissions(survey) == [weekly]
    assert await guichet.store.submissions(voice) == [words]
    # The month is kept instead of the day: the year counts from its first day.
    first = NOON.replace(day=1)
    assert (await guichet.store.purge(first + timedelta(days=365), {})).get("submissions") is None
    assert (await guichet.store.purge(first + timedelta(days=366), {}))["submissions"] == 2
    assert await guichet.store.submissions(survey) == []


async def test_the_newest_verdict_of_each_kind_is_kept_for_an_entry(house: House, guichet: Guichet) -> None:
    bed, fee = EntryId("service/abri"), EntryId("fact/fee_9bis")
    days = [date(2026, 3, day) for day in range(16, 21)]

    async def said(entry: EntryId, verdict: Verdict, day: date) -> None:
        await guichet.store.commit(Commit(checks=(Check(entry=entry, verdict=verdict, day=day),)))

    assert await guichet.store.checks() == []
    await said(bed, Verdict.LISTED, days[0])
    await said(bed, Verdict.WRONG, days[1])
    await said(fee, Verdict.RIGHT, days[1])
    assert await guichet.store.checks() == [
        CheckRow(entry=fee, right_on=days[1]),
        CheckRow(entry=bed, listed_on=days[0], wrong_on=days[1]),
    ]
    await said(bed, Verdict.RIGHT, days[2])
    await said(fee, Verdict.WRONG, days[3])
    await said(fee, Verdict.LISTED, days[4])
    again = await house.reopen()
    assert await again.store.checks() == [
        CheckRow(entry=fee, listed_on=days[4], wrong_on=days[3]),
        CheckRow(entry=bed, listed_on=days[0], right_on=days[2]),
    ]


async def test_the_audit_trail_keeps_ids_and_hours_until_its_time_is_over(  # C13
    house: House, guichet: Guichet, now: Now
) -> None:
    newcomer = await guichet.welcome()
    handoff = await guichet.hand_over(newcomer)
    claire = AdviserRow(id=AdviserId("adviser-1"), account=AccountId(5), name="Claire", teams=(handoff.team,))
    await guichet.store.save_adviser(claire)
    await guichet.store.save_adviser(replace(claire, name="Claire D."))  # may answer as before: no line
    taken = AuditLine(event="claim", who=claire.id, about=handoff.id)
    await guichet.store.commit(Commit(audit=(taken,), now=now.pass_(hours=1, minutes=17)))
    await guichet.store.save_adviser(replace(claire, is_active=False))
    await guichet.store.note(AuditLine(event="forget", who="operator:1000", about=newcomer))
    await guichet.store.erase(newcomer)
    again = await house.reopen()
    first, then = NOON.replace(minute=0), NOON.replace(minute=0) + timedelta(hours=1)
    trail = [
        AuditRow(event="listed", who="adviser-1", at=first),
        AuditRow(event="claim", who="adviser-1", about=handoff.id, at=then),
        AuditRow(event="unlisted", who="adviser-1", at=then),
        AuditRow(event="forget", who="operator:1000", about=newcomer, at=then),
    ]
    assert await again.store.audit(NOON - timedelta(days=1)) == trail
    assert await again.store.audit(then) == trail[1:]
    await again.store.purge(first + timedelta(days=30), {"audit": 30})
    assert await again.store.audit(NOON - timedelta(days=1)) == trail
    await again.store.purge(first + timedelta(days=30, hours=1), {"audit": 30})
    assert await again.store.audit(NOON - timedelta(days=1)) == trail[1:]


async def test_an_erasure_recalls_what_was_said_lately_and_the_topics(guichet: Guichet, now: Now) -> None:
    newcomer, other = await guichet.welcome(), await guichet.welcome(BORIS)
    for number, delivery in enumerate((say(newcomer), say(other), say(newcomer), say(newcomer))):
        [row] = await guichet.queue(delivery)
        await guichet.store.mark_sending([row.id])
        await guichet.store.mark_sent(row, Receipt(message_id=number), at=now.pass_(hours=1))
    await guichet.open_topic(await guichet.hand_over(newcomer))
    receipt = Delivery(verb=Verb.SEND, chat=ChatId(AMINA), rendered=Rendered(text="Tout est effacé."))
    await guichet.store.erase(newcomer, farewell=(receipt,), recalled_since=NOON + timedelta(hours=2))
    recalled = []
    while rows := await guichet.store.take_outbox():
        for row in rows:
            recalled.append(row.delivery)
            await guichet.deliver(row, Receipt())
    assert recalled == [
        Delivery(verb=Verb.DELETE, chat=ChatId(AMINA), message_id=2),
        Delivery(verb=Verb.DELETE_TOPIC, chat=GROUP, thread=77),
        Delivery(verb=Verb.DELETE, chat=ChatId(AMINA), message_id=3),
        receipt,
    ]


async def test_what_a_call_left_during_an_erasure_is_taken_back(guichet: Guichet) -> None:
    newcomer = await guichet.welcome()
    handoff = await guichet.hand_over(newcomer)
    said, opening = await guichet.queue(
        say(newcomer), Delivery(verb=Verb.OPEN_TOPIC, chat=GROUP, handoff=handoff.id, title="T")
    )
    await guichet.store.mark_sending([said.id, opening.id])
    await guichet.store.erase(newcomer)
    await guichet.store.mark_sent(said, Receipt(message_id=11), at=NOON)
    await guichet.store.mark_sent(opening, Receipt(thread=77), at=NOON)
    rows = await guichet.store.take_outbox()
    assert [row.delivery for row in rows] == [
        Delivery(verb=Verb.DELETE, chat=ChatId(AMINA), message_id=11),
        Delivery(verb=Verb.DELETE_TOPIC, chat=GROUP, thread=77),
    ]


async def test_a_delivery_that_is_marked_sent_twice_is_not_taken_back(guichet: Guichet) -> None:
    [row] = await guichet.queue(say(await guichet.welcome()))
    await guichet.deliver(row, Receipt(message_id=11))
    await guichet.store.mark_sent(row, Receipt(message_id=11), at=NOON)
    assert await guichet.store.take_outbox() == []


async def test_an_erased_person_is_gone_and_others_are_untouched(house: House, guichet: Guichet) -> None:  # I01, P1
    amina, boris = await guichet.welcome(), await guichet.welcome(BORIS)
    await fill(guichet, amina)
    handoff = await fill(guichet, boris)
    before = await guichet.store.data_of(boris)
    counts = await guichet.store.erase(amina)
    assert counts == {
        "people": 1, "person_keys": 1, "sessions": 1, "inbox": 1, "outbox": 4, "keyboards": 2, "buttons": 2,
        "timers": 1, "handoffs": 1, "handoff_log": 1, "mirrors": 1, "quarantine": 1,
    }  # fmt: skip
    assert await guichet.store.erase(amina) == {}
    for is_restarted in (False, True):
        store = (await house.reopen()).store if is_restarted else guichet.store
        assert await store.data_of(amina) == {}
        assert await store.session_of(amina) is None
        assert await store.newcomer_by_account(AMINA) is None
        assert await store.open_handoff_of(amina) is None
        assert await store.data_of(boris) == before
        assert [row.newcomer for row in await store.waiting()] == [boris]
        assert [row.newcomer for row in await store.due_timers(NOON)] == [boris]
        assert [line.text for line in await store.log_of(handoff)] == ["J’ai froid"]


async def test_a_turn_under_way_cannot_bring_an_erased_person_back(guichet: Guichet) -> None:  # I02
    row = await guichet.hear()
    assert row.newcomer is not None
    await guichet.store.commit(Commit(session=session(row.newcomer), expected_version=0))
    [queued] = await guichet.queue(say(row.newcomer))
    await guichet.store.mark_sending([queued.id])
    await guichet.store.erase(row.newcomer)
    for late in (
        Commit(session=session(row.newcomer), expected_version=1),
        Commit(session=session(row.newcomer), expected_version=0),
        Commit(done=row.id),
        Commit(deliveries=(say(row.newcomer),)),
        Commit(buttons=(choice(row.newcomer),)),
        Commit(timers=(StartTimer(name="a", due_at=NOON),), timers_of=row.newcomer),
        Commit(handoffs=(HandoffChange(handoff=handoff_for(row.newcomer), expected=0),)),
    ):
        with pytest.raises(Conflict):
            await guichet.store.commit(late)
    await guichet.store.mark_sent(queued, Receipt(message_id=1), at=NOON)
    assert await guichet.store.data_of(row.newcomer) == {}
    assert await spoken(guichet.store, row.newcomer, NOON) == []


async def test_who_comes_back_after_an_erasure_is_somebody_new(guichet: Guichet) -> None:  # I02
    [row] = await guichet.store.keep([arrival(1)], offset=2)
    assert row.newcomer is not None
    await guichet.store.erase(row.newcomer)
    assert await guichet.store.keep([arrival(1)], offset=2) == []  # fetched again: still a repeat
    assert await guichet.store.newcomer_by_account(AMINA) is None
    [again] = await guichet.store.keep([arrival(2)], offset=3)
    assert again.newcomer is not None and again.newcomer != row.newcomer
    assert await guichet.store.session_of(again.newcomer) is None


async def test_rows_leave_when_their_time_is_over_and_not_before(guichet: Guichet, now: Now) -> None:  # P2
    newcomer = await guichet.welcome()
    await guichet.store.commit(
        Commit(session=session(newcomer), expected_version=0, buttons=(choice(newcomer),), now=now())
    )
    limits = {"session": 30, "person": 90, "inbox_ids": 8}
    assert await guichet.store.purge(now.pass_(days=8), limits) == {}
    assert await guichet.store.purge(now.pass_(seconds=1), limits) == {"inbox": 1}
    assert await guichet.store.purge(NOON + timedelta(days=30), limits) == {}
    assert await guichet.store.purge(NOON + timedelta(days=31), limits) == {"sessions": 1, "keyboards": 1, "buttons": 1}
    assert await guichet.store.purge(NOON + timedelta(days=90), limits) == {}
    assert await guichet.store.purge(NOON + timedelta(days=91), limits) == {"people": 1, "person_keys": 1}
    assert await guichet.store.newcomer_by_account(AMINA) is None


async def test_a_closed_handoff_leaves_with_its_log(guichet: Guichet) -> None:
    newcomer = await guichet.welcome()
    handoff = await guichet.hand_over(newcomer)
    line = LogLine(handoff=handoff.id, author="newcomer", text="J’ai froid", at=NOON)
    closed = moved(handoff, Move.CLOSE, now=NOON)
    await guichet.store.commit(Commit(handoffs=(HandoffChange(handoff=closed, expected=1),), log=(line,)))
    assert await guichet.store.purge(NOON + timedelta(days=30), {"case": 30, "person": 400, "inbox_ids": 400}) == {}
    after = await guichet.store.purge(NOON + timedelta(days=30, seconds=1), {"person": 400, "inbox_ids": 400})
    assert after == {"handoffs": 1, "handoff_log": 1}
    assert await guichet.store.handoff(handoff.id) is None
    assert await guichet.store.take_outbox() == []


async def test_the_topic_of_a_case_leaves_with_it(guichet: Guichet) -> None:
    handoff = await guichet.hand_over(await guichet.welcome())
    await guichet.open_topic(handoff)
    closed = moved(handoff, Move.CLOSE, now=NOON)
    await guichet.store.commit(Commit(handoffs=(HandoffChange(handoff=closed, expected=1),)))
    await guichet.store.purge(NOON + timedelta(days=31), {"person": 400, "sent": 400, "inbox_ids": 400})
    [row] = await guichet.store.take_outbox()
    assert (row.delivery.verb, row.chat, row.thread) == (Verb.DELETE_TOPIC, GROUP, 77)


async def test_a_purge_of_many_goes_to_its_end(guichet: Guichet) -> None:
    accounts = [AccountId(7_200_000_000 + number) for number in range(12)]
    rows = await guichet.store.keep([arrival(number, account) for number, account in enumerate(accounts)], offset=None)
    people = [row.newcomer for row in rows if row.newcomer is not None]
    for row in rows:
        await guichet.store.commit(Commit(done=row.id))
    await asyncio.gather(
        *(guichet.store.commit(Commit(buttons=tuple(choice(person) for _ in range(3)))) for person in people * 10)
    )
    assert await guichet.store.purge(NOON + timedelta(days=200), {}) == {
        "people": 12, "person_keys": 12, "keyboards": 120, "buttons": 360, "inbox": 12,
    }  # fmt: skip


async def test_an_open_handoff_leaves_only_when_it_was_silent_for_long(guichet: Guichet) -> None:
    newcomer = await guichet.welcome()
    handoff = await guichet.hand_over(newcomer)
    late = LogLine(handoff=handoff.id, author="newcomer", text="…", at=NOON + timedelta(days=80))
    await guichet.store.commit(Commit(log=(late,)))
    limits = {"person": 400, "inbox_ids": 400, "idle_case": 90}
    assert await guichet.store.purge(NOON + timedelta(days=100), limits) == {}
    assert await guichet.store.purge(NOON + timedelta(days=171), limits) == {"handoffs": 1, "handoff_log": 1}


# --- flows, running --------------------------------------------------------------------------------------------------


async def test_only_revisions_that_somebody_stands_in_are_in_use(guichet: Guichet) -> None:  # D05
    newcomer = await guichet.welcome()
    older = Frame(flow=FlowId("besoins.eat"), revision=Revision("aaaaaaaaaaaa"), step=StepId("ask"))
    here = session(newcomer, paused=Position(frames=(older,)))
    await guichet.store.commit(Commit(session=here, expected_version=0))
    for flow, revision in ((SLEEP.flow, SLEEP.revision), (older.flow, older.revision), (older.flow, "bbbbbbbbbbbb")):
        await guichet.store.keep_flow(flow, Revision(revision), f"flow: {flow}".encode())
    await guichet.store.keep_flow(SLEEP.flow, SLEEP.revision, b"flow: besoins.sleep")
    assert sorted(await guichet.store.flow_revisions_in_use()) == [
        (older.flow, older.revision, b"flow: besoins.eat"),
        (SLEEP.flow, SLEEP.revision, b"flow: besoins.sleep"),
    ]


async def test_queues_tell_how_long_they_have_waited(guichet: Guichet) -> None:  # B19
    store = guichet.store
    assert await store.queue_ages(NOON) == QueueAges(inbox_s=None, outbox_s=None, timers_s=None, handoffs_s=None)
    row = await guichet.hear()
    assert row.newcomer is not None
    timer = StartTimer(name="a", due_at=NOON + timedelta(seconds=20))
    await store.commit(
        Commit(
            deliveries=(say(row.newcomer),),
            timers=(timer,),
            timers_of=row.newcomer,
            handoffs=(HandoffChange(handoff=handoff_for(row.newcomer), expected=0),),
        )
    )
    at = NOON + timedelta(seconds=30)
    assert await store.queue_ages(at) == QueueAges(inbox_s=30.0, outbox_s=30.0, timers_s=10.0, handoffs_s=30.0)


async def test_a_conversation_goes_on_over_a_restart(house: House, guichet: Guichet) -> None:  # A04
    row = await guichet.hear()
    assert row.newcomer is not None
    [queued] = await guichet.store.commit(
        Commit(done=row.id, session=session(row.newcomer), expected_version=0, deliveries=(say(row.newcomer),))
    )
    again = await house.reopen()
    assert await again.store.waiting() == []
    assert await again.store.take_outbox() == [queued]
    assert queued.delivery.newcomer == row.newcomer and queued.fate is Fate.WAITING


async def test_named_instants_outlive_a_restart(house: House, guichet: Guichet) -> None:  # A18
    later = NOON + timedelta(minutes=5)
    assert await guichet.store.marked("contact") is None
    await guichet.store.mark("contact", NOON)
    again = await house.reopen()
    assert await again.store.marked("contact") == NOON
    await again.store.mark("contact", later)
    assert (await again.store.marked("contact"), await again.store.marked("asked_again")) == (later, None)


async def test_who_was_last_heard_of_in_a_time_is_found(guichet: Guichet) -> None:  # A18
    amina, boris = await guichet.welcome(), await guichet.welcome(BORIS)
    await guichet.store.commit(Commit(session=session(amina, seen_at=NOON), expected_version=0))
    await guichet.store.commit(Commit(session=session(boris, seen_at=NOON - timedelta(hours=2)), expected_version=0))
    hour = timedelta(hours=1)
    assert await guichet.store.seen_between(NOON - hour, NOON) == [amina]
    assert await guichet.store.seen_between(NOON - 3 * hour, NOON - hour) == [boris]
    assert await guichet.store.seen_between(NOON + hour, NOON + 2 * hour) == []
