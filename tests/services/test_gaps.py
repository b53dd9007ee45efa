"""What is kept of words that were not understood: only those that are the guichet's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.ids import Locale
from bot.data import Data
from bot.ports import Gap
from bot.services.gaps import masked, noted
from bot.services.parts import Parts
from bot.services.rehearsal import Stage

Knows = Callable[[str, Locale], bool]
FRENCH, ARABIC = Locale("fr"), Locale("ar")
NOTHING = Parts()


@pytest.fixture(scope="module")
def knows(data: Data, stage: Stage) -> Knows:
    return data.vocabulary(lambda: stage.guide().book).knows


def kept(words: str, locale: Locale = FRENCH) -> Parts:
    return Parts(gaps=(Gap(locale=locale, words=words),))


def test_names_do_not_stay_in_small_letters_either(knows: Knows) -> None:
    assert noted("fatou diallo zorglub canarygap", FRENCH, knows) == NOTHING
    assert noted("je m'appelle mohamed", FRENCH, knows) == kept("je m'appelle #")
    assert noted("أين أجد ملابس يا محمد", ARABIC, knows) == kept("أين أجد ملابس # #", ARABIC)


def test_a_name_in_front_does_not_stay(knows: Knows) -> None:
    assert noted("Fatou cherche une crèche", FRENCH, knows) == kept("# cherche une crèche")


def test_words_that_the_guichet_says_itself_stay(knows: Knows) -> None:
    assert noted("L'école, où acheter un abonnement ?", FRENCH, knows) == kept("l'école, où acheter un abonnement ?")


def test_a_name_of_a_street_is_none_of_its_words(knows: Knows) -> None:
    assert not knows("feronstrée", FRENCH)


def test_a_story_is_not_kept(knows: Knows) -> None:
    assert noted("je cherche " * 6, FRENCH, knows) == kept(("je cherche " * 6).strip())
    assert noted("je cherche " * 6 + "une", FRENCH, knows) == NOTHING


def test_numbers_links_and_what_has_a_capital_are_masked() -> None:  # I07
    said = "Appelez Karim au 0470 12.34 ou HTTPS://x.be, a@b.be, rue3bis et peut-être12 non"
    assert masked(said) == "appelez # au # # ou # # # et peut-# non"


def test_a_text_without_end_is_masked_too(knows: Knows) -> None:
    """Each of these took a look at the whole text from every letter."""
    for endless in ("a" * 4096, "1," + "a" * 4094, "@" * 4096, "a" * 4095 + "1"):
        assert noted(endless, FRENCH, knows) == NOTHING
