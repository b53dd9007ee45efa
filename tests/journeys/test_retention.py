"""What is past its retention goes; never because a clock is wrong (I04, R16)."""

from __future__ import annotations

import pytest

from bot.core.ids import AccountId
from bot.errors import StoreError
from tests.journeys.conftest import Lines
from tests.journeys.office import Office, Person


async def is_known(office: Office, person: Person) -> bool:
    return await office.store.newcomer_by_account(AccountId(person.id)) is not None


async def switched_off(office: Office, **span: float) -> None:
    """A machine that is off for a while, or whose clock is wrong when it comes back: nobody can tell from inside."""
    await office.close()
    office.now.pass_by(**span)
    await office.open()
    await office.look_at_timers()


def alerts(logged: Lines) -> set[str]:
    """What the operator was told since this was last asked; the guichet's own look may find it too."""
    found = {line for line in logged.lines if "retention.suspended" in line}
    logged.lines.clear()
    return found


def alert(hours: int) -> set[str]:
    return {f"ERROR bot.services.timers retention.suspended reason=clock_jumped hours={hours}"}


async def test_while_the_clock_is_steady_what_is_old_goes_once_a_day(office: Office, logged: Lines) -> None:
    fatou = await office.fatou()
    await office.run_for(90 * 24, step=12)
    assert await is_known(office, fatou)
    await office.run_for(2 * 24, step=12)
    assert not await is_known(office, fatou)
    assert alerts(logged) == set()


async def test_a_purge_that_failed_is_done_within_the_hour(office: Office) -> None:
    fatou = await office.fatou()
    await office.run_for(90 * 24, step=12)
    # As of a disk that fails for a while.
    refuse = "CREATE TRIGGER refuse BEFORE DELETE ON people BEGIN INSERT INTO nowhere VALUES (1); END"
    await office.store.engine.write(lambda tx: tx.run(refuse))
    with pytest.raises(StoreError):
        await office.run_for(48, step=12)
    await office.store.engine.write(lambda tx: tx.run("DROP TRIGGER refuse"))
    assert await is_known(office, fatou)
    await office.run_for(1)
    assert not await is_known(office, fatou)


async def test_memory_keeps_a_session_no_longer_than_the_store(office: Office) -> None:
    """The row of somebody silent is deleted; what the process remembers of it must have gone before."""
    office.now.pass_by(hours=1)
    fatou = await office.fatou()
    await fatou.press("Dormir")
    newcomer = await fatou.newcomer()
    memory = office.running.memory
    kept = [token for token, (row, _) in memory._buttons.items() if row.newcomer == newcomer]
    assert memory.session(newcomer) is not None and kept != []
    await office.run_for(25)
    assert memory.session(newcomer) is None and [memory.button(token) for token in kept] == [None] * len(kept)


async def test_a_clock_that_is_wrong_at_the_start_deletes_nobody(office: Office, logged: Lines) -> None:
    fatou = await office.fatou()
    await office.run_for(30)
    await switched_off(office, days=400)
    assert alerts(logged) == alert(400 * 24)
    # Starting again confirms no clock.
    for _ in range(3):
        await switched_off(office, minutes=5)
    await office.run_for(20)
    assert await is_known(office, fatou) and alerts(logged) == set()
    office.now.pass_by(days=-400)  # somebody has read the log
    await office.run_for(48)
    assert await is_known(office, fatou) and alerts(logged) == alert(-400 * 24 + 1)


async def test_a_clock_that_jumps_while_we_run_deletes_nobody(office: Office, logged: Lines) -> None:
    fatou = await office.fatou()
    await office.run_for(30)
    office.now.pass_by(days=400)
    await office.look_at_timers()
    assert await is_known(office, fatou) and alerts(logged) == alert(400 * 24)


async def test_after_an_honest_absence_the_purge_waits_a_day_and_goes_on(office: Office) -> None:
    fatou = await office.fatou()
    await office.run_for(30)
    await switched_off(office, days=100)
    await office.run_for(23)
    assert await is_known(office, fatou)
    await office.reopen()
    await office.run_for(2)
    assert not await is_known(office, fatou)


async def test_a_clock_that_was_set_back_stops_the_daily_purge_for_a_day_only(office: Office) -> None:  # H01
    await office.run_for(30)
    office.now.pass_by(days=400)
    await office.run_for(30)
    office.now.pass_by(days=-400)
    fatou = await office.fatou()
    await office.run_for(92 * 24, step=12)
    assert not await is_known(office, fatou)


async def test_a_topic_goes_with_its_day_and_by_no_wrong_clock(office: Office) -> None:  # I04
    fatou, claire = await office.fatou(), await office.adviser()
    await fatou.ask_for_a_person()
    await claire.take()
    await claire.press("Fermer")
    await office.run_for(30)
    office.now.pass_by(days=400)
    await office.look_at_timers()
    assert len(await office.client.topics()) == 1
    office.now.pass_by(days=-400)
    await office.run_for(28 * 24, step=12)
    assert len(await office.client.topics()) == 1
    await office.run_for(3 * 24, step=12)
    assert await office.client.topics() == []
