"""HSDS JSON and CSV: what leaves, what never leaves, and that everything comes back."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from bot.directory.flat import exportable
from bot.directory.hsds import from_hsds, to_hsds
from bot.directory.lookup import Directory
from bot.directory.service import Confidence, Eligibility, Phone, Place, Service
from bot.directory.spreadsheet import from_csv, to_csv

SCHEMA = json.loads((Path(__file__).parent / "hsds_profile.json").read_text(encoding="utf-8"))
REFUGE = Service(
    id="refuge",
    category="violence",
    organization="Refuge",
    name="Refuge secret",
    description="Un abri.",
    icon="🛟",
    needs=("violence",),
    eligibility=Eligibility(who=("women",)),
    place=Place(address="rue du Secret 7", postal_code="4999", city="Liège", latitude=50.61, longitude=5.61),
    phones=(Phone(number="+3240000000"),),
    confidence=Confidence.HIGH,
    owner="guichet",
    confidential=True,
)


def written(directory: Directory, *more: Service) -> str:
    return json.dumps(to_hsds([*directory.by_id.values(), *more], directory.vocabulary), ensure_ascii=False)


def test_the_export_fits_the_standard(directory: Directory) -> None:
    jsonschema.validate(
        json.loads(written(directory)), SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def test_hsds_comes_back_whole(directory: Directory) -> None:
    assert from_hsds(json.loads(written(directory))) == exportable(directory.by_id.values())


def test_csv_comes_back_whole(directory: Directory) -> None:
    assert from_csv(to_csv(directory.by_id.values())) == exportable(directory.by_id.values())


def test_what_a_service_may_hold_comes_back(directory: Directory) -> None:
    odd = replace(
        directory.by_id["unia"],
        place=Place(address="=1+1, rue", postal_code="4000", city="Liège", latitude=50.6405, longitude=5.5718),
        phones=(Phone(number="+3242200120", description="le matin seulement"), Phone(number="112")),
        temporarily_closed="-travaux",
        description='« Oui » ; "non", l\'un\n\u200fأو',
        path="",
        line=0,
        note="",
    )
    assert from_hsds(json.loads(json.dumps(to_hsds([odd], directory.vocabulary)))) == (odd,)
    assert from_csv(to_csv([odd])) == (odd,)


def test_secret_places_never_leave(directory: Directory) -> None:
    for text in (written(directory, REFUGE), to_csv([*directory.by_id.values(), REFUGE])):
        for secret in ("rue du Secret", "4999", "50.61,", "Refuge secret", "+3240000000", "cvfe-liege", "surya-liege"):
            assert secret not in text, secret


def test_unpublished_services_and_notes_never_leave(directory: Directory) -> None:
    hidden = [service for service in directory.by_id.values() if not service.publish]
    notes = [service.note for service in directory.by_id.values() if service.note]
    assert hidden
    assert notes
    for text in (written(directory), to_csv(directory.by_id.values())):
        assert [service.id for service in hidden if f'"{service.id}"' in text or f"\n{service.id}," in text] == []
        assert [note for note in notes if note in text] == []


def test_identifiers_stay_the_same_from_one_export_to_the_next(directory: Directory) -> None:
    first, second = written(directory), written(directory)
    assert first == second
    ids = [one["id"] for one in json.loads(first)["contents"]]
    assert len(set(ids)) == len(ids)


def test_no_cell_is_a_formula(directory: Directory) -> None:
    odd = replace(directory.by_id["unia"], name="=HYPERLINK(1)", description="@me", alert="+1")
    for row in csv.reader(io.StringIO(to_csv([odd, *directory.by_id.values()]))):
        assert [cell for cell in row if cell[:1] in ("=", "+", "-", "@")] == []


def test_a_foreign_directory_comes_in_unpublished_for_a_person_to_complete() -> None:
    foreign = {
        "id": "ac148810-d857-441c-9679-408f346de14b",
        "name": "Community Counselling",
        "status": "temporarily closed",
        "description": "Someone to talk to.",
        "organization": {"id": "x", "name": "Example"},
        "phones": [{"id": "p", "number": "+44 1234 234567"}],
        "languages": [{"id": "l", "code": "ur"}],
        "fees_description": "Free",
        "service_at_locations": [
            {
                "id": "s",
                "location": {
                    "id": "o",
                    "latitude": 51.0,
                    "longitude": 4.0,
                    "addresses": [{"address_1": "High Street 1", "city": "Gent", "postal_code": "9000"}],
                },
            }
        ],
        "assured_date": "2026-01-05",
        "something_new": {"a": [1]},
    }
    (found,) = from_hsds([foreign])
    assert (found.id, found.publish, found.confidence) == ("community-counselling", False, Confidence.LOW)
    assert found.place == Place(address="High Street 1", postal_code="9000", city="Gent", latitude=51.0, longitude=4.0)
    assert (found.languages, found.cost_note, str(found.assured_date)) == (("ur",), "Free", "2026-01-05")


@pytest.mark.parametrize("page", [None, 3, "x", {}, {"contents": "x"}, [1], {"contents": [None]}])
def test_what_is_not_hsds_is_refused(page: object) -> None:
    with pytest.raises(ValueError, match="HSDS"):
        from_hsds(page)


def test_a_csv_without_our_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="columns missing"):
        from_csv("name,phone\nx,y\n")
