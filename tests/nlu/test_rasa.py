"""Understanding over HTTP, with a server that goes wrong in every way it can (F01, F02, F06)."""

import asyncio
import socket

import orjson
import pytest

from bot.core.ids import Locale
from bot.core.understanding import Understanding
from bot.nlu.rasa import IN_FLIGHT, TEXT_LENGTH, Outcome, RasaNlu, legible
from tests.nlu import stub_rasa as stub
from tests.nlu.stub_rasa import Behaviour, answers, parse_reply
from tests.patience import PATIENCE_S

INTENTS = frozenset({"see_doctor", "find_job", "greet"})
#: For questions that are never answered.
SHORT_S = 0.5
FR = Locale("fr")


def nlu_at(url: str, *, budget_s: float = PATIENCE_S, **more: object) -> RasaNlu:
    return RasaNlu(url, intents=INTENTS, budget_s=budget_s, **more)  # type: ignore[arg-type]


class Ticks:
    """A monotonic clock moved by hand."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


async def test_proper_reply_is_an_understanding() -> None:
    ranking = [{"name": "find_job", "confidence": 0.1}, {"name": "see_doctor", "confidence": 0.83}]
    entities = [{"entity": "city", "value": "Huy"}, {"entity": "city", "value": "Liège"}]
    reply = parse_reply("see_doctor", 0.83, intent_ranking=ranking, entities=entities)
    async with stub.stub_rasa(answers(reply)) as rasa:
        nlu = nlu_at(rasa.url, token="a b&c")
        assert await nlu.understand("j’ai mal", FR) == Understanding(
            intent="see_doctor",
            confidence=0.83,
            ranking=(("see_doctor", 0.83), ("find_job", 0.1)),
            entities={"city": "Liège"},
        )
        await nlu.close()
    assert [orjson.loads(body) for body in rasa.bodies] == [{"text": "j’ai mal"}]
    assert rasa.requests == ["POST /model/parse?token=a+b%26c HTTP/1.1"]
    assert nlu.counts == {Outcome.UNDERSTOOD: 1}


async def test_reply_with_nothing_but_an_intent_is_enough() -> None:
    async with stub.stub_rasa(answers({"intent": {"name": "greet", "confidence": 1}})) as rasa:
        nlu = nlu_at(rasa.url)
        understanding = await nlu.understand("hoi", FR)
        await nlu.close()
    assert understanding == Understanding(intent="greet", confidence=1.0, ranking=(("greet", 1.0),), entities={})


@pytest.mark.parametrize("name", [None, "", "nlu_fallback"])
async def test_server_that_does_not_know_is_a_proper_answer(name: str | None) -> None:
    async with stub.stub_rasa(answers(parse_reply(name, 0.0))) as rasa:
        nlu = nlu_at(rasa.url)
        understanding = await nlu.understand("qsdf", FR)
        await nlu.close()
    assert understanding == Understanding(intent=None, confidence=0.0, ranking=(), entities={})
    assert not nlu.breaker.is_open


async def test_intents_outside_the_register_are_dropped_from_the_ranking() -> None:
    ranking = [{"name": "see_doctor", "confidence": 0.6}, {"name": "weather", "confidence": 0.3}]
    async with stub.stub_rasa(answers(parse_reply("see_doctor", 0.6, intent_ranking=ranking))) as rasa:
        nlu = nlu_at(rasa.url)
        understanding = await nlu.understand("mal", FR)
        await nlu.close()
    assert understanding is not None
    assert understanding.ranking == (("see_doctor", 0.6),)


DEEP = b'{"intent":' + b"[" * 30_000 + b"]" * 30_000 + b"}"
MISBEHAVIOURS: dict[str, tuple[Behaviour, Outcome]] = {
    "hangs": (stub.hangs, Outcome.TIMEOUT),
    "closes": (stub.closes, Outcome.REFUSED),
    "resets": (stub.resets, Outcome.REFUSED),
    "drips": (stub.drips, Outcome.TIMEOUT),
    "truncates": (stub.truncates, Outcome.REFUSED),
    "not_http": (stub.talks_nonsense, Outcome.REFUSED),
    "floods_headers": (stub.floods_headers, Outcome.REFUSED),
    "ten_megabytes": (stub.ten_megabytes, Outcome.TOO_BIG),
    "gzip_bomb": (stub.gzip_bomb(), Outcome.NOT_JSON),
    "error_500": (answers({"status": "failure"}, status="500 Internal Server Error"), Outcome.BAD_STATUS),
    "unauthorised": (answers({}, status="401 Unauthorized"), Outcome.BAD_STATUS),
    "redirect": (answers(b"", status="307 Temporary Redirect"), Outcome.BAD_STATUS),
    "html": (answers(b"<html>Bad gateway</html>", kind="text/html"), Outcome.NOT_JSON),
    "empty": (answers(b""), Outcome.NOT_JSON),
    "nan": (answers(b'{"intent":{"name":"see_doctor","confidence":NaN}}'), Outcome.NOT_JSON),
    "deep": (answers(DEEP), Outcome.NOT_JSON),
    "a_list": (answers([]), Outcome.BAD_SHAPE),
    "no_intent": (answers({"text": "x"}), Outcome.BAD_SHAPE),
    "name_is_number": (answers(parse_reply(None, 0.5) | {"intent": {"name": 3, "confidence": 0.5}}), Outcome.BAD_SHAPE),
    "ranking_is_text": (answers(parse_reply("greet", 0.5, intent_ranking="greet")), Outcome.BAD_SHAPE),
    "entity_is_object": (
        answers(parse_reply("greet", 0.5, entities=[{"entity": "a", "value": {}}])),
        Outcome.BAD_SHAPE,
    ),
    "confidence_7": (answers(parse_reply("see_doctor", 7)), Outcome.BAD_CONFIDENCE),
    "confidence_negative": (answers(parse_reply("see_doctor", -0.1)), Outcome.BAD_CONFIDENCE),
    "confidence_text": (answers(parse_reply("see_doctor", "0.9")), Outcome.BAD_CONFIDENCE),
    "confidence_true": (answers(parse_reply("see_doctor", True)), Outcome.BAD_CONFIDENCE),
    "confidence_huge": (answers(b'{"intent":{"name":"greet","confidence":1e999}}'), Outcome.NOT_JSON),
    "unknown_intent": (answers(parse_reply("weather", 0.9)), Outcome.UNKNOWN_INTENT),
}


@pytest.mark.parametrize("name", MISBEHAVIOURS)
async def test_f01_misbehaving_server_is_no_understanding(name: str) -> None:
    behaves, outcome = MISBEHAVIOURS[name]
    async with stub.stub_rasa(behaves) as rasa:
        nlu = nlu_at(rasa.url, budget_s=SHORT_S if outcome is Outcome.TIMEOUT else PATIENCE_S)
        assert await nlu.understand("j’ai mal au ventre", FR) is None
        assert nlu.counts == {outcome: 1}
        assert nlu.breaker.failures == 1
        rasa.behaves = answers(parse_reply("see_doctor", 0.9))  # and the next question is answered as if nothing was
        assert await nlu.understand("j’ai mal au ventre", FR) is not None
        await nlu.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_f01_nobody_listening_is_no_understanding() -> None:
    nlu = nlu_at(f"http://127.0.0.1:{free_port()}")
    assert await nlu.understand("bonjour", FR) is None
    assert nlu.counts == {Outcome.REFUSED: 1}
    await nlu.close()


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://127.0.0.1:1", "http://127.0.0.1:99999"])
async def test_f01_address_that_is_none_is_no_understanding(url: str) -> None:
    nlu = nlu_at(url)
    assert await nlu.understand("bonjour", FR) is None
    assert nlu.counts == {Outcome.REFUSED: 1}
    await nlu.close()


async def test_f01_breaker_stops_asking_after_five_failures() -> None:
    async with stub.stub_rasa(answers({}, status="500 Oops")) as rasa:
        nlu = nlu_at(rasa.url, monotonic=Ticks())
        for _ in range(20):
            assert await nlu.understand("bonjour", FR) is None
        assert len(rasa.bodies) == 5
        assert nlu.counts == {Outcome.BAD_STATUS: 5, Outcome.BREAKER_OPEN: 15}
        assert not nlu.is_answering
        await nlu.close()


async def test_f02_service_that_comes_back_is_used_within_thirty_seconds() -> None:
    ticks = Ticks()
    port = free_port()
    nlu = nlu_at(f"http://127.0.0.1:{port}", monotonic=ticks)
    for _ in range(600):  # ten minutes away, a question a second
        assert await nlu.understand("bonjour", FR) is None
        ticks.now_s += 1
    came_back_at_s = ticks.now_s
    async with stub.stub_rasa(answers(parse_reply("greet", 0.9)), port):
        while await nlu.understand("bonjour", FR) is None:
            ticks.now_s += 1
        assert ticks.now_s - came_back_at_s <= 30
        assert nlu.is_answering
        await nlu.close()


async def test_f02_one_probe_at_a_time_while_the_breaker_is_open() -> None:
    ticks = Ticks()
    async with stub.stub_rasa(answers({}, status="500 Oops")) as rasa:
        nlu = nlu_at(rasa.url, budget_s=SHORT_S, monotonic=ticks)
        for _ in range(5):
            await nlu.understand("bonjour", FR)
        ticks.now_s += 60
        rasa.behaves = stub.hangs
        await asyncio.gather(*(nlu.understand("bonjour", FR) for _ in range(50)))
        assert len(rasa.bodies) == 6
        await nlu.close()


async def test_crowd_is_not_mistaken_for_a_service_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = asyncio.Semaphore(0)

    async def answers_when_let(writer: asyncio.StreamWriter, body: bytes) -> None:
        await gate.acquire()
        await answers(parse_reply("greet", 0.9))(writer, body)

    loop = asyncio.get_running_loop()
    async with stub.stub_rasa(answers_when_let) as rasa:
        nlu = RasaNlu(rasa.url, intents=INTENTS, budget_s=3600)
        crowd = [asyncio.create_task(nlu.understand("bonjour", FR)) for _ in range(30)]
        for _ in range(IN_FLIGHT):
            gate.release()
        await rasa.asked(2 * IN_FLIGHT)  # four were answered, four hang, all others wait for a place
        in_two_hours = loop.time() + 7200
        monkeypatch.setattr(loop, "time", lambda: in_two_hours)
        heard = await asyncio.gather(*crowd)
        monkeypatch.undo()
        assert len([one for one in heard if one]) == IN_FLIGHT
        assert nlu.counts == {
            Outcome.UNDERSTOOD: IN_FLIGHT,
            Outcome.TIMEOUT: IN_FLIGHT,
            Outcome.CROWDED: 30 - 2 * IN_FLIGHT,
        }
        assert nlu.is_answering
        rasa.behaves = answers(parse_reply("greet", 0.9))
        assert await nlu.understand("bonjour", FR)
        await nlu.close()


async def test_connection_is_kept() -> None:
    async with stub.stub_rasa(answers(parse_reply("greet", 0.9))) as rasa:
        nlu = nlu_at(rasa.url)
        for _ in range(10):
            assert await nlu.understand("bonjour", FR)
        await nlu.close()
    assert rasa.connections == 1


async def test_cancelled_question_leaves_the_breaker_able_to_probe() -> None:
    ticks = Ticks()
    async with stub.stub_rasa(answers({}, status="500 Oops")) as rasa:
        nlu = nlu_at(rasa.url, monotonic=ticks)
        for _ in range(5):
            await nlu.understand("bonjour", FR)
        ticks.now_s += 60
        rasa.behaves = stub.hangs
        probe = asyncio.create_task(nlu.understand("bonjour", FR))
        await rasa.asked(6)
        probe.cancel()
        await asyncio.gather(probe, return_exceptions=True)
        rasa.behaves = answers(parse_reply("greet", 0.9))
        assert await nlu.understand("bonjour", FR)
        await nlu.close()


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("  bon\u200bjour \n\t à  tous ", "bonjour à tous"),
        ("می\u200cخواهم", "می خواهم"),
        ("a" * 4096, "a" * TEXT_LENGTH),
        ("/emergency{}", "emergency{}"),
        (" / /greet", "greet"),
        ("\u202eevil\u2066 text\u0000", "evil text"),
        ("\u200b\u200c\u2060\ufeff ", ""),
        ("lone \ud83d surrogate", "lone surrogate"),
        ("🆘 ሓገዝ Помощь مساعدة", "🆘 ሓገዝ Помощь مساعدة"),
    ],
)
async def test_f06_text_is_bounded_and_legible(said: str, asked: str) -> None:
    assert legible(said) == asked


async def test_f06_nothing_legible_is_not_sent() -> None:
    async with stub.stub_rasa(answers(parse_reply("greet", 0.9))) as rasa:
        nlu = nlu_at(rasa.url)
        assert await nlu.understand("\u200b \u2060", FR) is None
        await nlu.close()
    assert rasa.bodies == []
    assert nlu.counts == {Outcome.NOTHING_TO_READ: 1}
