"""What people do in the sandbox: write, press, send, edit, block; each reaches the bot as an update.

Source of the shapes: https://core.telegram.org/bots/api#update and the facts in the official server.
"""

from __future__ import annotations

from typing import Any

from bot.sandbox.media import attach
from bot.sandbox.people import GENERAL, Person
from bot.sandbox.spec import Upload
from bot.sandbox.text import find_entities, units
from bot.sandbox.updates import PRESS_LIFE_S
from bot.sandbox.world import Chat, Message, Topic, World

#: A one-pixel picture and an empty voice note, for tests that do not care what is in them.
SMALL_PICTURE = Upload(
    name="photo.png",
    mime="image/png",
    content=bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
        "0000000d49444154789c6360f8cfc000000301010018dd8db00000000049454e44ae426082"
    ),
)
SMALL_VOICE = Upload(name="voice.ogg", mime="audio/ogg", content=b"OggS" + bytes(60))
SMALL_DOCUMENT = Upload(name="lettre.pdf", mime="application/pdf", content=b"%PDF-1.4\n%%EOF\n")


class NotPossible(Exception):
    """A person cannot do this, such as writing to a bot they blocked."""


def person_of(world: World, person_id: int) -> Person:
    """The person with this id; raises NotPossible."""
    person = world.people.get(person_id)
    if person is None:
        raise NotPossible(f"no person has the id {person_id}")
    return person


def place_of(world: World, person: Person, chat_id: int | None) -> Chat:
    """Where somebody acts: the chat that was named, else the advisers' group or their chat with the bot."""
    wanted = chat_id or (world.adviser_chat_id if person.is_adviser else person.id)
    chat = world.chats.get(wanted)
    if chat is None:
        raise NotPossible(f"no chat has the id {wanted}")
    if chat.bot_status == "blocked":
        raise NotPossible(f"{person.first_name} has blocked the bot; unblock it first")
    return chat


def say(
    world: World,
    person: Person,
    text: str,
    *,
    chat_id: int | None = None,
    thread: int | None = None,
    reply_to: int | None = None,
) -> Message:
    """Somebody writes a text."""
    text = text.strip()
    if not text:
        raise NotPossible("a message needs some text")
    if units(text) > 4096:
        raise NotPossible("a message holds at most 4096 characters")
    content: dict[str, Any] = {"text": text}
    entities = find_entities(text)
    if entities:
        content["entities"] = entities
    return put(world, person, content, chat_id=chat_id, thread=thread, reply_to=reply_to)


def send(
    world: World,
    person: Person,
    kind: str,
    upload: Upload | None = None,
    details: dict[str, Any] | None = None,
    *,
    chat_id: int | None = None,
    thread: int | None = None,
    reply_to: int | None = None,
) -> Message:
    """Somebody sends a file, a place or a contact; small samples stand in for files that were not given."""
    given = dict(details or {})
    content: dict[str, Any]
    match kind:
        case "location":
            # The default is the square before Liège's railway station of Guillemins.
            content = {
                "location": {
                    "latitude": given.get("latitude", 50.6246),
                    "longitude": given.get("longitude", 5.5666),
                }
            }
        case "contact":
            content = {
                "contact": {
                    "phone_number": given.get("phone_number", "+32 400 00 00 00"),
                    "first_name": person.first_name,
                    "user_id": person.id,
                }
            }
        case _:
            sample = {"photo": SMALL_PICTURE, "voice": SMALL_VOICE, "audio": SMALL_VOICE}.get(kind, SMALL_DOCUMENT)
            content = attach(world, kind, upload or sample, given)
            if given.get("caption"):
                content["caption"] = str(given["caption"])
            if given.get("media_group_id"):
                content["media_group_id"] = str(given["media_group_id"])
    return put(world, person, content, chat_id=chat_id, thread=thread, reply_to=reply_to)


def put(
    world: World,
    person: Person,
    content: dict[str, Any],
    *,
    chat_id: int | None = None,
    thread: int | None = None,
    reply_to: int | None = None,
) -> Message:
    """Post anything in somebody's name and tell the bot; also for kinds that have no doing of their own."""
    chat = place_of(world, person, chat_id)
    if thread == GENERAL:
        thread = None
    if thread is not None and thread not in chat.topics:
        raise NotPossible("this topic does not exist any more")
    if reply_to is not None and reply_to not in chat.messages:
        raise NotPossible("the message to reply to does not exist any more")
    _begin(world, chat)
    message = world.post(chat, person.user(), content, thread=thread, reply_to=reply_to)
    if chat.bot_status in {"member", "administrator"}:
        world.updates.push("message", message)
    return message


def press(
    world: World, person: Person, chat_id: int | None, message_id: int, data: str, *, forged: bool = False
) -> str:
    """Somebody presses a button; gives the id of the callback query.

    `forged` presses what is not there (another's button, an old one), as a modified client can.
    """
    chat = place_of(world, person, chat_id)
    message = chat.messages.get(message_id)
    if not forged:
        if message is None:
            raise NotPossible("this message does not exist any more")
        rows = message.get("reply_markup", {}).get("inline_keyboard", ())
        if not any(button.get("callback_data") == data for row in rows for button in row):
            raise NotPossible("this message has no such button any more")
    query_id = str(4_400_000_000_000_000 + world.serial())
    world.queries[query_id] = (person.id, world.clock())
    query: dict[str, Any] = {
        "id": query_id,
        "from": person.user(),
        "chat_instance": str(abs(chat.id) * 7 + 3),
        "data": data,
        "message": message or {"chat": chat.brief, "message_id": message_id, "date": 0},
    }
    world.journal.add("pressed", chat=chat.id, message_id=message_id, person=person.id, query=query_id, data=data)
    world.updates.push("callback_query", query, life_s=PRESS_LIFE_S)
    return query_id


def edit(world: World, person: Person, message_id: int, text: str, *, chat_id: int | None = None) -> Message:
    """Somebody changes the text or caption of their own message."""
    chat = place_of(world, person, chat_id)
    message = chat.messages.get(message_id)
    if message is None or message["from"]["id"] != person.id:
        raise NotPossible("only one's own messages can be edited")
    field = "text" if "text" in message else "caption"
    entities = "entities" if field == "text" else "caption_entities"
    text = text.strip()
    if not text and field == "text":
        raise NotPossible("a message needs some text")
    changed = world.replace(chat, message, {field: text or None, entities: find_entities(text) or None})
    world.updates.push("edited_message", changed)
    return changed


def withdraw(world: World, person: Person, message_id: int, *, chat_id: int | None = None) -> None:
    """Somebody deletes a message. Telegram does not tell bots about it."""
    chat = place_of(world, person, chat_id)
    if message_id not in chat.messages:
        raise NotPossible("this message does not exist any more")
    world.remove(chat, message_id)


def block(world: World, person: Person) -> None:
    """A newcomer blocks the bot."""
    _turn(world, person, world.chats[person.id], "blocked", "member", "kicked")


def unblock(world: World, person: Person) -> None:
    """A newcomer lets the bot write again."""
    _turn(world, person, world.chats[person.id], "member", "kicked", "member")


def deactivate(world: World, person: Person) -> None:
    """An account is deleted; the bot is not told, it finds out."""
    world.chats[person.id].bot_status = "deactivated"
    world.journal.add("chat", chat=person.id, bot_status="deactivated")


def clear_chat(world: World, person: Person) -> None:
    """Somebody deletes the chat on their phone. The bot is not told, and its side of it stays."""
    chat = world.chats[person.id]
    chat.visible_from = chat.next_message_id
    world.journal.add("cleared", chat=chat.id, below=chat.visible_from)


def place_bot(world: World, person: Person, chat: Chat, status: str) -> None:
    """Somebody makes the bot administrator, member, kicked or left in a group."""
    old = "left" if chat.bot_status == "stranger" else chat.bot_status
    _turn(world, person, chat, status, old, status)


def react(world: World, person: Person, message_id: int, emoji: str, *, chat_id: int | None = None) -> None:
    """Somebody puts a reaction on a message, or takes theirs away with an empty one."""
    chat = place_of(world, person, chat_id)
    if message_id not in chat.messages:
        raise NotPossible("this message does not exist any more")
    shown = [emoji] if emoji else []
    before = world.react(chat, message_id, person.id, shown)
    world.updates.push(
        "message_reaction",
        {
            "chat": chat.brief,
            "message_id": message_id,
            "user": person.user(),
            "date": int(world.clock()),
            "old_reaction": [{"type": "emoji", "emoji": one} for one in before],
            "new_reaction": [{"type": "emoji", "emoji": one} for one in shown],
        },
    )


def open_topic(world: World, person: Person, name: str) -> Topic:
    """An adviser opens a topic by hand."""
    chat = place_of(world, person, None)
    topic, message = world.open_topic(chat, name, 0x6FB9F0, person.user())
    world.updates.push("message", message)
    return topic


def change_topic(
    world: World, person: Person, thread: int, *, name: str | None = None, is_closed: bool | None = None
) -> None:
    """An adviser renames, closes or reopens a topic by hand."""
    chat = place_of(world, person, None)
    topic = chat.topics.get(thread)
    if topic is None:
        raise NotPossible("this topic does not exist any more")
    message = world.change_topic(chat, topic, person.user(), name=name, is_closed=is_closed)
    world.updates.push("message", message)


def delete_topic(world: World, person: Person, thread: int) -> None:
    """An adviser deletes a topic by hand. Telegram does not tell bots about it."""
    chat = place_of(world, person, None)
    if thread not in chat.topics:
        raise NotPossible("this topic does not exist any more")
    world.drop_topic(chat, thread)


def leave_group(world: World, person: Person, *, is_removed: bool = False) -> None:
    """An adviser leaves the group, or is removed from it."""
    chat = world.chats[world.adviser_chat_id]
    chat.members.discard(person.id)
    status = "kicked" if is_removed else "left"
    new: dict[str, Any] = {"user": person.user(), "status": status}
    if is_removed:
        new["until_date"] = 0
    world.updates.push("chat_member", _change(world, person, chat, {"user": person.user(), "status": "member"}, new))
    world.updates.push("message", world.post(chat, person.user(), {"left_chat_member": person.user()}))
    world.journal.add("left", person=person.id)


def _begin(world: World, chat: Chat) -> None:
    if chat.bot_status == "stranger" and not chat.is_group:
        chat.bot_status = "member"
        world.journal.add("chat", chat=chat.id, bot_status="member")


def _turn(world: World, person: Person, chat: Chat, now_is: str, old: str, new: str) -> None:
    chat.bot_status = now_is
    world.journal.add("chat", chat=chat.id, bot_status=now_is)
    world.updates.push("my_chat_member", _change(world, person, chat, _standing(world, old), _standing(world, new)))


def _standing(world: World, status: str) -> dict[str, Any]:
    standing: dict[str, Any] = {"user": world.bot, "status": status}
    if status == "kicked":
        standing["until_date"] = 0
    if status == "administrator":
        names = (
            "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
            "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
            "can_delete_stories", "can_manage_topics",
        )  # fmt: skip
        standing |= {"can_be_edited": False, "is_anonymous": False} | dict.fromkeys(names, True)
    return standing


def _change(world: World, person: Person, chat: Chat, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    return {
        "chat": chat.brief,
        "from": person.user(),
        "date": int(world.clock()),
        "old_chat_member": old,
        "new_chat_member": new,
    }
