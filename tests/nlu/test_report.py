"""The figures of the report: right on small cases that can be counted by hand."""

import unicodedata
from collections import Counter
from dataclasses import replace
from itertools import chain
from pathlib import Path
from xml.etree import ElementTree

import pytest

from nlu.report.figures import calibration, confusion
from nlu.report.heldout import HeldOut, examination, hard_negatives, held_out
from nlu.report.page import Run, page
from nlu.report.scores import (
    Answer,
    Score,
    brings_card,
    calibration_error,
    calibration_points,
    percentile,
    score,
    sees_danger,
)
from tests.conftest import ROOT


def answer(meant: str | None, understood: str | None, sure: float = 0.9, danger: str | None = None) -> Answer:
    asked = HeldOut(text="x y z", locale="fr", intent=meant)
    ranking = ((understood, sure),) if understood else ()
    return Answer(asked=asked, intent=understood, confidence=sure, ranking=ranking, danger=danger, took_s=0.01)


def test_every_intent_counts_the_same_in_macro_f1() -> None:
    answers = [answer("greet", "greet")] * 8 + [answer("thanks", "greet"), answer("thanks", "thanks")]
    # greet: 8 of 8, understood 9 times → 16/17; thanks: 1 of 2, understood once → 2/3
    assert score(answers) == Score(count=10, accuracy=0.9, macro_f1=(16 / 17 + 2 / 3) / 2, in_first_three=0.9)


def test_nothing_asked_is_nothing_measured() -> None:
    assert score([]) == Score(count=0, accuracy=0.0, macro_f1=0.0, in_first_three=0.0)
    assert percentile([], 0.5) == 0.0


def test_danger_is_seen_by_either() -> None:
    safety = frozenset({"violence"})
    seen = [
        sees_danger(answer("violence", "violence"), safety),
        sees_danger(answer("violence", "greet", danger="emergency"), safety),
        sees_danger(answer("violence", None), safety),
    ]
    assert seen == [True, True, False]


def test_card_comes_at_once_when_the_dangers_together_are_likely() -> None:
    safety = frozenset({"violence", "emergency"})
    feared = replace(answer("violence", "violence"), ranking=(("violence", 0.3), ("greet", 0.4), ("emergency", 0.2)))
    brought = [
        brings_card(feared, safety, sure_from=0.5),
        brings_card(feared, safety, sure_from=0.55),
        brings_card(replace(feared, intent="greet"), safety, sure_from=0.5),
        brings_card(replace(feared, danger="emergency"), safety, sure_from=0.55),
    ]
    assert brought == [True, False, False, True]


def test_confidence_of_nine_tenths_with_half_right_is_an_error_of_four_tenths() -> None:
    answers = [answer("greet", "greet"), answer("thanks", "greet")]
    points = calibration_points(answers)
    assert points == [(0.9, 0.5, 2)]
    assert calibration_error(points) == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("text", "locale", "style"),
    [
        ("logement", "fr", "1–3 words"),
        ("je cherche un appartement à louer", "fr", "4–8 words"),
        ("mne nuzhen vrach", "ru", "in Latin letters"),
        ("мне нужен врач", "ru", "1–3 words"),
        ("word " * 12, "en", "9–15 words"),
        ("word " * 30, "en", "a story"),
    ],
)
def test_style_is_read_off_the_text(text: str, locale: str, style: str) -> None:
    assert HeldOut(text=text, locale=locale, intent="x").style == style


def test_examination_keeps_what_only_sounds_like_danger_apart(tmp_path: Path) -> None:
    (tmp_path / "nl.yml").write_text("greet:\n- hoi\n- 'ja'\n_harmless:\n- ik lach me dood\n", encoding="utf-8")
    assert examination(tmp_path) == (
        [HeldOut(text=text, locale="nl", intent="greet") for text in ("hoi", "ja")],
        [HeldOut(text="ik lach me dood", locale="nl", intent=None)],
    )


def test_pictures_are_well_formed() -> None:
    ElementTree.fromstring(calibration([(0.2, 0.25, 10), (0.9, 0.91, 100)]))
    ElementTree.fromstring(confusion(Counter({("greet", "greet"): 4, ("greet", "thanks"): 1}), ["greet", "thanks"]))


def test_page_holds_every_figure_to_reach() -> None:
    answers = [answer("greet", "greet"), answer("violence", "violence"), answer("out_of_scope", "out_of_scope")]
    harmless = [answer(None, "greet")]
    run = Run(
        name="ours",
        answers=answers,
        harmless=harmless,
        everyday=[answer("violence", "greet")],
        everyday_harmless=[answer(None, "violence")],
        practice=[answer("violence", "greet"), answer("violence", "violence")],
        practice_harmless=[],
        training_s=60,
        training_examples=3,
        resident_mb=600,
    )
    written = page(run, frozenset({"violence"}), None, {"calibration": "a.svg", "confusion": "b.svg"})
    for line in (
        "| danger found, model and lexicon | 1.000 | 0.000 | 0.500 | 0.98 |",
        "| harmless words taken for danger | 0.000 | 1.000 | 0.000 | ≤ 0.02 |",
    ):
        assert line in written


def test_page_compares_with_the_default_pipeline_language_by_language() -> None:
    right, wrong = answer("greet", "greet"), answer("greet", "thanks")
    french = replace(right, asked=replace(right.asked, locale="fr"))
    dutch, missed = (replace(one, asked=replace(one.asked, locale="nl")) for one in (right, wrong))
    ours = Run(
        name="ours", answers=[french, dutch], harmless=[], everyday=[], everyday_harmless=[], practice=[right],
        practice_harmless=[],
        training_s=60, training_examples=3, resident_mb=600,
    )  # fmt: skip
    theirs = replace(ours, name="theirs", answers=[french, missed])
    written = page(ours, frozenset({"violence"}), theirs, {"calibration": "a.svg", "confusion": "b.svg"})
    assert [line for line in written.splitlines() if line.endswith("0 |") and "+" in line] == [
        "| all but French and English | 1.000 | 0.000 | +100 |",
        "| fr | 1.000 | 1.000 | +0 |",
        "| nl | 1.000 | 0.000 | +100 |",
    ]


#: In these everybody says the same few words.
SET_PHRASES = frozenset({"greet", "goodbye", "thanks", "affirm", "deny"})
#: In a thousand.
SHARES = {"examination": 42, "everyday": 1.1, "practice": 27}
OUTSIDE_SET_PHRASES = {"examination": 8, "everyday": 4, "practice": 27}


def test_hardly_anything_that_is_measured_was_trained_on() -> None:
    """The shares that the page tells; they may only shrink."""
    nlu = ROOT / "nlu"
    lines = [line for path in nlu.glob("data/*/*.yml") for line in path.read_text(encoding="utf-8").splitlines()]
    trained = {_bare(line.strip()[2:]) for line in lines if line.startswith("    - ")}
    assert len(trained) > 100_000
    sets = {
        "examination": [*chain(*examination(nlu / "exam"))],
        "everyday": [*chain(*examination(nlu / "everyday"))],
        "practice": [*held_out(nlu / "tests"), *hard_negatives(nlu / "tests")],
    }
    known = {name: [one for one in asked if _bare(one.text) in trained] for name, asked in sets.items()}
    per_thousand = {name: 1000 * len(known[name]) / len(asked) for name, asked in sets.items()}
    beside = {name: sum(one.intent not in SET_PHRASES for one in found) for name, found in known.items()}
    assert {name: share for name, share in per_thousand.items() if share > SHARES[name]} == {}
    assert {name: count for name, count in beside.items() if count > OUTSIDE_SET_PHRASES[name]} == {}


def _bare(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())
