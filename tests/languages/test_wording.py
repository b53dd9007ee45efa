"""What readers of a translation were misled by once does not come back."""

from __future__ import annotations

import re

import pytest

from bot.core.ids import Locale
from bot.core.phrases import Phrase
from bot.data import Data
from bot.directory.facts import Unit
from bot.i18n.languages import Languages
from bot.i18n.messages import LOCALES, po_path
from bot.i18n.pofile import PoEntry, read_po_file
from bot.i18n.render import plain

TRANSLATED = [
    language.locale
    for language in Languages.load(LOCALES / "languages.yml")
    if po_path(LOCALES, language.locale).exists()
]
#: Amharic and Tigrinya may leave a noun in the singular behind any number.
COUNTING = [locale for locale in TRANSLATED if locale not in ("am", "ti")]
#: A bare figure and what stands behind it.
_FIGURE = re.compile(r"\{fact\.(\w+)\} (\S+(?: \S+)?)")
#: No letter and no Arabic vowel sign follows: the word is whole.
_WHOLE = r"(?![\w\u064b-\u0652])"
#: Locale, part of the French sentence, what its translation must not say, and how that was read.
TRAPS = [
    ("tr", "décision négative", r"karar aldım", "I took a decision"),
    ("sq", "décision négative", r"[Mm]ora një vendim", "I took a decision"),
    ("ro", "citoyenneté", r"cetățeni", "nationality, another page of the menu"),
    ("tr", "citoyenneté", r"[Vv]atandaşlık", "nationality, another page of the menu"),
    ("ro", "droits au travail", r"la muncă", "the right to work, another page of the menu"),
    ("ru", "pense à mourir", r"о смерти", "a thought anybody has"),
    ("uk", "pense à mourir", r"про смерть", "a thought anybody has"),
    ("ru", "Langue des signes", r"жестов$", "gestures, not the language of the deaf"),
    ("uk", "Langue des signes", r"жестів$", "gestures, not the language of the deaf"),
    ("ar", "Enfant seul", r"طفل وحيد", "an only child"),
    ("ar", "demandez une personne", r"اسأل شخص", "question somebody"),
    ("en", "demandez une personne", r"[Aa]sk a person", "question somebody"),
    ("en", "lieu commun", r"common place", "a platitude"),
    ("sq", "place d'accueil", r"vend pritjeje", "a place to wait"),
    ("sq", "guichet unique", r"i vetëm", "the only desk there is"),
]


def entries(locale: Locale) -> list[PoEntry]:
    """What is shown; words that people type may be whatever people type."""
    found = read_po_file(po_path(LOCALES, locale)).entries
    shown = [one for one in found if one.is_translated and not one.is_fuzzy and not one.is_obsolete]
    return [one for one in shown if not one.context.endswith("/keyword") and ".word." not in one.context]


@pytest.mark.parametrize("locale", COUNTING)
def test_a_bare_figure_stands_before_the_form_that_it_needs(locale: Locale, data: Data) -> None:
    """`2 أشهر` and `5 месяца` are wrong, also when a figure changes in `facts.yml` and its sentences do not."""
    shown = entries(locale)
    counted = {name: fact for name, fact in data.directory.facts.items() if fact.unit.is_counted}
    units = {unit: forms_of(unit, shown, locale, data) for unit in {fact.unit for fact in counted.values()}}
    wrong = [
        f"{entry.context}: {fact.value} {behind}"
        for entry in shown
        for text in entry.strings
        for name, behind in _FIGURE.findall(text)
        if (fact := counted.get(name)) is not None
        if (form := form_of(behind, units[fact.unit])) is not None and form != units[fact.unit][int(str(fact.value))]
    ]
    assert wrong == []


def forms_of(unit: Unit, shown: list[PoEntry], locale: Locale, data: Data) -> dict[int, str]:
    """What stands behind each number; nothing where the unit says the number itself, as the Arabic dual does."""
    key = f"system/fact.{unit}"
    sources = next((entry.sources for entry in shown if entry.context == key), None)
    if sources is None:
        return {}  # a draft that has only begun: French stands there
    one, many = sources
    numbers = {int(str(fact.value)) for fact in data.directory.facts.values() if fact.unit is unit}
    found = {}
    for number in sorted({*range(1, 12), 20, 100, *numbers}):
        said = plain(Phrase(key=key, text=one, plural=many, values={"count": number}), locale, data.catalogues)
        found[number] = said.removeprefix(f"{number} ").strip() if said.startswith(f"{number} ") else ""
    return found


def form_of(behind: str, units: dict[int, str]) -> str | None:
    """Which form of the unit these words begin with; None when they are something else."""
    fitting = [form for form in units.values() if form and re.match(re.escape(form) + _WHOLE, behind)]
    return max(fitting, key=len, default=None)


@pytest.mark.parametrize(("locale", "french", "trap", "read_as"), TRAPS)
def test_nobody_reads_something_else(locale: Locale, french: str, trap: str, read_as: str) -> None:
    about = [one for one in entries(locale) if french in one.sources[0]]
    assert about
    assert [one.context for one in about if re.search(trap, one.strings[0])] == [], f"is read as: {read_as}"


@pytest.mark.parametrize("locale", TRANSLATED)
def test_the_employment_service_is_spelt_in_one_way(locale: Locale) -> None:
    """As on its door: whoever reads « FORem » here and « Forem » there takes them for two offices."""
    entries = read_po_file(po_path(LOCALES, locale)).entries
    spelt = {
        name
        for entry in entries
        if not entry.is_obsolete
        for text in (*entry.sources, *entry.strings)
        for name in re.findall(r"forem\b", text, re.IGNORECASE)
        if not entry.context.endswith("/keyword")
    }
    assert spelt == {"Forem"}
