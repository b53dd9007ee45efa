"""The shipped directory keeps the safety rules and stays readable."""

from __future__ import annotations

import re
from collections import Counter

from bot.directory.lookup import Directory
from bot.directory.service import Answer, Service
from tests.directory.conftest import FLOWS

#: What the guichet must never say of a service: promises, or that the police are no risk (product, honest content).
FORBIDDEN = re.compile(
    r"sans (?:aucun )?risque(?! *$)|vous serez régularis|garanti(?!e)|nous promettons|police (?:est|vous) (?:sûre|aide)"
    r"|vous aurez un lit|places? assurée",
    re.IGNORECASE,
)
#: An amount or a deadline belongs to flows/facts.yml.
AMOUNT = re.compile(r"\d[\d\u202f .,]*(?:€|EUR|euros?)|\b\d+ jours\b", re.IGNORECASE)


def texts(service: Service) -> dict[str, str]:
    return {
        "description": service.description,
        "alert": service.alert,
        "eligibility": service.eligibility.note,
        "cost": service.cost_note,
        "schedule": service.schedule.note,
        "closed": service.temporarily_closed,
    }


def test_nothing_forbidden_is_said(directory: Directory) -> None:
    said = [(service.id, text) for service in directory.published() for text in texts(service).values()]
    allowed = {"Personne ne peut promettre que c'est sans risque."}
    assert [
        (name, text)
        for name, text in said
        if FORBIDDEN.search(text) and not any(sentence in text for sentence in allowed)
    ] == []


def test_amounts_and_deadlines_live_in_the_facts(directory: Directory) -> None:
    said = [(service.id, text) for service in directory.published() for text in texts(service).values()]
    assert [(name, text) for name, text in said if AMOUNT.search(text)] == []


def test_the_police_card_warns_and_a_complaint_advises_a_lawyer_first(directory: Directory) -> None:
    assert "contrôler les papiers" in directory.by_id["police-101"].description
    complaint = directory.by_id["plainte-police"]
    assert "avocat" in complaint.description
    assert "Personne ne peut promettre" in complaint.alert


def test_going_to_the_commune_or_a_9bis_without_papers_comes_with_advice(directory: Directory) -> None:
    assert "conseil" in directory.by_id["ville-liege-service-etrangers"].alert
    assert "avocat" in directory.by_id["office-etrangers-9bis"].description
    assert "Personne ne peut promettre" in directory.by_id["office-etrangers-9bis"].alert


def test_voluntary_return_advises_a_lawyer_first_and_is_found_only_by_its_own_need(directory: Directory) -> None:
    service = directory.by_id["retour-volontaire"]
    assert "avocat" in service.alert
    assert service.needs == ("voluntary_return",)


def test_places_where_people_without_papers_or_in_danger_live_are_confidential(directory: Directory) -> None:
    secret = {service.id for service in directory.by_id.values() if service.confidential}
    assert {"cvfe-liege", "surya-liege", "voix-sans-papiers-liege", "espace-fraternel", "migrations-libres"} <= secret
    for name in secret:
        place = directory.by_id[name].place
        assert (place.address, place.postal_code, place.district, place.latitude) == (None, None, None, None), name
    files = "\n".join(path.read_text(encoding="utf-8") for path in (FLOWS / "directory").glob("*.yml"))
    assert "Burenville" not in files


def test_the_closed_centre_is_no_place_to_send_anybody(directory: Directory) -> None:
    assert not directory.knows("centre-ferme-vottem")


def test_what_only_memory_carries_is_not_published(directory: Directory) -> None:
    hidden = {service.id for service in directory.by_id.values() if not service.publish}
    assert {"ligne-1712", "mariage-force-0800", "gams-liege", "saw-b", "financite", "prevention-suicide-0800"} <= hidden
    assert [service.id for service in directory.published() if not service.sources] == []


def test_descriptions_are_short_and_plain(directory: Directory) -> None:
    long = []
    for service in directory.by_id.values():
        sentences = [part for part in re.split(r"(?<=[.!?])\s+", service.description) if part]
        if len(sentences) > 2 or any(len(re.findall(r"\w+", sentence)) > 22 for sentence in sentences):
            long.append(service.id)
    assert long == []
    lengths = sorted(
        len(re.findall(r"\w+", sentence))
        for service in directory.by_id.values()
        for sentence in re.split(r"(?<=[.!?])\s+", service.description)
    )
    assert lengths[len(lengths) // 2] <= 12


def test_open_to_people_without_papers_is_a_known_answer_for_the_main_doors(directory: Directory) -> None:
    answers = {
        name: directory.by_id[name].eligibility.without_residence_permit
        for name in (
            "urgence-112",
            "cpas-liege-amu",
            "monde-des-possibles",
            "point-dappui-liege",
            "forem",
            "sirius-hub",
        )
    }
    assert answers == {
        "urgence-112": Answer.YES,
        "cpas-liege-amu": Answer.YES,
        "monde-des-possibles": Answer.YES,
        "point-dappui-liege": Answer.YES,
        "forem": Answer.NO,
        "sirius-hub": Answer.YES,
    }


def test_one_service_has_one_entry(directory: Directory) -> None:
    names = Counter(service.name for service in directory.by_id.values())
    assert [name for name, count in names.items() if count > 1] == []
    for old, new in (
        ("point-d-appui", "point-dappui-liege"),
        ("univerbal", "univerbal-liege"),
        ("vsp-liege", "voix-sans-papiers-liege"),
        ("100pap", "100pap-liege"),
        ("unia-liege-verviers", "unia"),
    ):
        assert directory.get(old) is directory.by_id[new]


def test_ids_are_asked_in_order_and_each_is_given_once(directory: Directory) -> None:
    found = directory.services(["unia", "point-d-appui", "nobody", "point-dappui-liege", "saw-b", "cripel"])
    assert [service.id for service in found] == ["unia", "point-dappui-liege", "cripel"]


def test_every_district_of_the_list_is_used_by_its_name(directory: Directory) -> None:
    names = [district.name for district in directory.districts.values()]
    assert len(set(names)) == len(names)
