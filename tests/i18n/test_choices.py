import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n.choices import choice_meant, key_of_words, label_meant, slips
from bot.nlu.folding import fold

WHO = [["Pour moi"], ["Une femme"], ["Une famille avec enfants", "enfants", "bébé"], ["Je préfère ne pas dire"]]
AGES = [["Moins de 18 ans"], ["18 à 64 ans"], ["65 ans et plus"]]


def meant(text: str, labels: list[list[str]] = WHO, number: int | None = None) -> int | None:
    return choice_meant(text, labels, number=number, fold=fold)


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("Pour moi", 0),
        ("POUR MOI !!", 0),
        ("une famille", 2),
        ("famille", 2),
        ("Bebe", 2),
        ("ne pas dire", 3),
        ("je prefere", 3),
        ("une fame", 1),
        ("famile", 2),
        ("femme", 1),
        ("une", None),
        ("je", None),
        ("fe", None),
        ("un logement", None),
        ("", None),
        ("🙂", None),
    ],
)
def test_words_mean_the_one_choice_they_fit(text: str, index: int | None) -> None:
    assert meant(text) == index


@pytest.mark.parametrize(
    ("text", "number", "index"),
    [("2", 2, 1), ("٢", 2, 1), ("n° 4", 4, 3), ("deux", 2, 1), ("5", 5, None), ("0", 0, None), ("2 enfants", 2, None)],
)
def test_number_is_the_place_on_the_screen(text: str, number: int, index: int | None) -> None:
    assert meant(text, number=number) == index


@pytest.mark.parametrize(("text", "number", "index"), [("65", 65, 2), ("18", 18, None), ("2", 2, 1), ("65 ans", 65, 2)])
def test_number_that_stands_in_a_label_means_that_label(text: str, number: int, index: int | None) -> None:
    assert meant(text, AGES, number) == index


def test_number_in_passing_leaves_numbers_their_place() -> None:
    labels = [["Une crèche"], ["Une garde"], ["L'enfant a plus de 2 ans et demi"]]
    assert [meant(text, labels, number) for text, number in (("2", 2), ("3", 3), ("deux", 2))] == [1, 2, 1]


def test_two_choices_that_read_the_same_are_no_answer() -> None:
    assert meant("oui", [["Oui"], ["oui !"]]) is None


@pytest.mark.parametrize(
    ("text", "index"),
    [("✅ POUR MOI !!", 0), ("bebe", 2), ("famille", None), ("1", None), ("une fame", None), ("", None)],
)
def test_only_a_whole_label_or_word_names_a_choice(text: str, index: int | None) -> None:
    assert label_meant(text, WHO, fold=fold) == index


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=6), st.data())
def test_whole_label_always_means_its_choice(labels: list[str], data: st.DataObject) -> None:
    keys = [key_of_words(label, fold) for label in labels]
    index = data.draw(st.sampled_from(range(len(labels))))
    if keys[index] and keys.count(keys[index]) == 1:
        assert meant(labels[index], [[label] for label in labels]) == index


@given(st.text(max_size=10), st.text(max_size=10))
def test_slips_are_counted_alike_both_ways(one: str, other: str) -> None:
    assert slips(one, other, 3) == slips(other, one, 3)
    assert (slips(one, other, 3) == 0) == (one == other)


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [("retour", "retuor", 1), ("menu", "menuu", 1), ("stop", "step", 1), ("abcdef", "uvwxyz", 3)],
)
def test_slips(one: str, other: str, count: int) -> None:
    assert slips(one, other, 2) == count
