"""What updates say: every kind has a defined result, and nothing that may come breaks the reader (A07–A12, A21–A27)."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from bot.channel.read import Reader, arrival, loads
from bot.channel.shape import Misshapen
from bot.channel.sparing import spared
from bot.core.events import Edited, Located, Media, Pressed, Reached, Said, Showed, Started
from bot.core.heard import (
    BotMembership,
    FromNewcomer,
    FromTeam,
    GroupMigrated,
    Heard,
    Ignored,
    MembersChanged,
    Speaker,
    Stranger,
    TeamPressed,
    TopicChange,
    TopicChanged,
    Unreadable,
)
from bot.core.ids import AccountId, ChatId, Lane, Locale, Token
from bot.core.messages import RenderedButton
from bot.ports import Arrival

NOW = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
AMINA = {"id": 5, "is_bot": False, "first_name": "Amina", "language_code": "ar"}
CLAIRE = {"id": 9, "is_bot": False, "first_name": "Claire"}
HERE = {"id": 5, "type": "private", "first_name": "Amina"}
TEAM = {"id": -100, "type": "supergroup", "title": "Accueil", "is_forum": True}
OURS = {"id": 42, "is_bot": True, "first_name": "Guichet", "username": "guichet_bot"}
IN_TOPIC = {"message_thread_id": 45, "is_topic_message": True}


def reader() -> Reader:
    return Reader(bot_id=42, username="guichet_bot", is_team=lambda chat: chat == -100)


def hear(update: dict[str, Any]) -> Heard:
    return reader().hear(orjson.dumps({"update_id": 1} | update))


def private(**content: Any) -> dict[str, Any]:
    return {"message": {"message_id": 3, "date": 0, "chat": HERE, "from": AMINA} | content}


def group(**content: Any) -> dict[str, Any]:
    return {"message": {"message_id": 3, "date": 0, "chat": TEAM, "from": CLAIRE} | IN_TOPIC | content}


def newcomer(event: Any) -> FromNewcomer:
    return FromNewcomer(account=AccountId(5), event=event, phone_locale=Locale("ar"))


def said(text: str) -> FromNewcomer:
    return newcomer(Said(text=text, message_id=3, phone_locale=Locale("ar")))


def started(**fields: Any) -> FromNewcomer:
    return newcomer(Started(message_id=3, phone_locale=Locale("ar"), **fields))


def team(text: str = "", **fields: Any) -> FromTeam:
    known: dict[str, Any] = {"chat": ChatId(-100), "thread": 45, "account": AccountId(9), "message_id": 3, "text": text}
    return FromTeam(**(known | fields))


# --- newcomers


@pytest.mark.parametrize(
    "text, event",
    [
        ("je cherche un lit", said("je cherche un lit")),
        ("/menu", said("/menu")),
        ("/menu@Guichet_Bot", said("/menu")),
        ("/menu@other_bot", said("/menu@other_bot")),
        ("/start", started()),
        ("/start@guichet_bot dormir-ar", started(payload="dormir-ar")),
        ("/start é", started(words="é")),
        ("/start il me frappe, aidez-moi", started(words="il me frappe, aidez-moi")),
        (f"/start {'x' * 65}", started(words="x" * 65)),
        ("/started", said("/started")),
        ("a\0b", said("ab")),
    ],
)
def test_words(text: str, event: FromNewcomer) -> None:
    assert hear(private(text=text)) == event


#: Behind « cette »: Telegram counts the icon as three.
LINK = {"type": "text_link", "offset": 9, "length": 5, "url": "https://example.org/cpas"}


@pytest.mark.parametrize(
    ("text", "entity", "heard"),
    [
        ("🏛️ voir cette page", {}, "🏛️ voir cette (https://example.org/cpas) page"),
        ("🏛️ voir cette page", {"length": 10}, "🏛️ voir cette page (https://example.org/cpas)"),
        ("voyez: example.org/cpas", {"offset": 7, "length": 16}, "voyez: example.org/cpas"),
        ("🏛️ voir cette page", {"type": "bold"}, "🏛️ voir cette page"),
        ("🏛️ voir cette page", {"type": "text_mention", "user": {"first_name": "Samir"}}, "🏛️ voir cette page"),
        ("🏛️ voir cette page", {"url": "tg://user?id=5"}, "🏛️ voir cette page"),
        ("🏛️ voir cette page", {"url": "https://" + "a" * 1000}, "🏛️ voir cette page"),
        ("🏛️ voir cette page", {"url": 7}, "🏛️ voir cette page"),
        ("🏛️ voir cette page", {"offset": -4}, "🏛️ voir cette page"),
        ("🏛️ voir cette page", {"offset": True}, "🏛️ voir cette page"),
    ],
)
def test_a_link_behind_words_is_read_with_its_address(text: str, entity: dict[str, Any], heard: str) -> None:
    entities = [LINK | entity]
    assert hear(private(text=text, entities=entities)) == said(heard)
    assert hear(group(text=text, entities=entities)) == team(heard)
    caption = hear(group(photo=[FILE], caption=text, caption_entities=entities))
    assert caption == team(heard, media=Media.PHOTO)
    assert b"Samir" not in orjson.dumps(spared(private(text=text, entities=entities)))


def test_lone_surrogate_is_replaced() -> None:
    payload = b'{"update_id":1,"message":{"message_id":3,"chat":{"id":5,"type":"private"},"text":"a\\ud800b"}}'
    assert reader().hear(payload) == FromNewcomer(
        account=AccountId(5), event=Said(text="a\N{REPLACEMENT CHARACTER}b", message_id=3)
    )


def test_of_an_update_with_half_a_character_only_what_is_read_is_kept() -> None:
    sender = {"id": 5, "is_bot": False, "first_name": "Samir"}
    message = {"message_id": 3, "chat": {"id": 5, "type": "private"}, "from": sender, "text": "a\ud800b"}
    known = arrival({"update_id": 1, "message": message}, received_at=NOW)
    assert known is not None and known.payload is not None
    assert b"Samir" not in known.payload
    assert reader().hear(known.payload) == FromNewcomer(
        account=AccountId(5), event=Said(text="a\N{REPLACEMENT CHARACTER}b", message_id=3)
    )


FILE = {"file_id": "f", "file_unique_id": "u"}
SHOWN: dict[str, tuple[dict[str, Any], Media]] = {
    "photo": ({"photo": [FILE]}, Media.PHOTO),
    "document": ({"document": FILE | {"file_name": "../../x", "file_size": 2**31}}, Media.DOCUMENT),
    "voice": ({"voice": FILE}, Media.VOICE),
    "audio": ({"audio": FILE}, Media.AUDIO),
    "video": ({"video": FILE}, Media.VIDEO),
    "video note": ({"video_note": FILE}, Media.VIDEO_NOTE),
    "sticker": ({"sticker": FILE}, Media.STICKER),
    "animation": ({"animation": FILE, "document": FILE}, Media.ANIMATION),
    "live location": ({"location": {"latitude": 50.6, "longitude": 5.5, "live_period": 900}}, Media.LIVE_LOCATION),
    "contact": ({"contact": {"phone_number": "+32", "first_name": "Samir"}}, Media.CONTACT),
    "poll": ({"poll": {"id": "1"}}, Media.POLL),
    "dice": ({"dice": {"emoji": "🎲", "value": 3}}, Media.DICE),
    "story": ({"story": {"id": 1}}, Media.STORY),
    "game": ({"game": {"title": "x"}}, Media.GAME),
    "paid media": ({"paid_media": {"star_count": 1}}, Media.PAID_MEDIA),
    "checklist": ({"checklist": {"title": "x"}}, Media.OTHER),
    "newer than us": ({}, Media.OTHER),
}


@pytest.mark.parametrize("content, media", SHOWN.values(), ids=SHOWN.keys())
def test_a21_every_kind_of_message_is_named(content: dict[str, Any], media: Media) -> None:
    assert hear(private(**content)) == newcomer(Showed(media=media, message_id=3))


def test_caption_comes_along() -> None:
    assert hear(private(photo=[FILE], caption="ma lettre")) == newcomer(
        Showed(media=Media.PHOTO, message_id=3, caption="ma lettre")
    )


def test_position_is_heard_and_hidden() -> None:
    heard = hear(private(location={"latitude": 50.6326, "longitude": 5.5797}))
    assert heard == newcomer(Located(message_id=3, latitude=50.6326, longitude=5.5797))
    assert "50.6" not in repr(heard)


def test_place_with_a_name_is_a_place_that_somebody_chose() -> None:
    place = {"latitude": 50.6, "longitude": 5.5}
    shown = private(location=place, venue={"location": place, "title": "Gare", "address": "y"})
    located = newcomer(Located(message_id=3, latitude=50.6, longitude=5.5))
    assert hear(shown) == located
    kept = whose(shown)
    assert kept is not None and kept.volatile
    assert reader().hear(kept.payload or b"") == located
    assert hear(private(venue={"title": "Gare"})) == newcomer(Showed(media=Media.VENUE, message_id=3))


def test_album_is_answered_once_and_again_the_same_way() -> None:
    one = reader()
    parts = [
        orjson.dumps({"update_id": n} | private(photo=[FILE], media_group_id="77", message_id=n)) for n in range(3, 6)
    ]
    for _ in range(2):
        flags = []
        for part in parts:
            heard = one.hear(part)
            assert isinstance(heard, FromNewcomer) and isinstance(heard.event, Showed)
            flags.append(heard.event.album_continued)
        assert flags == [False, True, True]


def test_a24_edits() -> None:
    message = private(text="nouveau")["message"] | {"edit_date": 9}
    at = datetime.fromtimestamp(9, UTC)
    assert hear({"edited_message": message}) == replace(newcomer(Edited(message_id=3, text="nouveau")), sent_at=at)
    emptied = private(photo=[FILE])["message"] | {"edit_date": 9}
    assert hear({"edited_message": emptied}) == replace(newcomer(Edited(message_id=3, text="")), sent_at=at)
    moving = private(location={"latitude": 1.0, "longitude": 2.0, "live_period": 60})["message"]
    assert hear({"edited_message": moving}) == Ignored(kind="edited_message.location")


def test_press() -> None:
    query = {
        "id": "88",
        "from": AMINA,
        "data": "t" * 22,
        "message": {"message_id": 3, "date": 0, "chat": HERE},
        "chat_instance": "1",
    }
    pressed = newcomer(Pressed(token=Token("t" * 22), message_id=3))
    assert hear({"callback_query": query}) == FromNewcomer(
        account=AccountId(5), event=pressed.event, callback_id="88", phone_locale=Locale("ar")
    )
    assert hear({"callback_query": {"id": "88", "from": AMINA, "inline_message_id": "x"}}) == Ignored(
        kind="callback_query.inline"
    )


@pytest.mark.parametrize("status, reachable", [("kicked", False), ("member", True)])
def test_b06_blocked_and_back(status: str, reachable: bool) -> None:
    change = {"chat": HERE, "from": AMINA, "date": 0, "new_chat_member": {"status": status, "user": OURS}}
    assert hear({"my_chat_member": change}) == FromNewcomer(account=AccountId(5), event=Reached(reachable=reachable))


@pytest.mark.parametrize("kind", ["pinned_message", "message_auto_delete_timer_changed", "write_access_allowed"])
def test_service_messages_need_no_answer(kind: str) -> None:
    assert hear(private(**{kind: {}})) == Ignored(kind=f"service.{kind}")


# --- teams


def test_adviser_writes_in_a_topic() -> None:
    head = {"message_id": 45, "chat": TEAM, "forum_topic_created": {"name": "Mésange 42"}}
    assert hear(group(text="/note@guichet_bot à rappeler", reply_to_message=head)) == team("/note à rappeler")
    assert hear(group(text="oui", reply_to_message={"message_id": 46})) == team("oui", reply_to=46)
    assert hear(group(photo=[FILE], caption="plan")) == team("plan", media=Media.PHOTO)
    edited = {"edited_message": group(text="non")["message"]}
    assert hear(edited) == team("non", is_edited=True)


def test_c04_general_has_no_thread() -> None:
    general = group(text="oui")["message"] | {"is_topic_message": None, "message_thread_id": 12}
    assert hear({"message": general}) == team("oui", thread=None)


def test_a27_who_is_not_a_person_is_told_apart() -> None:
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    assert hear(group(text="x", **{"from": anonymous}, sender_chat=TEAM)) == team(
        "x", account=AccountId(1087968824), speaker=Speaker.ANONYMOUS_ADMIN
    )
    channel = {"id": -7, "type": "channel"}
    assert hear(group(text="x", sender_chat=channel)) == team("x", speaker=Speaker.CHANNEL)
    assert hear(group(text="x", **{"from": CLAIRE | {"is_bot": True}})) == team("x", speaker=Speaker.BOT)
    assert hear(group(text="x", via_bot=OURS)) == team("x", via_bot=True)
    assert hear(group(text="x", **{"from": OURS})) == Ignored(kind="group.own_message")


def test_adviser_presses() -> None:
    query = {"id": "88", "from": CLAIRE, "data": "take", "message": {"message_id": 3, "chat": TEAM} | IN_TOPIC}
    assert hear({"callback_query": query}) == TeamPressed(
        chat=ChatId(-100), thread=45, account=AccountId(9), token=Token("take"), callback_id="88", message_id=3
    )


@pytest.mark.parametrize(
    "field, change",
    [
        ("forum_topic_created", TopicChange.CREATED),
        ("forum_topic_edited", TopicChange.RENAMED),
        ("forum_topic_closed", TopicChange.CLOSED),
        ("forum_topic_reopened", TopicChange.REOPENED),
    ],
)
def test_c11_topics_change_by_hand(field: str, change: TopicChange) -> None:
    expected = TopicChanged(chat=ChatId(-100), thread=45, account=AccountId(9), change=change)
    assert hear(group(**{field: {}})) == expected


def test_members_come_and_go() -> None:
    accounts = (AccountId(9),)
    here = MembersChanged(chat=ChatId(-100), accounts=accounts, joined=True)
    gone = MembersChanged(chat=ChatId(-100), accounts=accounts, joined=False)
    assert hear(group(new_chat_members=[CLAIRE])) == here
    assert hear(group(left_chat_member=CLAIRE)) == gone
    for member, expected in (
        ({"status": "member"}, here),
        ({"status": "restricted", "is_member": True}, here),
        ({"status": "restricted", "is_member": False}, gone),
        ({"status": "kicked"}, gone),
    ):
        change = {"chat": TEAM, "from": CLAIRE, "date": 0, "new_chat_member": member | {"user": CLAIRE}}
        assert hear({"chat_member": change}) == expected


def test_rights_of_the_bot() -> None:
    member = {"status": "administrator", "user": OURS, "can_manage_topics": True, "can_delete_messages": False}
    change = {"chat": TEAM, "from": CLAIRE, "date": 0, "new_chat_member": member}
    heard = hear({"my_chat_member": change})
    assert heard == BotMembership(chat=ChatId(-100), status="administrator", is_forum=True, can_manage_topics=True)
    assert heard.is_inside


def test_b09_group_moves_to_a_new_id() -> None:
    moved = GroupMigrated(old=ChatId(-100), new=ChatId(-200))
    assert hear(group(migrate_to_chat_id=-200)) == moved
    new = {"chat": TEAM | {"id": -200}, "migrate_from_chat_id": -100}
    assert hear(group(**new)) == moved


def test_a26_strangers() -> None:
    elsewhere = {"id": -7, "type": "group", "title": "Vente"}
    assert hear(group(chat=elsewhere, text="@guichet_bot bonjour")) == Stranger(chat=ChatId(-7))
    change = {"chat": elsewhere, "date": 0, "new_chat_member": {"status": "member", "user": OURS}}
    assert hear({"my_chat_member": change}) == Stranger(chat=ChatId(-7))
    change = {"chat": elsewhere, "date": 0, "new_chat_member": {"status": "left", "user": OURS}}
    assert hear({"my_chat_member": change}) == Stranger(chat=ChatId(-7), is_inside=False)
    post = {"channel_post": {"message_id": 1, "chat": {"id": -8, "type": "channel"}, "text": "x"}}
    assert hear(post) == Stranger(chat=ChatId(-8))


# --- anything


@pytest.mark.parametrize("kind", ["inline_query", "poll_answer", "message_reaction", "business_message", "from_2030"])
def test_a11_unknown_kinds_are_ignored(kind: str) -> None:
    assert hear({kind: {"chat": {"id": 1}}}) == Ignored(kind=kind)


@pytest.mark.parametrize("beside", [{"aura": {"x": 1}}, {"aura": True}, {"edited_message": None}])
def test_a11_what_stands_beside_a_message_hides_it_not(beside: dict[str, Any]) -> None:
    update = private(text="Bonjour")
    assert hear(beside | update) == hear(update | beside) == hear(update)


@pytest.mark.parametrize(
    "payload",
    [b"", b"[]", b"7", b"\xff", b'{"message":{}}', b'{"message":{"chat":{"id":"5","type":"private"}}}', b"[" * 100_000],
)
def test_what_is_not_an_update_is_unreadable(payload: bytes) -> None:
    assert isinstance(reader().hear(payload), Unreadable)


def whose(update: dict[str, Any], update_id: int = 7) -> Arrival | None:
    raw = {"update_id": update_id} | update
    return arrival(raw, received_at=NOW)


def test_arrival_is_the_persons_or_the_topics() -> None:
    update = private(text="x")
    assert whose(update) == Arrival(
        update_id=7,
        natural_key="message:5:3",
        account=AccountId(5),
        lane=None,
        payload=orjson.dumps(spared({"update_id": 7} | update)),
        received_at=NOW,
    )
    in_topic = whose(group(text="x"))
    assert in_topic is not None and (in_topic.account, in_topic.lane) == (None, Lane("topic:-100:45"))


def test_a_tap_a_block_and_a_moving_position_say_nothing() -> None:
    place = {"latitude": 50.6, "longitude": 5.5, "live_period": 900}
    blocked = {"chat": HERE, "from": AMINA, "date": 0, "new_chat_member": {"status": "kicked", "user": OURS}}
    tap = {"id": "9", "from": {"id": 5}, "message": private(text="x")["message"], "data": "a"}
    silent = [
        {"callback_query": tap},
        {"my_chat_member": blocked},
        {"edited_message": private(location=place)["message"]},
    ]
    words = [private(text="x"), private(location=place), {"edited_message": private(text="x")["message"]}]

    def told(updates: list[dict[str, Any]]) -> set[tuple[AccountId | None, bool]]:
        return {(one.account, one.says_nothing) for update in updates if (one := whose(update)) is not None}

    assert told(silent) == {(AccountId(5), True)}
    assert told(words) == {(AccountId(5), False)}


def test_a07_the_same_message_has_the_same_key_under_any_update_id() -> None:
    once, again = whose(private(text="x"), 7), whose(private(text="x"), 2**31)
    assert once is not None and again is not None
    assert once.natural_key == again.natural_key


def test_an_edit_names_the_message_it_changes() -> None:
    changed = {"edited_message": private(text="x")["message"] | {"edit_date": 9}}
    in_topic = {"edited_message": group(text="x")["message"] | {"edit_date": 9}}
    assert [one and one.edits for one in map(whose, (private(text="x"), changed, in_topic))] == [None, 3, None]


def test_two_edits_within_a_second_are_two() -> None:
    keys = set()
    for text in ("a", "b"):
        one = whose({"edited_message": private(text=text)["message"] | {"edit_date": 9}})
        assert one is not None
        keys.add(one.natural_key)
    assert len(keys) == 2


GOOD = [
    private(text="x"),
    private(location={"latitude": 1.0, "longitude": 2.0}),
    private(photo=[FILE], media_group_id="7", caption="x"),
    group(text="x", reply_to_message={"message_id": 2}, sender_chat=TEAM),
    group(new_chat_members=[CLAIRE]),
    group(forum_topic_edited={"name": "x"}),
    {"callback_query": {"id": "1", "from": AMINA, "data": "x", "message": {"message_id": 3, "chat": HERE}}},
    {"my_chat_member": {"chat": TEAM, "date": 0, "new_chat_member": {"status": "member", "user": OURS}}},
    {"chat_member": {"chat": TEAM, "date": 0, "new_chat_member": {"status": "left", "user": CLAIRE}}},
]


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += paths(inner, (*path, key))
    return found


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    if not isinstance(value, dict | list) or (isinstance(value, dict) and path[0] not in value):
        return value
    copy = dict(value) if isinstance(value, dict) else list(value)
    if isinstance(copy, list) and path[0] not in range(len(copy)):
        return value
    copy[path[0]] = changed(copy[path[0]], path[1:], new)
    return copy


def anything(chance: random.Random, depth: int = 0) -> Any:
    """A JSON value of any shape, with the unpleasant ones often."""
    match chance.randrange(12 if depth < 3 else 9):
        case 0:
            return None
        case 1:
            return chance.random() < 0.5
        case 2:
            return chance.choice([0, -1, 2**31, 2**53, 2**63, -(2**63) - 1, 10**40])
        case 3:
            return chance.choice([0.5, -0.0, 1e308, float("inf"), float("nan")])
        case 4:
            return chance.choice(["", "\0", "\ud800", "x" * 5000, "private", "/start", "é" * 40, "\u202e"])
        case 5 | 6:
            return chance.choice([{}, [], [[]], {"id": "5"}, {"id": None}, {"id": 5, "type": "private"}])
        case 7 | 8:
            return chance.choice([HERE, TEAM, AMINA, 5, -100, "left", 7])
        case 9 | 10:
            return [anything(chance, depth + 1) for _ in range(chance.randrange(4))]
        case _:
            names = ("id", "type", "chat", "from", "text", "status", "user", "location", "message_id")
            return {chance.choice(names): anything(chance, depth + 1) for _ in range(chance.randrange(4))}


def test_a12_fuzzed_updates_break_nothing() -> None:
    chance = random.Random(12)
    one = reader()
    originals = [{"update_id": 7} | update for update in GOOD]
    places = [paths(update) for update in originals]
    for _ in range(20_000):
        number = chance.randrange(len(originals))
        update: Any = originals[number]
        for path in chance.sample(places[number], chance.randint(1, 3)):
            update = changed(update, path, anything(chance))
        payload = json.dumps(update).encode()
        known = arrival(loads(payload), received_at=NOW)
        # Below the net of `hear`: it should have nothing to catch.
        try:
            heard = one.hear_update(loads(payload))
        except Misshapen:
            continue
        is_json = b"NaN" not in payload and b"Infinity" not in payload
        if known is not None and known.payload is not None and is_json:
            assert one.hear_update(loads(known.payload)) == heard
        if isinstance(heard, FromNewcomer) and isinstance(heard.event, Said):
            heard.event.text.encode()


def test_nothing_is_kept_that_nobody_reads() -> None:
    names = {"first_name": "Zainab", "last_name": "Zaman", "username": "zainab_z"}
    update = private(
        text="x",
        reply_to_message={"message_id": 2, "text": "secret", "location": {"latitude": 1.5, "longitude": 2.5}},
        quote={"text": "secret"},
    )
    update["message"] |= {"from": {"id": 5, "is_bot": False, **names}, "chat": {"id": 5, "type": "private", **names}}
    press = {
        "callback_query": {
            "id": "9",
            "from": {"id": 5, "is_bot": False, **names},
            "data": "token",
            "message": {"message_id": 4, "chat": {"id": 5, "type": "private", **names}, "text": "secret"},
        }
    }
    for one in (update, press):
        kept = whose(one)
        assert kept is not None and kept.payload is not None and not kept.volatile
        assert not [word for word in (b"secret", b"Zainab", b"zainab", b"Zaman", b"1.5") if word in kept.payload]
        assert reader().hear(kept.payload) == reader().hear_update({"update_id": 7} | one)


@pytest.mark.parametrize(
    "content",
    [
        {"document": {"file_id": "f", "file_name": "secret.pdf"}, "caption": "x"},
        {"audio": {"file_id": "f", "title": "secret", "performer": "secret"}},
        {"photo": [{"file_id": "secret"}]},
        {"poll": {"question": "secret", "options": [{"text": "secret"}]}},
        {"pinned_message": {"message_id": 3, "text": "secret", "chat": {"id": 5}}},
        {"text": "x", "link_preview_options": {"url": "https://secret.example/"}},
    ],
)
def test_of_a_message_no_name_of_a_file_and_no_pinned_words_are_kept(content: dict[str, Any]) -> None:
    one = private(**content)
    kept = whose(one)
    assert kept is not None and kept.payload is not None
    assert b"secret" not in kept.payload
    assert reader().hear(kept.payload) == reader().hear_update({"update_id": 7} | one)


def test_names_of_members_who_come_and_go_are_not_kept() -> None:
    zainab = {"id": 5, "is_bot": False, "first_name": "Zainab", "username": "zainab_z"}
    change = {"chat": TEAM, "from": zainab, "date": 1, "old_chat_member": {"status": "left", "user": zainab},
              "new_chat_member": {"status": "member", "user": zainab}}  # fmt: skip
    head = {"message_id": 1, "date": 1, "chat": TEAM, "from": zainab}
    for one in (
        {"chat_member": change},
        {"message": head | {"new_chat_members": [zainab]}},
        {"message": head | {"left_chat_member": zainab}},
    ):
        kept = whose(one)
        assert kept is not None and kept.payload is not None
        assert b"ainab" not in kept.payload
        heard = reader().hear(kept.payload)
        assert isinstance(heard, MembersChanged) and heard.accounts == (5,)
        assert heard == reader().hear_update({"update_id": 7} | one)


@pytest.mark.parametrize(
    "content",
    [
        {"location": {"latitude": 1.5, "longitude": 2.5}},
        {"contact": {"phone_number": "1", "first_name": "x"}},
        {"venue": {"location": {"latitude": 1.5, "longitude": 2.5}, "title": "x", "address": "y"}},
    ],
)
def test_places_and_numbers_are_for_memory_only(content: dict[str, Any]) -> None:  # decision 10
    sent = whose(private(**content))
    moved = whose({"edited_message": private(**content)["message"] | {"edit_date": 9}})
    assert sent is not None and moved is not None
    assert (sent.volatile, moved.volatile) == (True, True)


def test_of_a_press_the_buttons_of_a_question_are_not_kept() -> None:  # decision 9
    buttons = [[{"text": "secret", "callback_data": "t1"}]]
    message = {"message_id": 4, "chat": {"id": 5, "type": "private"}, "reply_markup": {"inline_keyboard": buttons}}
    press = {"callback_query": {"id": "9", "from": {"id": 5, "is_bot": False}, "data": "t1", "message": message}}
    kept = whose(press)
    assert kept is not None and kept.payload is not None
    assert b"secret" not in kept.payload
    assert reader().hear(kept.payload) == reader().hear_update({"update_id": 7} | press)


def test_a_press_brings_the_buttons_as_they_are_shown() -> None:
    buttons = [[{"text": "☐ Pain", "callback_data": "t1"}], [{"text": "Carte", "url": "https://example.org/"}]]
    message = {"message_id": 4, "chat": {"id": 5, "type": "private"}, "reply_markup": {"inline_keyboard": buttons}}
    query = {"id": "9", "from": {"id": 5, "is_bot": False}, "data": "t1", "message": message}
    heard = reader().hear_update({"update_id": 7, "callback_query": query})
    assert isinstance(heard, FromNewcomer)
    assert heard.keyboard == (
        (RenderedButton(text="☐ Pain", token=Token("t1")),),
        (RenderedButton(text="Carte", url="https://example.org/"),),
    )


def test_deep_update_is_set_aside() -> None:
    payload = b'{"update_id":7,"message":' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}"
    assert isinstance(reader().hear(payload), Unreadable)
