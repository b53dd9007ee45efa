"""Search finds what people mean: the list of realistic queries, filters, and anything a keyboard can type."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.directory.fold import fold
from bot.directory.lookup import Directory
from bot.directory.search import Query, Search
from bot.directory.service import Answer, Cost
from bot.directory.words import Words

#: A Monday in November, ten in the morning in Liège.
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SUNDAY_NIGHT = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
ASKED = yaml.safe_load((Path(__file__).parent / "queries.yml").read_text(encoding="utf-8"))
LATER = yaml.safe_load((Path(__file__).parent / "queries_later.yml").read_text(encoding="utf-8"))


def first_three(search: Search, text: str) -> list[str]:
    return [service.id for service in search.find(Query(text=text, limit=3), MONDAY)]


@pytest.mark.parametrize("asked", [ASKED, LATER], ids=["queries", "queries_later"])
def test_nine_in_ten_queries_have_an_expected_service_in_the_first_three(search: Search, asked: list[dict]) -> None:  # type: ignore[type-arg]
    missed = {
        one["ask"]: first_three(search, one["ask"])
        for one in asked
        if not set(one["find"]) & set(first_three(search, one["ask"]))
    }
    assert len(missed) <= 0.1 * len(asked), missed


def test_the_lists_are_long_enough_and_name_services_that_exist(directory: Directory) -> None:
    assert len(ASKED) >= 60
    assert [name for one in ASKED + LATER for name in one["find"] if not directory.knows(name)] == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ÉCOLE", "ecole"),
        ("cœur", "coeur"),
        ("İşçi", "isci"),
        ("أكل", "اكل"),
        ("مدرسة", "مدرسه"),
        ("فارسی", "فارسي"),
        ("٠١٢۳", "0123"),
        ("९९", "99"),
        ("ё", "е"),
        ("straße", "strasse"),
        ("ﬁn", "fin"),
    ],
)
def test_spellings_of_one_word_meet(written: str, meant: str) -> None:
    assert fold(written) == meant


def test_folding_twice_changes_nothing_more(words: Words) -> None:
    assert [word for word in words.needs if fold(word) != word] == []


def test_danger_comes_first_when_a_text_speaks_of_two_things(search: Search) -> None:
    assert first_three(search, "mon mari me frappe et je cherche un appartement")[0] == "ecoute-violences-conjugales"


def test_without_papers_leaves_out_only_what_a_source_closes(search: Search) -> None:
    found = search.find(Query(without_papers=True, limit=999), MONDAY)
    assert {service.eligibility.without_residence_permit for service in found} == {Answer.YES, Answer.UNKNOWN}
    order = [service.eligibility.without_residence_permit is Answer.YES for service in found]
    assert order == sorted(order, reverse=True)


def test_free_is_free_for_everybody(search: Search) -> None:
    assert {service.cost for service in search.find(Query(free=True, limit=999), MONDAY)} == {Cost.FREE}


def test_open_now_is_only_what_is_surely_open(search: Search) -> None:
    night = {service.id for service in search.find(Query(open_now=True, limit=999), SUNDAY_NIGHT)}
    day = {service.id for service in search.find(Query(open_now=True, limit=999), MONDAY)}
    assert {"urgence-112", "tele-accueil-107", "cpvs-liege"} <= night < day
    assert "sos-viol-0800" in day - night
    assert "ecoute-violences-conjugales" in night  # 107 answers in its place
    assert "accueil-botanique" not in day  # its hours are only known as words


def test_language_takes_speakers_and_interpreters(search: Search) -> None:
    found = {service.id for service in search.find(Query(language="so", limit=999), MONDAY)}
    assert {"univerbal-liege", "tabane"} <= found
    assert "caj-liege" not in found


def test_a_need_orders_by_how_much_the_service_is_about_it(search: Search) -> None:
    found = [service.id for service in search.find(Query(needs=("food",), limit=5), MONDAY)]
    assert found[0] in {"thermos-restaurant", "croix-rouge-liege-colis", "restos-du-coeur-liege"}
    assert all("food" in service.needs for service in search.find(Query(needs=("food",)), MONDAY))


def test_near_comes_first_among_equals(search: Search) -> None:
    longdoz = [service.id for service in search.find(Query(needs=("french",), district="longdoz"), MONDAY)]
    assert longdoz[0] == "mdp-fle-citoyennete"
    chenee = [service.id for service in search.find(Query(needs=("hygiene",), near=(50.611, 5.619)), MONDAY)]
    assert chenee == ["armee-salut-chenee", "cass-saint-laurent"]


def test_unpublished_services_are_never_found(search: Search, directory: Directory) -> None:
    found = {service.id for service in search.find(Query(limit=999), MONDAY)}
    assert found == {service.id for service in directory.published()}
    assert "prevention-suicide-0800" not in found


@pytest.mark.parametrize("text", ['"', "*", "AND", "NEAR(a b)", "a\x00b", "🛏️", "'; drop table services; --", "-" * 500])
def test_what_people_type_is_never_a_command(search: Search, text: str) -> None:
    search.find(Query(text=text), MONDAY)
    assert first_three(search, "cripel")[0] == "cripel"


@settings(max_examples=60)
@given(text=st.text(max_size=80))
def test_any_text_is_answered(search: Search, text: str) -> None:
    assert len(search.find(Query(text=text, limit=3), MONDAY)) <= 3


def test_every_published_service_can_be_found_by_its_name(search: Search, directory: Directory) -> None:
    lost = [
        service.id
        for service in directory.published()
        if service.id not in {found.id for found in search.find(Query(text=service.name, limit=10), MONDAY)}
    ]
    assert lost == []


def test_every_need_has_words_and_a_service(words: Words, directory: Directory) -> None:
    needs = set(directory.vocabulary.words("need"))
    assert {need for some in words.needs.values() for need in some} == needs
    assert needs - {need for service in directory.published() for need in service.needs} == {"childcare"}
