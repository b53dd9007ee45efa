import json
import os
from pathlib import Path

import pytest

from bot.core.ids import Locale
from bot.core.phrases import Phrase
from bot.i18n.catalogues import Catalogues, Status, Wording, is_safety
from bot.i18n.pofile import read_po_file
from bot.i18n.told import LocaleFileError
from tests.i18n.conftest import write_po

HELLO = Phrase(key="system/hello", text="Bonjour.")
BYE = Phrase(key="system/bye", text="Au revoir.")
CALL = Phrase(key="besoins.eat/who.say", text="Appelez le **{phone}**.")
WAIT = Phrase(key="system/wait", text="Attendez {count} minute.", plural="Attendez {count} minutes.")
ARABIC, ENGLISH, RUSSIAN = Locale("ar"), Locale("en"), Locale("ru")


def test_sentence_comes_from_the_first_language_of_the_chain_that_has_it(catalogues: Catalogues) -> None:
    assert [catalogues.text_of(HELLO, Locale(tag)) for tag in ("fr", "ar", "ru", "fa-AF", "xx")] == [
        Wording(text="Bonjour.", locale=Locale("fr")),
        Wording(text="مرحبا.", locale=ARABIC),
        Wording(text="Hello.", locale=ENGLISH),
        Wording(text="Bonjour.", locale=Locale("fr")),
        Wording(text="Bonjour.", locale=Locale("fr")),
    ]


def test_fuzzy_translation_is_not_shown(catalogues: Catalogues) -> None:
    assert catalogues.text_of(BYE, ENGLISH) == Wording(text="Au revoir.", locale=Locale("fr"))


def test_changed_source_is_not_shown_in_its_old_translation(catalogues: Catalogues) -> None:
    changed = Phrase(key="system/hello", text="Bonjour !")
    assert catalogues.text_of(changed, ENGLISH) == Wording(text="Bonjour !", locale=Locale("fr"))


def test_same_sentence_in_another_context_is_another_sentence(catalogues: Catalogues) -> None:
    elsewhere = Phrase(key="besoins.eat/who.say", text="Bonjour.")
    assert catalogues.text_of(elsewhere, ENGLISH).locale == "fr"


def test_draft_says_that_nobody_read_it(catalogues: Catalogues) -> None:
    assert catalogues.text_of(CALL, ENGLISH) == Wording(text="Call **{phone}**.", locale=ENGLISH, unreviewed=True)


@pytest.mark.parametrize(
    ("count", "arabic", "french"),
    [
        (0, "لا انتظار.", "Attendez {count} minute."),
        (1, "انتظر دقيقة.", "Attendez {count} minute."),
        (2, "انتظر دقيقتين.", "Attendez {count} minutes."),
        (5, "انتظر {count} دقائق.", "Attendez {count} minutes."),
        (11, "انتظر {count} دقيقة.", "Attendez {count} minutes."),
        (100, "انتظر {count} دقيقة!", "Attendez {count} minutes."),
        (103, "انتظر {count} دقائق.", "Attendez {count} minutes."),
    ],
)
def test_count_picks_the_plural_form(catalogues: Catalogues, count: int, arabic: str, french: str) -> None:
    phrase = WAIT.having(count=count)
    assert catalogues.text_of(phrase, ARABIC).text == arabic
    assert catalogues.text_of(phrase, Locale("fr")).text == french


def test_plural_with_too_few_forms_is_not_shown(locales: Path) -> None:
    write_po(
        locales,
        "ru",
        """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 ? 0 : n%10<5 ? 1 : 2);\\n"

msgctxt "system/wait"
msgid "Attendez {count} minute."
msgid_plural "Attendez {count} minutes."
msgstr[0] "минута"
msgstr[1] "минуты"
msgstr[2] ""
""",
    )
    assert Catalogues.load(locales).text_of(WAIT.having(count=1), RUSSIAN).locale == "en"


@pytest.mark.parametrize("rule", ["n/0", "n%(n-5)", "n", "n==1 ? 0 : 3"])
def test_a_rule_that_names_no_form_gives_way_to_the_rule_of_the_language(locales: Path, rule: str) -> None:
    write_po(
        locales,
        "ru",
        f"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural={rule};\\n"

msgctxt "system/wait"
msgid "Attendez {{count}} minute."
msgid_plural "Attendez {{count}} minutes."
msgstr[0] "{{count}} минута"
msgstr[1] "{{count}} минуты"
msgstr[2] "{{count}} минут"
""",
    )
    said = [Catalogues.load(locales).text_of(WAIT.having(count=count), RUSSIAN).text for count in (1, 3, 5, 11)]
    assert said == ["{count} минута", "{count} минуты", "{count} минут", "{count} минут"]


LABELS = """
msgctxt "besoins.eat/buy.choice.cheap"
msgid "Acheter moins cher"
msgstr "{}"

msgctxt "besoins.eat/buy.choice.parcel"
msgid "Recevoir un colis"
msgstr "{}"
"""


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("Call.", "lost the placeholder {phone}"),
        ("Call **{phone}** or {mobile}.", "has a placeholder {mobile} that the sentence does not have"),
        ("Call **{phone}** {fact.قرار}.", "has braces that are no placeholder of the sentence"),
        ("Call **{phone}.", "lost or broke the **bold** signs"),
        ("**Call** **{phone}**", "has not as many **bold** signs as the sentence"),
    ],
)
def test_what_a_check_finds_critical_is_not_shown_and_is_said(
    catalogues: Catalogues, broken: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = catalogues.path_of(ENGLISH)
    path.write_text(path.read_text(encoding="utf-8").replace("Call **{phone}**.", broken), encoding="utf-8")
    # The next language of the chain says it.
    assert catalogues.text_of(CALL, RUSSIAN) == Wording(text="Appelez le **{phone}**.", locale=Locale("fr"))
    assert catalogues.text_of(HELLO, RUSSIAN).text == "Hello."
    [line] = catalogues.of(ENGLISH).wrong
    assert str(line) == f"{path.as_posix()}:13: besoins.eat/who.say: {said}"
    assert [one.getMessage() for one in caplog.records] == [f"catalogue.not_shown {line}"]


def test_two_choices_that_read_the_same_are_both_left_to_the_next_language(locales: Path) -> None:
    path = Catalogues.load(locales).path_of(ENGLISH)
    whole = path.read_text(encoding="utf-8")
    cheap = Phrase(key="besoins.eat/buy.choice.cheap", text="Acheter moins cher")
    parcel = Phrase(key="besoins.eat/buy.choice.parcel", text="Recevoir un colis")
    for labels, locale in ((("Buy for less", "buy for LESS "), "fr"), (("Buy for less", "Get a parcel"), "en")):
        path.write_text(whole + LABELS.format(*labels), encoding="utf-8")
        found = Catalogues.load(locales)
        assert [found.text_of(one, ENGLISH).locale for one in (cheap, parcel)] == [locale, locale]


def test_status_counts_what_a_reader_would_see(catalogues: Catalogues) -> None:
    everything = [HELLO, BYE, CALL, WAIT]
    assert catalogues.status(ENGLISH, everything) == Status(
        locale=ENGLISH, total=4, translated=3, reviewed=2, fuzzy=1, missing=0, safety_complete=False
    )
    assert catalogues.status(RUSSIAN, everything) == Status(
        locale=RUSSIAN, total=4, translated=0, reviewed=0, fuzzy=0, missing=4, safety_complete=False
    )
    assert catalogues.status(Locale("fr"), everything).safety_complete


def test_language_is_offered_only_with_all_sentences_of_safety(catalogues: Catalogues) -> None:
    assert [one.locale for one in catalogues.offer([HELLO, CALL, WAIT]).languages] == ["fr", "en", "ar"]
    assert [one.locale for one in catalogues.offer([HELLO, BYE]).languages] == ["fr"]


def test_language_is_offered_only_with_what_safety_flows_show_of_elsewhere(catalogues: Catalogues) -> None:
    alert = Phrase(key="directory/line.alert", text="Pas une ligne d'urgence.")
    everything = [HELLO, CALL, WAIT, alert]
    assert [one.locale for one in catalogues.offer(everything).languages] == ["fr", "en", "ar"]
    assert [one.locale for one in catalogues.offer(everything, shown_in_danger=[alert]).languages] == ["fr"]


def test_one_lost_form_of_safety_takes_a_language_off_the_list_and_is_said(catalogues: Catalogues) -> None:
    everything = [HELLO, CALL, WAIT]
    assert catalogues.offer(everything).withheld == {}
    path = catalogues.path_of(ARABIC)
    path.write_text(path.read_text(encoding="utf-8").replace("انتظر دقيقتين.", ""), encoding="utf-8")
    assert (catalogues.edition, catalogues.refresh(), catalogues.edition) == (0, ("ar",), 1)
    assert [one.locale for one in catalogues.offer(everything).languages] == ["fr", "en"]
    assert catalogues.offer(everything).withheld == {ARABIC: (WAIT,)}
    said = f"{path.as_posix()}:15: system/wait: "
    assert [(one.en, one.fr) for one in catalogues.issues] == [
        (
            f"{said}6 plural forms are needed, 5 are there",
            f"{said}il faut 6 formes du pluriel, il y en a 5. Remplissez-les toutes.",
        )
    ]
    # What is no safety takes nothing away.
    assert catalogues.offer([HELLO, CALL]).withheld == {}


def test_forms_are_those_of_the_language_whatever_the_header_says(locales: Path) -> None:
    path = Catalogues.load(locales).path_of(ARABIC)
    head = '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    path.write_text(path.read_text(encoding="utf-8").replace("\n\n", "\n" + head, 1), encoding="utf-8")
    assert Catalogues.load(locales).text_of(WAIT.having(count=2), ARABIC).text == "انتظر دقيقتين."


@pytest.mark.parametrize("kept", [0, 1])
def test_file_that_was_emptied_or_cut_changes_nothing_and_is_said(
    catalogues: Catalogues, kept: int, tmp_path: Path
) -> None:
    path, before = catalogues.path_of(ARABIC), catalogues.of(ARABIC)
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    path.write_text("\n\n".join(blocks[: kept + 1]) + "\n" if kept else "", encoding="utf-8")
    assert (catalogues.refresh(), catalogues.of(ARABIC) is before) == ((), True)
    why = "2 of 3 sentences are gone" if kept else "holds no sentence"
    assert [*map(str, catalogues.issues)] == [f"{path}: {why}; was it saved half-way?"]
    path.write_text("\n\n".join(blocks), encoding="utf-8")
    assert (catalogues.refresh(), catalogues.issues) == (("ar",), ())


def test_draft_language_is_never_offered(catalogues: Catalogues) -> None:
    assert "pt" not in [one.locale for one in catalogues.offer([]).languages]


@pytest.mark.parametrize(
    ("key", "needed"),
    [
        ("system/hello", True),
        ("_system.welcome/start.say", True),
        ("urgence.violence/now.choice.yes", True),
        ("urgence.violence/keyword", False),
        ("system/adviser_take", False),
        ("besoins.eat/title", False),
    ],
)
def test_what_must_be_there(key: str, needed: bool) -> None:
    assert is_safety(Phrase(key=key, text="x")) is needed


def test_changed_file_is_read_again(locales: Path, catalogues: Catalogues) -> None:
    assert catalogues.text_of(HELLO, ENGLISH).text == "Hello."
    assert catalogues.refresh() == ()
    path = catalogues.path_of(ENGLISH)
    path.write_text(path.read_text(encoding="utf-8").replace("Hello.", "Good morning."), encoding="utf-8")
    assert catalogues.refresh() == ("en",)
    assert catalogues.text_of(HELLO, ENGLISH).text == "Good morning."


def test_new_and_removed_files_are_noticed(locales: Path, catalogues: Catalogues) -> None:
    assert catalogues.text_of(HELLO, RUSSIAN).text == "Hello."
    po = catalogues.path_of(ENGLISH).read_text(encoding="utf-8")
    write_po(locales, "ru", po.replace("Hello.", "Здравствуйте."))
    catalogues.path_of(ENGLISH).unlink()
    assert catalogues.refresh() == ("ru", "en")
    assert catalogues.text_of(HELLO, RUSSIAN).text == "Здравствуйте."
    assert catalogues.text_of(HELLO, ENGLISH).text == "Bonjour."


@pytest.mark.parametrize("damaged", ['msgctxt "system/hello"\nmsgid "Bonjour."\nmsgstr "Hel', 'msgid "x"\ngarbage\n"'])
def test_damaged_file_shows_french(locales: Path, damaged: str) -> None:
    write_po(locales, "en", damaged)
    assert Catalogues.load(locales).text_of(HELLO, ENGLISH).text == "Bonjour."


HALF = 'msgctxt "system/hello"\nmsgid "Bonjour."\nmsgstr "Hel'


def test_half_saved_file_changes_nothing_and_is_said(catalogues: Catalogues, caplog: pytest.LogCaptureFixture) -> None:
    path = catalogues.path_of(ENGLISH)
    before, whole = catalogues.of(ENGLISH), path.read_text(encoding="utf-8")
    path.write_text(HALF, encoding="utf-8")
    assert catalogues.refresh() == ()
    assert catalogues.of(ENGLISH) is before
    assert [record.getMessage().partition(" reason")[0] for record in caplog.records] == [
        "catalogue.unreadable locale=en served=what it was before"
    ]
    assert catalogues.refresh() == ()
    assert len(caplog.records) == 1
    path.write_text(whole.replace("Hello.", "Good morning."), encoding="utf-8")
    assert catalogues.refresh() == ("en",)
    assert catalogues.text_of(HELLO, ENGLISH).text == "Good morning."


def test_file_damaged_at_the_start_is_served_from_its_compiled_copy(
    locales: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = Catalogues.load(locales, cache=tmp_path / "var").of(ENGLISH)
    write_po(locales, "en", HALF)
    for _ in range(2):
        assert Catalogues.load(locales, cache=tmp_path / "var").of(ENGLISH) == before
    assert [one.levelname for one in caplog.records] == ["ERROR", "ERROR"]


def test_language_whose_file_never_was_whole_is_left_out_and_said(
    locales: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_po(locales, "en", HALF)
    catalogues = Catalogues.load(locales, cache=tmp_path / "var")
    assert [one.locale for one in catalogues.offer([HELLO, CALL, WAIT]).languages] == ["fr", "ar"]
    assert "served=nothing of this language" in caplog.text


@pytest.mark.parametrize("last", ["# unreviewed: machine draft", "#: flows/a.yml:3", "#, fuzzy", '#| msgid "Salut."'])
def test_file_cut_between_a_comment_and_its_sentence_was_saved_half_way(locales: Path, last: str) -> None:
    path = Catalogues.load(locales).path_of(ENGLISH)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{last}\n")
    with pytest.raises(LocaleFileError, match="saved half-way"):
        read_po_file(path)


def test_compiled_copy_gives_the_same_sentences(locales: Path, tmp_path: Path) -> None:
    cache = tmp_path / "var"
    first, second = (Catalogues.load(locales, cache=cache) for _ in range(2))
    assert (first.of(ARABIC), first.of(ENGLISH)) == (second.of(ARABIC), second.of(ENGLISH))
    assert sorted(path.name for path in cache.iterdir()) == ["ar.guichet.json", "en.guichet.json"]


def test_compiled_copy_is_not_believed_when_the_file_changed_or_it_is_damaged(locales: Path, tmp_path: Path) -> None:
    cache = tmp_path / "var"
    Catalogues.load(locales, cache=cache).of(ENGLISH)
    path = locales / "en" / "LC_MESSAGES" / "guichet.po"
    path.write_text(path.read_text(encoding="utf-8").replace("Hello.", "Salut."), encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert Catalogues.load(locales, cache=cache).text_of(HELLO, ENGLISH).text == "Salut."
    (cache / "en.guichet.json").write_text(json.dumps({"form": 1}), encoding="utf-8")
    assert Catalogues.load(locales, cache=cache).text_of(HELLO, ENGLISH).text == "Salut."


def test_cache_that_cannot_be_written_costs_nothing_but_speed(locales: Path, tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file, not a folder", encoding="utf-8")
    assert Catalogues.load(locales, cache=tmp_path / "var").text_of(HELLO, ENGLISH).text == "Hello."
