"""Every French sentence of the directory and the facts, for translators; the vocabulary is extracted with the flows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.core.phrases import Phrase
from bot.directory.card import sentence
from bot.directory.lookup import Directory
from bot.directory.service import Service

#: A phrase, its file below the root of the project, its line, and the comment for its translator.
Found = tuple[Phrase, str, int, str]

_COMMENTS = {
    "description": "ce que fait le service : deux phrases courtes",
    "alert": "avertissement à lire en premier",
    "temporarily_closed": "pourquoi c'est fermé, après « Fermé pour le moment : »",
    "eligibility": "la condition pour y aller",
    "cost_note": "le prix",
    "languages_note": "les langues parlées",
    "schedule_note": "les horaires",
}


def phrases_of(directory: Directory) -> Iterator[Found]:
    """The sentences of what is published, in file order; names and addresses stay in French."""
    for service in directory.published():
        for part, text in _texts(service):
            comment = f"{service.name} – {_COMMENTS.get(part, 'à quoi sert ce numéro')}"
            yield sentence(service, part, text), service.path, service.line, comment
    for fact in directory.facts.values():
        if fact.publish:
            about = Phrase(key=f"fact/{fact.name}.about", text=fact.about)
            yield about, fact.path, fact.line, "un chiffre suit, après « : »"


def alerts_of(directory: Directory, services: Iterable[str]) -> tuple[Phrase, ...]:
    """What must be read first of these services."""
    found = directory.services(list(services))
    return tuple(sentence(service, "alert", service.alert) for service in found if service.alert)


def _texts(service: Service) -> Iterator[tuple[str, str]]:
    texts = {
        "description": service.description,
        "alert": service.alert,
        "temporarily_closed": service.temporarily_closed,
        "eligibility": service.eligibility.note,
        "cost_note": service.cost_note,
        "languages_note": service.languages_note,
        "schedule_note": service.schedule.note,
        **{f"phone_{phone.number.removeprefix('+')}": phone.description for phone in service.phones},
    }
    return ((part, text) for part, text in texts.items() if text)
