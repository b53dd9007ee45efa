"""The languages of `locales/languages.yml`: names, tiers, fallback chains, directions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.ids import Locale
from bot.i18n.sources import read_mapping, texts_at, wrong_at
from bot.i18n.told import LocaleFileError

if TYPE_CHECKING:
    import babel

#: The language every sentence is written in first.
SOURCE = Locale("fr")

_KEYS = frozenset({"name", "french", "tier", "fallback", "formats", "phones", "called"})
#: Scripts written from right to left among those that living languages use (CLDR scriptMetadata, `rtl`).
_RIGHT_TO_LEFT_SCRIPTS = frozenset({"Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg"})


class Tier(StrEnum):
    """How far a language has come."""

    SHIPPED = "shipped"
    BETA = "beta"
    DRAFT = "draft"


class Direction(StrEnum):
    """How a language is written."""

    LEFT_TO_RIGHT = "ltr"
    RIGHT_TO_LEFT = "rtl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language of the picker."""

    locale: Locale
    #: Its own name: what its readers look for.
    name: str
    #: Its name in French: what advisers read.
    french: str
    tier: Tier
    #: Where an untranslated sentence is looked for, in order; ends with French, empty for French itself.
    fallback: tuple[Locale, ...]
    direction: Direction
    #: CLDR locale of dates and numbers, BCP 47.
    formats: str
    #: Other tags that phones send for it, lower case.
    phones: tuple[str, ...] = ()
    #: More names that people ask for it by.
    called: tuple[str, ...] = ()

    @property
    def chain(self) -> tuple[Locale, ...]:
        """Itself, then its fallbacks."""
        return (self.locale, *self.fallback)


@dataclass(frozen=True, slots=True)
class Languages:
    """All languages, in the order of the picker."""

    by_locale: Mapping[Locale, Language]

    @classmethod
    def load(cls, path: Path) -> Languages:
        """Read `languages.yml`. Raises LocaleFileError."""
        raw = read_mapping(path)
        found = {Locale(tag): _language(tag, fields, path) for tag, fields in raw.items()}
        if SOURCE not in found:
            raise LocaleFileError(
                f'{path}: "{SOURCE}", the language of the sentences, is missing',
                f"{path}: « {SOURCE} », la langue des phrases, manque. Remettez-la.",
            )
        for language in found.values():
            for fallback in language.fallback:
                if fallback not in found:
                    raise wrong_at(
                        path,
                        language.locale,
                        f'"{language.locale}" falls back to "{fallback}", which is not there',
                        f"« {language.locale} » renvoie à « {fallback} », qui n'est pas dans ce fichier."
                        " Corrigez « fallback », ou ajoutez cette langue.",
                    )
        return cls(found)

    def __iter__(self) -> Iterator[Language]:
        return iter(self.by_locale.values())

    def __contains__(self, locale: object) -> bool:
        return locale in self.by_locale

    def __getitem__(self, locale: Locale) -> Language:
        """The language of this tag, or the nearest one; French for a tag nobody knows."""
        found = self.by_locale.get(locale)
        if found is None:
            found = self.by_locale[self.nearest(locale) or SOURCE]
        return found

    def chain(self, locale: Locale) -> tuple[Locale, ...]:
        """Where to look for a sentence: the language, its fallbacks, French."""
        return self[locale].chain

    def nearest(self, tag: str | None) -> Locale | None:
        """The language that a phone's tag means (`pt-br`, `zh-hans`, `fa-AF`, `prs`); None when there is none."""
        if not tag:
            return None
        wanted = tag.replace("_", "-").lower()
        tags = {locale.lower(): locale for locale in self.by_locale}
        tags |= {phone: language.locale for language in self for phone in language.phones if phone not in tags}
        while wanted:
            if wanted in tags:
                return tags[wanted]
            wanted = wanted.rpartition("-")[0]
        return None


@cache
def cldr(tag: str) -> babel.Locale:
    """The CLDR data of a BCP 47 tag; about 1 MB each, read when first needed."""
    import babel

    return babel.Locale.parse(tag, sep="-")


def is_in_cldr(tag: str) -> bool:
    """Whether CLDR knows this BCP 47 tag, itself or as another name of one; reads no locale data."""
    from babel import UnknownLocaleError

    try:
        cldr(tag)
    except (ValueError, UnknownLocaleError):
        return False
    return True


def names_in(tag: str, language: Language) -> set[str]:
    """What a language is called in another one, as far as CLDR knows."""
    names = cldr(tag).languages
    codes = (language.locale, *language.phones)
    return {names[code] for one in codes if (code := one.replace("-", "_")) in names}


def direction_of(tag: str) -> Direction:
    """The direction of a BCP 47 tag, from its script or CLDR's likely one; reads no locale data."""
    from babel.core import get_global

    likely = get_global("likely_subtags")
    aliases = get_global("language_aliases")
    parts = tag.split("-")
    script = next((part for part in parts[1:] if len(part) == 4), None)
    if script is None:
        language = aliases.get(parts[0], parts[0]).partition("_")[0]
        expanded = likely.get("_".join([language, *parts[1:]])) or likely.get(language) or ""
        script = next((part for part in expanded.split("_")[1:] if len(part) == 4), "Latn")
    return Direction.RIGHT_TO_LEFT if script in _RIGHT_TO_LEFT_SCRIPTS else Direction.LEFT_TO_RIGHT


def _language(tag: str, fields: object, path: Path) -> Language:
    if not isinstance(fields, dict):
        raise wrong_at(
            path,
            tag,
            f'"{tag}" needs name, french, tier and fallback',
            f"« {tag} » attend name, french, tier et fallback, un par ligne, en retrait.",
        )
    known = ", ".join(sorted(_KEYS))
    if unknown := sorted(fields.keys() - _KEYS):
        raise wrong_at(
            path,
            tag,
            f'"{tag}" has an unknown key "{unknown[0]}"; known: {known}',
            f"« {tag} » a une clé inconnue, « {unknown[0]} ». Il y a : {known}.",
        )
    for needed in ("name", "french", "tier"):
        if not isinstance(fields.get(needed), str) or not fields[needed].strip():
            raise wrong_at(path, tag, f'"{tag}" needs a {needed}', f"il manque « {needed} » à « {tag} ». Ajoutez-le.")
    try:
        tier = Tier(fields["tier"])
    except ValueError as exc:
        tiers = ", ".join(Tier)
        raise wrong_at(
            path,
            tag,
            f'"{tag}": tier "{fields["tier"]}" is none of {tiers}',
            f"« tier » de « {tag} » vaut « {fields['tier']} » ; écrivez l'un de {tiers}.",
        ) from exc
    for code in (tag, fields.get("formats", tag)):
        if not isinstance(code, str) or not is_in_cldr(code):
            raise wrong_at(
                path,
                tag,
                f'"{tag}": CLDR has no language "{code}", so its plural forms and dates are not known;'
                " write a BCP 47 tag that it has, such as pt or fa-AF",
                f"CLDR ne connaît pas de langue « {code} », donc ni ses pluriels ni ses dates. Écrivez un"
                " code BCP 47 qu'il a, comme pt ou fa-AF.",
            )
    fallback = tuple(Locale(one) for one in texts_at(fields, "fallback", path, under=tag) if one != SOURCE)
    return Language(
        locale=Locale(tag),
        name=fields["name"],
        french=fields["french"],
        tier=tier,
        fallback=() if tag == SOURCE else (*fallback, SOURCE),
        direction=direction_of(tag),
        formats=fields.get("formats", tag),
        phones=tuple(phone.lower() for phone in texts_at(fields, "phones", path, under=tag)),
        called=texts_at(fields, "called", path, under=tag),
    )
