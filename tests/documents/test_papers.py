"""What is drawn: sizes, sides, scripts, codes that can be read."""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
import segno
from fontTools.ttLib import TTFont
from PIL import Image

from bot.core.papers import CounterCard, Pair, Paper, StepsPicture
from bot.documents.draw import drawn
from bot.documents.fonts import FAMILIES, FOLDER, families_in, file_of
from bot.documents.poster import CODE, QUIET, WIDTH
from bot.documents.sheet import Sheet
from bot.i18n.languages import Languages, Tier
from bot.i18n.pofile import read_po_file
from tests.conftest import ROOT
from tests.documents.samples import CARD, POSTER, STEPS, booklet


@pytest.mark.parametrize("paper", [CARD, STEPS], ids=lambda paper: type(paper).__name__)
def test_a_picture_is_as_wide_as_a_phone_and_light(paper: CounterCard | StepsPicture) -> None:
    made = drawn(paper)
    picture = Image.open(io.BytesIO(made))
    assert (picture.format, picture.width) == ("PNG", 1080)
    assert 700 < picture.height < 3000
    assert len(made) <= 200_000


def test_a_card_without_papers_and_in_french_alone_is_short() -> None:
    whole = Image.open(io.BytesIO(drawn(CARD)))
    line = replace(CARD.line, own="")
    short = Image.open(io.BytesIO(drawn(replace(CARD, line=line, bring=(), speaks=replace(CARD.speaks, french="")))))
    assert short.height < whole.height / 2


def test_a_booklet_of_forty_addresses_stays_under_300_kilobytes() -> None:
    made = drawn(booklet(40))
    assert made.startswith(b"%PDF-") and len(made) <= 300_000
    document = pypdfium2.PdfDocument(made)
    assert 5 < len(document) <= 20
    words = "".join(page.get_textpage().get_text_range() for page in document)
    assert [number for number in range(1, 41) if f"CPAS de Liège {number}\r" not in words] == []


def test_numbers_and_maps_of_a_booklet_can_be_tapped() -> None:
    made = drawn(booklet(1))
    assert b"tel:+3242205805" in made
    assert b"https://www.openstreetmap.org/" in made


def test_a_poster_is_an_a5_page_whose_code_is_the_link() -> None:
    document = pypdfium2.PdfDocument(drawn(POSTER))
    assert len(document) == 1
    assert [round(side / 72 * 25.4) for side in document[0].get_size()] == [148, 210]
    assert _code_in(document) == [[bool(module) for module in row] for row in _code_of(POSTER.link)]


def test_long_words_on_a_poster_leave_the_code_and_the_office_their_places() -> None:
    """Two lines of title and two of invitation in both languages: nothing is written over anything."""
    title = Pair(french="Où dormir ce soir, avec des enfants", own="სად დავიძინო ამაღამ ბავშვებთან ერთად ლიეჟში")
    invitation = Pair(
        french="Scannez avec votre téléphone. C'est gratuit, avec ou sans papiers.",
        own="დაასკანერეთ თქვენი ტელეფონით. ეს უფასოა, საბუთებით ან საბუთების გარეშე.",
    )
    page = pypdfium2.PdfDocument(drawn(replace(POSTER, title=title, invitation=invitation)))[0].get_textpage()
    read = page.get_text_range()
    tops = {word: page.get_charbox(read.index(word))[3] for word in ("CPAS", "papiers", "Scannez", "Où", "ეს")}
    ordered = ["ეს", "Où", "Scannez", "papiers", "CPAS"]
    assert sorted(tops, key=lambda word: -tops[word]) == ordered
    assert tops["papiers"] - tops["CPAS"] > 10  # points, more than a line of the office's name
    assert tops["ეს"] - tops["Où"] > 60 / 25.4 * 72  # the code, at least six centimetres


def test_a_long_name_of_an_office_keeps_off_the_edge_that_printers_leave_white() -> None:
    office = "Centre public d'action sociale de Liège, service des primo-arrivants, antenne Saint-Léonard et Nord"
    page = pypdfium2.PdfDocument(drawn(replace(POSTER, office=office)))[0].get_textpage()
    read = page.get_text_range()
    assert page.get_charbox(read.index("Nord"))[1] > 5 / 25.4 * 72
    assert page.get_charbox(read.index("Scannez"))[1] > page.get_charbox(read.index("Centre"))[3]


def _code_of(link: str) -> list[list[int]]:
    return [list(row) for row in segno.make_qr(link, error="m", boost_error=True).matrix_iter(border=QUIET)]


def _code_in(document: pypdfium2.PdfDocument) -> list[list[bool]]:
    """The middle of every module of the printed code, dark or not."""
    pixels = 10  # a millimetre
    page = document[0].render(scale=pixels / 72 * 25.4).to_pil().convert("L")
    left = (WIDTH - CODE) / 2
    modules = len(_code_of(POSTER.link))
    side = CODE / modules
    column = [page.getpixel((int((left + side * (QUIET + 0.5)) * pixels), y)) for y in range(page.height)]
    # The code's first dark module is the corner of its left upper finder; below the words and above the French band.
    first = next(y for y in range(30 * pixels, page.height) if _is_finder(column, y, side * pixels))
    top = first / pixels - QUIET * side
    return [
        [
            page.getpixel((int((left + side * (x + 0.5)) * pixels), int((top + side * (y + 0.5)) * pixels))) < 128
            for x in range(modules)
        ]
        for y in range(modules)
    ]


def _is_finder(column: list[int], y: int, side: float) -> bool:
    """Whether seven dark modules begin here."""
    run = column[y : y + int(side * 7) - 1]
    return column[y - 1] > 128 and len(run) > 0 and all(value < 128 for value in run)


def test_arabic_begins_on_the_right_and_french_inside_it_reads_from_the_left() -> None:
    text = "جئت من أجل aide médicale في لييج"
    sheet = Sheet(150, 60, [text])
    sheet.add_page()
    sheet.write(text, 16)
    page = pypdfium2.PdfDocument(sheet.pdf_bytes())[0].get_textpage()
    read = page.get_text_range()
    places = {word: page.get_charbox(read.index(word))[0] for word in ("aide", "médicale")}
    assert places["aide"] < places["médicale"]
    boxes = [page.get_charbox(at) for at in range(page.count_chars()) if read[at : at + 1].strip()]
    right = max(box[2] for box in boxes)
    assert right == pytest.approx((150 - 8) / 25.4 * 72, abs=4)


def test_long_words_and_signs_without_a_font_are_no_trouble() -> None:
    line = replace(CARD.line, french="🪪 " + "a" * 150, own="\ud83c\udf00 漢字 " + "ب" * 80)
    assert drawn(replace(CARD, line=line)).startswith(b"\x89PNG")


def test_fonts_are_those_whose_sums_are_kept() -> None:
    kept = dict(line.split()[::-1] for line in (FOLDER / "SHA256SUMS").read_text("ascii").splitlines())
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FOLDER.glob("*.ttf")}
    assert found == kept
    assert found.keys() == {file_of(family, bold=bold).name for family in FAMILIES for bold in (False, True)}
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 6_000_000


LANGUAGES = [language for language in Languages.load(ROOT / "locales" / "languages.yml") if language.tier != Tier.DRAFT]


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.locale)
def test_every_letter_of_every_offered_language_has_a_glyph(language: object) -> None:
    assert isinstance(language, type(LANGUAGES[0]))
    words = language.name
    catalogue = ROOT / "locales" / language.locale / "LC_MESSAGES" / "guichet.po"
    if catalogue.is_file():
        words += "".join(text for entry in read_po_file(catalogue).entries for text in entry.strings)
    letters = {char for char in words if unicodedata.category(char)[0] in "LMN"} - {"\ufe0f", "\u20e3"}
    drawn_by = {code for family in families_in([words]) for code in _glyphs(file_of(family, bold=False))}
    assert {char for char in letters if ord(char) not in drawn_by} == set()


_KNOWN: dict[Path, set[int]] = {}


def _glyphs(path: Path) -> set[int]:
    if path not in _KNOWN:
        _KNOWN[path] = set(TTFont(path).getBestCmap())
    return _KNOWN[path]


def test_no_sentence_for_a_newcomer_is_in_the_code_of_papers() -> None:
    for path in (ROOT / "bot" / "documents").glob("*.py"):
        strings = re.findall(r'(?<!")"([^"\n]{12,})"(?!")', path.read_text("utf-8"))
        assert [text for text in strings if text[:1].isupper() and " " in text and "{" not in text] == []


@pytest.mark.parametrize("paper", [CARD, STEPS, POSTER, booklet()], ids=lambda paper: type(paper).__name__)
def test_the_same_words_give_the_same_paper(paper: Paper) -> None:
    first, second = drawn(paper), drawn(paper)
    assert len(first) == len(second)
