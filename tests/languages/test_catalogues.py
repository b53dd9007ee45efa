"""Every language of `locales/`: its catalogue, plural forms, direction, words and formats."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import yaml

from bot.core.ids import Locale
from bot.core.local_time import BRUSSELS
from bot.core.messages import Command
from bot.core.phrases import Phrase, Verbatim
from bot.data import Data
from bot.i18n.bidi import without_marks
from bot.i18n.catalogues import Catalogues
from bot.i18n.glossary import Glossary
from bot.i18n.languages import SOURCE, Direction, Languages, Tier, cldr
from bot.i18n.messages import LOCALES, TEMPLATE, po_path
from bot.i18n.plurals import ORDER, categories, chooser, header
from bot.i18n.pofile import read_po_file
from bot.i18n.render import plain, render_phrase
from bot.i18n.report import progress
from bot.i18n.template import Sentence, read_template
from bot.i18n.words import Words, read_words
from bot.nlu.folding import fold

LANGUAGES = Languages.load(LOCALES / "languages.yml")
EVERY = [language.locale for language in LANGUAGES]
#: What a person must be able to say in every language that is offered.
NEEDED = (Command.BACK, Command.STOP, Command.PERSON, Command.LANGUAGE, Command.EMERGENCY, Command.HELP, Command.REPEAT)


@pytest.fixture(scope="module")
def catalogues(data: Data) -> Catalogues:
    return data.catalogues


@pytest.fixture(scope="module")
def words(data: Data) -> Words:
    return data.words


@pytest.fixture(scope="module")
def sentences() -> tuple[Sentence, ...]:
    path = LOCALES / TEMPLATE
    return read_template(path) if path.exists() else ()


def test_thirty_three_languages_each_with_its_own_name() -> None:
    assert len(EVERY) >= 33
    assert len({language.name for language in LANGUAGES}) == len(EVERY)
    assert all(fallback in LANGUAGES for language in LANGUAGES for fallback in language.fallback)


@pytest.mark.parametrize("locale", EVERY)
def test_direction_is_that_of_cldr(locale: Locale) -> None:
    order = {"left-to-right": Direction.LEFT_TO_RIGHT, "right-to-left": Direction.RIGHT_TO_LEFT}
    assert LANGUAGES[locale].direction is order[cldr(locale).character_order]


@pytest.mark.parametrize("locale", EVERY)
def test_plural_forms_are_those_of_cldr(locale: Locale) -> None:
    count, form = chooser(header(locale))
    rule = cldr(locale).plural_form
    assert count == len(categories(locale))
    assert [categories(locale)[form(number)] for number in range(1001)] == [rule(number) for number in range(1001)]


def test_arabic_has_six_forms_and_chinese_one() -> None:
    assert (categories("ar"), categories("zh-Hans")) == (ORDER, ("other",))
    assert (categories("ru"), categories("fr")) == (("one", "few", "many"), ("one", "other"))


@pytest.mark.parametrize("locale", EVERY)
def test_phone_finds_its_language(locale: Locale) -> None:
    language = LANGUAGES[locale]
    for tag in (locale, locale.lower(), locale.replace("-", "_"), *language.phones):
        assert LANGUAGES.nearest(tag) == locale
    assert LANGUAGES.nearest(f"{locale}-BE") == locale


@pytest.mark.parametrize("locale", [locale for locale in EVERY if po_path(LOCALES, locale).exists()])
def test_catalogue_keeps_placeholders_forms_and_labels_apart(locale: Locale, sentences: tuple[Sentence, ...]) -> None:
    (row,) = progress(LOCALES, LANGUAGES, sentences, fold=fold, only=[locale])
    assert [str(issue) for issue in row.issues if issue.is_critical] == []


@pytest.mark.parametrize("locale", [locale for locale in EVERY if po_path(LOCALES, locale).exists()])
def test_directions_are_given_by_the_guichet_and_never_written_in_a_sentence(locale: Locale) -> None:
    kept = [entry for entry in read_po_file(po_path(LOCALES, locale)).entries if not entry.is_obsolete]
    marked = [entry.context for entry in kept if any(without_marks(text) != text for text in entry.strings)]
    assert (marked, len(kept) > 1000) == ([], True)


@pytest.mark.parametrize("locale", EVERY)
def test_no_sentence_is_ever_empty(locale: Locale, catalogues: Catalogues, sentences: tuple[Sentence, ...]) -> None:
    empty = [
        sentence.phrase.key
        for sentence in sentences
        for count in ((0, 1, 2, 5, 11, 100) if sentence.phrase.plural else (1,))
        if not plain(sentence.phrase.having(count=count), locale, catalogues).strip()
    ]
    assert empty == []


@pytest.mark.parametrize("locale", EVERY)
def test_values_of_every_kind_are_shown(locale: Locale, catalogues: Catalogues) -> None:
    phrase = Phrase(
        key="",
        text="{day}|{hour}|{at}|{minutes}|{days}|{count}|{phone}",
        values={
            "day": date(2026, 4, 3),
            "hour": time(14, 5),
            "at": datetime(2026, 4, 3, 14, 5, tzinfo=BRUSSELS),
            "minutes": timedelta(minutes=12),
            "days": timedelta(days=30),
            "count": 12345,
            "phone": Verbatim(text="0800 30 030"),
        },
    )
    shown = render_phrase(phrase, locale, catalogues).text.split("|")
    assert len(shown) == 7
    assert all(part.strip() for part in shown)
    assert "14:05" in shown[1]
    assert "30" in shown[4]


WITH_WORDS = [locale for locale in EVERY if (LOCALES / locale / "words.yml").exists()]


def test_every_language_but_drafts_has_its_words() -> None:
    assert {language.locale for language in LANGUAGES if language.tier is not Tier.DRAFT} <= set(WITH_WORDS)
    assert len(WITH_WORDS) >= 22


@pytest.mark.parametrize("locale", WITH_WORDS)
def test_every_word_means_what_its_file_says(locale: Locale, words: Words) -> None:
    raw = yaml.load((LOCALES / locale / "words.yml").read_bytes(), yaml.BaseLoader)
    wrong = []
    for name, listed in raw.items():
        for word in listed if isinstance(listed, list) else ():
            match name:
                case "yes" | "no":
                    is_right = words.yes_no(word, locale) is (name == "yes") and words.command(word, locale) is None
                case "numbers":
                    value = listed.index(word) + 1
                    is_right = all(words.number(one, locale) == value for one in word.split("|"))
                case "hours":
                    hour = time(listed.index(word) + 1)
                    is_right = all(words.time(one, locale) == hour for one in word.split("|"))
                case "weekdays":
                    meant = [words.date(one, locale, date(2026, 3, 16)) for one in word.split("|")]
                    is_right = all(day is not None and day.weekday() == listed.index(word) for day in meant)
                case "today" | "tomorrow" | "yesterday" | "after_tomorrow":
                    day = {"yesterday": 15, "today": 16, "tomorrow": 17, "after_tomorrow": 18}[name]
                    is_right = words.date(word, locale, date(2026, 3, 16)) == date(2026, 3, day)
                case _:
                    is_right = words.command(word, locale) == name
            if not is_right:
                wrong.append(f"{name}: {word}")
    assert wrong == []


@pytest.mark.parametrize("locale", WITH_WORDS)
def test_weekdays_are_read_as_cldr_writes_them(locale: Locale, words: Words) -> None:
    days = cldr(locale).days
    names = [(name, day) for use in ("format", "stand-alone") for day, name in days[use]["wide"].items()]
    read = [(name, words.date(name, locale, date(2026, 3, 16)), day) for name, day in names]
    assert [name for name, found, day in read if found is None or found.weekday() != day] == []


@pytest.mark.parametrize("locale", [one for one in WITH_WORDS if LANGUAGES[one].tier is not Tier.DRAFT])
def test_everything_can_be_said(locale: Locale) -> None:
    found = read_words(LOCALES / locale / "words.yml", fold)
    assert set(NEEDED) | {Command.MENU, Command.FORGET, Command.MY_DATA} <= set(found.commands.values())
    assert set(found.yes_no.values()) == {True, False}
    assert set(found.numbers.values()) == set(range(1, 11))
    assert Command.HELP in found.slashes


#: What the guichet's own buttons and lists say, and what they do.
OWN_LABELS = {
    "nav_back": Command.BACK,
    "nav_person": Command.PERSON,
    "nav_language": Command.LANGUAGE,
    "nav_emergency": Command.EMERGENCY,
    "nav_menu": Command.MENU,
    "nav_search": Command.SEARCH,
    "resume_continue": Command.RESUME,
    "roadmap_title": Command.ROADMAP,
    "command_language": Command.LANGUAGE,
    "command_person": Command.PERSON,
    "command_search": Command.SEARCH,
    "command_roadmap": Command.ROADMAP,
    "command_help": Command.HELP,
    "command_forget": Command.FORGET,
    "command_privacy": Command.PRIVACY,
}


@pytest.mark.parametrize("locale", [one for one in WITH_WORDS if po_path(LOCALES, one).exists()])
def test_what_the_buttons_of_the_guichet_say_may_be_typed(
    locale: Locale, words: Words, catalogues: Catalogues, sentences: tuple[Sentence, ...]
) -> None:
    wanted = {f"system/{name}": command for name, command in OWN_LABELS.items()}
    labels = [one.phrase for one in sentences if one.phrase.key in wanted]
    assert len(labels) == len(wanted)
    said = {phrase.key: plain(phrase, locale, catalogues) for phrase in labels}
    unheard = [text for key, text in said.items() if words.command(text, locale) is not wanted[key]]
    assert unheard == []


@pytest.mark.parametrize("locale", EVERY)
def test_months_are_read_in_every_language(locale: Locale, words: Words) -> None:
    from babel.dates import format_date

    today = date(2026, 3, 16)
    for month in range(1, 13):
        day = date(2026, month, 15)
        written = format_date(day, "long", locale=cldr(LANGUAGES[locale].formats))
        assert words.date(written, locale, today) == day, written


def test_glossary_explains_each_word_in_one_line() -> None:
    terms = Glossary.load(LOCALES / "glossary.yml")
    assert {"CPAS", "annexe", "AMU", "mutuelle", "équivalence"} <= {term.word for term in terms}
    assert [term.word for term in terms if len(term.means.text) > 120 or "\n" in term.means.text] == []


def test_french_is_shipped() -> None:
    assert LANGUAGES[SOURCE].tier is Tier.SHIPPED
    assert not Path(po_path(LOCALES, SOURCE)).exists()


def test_reference_names_every_word_and_every_issue() -> None:
    reference = Path("docs/reference/languages.md").read_text(encoding="utf-8")
    codes = {
        code for name in ("report", "merge") for code in re.findall(r'code="([a-z-]+)"', _source(f"bot/i18n/{name}.py"))
    }
    names = {command.value for command in Command} | {"yes", "no", "numbers", "hours"}
    names |= {"today", "tomorrow", "after_tomorrow", "yesterday"}
    assert [word for word in sorted(codes | names) if f"`{word}`" not in reference] == []
    assert len(codes) >= 6


def _source(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")
