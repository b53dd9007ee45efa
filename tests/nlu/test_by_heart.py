from pathlib import Path

import pytest

from bot.nlu.by_heart import ByHeart

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def known() -> ByHeart:
    return ByHeart.load(ROOT / "nlu")


@pytest.mark.parametrize(
    ("locale", "text", "intent"),
    [
        ("fr", "Bonjour !", "greet"),
        ("fr", "bonjour monsieur", "greet"),
        ("fr", "salut", "greet"),
        ("ar", "السلام عليكم", "greet"),
        ("fr", "السلام عليكم", "greet"),
        ("fr", "Hello", "greet"),
        ("en", "thank you", "thanks"),
        ("uk", "дякую", "thanks"),
        ("fr", "Merci. Au revoir.", "thanks"),
        ("en", "bye", "goodbye"),
        ("fr", "bonjour, merci beaucoup", "greet"),
        ("en", "i want to talk to someone", "talk_to_human"),
        ("fr", "bonjour je cherche un lit", None),
        ("fr", "madame", None),
        ("fr", "oui", None),
        ("fr", "", None),
        ("fr", "!", None),
        ("xx", "bonjour", "greet"),
    ],
)
def test_very_words_are_known_without_the_model(known: ByHeart, locale: str, text: str, intent: str | None) -> None:
    assert known.intent(text, locale) == intent


def test_word_that_languages_do_not_agree_on_is_known_at_home_only() -> None:
    known = ByHeart({"fr": {"ola": "greet"}, "sq": {"ola": "goodbye"}})
    assert [known.intent("ola", locale) for locale in ("fr", "sq", "tr")] == ["greet", "goodbye", None]


def test_a_long_row_is_no_courtesy(known: ByHeart) -> None:
    assert known.intent("bonjour " * 500, "fr") is None


def test_broken_files_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "data" / "fr").mkdir(parents=True)
    (tmp_path / "data" / "fr" / "guichet.yml").write_text("nlu: [", encoding="utf-8")
    (tmp_path / "components").mkdir()
    (tmp_path / "components" / "courtesies.yml").write_text("fr: [coucou]", encoding="utf-8")
    assert [ByHeart.load(tmp_path).intent(text, "fr") for text in ("coucou", "merci")] == ["greet", None]
