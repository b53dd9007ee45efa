"""`python -m nlu.report [--diet [EPOCHS]]`: train if needed, ask every held-out utterance over HTTP, write the page."""

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import orjson
import yaml
from aiohttp import web
from bot.nlu.lexicon import Lexicon
from bot.nlu.service.child import Worker
from bot.nlu.service.environment import ready_environment
from bot.nlu.service.front import Front
from bot.nlu.service.models import accepted, private_copy, seal_key
from bot.nlu.service.project import Project
from bot.nlu.service.training import LONGEST_S, MEMORY_MB, train
from bot.wire import Wire
from nlu.report.figures import calibration, confusion
from nlu.report.heldout import HeldOut, examination, hard_negatives, held_out
from nlu.report.page import Run, page
from nlu.report.scores import Answer, calibration_points, score

OURS = "ours"
#: Seconds without an answer after which the report is given up.
PATIENCE_S = 60.0
DIET = "Rasa's default (DIET)"
#: Rasa's default pipeline takes its time over this many examples, and more memory than we grant ours.
DIET_MEMORY_MB = 16_000
DIET_LONGEST_S = 12 * 3600.0


def main() -> None:
    """Read the command line and write the page."""
    parser = argparse.ArgumentParser(prog="python -m nlu.report")
    parser.add_argument(
        "--diet",
        type=int,
        nargs="?",
        const=100,
        metavar="EPOCHS",
        help="also train and ask Rasa's default pipeline; an epoch takes minutes: fewer than a hundred may be said",
    )
    parser.add_argument("--page", type=Path, default=Path("docs/reference/understanding.md"))
    parser.add_argument("--state", type=Path, default=Path("var"))
    chosen = parser.parse_args()
    asyncio.run(report(Project(folder=Path("nlu")), chosen.page, chosen.state, diet_epochs=chosen.diet))


async def report(project: Project, to: Path, state: Path, *, diet_epochs: int | None) -> None:
    """Everything, in one run."""
    register = yaml.safe_load((project.folder / "intents.yml").read_text(encoding="utf-8"))["intents"]
    safety = frozenset(name for name, about in register.items() if about["importance"] == "safety")
    await ready_environment(project, _say)
    run = await measured(project, state, OURS)
    diet = await diet_measured(project, state, diet_epochs) if diet_epochs else None
    written(to, run, diet, safety, list(register))
    _say(f"written to {to}; macro-F1 {score(run.answers).macro_f1:.3f} over {len(run.answers)} utterances")


def written(to: Path, run: Run, diet: Run | None, safety: frozenset[str], intents: Sequence[str]) -> None:
    """The page, and its pictures beside it."""
    figures = to.parent / "figures"
    figures.mkdir(parents=True, exist_ok=True)
    pairs = Counter((one.asked.intent or "", one.intent or "out_of_scope") for one in run.answers)
    drawn = {"calibration": calibration(calibration_points(run.answers)), "confusion": confusion(pairs, intents)}
    for name, picture in drawn.items():
        (figures / f"understanding-{name}.svg").write_text(picture, encoding="utf-8")
    to.write_text(
        page(run, safety, diet, {name: f"figures/understanding-{name}.svg" for name in drawn}), encoding="utf-8"
    )


async def diet_measured(project: Project, state: Path, epochs: int) -> Run:
    """Rasa's default pipeline on the same examples, trained for so many epochs."""
    pipeline = yaml.safe_load((project.folder / "diet.yml").read_text(encoding="utf-8"))
    pipeline["pipeline"][-1]["epochs"] = epochs
    shelf = project.folder / "models" / "diet"
    shelf.mkdir(parents=True, exist_ok=True)
    (shelf / "config.yml").write_text(yaml.safe_dump(pipeline), encoding="utf-8")
    plain = replace(project, pipeline="models/diet/config.yml", shelf="models/diet")
    name = f"{DIET}, {epochs} epochs"
    return await measured(plain, state, name, longest_s=DIET_LONGEST_S, memory_mb=DIET_MEMORY_MB)


async def measured(
    project: Project, state: Path, name: str, *, longest_s: float = LONGEST_S, memory_mb: int = MEMORY_MB
) -> Run:
    """Train when needed, serve, ask; memory is what the training may take, megabytes."""
    key, content = seal_key(state), project.content()
    known = (one for one in accepted(project.models, key) if one.content == content)
    record = next(known, None) or await train(project, key, _say, longest_s=longest_s, memory_mb=memory_mb)
    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="guichet-nlu-")))
        model = private_copy(project.models, record, home)
        if model is None:
            raise SystemExit(f"{record.name} is not the model that was trained here")
        _say(f"asking {name}")
        worker = await Worker.start(project, model, home, memory_mb=DIET_MEMORY_MB)
        stack.push_async_callback(worker.stop)
        url = await _served(stack, worker)
        wire = Wire(url, limit=1)
        stack.push_async_callback(wire.close)
        lexicon = Lexicon.load(project.folder / "lexicon")
        meant, harmless = examination(project.folder / "exam")
        everyday, everyday_harmless = examination(project.folder / "everyday")
        return Run(
            name=name,
            answers=await asked(wire, lexicon, meant),
            harmless=await asked(wire, lexicon, harmless),
            everyday=await asked(wire, lexicon, everyday),
            everyday_harmless=await asked(wire, lexicon, everyday_harmless),
            practice=await asked(wire, lexicon, held_out(project.folder / "tests")),
            practice_harmless=await asked(wire, lexicon, hard_negatives(project.folder / "tests")),
            training_s=record.seconds,
            training_examples=_examples(project),
            resident_mb=_resident_mb(worker.pid),
        )


async def _served(stack: AsyncExitStack, worker: Worker) -> str:
    runner = web.AppRunner(Front(None, worker=worker).app(), access_log=None, handle_signals=False)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"


async def asked(wire: Wire, lexicon: Lexicon, texts: Sequence[HeldOut]) -> list[Answer]:
    """One after the other, on one connection, as one person's bot would."""
    answers = []
    for one in texts:
        danger = lexicon.danger(one.text)
        began_s = time.perf_counter()
        body = orjson.dumps({"text": one.text})
        status, told = await wire.ask("POST", "/model/parse", body, "application/json", timeout_s=PATIENCE_S)
        took_s = time.perf_counter() - began_s
        if status != 200:
            raise SystemExit(f"asked for an understanding, the service answers {status}")
        reply = orjson.loads(told)
        top = reply.get("intent") or {}
        answers.append(
            Answer(
                asked=one,
                intent=top.get("name"),
                confidence=float(top.get("confidence") or 0.0),
                ranking=tuple((item["name"], item["confidence"]) for item in reply.get("intent_ranking", [])),
                danger=danger.intent if danger else None,
                took_s=took_s,
            )
        )
    return answers


def _examples(project: Project) -> int:
    return sum(path.read_text(encoding="utf-8").count("\n    - ") for path in project.training_files())


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


def _say(line: str) -> None:
    print(f"nlu-report: {line}", flush=True)


if __name__ == "__main__":
    main()
