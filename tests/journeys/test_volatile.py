"""What could hurt a person lives in memory only: no table, no log, no statistics, no adviser (decisions 9 and 10)."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from bot.bootstrap import guichet
from bot.core.ids import NewcomerId
from bot.core.session import Position
from bot.sandbox.client import labels_of, text_of
from bot.store import open_store
from bot.store.engine import Tx
from bot.store.vault import Vault
from tests.journeys.flows import HIDDEN, OPEN, WHO
from tests.journeys.office import Office, Person
from tests.journeys.test_first_contact import poster

CANARY = "marmotte-aubergine-7341"
KEPT = "tournesol-violet-1122"


@pytest.fixture
async def sealed(closed_office: Office, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], bool]:
    """Whether these words have ever been on their way to the disk, sealed or in the clear."""
    written: list[bytes] = []
    seal = Vault.seal

    def recorded(self: Vault, *given: object) -> bytes:
        body = given[-1]
        assert isinstance(body, bytes)
        written.append(body)
        return seal(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Vault, "seal", recorded)
    monkeypatch.setattr(guichet, "open_store", partial(open_store, in_clear=True))
    await closed_office.open()

    def has_been(words: str) -> bool:
        here = closed_office.folder.rglob("*")
        body = b"".join(written) + b"".join(path.read_bytes() for path in here if path.is_file())
        return words.encode() in body

    return has_been


async def in_the_secret(office: Office) -> Person:
    """Fatou has told what may be kept, and then what may not."""
    fatou = await office.fatou()
    await fatou.say("secret")
    assert await fatou.say(KEPT) == [HIDDEN]
    assert await fatou.say(CANARY) == [f"Tu : {CANARY}"]
    return fatou


async def test_a_volatile_answer_steers_the_flow_and_reaches_no_disk(
    closed_office: Office, sealed: Callable[[str], bool]
) -> None:
    fatou = await in_the_secret(closed_office)
    assert sealed(KEPT)  # so that looking for the other proves something
    assert not sealed(CANARY)
    await fatou.press("Fini")
    assert not sealed(CANARY)
    kept = await closed_office.store.data_of(await fatou.newcomer())
    assert CANARY not in repr(kept) and "hidden" not in repr(kept)


async def test_a_restart_resumes_at_the_question_before(closed_office: Office, sealed: Callable[[str], bool]) -> None:
    fatou = await in_the_secret(closed_office)
    await closed_office.reopen()
    said = await fatou.press("Fini")
    assert said[0].startswith("Ce bouton ne marche plus") and said[-1].endswith(OPEN)
    assert not sealed(CANARY)


def remembered(words: str) -> bool:
    """Whether a position anywhere in this process holds these words."""
    gc.collect()
    return any(type(one) is Position and words in one.answers.values() for one in gc.get_objects())


async def test_a_secret_leaves_memory_when_its_half_hour_is_over(office: Office) -> None:
    fatou = await in_the_secret(office)
    office.now.pass_by(minutes=29)
    await office.look_at_timers()
    assert remembered(CANARY)
    office.now.pass_by(minutes=2)
    await office.look_at_timers()
    assert not remembered(CANARY)
    assert remembered(KEPT)
    assert await fatou.say("et maintenant ?") == [OPEN]


async def test_a_clock_that_is_set_back_keeps_no_secret_for_longer(office: Office) -> None:  # H01
    await in_the_secret(office)
    office.now.pass_by(days=-1)
    await office.look_at_timers()
    assert not remembered(CANARY)


async def test_an_answer_that_a_restart_forgot_is_asked_for_again(
    closed_office: Office, sealed: Callable[[str], bool]
) -> None:
    fatou = await closed_office.fatou()
    await fatou.say("secret")
    await fatou.say(KEPT)
    closed_office.running.intake._on_rows = lambda rows: None  # killed between storing and taking
    await fatou.seat.say(CANARY)
    await closed_office.settled_intake()
    await closed_office.reopen()
    assert (await fatou.heard())[-1].endswith(OPEN)
    assert not sealed(CANARY)


@pytest.mark.parametrize("lapse", ["a restart", "an hour"])
async def test_what_answers_a_forgotten_question_is_not_taken_for_an_answer_to_the_one_before(
    closed_office: Office, sealed: Callable[[str], bool], lapse: str
) -> None:
    fatou = await closed_office.fatou()
    await fatou.say("secret")
    assert await fatou.say(KEPT) == [HIDDEN]
    if lapse == "a restart":
        await closed_office.reopen()
    else:
        closed_office.now.pass_by(hours=1)
    assert await fatou.say(CANARY) == [OPEN]
    assert not sealed(CANARY)
    await fatou.say("ce que je garde")
    await fatou.say(CANARY)
    assert not sealed(CANARY)
    await fatou.press("Quelqu'un")
    await fatou.press("Oui, envoyer le résumé")
    assert (await closed_office.handoff()).summary == ("Un secret", "ce que je garde")


async def test_words_of_danger_are_heard_by_a_bot_that_has_forgotten(office: Office) -> None:
    fatou = await in_the_secret(office)
    await office.reopen()
    assert "112" in (await fatou.say("au secours il a un couteau"))[0]


async def test_words_to_a_team_reach_it_after_a_night_in_which_the_secret_was_forgotten(office: Office) -> None:
    fatou = await in_the_secret(office)
    await fatou.press("Quelqu'un")
    await fatou.press("Une personne, sans résumé")
    await office.reopen()
    for words in ("vous êtes là ?", "je peux attendre"):
        assert await fatou.say(words) == ["C'est noté. La personne lira votre message."]
    claire = await office.adviser()
    await claire.sit_down()
    assert (await claire.texts())[-2:] == ["💬 vous êtes là ?", "💬 je peux attendre"]


async def test_a_secret_told_while_waiting_for_a_person_stays_one(
    closed_office: Office, sealed: Callable[[str], bool]
) -> None:
    fatou = await closed_office.fatou()
    await fatou.ask_for_a_person()
    await fatou.start(poster(closed_office, "secret"))
    assert await fatou.say(KEPT) == [HIDDEN]
    assert await fatou.say(CANARY) == [f"Tu : {CANARY}"]
    assert not sealed(CANARY)
    claire = await closed_office.adviser()
    await claire.sit_down()
    assert CANARY not in "\n".join(await claire.texts())


@pytest.mark.parametrize("then", ["free", "waiting"])
async def test_a_secret_that_is_edited_later_stays_one(
    closed_office: Office, sealed: Callable[[str], bool], then: str
) -> None:
    fatou = await closed_office.fatou()
    await fatou.say("secret")
    await fatou.say(KEPT)
    secret = await fatou.seat.say("ce qui se tait")
    await fatou.heard()
    await fatou.press("Fini")
    if then == "waiting":
        await fatou.ask_for_a_person()
    await fatou.seat.edit(secret["message_id"], CANARY)
    assert await fatou.heard() == []
    assert not sealed(CANARY)


async def test_what_was_not_understood_in_a_secret_is_not_noted(
    closed_office: Office, sealed: Callable[[str], bool]
) -> None:
    fatou = await in_the_secret(closed_office)
    await fatou.say("zorglub saperlipopette")
    assert not sealed("zorglub")


async def test_an_adviser_reads_only_what_is_told_on_purpose(
    closed_office: Office, sealed: Callable[[str], bool]
) -> None:
    fatou = await in_the_secret(closed_office)
    await fatou.press("Quelqu'un")
    if "✅ Oui, envoyer le résumé" in await fatou.labels():
        await fatou.press("Oui, envoyer le résumé")
    assert CANARY not in repr(await closed_office.handoff())
    claire = await closed_office.adviser()
    await claire.take()
    assert CANARY not in "\n".join(await claire.texts())
    await fatou.heard()
    await fatou.say("bonjour madame")
    assert (await claire.texts())[-1] == "💬 bonjour madame"


async def test_words_to_an_adviser_survive_a_kill_even_after_a_secret(office: Office) -> None:
    fatou = await in_the_secret(office)
    await fatou.press("Quelqu'un")
    if "✅ Oui, envoyer le résumé" in await fatou.labels():
        await fatou.press("Une personne, sans résumé")
    claire = await office.adviser()
    await claire.take()
    await fatou.heard()
    office.running.intake._on_rows = lambda rows: None  # killed between storing and taking
    await fatou.seat.say("vous êtes là ?")
    await office.settled_intake()
    await office.reopen()
    await fatou.heard()
    assert (await claire.texts())[-1] == "💬 vous êtes là ?"


async def test_leaving_a_secret_for_another_page_tells_nothing(
    closed_office: Office, sealed: Callable[[str], bool]
) -> None:
    fatou = await in_the_secret(closed_office)
    assert (await fatou.say("essai"))[-1] == WHO
    assert not sealed(CANARY)


@pytest.fixture
def sealed_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], bool]:
    """Whether a table was to be given these words from now on; the sources of flows are a table too."""
    written: list[tuple[str, bytes]] = []
    seal = Vault.seal

    def recorded(self: Vault, tx: Tx, owner: NewcomerId | None, table: str, *rest: Any) -> bytes:
        written.append((table, rest[-1]))
        return seal(self, tx, owner, table, *rest)

    monkeypatch.setattr(Vault, "seal", recorded)
    return lambda table, words: any(at == table and words.encode() in body for at, body in written)


async def test_a_press_on_a_page_that_was_left_tells_nothing_of_its_question(
    closed_office: Office, sealed_in: Callable[[str, str], bool]
) -> None:
    await closed_office.open()
    fatou = await in_the_secret(closed_office)
    [old] = [one for one in await fatou.messages() if text_of(one) == f"Tu : {CANARY}"]
    await fatou.say("cabas")
    await fatou.seat.press("Quelqu'un", message_id=old["message_id"])
    await fatou.press("Du pain")
    assert sealed_in("inbox", "Du pain")  # so that looking for the other proves something
    assert not sealed_in("inbox", "Quelqu'un")


async def test_ticking_a_list_that_was_left_tells_nothing_of_it(
    closed_office: Office, sealed_in: Callable[[str, str], bool]
) -> None:
    await closed_office.open()
    fatou = await closed_office.fatou()
    await fatou.say("cachette")
    await fatou.say(CANARY)
    await fatou.say("cabas")
    await fatou.press("Une corde")
    assert "☑ Une corde" in [label for one in await fatou.messages() for row in labels_of(one) for label in row]
    await fatou.press("Du pain")
    assert sealed_in("outbox", "☑ Du pain")
    assert not sealed_in("outbox", "Une corde")


@pytest.mark.parametrize("when", ["free", "waiting", "held"])
async def test_a_place_is_never_stored(closed_office: Office, sealed: Callable[[str], bool], when: str) -> None:
    fatou = await closed_office.fatou()
    if when != "free":
        await fatou.ask_for_a_person()
    if when == "held":
        await (await closed_office.adviser()).take()
    await fatou.heard()
    said = await fatou.send("location", latitude=50.64321, longitude=5.57123)
    if when == "free":
        assert "Je n'ai pas gardé votre position" in said[0]
    assert not sealed("50.643") and not sealed("5.571")


async def test_a_place_that_a_restart_forgot_is_not_missed_by_anybody(
    closed_office: Office, sealed: Callable[[str], bool]
) -> None:
    fatou = await closed_office.fatou()
    await fatou.say("essai")
    closed_office.running.intake._on_rows = lambda rows: None
    await fatou.seat.send("location", latitude=50.64321, longitude=5.57123)
    await closed_office.settled_intake()
    await closed_office.reopen()
    assert (await fatou.heard())[-1] == WHO
    assert not sealed("50.643")


async def test_a_live_position_and_its_moves_are_never_stored(
    closed_office: Office, sealed: Callable[[str], bool]
) -> None:
    fatou = await closed_office.fatou()
    place = {"latitude": 50.64321, "longitude": 5.57123, "live_period": 900}
    sent = await fatou.seat.put({"location": place})
    assert "position en direct" in (await fatou.heard())[-1]
    moved = {**sent, "edit_date": sent["date"] + 5, "location": {**place, "latitude": 50.64999}}
    await closed_office.client.do("update", fields={"edited_message": moved})
    assert await fatou.heard() == []
    assert not sealed("50.64") and not sealed("5.571")


async def test_a_phone_number_is_never_stored(closed_office: Office, sealed: Callable[[str], bool]) -> None:
    fatou = await closed_office.fatou()
    assert "Je ne garde pas les numéros" in (await fatou.send("contact", phone_number="+32470112233"))[-1]
    assert not sealed("470112233")
