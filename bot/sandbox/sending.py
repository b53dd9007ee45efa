"""Methods that put messages into chats, change them and take them away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.sandbox.media import FOLDERS, attach
from bot.sandbox.refusal import bad
from bot.sandbox.text import CAPTION_LIMIT, NOTICE_LIMIT, TEXT_LIMIT, settle, units
from bot.sandbox.world import Chat, Message, World

Args = Mapping[str, Any]

#: What a copy takes over from a message, apart from its caption.
_CONTENT = ("text", "entities", "link_preview_options", "location", "venue", "contact", *FOLDERS)
_CAPTION = ("caption", "caption_entities")


def send_message(world: World, args: Args) -> Message:
    """`sendMessage`"""
    chat = world.reach(args["chat_id"])
    return _send(world, chat, args, text_content(args))


def send_file(kind: str) -> Any:
    """`sendPhoto`, `sendDocument`, `sendVoice` and their like."""

    def send(world: World, args: Args) -> Message:
        chat = world.reach(args["chat_id"])
        content = caption_content(args)
        return _send(world, chat, args, attach(world, kind, args[kind], dict(args)) | content)

    return send


def send_location(world: World, args: Args) -> Message:
    """`sendLocation`"""
    chat = world.reach(args["chat_id"])
    place = {"latitude": args["latitude"], "longitude": args["longitude"]}
    return _send(world, chat, args, {"location": place})


def send_venue(world: World, args: Args) -> Message:
    """`sendVenue`"""
    chat = world.reach(args["chat_id"])
    place = {"latitude": args["latitude"], "longitude": args["longitude"]}
    venue = {"location": place, "title": args["title"], "address": args["address"]}
    return _send(world, chat, args, {"venue": venue, "location": place})


def send_contact(world: World, args: Args) -> Message:
    """`sendContact`"""
    chat = world.reach(args["chat_id"])
    names = ("phone_number", "first_name", "last_name", "vcard")
    return _send(world, chat, args, {"contact": {name: args[name] for name in names if name in args}})


def send_media_group(world: World, args: Args) -> list[Message]:
    """`sendMediaGroup`: an album of 2 to 10; uploads are named by `attach://`."""
    chat = world.reach(args["chat_id"])
    items = args["media"]
    if not 2 <= len(items) <= 10:
        raise bad("wrong number of messages to send; the album must include 2-10 items")
    prepared = []
    for item in items:
        source = item["media"]
        if source.startswith("attach://"):
            source = args.get("attached", {}).get(source.removeprefix("attach://"))
            if source is None:
                raise bad("wrong file identifier/HTTP URL specified")
        if item["type"] not in FOLDERS:
            raise bad(f"the sandbox has no albums of {item['type']}")
        prepared.append((item["type"], source, caption_content(item), item))
    thread = world.topic_of(chat, args.get("message_thread_id"))
    world.pace.take(chat.id, is_group=chat.is_group, count=len(prepared))
    group_id = str(10_000_000 + world.serial())
    return [
        world.post(
            chat,
            world.bot,
            attach(world, kind, source, item) | content | _flags(args) | {"media_group_id": group_id},
            thread=thread,
            reply_to=_answered(chat, args) if index == 0 else None,
        )
        for index, (kind, source, content, item) in enumerate(prepared)
    ]


def copy_message(world: World, args: Args) -> dict[str, int]:
    """`copyMessage`: the content again, without saying whose it was."""
    chat = world.reach(args["chat_id"])
    source = world.reach(args["from_chat_id"]).messages.get(args["message_id"])
    if source is None:
        raise bad("message to copy not found")
    content = {key: source[key] for key in _CONTENT if key in source}
    if not content:
        raise bad("message can't be copied")
    if "text" not in content:
        if "caption" in args:
            content |= caption_content(args)
        else:
            content |= {key: source[key] for key in _CAPTION if key in source}
    return {"message_id": _send(world, chat, args, content)["message_id"]}


def copy_messages(world: World, args: Args) -> list[dict[str, int]]:
    """`copyMessages`: those that exist, in order."""
    source = world.reach(args["from_chat_id"])
    wanted = [number for number in args["message_ids"] if number in source.messages]
    if not wanted:
        raise bad("there are no messages to copy")
    rest = {key: value for key, value in args.items() if key != "message_ids"}
    return [copy_message(world, rest | {"message_id": number}) for number in wanted]


def forward_message(world: World, args: Args) -> Message:
    """`forwardMessage`: the content again, with its origin."""
    chat = world.reach(args["chat_id"])
    source = world.reach(args["from_chat_id"]).messages.get(args["message_id"])
    if source is None:
        raise bad("message to forward not found")
    if source.get("has_protected_content"):
        raise bad("message can't be forwarded")
    content = {key: source[key] for key in (*_CONTENT, *_CAPTION) if key in source}
    if not content:
        raise bad("message can't be forwarded")
    content["forward_origin"] = {"type": "user", "sender_user": source["from"], "date": source["date"]}
    return _send(world, chat, args, content)


def edit_text(world: World, args: Args) -> Message:
    """`editMessageText`"""
    chat, message = _own(world, args, "edit")
    if "text" not in message:
        raise bad("there is no text in the message to edit")
    return _edit(world, chat, message, args, {"entities": None} | text_content(args))


def edit_caption(world: World, args: Args) -> Message:
    """`editMessageCaption`"""
    chat, message = _own(world, args, "edit")
    if not any(kind in message for kind in FOLDERS):
        raise bad("there is no caption in the message to edit")
    return _edit(world, chat, message, args, {"caption": None, "caption_entities": None} | caption_content(args))


def edit_markup(world: World, args: Args) -> Message:
    """`editMessageReplyMarkup`"""
    chat, message = _own(world, args, "edit")
    return _edit(world, chat, message, args, {})


def delete_message(world: World, args: Args) -> bool:
    """`deleteMessage`"""
    chat = world.reach(args["chat_id"])
    if args["message_id"] not in chat.messages:
        raise bad("message to delete not found")
    _check_deletable(world, chat, chat.messages[args["message_id"]])
    world.remove(chat, args["message_id"])
    return True


def delete_messages(world: World, args: Args) -> bool:
    """`deleteMessages`: up to 100; those that are gone already are skipped."""
    chat = world.reach(args["chat_id"])
    if len(args["message_ids"]) > 100:
        raise bad("too many message identifiers specified")
    found = [chat.messages[number] for number in args["message_ids"] if number in chat.messages]
    for message in found:
        _check_deletable(world, chat, message)
    for message in found:
        world.remove(chat, message["message_id"])
    return True


def answer_query(world: World, args: Args) -> bool:
    """`answerCallbackQuery`: once, and not too late."""
    query_id = args["callback_query_id"]
    person_id, pressed_at = world.queries.pop(query_id, (0, float("-inf")))
    if world.clock() - pressed_at > world.limits.query_lifetime_s:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    if units(args.get("text", "")) > NOTICE_LIMIT:
        raise bad("MESSAGE_TOO_LONG")
    world.journal.add(
        "answered",
        person=person_id,
        query=query_id,
        text=args.get("text", ""),
        is_alert=args.get("show_alert", False),
        url=args.get("url"),
    )
    return True


def text_content(args: Args) -> dict[str, Any]:
    """Text of a message as it ends up in the chat."""
    if "text" not in args:
        raise bad("message text is empty")
    text, entities = settle(args["text"], args.get("entities"), args.get("parse_mode"), limit=TEXT_LIMIT)
    content: dict[str, Any] = {"text": text}
    if entities:
        content["entities"] = entities
    if args.get("link_preview_options", {}).get("is_disabled"):
        content["link_preview_options"] = {"is_disabled": True}
    return content


def caption_content(args: Args) -> dict[str, Any]:
    """Caption of an attachment, possibly none."""
    text, entities = settle(
        args.get("caption", ""),
        args.get("caption_entities"),
        args.get("parse_mode"),
        limit=CAPTION_LIMIT,
        is_caption=True,
    )
    content: dict[str, Any] = {"caption": text} if text else {}
    if entities:
        content["caption_entities"] = entities
    return content


def keyboard(args: Args) -> dict[str, Any] | None:
    """The inline keyboard of a call, checked as Telegram does; other keyboards are not part of a message."""
    markup = args.get("reply_markup")
    if markup is None or "inline_keyboard" not in markup:
        return None
    rows = [row for row in markup["inline_keyboard"] if row]
    if sum(map(len, rows)) > 100:
        raise bad("reply markup is too long")
    for row in rows:
        for button in row:
            _check_button(button)
    return {"inline_keyboard": rows} if rows else None


def _check_button(button: Mapping[str, Any]) -> None:
    if not button["text"].strip():
        raise bad("inline keyboard button text must be non-empty")
    actions = button.keys() - {"text", "style", "icon_custom_emoji_id"}
    if not actions:
        raise bad("text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad("inline keyboard button must have exactly one action")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= 64:
        raise bad("BUTTON_DATA_INVALID")
    url = button.get("url")
    if url is not None and (" " in url or ("." not in url and "://" not in url)):
        raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _send(world: World, chat: Chat, args: Args, content: dict[str, Any]) -> Message:
    """Everything a new message of the bot has in common. Nothing is counted when something is wrong."""
    thread = world.topic_of(chat, args.get("message_thread_id"))
    buttons = keyboard(args)
    reply_to = _answered(chat, args)
    world.pace.take(chat.id, is_group=chat.is_group)
    if buttons is not None:
        content["reply_markup"] = buttons
    return world.post(chat, world.bot, content | _flags(args), thread=thread, reply_to=reply_to)


def _flags(args: Args) -> dict[str, Any]:
    return {"has_protected_content": True} if args.get("protect_content") else {}


def _answered(chat: Chat, args: Args) -> int | None:
    wanted = args.get("reply_parameters")
    if wanted is None:
        return None
    number: int = wanted["message_id"]
    if number in chat.messages:
        return number
    if wanted.get("allow_sending_without_reply"):
        return None
    raise bad("message to be replied not found")


def _own(world: World, args: Args, verb: str) -> tuple[Chat, Message]:
    if "chat_id" not in args or "message_id" not in args:
        raise bad("message identifier is not specified")
    chat = world.reach(args["chat_id"])
    message = chat.messages.get(args["message_id"])
    if message is None:
        raise bad(f"message to {verb} not found")
    if message["from"]["id"] != world.bot["id"]:
        raise bad(f"message can't be {verb}ed")
    return chat, message


def _edit(world: World, chat: Chat, message: Message, args: Args, content: dict[str, Any]) -> Message:
    changes = content | {"reply_markup": keyboard(args)}
    if all(message.get(key) == value for key, value in changes.items()):
        raise bad(
            "message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message"
        )
    is_edit = any(message.get(key) != value for key, value in content.items())
    return world.replace(chat, message, changes, is_edit=is_edit)


def _check_deletable(world: World, chat: Chat, message: Message) -> None:
    is_own = message["from"]["id"] == world.bot["id"]
    if chat.is_group and not is_own and "can_delete_messages" not in chat.rights:
        raise bad("message can't be deleted")
    is_old = world.clock() - message["date"] > world.limits.delete_within_s
    if is_old and not (chat.is_group and "can_delete_messages" in chat.rights):
        raise bad("message can't be deleted for everyone")
