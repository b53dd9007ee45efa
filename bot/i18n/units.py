"""What people call years, days or square metres: the names of units in CLDR, folded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from bot.i18n.choices import Fold, key_of_words
from bot.i18n.languages import cldr

#: Core unit identifiers of CLDR (UTS 35) that tell apart what is counted.
YEAR, MONTH, WEEK, DAY, HOUR = (f"duration-{one}" for one in ("year", "month", "week", "day", "hour"))
_UNITS = (YEAR, MONTH, WEEK, DAY, HOUR, "area-square-meter")
#: Numbers that between them ask for the plural forms of CLDR's languages.
FORMS = (1, 2, 3, 5, 11, 100)
#: Shorter names are also words of another sense: « a » is short for « ans », and a verb.
_NAME_FROM = 2
_PERSIAN = {YEAR: ("ساله", "سالشه", "سالش", "سالگی"), MONTH: ("ماهه", "ماهشه")}
#: Names that people write and CLDR does not have; many languages say an age with a word of its own (« yaşında »).
_ALSO: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "am": {YEAR: ("ዓመቱ", "ዓመቷ", "አመቱ", "አመቷ", "አመት")},
    "ar": {YEAR: ("سنين", "عام", "أعوام"), MONTH: ("شهور",)},
    "en": {YEAR: ("yo",), HOUR: ("o'clock",)},
    "fa": _PERSIAN,
    "fa-AF": _PERSIAN,
    "ka": {YEAR: ("წლის", "წლისაა"), MONTH: ("თვის", "თვისაა")},
    "kmr": {
        YEAR: ("salî", "saliye", "sal"),
        MONTH: ("mehî", "meh"),
        DAY: ("roj", "rojan"),
        WEEK: ("hefte", "hefteyan", "heftiyan"),
    },
    "ps": {YEAR: ("کلن", "کلنه", "کاله", "کال"), MONTH: ("میاشتنی", "میاشتې", "میاشتو")},
    "ru": {YEAR: ("годик", "годика", "годиков")},
    "so": {YEAR: ("sano", "sanno", "jir", "jirtaa"), MONTH: ("bilood", "bil")},
    "sq": {YEAR: ("vjeç", "vjeçe", "vjeçar", "vjeçare"), MONTH: ("muajsh", "muajshe")},
    "tr": {YEAR: ("yaş", "yaşında", "yaşındayım"), MONTH: ("aylık",)},
}


def units_of(tags: Sequence[str], fold: Fold) -> Mapping[str, str]:
    """Folded words for units in these languages, the first of which has the last word."""
    return {word: unit for tag in reversed(tags) for word, unit in units_in(tag, fold).items()}


@cache
def units_in(tag: str, fold: Fold) -> Mapping[str, str]:
    """Folded words for units in one language; one that is in the names of two units is left out."""
    from babel.units import format_unit

    meanings = {key_of_words(name, fold): {unit} for unit, more in _ALSO.get(tag, {}).items() for name in more}
    for unit in _UNITS:
        for length in ("long", "short"):
            for number in FORMS:
                named = format_unit(number, unit, length=length, locale=cldr(tag))
                if unit in named:  # CLDR has no name for it
                    continue
                for word in key_of_words(named, fold).split():
                    if len(word) >= _NAME_FROM and not word.isdigit():
                        meanings.setdefault(word, set()).add(unit)
    return {word: units.pop() for word, units in meanings.items() if len(units) == 1}
