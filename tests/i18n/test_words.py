from datetime import date
from pathlib import Path

import pytest

from bot.core.ids import Locale
from bot.core.messages import Command
from bot.core.phrases import Phrase
from bot.data import Data
from bot.i18n.catalogues import Catalogues
from bot.i18n.told import LocaleFileError
from bot.i18n.words import Words, read_words
from bot.nlu.folding import fold

TODAY = date(2026, 3, 16)


@pytest.fixture(scope="module")
def words(data: Data) -> Words:
    return data.words


@pytest.mark.parametrize(
    ("text", "locale", "command"),
    [
        ("Menu !", "fr", Command.MENU),
        ("رجوع", "ar", Command.BACK),
        ("إرجع", "ar", Command.BACK),
        ("RETOUR", "ar", Command.BACK),
        ("go back", "ti", Command.BACK),
        ("назад", "fr", Command.BACK),
        ("retuor", "fr", None),
        ("tout effacer.", "en", Command.FORGET),
        ("/menu", "ar", Command.MENU),
        ("/menu@liege_bot", "ar", Command.MENU),
        ("/start dormir_ar", "fr", Command.START),
        ("/SOS", "so", Command.EMERGENCY),
        ("/privacy", "ps", Command.PRIVACY),
        ("👤", "fr", Command.PERSON),
        ("🆘", "am", Command.EMERGENCY),
        ("/nothing", "fr", None),
        ("/", "fr", None),
        ("j'ai faim", "fr", None),
        ("je cherche un conseiller fiscal", "fr", None),
        ("", "fr", None),
        ("احذف بياناتي", "ar", Command.FORGET),
        ("je veux parler à une personne", "fr", Command.PERSON),
        ("میرا ڈیٹا حذف کریں", "ur", Command.FORGET),
    ],
)
def test_command_is_known_in_every_language(words: Words, text: str, locale: str, command: Command | None) -> None:
    assert words.command(text, Locale(locale)) == command


@pytest.mark.parametrize(
    ("text", "locale", "command"),
    [
        ("retuor", "fr", Command.BACK),
        ("retourr", "ar", Command.BACK),
        ("retour", "fr", Command.BACK),
        ("effacr", "fr", None),
        ("agnet", "fr", None),
        ("acceuil", "fr", Command.MENU),
        ("j'ai faim", "fr", None),
        ("", "fr", None),
    ],
)
def test_command_with_a_slip(words: Words, text: str, locale: str, command: Command | None) -> None:
    assert words.command_nearly(text, Locale(locale)) == command


@pytest.mark.parametrize(
    ("text", "locale", "answer"),
    [
        ("Oui", "fr", True),
        ("ja", "fr", True),
        ("نعم", "ar", True),
        ("na3am", "ar", True),
        ("la", "ar", False),
        ("la", "fr", False),
        ("ni", "fr", False),
        ("no", "pl", False),
        ("не", "uk", False),
        ("haa", "so", True),
        ("👍", "ti", True),
        ("peut-être", "fr", None),
        ("oui mais non", "fr", None),
        ("یا", "ps", False),
        ("në rregull", "sq", True),
    ],
)
def test_yes_and_no(words: Words, text: str, locale: str, answer: bool | None) -> None:
    assert words.yes_no(text, Locale(locale)) is answer


def test_word_that_languages_do_not_agree_on_is_no_answer_elsewhere(words: Words) -> None:
    # `ne` is no in Turkish-born Kurdish and German slang; `da` is yes in Romanian and Russian: both agree.
    assert words.yes_no("da", Locale("fr")) is True
    # `ha` is yes in Somali, Armenian and Bengali; `po` is yes in Albanian alone.
    assert words.yes_no("po", Locale("fr")) is True
    # `do` is two in Persian and Urdu, and yesterday in Kurmanji.
    assert words.number("do", Locale("fa")) == 2


def test_yes_at_home_is_no_command_from_elsewhere(words: Words) -> None:
    # `si` asks to repeat in Albanian.
    assert words.command("sí", Locale("es")) is None
    assert words.command("si", Locale("sq")) is Command.REPEAT


@pytest.mark.parametrize(
    ("text", "locale", "number"),
    [("deux", "fr", 2), ("ثلاثة", "fr", 3), ("pesë", "sq", 5), ("نه", "fa", 9), ("٢٥", "ar", 25), ("25 ans", "fr", 25)],
)
def test_number(words: Words, text: str, locale: str, number: int) -> None:
    assert words.number(text, Locale(locale)) == number


@pytest.mark.parametrize(
    ("text", "locale", "day"),
    [("demain", "fr", 17), ("غدا", "ar", 17), ("hier", "en", 15), ("завтра", "ru", 17), ("Aujourd’hui", "fr", 16)],
)
def test_days_near_today(words: Words, text: str, locale: str, day: int) -> None:
    assert words.date(text, Locale(locale), TODAY) == date(2026, 3, day)


def test_choice_is_read_in_the_language_and_in_french(words: Words) -> None:
    labels = [
        [Phrase(key="x", text="Une femme")],
        [Phrase(key="x", text="Une famille"), Phrase(key="x", text="bébé | enfant")],
    ]
    arabic = Locale("ar")
    assert [words.choice(text, labels, arabic) for text in ("femme", "enfant", "2", "٢", "اثنان", "rien")] == [
        0,
        1,
        1,
        1,
        1,
        None,
    ]


@pytest.mark.parametrize(
    ("text", "locale", "language"),
    [
        ("العربية", "fr", "ar"),
        ("arabe", "fr", "ar"),
        ("Arabic", "so", "ar"),
        ("арабский", "ru", "ar"),
        ("dari", "fr", "fa-AF"),
        ("دری", "fr", "fa-AF"),
        ("farsi", "fr", "fa"),
        ("Kurmancî", "fr", "kmr"),
        ("pt", "fr", "pt"),
        ("klingon", "fr", None),
        ("", "fr", None),
    ],
)
def test_language_is_known_by_its_names(words: Words, text: str, locale: str, language: str | None) -> None:
    assert words.language(text, Locale(locale)) == language


def test_slash_command_is_shown_in_the_language_or_in_french(words: Words) -> None:
    assert [words.slash_of(Command.FORGET, Locale(tag)) for tag in ("fr", "en", "es", "ff")] == [
        "effacer",
        "delete",
        "borrar",
        "effacer",
    ]


def test_language_without_words_takes_those_of_its_fallback(locales: Path) -> None:
    for tag, text in (("fr", "menu: [menu]"), ("fa", "menu: [منو]")):
        (locales / tag).mkdir(exist_ok=True)
        (locales / tag / "words.yml").write_text(text, encoding="utf-8")
    catalogues = Catalogues.load(locales)
    words = Words.load(locales, catalogues.languages, fold=fold, label_of=lambda phrase, _: phrase.text)
    assert words.by_locale[Locale("fa-AF")] is words.by_locale[Locale("fa")]
    assert words.command("منو", Locale("ru")) is Command.MENU


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("menus: [menu]", '"menus" is neither a command nor one of'),
        ("menu: menu", '"menu" must be a list of words'),
        ('menu: ["!"]', None),
        ('menu: ["\u200b"]', "is empty once folded"),
        ("commands: {menu: [Menü]}", 'slash command "Menü"'),
        ("commands: {menus: [menu]}", '"commands" knows no "menus"'),
        ("commands: [menu]", '"commands" must map'),
        ("menu: [menu", "not YAML"),
        ("forget: [a]\nmenu: [b]\nforget: [c]", 'words.yml:3: "forget" is written twice (first on line 1)'),
        ("commands: {menu: [a], menu: [b]}", '"menu" is written twice'),
        ("weekdays: [lundi, mardi]\n", "must have seven, from Monday"),
    ],
)
def test_wrong_words_are_one_sentence(tmp_path: Path, text: str, says: str | None) -> None:
    path = tmp_path / "words.yml"
    path.write_text(text, encoding="utf-8")
    if says is None:
        assert read_words(path, fold).commands == {"!": Command.MENU}
        return
    with pytest.raises(LocaleFileError) as caught:
        read_words(path, fold)
    assert says in str(caught.value)
