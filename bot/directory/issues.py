"""Wrong data in the directory or the facts: where, what, and the way out, in French and English. Nothing is raised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal

from bot.core.one_line import one_line
from bot.strict_yaml import TRAPS

Language = Literal["fr", "en"]

#: Code → the sentence in French and in English. `docs/reference/directory.md` explains each; a test keeps it so.
KINDS: Final[dict[str, dict[Language, str]]] = {
    **TRAPS,
    "missing-file": {
        "fr": "ce fichier manque. Remettez-le : l'annuaire en a besoin.",
        "en": "this file is missing. Put it back: the directory needs it.",
    },
    "not-a-text": {
        "fr": "« {name} » doit être un seul texte. Mettez-le entre guillemets s'il contient « : », ou s'il commence par"
        " un crochet ou une accolade.",
        "en": '"{name}" must be one text. Put it between quotes when it contains ": ", or begins with a bracket.',
    },
    "not-a-list": {
        "fr": "« {name} » doit être une liste, comme [sleep, food] ou des lignes qui commencent par « - ».",
        "en": '"{name}" must be a list, such as [sleep, food] or lines that start with "- ".',
    },
    "not-a-map": {
        "fr": "« {name} » doit avoir ses champs en dessous, un par ligne, comme « url: https://… » pour une source.",
        "en": '"{name}" must have its fields below it, one a line, such as "url: https://…" for a source.',
    },
    "unknown-field": {
        "fr": "« {name} » n'est pas un champ ici. Corrigez-le ou retirez la ligne.",
        "en": '"{name}" is not a field here. Correct it or remove the line.',
    },
    "missing-field": {
        "fr": "« {name} » manque. Écrivez-le, ou demandez à la personne responsable.",
        "en": '"{name}" is missing. Write it, or ask the owner.',
    },
    "bad-choice": {
        "fr": "« {name} » vaut « {value} ». Choisissez : {options}.",
        "en": '"{name}" is "{value}". Choose one of: {options}.',
    },
    "bad-id": {
        "fr": "le nom « {name} » doit être en minuscules sans accents, avec « {joint} » entre les mots.",
        "en": 'the name "{name}" must be lower-case words joined by "{joint}".',
    },
    "duplicate-id": {
        "fr": "le nom « {name} » est déjà pris ({other}). Réunissez les deux fiches ou changez un nom.",
        "en": 'the id "{name}" is taken ({other}). Merge the two entries or rename one.',
    },
    "wrong-category": {
        "fr": "le fichier s'appelle « {file} » mais dit « {written} ». Mettez le même mot.",
        "en": 'the file is named "{file}" but says "{written}". Use the same word.',
    },
    "unknown-word": {
        "fr": "« {word} » n'est pas un mot de « {name} ». S'il est nouveau, ajoutez {kind}.{word} dans"
        " flows/_system/directory.yml.",
        "en": '"{word}" is not a word for "{name}". If it is new, add {kind}.{word} to flows/_system/directory.yml.',
    },
    "unknown-fact": {
        "fr": "« {name} » n'est pas dans flows/facts.yml, ou y a une faute. Corrigez le nom, ou le fait.",
        "en": '"{name}" is not in flows/facts.yml, or has a mistake there. Correct the name, or the fact.',
    },
    "unknown-district": {
        "fr": "« {name} » n'est pas dans flows/directory/_districts.yml. Corrigez le nom, ou retirez la ligne.",
        "en": '"{name}" is not in flows/directory/_districts.yml. Correct the name, or remove the line.',
    },
    "bad-phone": {
        "fr": "« {value} » n'est pas un numéro. Écrivez-le comme +32 4 220 01 20, ou 112.",
        "en": '"{value}" is not a phone number. Write it as +32 4 220 01 20, or 112.',
    },
    "bad-email": {
        "fr": "« {value} » n'est pas une adresse e-mail. Écrivez-la comme nom@exemple.be, ou retirez la ligne.",
        "en": '"{value}" is not an e-mail address. Write it as name@example.be, or remove the line.',
    },
    "bad-url": {
        "fr": "« {value} » n'est pas une adresse entière. Écrivez-la avec https://",
        "en": '"{value}" is not a whole address. Write it with https://',
    },
    "bad-language": {
        "fr": "« {value} » n'est pas un code de langue. Écrivez le code et non le nom : fr, ar ou zh-Hant.",
        "en": '"{value}" is not a language tag. Write the tag, not the name: fr, ar or zh-Hant.',
    },
    "bad-coordinates": {
        "fr": "latitude et longitude vont ensemble et sont en Belgique, comme 50.6405 et 5.5718.",
        "en": "latitude and longitude go together and lie in Belgium, such as 50.6405 and 5.5718.",
    },
    "bad-hours": {
        "fr": "« {value} » n'est pas au format OSM, comme « Mo-Fr 09:00-17:00; PH off » (Mo Tu We Th Fr Sa Su :"
        " lundi à dimanche ; PH : jours fériés). Si l'horaire n'est pas sûr, écrivez-le avec des mots dans"
        " schedule_note.",
        "en": '"{value}" is not in the OSM form, such as "Mo-Fr 09:00-17:00; PH off". If the hours are not certain,'
        " write words in schedule_note.",
    },
    "bad-date": {
        "fr": "« {name} » vaut « {value} ». Écrivez une date comme 2026-03-14 (ou 2026-03, ou 2026 pour une source).",
        "en": '"{name}" is "{value}". Write a date as 2026-03-14 (or 2026-03, or 2026 for a source).',
    },
    "bad-number": {
        "fr": "« {name} » vaut « {value} ». Écrivez un nombre comme 30 ou 1314.20, sans unité.",
        "en": '"{name}" is "{value}". Write a number such as 30 or 1314.20, without its unit.',
    },
    "future-date": {
        "fr": "« {name} » porte une date dans le futur ({date}). Corrigez-la.",
        "en": '"{name}" bears a date in the future ({date}). Correct it.',
    },
    "too-long": {
        "fr": "« {name} » a {count} caractères. Un petit écran en montre {limit}. Raccourcissez.",
        "en": '"{name}" has {count} characters. A small screen shows {limit}. Make it shorter.',
    },
    "confidential-address": {
        "fr": "un lieu confidentiel n'a pas d'adresse ici. Enlevez adresse, code postal, quartier et coordonnées.",
        "en": "a confidential place has no address here. Remove address, postal code, district and coordinates.",
    },
    "no-source": {
        "fr": "« {name} » n'a pas de source. Ajoutez-en une, ou écrivez « publish: no ».",
        "en": '"{name}" has no source. Add one, or write "publish: no".',
    },
    "bare-amount": {
        "fr": "« {name} » contient « {found} », un montant ou un délai. Mettez-le dans flows/facts.yml et nommez-le"
        " sous « facts ».",
        "en": '"{name}" holds "{found}", an amount or a deadline. Put it into flows/facts.yml and name it under facts.',
    },
    "needed-entry": {
        "fr": "« {name} » n'est plus dans les fichiers, mais des parcours le montrent encore : il reste comme il était."
        " Remettez-le, ou enlevez son nom des parcours.",
        "en": '"{name}" is not in the files any more, but flows still show it: it stays as it was. Put it back, or take'
        " its name out of the flows.",
    },
    "amount-without-year": {
        "fr": "le montant « {name} » n'a pas d'année. Ajoutez « year », ou écrivez « publish: no ».",
        "en": 'the amount "{name}" has no year. Add "year", or write "publish: no".',
    },
}

#: Written after the sentence when a known name is near the unknown one.
_NEAR: Final[dict[Language, str]] = {"fr": " Vouliez-vous dire « {near} » ?", "en": ' Did you mean "{near}"?'}


@dataclass(frozen=True, slots=True, order=True)
class Issue:
    """One mistake in one file. An entry with an issue is kept as far as it can be read."""

    path: str
    #: 1 for the first line.
    line: int
    #: A key of `KINDS`.
    code: str
    #: Fill the placeholders of the sentence; `near` is said for every kind.
    values: tuple[tuple[str, str], ...] = ()

    def said(self, language: Language = "fr") -> str:
        """What is wrong and the way out."""
        values = dict(self.values)
        after = _NEAR[language].format_map(values) if "near" in values else ""
        return KINDS[self.code][language].format_map(values) + after

    def shown(self, language: Language = "fr") -> str:
        """One line for a terminal: `path:line: sentence [code]`."""
        return one_line(f"{self.path}:{self.line}: {self.said(language)} [{self.code}]")

    def __str__(self) -> str:
        return self.shown()


def issue(path: str, line: int, code: str, *, near: str | None = None, **values: object) -> Issue:
    """An issue of this kind; `near` is the name that was probably meant."""
    said = {name: str(value) for name, value in values.items()}
    if near:
        said["near"] = near
    return Issue(path, line, code, tuple(sorted(said.items())))


def nearest_name(word: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant, or None."""
    found = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else None
