"""The report as a page: docs/reference/understanding.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.config import NluSettings
from nlu.report.scores import (
    OUT_OF_SCOPE,
    Answer,
    Score,
    brings_card,
    calibration_error,
    calibration_points,
    grouped,
    percentile,
    score,
    sees_danger,
    share_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One model, asked everything."""

    name: str
    #: Of the examination; everything but the first table is about these.
    answers: Sequence[Answer]
    harmless: Sequence[Answer]
    #: Of the set of ordinary days.
    everyday: Sequence[Answer]
    everyday_harmless: Sequence[Answer]
    #: Of the set that choices were made by.
    practice: Sequence[Answer]
    practice_harmless: Sequence[Answer]
    training_s: float
    training_examples: int
    resident_mb: float


#: What issue 3 wants to reach.
LEADING = ("fr", "en", "ar", "nl", "es", "tr", "ru", "uk")
#: From here on the bot believes the model without asking back.
SURE_FROM = NluSettings().sure_from


def page(run: Run, safety: frozenset[str], diet: Run | None, pictures: Mapping[str, str]) -> str:
    """Markdown; `pictures` is name → path relative to the page."""
    parts = [
        "# How well the guichet understands",
        "Written by `make nlu-report`; utterances are asked one by one over HTTP, as the bot asks. The *examination* "
        "(`nlu/exam/`) was written from the register alone by authors who saw neither the training examples nor the "
        "practice set, after everything was chosen; nothing was chosen by it. *Everyday* (`nlu/everyday/`) was "
        "written the same way, at the difficulty of ordinary days instead of hard on purpose; seven of its languages "
        "(fr en ar es fa ru uk) were looked at once, to mend a dozen exceptions of the lexicon. *Practice* "
        "(`nlu/tests/`) was looked at along the way, and the words of danger were widened by it, so its figures "
        "flatter. Nobody trained on any of them; but people greet, thank, agree and refuse in the same few words, so "
        "4 in 100 of the examination and 3 in 100 of practice stand in the training examples word for word (2 and 6 in "
        "1,000 outside those phrases; of everyday 1 in 1,000). All tables but the first are about the examination.",
        _overview(run, safety),
        "## By language\n\n" + _languages(run, safety),
        "## By style\n\n" + _styles(run),
        "## Danger\n\n" + _danger(run, safety),
        "## Out of scope\n\n" + _scope(run),
        "## Confidence\n\n" + _confidence(run, pictures),
        "## Intents that are missed most\n\n" + _worst(run),
        f"![What is taken for what]({pictures['confusion']})",
        "## Cost\n\n" + _cost([run] if diet is None else [run, diet]),
        "## Against Rasa's default pipeline\n\n" + _against(run, diet),
    ]
    return "\n\n".join(parts) + "\n"


def _overview(run: Run, safety: frozenset[str]) -> str:
    measured = _figures(run.answers, run.harmless, safety)
    ordinary = _figures(run.everyday, run.everyday_harmless, safety)
    practised = _figures(run.practice, run.practice_harmless, safety)
    wanted = {
        "macro-F1, mean of fr en ar nl es tr ru uk": "0.90",
        "macro-F1, mean of the other languages": "0.80",
        "danger found, model and lexicon": "0.98",
        "harmless words taken for danger": "≤ 0.02",
        "out of scope recognised": "0.85",
        "questions of ours refused": "≤ 0.03",
        "greetings taken for a need": "0",
        "p50 / p95 of a parse, ms": "20 / 40",
    }
    rows = [(name, measured[name], ordinary[name], practised[name], wanted.get(name, "–")) for name in measured]
    return _table(("figure", "examination", "everyday", "practice", "to reach"), rows)


def _figures(answers: Sequence[Answer], harmless: Sequence[Answer], safety: frozenset[str]) -> dict[str, str]:
    whole = score(answers)
    by_locale = {locale: score(group) for locale, group in grouped(answers, lambda one: one.asked.locale).items()}
    leading = [one.macro_f1 for locale, one in by_locale.items() if locale in LEADING]
    others = [one.macro_f1 for locale, one in by_locale.items() if locale not in LEADING]
    dangers = [one for one in answers if one.asked.intent in safety]
    ours = [one for one in answers if one.asked.intent != OUT_OF_SCOPE]
    beyond = [one for one in answers if one.asked.intent == OUT_OF_SCOPE]
    greetings = [one for one in answers if one.asked.intent == "greet"]
    needs = share_of(greetings, lambda one: one.intent not in ("greet", "thanks", "goodbye", "affirm", OUT_OF_SCOPE))
    times = [one.took_s * 1000 for one in answers]
    return {
        "utterances": str(len(answers)),
        "macro-F1, all utterances": f"{whole.macro_f1:.3f}",
        "macro-F1, mean of fr en ar nl es tr ru uk": _mean(leading),
        "macro-F1, mean of the other languages": _mean(others),
        "right intent among the first three": f"{whole.in_first_three:.3f}",
        "danger found, model and lexicon": f"{share_of(dangers, lambda one: sees_danger(one, safety)):.3f}",
        "danger that brings its card at once": _card(dangers, safety),
        "danger found, lexicon alone": f"{share_of(dangers, lambda one: one.danger is not None):.3f}",
        "harmless words taken for danger": f"{share_of(harmless, lambda one: sees_danger(one, safety)):.3f}",
        "harmless words that bring a card at once": _card(harmless, safety),
        "out of scope recognised": f"{share_of(beyond, lambda one: one.intent == OUT_OF_SCOPE):.3f}",
        "questions of ours refused": f"{share_of(ours, lambda one: one.intent == OUT_OF_SCOPE):.3f}",
        "greetings taken for a need": f"{needs:.3f}",
        "p50 / p95 of a parse, ms": f"{percentile(times, 0.5):.1f} / {percentile(times, 0.95):.1f}",
    }


def _card(answers: Sequence[Answer], safety: frozenset[str]) -> str:
    return f"{share_of(answers, lambda one: brings_card(one, safety, sure_from=SURE_FROM)):.3f}"


def _languages(run: Run, safety: frozenset[str]) -> str:
    rows = []
    harmless = grouped(run.harmless, lambda one: one.asked.locale)
    for locale, group in grouped(run.answers, lambda one: one.asked.locale).items():
        dangers = [one for one in group if one.asked.intent in safety]
        rows.append(
            (
                locale,
                *_score_cells(score(group)),
                f"{share_of(dangers, lambda one: sees_danger(one, safety)):.3f} of {len(dangers)}",
                f"{share_of(harmless.get(locale, []), lambda one: sees_danger(one, safety)):.3f}",
            )
        )
    head = ("language", "utterances", "accuracy", "macro-F1", "in first three", "danger found", "false alarms")
    return _table(head, rows)


def _styles(run: Run) -> str:
    groups = grouped(run.answers, lambda one: one.asked.style)
    rows = [(style, *_score_cells(score(group))) for style, group in groups.items()]
    return _table(("style", "utterances", "accuracy", "macro-F1", "in first three"), rows)


def _danger(run: Run, safety: frozenset[str]) -> str:
    rows = []
    for intent in sorted(safety):
        group = [one for one in run.answers if one.asked.intent == intent]
        rows.append(
            (
                f"`{intent}`",
                str(len(group)),
                f"{share_of(group, lambda one: one.danger is not None):.3f}",
                f"{share_of(group, lambda one: one.intent in safety):.3f}",
                f"{share_of(group, lambda one: sees_danger(one, safety)):.3f}",
            )
        )
    others = [one for one in run.answers if one.asked.intent not in safety]
    note = (
        f"Of {len(others)} utterances without danger, the model takes "
        f"{share_of(others, lambda one: one.intent in safety):.1%} for danger, the lexicon "
        f"{share_of(others, lambda one: one.danger is not None):.1%}."
    )
    table = _table(("danger", "utterances", "lexicon alone", "model alone", "together"), rows)
    return f"{table}\n\n{note}\n\n{_thresholds(run, safety)}"


def _thresholds(run: Run, safety: frozenset[str]) -> str:
    """What a newcomer sees: the card at once, or at least the number to call beside what they may have meant."""
    dangers = [one for one in run.answers if one.asked.intent in safety]
    others = [one for one in run.answers if one.asked.intent not in safety]
    rows = []
    for sure in (0.0, 0.25, 0.4, SURE_FROM):

        def comes(one: Answer, sure: float = sure) -> bool:
            return brings_card(one, safety, sure_from=sure)

        shares = (share_of(group, comes) for group in (dangers, run.harmless, others))
        rows.append((f"{sure:.2f}", *(f"{share:.3f}" for share in shares)))
    head = ("believed from", "danger", "harmless words that sound like it", "other utterances")
    return (
        "The lexicon's words always bring the card. When the model puts danger first, the card comes at once if its"
        f" dangers together reach {SURE_FROM:.2f} (`nlu.sure_from`); else a message names 112 and offers what else may"
        " have been meant. Share of utterances that the lexicon or the model takes for danger, from how sure on:\n\n"
    ) + _table(head, rows)


def _scope(run: Run) -> str:
    beyond = [one for one in run.answers if one.asked.intent == OUT_OF_SCOPE]
    called = [one for one in run.answers if one.intent == OUT_OF_SCOPE]
    recall = share_of(beyond, lambda one: one.intent == OUT_OF_SCOPE)
    precision = share_of(called, lambda one: one.asked.intent == OUT_OF_SCOPE)
    return f"Recall {recall:.3f} over {len(beyond)} utterances, precision {precision:.3f} over {len(called)} refusals."


def _confidence(run: Run, pictures: Mapping[str, str]) -> str:
    points = calibration_points(run.answers)
    rows = [(f"{sure:.2f}", f"{right:.2f}", str(count)) for sure, right, count in points]
    table = _table(("mean confidence", "share right", "utterances"), rows)
    error = f"Expected calibration error: {calibration_error(points):.3f}."
    return f"{error}\n\n![Confidence against truth]({pictures['calibration']})\n\n{table}"


def _worst(run: Run) -> str:
    rows = []
    for intent, group in grouped(run.answers, lambda one: one.asked.intent or "").items():
        taken = [one.intent or "no answer" for one in group if one.intent != intent]
        often = max(set(taken), key=taken.count) if taken else "–"
        rows.append((1 - len(taken) / len(group), (f"`{intent}`", f"{1 - len(taken) / len(group):.2f}", f"`{often}`")))
    return _table(("intent", "found", "most often taken for"), [cells for _, cells in sorted(rows)[:15]])


def _cost(runs: Sequence[Run]) -> str:
    rows = []
    for run in runs:
        times = [one.took_s * 1000 for one in run.answers]
        p50, p95 = percentile(times, 0.5), percentile(times, 0.95)
        train = f"{run.training_s:.0f} s on {run.training_examples} examples"
        rows.append((run.name, train, f"{p50:.1f} ms", f"{p95:.1f} ms", f"{run.resident_mb:.0f} MB"))
    return _table(("pipeline", "training, start-up included", "p50 a parse", "p95 a parse", "resident"), rows)


def _against(run: Run, diet: Run | None) -> str:
    if diet is None:
        return "Not measured in this run; `make nlu-report ARGS=--diet` trains it on the same examples."
    theirs = grouped(diet.answers, lambda one: one.asked.locale)
    scores = {
        locale: (score(group).macro_f1, score(theirs[locale]).macro_f1)
        for locale, group in grouped(run.answers, lambda one: one.asked.locale).items()
    }
    elsewhere = [pair for locale, pair in scores.items() if locale not in ("fr", "en")]
    mean = tuple(sum(column) / len(elsewhere) for column in zip(*elsewhere, strict=True))
    rows = [("all but French and English", *mean), *((locale, *pair) for locale, pair in scores.items())]
    cells = [(name, f"{ours:.3f}", f"{other:.3f}", f"{100 * (ours - other):+.0f}") for name, ours, other in rows]
    return "Macro-F1.\n\n" + _table(("language", run.name, diet.name, "points"), cells)


def _score_cells(one: Score) -> tuple[str, ...]:
    return str(one.count), f"{one.accuracy:.3f}", f"{one.macro_f1:.3f}", f"{one.in_first_three:.3f}"


def _mean(values: Sequence[float]) -> str:
    return f"{sum(values) / len(values):.3f}" if values else "–"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in (head, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])
