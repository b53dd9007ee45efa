"""Everything that exists in the sandbox: people, chats, messages, topics, files.

Messages are `Message` objects of the Bot API as plain dictionaries and are never changed in place: an
edit puts a new one in, so what was written to the journal stays as it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.journal import Journal
from bot.sandbox.pace import Limits, Pace
from bot.sandbox.people import (
    ADVISER_CHAT_ID,
    ADVISER_CHAT_TITLE,
    ADVISERS,
    IDS_OF_A_START,
    NEWCOMERS,
    SPARE_NAMES,
    Person,
)
from bot.sandbox.refusal import bad, forbidden, migrated
from bot.sandbox.updates import UpdateQueue

Message = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Topic:
    """One thread of a forum."""

    id: int
    name: str
    icon_color: int = 0x6FB9F0
    is_closed: bool = False

    def card(self) -> dict[str, Any]:
        """What the page and the tests know of it."""
        return {"id": self.id, "name": self.name, "icon_color": self.icon_color, "is_closed": self.is_closed}


@dataclass(slots=True, kw_only=True)
class Chat:
    """A private chat with a newcomer, or a group."""

    id: int
    kind: str
    title: str
    is_forum: bool = False
    #: What the bot may do here: member, administrator, blocked, kicked, left, deactivated, stranger.
    bot_status: str = "member"
    rights: set[str] = field(default_factory=lambda: {"can_manage_topics", "can_delete_messages", "can_pin_messages"})
    members: set[int] = field(default_factory=set)
    messages: dict[int, Message] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    #: The person deleted the chat on their phone: they see nothing older.
    visible_from: int = 1
    next_message_id: int = 1
    #: Message → who → their emoji.
    reactions: dict[int, dict[int, list[str]]] = field(default_factory=dict)
    brief: dict[str, Any] = field(default_factory=dict)

    @property
    def is_group(self) -> bool:
        """True for anything but a private chat."""
        return self.kind != "private"

    def settle(self) -> None:
        """Compute the `Chat` object that every message carries."""
        if self.is_group:
            self.brief = {"id": self.id, "title": self.title, "type": self.kind}
            if self.is_forum:
                self.brief["is_forum"] = True
        else:
            self.brief = {"id": self.id, "first_name": self.title, "type": "private"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file somebody sent."""

    file_id: str
    unique_id: str
    path: str
    name: str
    mime: str
    content: bytes


class World:
    """The state of the stand-in and the few ways in which it changes."""

    def __init__(
        self,
        *,
        token: str,
        adviser_chat_id: int = ADVISER_CHAT_ID,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.time,
        first_update_id: int = 1,
        first_number: int = 1,
        is_strict_poll: bool = True,
    ) -> None:
        self.clock = clock
        self.limits = limits or Limits()
        self.pace = Pace(self.limits, clock)
        self.updates = UpdateQueue(clock, first_id=first_update_id, is_strict=is_strict_poll)
        self.journal = Journal()
        bot_id = int(token.partition(":")[0])
        self.bot: dict[str, Any] = {
            "id": bot_id, "is_bot": True, "first_name": "Guichet unique", "username": "guichet_demo_bot",
        }  # fmt: skip
        #: What setMyCommands, setMyDescription and their like were given: (setting, language) → value.
        self.profile: dict[tuple[str, str], Any] = {}
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.moved: dict[int, int] = {}
        self.files: dict[str, StoredFile] = {}
        #: Presses that wait for an answer: query id → (person, pressed at).
        self.queries: dict[str, tuple[int, float]] = {}
        #: Messages, topics and files are counted from here; further people have ids of their own for each number.
        self._first_number = first_number
        self._serial = first_number - 1
        self.adviser_chat_id = adviser_chat_id
        self.add_group(adviser_chat_id, ADVISER_CHAT_TITLE, is_forum=True)
        for person in (*NEWCOMERS, *ADVISERS):
            self.add_person(person)

    # People and chats

    def add_person(self, person: Person) -> Person:
        """Somebody new; advisers join the group, newcomers get a private chat that is not started yet."""
        self.people[person.id] = person
        chat = Chat(id=person.id, kind="private", title=person.first_name, bot_status="stranger")
        chat.next_message_id = self._first_number
        chat.settle()
        self.chats[person.id] = chat
        if person.is_adviser:
            self.chats[self.adviser_chat_id].members.add(person.id)
        self.journal.add("person", person=person.card())
        return person

    def invent(self, *, language_code: str | None, first_name: str | None = None, is_adviser: bool = False) -> Person:
        """A further person under the next free id, named from the list when no name is given."""
        alike = [one for one in self.people.values() if one.is_adviser == is_adviser]
        # A bot remembers whom it met in an earlier sandbox: only the people of the list may come again.
        first = (ADVISERS if is_adviser else NEWCOMERS)[-1].id + 1 + (self._first_number - 1) * IDS_OF_A_START
        name = first_name or SPARE_NAMES[len(alike) % len(SPARE_NAMES)]
        return self.add_person(
            Person(
                id=max(first, *(one.id + 1 for one in alike)),
                first_name=name,
                language_code=language_code,
                is_adviser=is_adviser,
            )
        )

    def add_group(self, chat_id: int, title: str, *, is_forum: bool = False, bot_status: str = "administrator") -> Chat:
        """A supergroup with the bot in it."""
        chat = Chat(id=chat_id, kind="supergroup", title=title, is_forum=is_forum, bot_status=bot_status)
        # The first message opened the group; in a forum its number is that of General.
        chat.next_message_id = self._first_number + 1
        chat.settle()
        self.chats[chat_id] = chat
        return chat

    def migrate(self, old_id: int, new_id: int) -> None:
        """A group gets a new id, as when it becomes a supergroup; calls with the old one are told."""
        chat = self.chats.pop(old_id)
        chat.id = new_id
        chat.settle()
        self.chats[new_id] = chat
        self.moved[old_id] = new_id
        if self.adviser_chat_id == old_id:
            self.adviser_chat_id = new_id
        self.journal.add("migrated", chat=old_id, to=new_id)

    # What the bot can reach

    def reach(self, chat_id: int | str) -> Chat:
        """The chat a call names, or the refusal Telegram gives."""
        if isinstance(chat_id, str):
            raise bad("chat not found")
        chat = self.chats.get(chat_id)
        if chat is None:
            if chat_id in self.moved:
                raise migrated(self.moved[chat_id])
            raise bad("chat not found")
        match chat.bot_status:
            case "member" | "administrator":
                return chat
            case "blocked":
                raise forbidden("bot was blocked by the user")
            case "deactivated":
                raise forbidden("user is deactivated")
            case "stranger":
                raise forbidden("bot can't initiate conversation with a user")
            case "kicked":
                raise forbidden(f"bot was kicked from the {chat.kind} chat")
        raise forbidden(f"bot is not a member of the {chat.kind} chat")

    def topic_of(self, chat: Chat, thread: int | None) -> int | None:
        """Check a thread id; General must be meant by leaving the parameter out."""
        if thread is None or thread == 0:
            return None
        if thread not in chat.topics:
            raise bad("message thread not found")
        return thread

    # Messages

    def post(
        self,
        chat: Chat,
        sender: dict[str, Any],
        content: dict[str, Any],
        *,
        thread: int | None = None,
        reply_to: int | None = None,
    ) -> Message:
        """Put a message into a chat. Sending it to the bot, if it is not its own, is up to the caller."""
        number = chat.next_message_id
        chat.next_message_id = number + 1
        message: Message = {
            "message_id": number,
            "from": sender,
            "chat": chat.brief,
            "date": int(self.clock()),
            **content,
        }
        if thread is not None:
            message["message_thread_id"] = thread
            message["is_topic_message"] = True
        answered = chat.messages.get(reply_to if reply_to is not None else thread or 0)
        if answered is not None:
            # In a topic, Telegram says that every message answers the one that opened it.
            message["reply_to_message"] = {k: v for k, v in answered.items() if k != "reply_to_message"}
        chat.messages[number] = message
        self.journal.add("message", chat=chat.id, thread=thread, message=message)
        return message

    def replace(self, chat: Chat, message: Message, changes: dict[str, Any], *, is_edit: bool = True) -> Message:
        """Put a changed message in the place of the old one; a value of None takes a field away."""
        merged = {**message, **changes}
        if is_edit:
            merged["edit_date"] = int(self.clock())
        changed = {key: value for key, value in merged.items() if value is not None}
        chat.messages[message["message_id"]] = changed
        self.journal.add("edited", chat=chat.id, thread=changed.get("message_thread_id"), message=changed)
        return changed

    def remove(self, chat: Chat, message_id: int) -> None:
        """Delete a message for everybody."""
        chat.messages.pop(message_id, None)
        if message_id in chat.pinned:
            chat.pinned.remove(message_id)
        self.journal.add("deleted", chat=chat.id, message_id=message_id)

    def react(self, chat: Chat, message_id: int, by: int, emoji: list[str]) -> list[str]:
        """Set somebody's reactions to a message; gives those they had."""
        others = chat.reactions.setdefault(message_id, {})
        before = others.pop(by, [])
        if emoji:
            others[by] = emoji
        self.journal.add("reaction", chat=chat.id, message_id=message_id, by=by, emoji=emoji)
        return before

    # Topics

    def open_topic(self, chat: Chat, name: str, icon_color: int, opener: dict[str, Any]) -> tuple[Topic, Message]:
        """A new topic; its id is the id of the service message that opens it, as on Telegram."""
        content = {"forum_topic_created": {"name": name, "icon_color": icon_color}}
        topic = Topic(id=chat.next_message_id, name=name, icon_color=icon_color)
        chat.topics[topic.id] = topic
        self.journal.add("topic", chat=chat.id, topic=topic.card())
        return topic, self.post(chat, opener, content, thread=topic.id)

    def change_topic(
        self, chat: Chat, topic: Topic, doer: dict[str, Any], *, name: str | None = None, is_closed: bool | None = None
    ) -> Message:
        """Rename, close or reopen a topic, with the service message that says so."""
        content: dict[str, Any]
        if name is not None:
            topic.name = name
            content = {"forum_topic_edited": {"name": name}}
        else:
            topic.is_closed = bool(is_closed)
            content = {"forum_topic_closed" if is_closed else "forum_topic_reopened": {}}
        self.journal.add("topic", chat=chat.id, topic=topic.card())
        return self.post(chat, doer, content, thread=topic.id)

    def drop_topic(self, chat: Chat, thread: int) -> None:
        """Delete a topic with everything in it."""
        del chat.topics[thread]
        for number in [n for n, one in chat.messages.items() if one.get("message_thread_id") == thread]:
            del chat.messages[number]
        self.journal.add("topic_deleted", chat=chat.id, thread=thread)

    # Files and numbers

    def serial(self) -> int:
        """The next number for anything that needs one; the same in every run."""
        self._serial += 1
        return self._serial

    def store(self, content: bytes, *, name: str, mime: str, folder: str) -> StoredFile:
        """Keep a file in memory under a new id."""
        number = self.serial()
        suffix = name.rpartition(".")[2] if "." in name else "bin"
        suffix = suffix if suffix.isalnum() and len(suffix) <= 8 else "bin"
        file = StoredFile(
            file_id=f"SANDBOX_{folder}_{number:06d}_file",
            unique_id=f"SBX{number:06d}",
            path=f"{folder}/file_{number}.{suffix}",
            name=name,
            mime=mime,
            content=content,
        )
        self.files[file.file_id] = file
        return file
