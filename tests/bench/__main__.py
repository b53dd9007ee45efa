"""`make bench`: speed, start, memory and crash figures in one run, as one table; kept in docs/reference/performance.md.

`--only speed|crash` narrows; `--kills N` sets how many (2,000); `--soak` makes 10,000. `--write` keeps the table.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.crowd import say, there_and_back
from tests.bench.nlu import stub_nlu
from tests.bench.speed import Speed, cold_start_s, disk_ms, echo, guichet, guichet_env, measure
from tests.journeys.kills import Tally, kill_at_random

PAGE = Path("docs/reference/performance.md")
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
#: A question the stub NLU answers as the real service would.
QUESTION = "je cherche un logement"


async def speeds(folder: Path) -> list[Speed]:
    """A, B and B′, the yardsticks; C and D, the guichet."""
    nlu_url = os.environ.get("NLU_URL")
    async with stub_nlu() as stub:
        return [
            await measure("A · bare echo, library's own transport", echo("own"), say("bonjour"), {}),
            await measure("B · bare echo, the guichet's transport", echo("fast"), say("bonjour"), {}),
            await measure("B′ · bare echo over aiohttp", echo("aiohttp"), say("bonjour"), {}),
            await measure("C · guichet, button turn", guichet(), there_and_back, _env(folder, "c", nlu_url or stub)),
            await measure("D · guichet, free text", guichet(), say(QUESTION), _env(folder, "d", nlu_url or stub)),
        ]


def _env(folder: Path, name: str, nlu_url: str) -> dict[str, str]:
    place = folder / name
    place.mkdir()
    return guichet_env(place, nlu_url=nlu_url)


def speed_lines(found: list[Speed], starts_s: list[float], disk: float) -> Iterator[str]:
    """The table, with what each figure is compared to."""
    a, b, over_aiohttp, c, _ = found
    yield "| | turns/s, 200 people × 10 | one person p50 | p95 | resident |"
    yield "|---|---|---|---|---|"
    for one in found:
        yield (
            f"| {one.name} | {one.burst.turns_per_s:.0f} | {one.lone.p50_ms:.1f} ms |"
            f" {one.lone.percentile_ms(0.95):.1f} ms | {one.resident_mib:.0f} MB |"
        )
    yield ""
    yield f"- C ÷ A in the burst: **{c.burst.turns_per_s / a.burst.turns_per_s:.1f}** (wanted: at least 2)"
    yield f"- p50 of C ÷ p50 of B: **{c.lone.p50_ms / b.lone.p50_ms:.1f}** (wanted: at most 2)"
    yield f"- p50 of C ÷ p50 of B′, the transport of decision 5: **{c.lone.p50_ms / over_aiohttp.lone.p50_ms:.1f}**"
    yield (
        f"- one durable write takes {disk:.2f} ms here, and a turn waits for three of them one after the other: stored"
        " before it is confirmed, committed, noted before it is sent"
    )
    yield f"- resident after the burst, without NLU: **{c.resident_mib:.0f} MB** (wanted: at most 150)"
    best = ", ".join(f"{start:.2f} s" for start in starts_s)
    yield f"- cold start to first answer, empty database, three starts: **{best}** (wanted: at most 2 s)"


def crash_lines(tally: Tally, seconds: float) -> Iterator[str]:
    """What the kills did."""
    yield (
        f"- {tally.kills:,} random `kill -9` during traffic, {tally.written:,} messages, {seconds:.0f} s:"
        f" **{tally.left} turns lost, {len(tally.out_of_order)} out of order,"
        f" {tally.doubled_unflagged} replies doubled and {tally.lost_unflagged} lost without being recorded**"
        f" (wanted: 0 of each). {tally.uncertain} sends were recorded as uncertain and their question shown again;"
        f" {len(tally.unanswered)} of their answers had really not arrived."
    )


async def run(options: argparse.Namespace) -> int:
    """Measure and print; 1 when a wanted figure was not reached in a crash run."""
    lines = [
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {os.cpu_count()} cores, Python {platform.python_version()},"
        f" load {os.getloadavg()[0]:.1f} when it began; all in one run (`make bench`).",
        "",
    ]
    good = True
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if options.only != "crash":
            starts = folder / "starts"
            starts.mkdir()
            warm = [await cold_start_s(_env(starts, str(at), "http://127.0.0.1:9")) for at in range(3)]
            lines += [*speed_lines(await speeds(folder), warm, disk_ms(folder)), ""]
        if options.only != "speed":
            began = time.monotonic()
            place = folder / "kills"
            place.mkdir()
            tally = await kill_at_random(place, 10_000 if options.soak else options.kills, seed=options.seed)
            lines += crash_lines(tally, time.monotonic() - began)
            good = not (tally.left or tally.out_of_order or tally.lost_unflagged or tally.doubled_unflagged)
    table = "\n".join(lines)
    print(table)
    if options.write:
        head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        _, _, tail = rest.partition(END)
        PAGE.write_text(f"{head}{BEGIN}\n{table}\n{END}{tail}", encoding="utf-8")
    return 0 if good else 1


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", choices=("speed", "crash"))
    parser.add_argument("--kills", type=int, default=2_000)
    parser.add_argument("--soak", action="store_true", help="10,000 kills")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", action="store_true", help=f"keep the table in {PAGE}")
    return asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
