"""What many people answered together, as the City sees it: never small, never anybody's sentence."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bot.cli import main
from bot.core.ids import FlowId, Locale
from bot.directory.words import read_words
from bot.ports import Commit, Submission
from bot.services.rehearsal import Stage
from bot.services.survey import HIDDEN, WITHHELD, Question, Total, as_csv, as_svg, questions
from bot.services.voices import Voice, voices
from bot.store import keys_from, open_store

SURVEY, VOICE = FlowId("ess.third_place"), FlowId("voix.say")
SECRET = bytes(range(32))


def survey(**taken: int) -> list[Submission]:
    """So many answers to "how often"."""
    return [
        Submission(flow=SURVEY, locale=None, answers={"frequency": choice})
        for choice, number in taken.items()
        for _ in range(number)
    ]


def said(kind: str, *texts: str) -> list[Submission]:
    return [Submission(flow=VOICE, locale=Locale("fr"), answers={"kind": kind, "words": text}) for text in texts]


EVENING = said(
    "missing",
    "il manque des cours de français le soir",
    "pas de cours de français le soir pour # qui travaille",
    "je voudrais un cours de français, le soir",
    "cours du soir de français svp",
    "il faut plus de cours de français le soir, je travaille la journée",
)


def how_often(stage: Stage, submissions: Sequence[Submission]) -> Question:
    flow = stage.guide().book.flows[SURVEY]
    return next(question for question in questions(flow, submissions) if question.slot == "frequency")


def test_small_numbers_are_hidden_and_cannot_be_worked_out(stage: Stage) -> None:
    assert how_often(stage, survey(daily=7, several=9, weekly=4, monthly=6, unsure=5)) == Question(
        slot="frequency",
        text="Combien de fois auriez-vous besoin du lieu ?",
        totals=(
            Total(choice="daily", label="Presque chaque jour", number=7, shown="7"),
            Total(choice="several", label="Plusieurs fois par semaine", number=9, shown="9"),
            Total(choice="weekly", label="Une fois par semaine", number=None, shown=HIDDEN),
            Total(choice="monthly", label="Une ou deux fois par mois", number=6, shown="6"),
            Total(choice="unsure", label="Je ne sais pas", number=None, shown=WITHHELD),
        ),
    )


def test_fewer_answers_than_five_show_nothing(stage: Stage) -> None:
    flow = stage.guide().book.flows[SURVEY]
    assert questions(flow, survey(daily=4)) == ()


def test_the_picture_says_in_words_what_its_bars_say(stage: Stage) -> None:
    picture = ElementTree.fromstring(as_svg([how_often(stage, survey(daily=7, several=9))], title="Un lieu commun"))
    texts = [node.text for node in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == [
        "Un lieu commun", "Combien de fois auriez-vous besoin du lieu ?",
        "Presque chaque jour", "7", "Plusieurs fois par semaine", "9", "Une fois par semaine", HIDDEN,
        "Une ou deux fois par mois", HIDDEN, "Je ne sais pas", HIDDEN,
    ]  # fmt: skip
    # Only black and its shades carry the bars: it reads on paper.
    assert "Presque chaque jour : 7" in picture.findtext("{http://www.w3.org/2000/svg}desc", "")


def test_the_table_has_a_row_for_every_choice(stage: Stage) -> None:
    rows = as_csv([how_often(stage, survey(daily=7, several=9))]).splitlines()
    assert rows[:2] == [
        "question,texte,choix,libellé,nombre",
        "frequency,Combien de fois auriez-vous besoin du lieu ?,daily,Presque chaque jour,7",
    ]
    assert len(rows) == 6


def test_five_alike_are_heard_by_the_words_they_share() -> None:
    words, _ = read_words(Path("flows"))
    others = said("missing", "un médecin qui parle tigrinya", "le bus est trop cher", "cours de couture")
    assert voices([*EVENING, *others], words.content) == [
        Voice(kind="missing", number=5, words=("cours", "francais", "soir"))
    ]


def test_four_alike_or_five_of_two_kinds_are_not() -> None:
    words, _ = read_words(Path("flows"))
    assert voices(EVENING[:4], words.content) == []
    assert voices([*EVENING[:4], *said("liege", EVENING[4].answers["words"])], words.content) == []


def test_the_commands_print_and_write_what_the_store_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'guichet.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("GUICHET_SECRET_KEY", base64.b64encode(SECRET).decode())
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN", raising=False)

    async def fill() -> None:
        store = await open_store(url, keys_from(SECRET), bot="")
        await store.commit(Commit(submissions=(*survey(weekly=6), *EVENING)))
        await store.close()

    asyncio.run(fill())
    table, picture = tmp_path / "lieu.csv", tmp_path / "lieu.svg"
    assert main(["figures", "third-place", "--csv", str(table), "--svg", str(picture)]) == 0
    assert "           6  Une fois par semaine" in capsys.readouterr().out.splitlines()
    assert "frequency,Combien de fois auriez-vous besoin du lieu ?,weekly,Une fois par semaine,6" in table.read_text()
    assert ElementTree.parse(picture).getroot().tag == "{http://www.w3.org/2000/svg}svg"
    assert main(["figures", "voices"]) == 0
    assert capsys.readouterr().out == "5\tIl manque quelque chose\tcours francais soir\n"
    # Nobody waits for a file that is not written.
    for rest in (["--csv", "x.csv"], ["voices", "--svg", "x.svg"]):
        assert main(["figures", *rest]) == 2
        assert "guichet figures third-place" in capsys.readouterr().err
    assert main(["figures", "--days", "3"]) == 0
    assert capsys.readouterr().out == "Nothing was counted in the last 3 days.\n"
