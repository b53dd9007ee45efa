"""The methods of the Bot API that the stand-in plays: name → what it does.

`getUpdates` and the webhook methods are not here: they wait, and live in `server.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from bot.sandbox import sending
from bot.sandbox.media import DOWNLOAD_LIMIT_BYTES, FOLDERS
from bot.sandbox.people import GENERAL
from bot.sandbox.refusal import bad
from bot.sandbox.sending import Args
from bot.sandbox.spec import description
from bot.sandbox.text import units
from bot.sandbox.world import Chat, Message, Topic, World

Play = Callable[[World, Args], Any]

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_ACTIONS = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
})  # fmt: skip
#: What can be set about the bot: method suffix → (field, longest).
_TEXTS = {"Name": ("name", 64), "Description": ("description", 512), "ShortDescription": ("short_description", 120)}


def get_me(world: World, args: Args) -> dict[str, Any]:
    """`getMe`"""
    return world.bot | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
    }


def send_chat_action(world: World, args: Args) -> bool:
    """`sendChatAction`; here, and only here, General may be named by its number."""
    chat = world.reach(args["chat_id"])
    if args["action"] not in _ACTIONS:
        raise bad("wrong parameter action in request")
    thread = args.get("message_thread_id")
    if thread != GENERAL:
        world.topic_of(chat, thread)
    world.journal.add("typing", chat=chat.id, thread=thread, action=args["action"])
    return True


def set_reaction(world: World, args: Args) -> bool:
    """`setMessageReaction`: one reaction at most, out of Telegram's list."""
    chat = world.reach(args["chat_id"])
    if args["message_id"] not in chat.messages:
        raise bad("message to react not found")
    reactions = args.get("reaction", [])
    if len(reactions) > 1:
        raise bad("REACTIONS_TOO_MANY")
    if any(one["type"] == "emoji" and one["emoji"] not in _allowed_reactions() for one in reactions):
        raise bad("REACTION_INVALID")
    world.react(chat, args["message_id"], world.bot["id"], [one.get("emoji", "") for one in reactions])
    return True


def pin(world: World, args: Args) -> bool:
    """`pinChatMessage`"""
    chat, message = _message(world, args, "pin")
    if args["message_id"] not in chat.pinned:
        chat.pinned.append(args["message_id"])
        world.post(chat, world.bot, {"pinned_message": message}, thread=message.get("message_thread_id"))
    return True


def unpin(world: World, args: Args) -> bool:
    """`unpinChatMessage`: the given one, or the last."""
    chat = world.reach(args["chat_id"])
    if not chat.pinned or args.get("message_id", chat.pinned[-1]) not in chat.pinned:
        raise bad("message to unpin not found")
    chat.pinned.remove(args.get("message_id", chat.pinned[-1]))
    return True


def create_topic(world: World, args: Args) -> dict[str, Any]:
    """`createForumTopic`"""
    chat = _forum(world, args)
    _check_name(args["name"])
    topic, _ = world.open_topic(chat, args["name"], args.get("icon_color", 0x6FB9F0), world.bot)
    return {"message_thread_id": topic.id, "name": topic.name, "icon_color": topic.icon_color}


def edit_topic(world: World, args: Args) -> bool:
    """`editForumTopic`"""
    chat, topic = _topic(world, args)
    name = args.get("name")
    if name is None or name == topic.name:
        if "icon_custom_emoji_id" in args:
            return True
        raise bad("TOPIC_NOT_MODIFIED")
    _check_name(name)
    world.change_topic(chat, topic, world.bot, name=name)
    return True


def turn_topic(*, is_closed: bool) -> Play:
    """`closeForumTopic` and `reopenForumTopic`"""

    def turn(world: World, args: Args) -> bool:
        chat, topic = _topic(world, args)
        if topic.is_closed == is_closed:
            raise bad("TOPIC_NOT_MODIFIED")
        world.change_topic(chat, topic, world.bot, is_closed=is_closed)
        return True

    return turn


def delete_topic(world: World, args: Args) -> bool:
    """`deleteForumTopic`: the topic and all its messages, whatever their age."""
    chat, topic = _topic(world, args)
    if "can_delete_messages" not in chat.rights:
        raise bad("not enough rights to delete a topic")
    world.drop_topic(chat, topic.id)
    return True


def get_chat(world: World, args: Args) -> dict[str, Any]:
    """`getChat`"""
    chat = world.reach(args["chat_id"])
    gifts = dict.fromkeys(
        (
            "unlimited_gifts",
            "limited_gifts",
            "unique_gifts",
            "premium_subscription",
            "gifts_from_channels",
        ),
        False,
    )
    return chat.brief | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}


def get_member(world: World, args: Args) -> dict[str, Any]:
    """`getChatMember`"""
    chat = world.reach(args["chat_id"])
    if args["user_id"] == world.bot["id"]:
        return _bot_member(world, chat)
    person = world.people.get(args["user_id"])
    if person is None:
        raise bad("user not found")
    is_member = person.id in chat.members or person.id == chat.id
    return {"user": person.user(), "status": "member" if is_member else "left"}


def get_administrators(world: World, args: Args) -> list[dict[str, Any]]:
    """`getChatAdministrators`"""
    chat = world.reach(args["chat_id"])
    if not chat.is_group:
        raise bad("there are no administrators in the private chat")
    return [_bot_member(world, chat)] if chat.bot_status == "administrator" else []


def count_members(world: World, args: Args) -> int:
    """`getChatMemberCount`"""
    return len(world.reach(args["chat_id"]).members) + 1


def leave(world: World, args: Args) -> bool:
    """`leaveChat`"""
    chat = world.reach(args["chat_id"])
    if not chat.is_group:
        raise bad("chat member status can't be changed in private chats")
    chat.bot_status = "left"
    world.journal.add("chat", chat=chat.id, bot_status=chat.bot_status)
    return True


def get_file(world: World, args: Args) -> dict[str, Any]:
    """`getFile`"""
    file = world.files.get(args["file_id"])
    if file is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if len(file.content) > DOWNLOAD_LIMIT_BYTES:
        raise bad("file is too big")
    return {
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.content),
        "file_path": file.path,
    }


def set_commands(world: World, args: Args) -> bool:
    """`setMyCommands`"""
    if len(args["commands"]) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in args["commands"]:
        if not _COMMAND.fullmatch(command["command"]):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    world.profile[_scope(args), args.get("language_code", "")] = args["commands"]
    world.journal.add("commands", language=args.get("language_code", ""), commands=args["commands"])
    return True


def get_commands(world: World, args: Args) -> list[dict[str, str]]:
    """`getMyCommands`"""
    commands: list[dict[str, str]] = world.profile.get((_scope(args), args.get("language_code", "")), [])
    return commands


def delete_commands(world: World, args: Args) -> bool:
    """`deleteMyCommands`"""
    world.profile.pop((_scope(args), args.get("language_code", "")), None)
    return True


def set_text(setting: str) -> Play:
    """`setMyName`, `setMyDescription`, `setMyShortDescription`"""
    field, longest = _TEXTS[setting]

    def change(world: World, args: Args) -> bool:
        if units(args.get(field, "")) > longest:
            raise bad(f"{field.upper()}_TOO_LONG")
        world.profile[field, args.get("language_code", "")] = args.get(field, "")
        return True

    return change


def get_text(setting: str) -> Play:
    """`getMyName`, `getMyDescription`, `getMyShortDescription`"""
    field, _ = _TEXTS[setting]

    def read(world: World, args: Args) -> dict[str, str]:
        return {field: world.profile.get((field, args.get("language_code", "")), "")}

    return read


def accept(world: World, args: Args) -> bool:
    """Methods without an effect in the sandbox."""
    return True


def _message(world: World, args: Args, verb: str) -> tuple[Chat, Message]:
    chat = world.reach(args["chat_id"])
    message = chat.messages.get(args["message_id"])
    if message is None:
        raise bad(f"message to {verb} not found")
    return chat, message


def _forum(world: World, args: Args) -> Chat:
    chat = world.reach(args["chat_id"])
    if not chat.is_forum:
        raise bad("the chat is not a forum")
    if chat.bot_status != "administrator" or "can_manage_topics" not in chat.rights:
        raise bad("not enough rights to create a topic")
    return chat


def _topic(world: World, args: Args) -> tuple[Chat, Topic]:
    chat = _forum(world, args)
    topic = chat.topics.get(args["message_thread_id"])
    if topic is None:
        raise bad("message thread not found")
    return chat, topic


def _check_name(name: str) -> None:
    if not name.strip():
        raise bad("TOPIC_TITLE_EMPTY")
    if units(name) > 128:
        raise bad("topic name is too long")


def _scope(args: Mapping[str, Any]) -> str:
    scope = args.get("scope", {"type": "default"})
    return f"commands {scope['type']} {scope.get('chat_id', '')} {scope.get('user_id', '')}"


def _bot_member(world: World, chat: Chat) -> dict[str, Any]:
    user = world.bot
    if chat.bot_status != "administrator":
        return {"user": user, "status": "member"}
    names = (
        "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
        "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
        "can_delete_stories", "can_pin_messages", "can_manage_topics",
    )  # fmt: skip
    rights = {name: name in chat.rights or name == "can_manage_chat" for name in names}
    return {"user": user, "status": "administrator", "can_be_edited": False, "is_anonymous": False} | rights


@cache
def _allowed_reactions() -> frozenset[str]:
    """The emoji that the description of `ReactionTypeEmoji` lists."""
    return frozenset(re.findall(r'"([^"]+)"', description().field_text("ReactionTypeEmoji", "emoji")))


METHODS: dict[str, Play] = {
    "getMe": get_me,
    "sendMessage": sending.send_message,
    "sendLocation": sending.send_location,
    "sendVenue": sending.send_venue,
    "sendContact": sending.send_contact,
    "sendMediaGroup": sending.send_media_group,
    "copyMessage": sending.copy_message,
    "copyMessages": sending.copy_messages,
    "forwardMessage": sending.forward_message,
    "editMessageText": sending.edit_text,
    "editMessageCaption": sending.edit_caption,
    "editMessageReplyMarkup": sending.edit_markup,
    "deleteMessage": sending.delete_message,
    "deleteMessages": sending.delete_messages,
    "answerCallbackQuery": sending.answer_query,
    "sendChatAction": send_chat_action,
    "setMessageReaction": set_reaction,
    "pinChatMessage": pin,
    "unpinChatMessage": unpin,
    "createForumTopic": create_topic,
    "editForumTopic": edit_topic,
    "closeForumTopic": turn_topic(is_closed=True),
    "reopenForumTopic": turn_topic(is_closed=False),
    "deleteForumTopic": delete_topic,
    "getChat": get_chat,
    "getChatMember": get_member,
    "getChatAdministrators": get_administrators,
    "getChatMemberCount": count_members,
    "leaveChat": leave,
    "getFile": get_file,
    "setMyCommands": set_commands,
    "getMyCommands": get_commands,
    "deleteMyCommands": delete_commands,
    "setChatMenuButton": accept,
    "setMyDefaultAdministratorRights": accept,
    "logOut": accept,
    "close": accept,
} | {
    f"send{kind.title().replace('_', '')}": sending.send_file(kind) for kind in FOLDERS
} | {
    f"setMy{setting}": set_text(setting) for setting in _TEXTS
} | {
    f"getMy{setting}": get_text(setting) for setting in _TEXTS
}  # fmt: skip
