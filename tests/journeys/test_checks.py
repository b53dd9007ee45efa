"""What nobody vouches for any more is put before the team: few messages, by day; two buttons, and what they change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.cli.check import reported
from bot.core.ids import EntryId, Locale, ServiceId
from bot.core.messages import ServiceCards
from bot.directory.lookup import load
from bot.directory.service import Service
from bot.sandbox.client import labels_of, text_of
from bot.sandbox.people import ADVISER_CHAT_ID, ADVISERS
from bot.services import checks
from tests.journeys.office import Office

#: The morning after the office of the tests was opened.
TUESDAY = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
THE_DAY = date(2026, 11, 24)
CRIPEL = EntryId("service/cripel")


async def asked(office: Office, at: datetime = TUESDAY) -> list[dict[str, Any]]:
    """What stands in General about the directory once the office has opened that day."""
    office.now.at = at
    await office.look_at_timers()
    claire = await office.adviser()
    return [one for one in await claire.seat.messages() if "À vérifier" in text_of(one)]


async def answer(office: Office, icon: str, name: str, by: str = "Claire") -> str:
    """Press a button of the line with this name; gives the notice."""
    adviser = await office.adviser(by)
    for message in await adviser.seat.messages():
        for line in text_of(message).splitlines():
            if name in line and line[0].isdigit():
                label = f"{icon} {line.partition('.')[0]}"
                await adviser.seat.press(label, message_id=message["message_id"])
                notice = await adviser.seat.notice()
                await office.settled()
                return notice
    raise AssertionError(f"{name} is not asked about")


async def row(office: Office, entry: EntryId) -> tuple[date | None, date | None, date | None]:
    """Asked, right, wrong."""
    found = next(one for one in await office.store.checks() if one.entry == entry)
    return found.listed_on, found.right_on, found.wrong_on


def card(office: Office, service: str) -> str:
    """The whole card as a newcomer reads it."""
    block = ServiceCards(ids=(ServiceId(service),), whole=True)
    [text] = office.running.desk.cards().blocks(block, Locale("fr"), office.now())
    return text.text  # type: ignore[union-attr]


# --- when ------------------------------------------------------------------------------------------------------------


async def test_nothing_is_asked_on_the_day_of_a_start(office: Office) -> None:
    assert await asked(office, office.now() + timedelta(hours=3)) == []


async def test_each_owner_is_asked_once_and_few_on_one_day(office: Office) -> None:
    owners = [text_of(one).partition("(")[2].partition(")")[0] for one in await asked(office)]
    assert owners == ["cpas", "cripel", "forem"]
    assert len(await asked(office, TUESDAY + timedelta(hours=5))) == checks.A_DAY
    later = await asked(office, TUESDAY + timedelta(days=1))
    assert "(guichet)" in text_of(later[-1]) and len(later) == 4
    assert len(await asked(office, TUESDAY + timedelta(days=2))) == 4


async def test_after_a_week_others_of_the_owner_are_asked_about(office: Office) -> None:
    await asked(office)
    first = (await asked(office, TUESDAY + timedelta(days=1)))[-1]
    await asked(office, TUESDAY + timedelta(days=8))
    again = (await asked(office, TUESDAY + timedelta(days=9)))[-1]
    assert len(labels_of(first)) == len(labels_of(again)) == checks.LISTED
    assert "(guichet)" in text_of(first) and "(guichet)" in text_of(again)
    names = [set(text_of(one).splitlines()[1 : checks.LISTED + 1]) for one in (first, again)]
    assert len(names[0]) == len(names[1]) == checks.LISTED
    listed = {one.entry for one in await office.store.checks()}
    assert sum(office.running.data.directory.entry(one).owner == "guichet" for one in listed) == 2 * checks.LISTED


@pytest.mark.parametrize(
    "closed",
    [
        datetime(2026, 11, 24, 22, 30, tzinfo=UTC),  # night
        datetime(2026, 11, 28, 10, 0, tzinfo=UTC),  # a Saturday
        datetime(2026, 12, 25, 10, 0, tzinfo=UTC),  # Christmas, a Friday
    ],
)
async def test_a_closed_team_is_left_in_peace_until_it_opens(office: Office, closed: datetime) -> None:
    assert await asked(office, closed) == []
    opening = office.running.desk.hours.next_opening("Mo-Fr 09:00-17:00; PH off", closed)
    assert opening is not None
    assert await asked(office, opening.astimezone(UTC) - timedelta(minutes=1)) == []
    assert len(await asked(office, opening.astimezone(UTC))) == checks.A_DAY


async def test_a_restart_asks_nothing_twice(office: Office) -> None:
    await asked(office)
    await office.reopen()
    assert len(await asked(office, TUESDAY + timedelta(hours=2))) == checks.A_DAY


# --- right -----------------------------------------------------------------------------------------------------------


async def test_a_confirmed_entry_is_new_at_once_and_after_a_restart(office: Office) -> None:
    [_, message, _] = await asked(office)
    assert len(labels_of(message)) == 3
    before = card(office, "cripel")
    assert "Vérifié" not in before
    assert await answer(office, "✅", "CRIPEL — ") == "C'est noté : juste aujourd'hui. La fiche porte cette date."
    assert await row(office, CRIPEL) == (THE_DAY, THE_DAY, None)
    after = card(office, "cripel")
    assert "24 novembre 2026" in after and after != before
    edited = (await asked(office))[1]
    assert "✅ CRIPEL — " in text_of(edited) and len(labels_of(edited)) == 2
    await office.reopen()
    assert card(office, "cripel") == after
    stale = [one for things in office.running.data.directory.stale(THE_DAY).values() for one in things]
    assert "cripel" not in [one.id for one in stale if isinstance(one, Service)]


async def test_a_second_press_is_harmless(office: Office) -> None:
    await asked(office)
    claire = await office.adviser()
    message = (await asked(office))[1]
    line = next(one for one in text_of(message).splitlines() if "CRIPEL — " in one)
    number = line.partition(".")[0]
    token = next(
        button["callback_data"]
        for keys in message["reply_markup"]["inline_keyboard"]
        for button in keys
        if button["text"] == f"✅ {number}"
    )
    assert len(token) == 22 and "cripel" not in token
    await answer(office, "✅", "CRIPEL — ")
    before = await office.store.checks()
    await claire.seat.do("press", message_id=message["message_id"], data=token, forged=True)
    await office.settled()
    assert await office.store.checks() == before


async def test_only_advisers_on_the_list_may_answer(office: Office) -> None:
    await asked(office)
    marc = ADVISERS[2]
    await office.close()
    await office.open(GUICHET_ADVISER_IDS=",".join(str(one.id) for one in ADVISERS[:2]))
    assert "pas sur la liste" in await answer(office, "✅", "CRIPEL — ", by=marc.first_name)
    assert await row(office, CRIPEL) == (THE_DAY, None, None)


async def test_a_fact_is_confirmed_like_a_service(office: Office) -> None:
    await asked(office)
    await asked(office, TUESDAY + timedelta(days=1))
    directory = office.running.data.directory
    facts = [one.entry for one in await office.store.checks() if one.entry.startswith("fact/")]
    entry = facts[0]
    fact = directory.entry(entry)
    assert fact is not None and not isinstance(fact, Service)
    await answer(office, "✅", f"{fact.about} : {fact.text}")
    assert str(office.running.data.directory.facts[fact.name].checked_on) == "2026-11-25"


# --- to correct ------------------------------------------------------------------------------------------------------


async def test_a_correction_is_asked_for_with_its_file_and_noted(office: Office) -> None:
    await asked(office)
    told = await answer(office, "✏️", "CRIPEL — ")
    assert told == "C'est noté : à corriger. La demande est aussi dans « guichet check »."
    claire = await office.adviser()
    path = office.running.data.directory.by_id["cripel"].path
    assert f"À corriger dans {path}, fiche « cripel »" in (await claire.texts())[-1]
    assert await row(office, CRIPEL) == (THE_DAY, None, THE_DAY)
    # It is not asked about again; whoever edits the files sees it.
    await asked(office, TUESDAY + timedelta(days=7))
    assert (await row(office, CRIPEL))[0] == THE_DAY
    written = load(office.running.data.places.flows)
    [line] = reported(written, await office.store.checks(), "fr")
    assert line.startswith(f"· {path}:") and line.endswith(": cripel à corriger, demandé le 2026-11-24")


async def test_the_newer_word_counts(office: Office) -> None:
    await asked(office)
    message = (await asked(office))[1]
    number = next(one for one in text_of(message).splitlines() if "CRIPEL — " in one).partition(".")[0]
    tokens = {
        button["text"]: button["callback_data"]
        for keys in message["reply_markup"]["inline_keyboard"]
        for button in keys
    }
    claire = await office.adviser()
    await claire.seat.do("press", message_id=message["message_id"], data=tokens[f"✏️ {number}"], forged=True)
    await office.settled()
    await claire.seat.do("press", message_id=message["message_id"], data=tokens[f"✅ {number}"], forged=True)
    await office.settled()
    assert await row(office, CRIPEL) == (THE_DAY, THE_DAY, None)
    [line, _] = reported(load(office.running.data.places.flows), await office.store.checks(), "en")
    assert line.endswith(": cripel confirmed on 2026-11-24")


async def test_the_messages_to_a_team_hold_nobody(office: Office) -> None:
    await office.fatou()
    await asked(office)
    sends = [call["parameters"] for call in await office.calls("sendMessage")]
    in_group = [one for one in sends if one["chat_id"] == ADVISER_CHAT_ID]
    assert len(in_group) == checks.A_DAY
    assert all(one.get("protect_content") for one in in_group)
    assert all("message_thread_id" not in one for one in in_group)
