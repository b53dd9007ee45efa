"""HSDS JSON and CSV: what leaves, what never leaves, and that everything comes back."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from bot.cli import main
from bot.directory.confirm import confirm
from bot.directory.exchange import services_in
from bot.directory.flat import COLUMNS, exportable
from bot.directory.hsds import from_hsds, to_hsds
from bot.directory.lookup import Directory, load
from bot.directory.service import Confidence, Eligibility, Phone, Place, Schedule, Service
from bot.directory.spreadsheet import from_csv, to_csv
from bot.directory.writer import as_files
from bot.errors import DataError
from tests.directory.conftest import FLOWS

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
        schedule=Schedule(opening_hours="Mo-Fr 09:00-17:00", after_hours="107", note="Le matin"),
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


def test_what_is_imported_is_a_directory_like_ours(directory: Directory, tmp_path: Path) -> None:
    leaving = exportable(directory.by_id.values())
    flows = tmp_path / "flows"
    shutil.copytree(FLOWS / "_system", flows / "_system")
    shutil.copy(FLOWS / "facts.yml", flows)
    (flows / "directory").mkdir()
    shutil.copy(FLOWS / "directory" / "_districts.yml", flows / "directory")
    for name, text in as_files(leaving).items():
        (flows / "directory" / f"{name}.yml").write_text(text, encoding="utf-8")
    again = load(flows)
    assert again.issues == ()
    assert {one.id: one for one in exportable(again.by_id.values())} == {one.id: one for one in leaving}
    # A day is written into such a file as into one of ours.
    first = next(iter(again.by_id.values()))
    assert confirm(flows, first.path, first.id, date(2026, 11, 20))
    assert load(flows).by_id[first.id].assured_date == date(2026, 11, 20)


def test_a_category_from_elsewhere_never_names_a_place(directory: Directory) -> None:
    [odd] = as_files([replace(directory.by_id["unia"], category="../../etc/x")])
    assert odd == "unsorted"


def test_the_commands_write_what_changed_and_nothing_into_the_flows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["services", "export", str(tmp_path / "out")]) == 0
    for name in ("services.json", "services.csv"):
        assert main(["services", "import", str(tmp_path / "out" / name), str(tmp_path / "in")]) == 0
        assert list((tmp_path / "in").iterdir()) == []
    page = json.loads((tmp_path / "out" / "services.json").read_text(encoding="utf-8"))
    page["contents"] = [
        page["contents"][0] | {"alert": "Fermé en août."},
        {"id": "1", "name": "Maison du quartier", "organization": {"name": "Un autre annuaire"}},
    ]
    foreign = tmp_path / "foreign.json"
    foreign.write_text(json.dumps(page), encoding="utf-8")
    capsys.readouterr()
    assert main(["services", "import", str(foreign), str(tmp_path / "in")]) == 0
    assert capsys.readouterr().out.startswith("1 new, 1 changed, 0 as here")
    unsorted = (tmp_path / "in" / "unsorted.yml").read_text(encoding="utf-8")
    assert "  - id: maison-du-quartier\n" in unsorted and "publish: 'no'" in unsorted
    assert len(list((tmp_path / "in").iterdir())) == 2
    foreign.write_text("[1]", encoding="utf-8")
    assert main(["services", "import", str(foreign), str(tmp_path / "in")]) == 1


@pytest.mark.parametrize("place", ["flows/directory", "flows", "flows/new", "flows/../flows/directory"])
def test_nothing_is_imported_over_the_files_that_are_served(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file of the same category would be replaced by what is new in it."""
    shutil.copytree("flows", tmp_path / "flows")
    monkeypatch.chdir(tmp_path)
    assert main(["services", "export", "out"]) == 0
    exported = Path("out/services.csv").read_text(encoding="utf-8-sig").replace("Liège", "Huy")
    Path("foreign.csv").write_text(exported, encoding="utf-8")
    before = {path: path.read_bytes() for path in Path("flows").rglob("*.yml")}
    assert main(["services", "import", "foreign.csv", place]) == 2
    assert f"{place} is where the guichet reads" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in Path("flows").rglob("*.yml")} == before


# --- what a spreadsheet makes of it -----------------------------------------------------------------------------------


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_a_table_comes_back_whatever_a_spreadsheet_puts_between_its_columns(
    between: str, directory: Directory, tmp_path: Path
) -> None:
    text = io.StringIO()
    rows = list(csv.reader(io.StringIO(to_csv(directory.by_id.values()))))
    csv.writer(text, delimiter=between).writerows([*rows, [""] * len(rows[0])])
    path = tmp_path / "services.CSV"
    path.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    assert services_in(path) == exportable(directory.by_id.values())


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "s.csv",
            "id;name\nabri;L'été\n".encode("cp1252"),
            ":2: n'est pas du texte UTF-8. Dans le tableur, enregistrez-le en « CSV UTF-8 », et non en classeur (.xlsx)"
            " ni en « CSV » simple.",
        ),
        (
            "s.csv",
            ";".join(name for name in COLUMNS if name != "owner").encode(),
            ":1: il manque des colonnes : owner. Partez d'un tableau écrit par `guichet services export`.",
        ),
        (
            "s.csv",
            (
                ";".join(COLUMNS)
                + "\n"
                + ";".join("oui" if name == "cost" else "x" * (name == "id") for name in COLUMNS)
            ).encode(),
            ":2: cette ligne a une valeur impossible ('oui' is not a valid Cost). Écrivez-la comme dans les lignes d'un"
            " export : dates 2026-03-14, yes ou no ou unknown, nombres avec un point.",
        ),
        (
            "s.txt",
            b"id;name",
            ": n'est ni notre CSV ni du JSON HSDS lisible (Expecting value: line 1 column 1 (char 0)) ; le nom d'un"
            " tableau finit par .csv.",
        ),
        ("s.csv", None, ": ne peut pas être lu (il n'existe pas)."),
    ],
)
def test_a_table_that_cannot_be_read_is_one_sentence_in_french(
    name: str, content: bytes | None, said: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        services_in(path)
    assert caught.value.told.fr == f"{path}{said}"
