"""`guichet talk`: a conversation in the terminal, recorded on request; also writes the branches of flows."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bot.config import environment_with_dotenv, read_settings, settings_file
from bot.core.ids import FlowId, Locale
from bot.data import Data, Places
from bot.errors import SettingsError
from bot.services.branches import Path as Branch
from bot.services.branches import branches, input_of
from bot.services.rehearsal import Rehearsal, Stage
from bot.services.transcript import Input, Transcript, step, told

#: A Monday morning: offices are open.
MORNING = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TRANSCRIPTS = Path("tests/transcripts")


def talk(options: argparse.Namespace) -> int:
    """Talk until the end of the input, or write branches."""
    stage = stage_of(Data(Places(), read_settings(settings_file(environment_with_dotenv()))))
    known = {language.locale for language in stage.catalogues.languages}
    for locale in options.locale.split(",") if options.branches is not None else (options.locale,):
        if locale not in known:
            raise SettingsError(f'No language is called "{locale}". There are: {", ".join(sorted(known))}.')
    if options.branches is not None:
        _write_all(stage, [FlowId(flow) for flow in options.branches], options.locale.split(","))
        return 0
    locale = Locale(options.locale)
    rehearsal = Rehearsal.begin(stage, locale, datetime.now(UTC), welcomed=not options.new)
    lines: list[str] = []
    inputs: list[Input] = []
    began = rehearsal.now
    for text in _typed():
        given = Input(text=text)
        try:
            heard = step(rehearsal, given)
        except (LookupError, ValueError) as exc:
            print(f"  ? {exc}")
            continue
        inputs.append(given)
        shown = told(heard, stage)
        print("\n".join(shown), flush=True)
        lines += [f"> {text}", *shown]
    if options.record:
        kept = Transcript(locale=locale, now=began, inputs=tuple(inputs), lines=tuple(lines), welcomed=not options.new)
        options.record.parent.mkdir(parents=True, exist_ok=True)
        options.record.write_text(kept.shown(), encoding="utf-8")
    return 0


def stage_of(data: Data) -> Stage:
    """The flows, catalogues and directory of the working folder, for a conversation without a channel."""
    guide = data.guide(MORNING.date())
    cards = data.cards()
    keywords = data.keywords(lambda: guide.book)
    return Stage(
        guide=lambda: guide,
        catalogues=data.catalogues,
        cards=lambda: cards,
        danger=data.danger,
        keywords=keywords.understand,
    )


def _write_all(stage: Stage, flows: list[FlowId], locales: list[str]) -> None:
    """Branches of these flows, or of all; then those of flows that are gone go too."""
    known = stage.guide().book.flows
    for flow in flows:
        if flow not in known:
            near = difflib.get_close_matches(flow, known, n=1)
            hint = f' Did you mean "{near[0]}"?' if near else ""
            raise SettingsError(f'No flow is called "{flow}".{hint}')
    for flow in flows or list(known):
        counts = [f"{write_branches(stage, flow, Locale(locale))} {locale}" for locale in locales]
        print(f"{flow}  {', '.join(counts)}")
    for old in TRANSCRIPTS.glob("*/branch-*.talk"):
        if not flows and old.parent.name not in known:
            old.unlink()


def write_branches(stage: Stage, flow: FlowId, locale: Locale, folder: Path = TRANSCRIPTS) -> int:
    """A transcript for every branch of a flow in one language; older ones of this flow and language go."""
    place = folder / flow
    place.mkdir(parents=True, exist_ok=True)
    for old in place.glob(f"*.{locale}.talk"):
        if old.name.startswith("branch-"):
            old.unlink()
    found = branches(flow, Rehearsal.begin(stage.brief(), locale, MORNING))
    for number, branch in enumerate(found, start=1):
        kept = played(stage, flow, branch, locale)
        (place / f"branch-{number:02}.{locale}.talk").write_text(kept.shown(), encoding="utf-8")
    return len(found)


def played(stage: Stage, flow: FlowId, branch: Branch, locale: Locale) -> Transcript:
    """The transcript of one branch, begun as a person would: by the flow's name in a menu or "did you mean"."""
    stage = stage.brief()
    rehearsal = Rehearsal.begin(stage, locale, MORNING)
    given = Input(text=f"(begin {flow})")
    inputs, lines = [given], [f"> {given.text}", *told(step(rehearsal, given), stage)]
    for edge in branch.edges:
        given = input_of(rehearsal, edge)
        inputs.append(given)
        lines += [f"> {given.text}", *told(step(rehearsal, given), stage)]
    return Transcript(locale=locale, now=MORNING, inputs=tuple(inputs), lines=tuple(lines), brief=True)


def _typed() -> Iterator[str]:
    if not sys.stdin.isatty():
        return (line.rstrip("\n") for line in sys.stdin if line.strip())
    return _prompted()


def _prompted() -> Iterator[str]:
    while True:
        try:
            text = input("> ").strip()
        except EOFError:
            return
        if text:
            yield text
