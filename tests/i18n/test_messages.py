"""The translators' desk, over real files."""

import json
from io import StringIO
from pathlib import Path

import pytest

from bot.core.ids import Locale
from bot.core.phrases import Phrase
from bot.i18n import messages
from bot.i18n.catalogues import Catalogues
from bot.i18n.glossary import Glossary
from bot.i18n.languages import Languages
from bot.i18n.pofile import read_po_file
from bot.i18n.template import IN_DANGER, read_template

GLOSSARY = """
CPAS: {means: "Le service qui aide.", official: {nl: OCMW}}
ONE: "Un office pour les enfants."
mutuelle: {means: "Une assurance.", also: [mutuelles]}
"""
Found = tuple[Phrase, str, int, str]
ARABIC = Locale("ar")


def say(key: str, text: str, line: int, plural: str | None = None, path: str = "flows/besoins/eat.yml") -> Found:
    return Phrase(key=key, text=text, plural=plural), path, line, "message"


SENTENCES = [
    say("besoins.eat/who.choice.me", "Pour moi", 9),
    say("besoins.eat/who.say", "Allez au CPAS, **{name}**.", 7),
    say("besoins.eat/who.choice.all", "Pour tous", 10),
    say("system/hello", "Bonjour.", 3, path="flows/_system/phrases.yml"),
    say("system/adviser_take", "Prendre", 4, path="flows/_system/phrases.yml"),
    say("system/wait", "{count} minute", 5, "{count} minutes", path="flows/_system/phrases.yml"),
]


@pytest.fixture
def desk(locales: Path) -> Path:
    (locales / "glossary.yml").write_text(GLOSSARY, encoding="utf-8")
    for tag in ("en", "ar"):
        (locales / tag / "LC_MESSAGES" / "guichet.po").unlink()
    messages.extract(SENTENCES, locales)
    return locales


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    out = StringIO()
    return messages.main(["--folder", str(folder), *arguments], out), out.getvalue()


def fill(folder: Path, locale: str, translations: list[dict[str, object]], *options: str) -> tuple[int, str]:
    path = folder / "in.json"
    path.write_text(json.dumps(translations), encoding="utf-8")
    return run(folder, "fill", locale, str(path), *options)


def test_template_is_sorted_by_file_and_line_and_holds_the_glossary(desk: Path) -> None:
    assert [(one.path, one.line, one.phrase.key) for one in read_template(desk / "guichet.pot")] == [
        ("flows/_system/phrases.yml", 3, "system/hello"),
        ("flows/_system/phrases.yml", 4, "system/adviser_take"),
        ("flows/_system/phrases.yml", 5, "system/wait"),
        ("flows/besoins/eat.yml", 7, "besoins.eat/who.say"),
        ("flows/besoins/eat.yml", 9, "besoins.eat/who.choice.me"),
        ("flows/besoins/eat.yml", 10, "besoins.eat/who.choice.all"),
        ("locales/glossary.yml", 0, "glossary/CPAS"),
        ("locales/glossary.yml", 0, "glossary/ONE"),
        ("locales/glossary.yml", 0, "glossary/mutuelle"),
    ]


def test_extract_is_told_where_the_sentences_are(desk: Path) -> None:
    out = StringIO()
    assert messages.main(["--folder", str(desk), "extract"], out, lambda: SENTENCES[:1]) == 0
    assert out.getvalue() == "4 sentences\n"
    assert run(desk, "extract") == (2, "extract reads the flows: guichet messages extract\n")


def test_writing_twice_changes_nothing(desk: Path) -> None:
    run(desk, "update", "ar")
    before = [(desk / "guichet.pot").read_bytes(), messages.po_path(desk, ARABIC).read_bytes()]
    messages.extract(reversed(SENTENCES), desk)
    run(desk, "update", "ar")
    assert [(desk / "guichet.pot").read_bytes(), messages.po_path(desk, ARABIC).read_bytes()] == before


def test_missing_lists_safety_first_and_spares_what_only_advisers_read(desk: Path) -> None:
    status, out = run(desk, "missing", "ar", "--json")
    found = json.loads(out)
    assert status == 0
    assert [one["context"] for one in found[:3]] == ["system/hello", "system/wait", "besoins.eat/who.say"]
    assert found[1] == {
        "context": "system/wait",
        "source": "{count} minute",
        "plural": "{count} minutes",
        "forms": ["zero", "one", "two", "few", "many", "other"],
        "comment": "message",
    }
    assert [one["context"] for one in json.loads(run(desk, "missing", "ar", "--json", "--starts", "system/")[1])] == [
        "system/hello",
        "system/wait",
    ]
    assert "system/adviser_take" in run(desk, "missing", "en")[1]


def test_alert_on_the_card_of_a_safety_flow_counts_as_safety(desk: Path) -> None:
    alert = Phrase(key="directory/line.alert", text="Pas une ligne d'urgence."), "flows/directory/a.yml", 2
    hello = [one for one in SENTENCES if one[0].key == "system/hello"]
    counted = []
    for comment in ("La ligne – avertissement", f"{IN_DANGER}La ligne – avertissement"):
        messages.extract([*hello, say("besoins.eat/a.say", "Oui.", 1), (*alert, comment)], desk)
        (row,) = messages.report(desk, [ARABIC])
        counted.append((row.safety_missing, messages.missing(desk, ARABIC)[1]["context"]))
    assert counted == [(1, "besoins.eat/a.say"), (2, "directory/line.alert")]


def test_filled_translations_are_shown_as_drafts_until_read(desk: Path) -> None:
    forms = ["٠", "دقيقة", "دقيقتان", "{count} دقائق", "{count} دقيقة", "{count} دقيقة"]
    given = [
        {"context": "system/hello", "source": "Bonjour.", "translation": "مرحبا."},
        {"context": "system/wait", "source": "{count} minute", "translation": forms},
    ]
    assert fill(desk, "ar", given, "--unreviewed") == (0, "ar: 2 of 2 taken\n")
    wait = Phrase(key="system/wait", text="{count} minute", plural="{count} minutes").having(count=3)
    assert Catalogues.load(desk).text_of(wait, ARABIC).unreviewed
    assert "system/hello" not in run(desk, "missing", "ar")[1]
    assert "system/hello" in run(desk, "missing", "ar", "--drafts")[1]
    # Read by a person: the same translation again, without the mark.
    fill(desk, "ar", given)
    assert not Catalogues.load(desk).text_of(wait, ARABIC).unreviewed


@pytest.mark.parametrize(
    ("context", "source", "translation", "why"),
    [
        ("besoins.eat/who.say", "Allez au CPAS, **{name}**.", "اذهب", "{name} a disparu. Remettez-le tel quel."),
        ("besoins.eat/who.say", "Allez au CPAS, **{name}**.", "{name}", "les signes ** ont disparu ou sont seuls"),
        (
            "besoins.eat/who.say",
            "Allez au CPAS, **{name}**.",
            "**{name}** {x}",
            "{x} n'est pas dans la phrase française. Retirez-le.",
        ),
        ("system/wait", "{count} minute", "دقيقة", "il faut 6 formes du pluriel (zero, one, two, few, many, other)"),
        ("system/hello", "Bonjour.", "  ", "il faut un seul texte."),
        ("system/hello", "Salut.", "مرحبا", "cette phrase n'existe pas"),
    ],
)
def test_translation_that_would_harm_is_refused(
    desk: Path, context: str, source: str, translation: str, why: str
) -> None:
    status, out = fill(desk, "ar", [{"context": context, "source": source, "translation": translation}])
    assert status == 1
    assert why in out
    assert "0 of 1 taken" in out


def test_reviewed_translation_is_not_overwritten_by_a_draft(desk: Path) -> None:
    hello = {"context": "system/hello", "source": "Bonjour.", "translation": "مرحبا."}
    fill(desk, "ar", [hello])
    status, out = fill(desk, "ar", [hello | {"translation": "أهلا."}], "--unreviewed")
    assert (status, "est déjà là" in out) == (1, True)
    assert fill(desk, "ar", [hello | {"translation": "أهلا."}], "--replace")[0] == 0
    assert Catalogues.load(desk).text_of(Phrase(key="system/hello", text="Bonjour."), ARABIC).text == "أهلا."


def test_changed_sentence_keeps_its_translation_as_fuzzy(desk: Path) -> None:
    fill(desk, "ar", [{"context": "system/hello", "source": "Bonjour.", "translation": "مرحبا."}])
    messages.extract([*SENTENCES[:3], say("system/hello", "Bonjour !", 3), *SENTENCES[4:]], desk)
    assert run(desk, "update", "ar")[1].startswith("ar: 0 translated, 1 fuzzy")
    assert Catalogues.load(desk).text_of(Phrase(key="system/hello", text="Bonjour !"), ARABIC).text == "Bonjour !"
    kept = next(one for one in read_po_file(messages.po_path(desk, ARABIC)).entries if one.context == "system/hello")
    assert (kept.strings, kept.is_fuzzy, kept.previous) == (("مرحبا.",), True, ("Bonjour.",))
    # Back to the old sentence: the translation fits again only once a person says so, and nothing was lost.
    run(desk, "update", "ar")
    assert "مرحبا." in messages.po_path(desk, ARABIC).read_text(encoding="utf-8")


def test_long_earlier_sentence_stays_whole_in_the_file(desk: Path) -> None:
    long = 'Gardez la lettre du CPAS, dit "annexe", et lisez la date. ' * 5 + "Merci."
    messages.extract([say("system/hello", long, 3)], desk)
    run(desk, "update", "ar")
    fill(desk, "ar", [{"context": "system/hello", "source": long, "translation": "CPAS annexe"}])
    messages.extract([say("system/hello", "Bonjour !", 3)], desk)
    run(desk, "update", "ar")
    (kept,) = (one for one in read_po_file(messages.po_path(desk, ARABIC)).entries if one.context == "system/hello")
    assert (kept.is_fuzzy, kept.previous) == (True, (long,))


def test_moved_sentence_takes_its_translation_along(desk: Path) -> None:
    fill(desk, "ar", [{"context": "besoins.eat/who.choice.me", "source": "Pour moi", "translation": "لي"}])
    messages.extract([say("besoins.sleep/who.choice.me", "Pour moi", 9), *SENTENCES[1:]], desk)
    run(desk, "update", "ar")
    moved = Phrase(key="besoins.sleep/who.choice.me", text="Pour moi")
    wording = Catalogues.load(desk).text_of(moved, ARABIC)
    assert (wording.text, wording.unreviewed) == ("لي", True)


def test_removed_sentence_keeps_its_translation_as_obsolete(desk: Path) -> None:
    fill(desk, "ar", [{"context": "system/hello", "source": "Bonjour.", "translation": "مرحبا."}])
    messages.extract(SENTENCES[:3], desk)
    run(desk, "update", "ar")
    assert '#~ msgstr "مرحبا."' in messages.po_path(desk, ARABIC).read_text(encoding="utf-8")
    messages.extract(SENTENCES, desk)
    run(desk, "update", "ar")
    assert Catalogues.load(desk).text_of(Phrase(key="system/hello", text="Bonjour."), ARABIC).text == "مرحبا."


def test_header_and_notes_of_translators_survive(desk: Path) -> None:
    fill(desk, "ar", [{"context": "system/hello", "source": "Bonjour.", "translation": "مرحبا."}])
    path = messages.po_path(desk, ARABIC)
    text = path.read_text(encoding="utf-8")
    text = text.replace('"MIME', '"Last-Translator: Interprètes\\n"\n"X-Generator: Weblate 5\\n"\n"MIME', 1)
    path.write_text(text.replace("#. message\n", "# formel\n#. message\n", 1), encoding="utf-8")
    run(desk, "update", "ar")
    after = path.read_text(encoding="utf-8")
    assert '"Last-Translator: Interprètes\\n"\n"X-Generator: Weblate 5\\n"' in after
    assert "# formel\n" in after
    assert after.count("nplurals=6") == 1


def test_report_counts_and_finds_what_is_wrong(desk: Path) -> None:
    fill(
        desk,
        "ar",
        [
            {"context": "system/hello", "source": "Bonjour.", "translation": "مرحبا."},
            {
                "context": "besoins.eat/who.say",
                "source": "Allez au CPAS, **{name}**.",
                "translation": "إلى **{name}**.",
            },
            {"context": "besoins.eat/who.choice.me", "source": "Pour moi", "translation": "لي"},
            {"context": "besoins.eat/who.choice.all", "source": "Pour tous", "translation": "لي"},
        ],
    )
    path = messages.po_path(desk, ARABIC)
    path.write_text(path.read_text(encoding="utf-8").replace("مرحبا.", "مرحبا {who}."), encoding="utf-8")
    (row,) = messages.report(desk, [ARABIC])
    assert (row.total, row.translated, row.missing, row.safety_missing) == (8, 4, 4, 2)
    assert [(issue.code, issue.is_critical) for issue in row.issues] == [
        ("lost-placeholder", True),
        ("missing-term", False),
        ("label-collision", True),
    ]
    assert str(row.issues[1]).startswith("locales/ar/LC_MESSAGES/guichet.po:")
    assert "« CPAS » reste en français" in str(row.issues[1])
    status, out = run(desk, "report")
    assert status == 1
    assert "ar arabe" in out
    assert "missing-term" not in run(desk, "compile-check", "ar")[1]


def test_shipped_language_must_have_been_read_by_a_person(desk: Path) -> None:
    languages = desk / "languages.yml"
    languages.write_text(languages.read_text(encoding="utf-8").replace("arabe, tier: beta", "arabe, tier: shipped"))
    (row,) = messages.report(desk, [ARABIC])
    assert [(issue.path, issue.line, issue.code, issue.text.en) for issue in row.issues] == [
        (
            "locales/ar/LC_MESSAGES/guichet.po",
            1,
            "tier-too-high",
            "shipped, but only 0% is translated and read by a person; beta below 98%",
        )
    ]


def test_unreadable_catalogue_is_an_issue_and_the_others_are_counted(desk: Path) -> None:
    path = messages.po_path(desk, ARABIC)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('msgid "x"\nmsgstr "half a sen', encoding="utf-8")
    rows = {row.language.locale: row for row in messages.report(desk)}
    said = "locales/ar/LC_MESSAGES/guichet.po:2: cette ligne n'est pas d'un fichier PO : il manque un guillemet droit"
    assert [str(issue) for issue in rows[ARABIC].issues] == [f'{said} ("). [unreadable-catalogue]']
    assert rows[Locale("fr")].share == 1.0
    assert run(desk, "update", "ar")[0] == 2


def test_terms_stand_as_words_and_official_names_are_accepted(desk: Path) -> None:
    glossary = Glossary.load(desk / "glossary.yml")
    assert [term.word for term in glossary.within("La mutuelle, l'ONE et le CPAS. Someone. L'une des mutuelles.")] == [
        "CPAS",
        "ONE",
        "mutuelle",
    ]
    assert glossary.within("Phone, cpas, mutuellement") == ()
    cpas = glossary.terms[0]
    assert cpas.is_kept("اذهب إلى الCPAS", ARABIC)
    assert cpas.is_kept("Ga naar het OCMW", Locale("nl"))
    assert not cpas.is_kept("Go to the OCMW", Locale("en"))


def test_every_language_of_the_desk_is_one_of_the_list(desk: Path) -> None:
    assert [row.language for row in messages.report(desk)] == list(Languages.load(desk / "languages.yml"))


@pytest.mark.parametrize("verb", ["update", "report", "compile-check", "missing", "fill"])
def test_a_language_that_is_not_on_the_list_is_named_with_the_way_out(desk: Path, verb: str) -> None:
    rest = [str(desk / "in.json")] if verb == "fill" else []
    there = sorted(one.locale for one in Languages.load(desk / "languages.yml"))
    before = sorted(desk.rglob("*"))
    assert run(desk, verb, "zz", *rest) == (
        2,
        f"Aucune langue ne s'appelle « zz » dans {desk / 'languages.yml'} : ajoutez-lui une ligne."
        f" Il y a : {', '.join(there)}.\n",
    )
    assert sorted(desk.rglob("*")) == before


@pytest.mark.parametrize("verb", ["update", "missing", "fill"])
def test_french_gets_no_catalogue(desk: Path, verb: str) -> None:
    (desk / "in.json").write_text("[]", encoding="utf-8")
    rest = [str(desk / "in.json")] if verb == "fill" else []
    assert run(desk, verb, "fr", *rest)[0] == 2
    assert not messages.po_path(desk, Locale("fr")).exists()


def contexts(folder: Path) -> list[str]:
    return [one.context for one in read_po_file(messages.po_path(folder, ARABIC)).entries]


def test_a_file_of_drafts_holds_no_gaps_until_somebody_asks_for_them(desk: Path) -> None:
    greeting = [{"context": "system/hello", "source": "Bonjour.", "translation": "مرحبا."}]
    assert fill(desk, "ar", greeting, "--unreviewed") == (0, "ar: 1 of 1 taken\n")
    assert contexts(desk) == ["system/hello"]
    assert run(desk, "update") == (
        0,
        "ar: 1 translated, 0 fuzzy, 8 missing (0 taken from the same sentence elsewhere)\n",
    )
    assert contexts(desk) == ["system/hello"]
    run(desk, "update", "ar")
    assert len(contexts(desk)) == 9
    fill(desk, "ar", [{"context": "system/adviser_take", "source": "Prendre", "translation": "خذ"}])
    assert len(contexts(desk)) == 9
