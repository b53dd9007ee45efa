"""The door to the NLU and the process behind it (F02, F04, F05, F06, F07), with a small stand-in for Rasa."""

import asyncio
import hashlib
import json
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.core.ids import Locale
from bot.nlu.rasa import RasaNlu
from bot.nlu.service.__main__ import main, shared_settings
from bot.nlu.service.child import ChildGone, Worker
from bot.nlu.service.front import CROWD, Front
from bot.nlu.service.project import Project
from tests.patience import PATIENCE_S

STAND_IN = Path(__file__).with_name("stand_in_worker.py")
GREET = {"name": "greet", "confidence": 0.9}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "nlu"
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
    shutil.copy(STAND_IN, folder / "worker.py")
    return Project(folder=folder)


@asynccontextmanager
async def worker_of(project: Project) -> AsyncIterator[Worker]:
    worker = await Worker.start(project, project.folder / "model.tar.gz", project.folder)
    try:
        yield worker
    finally:
        await worker.stop()


@asynccontextmanager
async def served(front: Front) -> AsyncIterator[str]:
    runner = web.AppRunner(front.app(), access_log=None, handle_signals=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def posted(url: str, text: str) -> tuple[int, object]:
    """Status and entities of the answer to one text."""
    async with aiohttp.ClientSession() as http, http.post(url + "/model/parse", json={"text": text}) as answer:
        return answer.status, (await answer.json()).get("entities")


async def test_bot_is_answered_through_the_front(project: Project) -> None:
    async with worker_of(project) as worker, served(Front("secret", worker=worker)) as url:
        nlu = RasaNlu(url, intents=frozenset({"greet"}), token="secret")
        understanding = await nlu.understand("bonjour", Locale("fr"))
        await nlu.close()
    assert understanding is not None
    assert (understanding.intent, understanding.confidence) == ("greet", 0.9)


async def test_bot_without_the_token_is_not_answered(project: Project) -> None:
    async with worker_of(project) as worker, served(Front("secret", worker=worker)) as url:
        for token in (None, "secre", "Secret", "secret\u00e9"):
            nlu = RasaNlu(url, intents=frozenset({"greet"}), token=token)
            assert await nlu.understand("bonjour", Locale("fr")) is None
            await nlu.close()


def test_address_with_an_impossible_port_ends_the_service_with_one_sentence(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NLU_URL", "http://127.0.0.1:99999")
    assert main(["--folder", str(project.folder), "--state", str(project.folder)]) == 2
    assert capsys.readouterr().out == "nlu: unavailable – NLU_URL ends with a port that is none.\n"


def test_dotenv_tells_the_service_the_address_and_the_token_that_it_tells_the_bot(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("NLU_URL", "NLU_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text(
        "NLU_URL=http://127.0.0.1:99999\nNLU_TOKEN='a b'\nTELEGRAM_BOT_TOKEN=1:a\n", encoding="utf-8"
    )
    assert shared_settings() == {"NLU_URL": "http://127.0.0.1:99999", "NLU_TOKEN": "a b"}
    assert main(["--folder", str(project.folder), "--state", str(tmp_path)]) == 2
    assert capsys.readouterr().out == "nlu: unavailable – NLU_URL ends with a port that is none.\n"
    monkeypatch.setenv("NLU_TOKEN", "from the environment")
    assert shared_settings()["NLU_TOKEN"] == "from the environment"


EXAMPLES = """version: "3.1"
nlu:
- intent: greet
  examples: |
    - salut
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_service_ends_with_whoever_started_it_however_that_one_ended(project: Project) -> None:
    """No signal comes from a parent that was killed, or whose terminal was closed."""
    folder = project.folder
    project.lock.write_text("", encoding="utf-8")
    (folder / ".venv" / "installed").write_text(hashlib.sha256(b"").hexdigest(), encoding="ascii")
    project.config.write_text("language: fr\n", encoding="utf-8")
    (project.data / "fr").mkdir(parents=True)
    (project.data / "fr" / "guichet.yml").write_text(EXAMPLES, encoding="utf-8")
    began: asyncio.Future[asyncio.StreamReader] = asyncio.get_running_loop().create_future()
    async with await asyncio.start_server(lambda reader, _: began.set_result(reader), "127.0.0.1", 0) as witness:
        port = witness.sockets[0].getsockname()[1]
        (folder / "train.py").write_text(
            f"import socket, time\nheld = socket.create_connection(('127.0.0.1', {port}))\ntime.sleep(600)\n",
            encoding="utf-8",
        )
        service = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.nlu.service", "--folder", str(folder), "--state", str(folder),
            "--port", str(free_port()), "--until-stdin-ends", stdin=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert service.stdin is not None
        async with asyncio.timeout(PATIENCE_S):
            training = await began
            service.stdin.close()
            assert await service.wait() == 0
            assert await training.read() == b""


REFUSED = {
    "train": ("POST", "/model/train", {}, 404),
    "replace the model": ("PUT", "/model", {}, 404),
    "unload the model": ("DELETE", "/model", {}, 404),
    "a conversation": ("GET", "/conversations/1/tracker", {}, 404),
    "the domain": ("GET", "/domain", {}, 404),
    "root": ("GET", "/", {}, 404),
    "parse by GET": ("GET", "/model/parse", {}, 405),
    "status by POST": ("POST", "/status", {}, 405),
    "no JSON": ("POST", "/model/parse", {"data": b"text=hello"}, 415),
    "broken JSON": ("POST", "/model/parse", {"data": b"{", "headers": {"Content-Type": "application/json"}}, 400),
    "deep JSON": ("POST", "/model/parse", {"data": b"[" * 8000, "headers": {"Content-Type": "application/json"}}, 400),
    "a list": ("POST", "/model/parse", {"json": []}, 400),
    "no text": ("POST", "/model/parse", {"json": {"message": "x"}}, 400),
    "text is a number": ("POST", "/model/parse", {"json": {"text": 5}}, 400),
    "too long": ("POST", "/model/parse", {"json": {"text": "x" * 9000}}, 413),
    "another host": ("GET", "/status", {"headers": {"Host": "evil.example"}}, 403),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_f07_nothing_but_parse_and_status_is_reachable(name: str, project: Project) -> None:
    verb, path, more, status = REFUSED[name]
    async with (
        worker_of(project) as worker,
        served(Front("secret", worker=worker)) as url,
        aiohttp.ClientSession() as http,
    ):
        async with http.request(verb, url + path, params={"token": "secret"}, **more) as answer:  # type: ignore[arg-type]
            assert answer.status == status
        assert worker.is_alive


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"Host: 127.0.0.1\r\nAuthorization: Bearer \xff\xe9", b"401"),
        (b"Host: \xff[::\r\nAuthorization: Bearer secret", b"403"),
        (b"Host: 127.0.0.1\r\nAuthorization: Bearer secret", b"200"),
    ],
)
async def test_f07_headers_of_no_alphabet_are_refused_like_any_other(line: bytes, status: bytes) -> None:
    async with served(Front("secret")) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]))
        writer.write(b"GET /status HTTP/1.1\r\n" + line + b"\r\nConnection: close\r\n\r\n")
        said = await reader.read()
        writer.close()
    assert said.split(b" ", 2)[1] == status


async def test_f07_service_listens_on_the_loopback_only(project: Project) -> None:
    async with served(Front(None)) as url:
        port = int(url.rsplit(":", 1)[1])
        for address in _other_addresses():
            with pytest.raises(OSError):
                _, writer = await asyncio.open_connection(address, port)
                writer.close()


def _other_addresses() -> list[str]:
    """Addresses of this machine that are not 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # no packet is sent; the kernel only chooses a source address
            own = [probe.getsockname()[0]]
        except OSError:
            own = []
    return [*own, "127.0.0.2"]


async def test_f06_long_text_is_cut_before_the_model_sees_it(project: Project) -> None:
    async with worker_of(project) as worker, served(Front(None, worker=worker)) as url:
        assert await posted(url, "x" * 4096) == (200, [{"entity": "length", "value": 512}])


async def test_f06_crowd_is_turned_away_at_once(project: Project) -> None:
    async with worker_of(project) as worker, served(Front(None, worker=worker)) as url, aiohttp.ClientSession() as http:

        async def status() -> int:
            async with http.post(url + "/model/parse", json={"text": "slow"}) as answer:
                return answer.status

        statuses = await asyncio.gather(*(status() for _ in range(CROWD + 20)), return_exceptions=True)
        assert statuses.count(503) == 20
        assert statuses.count(200) == CROWD


@pytest.mark.parametrize("misbehaviour", ["die", "nonsense", "flood", "other id"])
async def test_f05_worker_that_misbehaves_is_ended(misbehaviour: str, project: Project) -> None:
    async with worker_of(project) as worker:
        with pytest.raises(ChildGone):
            await worker.parse(misbehaviour)
        assert not worker.is_alive
    async with served(Front(None, worker=worker)) as url:
        assert (await posted(url, "bonjour"))[0] == 503


async def test_f05_worker_knows_nothing_of_the_bots_environment(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123:secret")
    monkeypatch.setenv("GUICHET_SECRET_KEY", "secret")
    async with worker_of(project) as worker:
        known = json.loads((await worker.parse("environment"))["intent"]["name"])
    assert "secret" not in json.dumps(known)
    assert known["RASA_TELEMETRY_ENABLED"] == "false"


async def test_caller_who_hangs_up_leaves_no_answer_to_the_next(project: Project) -> None:
    async with worker_of(project) as worker, served(Front(None, worker=worker)) as url, aiohttp.ClientSession() as http:
        with pytest.raises(TimeoutError):
            await http.post(url + "/model/parse", json={"text": "slow"}, timeout=aiohttp.ClientTimeout(total=0.02))
        async with http.post(url + "/model/parse", json={"text": "bonjour"}) as answer:
            assert (await answer.json())["entities"] == [{"entity": "length", "value": 7}]


async def test_status_says_what_is_going_on(project: Project) -> None:
    front = Front(None, state="training (5 s)")
    async with served(front) as url, aiohttp.ClientSession() as http:
        async with http.get(url + "/status") as answer:
            assert await answer.json() == {
                "model_file": None,
                "model_id": None,
                "num_active_training_jobs": 1,
                "ready": False,
                "state": "training (5 s)",
                "sandbox": [],
                "waiting": 0,
            }
        async with http.post(url + "/model/parse", json={"text": "bonjour"}) as answer:
            assert answer.status == 503
