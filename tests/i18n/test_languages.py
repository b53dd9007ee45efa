from pathlib import Path

import pytest

from bot.core.ids import Locale
from bot.i18n.languages import Direction, Languages, direction_of
from bot.i18n.told import LocaleFileError


@pytest.fixture
def languages(locales: Path) -> Languages:
    return Languages.load(locales / "languages.yml")


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("fr", "fr"),
        ("fr-ca", "fr"),
        ("FA_af", "fa-AF"),
        ("fa-IR", "fa"),
        ("prs", "fa-AF"),
        ("pt-br", "pt"),
        ("en-US-posix", "en"),
        ("xx", None),
        ("", None),
        (None, None),
        ("f", None),
    ],
)
def test_tag_of_a_phone_means_the_nearest_language(languages: Languages, tag: str | None, found: str | None) -> None:
    assert languages.nearest(tag) == found


def test_chain_ends_with_french(languages: Languages) -> None:
    assert [languages.chain(Locale(tag)) for tag in ("fr", "ru", "fa-AF", "xx")] == [
        ("fr",),
        ("ru", "en", "fr"),
        ("fa-AF", "fa", "fr"),
        ("fr",),
    ]


@pytest.mark.parametrize(
    ("tag", "direction"),
    [
        ("ar", "rtl"),
        ("fa-AF", "rtl"),
        ("ckb", "rtl"),
        ("ku", "ltr"),
        ("ku-Arab", "rtl"),
        ("zh-Hans", "ltr"),
        ("ff", "ltr"),
    ],
)
def test_direction_comes_from_the_script(tag: str, direction: str) -> None:
    assert direction_of(tag) is Direction(direction)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("en: {name: English, french: anglais, tier: beta, fallback: []}", '"fr", the language of the sentences'),
        ("fr: {name: Français, french: français, tier: gold, fallback: []}", 'tier "gold" is none of'),
        ("fr: {name: Français, tier: shipped, fallback: []}", "needs a french"),
        ("fr: {name: F, french: f, tier: shipped, fallbacks: []}", 'unknown key "fallbacks"'),
        ("fr: {name: F", "not YAML"),
        (
            "fr: {name: F, french: f, tier: shipped}\nwo: {name: W, french: w, tier: draft}\n"
            "fr: {name: W, french: w, tier: draft}",
            'languages.yml:3: "fr" is written twice (first on line 1): keep one',
        ),
        ("fr: {name: F, french: f, name: G, tier: shipped}", '"name" is written twice (first on line 1)'),
        ("rmy: {name: Romani, french: romani, tier: draft}", '"rmy": CLDR has no language "rmy"'),
        ("wo_SN: {name: Wolof, french: wolof, tier: draft}", '"wo_SN": CLDR has no language "wo_SN"'),
        ("wo: {name: W, french: w, tier: draft, formats: wolof}", '"wo": CLDR has no language "wolof"'),
        ("[fr]", "a mapping is expected"),
    ],
)
def test_wrong_list_of_languages_is_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "languages.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LocaleFileError) as caught:
        Languages.load(path)
    assert says in str(caught.value)
