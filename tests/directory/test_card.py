"""A card: what it tells, in which order, and what it never tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.core.phrases import Phrase, Verbatim
from bot.directory.card import Card, Part, card
from bot.directory.lookup import Directory
from bot.directory.service import Service

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
EVENING = datetime(2026, 11, 27, 18, 30, tzinfo=UTC)
HOLIDAY = datetime(2026, 7, 21, 9, 0, tzinfo=UTC)


def french(phrase: Phrase) -> str:
    """The French text of a phrase with its values, as plainly as possible."""
    count = phrase.values.get("count")
    text = phrase.plural if phrase.plural and isinstance(count, int) and count > 1 else phrase.text
    for name, value in phrase.values.items():
        if isinstance(value, Phrase):
            shown = french(value)
        elif isinstance(value, Verbatim):
            shown = value.text
        else:
            shown = str(value)
        text = text.replace("{" + name + "}", shown)
    return text


def told(directory: Directory, name: str, at: datetime = MONDAY, **wishes: float) -> list[tuple[Part, str]]:
    service = directory.get(name)
    assert service is not None
    return [(line.part, french(line.phrase)) for line in card(service, directory, at, **wishes).lines]


def cards(directory: Directory, at: datetime = MONDAY) -> Iterator[Card]:
    for service in directory.published():
        yield card(service, directory, at)


def test_a_whole_card_reads_in_order(directory: Directory) -> None:
    assert told(directory, "croix-rouge-liege-accueil") == [
        (Part.WHAT, "Café, soupe et tartines l'après-midi, au centre-ville."),
        (Part.FOR_WHOM, "Pour qui : tout le monde, personnes sans logement"),
        (Part.PAPERS, "Avec ou sans papiers"),
        (Part.PRICE, "Gratuit"),
        (Part.OPEN, "Fermé maintenant. Ouvre aujourd'hui à 13:00:00"),
        (Part.HOURS, "Horaires : En 2022, le mardi était réservé aux femmes."),
        (Part.ADDRESS, "Adresse : boulevard de la Sauvenière 84, 4000 Liège"),
        (Part.CHECKED, "Information de 2025"),
        (Part.SOURCE, "Source : qu4tre.be"),
    ]


def test_documents_facts_languages_and_price_are_told(directory: Directory) -> None:
    lines = dict(told(directory, "maison-liegeoise"))
    assert lines[Part.DOCUMENTS] == (
        "À apporter : un document d'identité, la composition de ménage,"
        " l'avertissement-extrait de rôle (impôts), une preuve de revenus"
    )
    assert dict(told(directory, "caj-liege"))[Part.DOCUMENTS] == "Rien à apporter"
    assert dict(told(directory, "duo-for-a-job-liege"))[Part.LANGUAGES] == "Langues : fr, nl, en"
    assert dict(told(directory, "tabane"))[Part.LANGUAGES] == "Avec des interprètes"
    amounts = [text for part, text in told(directory, "redevance-oe") if part is Part.FACT]
    assert amounts[0] == "Redevance pour le regroupement familial : 206 € (2024) (À vérifier)"


def test_a_deadline_always_says_to_read_the_letter(directory: Directory) -> None:
    facts = [text for part, text in told(directory, "cpas-liege") if part is Part.FACT]
    assert facts == [
        "Décision du CPAS, au plus tard après : 30 jours (À vérifier)",
        "Recours au tribunal du travail contre le CPAS : 3 mois (À vérifier)",
        "La date juste est celle de votre lettre.",
    ]


@pytest.mark.parametrize(
    ("name", "at", "said"),
    [
        ("urgence-112", HOLIDAY, "Ouvert jour et nuit"),
        ("ecoute-violences-conjugales", MONDAY, "Ouvert maintenant, jusqu'à 19:00:00"),
        ("sos-viol-0800", EVENING, "Fermé maintenant. Ouvre 2026-11-30 à 09:30:00"),
        ("sos-viol-0800", HOLIDAY, "Jour férié : c'est sans doute fermé. Ouvre 2026-07-22 à 09:30:00"),
        ("croix-rouge-liege-accueil", EVENING, "Fermé maintenant. Ouvre demain à 13:00:00"),
    ],
)
def test_open_or_closed_is_told_with_the_next_opening(directory: Directory, name: str, at: datetime, said: str) -> None:
    assert dict(told(directory, name, at))[Part.OPEN] == said


@pytest.mark.parametrize("at", [EVENING, datetime(2026, 11, 29, 11, 0, tzinfo=UTC), HOLIDAY])
def test_a_line_that_another_answers_is_never_said_to_be_closed(directory: Directory, at: datetime) -> None:
    """0800 30 030 is passed on to 107 at night, at weekends and on holidays (wal.autonomia.org, 2021)."""
    service = directory.by_id["ecoute-violences-conjugales"]
    assert dict(told(directory, service.id, at))[Part.OPEN] == "Maintenant, le 107 répond"
    assert [(line.part, french(line.phrase)) for line in card(service, directory, at).short] == [
        (Part.ALERT, "Ce n'est pas une ligne d'urgence. En danger maintenant : 112 ou 101."),
        (Part.OPEN, "Maintenant, le 107 répond"),
        (Part.PHONE, "0800 30 030"),
    ]


def test_unknown_hours_are_said_to_be_unknown(directory: Directory) -> None:
    lines = dict(told(directory, "caj-liege"))
    assert lines[Part.HOURS] == "Horaires inconnus : demandez avant d'y aller."
    assert Part.OPEN not in lines


def test_a_service_that_is_closed_for_now_says_so_and_no_hours(directory: Directory) -> None:
    service = directory.by_id["croix-rouge-liege-accueil"]
    closed = card(replace(service, temporarily_closed="travaux jusqu'en mars"), directory, MONDAY)
    lines = {line.part: french(line.phrase) for line in closed.lines}
    assert lines[Part.ALERT] == "Fermé pour le moment : travaux jusqu'en mars"
    assert Part.OPEN not in lines


def test_an_old_entry_warns_and_a_checked_one_does_not(directory: Directory) -> None:
    service = directory.by_id["dus-cpas-liege"]
    old = {line.part: french(line.phrase) for line in card(service, directory, MONDAY).lines}
    assert old[Part.CHECKED] == "Information de 2019"
    assert old[Part.STALE] == "Information ancienne : à vérifier"
    checked = card(replace(service, assured_date=date(2026, 10, 1)), directory, MONDAY)
    assert not checked.is_stale
    assert "Vérifié le 2026-10-01" in [french(line.phrase) for line in checked.lines]


def test_a_figure_past_its_date_says_so_on_a_card_that_is_not(directory: Directory) -> None:
    fresh = replace(directory.by_id["cpas-liege"], assured_date=date(2025, 1, 10))

    def figure(at: datetime) -> str:
        return next(french(line.phrase) for line in card(fresh, directory, at).lines if line.part is Part.FACT)

    # The page that tells of the 30 days is of October 2024.
    assert figure(datetime(2025, 9, 1, tzinfo=UTC)) == "Décision du CPAS, au plus tard après : 30 jours"
    assert figure(datetime(2025, 11, 1, tzinfo=UTC)).endswith("30 jours (À vérifier)")


def test_an_emergency_number_does_not_grow_stale_in_a_year(directory: Directory) -> None:
    for name in ("urgence-112", "police-101", "tele-accueil-107", "ecoute-violences-conjugales", "stop-traite-078"):
        assert not directory.by_id[name].is_stale(MONDAY.date()), name


def test_numbers_are_written_as_people_read_them_and_can_be_pressed(directory: Directory) -> None:
    phones = {
        line.phrase.values["number"]: line.url
        for line in card(directory.by_id["cripel"], directory, MONDAY).lines
        if line.part is Part.PHONE
    }
    assert phones == {Verbatim(text="04 220 01 20"): "tel:+3242200120"}


def test_distance_is_about_and_never_for_a_secret_place(directory: Directory) -> None:
    assert dict(told(directory, "cripel", distance_km=2.4))[Part.DISTANCE] == "À environ 2 km"
    assert dict(told(directory, "cripel", distance_km=0.4))[Part.DISTANCE] == "À moins de 1 km"
    assert Part.DISTANCE not in dict(told(directory, "cvfe-liege", distance_km=2.4))


def test_a_secret_place_has_no_address_and_no_map(directory: Directory) -> None:
    lines = told(directory, "cvfe-liege")
    assert dict(lines)[Part.SECRET] == "L'adresse est secrète pour protéger les personnes."
    assert Part.ADDRESS not in dict(lines)
    assert card(directory.by_id["cvfe-liege"], directory, MONDAY).map_url is None


def test_a_map_link_searches_the_address_and_points_when_there_is_a_point(directory: Directory) -> None:
    service = directory.by_id["baj-liege"]
    assert card(service, directory, MONDAY).map_url == (
        "https://www.openstreetmap.org/search?query=Palais+des+Princes-%C3%89v%C3%AAques"
        "%2C+place+Saint-Lambert+16%2C+4000%2C+Li%C3%A8ge%2C+Belgique"
    )
    there = replace(service, place=replace(service.place, latitude=50.6455, longitude=5.5736))
    assert card(there, directory, MONDAY).map_url == (
        "https://www.openstreetmap.org/?mlat=50.64550&mlon=5.57360#map=17/50.64550/5.57360"
    )


def test_without_any_contact_a_person_is_offered(directory: Directory) -> None:
    assert dict(told(directory, "restos-du-coeur-liege")).get(Part.WEBSITE)
    service = replace(directory.by_id["restos-du-coeur-liege"], url=None)
    lines = {line.part: french(line.phrase) for line in card(service, directory, MONDAY).lines}
    assert lines[Part.PHONE] == "Nous n'avons pas de contact vérifié. Un conseiller peut vous aider."


def test_a_short_card_says_the_same_in_few_words(directory: Directory) -> None:
    def short(name: str) -> list[tuple[Part, str]]:
        return [(line.part, french(line.phrase)) for line in card(directory.by_id[name], directory, MONDAY).short]

    assert short("un-toit-pour-la-nuit-seraing") == [
        (Part.ADDRESS, "rue du Molinay, 4100 Seraing"),
        (Part.STALE, "À vérifier"),
    ]
    assert short("tele-accueil-107") == [
        (Part.ALERT, "Si personne ne répond, essayez encore. En danger maintenant : 112."),
        (Part.OPEN, "Ouvert jour et nuit"),
        (Part.PHONE, "107"),
    ]
    assert short("cvfe-liege") == [(Part.PHONE, "Demandez à un conseiller"), (Part.STALE, "À vérifier")]
    assert short("parcours-integration-site") == [
        (Part.STALE, "À vérifier"),
        (Part.WEBSITE, "https://parcoursintegration.be"),
    ]


def test_a_short_card_says_when_to_come_where_only_words_tell_it(directory: Directory) -> None:
    """Who comes at 21:00 sleeps outside: pathways of the fact base, « Sleep tonight », steps 2 and 3."""

    def hours(service: Service) -> list[str]:
        lines = card(service, directory, MONDAY).short
        return [french(line.phrase) for line in lines if line.part in (Part.HOURS, Part.OPEN)]

    shelter, thermos = directory.by_id["abri-nuit-liege"], directory.by_id["thermos-abri-nuit"]
    assert hours(shelter) == ["Arrivée à partir de 20 h (source de 2021, à vérifier)"]
    assert hours(thermos) == ["De fin octobre à fin avril. Inscription de 20 h à 20 h 45 (source de 2019, à vérifier)"]
    assert hours(replace(shelter, temporarily_closed="travaux")) == []
    assert hours(directory.by_id["un-toit-pour-la-nuit-seraing"]) == []
    # Where the state is known, it is enough.
    assert hours(directory.by_id["cass-saint-laurent"]) == ["Ouvert maintenant, jusqu'à 12:30:00"]


def test_short_cards_are_short_and_lead_somewhere(directory: Directory) -> None:
    for one in cards(directory):
        lines = [french(line.phrase) for line in one.short]
        assert lines, one.service.id
        assert len("\n".join([french(one.title), *lines])) <= 200, one.service.id


def test_every_phrase_of_every_card_keeps_its_places(directory: Directory) -> None:
    for at in (MONDAY, EVENING, HOLIDAY):
        for one in cards(directory, at):
            for line in one.lines:
                text = french(line.phrase)
                assert "{" not in text, (one.service.id, text)
                assert text.strip() == text, (one.service.id, text)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("cpvs-liege", "Nos sources ne disent pas qu'il faut des papiers."),
        ("thermos-restaurant", "Nos sources ne disent pas qu'il faut des papiers."),
        ("abri-nuit-liege", "Nos sources ne disent pas qu'il faut des papiers."),
        ("croix-rouge-liege-accueil", "Avec ou sans papiers"),
        ("caritas-liege", "Sans papiers : demandez d'abord à un conseiller."),
    ],
)
def test_nobody_is_kept_from_a_bed_a_meal_or_care_for_want_of_papers(
    directory: Directory, name: str, said: str
) -> None:
    assert [text for part, text in told(directory, name) if part is Part.PAPERS] == [said]
