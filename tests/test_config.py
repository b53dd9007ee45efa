"""Settings and environment: what is written as the guides say works; what cannot work is told in one sentence."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from bot.cli import main
from bot.cli.check import check_everything
from bot.config import BOUNDS, Settings, environment_with_dotenv, read_environment, read_settings
from bot.errors import Language, SettingsError


def written(folder: Path, text: str | bytes, name: str = ".env") -> Path:
    """A file with this content."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def read_from(path: Path) -> dict[str, str]:
    """What `.env` adds to the environment."""
    found = environment_with_dotenv(path)
    empty = environment_with_dotenv(path.with_name("nothing-here"))
    return {name: value for name, value in found.items() if name not in empty}


def refusal(**env: str) -> str:
    """What the operator reads about these variables."""
    with pytest.raises(SettingsError) as caught:
        read_environment(env, Settings())
    return str(caught.value)


# --- .env -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["README.md", "docs/howto/connect-a-real-bot.md"])
def test_the_example_of_a_guide_works_with_its_comments(page: str, tmp_path: Path) -> None:
    shown = re.findall(r"```sh\n((?: *[A-Z_]+=.*\n)+) *```", Path(page).read_text(encoding="utf-8"))
    assert len(shown) == 1
    filled = shown[0].replace("123456:…", "123456:AAH_x-y").replace("-100…", "-1001234")
    environment = read_environment(read_from(written(tmp_path, filled)), Settings())
    assert environment.telegram_token == "123456:AAH_x-y"
    assert environment.team_chats == {"accueil": -1001234}
    assert environment.adviser_ids == (111111, 222222)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("NAME=value", "value"),
        ("  export NAME = value  ", "value"),
        ("NAME=value   # a comment", "value"),
        ("NAME=value\t# a comment", "value"),
        ("NAME=value\u00a0# a comment", "value"),
        ("NAME=#5005", "#5005"),
        ("NAME= # only a comment", ""),
        ("NAME=", ""),
        ("NAME=postgresql://guichet:a#b=c@host/db", "postgresql://guichet:a#b=c@host/db"),
        ("NAME='a # b'", "a # b"),
        ('NAME="it\'s" # a comment', "it's"),
        ("NAME='a\"b'", 'a"b'),
        ("NAME=it's", "it's"),
        ("NAME='C:\\new'", "C:\\new"),
        ("\ufeffNAME=value", "value"),
        ("NAME=value\r", "value"),
        ("# NAME=old\n\nNAME=é", "é"),
    ],
)
def test_a_line_sets_a_variable(line: str, value: str, tmp_path: Path) -> None:
    assert read_from(written(tmp_path, line + "\n")) == {"NAME": value}


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUICHET_PORT", "9000")
    path = written(tmp_path, "GUICHET_PORT=8000\n")
    assert environment_with_dotenv(path)["GUICHET_PORT"] == "9000"


def test_lines_that_set_nothing_are_named_and_never_quoted(tmp_path: Path) -> None:
    path = written(tmp_path, 'A=1\nTELEGRAM_BOT_TOKEN: 123:secret\nB=\'secret\nC="secret"secret\n=secret\n')
    with pytest.raises(SettingsError) as caught:
        environment_with_dotenv(path)
    assert str(caught.value).splitlines() == [
        f"{path}:2: this is not a setting: write NAME=value, or # before a comment.",
        f"{path}:3: the quotes do not match; only a # comment may follow them.",
        f"{path}:4: the quotes do not match; only a # comment may follow them.",
        f"{path}:5: this is not a setting: write NAME=value, or # before a comment.",
    ]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_file_in_another_encoding_is_said(encoding: str, tmp_path: Path) -> None:
    path = written(tmp_path, "NAME=é\n".encode(encoding))
    with pytest.raises(SettingsError) as caught:
        environment_with_dotenv(path)
    assert str(caught.value) == f"{path}:1: is not UTF-8 text: save the file again as UTF-8."


# --- variables --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["123456:…", "123456:AAH x", "123456:AAé", "AAH_x-y", "123456:", "123456:a # token"])
def test_what_cannot_be_a_token_is_called_so_and_not_shown(token: str) -> None:
    assert refusal(TELEGRAM_BOT_TOKEN=token) == (
        "TELEGRAM_BOT_TOKEN is not a token (a number, a colon, then letters, digits, - and _): "
        "copy it again from BotFather."
    )


@pytest.mark.parametrize("name", ["TELEGRAM_API_URL", "NLU_URL", "TELEGRAM_WEBHOOK_URL"])
@pytest.mark.parametrize(
    "address",
    [
        "nonsense",
        "ftp://host",
        "https://",
        "http://host:99999",
        "http://[",
        "https://a..b",
        "https://é.be",
        "http://a b",
    ],
)
def test_what_is_no_address_is_called_so_and_not_shown(name: str, address: str) -> None:
    assert refusal(**{name: address}) == (f"{name} is no address of a server: write https://name or http://name:port.")


@pytest.mark.parametrize("secret", ["un mot", "clé", "x" * 257])
def test_a_secret_that_telegram_would_not_take_is_called_so_and_not_shown(secret: str) -> None:
    assert refusal(TELEGRAM_WEBHOOK_SECRET=secret) == (
        "TELEGRAM_WEBHOOK_SECRET may hold A-Z, a-z, 0-9, _ and - only, 256 at most."
    )


@pytest.mark.parametrize("port", ["99999", "-1", "web", "80.5"])
def test_what_is_no_port_is_called_so(port: str) -> None:
    assert refusal(GUICHET_PORT=port) == f"GUICHET_PORT must be a port, 0 to 65535, not {port!r}."


@pytest.mark.parametrize("ids", ["1 2", "0", "-1001234567890", "111111,x", "²", "1" * 30])
def test_what_is_no_id_of_a_person_is_called_so(ids: str) -> None:
    assert refusal(GUICHET_ADVISER_IDS=ids) == (
        f"GUICHET_ADVISER_IDS must be ids of people with commas between them, such as 111111,222222, not {ids!r}."
    )


@pytest.mark.parametrize("chat", ["abc", "5", "1001234567890", "-", "-0", "--100", "-" + "9" * 23])
def test_what_is_no_id_of_a_group_is_called_so(chat: str) -> None:
    assert refusal(TELEGRAM_ADVISER_CHAT_ID=chat) == (
        f"TELEGRAM_ADVISER_CHAT_ID must be the id of a group, such as -1001234567890, not {chat!r}."
    )


@pytest.mark.parametrize("url", ["sqlite:///", "sqlite:///:memory:"])
def test_a_database_that_would_keep_nothing_is_refused(url: str) -> None:
    said = f"DATABASE_URL must name a file, such as sqlite:///var/guichet.db, not {url}."
    assert refusal(DATABASE_URL=url) == said


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("TELEGRAM_BOT_TOKN", "TELEGRAM_BOT_TOKEN"),
        ("TELEGRAM_TOKEN", "TELEGRAM_BOT_TOKEN"),
        ("telegram_bot_token", "TELEGRAM_BOT_TOKEN"),
        ("GUICHET_ADVISERS_ID", "GUICHET_ADVISER_IDS"),
        ("TELEGRAM_ADVISER_CHATID", "TELEGRAM_ADVISER_CHAT_ID"),
        ("DATABASE_URI", "DATABASE_URL"),
    ],
)
def test_a_misspelt_variable_is_told_and_its_value_is_not(name: str, meant: str) -> None:
    assert refusal(**{name: "secret"}) == (
        f'"{name}" is no variable of the guichet. Did you mean "{meant}"? Correct it in .env, or where it is set.'
    )


@pytest.mark.parametrize(
    "env",
    [
        {"DATABASE_URI": "x", "DATABASE_URL": "sqlite:///var/guichet.db"},  # that of another program
        {"TELEGRAM_CRIPEL_CHAT_ID": "-100777"},  # of a team that is no longer in the settings
        {"TELEGRAM_TOKEN": ""},
        {"PATH": "/bin", "HTTPS_PROXY": "http://proxy"},
    ],
)
def test_what_other_programs_are_told_stops_nobody(env: dict[str, str]) -> None:
    assert read_environment(env, Settings()).telegram_token is None


def test_curly_quotes_are_not_part_of_a_value(tmp_path: Path) -> None:
    path = written(tmp_path, "TELEGRAM_BOT_TOKEN=“123456:AAH_x-y”\nNAME=«x»\n")
    with pytest.raises(SettingsError) as caught:
        environment_with_dotenv(path)
    assert caught.value.told.fr.splitlines() == [
        f"{path}:{line}: ces guillemets sont ceux d'un traitement de texte. Écrivez-en des droits (\"), ou aucun."
        for line in (1, 2)
    ]


# --- the command line -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dotenv", "said"),
    [
        ("GUICHET_LOG_LEVEL=verbose", "must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL, not 'VERBOSE'."),
        ("GUICHET_PORT=99999", "GUICHET_PORT must be a port, 0 to 65535, not '99999'."),
        ("TELEGRAM_API_URL=nonsense", "TELEGRAM_API_URL is no address of a server:"),
        ("GUICHET_CHAT_PORT=x", "GUICHET_CHAT_PORT must be a port, 0 to 65535, not 'x'."),
    ],
)
def test_a_wrong_variable_ends_a_command_with_one_sentence(
    dotenv: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, dotenv + "\n")
    assert main(["demo" if "CHAT" in dotenv else "run"]) == 2
    out, err = capsys.readouterr()
    french, english = err.splitlines()
    assert (out, said in english, french == english) == ("", True, False)


# --- config.yml -------------------------------------------------------------------------------------------------------


def refused(path: Path, language: Language = "en") -> str:
    """What the operator reads about this settings file, at the start and from `guichet check` alike."""
    with pytest.raises(SettingsError) as caught:
        read_settings(path)
    return caught.value.told.said(language)


def test_numbers_that_would_erase_or_flood_are_all_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(
        tmp_path,
        "retention: {session: -1, person: 0, audit: 3651}\n"
        "telegram: {chat_per_s: -1, global_per_s: -30, group_per_min: .nan, poll_timeout_s: 51}\n"
        "handoff: {idle_release_min: 0}\nnlu: {timeout_s: .inf}\n",
        "config.yml",
    )
    lines = [
        f'{path}:1: "retention.session" must be from 1 to 3650, not -1.',
        f'{path}:1: "retention.person" must be from 1 to 3650, not 0.',
        f'{path}:1: "retention.audit" must be from 1 to 3650, not 3651.',
        f'{path}:2: "telegram.chat_per_s" must be from 0 to 1000000, not -1.',
        f'{path}:2: "telegram.global_per_s" must be from 0 to 1000000, not -30.',
        f'{path}:2: "telegram.group_per_min" must be a number, such as 0.8, not ".nan".',
        f'{path}:2: "telegram.poll_timeout_s" must be from 1 to 50, not 51.',
        f'{path}:3: "handoff.idle_release_min" must be from 1 to 10080, not 0.',
        f'{path}:4: "nlu.timeout_s" must be a number, such as 0.8, not ".inf".',
    ]
    assert refused(path).splitlines() == lines
    assert check_everything(path, english=True) == 1
    assert capsys.readouterr().out.splitlines() == [f"✗ {line}" for line in lines]
    assert check_everything(path, english=False) == 1
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first == f"✗ {path}:1: « retention.session » va de 1 à 3650, et non -1."
    assert last == f"✗ {path}:4: « nlu.timeout_s » attend un nombre avec un point, comme 0.8, et non « .inf »."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"nlu: {timeout_s: 1\nteams:\n",
            ":2: le YAML est illisible à partir d'ici (il manque une virgule, ou « } », ouvert"
            " ligne 1). Vérifiez les deux-points, les guillemets et les retraits ; un texte avec « : » ou « # » se met"
            " entre guillemets.",
        ),
        (
            "été: 1\n".encode("latin-1"),
            ":1: cette ligne n'est pas du texte brut en UTF-8. Enregistrez le fichier en texte brut (pas en document"
            " Word ni RTF), avec l'encodage UTF-8.",
        ),
        (b"a: \x01\n", ":1: un caractère invisible (U+0001) se cache dans cette ligne. Effacez-le et retapez le mot."),
        (b"nlu:\n\ttimeout_s: 1\n", ":2: cette ligne commence par une tabulation. Remplacez-la par des espaces."),
    ],
)
def test_a_settings_file_that_cannot_be_read_is_one_sentence(content: bytes, said: str, tmp_path: Path) -> None:
    path = written(tmp_path, content, "config.yml")
    assert refused(path, "fr") == f"{path}{said}"


@pytest.mark.parametrize("end", [0, 1])
def test_a_bound_itself_is_allowed(end: int, tmp_path: Path) -> None:
    for name, bounds in BOUNDS.items():
        section, _, key = name.partition(".")
        settings = read_settings(written(tmp_path, f"{section}: {{{key}: {bounds[end]}}}\n", "config.yml"))
        assert getattr(getattr(settings, section), key) == bounds[end]


@pytest.mark.parametrize("hours", ["lundi 9h", "", "9-17"])
def test_hours_that_nobody_can_read_are_refused(hours: str, tmp_path: Path) -> None:
    path = written(tmp_path, f'teams: {{accueil: {{hours: "{hours}"}}}}\n', "config.yml")
    assert refused(path) == (
        f'{path}:1: teams.accueil.hours is "{hours}"; it must be OSM opening_hours,'
        ' such as "Mo-Fr 09:00-17:00; PH off".'
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "retention:\n  person: 90\n  session: 30\n  person: 9\n",
            ':4: "person" is written twice (first on line 2). Keep one.',
        ),
        (
            "teams:\n  - accueil\n",
            ':1: "teams" must be a map from the name of each team to its settings, not a list.',
        ),
        ("teams:\n", ':1: "teams" must be a map from the name of each team to its settings, not nothing.'),
        ("nlu:\n  sure_from: .nan\n", ':2: "nlu.sure_from" must be a number, such as 0.8, not ".nan".'),
        ("nlu: 3\n", ':1: nlu must hold settings, one `name: value` a line, not "3".'),
        ("nlu:\n  budget: 3\n", ':2: "nlu.budget" is not a setting. Known here: offer_from, sure_from, timeout_s.'),
    ],
)
def test_a_slip_is_one_sentence_with_its_line_and_the_way_out(content: str, said: str, tmp_path: Path) -> None:
    path = written(tmp_path, content, "config.yml")
    assert refused(path) == f"{path}{said}"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "teams:\n  a: {queues: [sejour, forem]}\n  b:\n    chat: B\n    queues: [forem]\n",
            ":5: la file « forem » a déjà l'équipe « a », qui recevrait toutes les demandes. Laissez-la à une seule.",
        ),
        (
            "teams:\n  a:\n    chat: -1001234567890\n",
            ":3: teams.a.chat attend le nom d'une variable de .env, comme TELEGRAM_ADVISER_CHAT_ID, et non"
            " « -1001234567890 » : le numéro du groupe se met là-bas.",
        ),
        (
            "nlu:\n  sure_from: 0,5\n",
            ":2: « nlu.sure_from » attend un nombre avec un point, comme 0.8, et non « 0,5 ».",
        ),
        ("retention:\n  case: oui\n", ":2: « retention.case » attend un nombre entier, et non « oui »."),
        ("retention:\n  cas: 3\n", ":2: « retention.cas » n'est pas un réglage. Vouliez-vous dire « case » ?"),
        (
            "teams: {a: {hours: lundi 9h}}\n",
            ":1: teams.a.hours vaut « lundi 9h » ; écrivez des heures OSM opening_hours, comme « Mo-Fr 09:00-17:00; PH"
            " off » (Mo lundi, Tu mardi, We mercredi, Th jeudi, Fr vendredi, Sa samedi, Su dimanche, PH jours fériés).",
        ),
        (
            "teams: {a: {queues: forem}}\n",
            ":1: « teams.a.queues » attend une liste de textes, comme [un, deux], et non « forem ».",
        ),
    ],
)
def test_an_admin_reads_in_french_what_a_slip_is(content: str, said: str, tmp_path: Path) -> None:
    path = written(tmp_path, content, "config.yml")
    assert refused(path, "fr") == f"{path}{said}"


def test_a_settings_file_of_a_windows_editor_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, b"\xef\xbb\xbfretention:\r\n  case: 7\r\n", "config.yml")
    assert read_settings(path).retention.case == 7


def test_a_settings_file_that_is_a_pipe_keeps_nobody_waiting(tmp_path: Path) -> None:
    path = tmp_path / "config.yml"
    os.mkfifo(path)
    assert refused(path, "fr") == (
        f"{path}:1: ne peut pas être lu (ce n'est pas un fichier ordinaire). Remettez-le, ou un fichier que le guichet"
        " peut lire."
    )


def test_hours_of_day_and_night_are_hours(tmp_path: Path) -> None:
    path = written(tmp_path, "teams: {accueil: {hours: 24/7}}\n", "config.yml")
    assert read_settings(path).teams["accueil"].hours == "24/7"


def test_a_key_that_nothing_reads_any_more_stops_nobody(tmp_path: Path) -> None:
    path = written(tmp_path, "name: Guichet\ntimezone: Europe/Brussels\nretention: {session: 7}\n", "config.yml")
    assert read_settings(path).retention.session == 7


@pytest.mark.parametrize("text", ["", "nlu: {timeout_s: 1}\n"])
def test_whoever_names_no_team_has_the_one_of_a_guichet_without_settings(text: str, tmp_path: Path) -> None:
    without = read_settings(tmp_path / "config.yml")
    assert read_settings(written(tmp_path, text, "config.yml")).teams == without.teams


def test_a_guichet_without_settings_serves_every_flow(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_everything(tmp_path / "config.yml", english=True) == 0
    assert "unknown-queue" not in capsys.readouterr().out
