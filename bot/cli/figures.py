"""`guichet figures` and `guichet review`: what many did, answered or said, with nobody behind it."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta

from bot.cli.premises import Premises, needed_flow
from bot.directory.words import read_words
from bot.errors import SettingsError
from bot.flow.graph import Ask
from bot.services import survey, voices
from bot.store import KeptStore

#: A figure below this is not shown: it might point at somebody (reliability.md, I06).
SMALLEST_FIGURE = 10
#: Words not understood are shown from this many alike on.
ALIKE = 5


def figures(options: argparse.Namespace) -> int:
    """Faceless counts of the last days; or what people answered together, small numbers hidden."""
    if options.what == "third-place":
        return _third_place(options)
    if options.csv or options.svg:
        raise SettingsError("--csv and --svg are of the enquiry: guichet figures third-place --csv FILE --svg FILE")
    if options.what == "voices":
        return _voices()

    async def work(store: KeptStore) -> None:
        totals: dict[tuple[str, str], int] = {}
        for _, figure, label, number in await store.figures(datetime.now(UTC) - timedelta(days=options.days)):
            totals[(figure, label)] = totals.get((figure, label), 0) + number
        for (figure, label), number in sorted(totals.items()):
            print(f"{figure}\t{label}\t{number if number >= SMALLEST_FIGURE else f'<{SMALLEST_FIGURE}'}")
        if not totals:
            print(f"Nothing was counted in the last {options.days} days.")

    Premises().with_store(work)
    return 0


def _third_place(options: argparse.Namespace) -> int:
    """The enquiry about a common place, for the City: printed, as a table, as a picture."""
    premises = Premises()
    flow = needed_flow(premises.book(), "ess.third_place")

    async def work(store: KeptStore) -> None:
        found = survey.questions(flow, await store.submissions(flow.id))
        print("\n".join(survey.as_lines(found)) or f"Moins de {survey.SMALLEST} réponses : rien n’est montré.")
        if options.csv:
            options.csv.write_text(survey.as_csv(found), encoding="utf-8")
        if options.svg:
            options.svg.write_text(survey.as_svg(found, title=flow.title.text), encoding="utf-8")

    premises.with_store(work)
    return 0


def _voices() -> int:
    """What at least five people said alike, by the words that they share; never a sentence of anybody."""
    premises = Premises()
    flow = needed_flow(premises.book(), "voix.say")
    labels = {one.id: one.label.text for step in flow.steps.values() if isinstance(step.act, Ask)
              for one in step.act.choices}  # fmt: skip
    words, _ = read_words(premises.places.flows)

    async def work(store: KeptStore) -> None:
        shown = voices.voices(await store.submissions(flow.id), words.content)
        for voice in shown:
            print(f"{voice.number}\t{labels.get(voice.kind, voice.kind)}\t{' '.join(voice.words)}")
        if not shown:
            print(f"Moins de {voices.ALIKE} avis semblables : rien n’est montré.")

    premises.with_store(work)
    return 0


def review(_: argparse.Namespace) -> int:
    """Words that were not understood, without author or time, from five alike on."""

    async def work(store: KeptStore) -> None:
        shown = [(words, locale, number) for locale, words, number in await store.gaps() if number >= ALIKE]
        for words, locale, number in sorted(shown, key=lambda row: -row[2]):
            print(f"{number}\t{locale}\t{words}")
        if not shown:
            print(f"Nothing was said by {ALIKE} people alike that was not understood.")

    Premises().with_store(work)
    return 0
