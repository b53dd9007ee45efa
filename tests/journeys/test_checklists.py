"""A list to tick in place: what is ticked stands in the message's own buttons, never in the store (best-in-class 9)."""

from __future__ import annotations

from dataclasses import replace

from bot.sandbox.client import labels_of
from tests.journeys.office import Office, Person


async def boxes(person: Person) -> list[str]:
    """The list as it stands on the phone."""
    return [label for one in await person.messages() for row in labels_of(one) for label in row if label[0] in "☐☑"]


async def message_of(person: Person) -> int:
    """The number of the message that holds the list."""
    messages = await person.messages()
    found = next(one for one in messages if any("☑" in label for row in labels_of(one) for label in row))
    return int(found["message_id"])


async def test_boxes_ticked_faster_than_they_can_be_shown_all_stay_ticked(closed_office: Office) -> None:
    pace = replace(closed_office.settings.telegram, chat_per_s=5, chat_burst=1)
    closed_office.settings = replace(closed_office.settings, telegram=pace)
    await closed_office.open()
    fatou = await closed_office.fatou()
    await fatou.say("cabas")
    before = await boxes(fatou)
    for box in before:
        await fatou.seat.press(box.removeprefix("☐ "))
    await closed_office.settled()
    assert await boxes(fatou) == [box.replace("☐", "☑") for box in before]


async def test_nothing_of_a_ticked_list_stays_in_memory(office: Office) -> None:
    fatou, lucia = await office.fatou(), await office.person("Lucía", "Français")
    for person in (fatou, lucia):
        await person.say("cabas")
        await person.press("Du pain")
    lists = [(await person.newcomer(), await message_of(person)) for person in (fatou, lucia)]
    memory = office.running.memory
    assert all(memory.list_in(*one) for one in lists)
    await fatou.say("/effacer")
    await fatou.press("Oui, tout effacer")
    assert [bool(memory.list_in(*one)) for one in lists] == [False, True]
    office.now.pass_by(minutes=31)
    await office.look_at_timers()
    assert [bool(memory.list_in(*one)) for one in lists] == [False, False]
