"""The examples the model learns from and is measured by: complete, clean, and apart from each other."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.data import Data
from bot.nlu.folding import fold
from bot.nlu.lexicon import SAFETY_INTENTS, Lexicon

NLU = Path(__file__).parents[2] / "nlu"
LOCALES = sorted(path.name for path in (NLU / "data").iterdir() if path.is_dir())
#: Locales with an examination of their own.
EXAMINED = sorted(path.stem for path in (NLU / "exam").glob("*.yml"))
#: Files of sentences that were written on the border of danger, as `adapt.py` has them.
BORDER = ("contrasts", "contrasts2", "pairs")
#: The part of ordinary sentences in which the lexicon may see danger.
LEXICON_ALARMS = 0.005
#: The same of sentences written to sound like danger (those files). It may only shrink.
CONTRAST_ALARMS = 0.02


def read(path: Path) -> Any:
    """Load a YAML file with the C reader where there is one: these are thousands of lines."""
    return yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def register() -> Mapping[str, Mapping[str, str]]:
    loaded: Mapping[str, Mapping[str, Mapping[str, str]]] = read(NLU / "intents.yml")
    return loaded["intents"]


def examples(path: Path) -> Iterator[tuple[str, str]]:
    """Yield intent and utterance of every example of a training file."""
    loaded = read(path)
    assert loaded["version"] == "3.1"
    for entry in loaded["nlu"]:
        lines = entry["examples"].splitlines()
        assert all(line.startswith("- ") for line in lines), entry["intent"]
        yield from ((entry["intent"], line[2:]) for line in lines)


@cache
def contrasts(locale: str) -> tuple[str, ...]:
    """Harmless training examples with words or images of danger in them, alone or beside a danger of like words."""
    paths = [path for name in BORDER if (path := NLU / "data" / locale / f"{name}.yml").exists()]
    return tuple(text for path in paths for intent, text in examples(path) if intent not in SAFETY_INTENTS)


@cache
def trained(locale: str) -> tuple[tuple[str, str], ...]:
    """Intent and utterance of every training example of a locale."""
    return tuple(found for path in sorted((NLU / "data" / locale).glob("*.yml")) for found in examples(path))


@cache
def held_out(locale: str) -> tuple[tuple[str, str], ...]:
    """Intent and utterance of every held-out example of a locale."""
    paths = sorted((NLU / "tests" / locale).glob("*.yml"))
    return tuple(
        (intent, utterance) for path in paths for intent, utterances in read(path).items() for utterance in utterances
    )


@cache
def examined(locale: str) -> tuple[tuple[str, str], ...]:
    """Intent and utterance of all that a locale is examined by; `_harmless` only sounds like danger."""
    paths = [path for name in ("exam", "everyday") if (path := NLU / name / f"{locale}.yml").exists()]
    return tuple(
        (intent, utterance) for path in paths for intent, utterances in read(path).items() for utterance in utterances
    )


@cache
def key(utterance: str) -> str:
    """Two utterances with one key are one utterance to a model."""
    return " ".join(re.findall(r"[\w\u0900-\u0dff]+", fold(utterance))) or utterance


def twice(keys: Iterator[str]) -> list[str]:
    seen: set[str] = set()
    return [one for one in keys if one in seen or seen.add(one)]  # type: ignore[func-returns-value]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_example_names_an_intent_of_the_register(locale: str) -> None:
    assert {intent for intent, _ in trained(locale) + held_out(locale)} - register().keys() == set()


@pytest.mark.parametrize("locale", LOCALES)
def test_every_intent_has_examples_and_held_out_ones(locale: str) -> None:
    assert register().keys() - {intent for intent, _ in trained(locale)} == set()
    assert register().keys() - {intent for intent, _ in held_out(locale)} == set()


@pytest.mark.parametrize("locale", LOCALES)
def test_every_language_has_its_words_of_danger(locale: str, lexicon: Lexicon) -> None:
    counts = [sum(intent == safety for intent, _ in trained(locale)) for safety in SAFETY_INTENTS]
    assert min(counts) >= 15
    assert set(SAFETY_INTENTS) - {intent for intent, _ in held_out(locale)} == set()
    assert locale in lexicon.locales
    assert hard_negatives(locale) != []


@cache
def trained_keys() -> frozenset[str]:
    return frozenset(key(utterance) for locale in LOCALES for _, utterance in trained(locale))


@pytest.mark.parametrize("locale", LOCALES)
def test_no_held_out_utterance_is_trained_on(locale: str) -> None:
    everywhere = trained_keys()
    names = {"greet", "thanks", "goodbye", "affirm", "deny"}  # «ok» and «bye» are the same word in many languages
    asked = held_out(locale) + examined(locale)
    assert [text for intent, text in asked if key(text) in everywhere and intent not in names] == []


@pytest.mark.parametrize("locale", EXAMINED)
def test_every_language_is_examined_in_every_intent(locale: str) -> None:
    assert {intent for intent, _ in examined(locale)} == {*register(), "_harmless"}
    assert all(isinstance(text, str) and text.strip() for _, text in examined(locale))


@pytest.mark.parametrize(
    "path", sorted((NLU / "data").glob("*/*.yml")), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_no_example_stands_twice_in_a_file(path: Path) -> None:
    assert twice(key(text) for _, text in examples(path)) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_no_held_out_utterance_stands_twice(locale: str) -> None:
    assert twice(key(text) for _, text in held_out(locale)) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_no_example_means_two_things(locale: str) -> None:
    meanings: dict[str, set[str]] = {}
    for intent, utterance in trained(locale):
        meanings.setdefault(key(utterance), set()).add(intent)
    assert {text: intents for text, intents in meanings.items() if len(intents) > 1} == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_examples_hold_no_markup(locale: str) -> None:
    """Square and curly brackets are Rasa's entity markup, «${» is a variable of its YAML reader."""
    assert [text for _, text in trained(locale) + held_out(locale) if set(text) & set("[]{}")] == []
    assert [text for _, text in trained(locale) + held_out(locale) if text != text.strip() or not text] == []


@pytest.fixture(scope="session")
def lexicon(data: Data) -> Lexicon:
    return data.lexicon


def hard_negatives(locale: str) -> list[str]:
    loaded: list[str] = read(NLU / "tests" / "hard_negatives" / f"{locale}.yml")
    return loaded


def test_the_lexicon_has_no_issue(lexicon: Lexicon) -> None:
    assert [str(issue) for issue in lexicon.issues] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_the_lexicon_is_silent_where_there_is_no_danger(locale: str, lexicon: Lexicon) -> None:
    assert [text for text in hard_negatives(locale) if lexicon.danger(text) is not None] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_the_lexicon_leaves_ordinary_sentences_alone(locale: str, lexicon: Lexicon) -> None:
    harmless = [text for intent, text in trained(locale) + held_out(locale) if intent not in SAFETY_INTENTS]
    like_danger = set(contrasts(locale))
    for texts, most in (
        ([text for text in harmless if text not in like_danger], LEXICON_ALARMS),
        (contrasts(locale), CONTRAST_ALARMS),
    ):
        alarms = [text for text in texts if lexicon.danger(text) is not None]
        assert len(alarms) <= most * len(texts), alarms


def known_failures(locale: str) -> list[str]:
    """Held-out danger that the lexicon is known to miss: the model must see it. The list may only shrink."""
    loaded: dict[str, dict[str, list[str]]] = read(NLU / "tests" / "_known_failures.yml")
    return loaded["lexicon"].get(locale, [])


@pytest.mark.parametrize("locale", LOCALES)
def test_the_lexicon_finds_danger_without_the_model(locale: str, lexicon: Lexicon) -> None:
    danger = [text for intent, text in held_out(locale) if intent in SAFETY_INTENTS]
    assert [text for text in danger if lexicon.danger(text) is None] == known_failures(locale)
