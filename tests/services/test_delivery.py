"""The sender, with a real store and a Bot API that is really spoken to (B01–B12, B17, A20, G14)."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.channel.client import REPEAT_MARK
from bot.core.ids import AccountId
from bot.core.messages import Rendered, RenderedButton
from bot.errors import StoreError
from bot.ports import Delivery, Verb
from bot.sandbox import ADVISER_CHAT_ID, Fault, FaultScript, Limits, RunningSandbox, doings, start_sandbox
from bot.services.pacing import Pace
from bot.store import KeptStore
from tests.channel.odd_server import Exchange, OddServer, Reply, ok, refusal
from tests.services.post import (
    NO_LIMITS,
    NOW,
    Post,
    close_post,
    monotonic,
    open_post,
    opening,
    say,
    tell,
    until,
)
from tests.store.scenes import spoken

TOKEN = "4242:canary"
AMINA, BORIS = 5, 6


class Telegram:
    """A Bot API that does as its script says, call by call, and writes down what arrived."""

    def __init__(self) -> None:
        self.script: list[Reply] = []
        #: (chat, text) of everything that was accepted, whatever the bot was told.
        self.arrived: list[tuple[int, str]] = []
        self.calls: list[tuple[str, int, float]] = []
        self.last_id = 100
        self.threads: list[int | None] = []
        #: How many more questions whether anybody is there end with a gateway's page, and how many were asked.
        self.silent_probes = 0
        self.probes = 0
        #: (method, number of the message or topic) of everything that was deleted.
        self.deleted: list[tuple[str, int]] = []

    async def reply(self, exchange: Exchange) -> None:
        if exchange.method == "getMe":
            await self.answer_probe(exchange)
            return
        self.calls.append((exchange.method, exchange.body.get("chat_id", 0), monotonic()))
        await (self.script.pop(0) if self.script else self.accept)(exchange)

    def take(self, exchange: Exchange) -> dict[str, Any]:
        """Do the call."""
        body = exchange.body
        if exchange.method.startswith("delete"):
            self.deleted.append((exchange.method, int(body.get("message_id") or body["message_thread_id"])))
            return ok(True)
        self.last_id += 1
        if exchange.method == "createForumTopic":
            return ok({"message_thread_id": self.last_id, "name": body["name"], "icon_color": 1})
        self.arrived.append((body["chat_id"], body.get("text", "")))
        self.threads.append(body.get("message_thread_id"))
        chat = {"id": body["chat_id"], "type": "private"}
        return ok({"message_id": self.last_id, "date": 0, "chat": chat, "text": body.get("text", "")})

    async def accept(self, exchange: Exchange) -> None:
        await exchange.json(200, self.take(exchange))

    async def answer_probe(self, exchange: Exchange) -> None:
        """Whether anybody is there: not a call of the script."""
        self.probes += 1
        if self.probes > self.silent_probes:
            await exchange.json(
                200, ok({"id": 4242, "is_bot": True, "first_name": "Guichet", "username": "guichet_bot"})
            )
        else:
            await exchange.answer(502, b"<html>Bad Gateway</html>", "text/html")

    async def accept_and_reset(self, exchange: Exchange) -> None:
        """Do the call and cut the connection: the bot cannot know."""
        self.take(exchange)
        await exchange.reset()

    async def hang(self, exchange: Exchange) -> None:
        self.take(exchange)
        await asyncio.sleep(60)


def saying(code: int, text: str, **parameters: int) -> Reply:
    async def reply(exchange: Exchange) -> None:
        await exchange.json(code, refusal(code, text, **parameters))

    return reply


async def broken_gateway(exchange: Exchange) -> None:
    """Nobody knows whether Telegram did it."""
    await exchange.answer(502, b"<html>Bad Gateway</html>", "text/html")


@pytest.fixture
def telegram() -> Telegram:
    return Telegram()


@asynccontextmanager
async def running(
    telegram: Telegram, path: Path, *, pace: Pace = NO_LIMITS, read_timeout_s: float = 5.0
) -> AsyncIterator[Post]:
    async with OddServer(telegram.reply) as server:
        post = await open_post(path, TOKEN, server.url, pace=pace, read_timeout_s=read_timeout_s)
        await post.sender.start()
        yield post
        await close_post(post)


@pytest.fixture
async def post(telegram: Telegram, tmp_path: Path) -> AsyncIterator[Post]:
    async with running(telegram, tmp_path) as one:
        yield one


async def test_one_persons_messages_arrive_in_order_and_once(post: Post, telegram: Telegram) -> None:
    amina = await post.welcome(AMINA)
    await post.queue(say(amina, "1"), say(amina, "2"))
    await post.queue(say(amina, "3"))
    await post.settled()
    assert telegram.arrived == [(AMINA, "1"), (AMINA, "2"), (AMINA, "3")]
    assert await spoken(post.store, amina, NOW) == [101, 102, 103]
    assert post.news.told == []


async def test_rows_that_nobody_offered_are_found(post: Post, telegram: Telegram) -> None:
    amina = await post.welcome(AMINA)
    await post.queue(say(amina, "1"), say(amina, "2"), offered=False)
    await until(lambda: len(telegram.arrived) == 2)


async def test_backlog_goes_before_what_is_new(telegram: Telegram, tmp_path: Path) -> None:
    async with OddServer(telegram.reply) as server:
        post = await open_post(tmp_path, TOKEN, server.url)
        amina = await post.welcome(AMINA)
        await post.queue(*(say(amina, str(number)) for number in range(4)), offered=False)
        await post.queue(say(amina, "4"))  # offered before the sender has begun
        await post.sender.start()
        await post.queue(say(amina, "5"))
        await post.settled()
        await close_post(post)
    assert [text for _, text in telegram.arrived] == list("012345")


async def test_one_who_waits_holds_up_nobody(post: Post, telegram: Telegram) -> None:
    amina, boris = await post.welcome(AMINA), await post.welcome(BORIS)
    telegram.script = [telegram.hang]
    await post.queue(say(amina, "1"))
    await until(lambda: len(telegram.calls) == 1)
    await post.queue(say(amina, "2"), say(boris, "1"))
    await until(lambda: (BORIS, "1") in telegram.arrived)
    assert (AMINA, "2") not in telegram.arrived


async def test_b01_no_connection_is_tried_again_until_there_is_one(tmp_path: Path, sandbox: RunningSandbox) -> None:
    post = await open_post(tmp_path, sandbox.token, sandbox.api_url)
    await post.sender.start()
    person = sandbox.world.invent(language_code="fr")
    newcomer = await begun(post, sandbox, person.id)
    away = asyncio.create_task(sandbox.refuse_for(0.1))
    await asyncio.sleep(0)
    await post.queue(say(newcomer, "1"), say(newcomer, "2"))
    await away
    await post.settled()
    assert texts_of(sandbox, person.id) == ["1", "2"]
    assert post.news.told == []
    await close_post(post)


async def test_b02_doubtful_text_is_told_and_not_sent_again(post: Post, telegram: Telegram) -> None:
    amina = await post.welcome(AMINA)
    telegram.script = [telegram.accept_and_reset]
    first, _ = await post.queue(say(amina, "1"), say(amina, "2"))
    await post.settled()
    assert telegram.arrived == [(AMINA, "1"), (AMINA, "2")]
    assert post.news.told == [("uncertain", first.id)]


async def test_b02_vital_text_is_sent_once_more_marked(post: Post, telegram: Telegram) -> None:
    amina = await post.welcome(AMINA)
    telegram.script = [telegram.accept_and_reset]
    await post.queue(say(amina, "112", vital=True), say(amina, "2"))
    await post.settled()
    assert telegram.arrived == [(AMINA, "112"), (AMINA, REPEAT_MARK + "112"), (AMINA, "2")]
    assert post.news.told == []


async def test_b02_vital_text_is_never_sent_three_times(post: Post, telegram: Telegram) -> None:
    amina = await post.welcome(AMINA)
    telegram.script = [telegram.accept_and_reset] * 2
    [row] = await post.queue(say(amina, "112", vital=True))
    await post.settled()
    assert telegram.arrived == [(AMINA, "112"), (AMINA, REPEAT_MARK + "112")]
    assert post.news.told == [("uncertain", row.id)]


async def test_what_is_urgent_goes_before_what_waits(post: Post, telegram: Telegram) -> None:
    amina, release = await post.welcome(AMINA), asyncio.Event()

    async def slowly(exchange: Exchange) -> None:
        await release.wait()
        await telegram.accept(exchange)

    telegram.script = [slowly]
    await post.queue(*(say(amina, str(number)) for number in range(4)))
    await until(lambda: len(telegram.calls) == 1)
    await post.queue(say(amina, "112", urgent=True), say(amina, "0800", urgent=True))
    release.set()
    await post.settled()
    assert [text for _, text in telegram.arrived] == ["0", "112", "0800", "1", "2", "3"]


async def test_what_is_urgent_does_not_wait_behind_the_answers_to_others(telegram: Telegram, tmp_path: Path) -> None:
    async with OddServer(telegram.reply) as server:
        # One message a day: whoever waits for those before it waits as good as for ever.
        post = await open_post(tmp_path, TOKEN, server.url, pace=Pace(global_per_s=1 / 86_400))
        amina, boris, clara = await post.welcome(AMINA), await post.welcome(BORIS), await post.welcome(7)
        await post.sender.start()
        await post.queue(*(say(boris, str(number)) for number in range(200)))
        await post.queue(say(amina, "1"))
        await post.queue(say(amina, "112", urgent=True), say(clara, "112", urgent=True))
        await until(lambda: {(AMINA, "112"), (7, "112")} <= set(telegram.arrived))
        assert (AMINA, "1") not in telegram.arrived
        await close_post(post)


async def test_what_is_urgent_goes_first_after_a_restart_too(telegram: Telegram, tmp_path: Path) -> None:
    async with OddServer(telegram.reply) as server:
        post = await open_post(tmp_path, TOKEN, server.url)
        amina = await post.welcome(AMINA)
        await post.queue(say(amina, "1"), say(amina, "112", urgent=True), say(amina, "2"), offered=False)
        await post.sender.start()
        await post.settled()
        await close_post(post)
    assert [text for _, text in telegram.arrived] == ["112", "1", "2"]


async def test_b02_one_repeat_waits_until_telegram_is_there_again(post: Post, telegram: Telegram) -> None:
    amina, boris = await post.welcome(AMINA), await post.welcome(BORIS)
    telegram.silent_probes = 20
    telegram.script = [broken_gateway, broken_gateway]
    await post.queue(say(amina, "112", vital=True), say(boris, "112", vital=True))
    await post.settled()
    assert sorted(telegram.arrived) == [(AMINA, REPEAT_MARK + "112"), (BORIS, REPEAT_MARK + "112")]
    assert telegram.probes in (21, 22)  # those who wait share a question
    assert post.news.told == []


async def test_b02_question_that_was_asked_again_waits_too(post: Post, telegram: Telegram) -> None:
    amina = await post.welcome(AMINA)
    telegram.silent_probes = 3
    await post.queue(say(amina, "Qui êtes-vous ?", asked_again=True))
    await post.settled()
    assert (telegram.arrived, telegram.probes) == ([(AMINA, "Qui êtes-vous ?")], 4)


async def test_c14_topic_is_opened_however_often_it_takes(post: Post, telegram: Telegram) -> None:
    amina = await post.welcome(AMINA)
    talk = await post.hand_over(amina, ADVISER_CHAT_ID)
    refused = saying(400, "Bad Request: TOPICS_TOO_MUCH")
    telegram.script = [broken_gateway, broken_gateway, refused, broken_gateway]
    await post.queue(opening(talk, ADVISER_CHAT_ID), tell(talk, ADVISER_CHAT_ID, "bonjour"))
    await post.settled()
    assert [method for method, _, _ in telegram.calls] == ["createForumTopic"] * 5 + ["sendMessage"]
    assert telegram.arrived == [(ADVISER_CHAT_ID, "bonjour")]
    handoff = await post.store.handoff(talk)
    assert handoff is not None and handoff.thread is not None
    assert post.news.of("refused") == post.news.of("uncertain") == []


async def test_b02_change_in_place_is_simply_done_again(post: Post, telegram: Telegram) -> None:
    amina = await post.welcome(AMINA)
    telegram.script = [telegram.accept_and_reset]
    change = Delivery(verb=Verb.EDIT, newcomer=amina, message_id=7, rendered=Rendered(text="1"))
    await post.queue(change)
    await post.settled()
    assert [method for method, _, _ in telegram.calls] == ["editMessageText"] * 2
    assert post.news.told == []


async def test_b02_silence(telegram: Telegram, tmp_path: Path) -> None:
    async with running(telegram, tmp_path, read_timeout_s=0.1) as post:
        amina = await post.welcome(AMINA)
        telegram.script = [telegram.hang]
        [row] = await post.queue(say(amina, "1"))
        await post.settled()
        assert post.news.told == [("uncertain", row.id)]


@pytest.mark.parametrize("vital", [False, True])
async def test_b03_call_that_a_kill_cut_off(telegram: Telegram, tmp_path: Path, vital: bool) -> None:
    async with OddServer(telegram.reply) as server:
        dead = await open_post(tmp_path, TOKEN, server.url)
        amina = await dead.welcome(AMINA)
        first, _ = await dead.queue(say(amina, "1", vital=vital), say(amina, "2"), offered=False)
        await dead.store.mark_sending([first.id])
        await dead.store.close()

        post = await open_post(tmp_path, TOKEN, server.url)
        await post.sender.start()
        await post.settled()
        await close_post(post)
    if vital:
        assert telegram.arrived == [(AMINA, REPEAT_MARK + "1"), (AMINA, "2")]
        assert post.news.told == []
    else:
        assert telegram.arrived == [(AMINA, "2")]
        assert post.news.told == [("uncertain", first.id)]


async def test_volatile_text_is_gone_with_its_process(telegram: Telegram, tmp_path: Path) -> None:
    async with OddServer(telegram.reply) as server:
        dead = await open_post(tmp_path, TOKEN, server.url)
        amina = await dead.welcome(AMINA)
        [row] = await dead.queue(say(amina, "1", volatile=True), offered=False)
        await dead.store.close()

        post = await open_post(tmp_path, TOKEN, server.url)
        await post.sender.start()
        await post.settled()
        await close_post(post)
    assert telegram.arrived == []
    assert post.news.told == [("lost", row.id)]


async def test_b04_told_to_wait_waits_so_long_in_order_while_others_go_on(post: Post, telegram: Telegram) -> None:
    amina, boris = await post.welcome(AMINA), await post.welcome(BORIS)
    telegram.script = [saying(429, "Too Many Requests: retry after 90", retry_after=90)]
    await post.queue(say(amina, "1"), say(amina, "2"))
    await until(lambda: len(telegram.calls) == 1)
    await post.queue(say(boris, "1"))
    await post.settled()
    assert telegram.arrived == [(BORIS, "1"), (AMINA, "1"), (AMINA, "2")]
    hers = [at for _, chat, at in telegram.calls if chat == AMINA]
    assert hers[1] - hers[0] >= 90
    assert post.news.told == []


async def test_h01_row_that_waited_for_its_next_try_goes_first_after_a_restart(
    telegram: Telegram, tmp_path: Path
) -> None:
    async with OddServer(telegram.reply) as server:
        dead = await open_post(tmp_path, TOKEN, server.url)
        amina = await dead.welcome(AMINA)
        [row] = await dead.queue(say(amina, "1"), offered=False)
        await dead.store.mark_sending([row.id])
        await dead.store.mark_retry(row.id)
        await dead.store.close()

        post = await open_post(tmp_path, TOKEN, server.url)
        await post.sender.start()
        await post.queue(say(amina, "2"))
        await post.settled()
        await close_post(post)
    assert telegram.arrived == [(AMINA, "1"), (AMINA, "2")]


class SlowMarks:
    """A store whose mark of one row comes when it is let go."""

    def __init__(self, store: KeptStore) -> None:
        self._store = store
        self.late: int | None = None
        self.is_waiting = asyncio.Event()
        self.go_on = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def mark_sending(self, rows: list[int]) -> None:
        if self.late in rows:
            self.is_waiting.set()
            await self.go_on.wait()
        await self._store.mark_sending(rows)


async def test_b04_message_whose_mark_was_slow_waits_with_its_chat(telegram: Telegram, tmp_path: Path) -> None:
    told_to_wait, let_go = asyncio.Event(), asyncio.Event()

    async def flood(exchange: Exchange) -> None:
        told_to_wait.set()
        await let_go.wait()
        await saying(429, "Too Many Requests: retry after 300", retry_after=300)(exchange)

    async with OddServer(telegram.reply) as server:
        post = await open_post(tmp_path, TOKEN, server.url)
        slow = SlowMarks(post.store)
        post.sender = post.new_sender(slow)
        talks = [
            await post.hand_over(await post.welcome(number), ADVISER_CHAT_ID, handoff=f"{number}") for number in (1, 2)
        ]
        await post.sender.start()
        await post.queue(*(opening(talk, ADVISER_CHAT_ID) for talk in talks))
        await post.settled()
        telegram.script = [flood]
        await post.queue(tell(talks[0], ADVISER_CHAT_ID, "1"))
        await told_to_wait.wait()
        [second] = await post.queue(tell(talks[1], ADVISER_CHAT_ID, "2"), offered=False)
        slow.late = second.id
        post.sender.offer([second])
        await slow.is_waiting.wait()
        let_go.set()
        await until(lambda: post.sender._pacer.held_s(ADVISER_CHAT_ID) > 0)
        slow.late = None
        slow.go_on.set()
        await post.settled()
        await close_post(post)
    first, *later = [at for method, _, at in telegram.calls if method == "sendMessage"]
    assert len(later) == 2 and min(later) - first >= 300
    assert sorted(text for _, text in telegram.arrived) == ["1", "2"]


@pytest.mark.parametrize("code", [500, 502, 503, 504])
async def test_b05_explained_server_error_is_tried_again(post: Post, telegram: Telegram, code: int) -> None:
    amina = await post.welcome(AMINA)
    telegram.script = [saying(code, "Internal Server Error")] * 3
    await post.queue(say(amina, "1"), say(amina, "2"))
    await post.settled()
    assert telegram.arrived == [(AMINA, "1"), (AMINA, "2")]
    assert post.news.told == []


async def test_b06_who_blocked_the_bot_is_told_of_and_left_alone(post: Post, telegram: Telegram) -> None:
    amina = await post.welcome(AMINA)
    telegram.script = [saying(403, "Forbidden: bot was blocked by the user")]
    [row] = await post.queue(say(amina, "1"))
    await post.settled()
    assert (len(telegram.calls), post.news.told) == (1, [("unreachable", row.id)])


async def test_b08_group_that_shut_the_bot_out_keeps_its_rows(post: Post, telegram: Telegram) -> None:
    away = saying(403, "Forbidden: bot was kicked from the supergroup chat")
    telegram.script = [away] * 3
    alert = Delivery(verb=Verb.SEND, chat=ADVISER_CHAT_ID, rendered=Rendered(text="1"))  # type: ignore[arg-type]
    row, _ = await post.queue(alert, replace(alert, rendered=Rendered(text="2")))
    await post.settled()
    assert telegram.arrived == [(ADVISER_CHAT_ID, "1"), (ADVISER_CHAT_ID, "2")]
    assert post.news.told == [("unreachable", row.id)]


async def test_b08_words_do_not_wait_behind_a_title(post: Post, telegram: Telegram) -> None:
    talk = await post.hand_over(await post.welcome(AMINA), ADVISER_CHAT_ID)
    await post.queue(opening(talk, ADVISER_CHAT_ID))
    await post.settled()
    telegram.calls.clear()
    telegram.script = [saying(400, "Bad Request: not enough rights to manage topics")]
    taken = replace(opening(talk, ADVISER_CHAT_ID), verb=Verb.RENAME_TOPIC, title="💬 Mésange 42")
    row, _ = await post.queue(taken, tell(talk, ADVISER_CHAT_ID, "1"))
    await post.settled()
    assert [method for method, _, _ in telegram.calls] == ["editForumTopic", "sendMessage"]
    assert ("unreachable", row.id) in post.news.told


async def test_b09_group_with_a_new_id_gets_everything_there(post: Post, telegram: Telegram) -> None:
    telegram.script = [
        saying(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1009)
    ]
    alert = Delivery(verb=Verb.SEND, chat=ADVISER_CHAT_ID, rendered=Rendered(text="1"))  # type: ignore[arg-type]
    await post.queue(alert, replace(alert, rendered=Rendered(text="2")))
    await post.settled()
    assert telegram.arrived == [(-1009, "1"), (-1009, "2")]
    assert post.news.told == [("migrated", (ADVISER_CHAT_ID, -1009))]


@pytest.mark.parametrize("is_told_by_the_group", [False, True])
async def test_b09_group_with_a_new_id_keeps_the_order_of_a_topic(
    post: Post, telegram: Telegram, is_told_by_the_group: bool
) -> None:
    moved = saying(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1009)
    release = asyncio.Event()

    async def slowly(exchange: Exchange) -> None:
        await release.wait()
        await moved(exchange)

    talk = await post.hand_over(await post.welcome(AMINA), ADVISER_CHAT_ID)
    await post.queue(opening(talk, ADVISER_CHAT_ID))
    await post.settled()
    telegram.script = [slowly]
    await post.queue(tell(talk, ADVISER_CHAT_ID, "1"), tell(talk, ADVISER_CHAT_ID, "2"))
    await until(lambda: len(telegram.calls) == 2)
    if is_told_by_the_group:
        await post.news.migrated(ADVISER_CHAT_ID, -1009)
        await post.queue(tell(talk, -1009, "3"))
        release.set()
    else:
        release.set()
        await until(lambda: post.news.of("migrated") != [])
        await post.queue(tell(talk, -1009, "3"))
    await post.settled()
    assert telegram.arrived == [(-1009, "1"), (-1009, "2"), (-1009, "3")]


async def test_b09_what_came_for_the_new_id_before_we_knew_of_it_doubles_nothing(
    post: Post, telegram: Telegram
) -> None:
    release = asyncio.Event()

    async def slowly(exchange: Exchange) -> None:
        await release.wait()
        text = "Bad Request: group chat was upgraded to a supergroup chat"
        await saying(400, text, migrate_to_chat_id=-1009)(exchange)

    async def late(exchange: Exchange) -> None:
        await release.wait()
        await until(lambda: post.news.of("migrated") != [])
        await telegram.accept(exchange)

    talk = await post.hand_over(await post.welcome(AMINA), ADVISER_CHAT_ID)
    await post.queue(opening(talk, ADVISER_CHAT_ID))
    await post.settled()
    telegram.script = [slowly, late]
    await post.queue(tell(talk, ADVISER_CHAT_ID, "1"), tell(talk, ADVISER_CHAT_ID, "2"))
    await until(lambda: len(telegram.calls) == 2)
    await post.store.team_chat_moved(ADVISER_CHAT_ID, -1009)  # by another replica
    await post.queue(tell(talk, -1009, "3"), tell(talk, -1009, "4"))
    await until(lambda: len(telegram.calls) == 3)
    release.set()
    await post.settled()
    assert [text for _, text in telegram.arrived] == ["3", "1", "2", "4"]


async def test_b10_lost_topic_is_opened_anew_and_nothing_goes_to_general(post: Post, telegram: Telegram) -> None:
    amina = await post.welcome(AMINA)
    talk = await post.hand_over(amina, ADVISER_CHAT_ID)
    await post.queue(opening(talk, ADVISER_CHAT_ID), tell(talk, ADVISER_CHAT_ID, "1"))
    await post.settled()
    telegram.script = [saying(400, "Bad Request: message thread not found")]
    lost, _ = await post.queue(tell(talk, ADVISER_CHAT_ID, "2"), tell(talk, ADVISER_CHAT_ID, "3"))
    await post.settled()
    await until(lambda: len(telegram.arrived) == 3)
    assert [text for _, text in telegram.arrived] == ["1", "2", "3"]
    assert telegram.threads == [101, 103, 103]
    assert post.news.of("topic_gone") == [lost.id]
    handoff = await post.store.handoff(talk)
    assert handoff is not None and handoff.thread == 103


async def test_rows_for_a_topic_wait_until_it_is_open(post: Post, telegram: Telegram) -> None:
    amina = await post.welcome(AMINA)
    talk = await post.hand_over(amina, ADVISER_CHAT_ID)
    await post.queue(tell(talk, ADVISER_CHAT_ID, "1"))
    await asyncio.sleep(0.1)
    assert telegram.calls == []
    await post.queue(opening(talk, ADVISER_CHAT_ID))
    await until(lambda: len(telegram.arrived) == 1)
    assert telegram.threads == [101]


async def test_b17_busy_group_gets_fewer_messages_and_all_the_words(telegram: Telegram, tmp_path: Path) -> None:
    async with running(telegram, tmp_path, pace=Pace(group_per_min=1)) as post:
        amina = await post.welcome(AMINA)
        talk = await post.hand_over(amina, ADVISER_CHAT_ID)
        await post.queue(opening(talk, ADVISER_CHAT_ID))
        await post.queue(*(tell(talk, ADVISER_CHAT_ID, f"mot {number}") for number in range(60)))
        await post.settled()
        said = "\n\n".join(text for _, text in telegram.arrived)
        assert said.split("\n\n") == [f"mot {number}" for number in range(60)]
        assert len(telegram.arrived) < 30
        assert await post.store.take_outbox() == []


async def test_a20_refused_token_stops_everything_and_loses_nothing(post: Post, telegram: Telegram) -> None:
    amina = await post.welcome(AMINA)
    telegram.script = [saying(401, "Unauthorized")] * 4
    await post.queue(say(amina, "1"), say(amina, "2"))
    await post.settled()
    assert telegram.arrived == [(AMINA, "1"), (AMINA, "2")]
    assert post.news.told == [("unauthorised", None)]


async def test_refused_message_does_not_stop_the_next(post: Post, telegram: Telegram) -> None:
    amina = await post.welcome(AMINA)
    telegram.script = [saying(400, "Bad Request: BUTTON_DATA_INVALID")]
    first, _ = await post.queue(say(amina, "1"), say(amina, "2"))
    await post.settled()
    assert telegram.arrived == [(AMINA, "2")]
    assert post.news.told == [("refused", first.id)]


async def test_row_erased_meanwhile_is_not_sent(post: Post, telegram: Telegram) -> None:
    amina, boris = await post.welcome(AMINA), await post.welcome(BORIS)
    rows = await post.queue(say(amina, "1"), say(boris, "1"), offered=False)
    await post.store.erase(amina)
    post.sender.offer(rows)
    await post.settled()
    assert telegram.arrived == [(BORIS, "1")]


async def test_call_under_way_during_an_erasure_leaves_nothing_in_the_chats(post: Post, telegram: Telegram) -> None:
    release = asyncio.Event()

    async def slowly(exchange: Exchange) -> None:
        await release.wait()
        await telegram.accept(exchange)

    amina = await post.welcome(AMINA)
    talk = await post.hand_over(amina, ADVISER_CHAT_ID)
    telegram.script = [slowly] * 2
    await post.queue(say(amina, "1"), opening(talk, ADVISER_CHAT_ID), tell(talk, ADVISER_CHAT_ID, "carte"))
    await until(lambda: len(telegram.calls) == 2)
    await post.store.erase(amina, recalled_since=NOW)
    release.set()
    await post.settled()
    assert telegram.arrived == [(AMINA, "1")]
    assert sorted(method for method, _ in telegram.deleted) == ["deleteForumTopic", "deleteMessage"]
    assert sorted(number for _, number in telegram.deleted) == [101, 102]


async def test_g14_stop_finishes_what_is_under_way_and_keeps_the_rest(telegram: Telegram, tmp_path: Path) -> None:
    release = asyncio.Event()

    async def slowly(exchange: Exchange) -> None:
        await release.wait()
        await telegram.accept(exchange)

    async with OddServer(telegram.reply) as server:
        post = await open_post(tmp_path, TOKEN, server.url)
        await post.sender.start()
        people = [await post.welcome(number) for number in range(1, 31)]
        telegram.script = [slowly] * 30
        for person in people:
            await post.queue(say(person, "1"), say(person, "2"))
        await until(lambda: len(telegram.calls) == 30)
        stopping = asyncio.create_task(post.sender.stop())
        await asyncio.sleep(0.01)
        release.set()
        await stopping
        assert [text for _, text in telegram.arrived] == ["1"] * 30
        assert await post.store.interrupted() == []
        assert len(await post.store.take_outbox()) == 30
        assert post.news.told == []
        await close_post(post)


class Flaky:
    """A store whose marks fail now and then, as on a full disk: nothing is written then."""

    def __init__(self, store: KeptStore, chance: random.Random, share: float) -> None:
        self._store = store
        self._chance = chance
        self._share = share

    def __getattr__(self, name: str) -> Any:
        act: Callable[..., Awaitable[Any]] = getattr(self._store, name)
        if not name.startswith("mark_"):
            return act

        async def sometimes(*args: Any, **named: Any) -> Any:
            if self._chance.random() < self._share:
                raise StoreError("disk full")
            return await act(*args, **named)

        return sometimes


async def test_g01_marks_that_fail_are_made_again_before_anything_else(telegram: Telegram, tmp_path: Path) -> None:
    async with OddServer(telegram.reply) as server:
        post = await open_post(tmp_path, TOKEN, server.url)
        post.sender = post.new_sender(Flaky(post.store, random.Random(1), 0.5))
        await post.sender.start()
        amina = await post.welcome(AMINA)
        await post.queue(*(say(amina, str(number)) for number in range(8)))
        await post.settled()
        await close_post(post)
    assert [text for _, text in telegram.arrived] == list("01234567")


async def test_long_backlog_of_one_lane_is_not_held_in_memory(post: Post, telegram: Telegram) -> None:
    amina = await post.welcome(AMINA)
    for start in range(0, 260, 20):
        await post.queue(*(say(amina, str(number)) for number in range(start, start + 20)))
    await post.settled()
    await until(lambda: len(telegram.arrived) == 260)
    assert [text for _, text in telegram.arrived] == [str(number) for number in range(260)]


# --- the network nemesis (R2, R5)


@pytest.fixture
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with await start_sandbox(limits=Limits.off(), is_strict_poll=False) as one:
        yield one
        assert one.api.violations == []


async def begun(post: Post, sandbox: RunningSandbox, account: int) -> Any:
    """A newcomer who pressed START, so that the bot may write."""
    doings.say(sandbox.world, sandbox.world.people[account], "/start")
    return await post.welcome(AccountId(account))


def texts_of(sandbox: RunningSandbox, chat: int) -> list[str]:
    """What the bot said in a chat, oldest first."""
    messages = sandbox.world.chats[chat].messages.values()
    return [message["text"] for message in messages if message["from"]["is_bot"] and "text" in message]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_r5_nemesis_loses_nothing_unflagged_repeats_at_most_once_and_keeps_order(
    tmp_path: Path, sandbox: RunningSandbox, seed: int
) -> None:
    post = await open_post(tmp_path, sandbox.token, sandbox.api_url, read_timeout_s=0.05)
    await post.sender.start()
    chance = random.Random(seed)
    rates = {fault: 0.3 / len(Fault) for fault in Fault}
    sandbox.api.faults.play(FaultScript(seed=seed, rates=rates, silence_s=1.0, retry_after_s=2))
    people = [sandbox.world.invent(language_code="fr").id for _ in range(25)]
    newcomers = {account: await begun(post, sandbox, account) for account in people}
    rows: dict[int, tuple[int, str, bool]] = {}
    for number in range(8):
        for account in people:
            vital = chance.random() < 0.3
            [row] = await post.queue(say(newcomers[account], f"mot {number}", vital=vital))
            rows[row.id] = (account, f"mot {number}", vital)
        await asyncio.sleep(0.005)
    await post.settled()
    flagged = set(post.news.of("uncertain"))
    assert {kind for kind, _ in post.news.told} <= {"uncertain"}

    seen: defaultdict[int, list[str]] = defaultdict(list)
    for account in people:
        seen[account] = texts_of(sandbox, account)
    for ident, (account, text, vital) in rows.items():
        plain, marked = seen[account].count(text), seen[account].count(REPEAT_MARK + text)
        assert plain <= 1 and marked <= (1 if vital else 0)
        assert plain + marked >= 1 or ident in flagged, (text, seen[account])
    for account in people:
        firsts = list(dict.fromkeys(text.removeprefix(REPEAT_MARK) for text in seen[account]))
        assert firsts == sorted(firsts)
    sandbox.api.faults.play(None)
    await close_post(post)


# --- long texts: each part is a message of its own (B13)

LONG = "\n\n".join(letter * 4000 for letter in "ABC")


def heads(telegram: Telegram) -> list[str]:
    """How the messages that arrived begin."""
    return [text[:3] for _, text in telegram.arrived]


async def test_b13_parts_come_in_order_with_the_buttons_last(tmp_path: Path, sandbox: RunningSandbox) -> None:
    post = await open_post(tmp_path, sandbox.token, sandbox.api_url)
    await post.sender.start()
    person = sandbox.world.invent(language_code="fr")
    newcomer = await begun(post, sandbox, person.id)
    link = RenderedButton(text="Carte", url="https://example.org")
    text = "\n\n".join(f"{number} " + "mot " * 300 for number in range(8))
    rendered = Rendered(text=text, bold=((0, 1),), buttons=((link,),))
    await post.queue(Delivery(verb=Verb.SEND, newcomer=newcomer, rendered=rendered))
    await post.settled()
    parts = [one for one in sandbox.world.chats[person.id].messages.values() if one["from"]["is_bot"]]
    assert " ".join(part["text"] for part in parts).split() == text.split()
    assert [part.get("reply_markup") is not None for part in parts] == [False, False, True]
    assert [len(part.get("entities", ())) for part in parts] == [1, 0, 0]
    assert await spoken(post.store, newcomer, NOW) == [part["message_id"] for part in parts]
    await close_post(post)


async def test_b13_doubtful_part_is_told_of_and_not_sent_again(post: Post, telegram: Telegram) -> None:
    amina = await post.welcome(AMINA)
    telegram.script = [telegram.accept_and_reset, saying(429, "Too Many Requests: retry after 1", retry_after=1)]
    doubtful, *_ = await post.queue(say(amina, LONG))
    await post.settled()
    assert heads(telegram) == ["AAA", "BBB", "CCC"]
    assert post.news.told == [("uncertain", doubtful.id)]


async def test_b13_doubtful_part_of_a_vital_text_is_marked_when_it_is_repeated(post: Post, telegram: Telegram) -> None:
    amina = await post.welcome(AMINA)
    telegram.script = [telegram.accept, telegram.accept_and_reset]
    await post.queue(say(amina, LONG, vital=True))
    await post.settled()
    assert heads(telegram) == ["AAA", "BBB", f"{REPEAT_MARK}B", "CCC"]
    assert post.news.told == []


async def test_b13_refused_part_drops_no_other(post: Post, telegram: Telegram) -> None:
    amina = await post.welcome(AMINA)
    telegram.script = [telegram.accept, saying(400, "Bad Request: ENTITY_BOUNDS_INVALID")]
    _, refused, _ = await post.queue(say(amina, LONG))
    await post.settled()
    assert heads(telegram) == ["AAA", "CCC"]
    assert post.news.told == [("refused", refused.id)]


async def test_b13_parts_that_a_kill_cut_apart_are_not_sent_again(telegram: Telegram, tmp_path: Path) -> None:
    async with OddServer(telegram.reply) as server:
        dead = await open_post(tmp_path, TOKEN, server.url)
        amina = await dead.welcome(AMINA)
        first, *_ = await dead.queue(say(amina, LONG, vital=True), offered=False)
        await dead.store.mark_sending([first.id])
        await dead.store.mark_sent(first, await dead.messenger.deliver(first), at=NOW)
        await dead.messenger.close()
        await dead.store.close()

        post = await open_post(tmp_path, TOKEN, server.url)
        await post.sender.start()
        await post.settled()
        await close_post(post)
    assert heads(telegram) == ["AAA", "BBB", "CCC"]


async def test_b04_parts_keep_the_pace_of_their_chat(telegram: Telegram, tmp_path: Path) -> None:
    async with running(telegram, tmp_path, pace=Pace(chat_per_s=1 / 200, chat_burst=1, global_per_s=0)) as post:
        amina = await post.welcome(AMINA)
        await post.queue(say(amina, LONG))
        await post.settled()
        at = [when for _, _, when in telegram.calls]
        assert at[1] - at[0] >= 100 and at[2] - at[1] >= 100


async def test_b11_change_that_was_sent_anew_is_known_for_deletion(post: Post, telegram: Telegram) -> None:
    amina = await post.welcome(AMINA)
    telegram.script = [saying(400, "Bad Request: message to edit not found")]
    change = Delivery(verb=Verb.EDIT, newcomer=amina, message_id=7, rendered=Rendered(text="corrigé"))
    await post.queue(change)
    await post.settled()
    assert telegram.arrived == [(AMINA, "corrigé")]
    assert await spoken(post.store, amina, NOW) == [101]


async def test_receipts_reach_the_handoff(post: Post, telegram: Telegram) -> None:
    amina = await post.welcome(AMINA)
    talk = await post.hand_over(amina, ADVISER_CHAT_ID)
    card = tell(talk, ADVISER_CHAT_ID, "carte", is_card=True)
    link = RenderedButton(text="Dossier", url="https://example.org")
    changed = replace(card, verb=Verb.EDIT, rendered=Rendered(text="prise", buttons=((link,),)))
    await post.queue(opening(talk, ADVISER_CHAT_ID), card, changed)
    await post.settled()
    assert [method for method, _, _ in telegram.calls] == ["createForumTopic", "sendMessage", "editMessageText"]
    handoff = await post.store.handoff(talk)
    assert handoff is not None and (handoff.thread, handoff.card_message) == (101, 102)
    assert post.news.told == [("sent", Verb.OPEN_TOPIC), ("sent", Verb.SEND), ("sent", Verb.EDIT)]
