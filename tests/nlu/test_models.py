"""Which model file may be loaded, and which training file may be read (F04)."""

from pathlib import Path

import pytest

from bot.nlu.service.models import Accepted, accept, accepted, private_copy, seal_key
from bot.nlu.service.project import Project

KEY = b"k" * 32


def trained(folder: Path, body: bytes) -> Path:
    path = folder / "fresh.tar.gz"
    path.write_bytes(body)
    return path


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def record(tmp_path: Path, models: Path) -> Accepted:
    return accept(models, KEY, trained(tmp_path, b"first"), "c" * 64, 1.0)


def loaded(models: Path, record: Accepted, tmp_path: Path) -> bytes | None:
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    copy = private_copy(models, record, home)
    return copy.read_bytes() if copy else None


def test_accepted_model_is_copied_for_loading(models: Path, record: Accepted, tmp_path: Path) -> None:
    assert accepted(models, KEY) == [record]
    assert loaded(models, record, tmp_path) == b"first"


@pytest.mark.parametrize("body", [b"other", b"firs", b"", b"first "])
def test_f04_replaced_or_truncated_file_is_refused(models: Path, record: Accepted, tmp_path: Path, body: bytes) -> None:
    (models / record.name).write_bytes(body)
    assert loaded(models, record, tmp_path) is None


def test_f04_missing_file_or_link_is_refused(models: Path, record: Accepted, tmp_path: Path) -> None:
    path = models / record.name
    path.rename(tmp_path / "elsewhere")
    assert loaded(models, record, tmp_path) is None
    path.symlink_to(tmp_path / "elsewhere")
    assert loaded(models, record, tmp_path) is None


def test_f04_record_written_without_the_key_is_refused(models: Path, record: Accepted) -> None:
    path = models / "accepted.json"
    path.write_text(path.read_text().replace(record.sha256, "0" * 64))
    assert accepted(models, KEY) == []
    assert accepted(models, b"another key") == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', '[{"name": "x"}]', "[1]"])
def test_f04_broken_list_accepts_nothing(models: Path, record: Accepted, text: str) -> None:
    (models / "accepted.json").write_text(text)
    assert accepted(models, KEY) == []


def test_f04_older_model_under_the_newer_name_is_refused(models: Path, record: Accepted, tmp_path: Path) -> None:
    newer = accept(models, KEY, trained(tmp_path, b"second"), "d" * 64, 1.0)
    assert [one.number for one in accepted(models, KEY)] == [2, 1]
    (models / newer.name).write_bytes((models / record.name).read_bytes())
    assert loaded(models, newer, tmp_path) is None
    assert loaded(models, record, tmp_path) == b"first"  # the old one stays


def test_only_two_models_are_kept(models: Path, record: Accepted, tmp_path: Path) -> None:
    for number, content in enumerate("def"):
        accept(models, KEY, trained(tmp_path, str(number).encode()), content * 64, 1.0)
    assert sorted(path.name for path in models.glob("*.tar.gz")) == ["e" * 16 + ".tar.gz", "f" * 16 + ".tar.gz"]


def test_key_is_made_once_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GUICHET_SECRET_KEY", raising=False)
    key = seal_key(tmp_path / "var")
    assert seal_key(tmp_path / "var") == key
    assert (tmp_path / "var" / "nlu.key").stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("GUICHET_SECRET_KEY", "s")
    assert seal_key(tmp_path / "var") != key


# --- training files ---------------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "nlu"
    (folder / "data" / "fr").mkdir(parents=True)
    (folder / "components").mkdir()
    (folder / "components" / "one.py").write_text("x = 1\n")
    for name in ("requirements.txt", "config.yml", "train.py"):
        (folder / name).write_text("\n")
    (folder / "data" / "fr" / "needs.yml").write_text(
        "version: '3.1'\nnlu:\n- intent: greet\n  examples: |\n    - salut\n"
    )
    return Project(folder=folder)


def test_clean_files_have_no_objection(project: Project) -> None:
    assert project.objections() == []


def test_training_file_that_would_read_the_environment_is_refused(project: Project) -> None:
    with (project.data / "fr" / "needs.yml").open("a") as file:
        file.write("    - mon code est ${GUICHET_SECRET_KEY}\n")
    assert project.objections() == [
        'data/fr/needs.yml:6: "${" would read a secret of the machine. Write the sentence without it. [environment]'
    ]


def test_every_bad_file_is_listed(project: Project) -> None:
    (project.data / "fr" / "a.yml").write_bytes(b"\xff\xfe")
    (project.data / "fr" / "b.yml").write_text("#" * 3_000_000)
    (project.data / "fr" / "c.yml").symlink_to("/etc/passwd")
    assert [line.split("[")[-1] for line in project.objections()] == ["not-utf8]", "too-big]", "link]"]


def test_no_training_file_at_all_is_said(project: Project) -> None:
    (project.data / "fr" / "needs.yml").unlink()
    assert [line.split("[")[-1] for line in project.objections()] == ["no-training]"]


@pytest.mark.parametrize(
    "path", ["config.yml", "requirements.txt", "components/one.py", "data/fr/needs.yml", "train.py"]
)
def test_any_change_asks_for_a_new_training(project: Project, path: str) -> None:
    before = project.content()
    assert project.content() == before
    with (project.folder / path).open("a") as file:
        file.write("#\n")
    assert project.content() != before


def test_moving_a_line_between_files_asks_for_a_new_training(project: Project) -> None:
    before = project.content()
    (project.data / "fr" / "needs.yml").rename(project.data / "fr" / "other.yml")
    assert project.content() != before
