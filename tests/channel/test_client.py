"""Every verb of the outbox against the stand-in, which checks each call against the published description."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.channel.client import REPEAT_MARK, TelegramMessenger
from bot.core.ids import Token
from bot.core.messages import Rendered, RenderedButton
from bot.errors import DeliveryError
from bot.ports import Fate, Receipt, Verb
from bot.sandbox import ADVISER_CHAT_ID, Fault, FaultScript, Limits, RunningSandbox, SandboxClient, Seat, start_sandbox
from bot.sandbox.client import labels_of
from tests.channel.rows import to_newcomer, to_team
from tests.patience import PATIENCE_S

PICK = Rendered(
    text="Pour qui ? 👩 oui",
    buttons=(
        (RenderedButton(text="👩 Pour moi", token=Token("t" * 22)),),
        (RenderedButton(text="Carte", url="https://example.org/"),),
    ),
    bold=((11, 2), (14, 3)),
)


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with await start_sandbox(limits=Limits.off(), is_strict_poll=False) as running:
        yield running
        assert running.api.violations == []


@pytest.fixture
async def client(sandbox: RunningSandbox) -> AsyncIterator[SandboxClient]:
    async with SandboxClient(sandbox.url, timeout_s=PATIENCE_S) as one:
        yield one


@pytest.fixture
async def messenger(sandbox: RunningSandbox) -> AsyncIterator[TelegramMessenger]:
    one = TelegramMessenger(sandbox.token, sandbox.api_url)
    yield one
    await one.close()


@pytest.fixture
async def amina(client: SandboxClient) -> Seat:
    seat = await client.newcomer("Amina")
    await seat.start()
    return seat


async def test_bot_knows_who_it_is(messenger: TelegramMessenger, sandbox: RunningSandbox) -> None:
    me = await messenger.identity()
    assert (me.id, me.username) == (sandbox.world.bot["id"], sandbox.world.bot["username"])


async def test_message_with_buttons_and_bold(messenger: TelegramMessenger, amina: Seat) -> None:
    receipt = await messenger.deliver(to_newcomer(amina.id, rendered=PICK))
    shown = await amina.last()
    assert receipt == Receipt(message_id=shown["message_id"])
    assert shown["text"] == PICK.text
    assert shown["entities"] == [
        {"type": "bold", "offset": 11, "length": 2},
        {"type": "bold", "offset": 14, "length": 3},
    ]
    assert labels_of(shown) == [["👩 Pour moi"], ["Carte"]]
    assert shown["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "t" * 22


async def test_b20_links_have_no_preview(messenger: TelegramMessenger, amina: Seat, sandbox: RunningSandbox) -> None:
    first = await messenger.deliver(to_newcomer(amina.id, "https://example.org/login"))
    await messenger.deliver(
        to_newcomer(amina.id, "https://example.org/other", verb=Verb.EDIT, message_id=first.message_id)
    )
    asked = [call.parameters["link_preview_options"] for call in sandbox.api.ledger]
    assert asked == [{"is_disabled": True}, {"is_disabled": True}]


@pytest.mark.parametrize("text", ["<b>pas gras</b> & *non* _plus_ [x](y)", "نص عربي 🇧🇪", "a\u202eb"])
async def test_b14_what_people_write_is_never_markup(messenger: TelegramMessenger, amina: Seat, text: str) -> None:
    await messenger.deliver(to_newcomer(amina.id, text))
    assert (await amina.last())["text"] == text


async def test_edit_changes_the_message_in_place(messenger: TelegramMessenger, amina: Seat) -> None:
    first = await messenger.deliver(to_newcomer(amina.id, rendered=PICK))
    again = to_newcomer(amina.id, "Merci", verb=Verb.EDIT, message_id=first.message_id)
    assert await messenger.deliver(again) == first
    shown = await amina.last()
    assert (shown["text"], labels_of(shown)) == ("Merci", [])
    assert await messenger.deliver(again) == first  # not modified


async def test_edit_of_a_deleted_message_is_sent_anew(messenger: TelegramMessenger, amina: Seat) -> None:
    first = await messenger.deliver(to_newcomer(amina.id))
    await messenger.deliver(to_newcomer(amina.id, verb=Verb.DELETE, message_id=first.message_id, rendered=None))
    anew = await messenger.deliver(to_newcomer(amina.id, "Encore", verb=Verb.EDIT, message_id=first.message_id))
    assert anew.message_id != first.message_id
    assert (await amina.last())["text"] == "Encore"


async def test_edit_of_a_photo_changes_its_caption(messenger: TelegramMessenger, amina: Seat) -> None:
    photo = await amina.send("photo", caption="Ma lettre")
    copy = await messenger.deliver(
        to_newcomer(amina.id, verb=Verb.COPY, copy_from=photo["message_id"], source=amina.id, rendered=None)
    )
    change = to_newcomer(amina.id, "Ma lettre de refus", verb=Verb.EDIT, message_id=copy.message_id)
    for _ in range(2):
        assert await messenger.deliver(change) == copy
    assert (await amina.last())["caption"] == "Ma lettre de refus"


async def test_buttons_can_be_changed_alone(messenger: TelegramMessenger, amina: Seat) -> None:
    first = await messenger.deliver(to_newcomer(amina.id, rendered=PICK))
    ticked = replace(PICK, buttons=((RenderedButton(text="☑ Passeport", token=Token("u")),),))
    row = to_newcomer(amina.id, verb=Verb.EDIT_BUTTONS, message_id=first.message_id, rendered=ticked)
    assert await messenger.deliver(row) == first
    shown = await amina.last()
    assert (shown["text"], labels_of(shown)) == (PICK.text, [["☑ Passeport"]])


async def test_possible_repeat_is_marked(messenger: TelegramMessenger, amina: Seat) -> None:
    await messenger.deliver(to_newcomer(amina.id, rendered=PICK, fate=Fate.UNCERTAIN))
    shown = await amina.last()
    assert shown["text"] == REPEAT_MARK + PICK.text
    assert [entity["offset"] for entity in shown["entities"]] == [13, 16]


async def test_reply_to_a_message_that_may_be_gone(messenger: TelegramMessenger, amina: Seat) -> None:
    said = await amina.say("Bonjour")
    await messenger.deliver(to_newcomer(amina.id, message_id=said["message_id"]))
    assert (await amina.last())["reply_to_message"]["message_id"] == said["message_id"]
    await messenger.deliver(to_newcomer(amina.id, "Sans réponse", message_id=999_999))
    assert (await amina.last())["text"] == "Sans réponse"


async def test_pressed_button_is_answered(messenger: TelegramMessenger, amina: Seat) -> None:
    await messenger.deliver(to_newcomer(amina.id, rendered=PICK))
    query = await amina.press("👩 Pour moi")
    await messenger.answer_press(query, "Bien reçu")
    assert await amina.notice() == "Bien reçu"


async def test_topic_lives_and_dies(messenger: TelegramMessenger, client: SandboxClient) -> None:
    claire = await client.adviser("Claire")
    opened = await messenger.deliver(
        to_team(ADVISER_CHAT_ID, thread=None, verb=Verb.OPEN_TOPIC, title="Mésange 42", rendered=None)
    )
    assert opened.thread is not None
    claire.thread = opened.thread
    await messenger.deliver(to_team(ADVISER_CHAT_ID, "Bonjour", thread=opened.thread))
    shown = await claire.last()
    assert (shown["text"], shown["has_protected_content"]) == ("Bonjour", True)

    for verb in (Verb.CLOSE_TOPIC, Verb.CLOSE_TOPIC):
        await messenger.deliver(to_team(ADVISER_CHAT_ID, thread=opened.thread, verb=verb, rendered=None))
    renamed = to_team(
        ADVISER_CHAT_ID, thread=opened.thread, verb=Verb.RENAME_TOPIC, title="✅ Mésange 42", rendered=None
    )
    await messenger.deliver(renamed)
    assert [topic["name"] for topic in await client.topics()] == ["✅ Mésange 42"]

    gone = to_team(ADVISER_CHAT_ID, thread=opened.thread, verb=Verb.DELETE_TOPIC, rendered=None)
    await messenger.deliver(gone)
    await messenger.deliver(gone)
    assert await client.topics() == []
    with pytest.raises(DeliveryError) as caught:
        await messenger.deliver(to_team(ADVISER_CHAT_ID, thread=opened.thread))
    assert caught.value.topic_gone


async def test_general_is_written_to_without_its_number(
    messenger: TelegramMessenger, client: SandboxClient, sandbox: RunningSandbox
) -> None:
    await messenger.deliver(to_team(ADVISER_CHAT_ID, "Alerte", thread=1, handoff=None))
    await messenger.deliver(to_team(ADVISER_CHAT_ID, "Alerte", thread=None, handoff=None))
    assert ["message_thread_id" in call.parameters for call in sandbox.api.ledger] == [False, False]


async def test_photo_is_copied_both_ways_and_never_forwarded(
    messenger: TelegramMessenger, client: SandboxClient, amina: Seat, sandbox: RunningSandbox
) -> None:
    claire = await client.adviser("Claire")
    opened = await messenger.deliver(
        to_team(ADVISER_CHAT_ID, thread=None, verb=Verb.OPEN_TOPIC, title="Mésange 42", rendered=None)
    )
    claire.thread = opened.thread
    photo = await amina.send("photo", caption="Ma lettre")
    await messenger.deliver(
        to_team(
            ADVISER_CHAT_ID,
            thread=opened.thread,
            verb=Verb.COPY,
            copy_from=photo["message_id"],
            source=amina.id,
            rendered=None,
        )
    )
    shown = await claire.last()
    assert (shown["caption"], shown["has_protected_content"], "forward_origin" in shown) == ("Ma lettre", True, False)

    answer = await claire.send("voice")
    row = to_newcomer(amina.id, verb=Verb.COPY, copy_from=answer["message_id"], source=ADVISER_CHAT_ID, rendered=None)
    await messenger.deliver(row)
    heard = await amina.last()
    assert "voice" in heard and "has_protected_content" not in heard
    assert [call.method for call in sandbox.api.ledger].count("forwardMessage") == 0


async def test_file_is_sent_from_memory(messenger: TelegramMessenger, amina: Seat, sandbox: RunningSandbox) -> None:
    name = 'mes "données"\r\n.json'
    row = to_newcomer(
        amina.id, "Vos données", verb=Verb.SEND_FILE, file_name=name, file_bytes=b'{"rien": true}\r\n--\r\n'
    )
    await messenger.deliver(row)
    shown = await amina.last()
    assert shown["caption"] == "Vos données"
    kept = sandbox.world.files[shown["document"]["file_id"]]
    assert kept.content == b'{"rien": true}\r\n--\r\n'


async def test_bot_leaves_a_strange_group(messenger: TelegramMessenger, sandbox: RunningSandbox) -> None:
    sandbox.world.add_group(-1007, "Vente de voitures")
    row = to_team(-1007, thread=None, handoff=None, verb=Verb.LEAVE, rendered=None)
    await messenger.deliver(row)
    assert sandbox.world.chats[-1007].bot_status == "left"
    await messenger.deliver(row)


async def test_row_without_anybody_or_anything_is_refused(messenger: TelegramMessenger, amina: Seat) -> None:
    for row in (
        replace(to_newcomer(5), chat=None),
        to_newcomer(amina.id, rendered=None),
        to_newcomer(amina.id, "  "),
        to_newcomer(amina.id, verb=Verb.COPY, copy_from=1),
        to_newcomer(amina.id, verb=Verb.SEND_FILE),
        to_newcomer(amina.id, verb=Verb.DELETE),
        to_team(ADVISER_CHAT_ID, thread=None, handoff=None, verb=Verb.CLOSE_TOPIC),
    ):
        with pytest.raises(DeliveryError) as caught:
            await messenger.deliver(row)
        assert caught.value.permanent


async def test_m9_neither_token_nor_text_is_logged(
    messenger: TelegramMessenger, amina: Seat, sandbox: RunningSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    for fault in Fault:
        sandbox.api.faults.play(FaultScript(rates={fault: 1.0}, silence_s=0.01))
        for row in (
            to_newcomer(amina.id, "canari jaune"),
            to_newcomer(amina.id, "canari jaune", verb=Verb.SEND_FILE, file_bytes=b"canari", file_name="canari"),
        ):
            with pytest.raises(DeliveryError) as caught:
                await messenger.deliver(row)
            assert caught.value.__cause__ is None and caught.value.__suppress_context__
    assert sandbox.token not in caplog.text
    assert "canari" not in caplog.text
